"""Pastes the CHANGE, not the result: the photo keeps its fine detail, and its exact values wherever nothing changes."""

from __future__ import annotations

import numpy as np

from s2edit_plugin.errors import MaskError, NumericalError, Sentence
from s2edit_plugin.imaging.crop import Crop, resample_part, window_of
from s2edit_plugin.imaging.detail import CropChange
from s2edit_plugin.imaging.photo import Photo, Window

__all__ = ["paste_change"]

_FADE = 0.04
BAND = 256  # rows at a time: 100 megapixels as floats at once would take 8 GB
_LUMA = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)


def paste_change(photo: Photo, change: CropChange, crop: Crop, mask: np.ndarray) -> np.ndarray:
    """Add a change to a photo inside a mask.

    A pixel with zero mask or zero change keeps its exact value. The change fades out towards borders of the crop inside the
    photo, so that a mask across them leaves no seam. A grey photo takes the change's lightness only.

    Args:
        photo: what to change; its alpha is not touched.
        change: on the crop at the model's resolution.
        crop: where the change belongs.
        mask: float (H, W), 0 keeps the photo, 1 takes the whole change.

    Returns:
        (H, W, 3) of the photo's depth.

    Raises:
        MaskError: the mask is not of the photo's size.
        NumericalError: the change is not finite.
    """
    if mask.shape != photo.size:
        raise MaskError(
            Sentence(
                "The mask has {} x {} pixels, the photo {} x {}.",
                mask.shape[1],
                mask.shape[0],
                photo.size[1],
                photo.size[0],
            )
        )
    if not np.isfinite(change.change).all():
        raise NumericalError(
            "The change has values that are not numbers.", "Try another seed or fewer steps."
        )
    result = photo.pixels.copy()
    window = _touched(mask, window_of(crop, photo.size))
    if window is None or not change.change.any():
        return result
    rows, columns = window
    inside = window_of(crop, photo.size)[0]
    down, across = _fade(crop, window, photo.size)
    # Bands have fixed positions in the crop, so that a pixel's result does not depend on the mask's extent.
    for first in range(crop.y + (rows.start - crop.y) // BAND * BAND, rows.stop, BAND):
        band = slice(max(first, inside.start), min(first + BAND, inside.stop))
        part = slice(max(first, rows.start), min(first + BAND, rows.stop))
        share = np.clip(mask[part, columns], 0, 1).astype(np.float32)
        share *= np.outer(down[part.start - rows.start : part.stop - rows.start], across)
        delta = _delta(photo, change, crop, (band, columns))[part.start - band.start : part.stop - band.start]
        delta *= share[..., None]
        result[part, columns] = _added(photo, (part, columns), delta)
    return result


def _delta(photo: Photo, change: CropChange, crop: Crop, window: Window) -> np.ndarray:
    """The change (h, w, 3) in sRGB values at the photo's resolution, including that of the photo's fine detail."""
    delta = resample_part(change.change, crop, window)
    if change.gain is not None and change.seen is not None:
        own = photo.pixels[window].astype(np.float32) / photo.white
        own = own if photo.space.is_srgb else photo.space.to_srgb(own)
        detail = own - resample_part(change.seen, crop, window)
        delta += np.clip(resample_part(change.gain, crop, window), -1, 1) * detail
    return np.repeat((delta @ _LUMA)[..., None], 3, axis=2) if photo.grey else delta


def _touched(mask: np.ndarray, window: Window) -> Window | None:
    """The bounding box of the mask inside ``window``; None if the mask is zero there."""
    part = mask[window] > 0
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    if not rows.size:
        return None
    top, left = window[0].start, window[1].start
    return slice(top + int(rows[0]), top + int(rows[-1]) + 1), slice(
        left + int(columns[0]), left + int(columns[-1]) + 1
    )


def _fade(crop: Crop, window: Window, shape: tuple[int, int]) -> list[np.ndarray]:
    """(h,) and (w,), to be multiplied: 1, falling to 0 at the borders of the crop that lie inside the picture."""
    width = max(1.0, _FADE * crop.side)
    lines = []
    for place, start, length in zip(window, (crop.y, crop.x), shape, strict=True):
        pixels = np.arange(place.start, place.stop, dtype=np.float32) + 0.5
        line = np.ones_like(pixels)
        if start > 0:
            line = np.minimum(line, (pixels - start) / width)
        if start + crop.side < length:
            line = np.minimum(line, (start + crop.side - pixels) / width)
        lines.append(line * line * (3 - 2 * line))  # smoothstep
    return lines


def _added(photo: Photo, window: Window, delta: np.ndarray) -> np.ndarray:
    own = photo.pixels[window]
    values = own.astype(np.float32)
    if photo.space.is_srgb:
        step = delta * photo.white
    else:
        # The difference of two conversions, not the converted sum, so that unchanged pixels keep their values.
        before = photo.space.to_srgb(values / photo.white)
        step = (photo.space.from_srgb(before + delta) - photo.space.from_srgb(before)) * photo.white
    changed = np.clip(np.rint(values + step), 0, photo.white).astype(own.dtype)
    return np.where((delta != 0).any(axis=2, keepdims=True), changed, own)
