"""The save dialog: name, folder, format, quality, and remarks on the format."""

from __future__ import annotations

from PyQt6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from qt_app.model.saving import FORMATS, SUFFIXES, SaveState
from qt_app.observable import bind, follow
from qt_app.ui.fields import ChoiceBox, SliderField
from qt_app.ui.plain_text import Form, confirm_replacing
from qt_app.ui.widgets import dim_label, primary, set_return_button

__all__ = ["SaveDialog"]


class SaveDialog(QDialog):
    """Shows a `SaveState`; made once, since it stays connected to it."""

    def __init__(self, state: SaveState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.setWindowTitle(self.tr("Save the result"))
        self.form = Form()
        self._make_form()
        self.notes = dim_label()
        self.notes.setMinimumWidth(480)
        self.problem = dim_label()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.save = primary(QPushButton(self.tr("Save")))
        self.save.clicked.connect(self._save)
        self.buttons.addButton(self.save, QDialogButtonBox.ButtonRole.ActionRole)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(self.form)
        column.addWidget(self.notes)
        column.addWidget(self.problem)
        column.addStretch(1)
        column.addWidget(self.buttons)
        set_return_button(self, self.save)
        follow(state, ("format", "own_quality", "quality", "lossless", "name", "folder"), self._show)

    def start(self) -> None:
        """Open for the shown result."""
        self._state.prepare()
        self._show()
        self.name.setFocus()
        self.name.setSelection(0, len(self._state.path.stem))
        self.open()

    def _make_form(self) -> None:
        state, names = self._state, {"WEBP": "WebP", "ORA": self.tr("OpenRaster (layers)")}
        self.format = ChoiceBox(
            state,
            "format",
            [(name, f"{names.get(name, name)}  ({SUFFIXES[name]})") for name in FORMATS],
            self.tr("Format"),
        )
        self.lossless = QCheckBox(self.tr("Without loss"))
        self.own_quality = QCheckBox(self.tr("As fine as the photo"))
        bind(state, "lossless", self.lossless, "checked")
        bind(state, "own_quality", self.own_quality, "checked")
        self.quality = SliderField(
            state, "quality", 1, 100, self.tr("Quality"), tip=self.tr("Higher is finer and larger")
        )
        self.folder, self.name = QLineEdit(), QLineEdit()
        self.folder.setAccessibleName(self.tr("Folder"))
        self.name.setAccessibleName(self.tr("File name"))
        bind(state, "folder", self.folder, "text")
        bind(state, "name", self.name, "text")
        self.name.editingFinished.connect(state.split)
        self.browse = QPushButton(self.tr("Browse …"))
        self.browse.clicked.connect(self._browse)
        place = QHBoxLayout()
        place.addWidget(self.folder, 1)
        place.addWidget(self.browse)
        self.form.addRow(self.tr("File name"), self.name)
        self.form.addRow(self.tr("Folder"), place)
        self.form.addRow(self.tr("Format"), self.format)
        self.form.addRow("", self.lossless)
        self.form.addRow("", self.own_quality)
        self.form.addRow(self.tr("Quality"), self.quality)

    def _show(self) -> None:
        state = self._state
        webp, lossy = state.format == "WEBP", state.format in ("JPEG", "WEBP")
        lossless = webp and state.lossless
        same = state.original_format == state.format
        self.form.setRowVisible(self.lossless, webp)
        self.form.setRowVisible(self.own_quality, lossy and not lossless and same)
        self.form.setRowVisible(self.quality, lossy and not lossless and not (same and state.own_quality))
        self.notes.setText("\n".join(state.notes))
        self.problem.setText(state.problem)
        self.problem.setVisible(bool(state.problem))
        self.save.setEnabled(not state.problem)
        self.setMinimumHeight(self.sizeHint().height())

    def _browse(self) -> None:
        filters = [f"{name} (*{SUFFIXES[name]})" for name in FORMATS]
        chosen, _ = QFileDialog.getSaveFileName(
            self,
            self.tr("Save the result"),
            str(self._state.path),
            ";;".join(filters),
            filters[FORMATS.index(self._state.format)],
            QFileDialog.Option.DontConfirmOverwrite,
        )
        if chosen:
            self._state.choose(chosen)

    def _save(self) -> None:
        state = self._state
        state.split()
        if state.exists and not self.ask_to_overwrite():
            return
        state.save()
        self.accept()

    def ask_to_overwrite(self) -> bool:
        """Ask whether to replace the existing file."""
        return confirm_replacing(self, self._state.path.name, photo=self._state.replaces_photo)
