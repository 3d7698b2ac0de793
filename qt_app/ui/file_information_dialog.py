"""Provenance information of a picture file, and whether its signature is valid."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from qt_app.i18n.engine_translation import translated
from qt_app.model.file_information import FileInformationState
from qt_app.observable import follow
from qt_app.ui.plain_text import plain_label
from qt_app.ui.widgets import dim_label, heading, set_return_button, thin_progress_bar

__all__ = ["FileInformationDialog"]


class FileInformationDialog(QDialog):
    """Shows a `FileInformationState`; made once, since it stays connected to it."""

    def __init__(self, state: FileInformationState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.setWindowTitle(self.tr("File information"))
        self.title, self.kind = heading("", 1.2), dim_label()
        self.text = plain_label("", selectable=True)
        self.text.setWordWrap(True)
        self.text.setAccessibleName(self.tr("What the file says"))
        self.busy = thin_progress_bar(self.tr("Looking at the file"), 6, busy=True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop)
        scroll = QScrollArea()  # a chain of edits may be long
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(self.text)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        for widget in (self.title, self.kind, self.busy):
            column.addWidget(widget)
        column.addWidget(scroll, 1)
        column.addWidget(
            dim_label(self.tr("Labels can be removed and forged. Nothing is fetched to look at them."))
        )
        column.addLayout(self._make_buttons())
        follow(state, ("name", "found", "problem", "busy"), self._show)
        self.resize(620, 420)

    def _make_buttons(self) -> QHBoxLayout:
        self.other = QPushButton(self.tr("Another file …"))
        self.copy, self.close_button = QPushButton(self.tr("Copy all")), QPushButton(self.tr("Close"))
        self.other.clicked.connect(self.ask)
        self.copy.clicked.connect(self._copy)
        self.close_button.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self.other)
        row.addWidget(self.copy)
        row.addStretch(1)
        row.addWidget(self.close_button)
        set_return_button(self, self.close_button)
        return row

    def ask(self) -> None:
        """Choose another file."""
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Information about a file"))
        if path:
            self._state.inspect_file(path)

    def _show(self) -> None:
        found, problem = self._state.found, self._state.problem
        self.title.setText(self._state.name or self.tr("No file"))
        size = f"{found.size[0]} × {found.size[1]}" if found is not None and found.size else ""
        self.kind.setText(" · ".join(part for part in (found.format if found else "", size) if part))
        lines = [translated(sentence) for sentence in found.sentences] if found is not None else []
        self.text.setText("\n\n".join(lines) if found is not None else translated(problem))
        self.busy.setVisible(self._state.busy)
        self.copy.setEnabled(bool(lines))

    def _copy(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(f"{self._state.name}\n{self.text.text()}")
