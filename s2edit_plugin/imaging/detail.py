"""What becomes of the photo's own fine detail where it changes: detail that the model's small square cannot show.

    gain a = cov(before, change) / (var(before) + eps)      in small windows, each channel by itself, within -1..1
    photo + up(change) + a * (photo - up(seen))

Where hair gets a lighter colour, its strands grow lighter in proportion (a > 0). Where something else takes its place, the
change cancels what was there (a = -1), and so it does with the detail: no old fringe shows through a hat. What the autoencoder
lost of the photo is such detail too: it stays where structure stays, and goes where that goes.

A guided filter's local linear model (He, Sun and Tang 2013), fitted at the model's resolution (He and Sun 2015); that only the
detail is scaled by it, and the change itself kept as it is, is ours. Measured: docs/DECISIONS.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["CropChange", "crop_change"]

_RADIUS = 2  # of the windows, in pixels of the model's square
_EPS = 1e-4  # a variance below this is noise


@dataclass(frozen=True)
class CropChange:
    """The model's change on the crop, all float32 (s, s, 3).

    Attributes:
        change: sRGB values after minus before, -1..1. gain: factor of the photo's own detail, -1..1.
        seen: the crop as the model saw it, 0..1; what the photo has beyond it is its detail.
    """

    change: np.ndarray
    gain: np.ndarray | None = None
    seen: np.ndarray | None = None


def crop_change(seen: np.ndarray, before: np.ndarray, after: np.ndarray) -> CropChange:
    """From the crop as the model saw it and the two decoded branches, (s, s, 3) in [0, 1]. All zero where those are equal."""
    change = after - before
    if not change.any():
        return CropChange(change)
    mean = _mean(before)
    covariance = _mean(before * change) - mean * _mean(change)
    variance = _mean(before * before) - mean * mean
    gain = np.clip(_mean(covariance / (variance + _EPS)), -1, 1).astype(np.float32)
    return CropChange(change + np.minimum(gain, 0) * (seen - before), gain, seen)


def _mean(values: np.ndarray) -> np.ndarray:
    from scipy import ndimage

    size = 2 * _RADIUS + 1
    return np.asarray(ndimage.uniform_filter(values, (size, size, 1), mode="nearest"), dtype=np.float32)
