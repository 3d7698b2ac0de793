"""A picture at full, half, quarter ... size, so that a large photo zoomed out costs no more to draw than a small one."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QImage, QPainter

__all__ = ["Mipmaps", "mipmap_level"]

SMALLEST = 512


def mipmap_level(scale: float, levels: int) -> int:
    """The level to draw at a zoom: the smallest that has at least one pixel for each screen pixel.

    Args:
        scale: screen pixels for each pixel of the picture. levels: how many there are, each half the size of the one before.
    """
    level = 0
    while level + 1 < levels and scale * 2 ** (level + 1) <= 1.0:
        level += 1
    return level


class Mipmaps:
    """The levels of one picture, each half the size of the one before (the mean of 2 x 2 pixels), down to about 512 pixels.

    Making them takes time for a large photo: do it on a thread.

    Args:
        rgb: uint8 (H, W, 3) in sRGB.

    Attributes:
        shape: (H, W). images: the levels, in the screen's own format, 32 bits a pixel.
    """

    def __init__(self, rgb: np.ndarray) -> None:
        self.shape = (int(rgb.shape[0]), int(rgb.shape[1]))
        self._arrays = _levels(rgb)  # QImage does not own its memory
        self.images = tuple(_image(array) for array in self._arrays)

    def paint(self, painter: QPainter, exposed: QRectF, scale: float) -> None:
        """Draw the part of the picture inside ``exposed`` (in pixels of the picture)."""
        level = mipmap_level(scale, len(self.images))
        image, factor = self.images[level], 2**level
        # Whole pixels of the level, so that adjacent paints meet without a seam.
        left, top = int(exposed.left() // factor), int(exposed.top() // factor)
        right = min(int(-(-exposed.right() // factor)), image.width())
        bottom = min(int(-(-exposed.bottom() // factor)), image.height())
        left, top = max(left, 0), max(top, 0)
        if right <= left or bottom <= top:
            return
        source = QRectF(left, top, right - left, bottom - top)
        target = QRectF(left * factor, top * factor, (right - left) * factor, (bottom - top) * factor)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 2)
        painter.drawImage(target, image, source)


def _levels(rgb: np.ndarray) -> tuple[np.ndarray, ...]:
    """uint8 (h, w, 4) each: blue, green, red, 255."""
    packed = np.empty((*rgb.shape[:2], 4), np.uint8)
    packed[..., 0], packed[..., 1], packed[..., 2] = rgb[..., 2], rgb[..., 1], rgb[..., 0]
    packed[..., 3] = 255
    levels = [packed]
    if max(packed.shape[:2]) > SMALLEST:
        from PIL import Image

        # RGBX: four channels without a meaning of their own.
        size = (packed.shape[1], packed.shape[0])
        current = Image.frombuffer("RGBX", size, packed, "raw", "RGBX", 0, 1)  # type: ignore[arg-type]
        while max(current.size) > SMALLEST:
            current = current.reduce(2)
            levels.append(np.array(current))
    return tuple(levels)


def _image(packed: np.ndarray) -> QImage:
    height, width = int(packed.shape[0]), int(packed.shape[1])
    memory: Any = packed.data  # PyQt's stubs ask for bytes; any buffer works, without a copy
    return QImage(cast(bytes, memory), width, height, width * 4, QImage.Format.Format_RGB32)
