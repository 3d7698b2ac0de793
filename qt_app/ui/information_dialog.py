"""What a picture's file says about its making, and whether its signature holds."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from qt_app.i18n.engine_words import spoken
from qt_app.model.information import InformationState
from qt_app.model.observable import follow
from qt_app.ui.fields import dim_label, heading, press_with_return
from qt_app.ui.plain import plain_label

__all__ = ["InformationDialog"]


class InformationDialog(QDialog):
    """Shows an `InformationState`; made once, since it listens to it for good."""

    def __init__(self, state: InformationState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.setWindowTitle(self.tr("File information"))
        self.title, self.kind = heading("", 1.2), dim_label()
        self.said = plain_label("", selectable=True)
        self.said.setWordWrap(True)
        self.said.setAccessibleName(self.tr("What the file says"))
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setFixedHeight(6)
        self.busy.setAccessibleName(self.tr("Looking at the file"))
        self.said.setAlignment(Qt.AlignmentFlag.AlignTop)
        scroll = QScrollArea()  # a chain of edits may be long
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(self.said)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        for widget in (self.title, self.kind, self.busy):
            column.addWidget(widget)
        column.addWidget(scroll, 1)
        column.addWidget(
            dim_label(self.tr("Labels can be removed and forged. Nothing is fetched to look at them."))
        )
        column.addLayout(self._make_buttons())
        for name in ("name", "found", "problem", "busy"):
            follow(state, name, lambda _: self._show())
        self.resize(620, 420)

    def _make_buttons(self) -> QHBoxLayout:
        self.other = QPushButton(self.tr("Another file …"))
        self.copy, self.shut = QPushButton(self.tr("Copy all")), QPushButton(self.tr("Close"))
        self.other.clicked.connect(self.ask)
        self.copy.clicked.connect(self._copy)
        self.shut.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self.other)
        row.addWidget(self.copy)
        row.addStretch(1)
        row.addWidget(self.shut)
        press_with_return(self, self.shut)
        return row

    def ask(self) -> None:
        """Choose another file."""
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Information about a file"))
        if path:
            self._state.look_at(path)

    def _show(self) -> None:
        found, problem = self._state.found, self._state.problem
        self.title.setText(self._state.name or self.tr("No file"))
        size = f"{found.size[0]} × {found.size[1]}" if found is not None and found.size else ""
        self.kind.setText(" · ".join(part for part in (found.format if found else "", size) if part))
        lines = [spoken(sentence) for sentence in found.sentences] if found is not None else []
        self.said.setText("\n\n".join(lines) if found is not None else spoken(problem))
        self.busy.setVisible(self._state.busy)
        self.copy.setEnabled(bool(lines))

    def _copy(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(f"{self._state.name}\n{self.said.text()}")
