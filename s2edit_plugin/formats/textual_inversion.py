"""Textual-inversion embeddings as safetensors: the vectors of a word in the text encoder's input.

One text encoder     {"emb_params": (n, W)}                       kohya's scripts, AUTOMATIC1111
                     {"<placeholder>": (W,) or (n, W)}            diffusers' training script
                     {"string_to_param.*": (n, W)}                AUTOMATIC1111's .pt files, converted
two (SDXL)           {"clip_l": (n, 768), "clip_g": (n, 1280)}

diffusers' ``load_textual_inversion``, AUTOMATIC1111, ComfyUI and InvokeAI read the first; the last three read SDXL's too. In
diffusers, SDXL's go in one by one: ``load_textual_inversion(file["clip_g"], token=..., text_encoder=pipe.text_encoder_2,
tokenizer=pipe.tokenizer_2)``.
Source: Gal et al. 2022, "An Image is Worth One Word".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import safetensors.numpy

from s2edit_plugin.errors import InputError, Sentence

__all__ = ["MAX_VECTORS", "file_bytes", "split", "vectors_of"]

MAX_VECTORS = 64
"""A prompt has 75 columns; a word cannot take nearly all of them."""
_ONE = ("emb_params", "string_to_param.*")
_TWO = ("clip_l", "clip_g")
_USUAL = {768 + 1280: (768, 1280)}  # SDXL


def split(vectors: np.ndarray, widths: Sequence[int] = ()) -> list[np.ndarray]:
    """Split a token's vectors (n, W), concatenated in a token file, into one array for each text encoder.

    Args:
        widths: of each encoder's vectors; if their sum is not W, the usual ones of the families are tried.
    """
    total = vectors.shape[1]
    fitting = tuple(widths) if sum(widths) == total else _USUAL.get(total, (total,))
    return np.split(vectors, np.cumsum(fitting)[:-1], axis=1)


def file_bytes(vectors: list[np.ndarray]) -> bytes:
    """The embedding file of vectors (n, W) for each of one or two text encoders, in their own number format."""
    names = _ONE[:1] if len(vectors) == 1 else _TWO
    tensors = {name: np.ascontiguousarray(array) for name, array in zip(names, vectors, strict=True)}
    return safetensors.numpy.save(tensors, metadata={"format": "pt"})


def vectors_of(tensors: Mapping[str, np.ndarray], label: str) -> list[np.ndarray]:
    """The vectors (n, W) in a file's tensors, one array for each text encoder.

    Args:
        label: name of the file in messages.

    Raises:
        InputError: no embedding, or several.
    """
    floats = {name: array for name, array in tensors.items() if array.dtype.kind == "f"}
    if "clip_g" in floats and "clip_l" not in floats:
        raise InputError(
            Sentence("{} has vectors for the second text encoder only.", label),
            "An embedding for SDXL has clip_l too.",
        )
    names = tuple(name for name in _TWO if name in floats) or next(
        ((name,) for name in _ONE if name in floats), tuple(floats)[:1]
    )
    others = sorted(set(floats) - set(names))
    if not names or others:
        held = ", ".join(name[:40] for name in sorted(floats)[:4])
        raise InputError(
            Sentence("{} holds {} embeddings ({}), not one.", label, len(floats), held)
            if floats
            else Sentence("{} holds no embedding.", label),
            "Save one embedding a file in the program it came from.",
        )
    vectors = [_rows(floats[name], label) for name in names]
    if len({len(array) for array in vectors}) != 1:
        raise InputError(Sentence("{} has more vectors for one text encoder than for the other.", label))
    return vectors


def _rows(array: np.ndarray, label: str) -> np.ndarray:
    rows = array[None] if array.ndim == 1 else array
    if rows.ndim != 2 or not 1 <= len(rows) <= MAX_VECTORS or rows.shape[1] == 0:
        shape = " x ".join(map(str, array.shape)) or "a single number"
        raise InputError(
            Sentence("{} is no embedding of 1 to {} vectors: its numbers are {}.", label, MAX_VECTORS, shape)
        )
    return rows.astype(np.float32) if rows.dtype not in (np.float16, np.float32) else rows
