"""Thumbnails."""

from __future__ import annotations

import dataclasses
import io

import numpy as np

from s2edit_plugin.imaging.photo import Photo

__all__ = ["SIDE", "thumbnail"]

SIDE = 256
_BACKGROUND = 1.0  # what transparent pixels are shown on: white


def thumbnail(photo: Photo, pixels: np.ndarray | None = None, side: int = SIDE) -> bytes:
    """Thumbnail of a photo as a JPEG in sRGB.

    Args:
        pixels: (H, W, 3) of the photo's depth to show in place of its own. side: length of the longer side, pixels.
    """
    from PIL import Image

    pixels = photo.pixels if pixels is None else pixels
    # Twice the size asked for is enough to resample from; a colour profile is not applied to 200 megapixels for this.
    step = max(1, max(pixels.shape[:2]) // (2 * side))
    alpha = None if photo.alpha is None else photo.alpha[::step, ::step]
    small = dataclasses.replace(photo, pixels=np.ascontiguousarray(pixels[::step, ::step]), alpha=alpha)
    shown = small.as_float_rgb()
    if alpha is not None:
        share = alpha[..., None].astype(np.float32) / photo.white
        shown = shown * share + _BACKGROUND * (1 - share)
    stream = io.BytesIO()
    with Image.fromarray(np.rint(shown * 255).astype(np.uint8)) as image:
        image.thumbnail((side, side), Image.Resampling.LANCZOS)
        image.save(stream, "JPEG", quality=88)
    return stream.getvalue()
