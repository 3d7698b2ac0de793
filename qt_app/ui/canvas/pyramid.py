"""A picture at full, half, quarter ... size, so that a large photo zoomed out costs no more to draw than a small one."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QImage, QPainter

__all__ = ["Pyramid", "level_for"]


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
    """The levels of one picture, as Qt draws them.

    Args:
        levels: as `screen_levels` makes them; their memory is used as it is.
    """

    def __init__(self, levels: tuple[np.ndarray, ...]) -> None:
        self.shape = (int(levels[0].shape[0]), int(levels[0].shape[1]))
        self._kept = levels  # QImage does not own the memory
        self.levels = [_image(level) for level in levels]

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


def _image(packed: np.ndarray) -> QImage:
    height, width = int(packed.shape[0]), int(packed.shape[1])
    memory: Any = packed.data  # PyQt's stubs ask for bytes; any buffer is taken, without a copy
    return QImage(cast(bytes, memory), width, height, width * 4, QImage.Format.Format_RGB32)
