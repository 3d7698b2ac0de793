"""Converts a single checkpoint file in the layout of the original programs to a folder in the diffusers layout.

diffusers' converters rename the memory-mapped tensors, one part of the model at a time. The configuration files come from
``models/configs``; names and shapes of the result are compared with the networks they describe.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from s2edit_plugin.base_models.clip_vocabulary import write_tokenizer
from s2edit_plugin.base_models.families import EMA, FAMILY_TITLES, UNET, VAE, recognise
from s2edit_plugin.base_models.weights import (
    Header,
    differences,
    is_harmless,
    left_out_note,
    odd_numbers,
    read_header,
    read_metadata,
    shapes_of,
    write_weights,
)
from s2edit_plugin.errors import ModelError, Sentence, UsageError
from s2edit_plugin.storage.paths import models_package

if TYPE_CHECKING:
    import torch

__all__ = ["PREDICTIONS", "Conversion", "convert", "converted_size"]

PREDICTIONS = ("auto", "epsilon", "v_prediction")
_V_PREDICTION_SPREAD = 0.09

Tensors = dict[str, "torch.Tensor"]


def _dtypes() -> dict[str, torch.dtype]:
    """Supported number formats as torch types."""
    import torch

    return {"F16": torch.float16, "BF16": torch.bfloat16, "F32": torch.float32}


@dataclass(frozen=True)
class Conversion:
    """Result of a conversion. ``prediction``: ``epsilon`` or ``v_prediction``. ``note``: for the user."""

    family: str
    prediction: str
    note: str = ""


@dataclass(frozen=True)
class _Part:
    """A network of the model: its folder, class, the names of its tensors in the file, and their renaming."""

    folder: str
    kind: str
    prefixes: tuple[str, ...]
    rename: Callable[[Tensors, Mapping[str, Any]], Tensors]

    @property
    def file(self) -> str:
        return "model.safetensors" if self.kind.startswith("CLIP") else "diffusion_pytorch_model.safetensors"


def convert(
    path: Path,
    target: Path,
    on_bytes: Callable[[int], None],
    *,
    prediction: str = "auto",
    configs: Path | None = None,
) -> Conversion:
    """Write the model of a ``.safetensors`` checkpoint into a folder.

    Args:
        path: a whole model of the families of `families.recognise`. target: a new folder.
        on_bytes: called with the number of bytes written, see `converted_size`; may raise to stop.
        prediction: of `PREDICTIONS`; ``auto`` determines it.
        configs: folder of configuration files by family, None: the bundled ones.

    Raises:
        ModelError: of another kind, damaged, or of another structure than its family.
        UsageError: an unknown ``prediction``. OSError: a disk error.
    """
    from safetensors import safe_open

    if prediction not in PREDICTIONS:
        raise UsageError(
            Sentence("'{}' is no kind of prediction.", prediction),
            Sentence("Use one of {}.", ", ".join(PREDICTIONS)),
        )
    header = read_header(path)
    family = recognise(header, path.name)
    shipped = (configs or models_package() / "configs") / family
    parts = {part: _config(shipped, part) for part in _parts(family)}
    # Check all parts before anything is written.
    extra = [
        name
        for part, config in parts.items()
        for name in _check_part(part, header, config, path.name, family)
    ]
    extra += _of_no_part(header, list(parts))
    with safe_open(str(path), framework="pt") as file:
        kind = _prediction(prediction, family, header, read_metadata(path), file.get_tensor)
        target.mkdir(parents=True, exist_ok=True)
        _write_small_files(shipped, target, kind, header)
        for part, config in parts.items():
            tensors = _renamed(part, header, file.get_tensor, config)
            write_weights(target / part.folder / part.file, tensors, on_bytes)
            _write_json(target / part.folder / "config.json", _sized(config, part, family, kind))
    return Conversion(family, kind, _note(header, family, kind, prediction, extra))


def converted_size(path: Path) -> int:
    """Approximate bytes `convert` will write: those of the file without a second copy for training.

    Raises:
        ModelError: not a safetensors file.
    """
    widths = {"F16": 2, "BF16": 2, "F32": 4}
    total = 0
    for name, info in read_header(path).items():
        if name.startswith((UNET, VAE, "cond_stage_model.", "conditioner.")):
            count = widths.get(info.dtype, 0)
            for side in info.shape:
                count *= side
            total += count
    return total


def _config(shipped: Path, part: _Part) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((shipped / part.folder / "config.json").read_text(encoding="utf-8"))
    return values


def _check_part(part: _Part, header: Header, config: Mapping[str, Any], name: str, family: str) -> list[str]:
    """Rename a part's tensors without reading them, and compare with its network; returns the unneeded ones.

    Raises:
        ModelError: a tensor is missing, has another shape or an unsupported number format.
    """
    import torch

    usable = _dtypes()
    blanks: Tensors = {}

    def blank(key: str) -> torch.Tensor:
        info = header[key]
        blanks[key] = torch.empty(info.shape, dtype=usable.get(info.dtype, torch.uint8), device="meta")
        return blanks[key]

    title = FAMILY_TITLES[family]
    try:
        tensors = _renamed(part, header, blank, config)
    except (KeyError, IndexError, ValueError, TypeError, RuntimeError, AttributeError) as error:
        raise ModelError(
            Sentence(
                "{} looks like {}, but its {} is built otherwise: its tensors cannot be put in order.",
                name,
                title,
                part.folder,
            ),
            "Variants with fewer or other layers are not supported.",
        ) from error
    if any(tensor.dtype not in usable.values() for tensor in tensors.values()):
        odd = odd_numbers({key: info for key, info in header.items() if key.startswith(part.prefixes)})
        raise ModelError(
            Sentence("{} stores the numbers of its {} as {}, which cannot be used.", name, part.folder, odd),
            "Get the fp16 or fp32 file.",
        )
    problem = differences(shapes_of(part.kind, config), {k: tuple(t.shape) for k, t in tensors.items()})
    if problem:
        raise ModelError(
            Sentence(
                "{} looks like {}, but its {} is built otherwise: {}.", name, title, part.folder, problem
            ),
            "Variants with fewer or other layers are not supported.",
        )
    if part.kind == "UNet2DConditionModel":  # its tensors are only renamed, so dropped ones can be listed
        used = {id(tensor) for tensor in tensors.values()}
        dropped = [key for key, tensor in blanks.items() if id(tensor) not in used and key.startswith(UNET)]
        return [] if _has_averaged(header) else dropped
    return [key for key in blanks if _is_extra(part, key)]


def _has_averaged(header: Mapping[str, Any]) -> bool:
    """Whether a file for further training also holds averaged weights (EMA), which generate better."""
    return sum(name.startswith(EMA) for name in header) > 100


def _is_extra(part: _Part, name: str) -> bool:
    """Whether a part's unneeded tensor is worth a note; position counters are in every old file."""
    plain = next(name.removeprefix(prefix) for prefix in part.prefixes if name.startswith(prefix))
    return is_harmless(part.kind, plain) and not name.endswith("position_ids")


