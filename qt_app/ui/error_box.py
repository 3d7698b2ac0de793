"""The box that shows errors and notes, with a copy button."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qt_app.model.messages import Message, Messages
from qt_app.model.remedies import remedy_of
from qt_app.observable import follow
from qt_app.ui.actions import Actions
from qt_app.ui.plain_text import plain_label, set_tip

__all__ = ["ErrorBox"]


class ErrorBox(QFrame):
    """Shows `Messages.current`: the sentence, the hint below it, copy and dismiss.

    Args:
        actions: a hint that names a command is replaced by a button for the equivalent action.
    """

    def __init__(
        self, messages: Messages, actions: Actions | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._messages, self._actions = messages, actions
        self._remedy = ""
        self.setObjectName("error-box")
        self.setAccessibleName(self.tr("Message"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.sentence, self.hint = plain_label(), plain_label()
        for label in (self.sentence, self.hint):
            label.setWordWrap(True)
            label.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
        self.hint.setProperty("dim", True)
        self.remedy = QPushButton()
        self.remedy.setAccessibleName(self.tr("What helps"))
        self.remedy.clicked.connect(self._help)
        self.copy = QPushButton(self.tr("Copy"))
        self.copy.setAccessibleName(self.tr("Copy the message"))
        self.copy.clicked.connect(self._copy)
        self.dismiss = QToolButton()
        self.dismiss.setText("✕")
        self.dismiss.setAccessibleName(self.tr("Dismiss the message"))
        set_tip(self.dismiss, self.tr("Dismiss"))
        self.dismiss.clicked.connect(messages.dismiss)
        self.dismiss.setFixedSize(self.copy.sizeHint().height(), self.copy.sizeHint().height())
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.sentence)
        words.addWidget(self.hint)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 6, 6, 6)
        row.addLayout(words, 1)
        row.addWidget(self.remedy, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.dismiss, 0, Qt.AlignmentFlag.AlignTop)
        follow(messages, "current", self._show)

    def _show(self, message: Message | None) -> None:
        self.setVisible(message is not None)
        if message is None:
            return
        self.setProperty("box", message.kind)
        style = self.style()
        if style is not None:  # a property that the style sheet uses has changed
            style.unpolish(self)
            style.polish(self)
        self.sentence.setText(message.sentence)
        hint, self._remedy = remedy_of(message.hint)
        offered = self._actions is not None and self._remedy in list(self._actions)
        if not offered:
            hint = message.hint
        elif self._actions is not None:
            self.remedy.setText(self._actions[self._remedy].text())
            self.remedy.setAccessibleName(self.remedy.text().replace("&", ""))
        self.remedy.setVisible(offered)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self.setAccessibleDescription(f"{message.sentence} {hint}".strip())

    def _help(self) -> None:
        if self._actions is not None:
            self._actions[self._remedy].trigger()

    def _copy(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None and self._messages.current is not None:
            clipboard.setText(self._messages.current.as_text())
