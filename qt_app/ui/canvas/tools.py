"""The tools of the canvas: each turns pointer events into changes of the active mask."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PyQt6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PyQt6.QtGui import QPainter, QPolygonF

from qt_app.model.document import Document
from qt_app.model.mask_paint import paint_ellipse, paint_polygon, paint_rectangle, paint_segment
from qt_app.model.tools import ToolState
from qt_app.ui.canvas.screen import mark_pens

__all__ = ["BoxTool", "BrushTool", "ClickTool", "LassoTool", "PolygonTool", "ShapeTool", "Tool"]

TINY, SMOOTH = 4.0, 120.0  # screen pixels
SMALLEST_BOX = 0.01  # of the photo's longer side; smaller boxes count as a click
Pick = Callable[[int, int, bool], None]
"""Called with column, row and whether to subtract."""
PickBox = Callable[[tuple[float, float, float, float], bool], None]
"""Called with left, top, right, bottom and whether to subtract."""


class Tool:
    """Base class: a tool without a function.

    Args:
        redraw: redraws the tool's marks in the view.
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

    def extent(self) -> QRectF:
        """The part of the photo the marks lie in."""
        return QRectF()

    def leave(self) -> None:
        """The pointer left the canvas."""
        self._at = None
        self.redraw()

    def _should_subtract(self, modifiers: Qt.KeyboardModifier) -> bool:
        """Whether to subtract: by the setting, inverted while Alt is held."""
        return self.state.subtract != bool(modifiers & Qt.KeyboardModifier.AltModifier)


class BrushTool(Tool):
    """Brush and eraser: a stroke is one undo step."""

    cursor = Qt.CursorShape.BlankCursor

    def __init__(
        self, document: Document, state: ToolState, redraw: Callable[[], None], erase: bool = False
    ) -> None:
        super().__init__(document, state, redraw)
        self._erase = erase
        self._last: tuple[QPointF, float] | None = None
        self._constant_radius = False  # the last piece had a constant radius
        self._erases_now = erase

    def press(self, at: QPointF, pressure: float, modifiers: Qt.KeyboardModifier) -> None:
        """Start a stroke; with Alt the brush erases and the eraser paints."""
        self._erases_now = self._erase != bool(modifiers & Qt.KeyboardModifier.AltModifier)
        self.document.masks.begin()
        self._last, self._constant_radius = (at, self._radius(pressure)), False
        self._stroke(at, pressure)

    def move(self, at: QPointF, pressure: float, held: bool) -> None:
        """Continue the stroke."""
        if held and self._last is not None:
            self._stroke(at, pressure)
        super().move(at, pressure, held)

    def release(self, at: QPointF) -> None:
        """End the stroke."""
        if self._last is not None:
            self._last = None
            translate = QCoreApplication.translate
            self.document.masks.commit(
                translate("tools", "Eraser") if self._erases_now else translate("tools", "Brush")
            )

    def key(self, key: Qt.Key) -> bool:
        """Discard the stroke on Escape."""
        if key == Qt.Key.Key_Escape and self._last is not None:
            self._last = None
            self.document.masks.rollback()
            return True
        return False

    def paint(self, painter: QPainter, scale: float) -> None:
        """The brush's outline."""
        if self._at is None:
            return
        radius, arm = self.state.size / 2, TINY / scale
        # Antialiasing only for small circles: a large one takes milliseconds, at every move of the pointer.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, radius * scale < SMOOTH)
        for pen in mark_pens(painter):
            painter.setPen(pen)
            painter.drawEllipse(self._at, radius, radius)
            if radius * scale < TINY:  # too small to be visible
                painter.drawLine(self._at - QPointF(arm, 0), self._at + QPointF(arm, 0))
                painter.drawLine(self._at - QPointF(0, arm), self._at + QPointF(0, arm))

    def extent(self) -> QRectF:
        """The brush's square."""
        radius = self.state.size / 2
        return (
            QRectF(self._at.x() - radius, self._at.y() - radius, 2 * radius, 2 * radius)
            if self._at
            else QRectF()
        )

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
            self._erases_now, self._constant_radius,
        )  # fmt: skip
        masks.touch(rect)
        self._last, self._constant_radius = (at, new), old == new


class ShapeTool(Tool):
    """Rectangle and ellipse, drawn from corner to corner."""

    def __init__(
        self, document: Document, state: ToolState, redraw: Callable[[], None], ellipse: bool
    ) -> None:
        super().__init__(document, state, redraw)
        self._ellipse = ellipse
        self._corner: QPointF | None = None
        self._subtracting = False

    def press(self, at: QPointF, pressure: float, modifiers: Qt.KeyboardModifier) -> None:
        """One corner."""
        self._corner, self._at, self._subtracting = at, at, self._should_subtract(modifiers)

    def release(self, at: QPointF) -> None:
        """The other corner."""
        corner, self._corner = self._corner, None
        if corner is None:
            return
        masks = self.document.masks
        layer = masks.begin()
        fill = paint_ellipse if self._ellipse else paint_rectangle
        masks.touch(fill(layer.pixels, (corner.x(), corner.y()), (at.x(), at.y()), self._subtracting))
        translate = QCoreApplication.translate
        masks.commit(translate("tools", "Ellipse") if self._ellipse else translate("tools", "Rectangle"))
        self.redraw()

    def leave(self) -> None:
        """Keep the shape while the button is held."""

    def extent(self) -> QRectF:
        """The shape so far."""
        if self._corner is None or self._at is None:
            return QRectF()
        return _not_flat(QRectF(self._corner, self._at).normalized())

    def key(self, key: Qt.Key) -> bool:
        """Discard the shape on Escape."""
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
        for pen in mark_pens(painter):
            painter.setPen(pen)
            if self._ellipse:
                painter.drawEllipse(rect)
            else:
                painter.drawRect(rect)


