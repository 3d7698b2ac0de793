"""Recognises the family of a single-file checkpoint from the names and shapes of its tensors."""

from __future__ import annotations

from s2edit_plugin.base_models.weights import Header
from s2edit_plugin.errors import ModelError, Sentence

__all__ = ["EMA", "FAMILY_TITLES", "UNET", "VAE", "recognise"]

UNET = "model.diffusion_model."
VAE = "first_stage_model."
EMA = "model_ema."
FAMILY_TITLES = {"sd1": "Stable Diffusion 1", "sd2": "Stable Diffusion 2", "sdxl": "Stable Diffusion XL"}

_SUPPORTED = "This version knows Stable Diffusion 1.x, 2.x and XL."


def recognise(header: Header, name: str) -> str:
    """The family ``sd1``, ``sd2`` or ``sdxl`` of a whole model in the layout of the original programs (LDM, SGM).

    Args:
        name: of the file in messages.

    Raises:
        ModelError: another kind of file, named in the message.
    """
    unet = {key.removeprefix(UNET) for key in header if key.startswith(UNET)}
    if not unet:
        raise _no_whole_model(header, name)
    if any(key.startswith(("joint_blocks.", "double_blocks.", "transformer_blocks.")) for key in unet):
        raise _other(name, "is a transformer (Stable Diffusion 3, Flux or alike)")
    if any(key.startswith("control_model.") for key in header):
        raise _other(name, "holds a ControlNet")
    if "edm_mean" in header:
        raise _other(name, "uses another kind of noise (Playground 2.5)")
    into, out = header.get(f"{UNET}input_blocks.0.0.weight"), header.get(f"{UNET}out.2.weight")
    if into is None or out is None or len(into.shape) != 4 or len(out.shape) != 4:
        raise _other(name, "is no model that was recognised")
    if into.shape[1] != out.shape[0]:
        raise _other(name, "is made for inpainting, upscaling or another task, not for text to picture")
    if not any(key.startswith(VAE) for key in header):
        raise ModelError(Sentence("{} has no autoencoder.", name), "Get the variant with a baked-in VAE.")
    return _by_text_encoder(header, name)


def _by_text_encoder(header: Header, name: str) -> str:
    def has(prefix: str) -> bool:
        return any(key.startswith(prefix) for key in header)

    if has("conditioner.embedders.0.transformer.") and has("conditioner.embedders.1.model."):
        return "sdxl"
    if has("conditioner.embedders.0.model.") and not has("conditioner.embedders.1."):
        raise _other(name, "is the SDXL refiner, which only finishes pictures of the base model")
    if has("cond_stage_model.model."):
        return "sd2"
    if has("cond_stage_model.transformer."):
        return "sd1"
    raise ModelError(
        Sentence("{} has no text encoder.", name), "Get the whole checkpoint, not the U-Net alone."
    )


def _no_whole_model(header: Header, name: str) -> ModelError:
    """An error that names the kind of a file without a U-Net in the original layout."""
    keys = list(header)
    if any("lora_" in key or ".lora." in key for key in keys):
        return _other(name, "is a LoRA, an addition to a model")
    if any(key.startswith(("control_model.", "controlnet_")) for key in keys):
        return _other(name, "is a ControlNet, an addition to a model")
    if any(key in ("emb_params", "clip_l", "clip_g") for key in keys) or len(keys) == 1:
        return ModelError(
            Sentence("{} is a textual-inversion embedding, not a model.", name),
            "`s2edit tokens import` takes it.",
        )
    if any(key.startswith(("down_blocks.", "text_model.", "encoder.down_blocks.")) for key in keys):
        return ModelError(
            Sentence("{} is one part of a model in the diffusers layout.", name),
            "Import the folder that holds model_index.json.",
        )
    if any(key.startswith(("joint_blocks.", "double_blocks.", "transformer_blocks.")) for key in keys):
        return _other(name, "is a transformer (Stable Diffusion 3, Flux or alike)")
    if any(key.startswith((VAE, "decoder.", "encoder.")) for key in keys):
        return _other(name, "is an autoencoder (VAE) alone")
    return _other(name, "is no model that was recognised")


def _other(name: str, what: str) -> ModelError:
    return ModelError(Sentence("{} {}.", name, what), _SUPPORTED)
