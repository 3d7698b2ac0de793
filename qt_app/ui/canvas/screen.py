"""Drawing at physical screen pixels, of which a high-resolution display has several for each logical pixel."""

from __future__ import annotations

from collections.abc import Iterator

from PyQt6.QtCore import QLineF, QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPen, QPolygonF

__all__ = ["GRIP_RADIUS", "mark_pens", "paint_divider", "pixel_scale"]

GRIP_RADIUS = 10  # logical pixels of the screen


def pixel_scale(painter: QPainter) -> float:
    """Physical screen pixels for each unit of the painter."""
    transform = painter.deviceTransform()
    return float((transform.m11() ** 2 + transform.m12() ** 2) ** 0.5)


def mark_pens(painter: QPainter) -> Iterator[QPen]:
    """A wide dark pen, then a narrow light one: drawn over each other, visible on every picture, and the same at every zoom."""
    device = painter.device()
    ratio = device.devicePixelRatioF() if device is not None else 1.0
    for colour, width in ((QColor(0, 0, 0, 160), 3.0), (QColor(255, 255, 255), 1.0)):
        pen = QPen(colour, width * ratio)
        pen.setCosmetic(True)  # in screen pixels, independent of the zoom
        yield pen


def paint_divider(painter: QPainter, line: QLineF, within: QRectF) -> None:
    """Draw a vertical divider between two pictures, with a drag handle near its lower end, where it hides no face.

    Args:
        within: clip rectangle.
    """
    painter.save()
    painter.setClipRect(within)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for pen in mark_pens(painter):
        painter.setPen(pen)
        painter.drawLine(line)
    device = painter.device()
    unit = (device.devicePixelRatioF() if device is not None else 1.0) / pixel_scale(painter)
    painter.translate(line.pointAt(0.9))
    painter.scale(unit, unit)  # the same size at every zoom
    painter.setPen(QPen(QColor(0, 0, 0, 160), 1.5))
    painter.setBrush(QColor(255, 255, 255))
    painter.drawEllipse(QPointF(0, 0), GRIP_RADIUS, GRIP_RADIUS)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(40, 40, 46))
    for side in (-1, 1):
        corners = ((2.2, -3.6), (2.2, 3.6), (6.4, 0))
        painter.drawPolygon(QPolygonF([QPointF(side * x, y) for x, y in corners]))
    painter.restore()
