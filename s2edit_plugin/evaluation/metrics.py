"""Figures of merit of one edited picture; pictures are uint8 (H, W, 3), regions boolean (H, W)."""

from __future__ import annotations

import numpy as np

__all__ = ["overlap", "psnr"]


def psnr(one: np.ndarray, other: np.ndarray, where: np.ndarray | None = None) -> float:
    """Peak signal-to-noise ratio in dB over the pixels of a region (None: all); 99 for equal pictures, NaN for no pixels."""
    difference = one.astype(np.float64) - other.astype(np.float64)
    if where is not None:
        difference = difference[where]
    if difference.size == 0:
        return float("nan")
    mean = float(np.square(difference).mean())
    return 99.0 if mean == 0 else float(min(99.0, 10 * np.log10(255**2 / mean)))


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union of two regions; 1 where both are empty."""
    union = np.logical_or(one, other).sum()
    return float(np.logical_and(one, other).sum() / union) if union else 1.0
