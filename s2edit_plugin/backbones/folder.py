"""A model's folder in the diffusers layout, read and checked before the weights are loaded.

Only parts of known classes and only safetensors files are accepted, so that a folder can neither name nor contain code to run.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from s2edit_plugin.base_models.bounds import check_config
from s2edit_plugin.errors import ModelError, Sentence
from s2edit_plugin.storage.paths import MAX_JSON, read_limited

__all__ = ["ModelFolder", "read_folder"]

KNOWN = "It can use Stable Diffusion 1.x, 2.x and XL in the diffusers layout."
AGAIN = "Install or copy it again."
_TEXT = ("tokenizer", "text_encoder")
_TEXT_XL = (*_TEXT, "tokenizer_2", "text_encoder_2")
# Pipelines with the same parts differ only in their use.
_PIPELINES = {
    "StableDiffusionPipeline": ("sd", _TEXT),
    "StableDiffusionImg2ImgPipeline": ("sd", _TEXT),
    "StableDiffusionInpaintPipeline": ("sd", _TEXT),
    "StableDiffusionXLPipeline": ("sdxl", _TEXT_XL),
    "StableDiffusionXLImg2ImgPipeline": ("sdxl", _TEXT_XL),
    "StableDiffusionXLInpaintPipeline": ("sdxl", _TEXT_XL),
}
_CLASSES = {
    "unet": ("UNet2DConditionModel",),
    "vae": ("AutoencoderKL",),
    "tokenizer": ("CLIPTokenizer", "CLIPTokenizerFast"),
    "tokenizer_2": ("CLIPTokenizer", "CLIPTokenizerFast"),
    "text_encoder": ("CLIPTextModel",),
    "text_encoder_2": ("CLIPTextModelWithProjection",),
}
_PICKLED = (".bin", ".ckpt", ".pt", ".pth")


@dataclass(frozen=True)
class ModelFolder:
    """A folder that passed its checks.

    Attributes:
        family: ``sd`` (one text encoder; SD1.x, SD2.x and the small model) or ``sdxl``.
        index: model_index.json. configs: part -> its configuration. variants: part -> ``fp16`` if there are only
            half-precision files, else None.
    """

    path: Path
    family: str
    index: dict[str, Any]
    configs: dict[str, dict[str, Any]]
    variants: dict[str, str | None]


def read_folder(path: Path) -> ModelFolder:
    """Read a model's configuration.

    Raises:
        ModelError: no model, of an unknown kind, incomplete, or not for text-to-image generation.
    """
    if path.is_file():
        raise ModelError(
            Sentence("'{}' is a file, not a model's folder.", path.name),
            "Import it: s2edit models import FILE.",
        )
    if not (path / "model_index.json").is_file():
        raise ModelError(
            Sentence("There is no model in the folder '{}'.", path.name),
            "A model folder holds a model_index.json.",
        )
    index = _json(path, "model_index.json")
    pipeline = str(index.get("_class_name"))
    if pipeline not in _PIPELINES:
        raise ModelError(
            Sentence(
                "The model '{}' is of the kind '{}', which S2Edit Studio cannot use.",
                path.name,
                pipeline[:60],
            ),
            KNOWN,
        )
    family, text = _PIPELINES[pipeline]
    if family == "sdxl" and _class_of(index, "text_encoder") == "None":
        raise ModelError(
            Sentence(
                "The model '{}' is the SDXL refiner, which only finishes pictures of another model.",
                path.name,
            ),
            "Use the SDXL base model.",
        )
    configs = {"scheduler": _json(path, "scheduler/scheduler_config.json")}
    variants: dict[str, str | None] = {}
    for part in ("unet", "vae", *text):
        _check_class(path, index, part)
        if part.startswith("tokenizer"):
            _tokenizer(path, part)
        else:
            configs[part] = _json(path, f"{part}/config.json")
            variants[part] = _variant(path, part)
    for part, config in configs.items():
        check_config(config, f"The {part} of the model '{path.name}'")
    found = ModelFolder(path, family, index, configs, variants)
    try:
        _check_task(found)
        _check_fit(found)
    except (TypeError, ValueError) as error:  # a value of the configuration is not a number
        raise ModelError(
            Sentence("The model '{}' is damaged: its configuration makes no sense.", path.name), AGAIN
        ) from error
    return found


def _class_of(index: dict[str, Any], part: str) -> str:
    entry = index.get(part)
    return str(entry[1]) if isinstance(entry, list) and len(entry) == 2 else "None"


def _json(path: Path, name: str) -> dict[str, Any]:
    try:
        values = json.loads(read_limited(path / name, MAX_JSON))
    except FileNotFoundError as error:
        raise ModelError(
            Sentence("The model '{}' is incomplete: {} is missing.", path.name, name), AGAIN
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(
            Sentence("The model '{}' is damaged: {} cannot be read.", path.name, name), AGAIN
        ) from error
    if not isinstance(values, dict):
        raise ModelError(Sentence("The model '{}' is damaged: {} cannot be read.", path.name, name), AGAIN)
    return values


def _tokenizer(path: Path, part: str) -> None:
    whole = (path / part / "tokenizer.json").is_file()
    if not whole and not all((path / part / name).is_file() for name in ("vocab.json", "merges.txt")):
        raise ModelError(
            Sentence("The model '{}' is incomplete: {}/vocab.json is missing.", path.name, part), AGAIN
        )


def _variant(path: Path, part: str) -> str | None:
    """The variant of a part's files to load: the plain ones, else half precision. Raises ModelError without files."""
    names = [file.name for file in sorted((path / part).iterdir()) if file.is_file()]
    weights = [name for name in names if name.endswith(".safetensors") and ".non_ema" not in name]
    if any(".fp16" not in name for name in weights):
        return None
    if weights:
        return "fp16"
    if any(Path(name).suffix in _PICKLED for name in names):
        raise ModelError(
            Sentence(
                "The {} of the model '{}' is a pickled file, which may hold programs and is never loaded.",
                part,
                path.name,
            ),
            "Get the model as .safetensors.",
        )
    raise ModelError(
        Sentence("The model '{}' is incomplete: the weights of its {} are missing.", path.name, part), AGAIN
    )


