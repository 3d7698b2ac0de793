"""The square crop around the subject at the model's size, and mapping results back to the photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from s2edit_plugin.errors import MaskError
from s2edit_plugin.imaging.photo import Photo, Window

__all__ = [
    "Crop",
    "central_square",
    "extract",
    "extract_photo",
    "place",
    "place_mask",
    "fitted",
    "resample_part",
    "subject_crop",
    "window_of",
]

_SMALLEST_SIDE = 64
_INSIDE = 0.5
_FAINT = 2 / 255  # of an edit mask; smaller changes are invisible

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True)
class Crop:
    """A square of a picture. If it is larger than the picture, parts of it lie outside.

    Attributes:
        x: first column, possibly negative.
        y: first row, possibly negative.
        side: columns and rows.
    """

    x: int
    y: int
    side: int


def subject_crop(subject: np.ndarray, edit: np.ndarray | None = None, margin: float = 0.25) -> Crop:
    """The square around the subject and the edit region.

    It has a margin on each side as far as the picture allows, and extends beyond the picture only if the masks do not fit into
    the largest square inside.

    Args:
        subject: mask (H, W) in [0, 1].
        edit: mask (H, W) in [0, 1] that the crop must contain too, faint edges included.
        margin: width of the margin as a fraction of the longer side of the masks.

    Raises:
        MaskError: the subject mask is empty.
    """
    height, width = subject.shape
    inside = subject >= _INSIDE
    if not inside.any():
        raise MaskError("The subject mask is empty.", "Paint it, or choose another way to find the subject.")
    if edit is not None:
        inside = inside | (edit >= _FAINT)
    top, bottom = _extent(inside.any(axis=1))
    left, right = _extent(inside.any(axis=0))
    longest = max(bottom - top, right - left)
    shorter_side = min(height, width)
    wanted = max(round(longest * (1 + 2 * margin)), _SMALLEST_SIDE)
    side = max(min(wanted, shorter_side), longest)
    return Crop(_start(left, right, side, width), _start(top, bottom, side, height), side)


def _extent(line: Any) -> tuple[int, int]:
    places = np.flatnonzero(line)
    return int(places[0]), int(places[-1]) + 1


def _start(first: int, end: int, side: int, length: int) -> int:
    """Start of a side centred on ``first``..``end``, shifted into the picture if it fits."""
    if side >= length:
        return (length - side) // 2
    return min(max((first + end - side) // 2, 0), length - side)


def central_square(picture: np.ndarray) -> np.ndarray:
    """The largest square in the middle of a picture (H, W, ...)."""
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return picture[top : top + side, left : left + side]


def window_of(crop: Crop, shape: tuple[int, int]) -> Window:
    """The part of a picture (H, W) that lies inside the crop."""
    height, width = shape
    return (
        slice(max(crop.y, 0), max(min(crop.y + crop.side, height), 0)),
        slice(max(crop.x, 0), max(min(crop.x + crop.side, width), 0)),
    )


def extract(image: np.ndarray, crop: Crop, size: int) -> np.ndarray:
    """The crop of a picture at the model's size.

    Args:
        image: float (H, W) or (H, W, C).
        crop: outside the picture its edge is repeated.
        size: side of the result.

    Returns:
        float32 (size, size) or (size, size, C).
    """
    shape = (image.shape[0], image.shape[1])
    return fitted(_padded(image[window_of(crop, shape)], crop, shape), (size, size))


def extract_photo(photo: Photo, crop: Crop, size: int) -> np.ndarray:
    """The crop of a photo as model input: float32 (size, size, 3), sRGB in [0, 1]. Converts the crop only."""
    window = window_of(crop, photo.size)
    if not photo.space.is_srgb:
        part = photo.as_float_rgb(window)
        return np.clip(fitted(_padded(part, crop, photo.size), (size, size)), 0, 1)
    planes = [
        fitted(_padded(photo.as_float_plane(channel, window), crop, photo.size), (size, size))
        for channel in range(3)
    ]
    return np.clip(np.stack(planes, axis=2), 0, 1)


def _padded(part: np.ndarray, crop: Crop, shape: tuple[int, int]) -> np.ndarray:
    before = (max(-crop.y, 0), max(-crop.x, 0))
    after = (max(crop.y + crop.side - shape[0], 0), max(crop.x + crop.side - shape[1], 0))
    if not any(before + after):
        return part
    return np.pad(part, [*zip(before, after, strict=True), *[(0, 0)] * (part.ndim - 2)], mode="edge")


def place(change: np.ndarray, crop: Crop, shape: tuple[int, int]) -> np.ndarray:
    """Inverse of `extract`: a picture at the model's size placed in a picture of zeros.

    Args:
        change: float (s, s) or (s, s, C).
        shape: H and W of the whole picture.

    Returns:
        float32 (H, W) or (H, W, C), zero outside the crop.
    """
    whole = np.zeros((*shape, *change.shape[2:]), dtype=np.float32)
    window = window_of(crop, shape)
    whole[window] = resample_part(change, crop, window)
    return whole


def place_mask(mask: np.ndarray, crop: Crop, shape: tuple[int, int]) -> np.ndarray:
    """`place` for a mask (s, s), the result (H, W) kept in [0, 1]: bicubic interpolation overshoots."""
    whole = np.zeros(shape, dtype=np.float32)
    window = window_of(crop, shape)
    whole[window] = np.clip(resample_part(mask, crop, window), 0, 1)
    return whole


def resample_part(change: np.ndarray, crop: Crop, window: Window) -> np.ndarray:
    """A window (of the whole picture, inside the crop) of the result of `place`, float32 (h, w) or (h, w, C).

    The values are exactly those of `place`, with less work.
    """
    rows, columns = window
    scale = change.shape[0] / crop.side
    box = (
        (columns.start - crop.x) * scale,
        (rows.start - crop.y) * scale,
        (columns.stop - crop.x) * scale,
        (rows.stop - crop.y) * scale,
    )
    return _resized(change, (columns.stop - columns.start, rows.stop - rows.start), box, shrinks=scale > 1)


def fitted(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A picture (h, w) or (h, w, C) at another size (H, W) as float32: area average for reduction, else bicubic.

    Bicubic interpolation overshoots at edges: clip values with a range.
    """
    height, width = image.shape[:2]
    return _resized(image, (size[1], size[0]), (0, 0, width, height), shrinks=size[0] < height)


def _resized(image: np.ndarray, size: tuple[int, int], box: Box, *, shrinks: bool) -> np.ndarray:
    from PIL import Image

    if image.ndim == 3:
        planes = [_resized(image[..., c], size, box, shrinks=shrinks) for c in range(image.shape[2])]
        return np.stack(planes, axis=2)
    if 0 in size:
        return np.zeros(size[::-1], dtype=np.float32)
    plane = np.ascontiguousarray(image, dtype=np.float32)
    kernel = Image.Resampling.BOX if shrinks else Image.Resampling.BICUBIC
    with Image.fromarray(plane) as picture:
        return np.array(picture.resize(size, kernel, box=box))
