"""Preprocessing of a transformers network's input by ``preprocessor_config.json``.

transformers' own processors are not used: from version 5 on they need torchvision, only for a resize and a normalisation.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from s2edit_plugin.errors import ModelError, Sentence
from s2edit_plugin.storage.paths import read_limited

__all__ = ["Preprocessing", "read_preprocessing"]

CONFIG = "preprocessor_config.json"
_LARGEST_SIDE = 4096
_LARGEST_FILE = 1_000_000


@dataclass(frozen=True)
class Preprocessing:
    """Size, scale and normalisation of a network's input.

    Attributes:
        height, width: of the network's input. resample: Pillow's filter.
        factor: of values 0..255. mean, std: of each channel after multiplication by the factor.
    """

    height: int
    width: int
    resample: int
    factor: float
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def apply(self, rgb: np.ndarray) -> np.ndarray:
        """The network's input, float32 (1, 3, height, width), from a picture, uint8 (h, w, 3)."""
        picture = Image.fromarray(np.ascontiguousarray(rgb)).resize(
            (self.width, self.height), Image.Resampling(self.resample)
        )
        values: np.ndarray = np.asarray(picture, dtype=np.float32) * np.float32(self.factor)
        values = (values - np.array(self.mean, dtype=np.float32)) / np.array(self.std, dtype=np.float32)
        return np.ascontiguousarray(values.transpose(2, 0, 1)[None])


def read_preprocessing(folder: Path, title: str) -> Preprocessing:
    """Read the file from a network's folder.

    Args:
        title: of the network in messages.

    Raises:
        ModelError: it is missing or its settings are not supported.
    """
    try:
        return _parsed(json.loads(read_limited(folder / CONFIG, _LARGEST_FILE)))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(
            Sentence("The file {} of {} is missing or not understood.", CONFIG, title),
            "Install the network again.",
        ) from error


def _parsed(values: dict[str, Any]) -> Preprocessing:
    height, width = _size(values["size"])
    resample = Image.Resampling(values.get("resample", Image.Resampling.BILINEAR))
    factor = float(values.get("rescale_factor", 1 / 255)) if values.get("do_rescale", True) else 1.0
    mean, std = (0.0,) * 3, (1.0,) * 3
    if values.get("do_normalize", True):
        mean, std = _three(values["image_mean"]), _three(values["image_std"])
    if not (0 < height <= _LARGEST_SIDE and 0 < width <= _LARGEST_SIDE) or min(std) <= 0:
        raise ValueError("out of range")
    return Preprocessing(height, width, int(resample), factor, mean, std)


def _size(value: Any) -> tuple[int, int]:
    """``512``, ``{"height": 512, "width": 512}`` or ``{"shortest_edge": 512}``, which are equal for square pictures."""
    if isinstance(value, dict):
        if "shortest_edge" in value:
            value = value["shortest_edge"]
        else:
            return int(value["height"]), int(value["width"])
    return int(value), int(value)


def _three(value: Any) -> tuple[float, float, float]:
    red, green, blue = (float(number) for number in value)
    return red, green, blue
