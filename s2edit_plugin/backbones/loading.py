"""Loads a model's folder as a backbone."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.backbones.device_memory import is_out_of_memory
from s2edit_plugin.backbones.folder import AGAIN, ModelFolder, read_folder
from s2edit_plugin.base_models.bounds import fewest_parameters
from s2edit_plugin.errors import ModelError, ResourceError, Sentence
from s2edit_plugin.storage.paths import bundled_model

if TYPE_CHECKING:
    import torch

    from s2edit_plugin.backbones.device import DeviceChoice
    from s2edit_plugin.backbones.stable_diffusion import Parts

__all__ = ["load_backbone"]

NETWORKS = {
    "unet": "UNet2DConditionModel",
    "vae": "AutoencoderKL",
    "text_encoder": "CLIPTextModel",
    "text_encoder_2": "CLIPTextModelWithProjection",
}
"""Part of a model's folder -> its class, of transformers for text encoders, else of diffusers."""


def load_backbone(folder: Path | None = None, device: str = "auto", precision: str = "auto") -> Backbone:
    """Load a model in the diffusers folder layout; None: the bundled small model.

    Args:
        device, precision: as in `storage.settings.Settings`; the result is the backbone's ``choice``.

    Raises:
        ModelError: the folder is missing, incomplete, damaged, or of an unsupported kind.
        UsageError: the device does not work. ResourceError: the model does not fit into memory.
    """
    from s2edit_plugin.backbones.device import choose, without_gpu
    from s2edit_plugin.backbones.device_memory import count_parameters, count_part, release_memory
    from s2edit_plugin.backbones.fingerprint import fingerprint_folder
    from s2edit_plugin.backbones.sdxl import StableDiffusionXLBackbone
    from s2edit_plugin.backbones.shape import shape_of
    from s2edit_plugin.backbones.stable_diffusion import StableDiffusionBackbone

    path = folder or bundled_model()
    found = read_folder(path)
    for part in found.variants:
        # diffusers allocates missing weights at random, however large, before it reports them.
        if fewest_parameters(found.configs[part]) > count_part(path / part):
            raise ModelError(
                Sentence(
                    "The {} of the model '{}' cannot be loaded: it is smaller than its configuration says.",
                    part,
                    path.name,
                ),
                AGAIN,
            )
    families = {"sd": StableDiffusionBackbone, "sdxl": StableDiffusionXLBackbone}
    name = "small" if folder is None else path.name
    fingerprint, parameters = fingerprint_folder(path), count_parameters(path)

    def build(choice: DeviceChoice) -> StableDiffusionBackbone:
        parts = _load_parts(found, choice.dtype)
        backbone = families[found.family](parts, name, fingerprint, choice.device, choice.dtype)
        backbone.choice, backbone.path = choice, path
        backbone.reload = lambda part: _network(found, part, choice.dtype)
        backbone.shape = shape_of(found.configs, {part: count_part(path / part) for part in found.variants})
        return backbone

    choice = choose(device, precision, parameters)
    try:
        return build(choice)
    except Exception as error:
        if not is_out_of_memory(error):
            raise
    release_memory()
    if device != "auto" or choice.device.type == "cpu":
        raise _no_room(name)
    return build(without_gpu(choice, precision, parameters))


def _load_parts(folder: ModelFolder, dtype: torch.dtype) -> Parts:
    """The networks, U-Net and autoencoder directly in their final format, without a second copy in memory."""
    from transformers import CLIPTokenizer

    from s2edit_plugin.backbones.stable_diffusion import Parts

    networks = {part: _network(folder, part, dtype) for part in NETWORKS if part in folder.variants}
    tokenizers = []
    for part in ("tokenizer", "tokenizer_2")[: len(networks) - 2]:
        try:
            tokenizers.append(CLIPTokenizer.from_pretrained(str(folder.path / part), local_files_only=True))
        except Exception as error:  # the tokenizers library raises various errors for damaged files
            raise _damaged(folder, part, error) from error
    return Parts(
        unet=networks["unet"],
        vae=networks["vae"],
        tokenizers=tokenizers,
        text_encoders=[network for part, network in networks.items() if part.startswith("text_encoder")],
        scheduler=folder.configs["scheduler"],
        zero_unconditional=bool(folder.index.get("force_zeros_for_empty_prompt", folder.family == "sdxl")),
    )


def _network(folder: ModelFolder, part: str, dtype: torch.dtype) -> Any:
    """Load a network with all its weights in the right shapes; text encoders always in float32. Raises ModelError."""
    import diffusers
    import torch
    import transformers
    from safetensors import SafetensorError

    _silence_libraries()
    library = transformers if part.startswith("text") else diffusers
    kind = getattr(library, NETWORKS[part])
    number = torch.float32 if part.startswith("text") else dtype
    try:
        network, report = kind.from_pretrained(
            str(folder.path / part),
            variant=folder.variants[part],
            dtype=number,
            use_safetensors=True,
            local_files_only=True,
            output_loading_info=True,
        )
    except (OSError, ValueError, KeyError, RuntimeError, TypeError, AttributeError, SafetensorError) as error:
        if is_out_of_memory(error):
            raise
        raise _damaged(folder, part, error) from error
    missing = sorted(report["missing_keys"])
    if missing:
        raise ModelError(
            Sentence(
                "The model '{}' is incomplete: {} tensors of its {} are missing ({}).",
                folder.path.name,
                len(missing),
                part,
                missing[0],
            ),
            AGAIN,
        )
    return network


def _no_room(name: str) -> ResourceError:
    return ResourceError(
        Sentence("There is not enough memory to load the model '{}'.", name),
        "Close other programs, or use a smaller model.",
    )


def _damaged(folder: ModelFolder, part: str, error: Exception) -> ModelError:
    reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(". ")
    return ModelError(
        Sentence("The {} of the model '{}' cannot be loaded: {}.", part, folder.path.name, reason[:200]),
        AGAIN,
    )


def _silence_libraries() -> None:
    """Silence the libraries' progress bars and warnings."""
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    logging.getLogger("transformers").setLevel(logging.ERROR)
    transformers_logging.disable_progress_bar()
    diffusers_logging.disable_progress_bar()
    diffusers_logging.set_verbosity_error()
