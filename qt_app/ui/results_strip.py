"""The photo and its results as a row of thumbnails; a click shows one."""

from __future__ import annotations

import numpy as np
from PyQt6.QtCore import QModelIndex, QRect, QRectF, QSize, Qt
from PyQt6.QtGui import QIcon, QImage, QPainter, QPalette, QPen, QPixmap
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from qt_app.i18n.engine_translation import translated
from qt_app.model.document import Document, Documents, Result
from qt_app.model.remedies import remedy_of
from qt_app.observable import Connections, follow
from qt_app.ui.actions import Actions
from qt_app.ui.formatting import duration
from qt_app.ui.plain_text import set_tip
from qt_app.ui.widgets import action_button, dim_label

__all__ = ["ResultsStrip"]

SIDE = 72


class ResultsStrip(QWidget):
    """Shows the results of the open photo; hidden while there are none."""

    def __init__(self, documents: Documents, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._documents, self._actions = documents, actions
        self._connections = Connections()
        self.setObjectName("results")
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Photo and results"))
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setFlow(QListView.Flow.LeftToRight)
        self.list.setWrapping(False)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setIconSize(QSize(SIDE, SIDE))
        self.list.setItemDelegate(_Delegate(self.list))
        line = self.list.fontMetrics().height()
        self.list.setGridSize(QSize(SIDE + 16, SIDE + line + 12))
        bar = self.list.horizontalScrollBar()
        self.list.setFixedHeight(SIDE + line + 16 + (bar.sizeHint().height() if bar is not None else 0) // 2)
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.currentRowChanged.connect(self._choose)
        self.about = dim_label()
        self.about.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.buttons = QVBoxLayout()
        self.buttons.setSpacing(4)
        for name in ("edit.again", "edit.continue"):
            self.buttons.addWidget(action_button(actions[name]))
        self.buttons.addWidget(self.about, 1)
        self._remedy = ""
        self.remedy = QPushButton()
        self.remedy.setAccessibleName(self.tr("What helps"))
        self.remedy.clicked.connect(lambda: self._actions[self._remedy].trigger())
        self.remedy.hide()
        self.buttons.addWidget(self.remedy)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.addWidget(self.list, 1)
        side = QWidget()
        side.setFixedWidth(210)
        side.setLayout(self.buttons)
        self.buttons.setContentsMargins(0, 0, 0, 0)
        row.addWidget(side)
        follow(documents, "document", self._show_document)

    def _show_document(self, document: Document | None) -> None:
        self._connections.clear()
        self.list.clear()
        self.setVisible(False)
        if document is not None:
            self.list.addItem(_item(self.tr("Photo"), document.rgb, document.name))
            follow(document, "results", self._show_results, until=self._connections)
            follow(document, "shown", self._show_shown, until=self._connections)

    def _show_results(self, results: tuple[Result, ...]) -> None:
        self.list.blockSignals(True)
        while self.list.count() - 1 > len(results):
            self.list.takeItem(self.list.count() - 1)
        for index in range(self.list.count() - 1, len(results)):
            result = results[index]
            name = self.tr("Result {0}").format(index + 1)
            self.list.addItem(_item(name, result.rgb, result.title or result.request.prompt))
        self.list.blockSignals(False)
        self.setVisible(bool(results))

    def _show_shown(self, shown: int) -> None:
        self.list.blockSignals(True)
        self.list.setCurrentRow(shown + 1)
        self.list.blockSignals(False)
        self.list.scrollToItem(self.list.currentItem())
        document = self._documents.document
        result = document.result if document is not None else None
        self._remedy = ""
        self.about.setText(self._about(result) if result is not None else "")
        self.remedy.setVisible(bool(self._remedy))
        if self._remedy:
            self.remedy.setText(self._actions[self._remedy].text())
            self.remedy.setAccessibleName(self.remedy.text().replace("&", ""))
        set_tip(self.about, self.about.text())

    def _choose(self, row: int) -> None:
        document = self._documents.document
        if document is not None and row >= 0:
            document.shown = row - 1

    def _about(self, result: Result) -> str:
        """Duration, whether a cached inversion was used, and the similarity of the faces."""
        took = duration(result.output.seconds)
        if result.output.inversion_cached:
            took = self.tr("{0}, inversion reused").format(took)
        words, self._remedy = remedy_of(translated(result.output.identity_note))
        return "\n".join(line for line in (took, words) if line)


class _Delegate(QStyledItemDelegate):
    """A picture with its name below it; the shown one has a frame around it."""

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draw an item."""
        shown = index.data(Qt.ItemDataRole.DecorationRole)
        if painter is None or not isinstance(shown, QIcon):
            return
        palette, role = option.palette, QPalette.ColorRole
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        left = option.rect.left() + (option.rect.width() - SIDE) // 2
        picture = QRect(left, option.rect.top() + 6, SIDE, SIDE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shown.paint(painter, picture)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QPen(palette.color(role.Accent if chosen else role.Mid), 2.5))
            painter.drawRoundedRect(QRectF(picture).adjusted(-2.5, -2.5, 2.5, 2.5), 3, 3)
        font = painter.font()
        font.setBold(chosen)
        painter.setFont(font)
        painter.setPen(palette.color(role.Text if chosen else role.PlaceholderText))
        place = QRect(
            option.rect.left(), picture.bottom() + 4, option.rect.width(), painter.fontMetrics().height()
        )
        name = str(index.data(Qt.ItemDataRole.DisplayRole))
        name = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, name)
        painter.restore()


def _item(text: str, rgb: np.ndarray, tip: str) -> QListWidgetItem:
    small, picture = _thumbnail(rgb), QIcon()
    # Without the second, a selected one would be tinted.
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
        picture.addPixmap(small, mode)
    item = QListWidgetItem(picture, text)
    set_tip(item, tip)
    item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{text}: {tip}")
    return item


def _thumbnail(rgb: np.ndarray) -> QPixmap:
    """A thumbnail, from a subset of the pixels."""
    step = max(1, min(rgb.shape[0], rgb.shape[1]) // (SIDE * 4))
    small = np.ascontiguousarray(rgb[::step, ::step])
    height, width = small.shape[:2]
    image = QImage(small.tobytes(), width, height, width * 3, QImage.Format.Format_RGB888)
    keep = Qt.AspectRatioMode.KeepAspectRatioByExpanding
    scaled = image.scaled(SIDE * 2, SIDE * 2, keep, Qt.TransformationMode.SmoothTransformation)
    left, top = (scaled.width() - SIDE * 2) // 2, (scaled.height() - SIDE * 2) // 2
    pixmap = QPixmap.fromImage(scaled.copy(left, top, SIDE * 2, SIDE * 2))
    pixmap.setDevicePixelRatio(2.0)
    return pixmap
