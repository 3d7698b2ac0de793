"""The view of the canvas: zoom at the cursor, pan, fit, 100 %, the split slider, and the events handed to the tool in hand."""

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
ROOM = 500_000
GRIP = GRIP_RADIUS  # screen pixels around the split line that take hold of it


class CanvasTool(Protocol):
    """What the view asks of a tool. Positions are in pixels of the photo, pressure 0..1 (1 for a mouse)."""

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
        """The part of the photo the marks lie in; empty: there are none."""

    def leave(self) -> None:
        """The pointer left the canvas."""

    @property
    def cursor(self) -> Qt.CursorShape:
        """The pointer's shape."""


class CanvasView(QGraphicsView):
    """Shows one document.

    Signals:
        zoom_changed(float): screen pixels for each pixel of the photo. hovered(QPointF): where the pointer is.
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
        # A picture has no direction of writing; from right to left Qt would turn the bars that pan around.
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
        self.setAcceptDrops(False)  # files are the window's
        viewport = self.viewport()
        if viewport is not None:
            viewport.setAcceptDrops(False)

    # ------------------------------------------------------------------ what is shown

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
        # Room around the picture, so that any place of it can be brought anywhere in the view, at every zoom.
        scene.setSceneRect(item.boundingRect().adjusted(-ROOM, -ROOM, ROOM, ROOM))
        self.fit()

    @property
    def zoom(self) -> float:
        """Screen pixels for each pixel of the photo: at 1 every one of them is seen, on displays with small pixels too."""
        return self._logical_zoom * self.devicePixelRatioF()

    @property
    def _logical_zoom(self) -> float:
        """Pixels of the view for each pixel of the photo."""
        return self.transform().m11()

    def fit(self) -> None:
        """The whole photo."""
        bounds = self._bounds()
        if bounds is None:
            return
        self._fitted = True
        self.fitInView(bounds.adjusted(-8, -8, 8, 8), Qt.AspectRatioMode.KeepAspectRatio)
        self.zoom_changed.emit(self.zoom)

    def set_zoom(self, zoom: float, at: QPoint | None = None) -> None:
        """Zoom so that the place under ``at`` (in the view, None: its middle) stays where it is."""
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
        """Take a tool in hand; None: the hand itself, which moves the picture."""
        self.tool = tool
        self.setCursor(tool.cursor if tool is not None else Qt.CursorShape.OpenHandCursor)
        self.redraw_marks()

    def redraw_marks(self) -> None:
        """Draw the tool's marks again: where they were and where they are, not the whole picture."""
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
        """One step closer."""
        self.set_zoom(self.zoom * STEP)

    def zoom_out(self) -> None:
        """One step away."""
        self.set_zoom(self.zoom / STEP)

    def _pan(self, dx: int, dy: int) -> None:
        """Move the view over the photo by screen pixels. The bars are hidden, but they are what moves a view."""
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
        """On another screen with other pixels the zoom is another number."""
        if event is not None and event.type() == QEvent.Type.DevicePixelRatioChange:
            self.zoom_changed.emit(self.zoom)
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """A fitted photo stays fitted."""
        super().resizeEvent(event)
        if self._fitted:
            self.fit()

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Zoom at the cursor; with Shift pan sideways."""
        if event is None:
            return
        turn = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._pan(-turn // 2, 0)
        else:
            self.set_zoom(self.zoom * STEP ** (turn / 120), event.position().toPoint())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Pan with the middle button, Space or the hand; take hold of the split line; else the tool."""
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
        """Pan, move the split line, or let the tool work."""
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
        """The end of panning, of moving the split line, of a stroke."""
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
        """Ends a polygon."""
        if event is not None and self.tool is not None and event.button() == Qt.MouseButton.LeftButton:
            self.tool.double_click(self._scene_at(event.position()))
            event.accept()

    def tabletEvent(self, event: QTabletEvent | None) -> None:
        """A pen: as the mouse, with pressure. Where pressure means nothing Qt makes the mouse's events of it, if it is left."""
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
        """Space pans, arrows too; the rest goes to the tool, then to the window."""
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
        """Space was let go."""
        if event is not None and event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self.unsetCursor()

    def leaveEvent(self, event: QEvent | None) -> None:
        """The pointer is elsewhere: no brush is shown."""
        super().leaveEvent(event)
        if self.tool is not None:
            self.tool.leave()

    def drawForeground(self, painter: QPainter | None, rect: QRectF) -> None:
        """The tool's own marks."""
        if painter is not None and self.tool is not None and self._document is not None:
            self.tool.paint(painter, self._logical_zoom)

    @property
    def _is_dragging(self) -> bool:
        """Whether the mouse, or a pen in its place, moves the picture or the split line."""
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
