"""The picture on the canvas: photo or result, comparison, masks and attention."""

from __future__ import annotations

from functools import partial

import numpy as np
from PyQt6.QtCore import QLineF, QRectF
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from qt_app.model.document import Document, Result
from qt_app.model.mask_paint import Rect
from qt_app.model.masks import MaskLayer
from qt_app.observable import Connections, follow
from qt_app.ui.canvas.overlay import heat_table, mask_table, paint_overlay
from qt_app.ui.canvas.screen import paint_divider, pixel_scale

__all__ = ["PhotoItem"]


class PhotoItem(QGraphicsItem):
    """Draws a `Document`; scene coordinates are the photo's pixels."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self._document = document
        self._tables: dict[str, np.ndarray] = {}
        self._heat_table = heat_table()
        self._connections = Connections()
        until = self._connections
        for layer in document.masks.layers.values():
            until.add(layer.changed, self._mask_changed)
            follow(layer, "found", lambda _: self.update(), now=False, until=until)
            appearance = ("opacity", "colour", "visible")
            follow(layer, appearance, partial(self._appearance_changed, layer), now=False, until=until)
        follow(document, ("shown", "compare", "split", "heat"), self.update, now=False, until=until)

    def close(self) -> None:
        """Disconnect from the document."""
        self._connections.clear()

    def boundingRect(self) -> QRectF:
        """The photo's rectangle."""
        height, width = self._document.mipmaps.shape
        return QRectF(0, 0, width, height)

    def paint(
        self,
        painter: QPainter | None,
        option: QStyleOptionGraphicsItem | None,
        widget: QWidget | None = None,
    ) -> None:
        """Draw the exposed part."""
        if painter is None or option is None:
            return
        exposed = option.exposedRect.intersected(self.boundingRect())
        scale = pixel_scale(painter)
        document = self._document
        result = document.result
        if result is None or document.compare == "before":
            document.mipmaps.paint(painter, exposed, scale)
        elif document.compare == "split":
            self._paint_split(painter, result, exposed, scale)
        else:
            result.mipmaps.paint(painter, exposed, scale)
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
        for rect, mipmaps in ((left, self._document.mipmaps), (right, result.mipmaps)):
            if rect.width() > 0:
                painter.save()
                painter.setClipRect(rect)
                mipmaps.paint(painter, rect, scale)
                painter.restore()
        line = QLineF(at, 0, at, self.boundingRect().height())
        paint_divider(painter, line, self.boundingRect())

    def _table(self, layer: MaskLayer) -> np.ndarray:
        if layer.name not in self._tables:
            self._tables[layer.name] = mask_table(layer.colour, layer.opacity)
        return self._tables[layer.name]

    def _appearance_changed(self, layer: MaskLayer) -> None:
        self._tables.pop(layer.name, None)
        self.update()

    def _mask_changed(self, rect: Rect) -> None:
        self.update(QRectF(rect.left, rect.top, rect.right - rect.left, rect.bottom - rect.top))
