"""A small photo and a mask on it, the same every time."""

from __future__ import annotations

import io

import numpy as np

__all__ = ["mask_png", "photo_png"]


def photo_png(height: int = 90, width: int = 120, seed: int = 0) -> bytes:
    """Soft patches of colour."""
    from PIL import Image

    small = np.random.default_rng(seed).integers(40, 216, (9, 12, 3), dtype=np.uint8)
    return _png(np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)))


def mask_png(height: int = 90, width: int = 120, box: tuple[int, int, int, int] = (20, 15, 80, 75)) -> bytes:
    """White in the box (left, top, right, bottom), else black."""
    mask = np.zeros((height, width), np.uint8)
    left, top, right, bottom = box
    mask[top:bottom, left:right] = 255
    return _png(mask)


def _png(array: np.ndarray) -> bytes:
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(array).save(stream, "PNG")
    return stream.getvalue()
