"""The picture on the canvas: photo or result, before/after, masks and attention over it."""

from __future__ import annotations

import numpy as np
from PyQt6.QtCore import QLineF, QRectF
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from qt_app.model.document import Document, Result
from qt_app.model.levels import screen_levels
from qt_app.model.mask_paint import Rect
from qt_app.model.masks import MaskLayer
from qt_app.model.observable import Connections
from qt_app.ui.canvas.overlay import heat_table, mask_table, paint_overlay
from qt_app.ui.canvas.pyramid import Pyramid
from qt_app.ui.canvas.screen import paint_divider, pixel_scale

__all__ = ["PhotoItem"]


class PhotoItem(QGraphicsItem):
    """Draws a `Document`; scene coordinates are the photo's pixels."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self._document = document
        self._photo = Pyramid(document.levels)
        self._results: dict[int, Pyramid] = {}
        self._tables: dict[str, np.ndarray] = {}
        self._heat_table = heat_table()
        self._connections = Connections()
        connect = self._connections.add
        for layer in document.masks.layers.values():
            connect(layer.changed, self._mask_changed)
            connect(layer.found_changed, lambda _: self.update())
            for signal in (layer.opacity_changed, layer.colour_changed, layer.visible_changed):
                connect(signal, lambda _, one=layer: self._look_changed(one))
        for signal in (
            document.shown_changed, document.compare_changed, document.split_changed, document.heat_changed
        ):  # fmt: skip
            connect(signal, lambda _: self.update())

    def close(self) -> None:
        """Hear nothing of the document any more."""
        self._connections.clear()

    def boundingRect(self) -> QRectF:
        """The photo's rectangle."""
        height, width = self._photo.shape
        return QRectF(0, 0, width, height)

    def paint(
        self,
        painter: QPainter | None,
        option: QStyleOptionGraphicsItem | None,
        widget: QWidget | None = None,
    ) -> None:
        """Draw what is exposed."""
        if painter is None or option is None:
            return
        exposed = option.exposedRect.intersected(self.boundingRect())
        scale = pixel_scale(painter)
        document = self._document
        result = document.result
        if result is None or document.compare == "before":
            self._photo.paint(painter, exposed, scale)
        elif document.compare == "split":
            self._paint_split(painter, result, exposed, scale)
        else:
            self._pyramid(result).paint(painter, exposed, scale)
        if document.compare == "before":
            return
        if document.heat is not None:
            paint_overlay(painter, document.heat, self._heat_table, exposed, scale)
        for layer in document.masks.layers.values():
            shown = layer.shown if layer.visible else None
            if shown is not None:
                paint_overlay(painter, shown, self._table(layer), exposed, scale)

    def _paint_split(self, painter: QPainter, result: Result, exposed: QRectF, scale: float) -> None:
        at = self._document.split * self.boundingRect().width()
        left, right = QRectF(exposed), QRectF(exposed)
        left.setRight(min(exposed.right(), at))
        right.setLeft(max(exposed.left(), at))
        for rect, pyramid in ((left, self._photo), (right, self._pyramid(result))):
            if rect.width() > 0:
                painter.save()
                painter.setClipRect(rect)
                pyramid.paint(painter, rect, scale)
                painter.restore()
        line = QLineF(at, 0, at, self.boundingRect().height())
        paint_divider(painter, line, self.boundingRect())

    def _pyramid(self, result: Result) -> Pyramid:
        key = id(result)
        if key not in self._results:
            if len(self._results) >= 4:  # large photos: a few results are enough to go back and forth between
                self._results.pop(next(iter(self._results)))
            self._results[key] = Pyramid(result.levels or screen_levels(result.rgb))
        return self._results[key]

    def _table(self, layer: MaskLayer) -> np.ndarray:
        if layer.name not in self._tables:
            self._tables[layer.name] = mask_table(layer.colour, layer.opacity)
        return self._tables[layer.name]

    def _look_changed(self, layer: MaskLayer) -> None:
        self._tables.pop(layer.name, None)
        self.update()

    def _mask_changed(self, rect: Rect) -> None:
        self.update(QRectF(rect.left, rect.top, rect.right - rect.left, rect.bottom - rect.top))
