"""``preprocessor_config.json``: how a network of transformers wants its picture.

Done here and not by transformers' own processors: from version 5 on they want torchvision, which the program does not need, and
what they do for these networks is a resize and a subtraction.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from s2edit_plugin.errors import ModelError
from s2edit_plugin.storage.paths import read_limited

__all__ = ["Preprocessing", "read_preprocessing"]

CONFIG = "preprocessor_config.json"
_LARGEST_SIDE = 4096
_LARGEST_FILE = 1_000_000


@dataclass(frozen=True)
class Preprocessing:
    """Size, scale and normalisation of a network's input.

    Attributes:
        height, width: of the network's picture. resample: Pillow's number of the filter.
        factor: what values 0..255 are multiplied by. mean, std: of each channel, after that.
    """

    height: int
    width: int
    resample: int
    factor: float
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def apply(self, rgb: np.ndarray) -> np.ndarray:
        """A picture, uint8 (h, w, 3), as the network wants it: float32 (1, 3, height, width)."""
        picture = Image.fromarray(np.ascontiguousarray(rgb)).resize(
            (self.width, self.height), Image.Resampling(self.resample)
        )
        values: np.ndarray = np.asarray(picture, dtype=np.float32) * np.float32(self.factor)
        values = (values - np.array(self.mean, dtype=np.float32)) / np.array(self.std, dtype=np.float32)
        return np.ascontiguousarray(values.transpose(2, 0, 1)[None])


def read_preprocessing(folder: Path, title: str) -> Preprocessing:
    """Read the file from a network's folder.

    Args:
        title: what the network is, for the sentence.

    Raises:
        ModelError: it is missing or says something that cannot be done.
    """
    try:
        return _parsed(json.loads(read_limited(folder / CONFIG, _LARGEST_FILE)))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(
            f"The file {CONFIG} of {title} is missing or not understood.", "Install the network again."
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
    """``512``, ``{"height": 512, "width": 512}`` or ``{"shortest_edge": 512}``, which is the same for our square pictures."""
    if isinstance(value, dict):
        if "shortest_edge" in value:
            value = value["shortest_edge"]
        else:
            return int(value["height"]), int(value["width"])
    return int(value), int(value)


def _three(value: Any) -> tuple[float, float, float]:
    red, green, blue = (float(number) for number in value)
    return red, green, blue
