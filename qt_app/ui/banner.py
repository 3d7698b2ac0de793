"""A banner above a panel's button: a hint that the small model suits photographs badly, with a button."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout

from qt_app.model.advice import AdviceState
from qt_app.observable import follow
from qt_app.ui.plain_text import set_tip
from qt_app.ui.widgets import dim_label

__all__ = ["SmallModelBanner"]


class SmallModelBanner(QFrame):
    """Shows an `AdviceState` while the small model is in use on a photo.

    Signals:
        models_requested(): the button was pressed.
    """

    models_requested = pyqtSignal()

    def __init__(self, state: AdviceState) -> None:
        super().__init__()
        self._state = state
        self.setProperty("box", "note")
        self.setAccessibleName(self.tr("About the model in use"))
        self.words = dim_label()
        self.main_button = QPushButton()
        self.main_button.clicked.connect(self.models_requested)
        self.dismiss = QToolButton()
        self.dismiss.setText("✕")
        self.dismiss.setAutoRaise(True)
        self.dismiss.setAccessibleName(self.tr("Dismiss the remark"))
        set_tip(self.dismiss, self.tr("Dismiss"))
        self.dismiss.clicked.connect(state.dismiss)
        top = QHBoxLayout()
        top.addWidget(self.words, 1)
        top.addWidget(self.dismiss, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 6)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self.main_button, 0, Qt.AlignmentFlag.AlignLeft)
        follow(state, "installed", self._show)
        follow(state, "small_model", self.setVisible)

    def _show(self, installed: str) -> None:
        self.words.setText(
            self.tr("The small model is in use. It draws like its training pictures; photographs want a full-size model.")
        )  # fmt: skip
        self.main_button.setText(
            self.tr("Choose another model …") if installed else self.tr("Install a model …")
        )
