"""Weights in safetensors files: reading headers, comparing with a network's tensors, writing tensor by tensor."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s2edit_plugin.base_models.bounds import check_config
from s2edit_plugin.errors import ModelError, Sentence

if TYPE_CHECKING:
    import torch

__all__ = [
    "Header",
    "TensorInfo",
    "FLOATS",
    "differences",
    "is_harmless",
    "left_out_note",
    "odd_numbers",
    "read_header",
    "read_metadata",
    "shapes_of",
    "write_weights",
]

_PIECE = 16 * 1024 * 1024
_DTYPES = {"float16": "F16", "bfloat16": "BF16", "float32": "F32", "int64": "I64"}
# Names of autoencoders' attention layers in files of diffusers before 0.18; diffusers renames them while loading.
_OLD_NAMES = (
    (re.compile(r"\.query\."), ".to_q."),
    (re.compile(r"\.key\."), ".to_k."),
    (re.compile(r"\.value\."), ".to_v."),
    (re.compile(r"\.proj_attn\."), ".to_out.0."),
)


FLOATS = ("F16", "BF16", "F32")
"""Allowed number formats."""
# Prefixes of unneeded tensors written by other programs: of the other half of CLIP, of training.
_HARMLESS = {
    "CLIPTextModel": ("text_projection", "logit_scale", "vision_model.", "visual_projection."),
    "CLIPTextModelWithProjection": ("logit_scale", "vision_model.", "visual_projection."),
    "AutoencoderKL": ("loss.", "model_ema."),
}


@dataclass(frozen=True)
class TensorInfo:
    """A tensor of a file: ``F16``, ``F32`` ..., and its shape."""

    dtype: str
    shape: tuple[int, ...]


Header = Mapping[str, TensorInfo]


def read_header(path: Path) -> dict[str, TensorInfo]:
    """The tensors of a file by name, without reading them.

    Raises:
        ModelError: not a safetensors file, or damaged: malformed, cut off, overlapping or hostile headers.
    """
    from safetensors import SafetensorError, safe_open

    try:
        if not path.is_file():
            raise OSError("no ordinary file")  # reading a pipe would block
        with safe_open(str(path), framework="np") as file:
            slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118 - no mapping
            return {name: TensorInfo(s.get_dtype(), tuple(s.get_shape())) for name, s in slices.items()}
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        raise ModelError(
            Sentence("{} is no safetensors file, or it is damaged.", path.name),
            "Get it again, and compare its size and hash.",
        ) from error


def read_metadata(path: Path) -> dict[str, str]:
    """The metadata in the header of a file accepted by `read_header`."""
    from safetensors import safe_open

    with safe_open(str(path), framework="np") as file:
        return dict(file.metadata() or {})


def shapes_of(kind: str, config: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Names and shapes of the tensors of a network with this configuration, built on the meta device.

    Args:
        kind: class name: ``UNet2DConditionModel``, ``AutoencoderKL``, ``CLIPTextModel``, ``CLIPTextModelWithProjection``.

    Raises:
        ModelError: no such network can be built.
    """
    import diffusers
    import torch
    import transformers

    check_config(config, f"The {kind}")
    try:
        with torch.device("meta"):
            if kind.startswith("CLIP"):
                network = getattr(transformers, kind)(transformers.CLIPTextConfig(**config))
            else:
                network = getattr(diffusers, kind).from_config(dict(config))
    except (ValueError, TypeError, KeyError, AttributeError, RuntimeError, NotImplementedError) as error:
        reason = " ".join(str(error).split())[:160]
        raise ModelError(
            Sentence("Its {} has a configuration that cannot be built: {}.", kind, reason)
        ) from error
    return {plain_name(name): tuple(tensor.shape) for name, tensor in network.state_dict().items()}


def is_harmless(kind: str, name: str) -> bool:
    """Whether an extra tensor can be ignored for a network of this class."""
    return name.endswith("position_ids") or plain_name(name).startswith(_HARMLESS.get(kind, ("\0",)))


def odd_numbers(header: Header) -> str:
    """An unsupported number format in a file, "" if there is none; position counters are ignored."""
    odd = {info.dtype for name, info in header.items() if not name.endswith("position_ids")} - set(FLOATS)
    return ", ".join(sorted(odd))


def left_out_note(names: list[str]) -> str:
    """A note to the user about unneeded tensors."""
    return f"{len(names)} tensors that the model does not need were ignored, e.g. {names[0][:100]}."


def plain_name(name: str) -> str:
    """A tensor's name as in the current classes."""
    name = name.removeprefix("text_model.")
    for old, new in _OLD_NAMES:
        name = old.sub(new, name)
    return name


def differences(expected: Mapping[str, tuple[int, ...]], found: Mapping[str, tuple[int, ...]]) -> str:
    """How tensors differ from a network's, in a phrase; "" if they match. Extra position counters are ignored."""
    found = {plain_name(name): shape for name, shape in found.items() if not name.endswith("position_ids")}
    missing = sorted(expected.keys() - found.keys())
    extra = sorted(found.keys() - expected.keys())
    other = sorted(
        name for name in expected.keys() & found.keys() if tuple(expected[name]) != tuple(found[name])
    )
    phrases = [
        f"{len(names)} tensors {what}, e.g. {names[0]}"
        for names, what in ((missing, "are missing"), (extra, "are unknown"), (other, "have another shape"))
        if names
    ]
    return "; ".join(phrases)


def write_weights(path: Path, tensors: Mapping[str, torch.Tensor], on_bytes: Callable[[int], None]) -> None:
    """Write a safetensors file tensor by tensor, so that memory-mapped tensors are never in memory as a whole.

    Args:
        on_bytes: called with the number of bytes written; may raise to stop.

    Raises:
        OSError: a disk error. ValueError: a tensor of another type than 16 or 32 bit floats.
    """
    import torch

    table: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    position = 0
    for name, tensor in tensors.items():
        size = tensor.numel() * tensor.element_size()
        dtype = _DTYPES[str(tensor.dtype).removeprefix("torch.")]
        table[name] = {
            "dtype": dtype,
            "shape": list(tensor.shape),
            "data_offsets": [position, position + size],
        }
        position += size
    header = json.dumps(table, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        stream.write(struct.pack("<Q", len(header)) + header)
        for tensor in tensors.values():
            data = tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy()
            for start in range(0, len(data), _PIECE):
                piece = data[start : start + _PIECE]
                stream.write(piece.data)
                on_bytes(len(piece))