class _OutlineTool(Tool):
    """Base class of lasso and polygon: a closed outline that is filled."""

    def __init__(self, document: Document, state: ToolState, redraw: Callable[[], None]) -> None:
        super().__init__(document, state, redraw)
        self._points: list[QPointF] = []
        self._subtracting = False

    def name(self) -> str:
        """Text of the undo step."""
        return ""

    def leave(self) -> None:
        """Keep the outline."""

    def extent(self) -> QRectF:
        """The outline so far."""
        if not self._points:
            return QRectF()
        at = [self._at] if self._at is not None else []
        return _not_flat(QPolygonF([*self._points, *at]).boundingRect())

    def _close(self) -> None:
        points, self._points = self._points, []
        if len(points) >= 3:
            masks = self.document.masks
            layer = masks.begin()
            masks.touch(paint_polygon(layer.pixels, [(p.x(), p.y()) for p in points], self._subtracting))
            masks.commit(self.name())
        self.redraw()

    def key(self, key: Qt.Key) -> bool:
        """Close the outline on Enter, discard it on Escape, remove the last point on Backspace."""
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
        for pen in mark_pens(painter):
            painter.setPen(pen)
            painter.drawPolyline(outline)


class LassoTool(_OutlineTool):
    """Drawn free-hand with the button held."""

    def name(self) -> str:
        """Text of the undo step."""
        return QCoreApplication.translate("tools", "Lasso")

    def press(self, at: QPointF, pressure: float, modifiers: Qt.KeyboardModifier) -> None:
        """Start."""
        self._points, self._subtracting = [at], self._should_subtract(modifiers)

    def move(self, at: QPointF, pressure: float, held: bool) -> None:
        """Continue the outline."""
        if held and self._points:
            self._points.append(at)
        super().move(at, pressure, held)

    def release(self, at: QPointF) -> None:
        """Close and fill."""
        self._close()


class PolygonTool(_OutlineTool):
    """Corner by corner; Enter or a double click closes it."""

    def name(self) -> str:
        """Text of the undo step."""
        return QCoreApplication.translate("tools", "Polygon")

    def press(self, at: QPointF, pressure: float, modifiers: Qt.KeyboardModifier) -> None:
        """A corner."""
        if not self._points:
            self._subtracting = self._should_subtract(modifiers)
        self._points.append(at)
        self._at = at
        self.redraw()

    def double_click(self, at: QPointF) -> None:
        """Close and fill."""
        self._close()


class ClickTool(Tool):
    """The magic wand: reports a click; the selection is computed in the background."""

    def __init__(self, document: Document, state: ToolState, redraw: Callable[[], None], pick: Pick) -> None:
        super().__init__(document, state, redraw)
        self._pick = pick

    def press(self, at: QPointF, pressure: float, modifiers: Qt.KeyboardModifier) -> None:
        """Report the clicked pixel."""
        column, row = int(np.floor(at.x())), int(np.floor(at.y()))
        height, width = self.document.rgb.shape[:2]
        if 0 <= column < width and 0 <= row < height:
            self._pick(column, row, self._should_subtract(modifiers))


class BoxTool(ShapeTool):
    """Click-to-select: reports a click on an object, or a box around it, for the engine."""

    def __init__(
        self,
        document: Document,
        state: ToolState,
        redraw: Callable[[], None],
        pick: Pick,
        pick_box: PickBox,
    ) -> None:
        super().__init__(document, state, redraw, ellipse=False)
        self._pick, self._pick_box = pick, pick_box

    def release(self, at: QPointF) -> None:
        """Report a box, or a click if the pointer has hardly moved."""
        corner, self._corner = self._corner, None
        if corner is None:
            return
        self.redraw()
        height, width = self.document.rgb.shape[:2]
        box = QRectF(corner, at).normalized().intersected(QRectF(0, 0, width, height))
        if min(box.width(), box.height()) > SMALLEST_BOX * max(height, width):
            self._pick_box((box.left(), box.top(), box.right(), box.bottom()), self._subtracting)
        elif 0 <= corner.x() < width and 0 <= corner.y() < height:
            self._pick(int(corner.x()), int(corner.y()), self._subtracting)


def _not_flat(rect: QRectF) -> QRectF:
    """Enlarge a rectangle that may have no height or width, since Qt treats such a one as empty."""
    return rect.adjusted(-0.5, -0.5, 0.5, 0.5)
