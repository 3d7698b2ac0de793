"""A picture at full, half, quarter ... size, so that a large photo zoomed out costs no more to draw than a small one."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QImage, QPainter

__all__ = ["Pyramid", "level_for"]

SMALLEST = 512


def level_for(scale: float, levels: int) -> int:
    """The level to draw at a zoom: the smallest that still has at least one pixel for each of the screen's.

    Args:
        scale: screen pixels for each pixel of the picture.
    """
    level = 0
    while level + 1 < levels and scale * 2 ** (level + 1) <= 1.0:
        level += 1
    return level


class Pyramid:
    """The levels of one picture.

    Args:
        rgb: uint8 (H, W, 3) in sRGB.
    """

    def __init__(self, rgb: np.ndarray) -> None:
        self.shape = (int(rgb.shape[0]), int(rgb.shape[1]))
        self._kept: list[np.ndarray] = []
        self.levels: list[QImage] = []
        current = rgb
        while True:
            self.levels.append(self._image(current))
            if max(current.shape[:2]) <= SMALLEST:
                return
            current = _halved(current)

    def paint(self, painter: QPainter, exposed: QRectF, scale: float) -> None:
        """Draw the part of the picture inside ``exposed`` (in pixels of the picture)."""
        level = level_for(scale, len(self.levels))
        image, factor = self.levels[level], 2**level
        # Whole pixels of the level, so that neighbouring paints meet without a seam.
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

    def _image(self, rgb: np.ndarray) -> QImage:
        # 32 bits a pixel: the screen's own format, drawn without conversion. QImage does not own the memory.
        packed = np.empty((*rgb.shape[:2], 4), np.uint8)
        packed[..., 0], packed[..., 1], packed[..., 2] = rgb[..., 2], rgb[..., 1], rgb[..., 0]
        packed[..., 3] = 255
        self._kept.append(packed)
        memory: Any = packed.data  # PyQt's stubs ask for bytes; any buffer is taken, without a copy
        bytes_a_row = int(rgb.shape[1]) * 4
        return QImage(
            cast(bytes, memory), int(rgb.shape[1]), int(rgb.shape[0]), bytes_a_row, QImage.Format.Format_RGB32
        )


def _halved(rgb: np.ndarray) -> np.ndarray:
    """Half the size by the mean of 2 x 2 pixels; an odd last row or column is repeated."""
    height, width = rgb.shape[:2]
    if height % 2 or width % 2:
        rgb = np.pad(rgb, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    wide = rgb.astype(np.uint16)
    total = wide[0::2, 0::2] + wide[1::2, 0::2] + wide[0::2, 1::2] + wide[1::2, 1::2]
    result: np.ndarray = ((total + 2) >> 2).astype(np.uint8)
    return result