def _of_no_part(header: Header, parts: list[_Part]) -> list[str]:
    """Tensors of no network of the model, except top-level ones of the training's noise schedule."""
    prefixes = tuple(prefix for part in parts for prefix in part.prefixes)
    return [name for name in header if "." in name and not name.startswith((*prefixes, EMA))]


def _parts(family: str) -> tuple[_Part, ...]:
    unet = _Part("unet", "UNet2DConditionModel", (UNET, EMA), _unet)
    vae = _Part("vae", "AutoencoderKL", (VAE,), _vae)
    if family == "sd1":
        return unet, vae, _Part("text_encoder", "CLIPTextModel", ("cond_stage_model.transformer.",), _clip)
    if family == "sd2":
        return unet, vae, _Part("text_encoder", "CLIPTextModel", ("cond_stage_model.model.",), _open_clip)
    first, second = "conditioner.embedders.0.transformer.", "conditioner.embedders.1.model."
    return (
        unet,
        vae,
        _Part("text_encoder", "CLIPTextModel", (first,), _clip),
        _Part("text_encoder_2", "CLIPTextModelWithProjection", (second,), _open_clip_2),
    )


def _renamed(
    part: _Part, header: Header, get: Callable[[str], torch.Tensor], config: Mapping[str, Any]
) -> Tensors:
    """The tensors of a part with the names of diffusers and transformers, without unneeded ones."""
    source = {name: get(name) for name in header if name.startswith(part.prefixes)}
    renamed = part.rename(source, config)
    return {
        name: tensor
        for name, tensor in sorted(renamed.items())
        if tensor is not None and not is_harmless(part.kind, name)
    }


