"""Operations on masks: feathering, growing, shrinking, filling holes, fitting to the edges of a picture.

A mask is float32 (H, W) in [0, 1] everywhere.
"""

from __future__ import annotations

import numpy as np

from s2edit_plugin.imaging.crop import fitted

__all__ = [
    "feather",
    "fill_holes",
    "fit_to_picture",
    "grow",
    "invert",
    "largest_component",
    "overlap",
    "shrink",
]

_INSIDE = 0.5


def invert(mask: np.ndarray) -> np.ndarray:
    """The inverse mask."""
    return np.float32(1) - mask


def feather(mask: np.ndarray, radius: float) -> np.ndarray:
    """Soften the edge over about ``radius`` pixels on both sides (a Gaussian of half that deviation)."""
    from scipy import ndimage

    if radius <= 0:
        return mask.copy()
    soft = ndimage.gaussian_filter(mask, radius / 2, mode="nearest", truncate=3.0)
    return np.clip(soft, 0, 1, dtype=np.float32)


def grow(mask: np.ndarray, radius: float) -> np.ndarray:
    """Widen what is inside (0.5 and more) by ``radius`` pixels, round corners; soft values elsewhere stay."""
    from scipy import ndimage

    inside = mask >= _INSIDE
    if radius <= 0 or not inside.any():
        return mask.copy()
    # Distances are computed near the inside only, which is fast for small masks in large photos.
    reach = int(np.ceil(radius)) + 1
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    window = (
        slice(max(rows[0] - reach, 0), rows[-1] + reach + 1),
        slice(max(columns[0] - reach, 0), columns[-1] + reach + 1),
    )
    distance = ndimage.distance_transform_edt(~inside[window])
    result = mask.copy()
    result[window] = np.maximum(mask[window], np.clip(radius + 0.5 - distance, 0, 1))
    return result


def shrink(mask: np.ndarray, radius: float) -> np.ndarray:
    """Narrow what is inside by ``radius`` pixels."""
    return invert(grow(invert(mask), radius))


def fill_holes(mask: np.ndarray) -> np.ndarray:
    """Set what is enclosed by the inside to 1."""
    from scipy import ndimage

    inside = mask >= _INSIDE
    holes = ndimage.binary_fill_holes(inside) & ~inside
    return np.where(holes, np.float32(1), mask)


def largest_component(mask: np.ndarray) -> np.ndarray:
    """Keep the largest connected part of the inside, with the soft pixels nearer to it than to any other part."""
    from scipy import ndimage

    inside = mask >= _INSIDE
    labels, count = ndimage.label(inside)
    if count < 2:
        return mask.copy()
    largest = int(np.bincount(labels.ravel())[1:].argmax()) + 1
    nearest = ndimage.distance_transform_edt(~inside, return_distances=False, return_indices=True)
    return np.where(labels[tuple(nearest)] == largest, mask, np.float32(0))


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union of two regions, bool (H, W); 1 where both are empty."""
    union = np.logical_or(one, other).sum()
    return float(np.logical_and(one, other).sum() / union) if union else 1.0


def fit_to_picture(
    mask: np.ndarray, coarse: np.ndarray, fine: np.ndarray, radius: int = 4, smoothness: float = 1e-3
) -> np.ndarray:
    """Enlarge a mask of a small picture so that it follows the edges of the large picture.

    The fast guided filter (He and Sun 2015, arXiv 1505.00996): the mask is locally a linear function of the colours, found
    on the small picture and applied to the large one.

    Args:
        mask: (h, w) in [0, 1].
        coarse: the small picture, float (h, w, 3) in [0, 1].
        fine: the large picture, float (H, W, 3) in [0, 1].
        radius: of the neighbourhood, in pixels of the small picture.
        smoothness: variance of colours below which an edge does not count.

    Returns:
        float32 (H, W) in [0, 1].
    """
    from scipy import ndimage

    def mean(values: np.ndarray) -> np.ndarray:
        spread = (2 * radius + 1, 2 * radius + 1) + (1,) * (values.ndim - 2)
        return np.asarray(ndimage.uniform_filter(values, spread, mode="nearest"))

    coarse, mask = coarse.astype(np.float64), mask.astype(np.float64)
    colour, level = mean(coarse), mean(mask)
    products = mean(coarse[..., :, None] * coarse[..., None, :]) - colour[..., :, None] * colour[..., None, :]
    together = mean(coarse * mask[..., None]) - colour * level[..., None]
    slope = np.linalg.solve(products + smoothness * np.eye(3), together[..., None])[..., 0]
    offset = level - (slope * colour).sum(axis=2)
    shape = fine.shape[:2]
    result = fitted(mean(offset), shape)
    slope = mean(slope)
    for channel in range(3):
        result += fitted(slope[..., channel], shape) * fine[..., channel]
    # Steepened, so that clear inside and outside become exactly 1 and 0.
    return np.clip((result - 0.5) * 1.6 + 0.5, 0, 1, dtype=np.float32)
