"""The bar below the canvas: zoom, comparison with the photo, attention of a word."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QToolButton, QWidget

from qt_app.model.document import Document, Documents
from qt_app.model.editing import EditState
from qt_app.observable import Connections, bind, follow
from qt_app.ui.actions import Actions
from qt_app.ui.canvas.view import CanvasView
from qt_app.ui.formatting import number
from qt_app.ui.icons import icon
from qt_app.ui.plain_text import set_tip
from qt_app.ui.widgets import action_button

__all__ = ["ViewBar"]


class ViewBar(QWidget):
    """Controls of a `CanvasView` and its document."""

    def __init__(
        self,
        view: CanvasView,
        documents: Documents,
        editing: EditState,
        actions: Actions,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._view, self._documents, self._editing = view, documents, editing
        self._connections = Connections()
        self.setObjectName("view-bar")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 8, 2)
        row.setSpacing(4)
        row.addWidget(action_button(actions["view.zoom-out"], text=False))
        row.addWidget(self._make_zoom(actions))
        row.addWidget(action_button(actions["view.zoom-in"], text=False))
        row.addWidget(action_button(actions["view.fit"], text=False))
        row.addStretch(1)
        self.look = action_button(actions["view.look"])
        row.addWidget(self.look)
        row.addWidget(self._make_word())
        row.addSpacing(4)
        self.split = action_button(actions["view.split"])
        row.addWidget(self.split)
        row.addWidget(self._make_before(actions))
        view.zoom_changed.connect(self._show_zoom)
        follow(editing, ("prompt", "source_prompt", "tokens"), self._offer_words)
        follow(documents, "document", self._show_document)

    def _make_zoom(self, actions: Actions) -> QToolButton:
        self.zoom = QToolButton()
        self.zoom.setAutoRaise(True)
        self.zoom.setMinimumWidth(70)
        self.zoom.setAccessibleName(self.tr("Zoom"))
        set_tip(self.zoom, self.tr("Zoom"))
        self.zoom.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.zoom)
        for name in ("view.fit", "view.actual"):
            menu.addAction(actions[name])
        for percent in (25, 50, 200, 400):
            menu.addAction(f"{percent} %", lambda one=percent: self._view.set_zoom(one / 100))
        self.zoom.setMenu(menu)
        return self.zoom

    def _make_word(self) -> QComboBox:
        self.word = QComboBox()
        self.word.setEditable(True)
        self.word.setAccessibleName(self.tr("Word or token whose attention is shown"))
        set_tip(self.word, self.tr("A word of the prompt, or a token"))
        self.word.setMinimumWidth(104)
        self.word.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        bind(self._editing, "attention_word", self.word, "currentText")
        line = self.word.lineEdit()
        if line is not None:
            line.setPlaceholderText(self.tr("word"))
            line.returnPressed.connect(self._show_attention)
        self.word.activated.connect(lambda _: self._show_attention())
        return self.word

    def _make_before(self, actions: Actions) -> QToolButton:
        self.before = QToolButton()
        self.before.setIcon(icon("before"))
        self.before.setText(self.tr("Before"))
        self.before.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.before.setAutoRaise(True)
        self.before.setAccessibleName(self.tr("Show the photo while held"))
        set_tip(self.before, actions["view.before"].toolTip())
        self.before.pressed.connect(lambda: self._hold(True))
        self.before.released.connect(lambda: self._hold(False))
        return self.before

    def _show_attention(self) -> None:
        if word := self._editing.attention_word.strip():
            self._editing.show_attention(word)

    def _show_zoom(self, zoom: float) -> None:
        percent = zoom * 100
        self.zoom.setText(f"{number(percent, 0 if percent >= 10 else 1)} %")

    def _show_document(self, document: Document | None) -> None:
        self._connections.clear()
        self.setEnabled(document is not None)
        if document is not None:
            enable = lambda results: self.before.setEnabled(bool(results))  # noqa: E731
            follow(document, "results", enable, until=self._connections)

    def _hold(self, held: bool) -> None:
        document = self._documents.document
        if document is not None:
            document.hold_before(held)

    def _offer_words(self) -> None:
        kept = self.word.currentText()
        self.word.blockSignals(True)
        self.word.clear()
        self.word.addItems(self._editing.words())
        self.word.setEditText(kept)
        self.word.blockSignals(False)
