"""Below the canvas: zoom, before and after, and where a word looks."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QToolButton, QWidget

from qt_app.model.document import Document, Documents
from qt_app.model.editing import EditState
from qt_app.model.observable import Connections
from qt_app.ui.actions import Actions
from qt_app.ui.canvas.view import CanvasView
from qt_app.ui.fields import action_button
from qt_app.ui.icons import icon
from qt_app.ui.plain import set_tip
from qt_app.ui.wording import number

__all__ = ["ViewBar"]


class ViewBar(QWidget):
    """Works on a `CanvasView` and on what its document shows."""

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
            menu.addAction(f"{percent} %", lambda one=percent: view.set_zoom(one / 100))
        self.zoom.setMenu(menu)
        for name in ("view.zoom-out",):
            row.addWidget(action_button(actions[name], text=False))
        row.addWidget(self.zoom)
        row.addWidget(action_button(actions["view.zoom-in"], text=False))
        row.addWidget(action_button(actions["view.fit"], text=False))
        row.addStretch(1)
        self.look = action_button(actions["view.look"])
        self.word = QComboBox()
        self.word.setEditable(True)
        self.word.setAccessibleName(self.tr("Word or token whose attention is shown"))
        set_tip(self.word, self.tr("A word of the prompt, or a token"))
        self.word.setMinimumWidth(104)
        self.word.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        line = self.word.lineEdit()
        if line is not None:
            line.setPlaceholderText(self.tr("word"))
            line.returnPressed.connect(self._look_again)
        self.word.activated.connect(lambda _: self._look_again())
        row.addWidget(self.look)
        row.addWidget(self.word)
        row.addSpacing(4)
        self.split = action_button(actions["view.split"])
        self.before = QToolButton()
        self.before.setIcon(icon("before"))
        self.before.setText(self.tr("Before"))
        self.before.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.before.setAutoRaise(True)
        self.before.setAccessibleName(self.tr("Show the photo while held"))
        set_tip(self.before, actions["view.before"].toolTip())
        self.before.pressed.connect(lambda: self._hold(True))
        self.before.released.connect(lambda: self._hold(False))
        row.addWidget(self.split)
        row.addWidget(self.before)
        view.zoom_changed.connect(self._show_zoom)
        for signal in (editing.prompt_changed, editing.source_prompt_changed, editing.tokens_changed):
            signal.connect(lambda _: self._offer_words())
        documents.document_changed.connect(self._show_document)
        self._show_document(documents.document)
        self._offer_words()

    def chosen_word(self) -> str:
        """The word whose attention is wanted."""
        return self.word.currentText().strip()

    def _look_again(self) -> None:
        if self.chosen_word():
            self._editing.look_at(self.chosen_word())

    def _show_zoom(self, zoom: float) -> None:
        percent = zoom * 100
        self.zoom.setText(f"{number(percent, 0 if percent >= 10 else 1)} %")

    def _show_document(self, document: Document | None) -> None:
        self._connections.clear()
        self.setEnabled(document is not None)
        if document is not None:
            self._connections.follow(document, "results", lambda _: self._enable(document))

    def _enable(self, document: Document) -> None:
        self.before.setEnabled(bool(document.results))

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
