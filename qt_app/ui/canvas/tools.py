"""The tools of the canvas: each turns pointer events into changes of the active mask."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPen, QPolygonF

from qt_app.model.document import Document
from qt_app.model.mask_paint import paint_ellipse, paint_polygon, paint_rectangle, paint_segment
from qt_app.model.tools import ToolState

__all__ = ["BrushTool", "ClickTool", "LassoTool", "PolygonTool", "ShapeTool", "Tool", "merged"]

Pick = Callable[[int, int, bool], None]
"""Called with column, row and whether to take away."""


class Tool:
    """Base: a tool that does nothing but show where it is.

    Args:
        redraw: asks the view to draw the tool's marks again.
    """

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, document: Document, state: ToolState, redraw: Callable[[], None]) -> None:
        self.document, self.state, self.redraw = document, state, redraw
        self._at: QPointF | None = None

    def press(self, at: QPointF, pressure: float, modifiers: Qt.KeyboardModifier) -> None:
        """The button went down."""

    def move(self, at: QPointF, pressure: float, held: bool) -> None:
        """The pointer moved."""
        self._at = at
        self.redraw()

    def release(self, at: QPointF) -> None:
        """The button went up."""

    def double_click(self, at: QPointF) -> None:
        """Two clicks."""

    def key(self, key: Qt.Key) -> bool:
        """A key was pressed; whether the tool used it."""
        return False

    def paint(self, painter: QPainter, scale: float) -> None:
        """Draw the tool's own marks."""

    def _erases(self, modifiers: Qt.KeyboardModifier) -> bool:
        """Shapes add, or take away with the setting or while Alt is held."""
        return self.state.subtract != bool(modifiers & Qt.KeyboardModifier.AltModifier)


class BrushTool(Tool):
    """Brush and eraser: a stroke is one step of undo."""

    cursor = Qt.CursorShape.BlankCursor

    def __init__(
        self, document: Document, state: ToolState, redraw: Callable[[], None], erase: bool = False
    ) -> None:
        super().__init__(document, state, redraw)
        self._erase = erase
        self._last: tuple[QPointF, float] | None = None
        self._steady = False  # the piece before had one radius
        self._erases_now = erase

    def press(self, at: QPointF, pressure: float, modifiers: Qt.KeyboardModifier) -> None:
        """Start a stroke; with Alt the brush erases and the eraser paints."""
        self._erases_now = self._erase != bool(modifiers & Qt.KeyboardModifier.AltModifier)
        self.document.masks.begin()
        self._last, self._steady = (at, self._radius(pressure)), False
        self._stroke(at, pressure)

    def move(self, at: QPointF, pressure: float, held: bool) -> None:
        """Draw on."""
        if held and self._last is not None:
            self._stroke(at, pressure)
        super().move(at, pressure, held)

    def release(self, at: QPointF) -> None:
        """The stroke is done."""
        if self._last is not None:
            self._last = None
            self.document.masks.commit("Eraser" if self._erases_now else "Brush")

    def key(self, key: Qt.Key) -> bool:
        """Escape gives the stroke up."""
        if key == Qt.Key.Key_Escape and self._last is not None:
            self._last = None
            self.document.masks.rollback()
            return True
        return False

    def paint(self, painter: QPainter, scale: float) -> None:
        """The brush's outline."""
        if self._at is None:
            return
        radius = self.state.size / 2
        for colour, width in ((QColor(0, 0, 0, 160), 3.0), (QColor(255, 255, 255), 1.0)):
            painter.setPen(_line(colour, width))
            painter.drawEllipse(self._at, radius, radius)

    def _radius(self, pressure: float) -> float:
        return max(0.5, self.state.size / 2 * (pressure if self.state.pressure else 1.0))

    def _stroke(self, at: QPointF, pressure: float) -> None:
        if self._last is None:
            return
        before, old = self._last
        new = self._radius(pressure)
        masks = self.document.masks
        rect = paint_segment(
            masks.layer.pixels, (before.x(), before.y()), (at.x(), at.y()), (old, new), self.state.hardness,
            self._erases_now, self._steady,
        )  # fmt: skip
        masks.touch(rect)
        self._last, self._steady = (at, new), old == new


