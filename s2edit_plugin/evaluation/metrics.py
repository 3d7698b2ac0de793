"""Figures of merit of one edited picture; pictures are uint8 (H, W, 3), regions boolean (H, W)."""

from __future__ import annotations

import numpy as np

__all__ = ["mse", "psnr", "ssim"]


def psnr(one: np.ndarray, other: np.ndarray, where: np.ndarray | None = None) -> float:
    """Peak signal-to-noise ratio in dB over the pixels of a region (None: all); 99 for equal pictures, NaN for no pixels."""
    difference = one.astype(np.float64) - other.astype(np.float64)
    if where is not None:
        difference = difference[where]
    if difference.size == 0:
        return float("nan")
    mean = float(np.square(difference).mean())
    return 99.0 if mean == 0 else float(min(99.0, 10 * np.log10(255**2 / mean)))


def mse(one: np.ndarray, other: np.ndarray, where: np.ndarray | None = None) -> float:
    """Mean squared difference over the pixels of a region (None: all), of values in [0, 1]; NaN for no pixels."""
    difference = (one.astype(np.float64) - other.astype(np.float64)) / 255
    if where is not None:
        difference = difference[where]
    return float(np.square(difference).mean()) if difference.size else float("nan")


def ssim(one: np.ndarray, other: np.ndarray, where: np.ndarray | None = None) -> float:
    """Mean structural similarity (Wang et al. 2004) over the pixels of a region (None: all); NaN for no pixels."""
    from skimage.metrics import structural_similarity

    window = min(7, *(side - 1 + side % 2 for side in one.shape[:2]))
    _, similar = structural_similarity(one, other, channel_axis=2, win_size=window, full=True)
    similar = similar if where is None else similar[where]
    return float(similar.mean()) if similar.size else float("nan")