def _check_class(path: Path, index: dict[str, Any], part: str) -> None:
    found = _class_of(index, part)
    if found not in _CLASSES[part]:
        kind = found[:60]
        raise ModelError(
            Sentence(
                "The model '{}' has a {} of the kind '{}', which S2Edit Studio cannot use.",
                path.name,
                part,
                kind,
            ),
            KNOWN,
        )


def _check_task(folder: ModelFolder) -> None:
    """Check that the U-Net has as many input as output channels (text-to-image). Raises ModelError."""
    unet, name = folder.configs["unet"], folder.path.name
    latents = int(folder.configs["vae"].get("latent_channels", 4))
    takes, gives = int(unet.get("in_channels", 4)), int(unet.get("out_channels", 4))
    if takes != latents or gives != latents:
        task = {2 * latents + 1: "for inpainting", 2 * latents: "for editing by instructions"}
        raise ModelError(
            Sentence(
                "The model '{}' is made {}, not for text to picture (its U-Net takes {} channels, the "
                "latents have {}).",
                name,
                task.get(takes, "for another task"),
                takes,
                latents,
            ),
            "Use the text-to-picture model it was made from.",
        )
    kind = unet.get("addition_embed_type")
    if kind != ("text_time" if folder.family == "sdxl" else None):
        raise ModelError(
            Sentence("The model '{}' wants to be told '{}', which S2Edit Studio cannot say.", name, kind),
            KNOWN,
        )
    if folder.family == "sdxl":
        wide = int(unet.get("projection_class_embeddings_input_dim") or 0)
        left = wide - int(folder.configs["text_encoder_2"].get("projection_dim", 512))
        if left != 6 * int(unet.get("addition_time_embed_dim") or 0):
            raise ModelError(
                Sentence("The model '{}' wants to be told other sizes than SDXL's base model.", name), KNOWN
            )


def _check_fit(folder: ModelFolder) -> None:
    """Check that the U-Net's text width matches the text encoders. Raises ModelError."""
    text = [config for part, config in folder.configs.items() if part.startswith("text_encoder")]
    width = sum(int(config.get("hidden_size", 512)) for config in text)
    wanted = folder.configs["unet"].get("cross_attention_dim")
    if wanted != width:
        raise ModelError(
            Sentence(
                "The parts of the model '{}' do not belong together: its text features have {} numbers, "
                "its U-Net reads {}.",
                folder.path.name,
                width,
                wanted,
            ),
            AGAIN,
        )