class ShapeTool(Tool):
    """Rectangle and ellipse, drawn from corner to corner."""

    def __init__(
        self, document: Document, state: ToolState, redraw: Callable[[], None], ellipse: bool
    ) -> None:
        super().__init__(document, state, redraw)
        self._ellipse = ellipse
        self._corner: QPointF | None = None
        self._takes = False

    def press(self, at: QPointF, pressure: float, modifiers: Qt.KeyboardModifier) -> None:
        """One corner."""
        self._corner, self._at, self._takes = at, at, self._erases(modifiers)

    def release(self, at: QPointF) -> None:
        """The other corner."""
        corner, self._corner = self._corner, None
        if corner is None:
            return
        masks = self.document.masks
        layer = masks.begin()
        fill = paint_ellipse if self._ellipse else paint_rectangle
        masks.touch(fill(layer.pixels, (corner.x(), corner.y()), (at.x(), at.y()), self._takes))
        masks.commit("Ellipse" if self._ellipse else "Rectangle")
        self.redraw()

    def key(self, key: Qt.Key) -> bool:
        """Escape gives the shape up."""
        if key == Qt.Key.Key_Escape and self._corner is not None:
            self._corner = None
            self.redraw()
            return True
        return False

    def paint(self, painter: QPainter, scale: float) -> None:
        """The shape so far."""
        if self._corner is None or self._at is None:
            return
        rect = QRectF(self._corner, self._at).normalized()
        for colour, width in ((QColor(0, 0, 0, 160), 3.0), (QColor(255, 255, 255), 1.0)):
            painter.setPen(_line(colour, width))
            if self._ellipse:
                painter.drawEllipse(rect)
            else:
                painter.drawRect(rect)


class _OutlineTool(Tool):
    """Base of lasso and polygon: a closed outline that is filled."""

    name = ""

    def __init__(self, document: Document, state: ToolState, redraw: Callable[[], None]) -> None:
        super().__init__(document, state, redraw)
        self._points: list[QPointF] = []
        self._takes = False

    def _close(self) -> None:
        points, self._points = self._points, []
        if len(points) >= 3:
            masks = self.document.masks
            layer = masks.begin()
            masks.touch(paint_polygon(layer.pixels, [(p.x(), p.y()) for p in points], self._takes))
            masks.commit(self.name)
        self.redraw()

    def key(self, key: Qt.Key) -> bool:
        """Enter closes the outline, Escape gives it up, Backspace takes the last point back."""
        if not self._points:
            return False
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._close()
        elif key == Qt.Key.Key_Escape:
            self._points = []
        elif key == Qt.Key.Key_Backspace:
            self._points.pop()
        else:
            return False
        self.redraw()
        return True

    def paint(self, painter: QPainter, scale: float) -> None:
        """The outline so far."""
        if not self._points:
            return
        outline = QPolygonF([*self._points, *([self._at] if self._at is not None else [])])
        for colour, width in ((QColor(0, 0, 0, 160), 3.0), (QColor(255, 255, 255), 1.0)):
            painter.setPen(_line(colour, width))
            painter.drawPolyline(outline)


class LassoTool(_OutlineTool):
    """Drawn free-hand with the button held."""

    name = "Lasso"

    def press(self, at: QPointF, pressure: float, modifiers: Qt.KeyboardModifier) -> None:
        """Start."""
        self._points, self._takes = [at], self._erases(modifiers)

    def move(self, at: QPointF, pressure: float, held: bool) -> None:
        """Go on."""
        if held and self._points:
            self._points.append(at)
        super().move(at, pressure, held)

    def release(self, at: QPointF) -> None:
        """Close and fill."""
        self._close()


class PolygonTool(_OutlineTool):
    """Corner by corner; Enter or a double click closes it."""

    name = "Polygon"

    def press(self, at: QPointF, pressure: float, modifiers: Qt.KeyboardModifier) -> None:
        """A corner."""
        if not self._points:
            self._takes = self._erases(modifiers)
        self._points.append(at)
        self._at = at
        self.redraw()

    def double_click(self, at: QPointF) -> None:
        """Close and fill."""
        self._close()


class ClickTool(Tool):
    """Magic wand and click-to-select: one click, answered elsewhere because it takes time."""

    def __init__(self, document: Document, state: ToolState, redraw: Callable[[], None], pick: Pick) -> None:
        super().__init__(document, state, redraw)
        self._pick = pick

    def press(self, at: QPointF, pressure: float, modifiers: Qt.KeyboardModifier) -> None:
        """Pick what is there."""
        column, row = int(np.floor(at.x())), int(np.floor(at.y()))
        height, width = self.document.rgb.shape[:2]
        if 0 <= column < width and 0 <= row < height:
            self._pick(column, row, self._erases(modifiers))


def _line(colour: QColor, width: float) -> QPen:
    pen = QPen(colour, width)
    pen.setCosmetic(True)
    return pen


def merged(pixels: np.ndarray, found: np.ndarray, takes: bool) -> np.ndarray:
    """A mask joined with what was found, or without it; uint8 (H, W) both."""
    return np.minimum(pixels, 255 - found) if takes else np.maximum(pixels, found)
