"""Draws masks and attention over the picture; only the visible part is computed, at the screen's resolution."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QColor, QImage, QPainter

from qt_app.model.mipmaps import mipmap_level

__all__ = ["heat_table", "mask_table", "paint_overlay"]

MAX_LEVELS = 12


def mask_table(colour: str, opacity: float) -> np.ndarray:
    """Premultiplied ARGB colour for each mask value 0..255, uint32 (256,)."""
    c = QColor(colour)
    alpha = np.arange(256) * opacity
    return _premultiplied(np.full(256, c.red()), np.full(256, c.green()), np.full(256, c.blue()), alpha)


def heat_table(opacity: float = 0.75) -> np.ndarray:
    """Premultiplied ARGB colour for each attention value 0..255: transparent, blue, red, yellow; uint32 (256,)."""
    x = np.arange(256) / 255
    red = np.interp(x, (0.0, 0.35, 0.65, 1.0), (0, 90, 255, 255))
    green = np.interp(x, (0.0, 0.35, 0.65, 1.0), (0, 20, 70, 240))
    blue = np.interp(x, (0.0, 0.35, 0.65, 1.0), (120, 220, 60, 80))
    return _premultiplied(red, green, blue, 255 * opacity * np.sqrt(x))


def _premultiplied(red: np.ndarray, green: np.ndarray, blue: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    share = alpha / 255
    parts = [np.rint(v).astype(np.uint32) for v in (alpha, red * share, green * share, blue * share)]
    return (parts[0] << 24) | (parts[1] << 16) | (parts[2] << 8) | parts[3]


def paint_overlay(
    painter: QPainter, values: np.ndarray, table: np.ndarray, exposed: QRectF, scale: float
) -> None:
    """Draw ``table[values]`` over the part of the picture inside ``exposed``.

    Args:
        values: uint8 (H, W) of the picture's size. scale: screen pixels for each pixel of the picture.
    """
    height, width = values.shape
    factor = 2 ** mipmap_level(scale, MAX_LEVELS)
    left, top = int(exposed.left() // factor) * factor, int(exposed.top() // factor) * factor
    left, top = max(left, 0), max(top, 0)
    right, bottom = min(int(np.ceil(exposed.right())), width), min(int(np.ceil(exposed.bottom())), height)
    if right <= left or bottom <= top:
        return
    middle = factor // 2
    part = values[
        min(top + middle, bottom - 1) : bottom : factor, min(left + middle, right - 1) : right : factor
    ]
    if not part.size or not part.any():
        return
    colours = np.empty(part.shape, np.uint32)
    np.take(table, part, out=colours, mode="clip")
    memory: Any = colours.data  # PyQt's stubs ask for bytes; any buffer works, without a copy
    image = QImage(
        cast(bytes, memory),
        part.shape[1],
        part.shape[0],
        part.shape[1] * 4,
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(QRectF(left, top, part.shape[1] * factor, part.shape[0] * factor), image)
