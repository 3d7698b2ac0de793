"""The view of the canvas: zoom at the pointer, pan, fit, 100 %, the split divider, and events for the selected tool."""

from __future__ import annotations

from typing import Protocol

from PyQt6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QMouseEvent, QPainter, QRegion, QResizeEvent, QTabletEvent, QWheelEvent
from PyQt6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from qt_app.model.document import Document
from qt_app.ui.canvas.photo_item import PhotoItem
from qt_app.ui.canvas.screen import GRIP_RADIUS

__all__ = ["CanvasTool", "CanvasView"]

SMALLEST, LARGEST = 0.01, 64.0
STEP = 1.25
MARGIN = 500_000  # of the scene around the picture, in pixels
GRIP = GRIP_RADIUS  # screen pixels around the divider in which it can be dragged


class CanvasTool(Protocol):
    """Interface of a tool. Positions are in pixels of the photo, pressure 0..1 (1 for a mouse)."""

    def press(self, at: QPointF, pressure: float, modifiers: Qt.KeyboardModifier) -> None:
        """The button went down."""

    def move(self, at: QPointF, pressure: float, held: bool) -> None:
        """The pointer moved, with the button held or not."""

    def release(self, at: QPointF) -> None:
        """The button went up."""

    def double_click(self, at: QPointF) -> None:
        """Two clicks."""

    def key(self, key: Qt.Key) -> bool:
        """A key was pressed; whether the tool used it."""

    def paint(self, painter: QPainter, scale: float) -> None:
        """Draw the tool's own marks, in photo coordinates."""

    def extent(self) -> QRectF:
        """The part of the photo with the tool's marks; empty: no marks."""

    def leave(self) -> None:
        """The pointer left the canvas."""

    @property
    def cursor(self) -> Qt.CursorShape:
        """The pointer's shape."""