def _unet(source: Tensors, config: Mapping[str, Any]) -> Tensors:
    from diffusers.loaders.single_file_utils import convert_ldm_unet_checkpoint
    from diffusers.utils import logging

    logging.set_verbosity_error()  # no warnings about the second copy, which is handled here
    converted: Tensors = convert_ldm_unet_checkpoint(source, config, extract_ema=_has_averaged(source))
    return converted


def _vae(source: Tensors, config: Mapping[str, Any]) -> Tensors:
    from diffusers.loaders.single_file_utils import convert_ldm_vae_checkpoint

    converted: Tensors = convert_ldm_vae_checkpoint(source, config)
    return converted


def _clip(source: Tensors, config: Mapping[str, Any]) -> Tensors:
    from diffusers.loaders.single_file_utils import convert_ldm_clip_checkpoint

    converted: Tensors = convert_ldm_clip_checkpoint(source)
    # Some early files lack this level.
    return {
        name if name.startswith("text_model.") else f"text_model.{name}": t for name, t in converted.items()
    }


def _open_clip(
    source: Tensors, config: Mapping[str, Any], prefix: str = "cond_stage_model.model."
) -> Tensors:
    from diffusers.loaders.single_file_utils import convert_open_clip_checkpoint

    model = SimpleNamespace(config=SimpleNamespace(hidden_size=config["hidden_size"]))
    converted: Tensors = convert_open_clip_checkpoint(model, source, prefix=prefix)
    return converted


def _open_clip_2(source: Tensors, config: Mapping[str, Any]) -> Tensors:
    return _open_clip(source, config, "conditioner.embedders.1.model.")


def _prediction(
    wanted: str, family: str, header: Header, metadata: Mapping[str, str], get: Callable[[str], torch.Tensor]
) -> str:
    """Whether the network predicts the noise or the velocity.

    Names and shapes do not show it. Newer files state it in their header or by an empty tensor ``v_pred``. For 2.x the standard
    deviation of a bias of the last block shows it (ComfyUI, comfy/supported_models.py): above 0.09 in models with velocity.
    """
    if wanted != "auto":
        return wanted
    said = metadata.get("modelspec.prediction_type", "")
    if said in ("epsilon", "v"):
        return "epsilon" if said == "epsilon" else "v_prediction"
    telling = f"{UNET}output_blocks.11.1.transformer_blocks.0.norm1.bias"
    if "v_pred" in header:
        return "v_prediction"
    if family == "sd2" and telling in header:
        spread = float(get(telling).float().std(correction=0))
        return "v_prediction" if spread > _V_PREDICTION_SPREAD else "epsilon"
    return "epsilon"


def _sized(config: dict[str, Any], part: _Part, family: str, prediction: str) -> dict[str, Any]:
    """The U-Net's configuration with its size: 2.x models with velocity prediction work at 768 pixels, others at 512."""
    if part.folder == "unet" and family == "sd2" and prediction == "v_prediction":
        return config | {"sample_size": config["sample_size"] * 3 // 2}
    return config


def _write_small_files(shipped: Path, target: Path, prediction: str, header: Header) -> None:
    shutil.copyfile(shipped / "model_index.json", target / "model_index.json")
    for config in sorted(shipped.glob("tokenizer*/tokenizer_config.json")):
        write_tokenizer(target / config.parent.name, config)
    scheduler = json.loads((shipped / "scheduler" / "scheduler_config.json").read_text(encoding="utf-8"))
    scheduler["prediction_type"] = prediction
    if "ztsnr" in header:  # trained with zero terminal SNR
        scheduler |= {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}
    _write_json(target / "scheduler" / "scheduler_config.json", scheduler)


def _write_json(path: Path, values: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")


def _note(header: Header, family: str, prediction: str, wanted: str, extra: list[str]) -> str:
    notes = []
    if extra:
        notes.append(left_out_note(extra))
    if _has_averaged(header):
        notes.append("The averaged (EMA) weights were taken.")
    if family == "sd2" and wanted == "auto":
        notes.append(
            f"It was taken for a model with {prediction}, which its weights suggest; if pictures come out as noise, import it "
            f"again with --prediction {'epsilon' if prediction == 'v_prediction' else 'v_prediction'}."
        )
    return " ".join(notes)
