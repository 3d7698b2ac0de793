"""What the canvas draws at the screen's own pixels, of which a display with small ones has several to a logical pixel."""

from __future__ import annotations

from collections.abc import Iterator

from PyQt6.QtGui import QColor, QPainter, QPen

__all__ = ["mark_pens", "pixel_scale"]


def pixel_scale(painter: QPainter) -> float:
    """Screen pixels, not logical ones, for each unit that is drawn."""
    transform = painter.deviceTransform()
    return float((transform.m11() ** 2 + transform.m12() ** 2) ** 0.5)


def mark_pens(painter: QPainter) -> Iterator[QPen]:
    """Dark and wide, then light and narrow: drawn over each other they are seen on every picture, as wide at every zoom."""
    device = painter.device()
    ratio = device.devicePixelRatioF() if device is not None else 1.0
    for colour, width in ((QColor(0, 0, 0, 160), 3.0), (QColor(255, 255, 255), 1.0)):
        pen = QPen(colour, width * ratio)
        pen.setCosmetic(True)  # in screen pixels, whatever the zoom
        yield pen