class CanvasView(QGraphicsView):
    """Shows one document.

    Signals:
        zoom_changed(float): screen pixels for each pixel of the photo. hovered(QPointF): position of the pointer.
    """

    zoom_changed = pyqtSignal(float)
    hovered = pyqtSignal(QPointF)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tool: CanvasTool | None = None
        self._document: Document | None = None
        self._fitted = True
        self._panning: QPoint | None = None
        self._drags_split = False
        self._space = False
        self._pen_down = False
        self._item: PhotoItem | None = None
        self._marks = QRect()
        self.setObjectName("canvas")
        self.setAccessibleName(self.tr("Canvas"))
        # With a right-to-left layout Qt would mirror the scroll bars, which pan the picture.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        scene = QGraphicsScene(self)
        scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.setScene(scene)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.AnchorViewCenter)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAcceptDrops(False)  # the window accepts files
        viewport = self.viewport()
        if viewport is not None:
            viewport.setAcceptDrops(False)

    # ------------------------------------------------------------------ picture

    def show_document(self, document: Document | None) -> None:
        """Show a photo, fitted into the view; None: nothing."""
        scene = self.scene()
        if scene is None:
            return
        if self._item is not None:
            self._item.close()
            self._item = None
        scene.clear()
        self.tool = None
        self._document = document
        if document is None:
            return
        item = self._item = PhotoItem(document)
        scene.addItem(item)
        # A margin, so that any part of the picture can be moved anywhere in the view, at every zoom.
        scene.setSceneRect(item.boundingRect().adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN))
        self.fit()

    @property
    def zoom(self) -> float:
        """Physical screen pixels for each pixel of the photo."""
        return self._logical_zoom * self.devicePixelRatioF()

    @property
    def _logical_zoom(self) -> float:
        """Logical pixels of the view for each pixel of the photo."""
        return self.transform().m11()

    def fit(self) -> None:
        """Fit the whole photo into the view."""
        bounds = self._bounds()
        if bounds is None:
            return
        self._fitted = True
        self.fitInView(bounds.adjusted(-8, -8, 8, 8), Qt.AspectRatioMode.KeepAspectRatio)
        self.zoom_changed.emit(self.zoom)

    def set_zoom(self, zoom: float, at: QPoint | None = None) -> None:
        """Zoom, keeping the picture fixed at ``at`` (in the view, None: its centre)."""
        if self._document is None:
            return
        zoom = min(max(zoom, SMALLEST), LARGEST)
        viewport = self.viewport()
        place = at if at is not None else (viewport.rect().center() if viewport is not None else QPoint())
        before = self.mapToScene(place)
        self.scale(zoom / self.zoom, zoom / self.zoom)
        after = self.mapToScene(place)
        moved = (before - after) * self._logical_zoom
        self._pan(round(moved.x()), round(moved.y()))
        self._fitted = False
        self.zoom_changed.emit(self.zoom)

    def use_tool(self, tool: CanvasTool | None) -> None:
        """Set the tool; None: the hand, which moves the picture."""
        self.tool = tool
        self.setCursor(tool.cursor if tool is not None else Qt.CursorShape.OpenHandCursor)
        self.redraw_marks()

    def redraw_marks(self) -> None:
        """Redraw the tool's old and new marks, not the whole picture."""
        viewport = self.viewport()
        if viewport is None:
            return
        extent = self.tool.extent() if self.tool is not None else QRectF()
        marks = QRect()
        if not extent.isNull():
            marks = self.mapFromScene(extent).boundingRect().adjusted(-6, -6, 6, 6)
        viewport.update(QRegion(self._marks) | QRegion(marks))
        self._marks = marks

    def zoom_in(self) -> None:
        """Zoom in by one step."""
        self.set_zoom(self.zoom * STEP)

    def zoom_out(self) -> None:
        """Zoom out by one step."""
        self.set_zoom(self.zoom / STEP)

    def _pan(self, dx: int, dy: int) -> None:
        """Move the view over the photo by screen pixels, with the hidden scroll bars."""
        for bar, by in ((self.horizontalScrollBar(), dx), (self.verticalScrollBar(), dy)):
            if bar is not None:
                bar.setValue(bar.value() + by)
        self._fitted = False

    def _bounds(self) -> QRectF | None:
        if self._document is None:
            return None
        height, width = self._document.rgb.shape[:2]
        return QRectF(0, 0, width, height)

    # ------------------------------------------------------------------ events

    def event(self, event: QEvent | None) -> bool:
        """The zoom changes with the resolution of the screen."""
        if event is not None and event.type() == QEvent.Type.DevicePixelRatioChange:
            self.zoom_changed.emit(self.zoom)
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keep a fitted photo fitted."""
        super().resizeEvent(event)
        if self._fitted:
            self.fit()

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Zoom at the pointer; with Shift pan sideways."""
        if event is None:
            return
        turn = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._pan(-turn // 2, 0)
        else:
            self.set_zoom(self.zoom * STEP ** (turn / 120), event.position().toPoint())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Start panning (middle button, Space or hand tool) or dragging the divider; else the tool handles it."""
        if event is None or self._pen_down:
            return
        left = event.button() == Qt.MouseButton.LeftButton
        if left and not self._space and self._on_split(event.position()):
            self._drags_split = True
        elif event.button() == Qt.MouseButton.MiddleButton or (left and (self._space or self.tool is None)):
            self._panning = event.position().toPoint()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif left and self.tool is not None:
            self.tool.press(self._scene_at(event.position()), 1.0, event.modifiers())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Pan, drag the divider, or let the tool handle it."""
        if event is None or self._pen_down:
            return
        at = self._scene_at(event.position())
        self.hovered.emit(at)
        if self._panning is not None:
            moved = event.position().toPoint() - self._panning
            self._panning = event.position().toPoint()
            self._pan(-moved.x(), -moved.y())
        elif self._drags_split and self._document is not None:
            self._document.split = min(max(at.x() / self._document.rgb.shape[1], 0.0), 1.0)
        else:
            on_split = self._on_split(event.position())
            shape = self.tool.cursor if self.tool is not None else Qt.CursorShape.OpenHandCursor
            self.setCursor(Qt.CursorShape.SplitHCursor if on_split else shape)
            if self.tool is not None:
                self.tool.move(at, 1.0, bool(event.buttons() & Qt.MouseButton.LeftButton))
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """End panning or dragging, or let the tool handle it."""
        if event is None or self._pen_down:
            return
        if self._panning is not None:
            self._panning = None
            self.unsetCursor()
        elif self._drags_split:
            self._drags_split = False
        elif self.tool is not None and event.button() == Qt.MouseButton.LeftButton:
            self.tool.release(self._scene_at(event.position()))
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        """Let the tool handle a double click."""
        if event is not None and self.tool is not None and event.button() == Qt.MouseButton.LeftButton:
            self.tool.double_click(self._scene_at(event.position()))
            event.accept()

    def tabletEvent(self, event: QTabletEvent | None) -> None:
        """Handle a pen like the mouse, with pressure. Ignored events become mouse events, for panning and dragging."""
        if event is None:
            return
        kind = event.type()
        pans = (
            self._space or self._on_split(event.position()) or event.button() == Qt.MouseButton.MiddleButton
        )
        if self.tool is None or (not self._pen_down and (pans or self._is_dragging)):
            event.ignore()
            return
        at = self._scene_at(event.position())
        if kind == event.Type.TabletPress:
            self._pen_down = True
            self.tool.press(at, event.pressure(), event.modifiers())
        elif kind == event.Type.TabletMove:
            self.hovered.emit(at)
            self.tool.move(at, event.pressure(), self._pen_down)
        elif kind == event.Type.TabletRelease:
            self.tool.release(at)
            self._pen_down = False
        event.accept()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Pan with Space and the arrows; other keys are for the tool, then for the window."""
        if event is None:
            return
        key = Qt.Key(event.key())
        arrows = {
            Qt.Key.Key_Left: (-60, 0), Qt.Key.Key_Right: (60, 0), Qt.Key.Key_Up: (0, -60), Qt.Key.Key_Down: (0, 60)
        }  # fmt: skip
        if key == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = True
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        elif self.tool is not None and self.tool.key(key):
            pass
        elif key in arrows:
            self._pan(*arrows[key])
        else:
            event.ignore()
            return
        event.accept()

    def keyReleaseEvent(self, event: QKeyEvent | None) -> None:
        """End panning with Space."""
        if event is not None and event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self.unsetCursor()

    def leaveEvent(self, event: QEvent | None) -> None:
        """Hide the tool's marks when the pointer leaves."""
        super().leaveEvent(event)
        if self.tool is not None:
            self.tool.leave()

    def drawForeground(self, painter: QPainter | None, rect: QRectF) -> None:
        """Draw the tool's marks."""
        if painter is not None and self.tool is not None and self._document is not None:
            self.tool.paint(painter, self._logical_zoom)

    @property
    def _is_dragging(self) -> bool:
        """Whether the picture or the divider is being moved."""
        return self._panning is not None or self._drags_split

    def _scene_at(self, position: QPointF) -> QPointF:
        inverse, _ = self.viewportTransform().inverted()
        return inverse.map(position)

    def _on_split(self, position: QPointF) -> bool:
        document = self._document
        if document is None or document.compare != "split" or document.result is None:
            return False
        line = self.mapFromScene(QPointF(document.split * document.rgb.shape[1], 0)).x()
        return abs(position.x() - line) <= GRIP
