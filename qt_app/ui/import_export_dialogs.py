"""Export and import of tokens and people."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from qt_app.model.import_export import ExportState, ImportState
from qt_app.observable import bind, follow
from qt_app.ui.fields import ChoiceBox
from qt_app.ui.plain_text import Form, plain_label
from qt_app.ui.widgets import dim_label, primary, set_return_button

__all__ = ["ExportDialog", "ImportDialog"]


class ExportDialog(QDialog):
    """Shows an `ExportState`; made once, since it stays connected to it."""

    def __init__(self, state: ExportState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.setWindowTitle(self.tr("Export"))
        self.what, self.about = plain_label(), dim_label()
        self.what.setWordWrap(True)
        self.about.setMinimumWidth(420)
        self.form = Form()
        self.format = ChoiceBox(
            state,
            "format",
            (
                ("s2edit", self.tr("S²Edit token (.safetensors)")),
                ("textual-inversion", self.tr("Textual inversion embedding")),
                ("custom-diffusion", "Custom Diffusion"),
                ("lora", "LoRA"),
            ),
            self.tr("Format"),
        )
        self.private = QCheckBox(self.tr("With thumbnail, mask and the photo's hash"))
        self.approximate = QCheckBox(self.tr("The vectors alone, if the token is more than that"))
        bind(state, "private", self.private, "checked")
        bind(state, "approximate", self.approximate, "checked")
        self.rank = QSpinBox()
        self.rank.setRange(0, 256)
        self.rank.setSpecialValueText(self.tr("exact"))
        self.rank.setAccessibleName(self.tr("Rank"))
        bind(state, "rank", self.rank, "value")
        self.form.addRow(self.tr("Format"), self.format)
        self.form.addRow("", self.private)
        self.form.addRow("", self.approximate)
        self.form.addRow(self.tr("Rank"), self.rank)
        self.main_button = primary(QPushButton(self.tr("Choose a folder …")))
        self.main_button.clicked.connect(self._go)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self.main_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.what)
        column.addLayout(self.form)
        column.addWidget(self.about)
        column.addWidget(buttons)
        set_return_button(self, self.main_button)
        follow(state, ("names", "person", "format"), self._show)

    def start(self, names: tuple[str, ...] = (), person: str = "") -> None:
        """Open for these tokens, or for a person."""
        self._state.prepare(names, person)
        self.open()

    def _show(self) -> None:
        state = self._state
        own = state.format == "s2edit"
        self.what.setText(
            self.tr("Everything of {0}").format(state.person) if state.person else ", ".join(state.names)
        )
        self.form.setRowVisible(self.format, not state.person)
        self.form.setRowVisible(self.private, own)
        self.form.setRowVisible(self.approximate, not own)
        self.form.setRowVisible(self.rank, state.format == "lora")
        self.about.setText(
            {
                "s2edit": self.tr("For this program. Without the box above, no picture of the person leaves the library."),
                "textual-inversion": self.tr("Word vectors for other programs. A token that is more is refused."),
                "custom-diffusion": self.tr("Attention weights and word vectors, as diffusers reads them."),
                "lora": self.tr("Attention weights as most programs read them, with the word vectors in a second file."),
            }[state.format]
        )  # fmt: skip

    def _go(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Export into a folder"))
        if folder:
            self._state.export(folder)
            self.accept()


class ImportDialog(QDialog):
    """Shows an `ImportState`; made once, since it stays connected to it."""

    def __init__(self, state: ImportState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.setWindowTitle(self.tr("Import"))
        self.files = QListWidget()
        self.files.setAccessibleName(self.tr("Files"))
        self.files.setMaximumHeight(76)
        self.choose = QPushButton(self.tr("Choose files …"))
        self.choose.clicked.connect(self._choose)
        top = QHBoxLayout()
        top.addWidget(self.files, 1)
        top.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignTop)
        self.problem = dim_label()
        self.main_button = primary(QPushButton(self.tr("Import")))
        self.main_button.clicked.connect(self._go)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self.main_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(
            dim_label(self.tr("Tokens and people of this program, and embeddings of other programs."))
        )
        column.addLayout(top)
        column.addLayout(self._make_form())
        column.addWidget(self.problem)
        column.addWidget(buttons)
        set_return_button(self, self.main_button)
        self.setMinimumWidth(520)
        follow(state, "files", self._show_files)
        follow(state, ("files", "name", "busy"), self._show)

    def _make_form(self) -> QFormLayout:
        state, form = self._state, Form()
        self.name, self.noun = QLineEdit(), QLineEdit()
        for field, prop, name, hint in (
            (self.name, "name", self.tr("Import as"), self.tr("person/name; left empty: as the file says")),
            (self.noun, "class_noun", self.tr("Shows a"), self.tr("woman, man, lipstick …")),
        ):
            field.setAccessibleName(name)
            field.setPlaceholderText(hint)
            bind(state, prop, field, "text")
        self.kind = ChoiceBox(
            state,
            "kind",
            (
                ("identity", self.tr("a person's identity")),
                ("attribute", self.tr("an attribute, e.g. a makeup")),
            ),
            self.tr("What it is"),
        )
        self.consent = QCheckBox(self.tr("The person shown agrees"))
        self.replace = QCheckBox(self.tr("Put what has this name already into the trash"))
        bind(state, "consent", self.consent, "checked")
        bind(state, "replace", self.replace, "checked")
        form.addRow(self.tr("Import as"), self.name)
        form.addRow("", self.consent)
        form.addRow("", self.replace)
        form.addRow(dim_label(self.tr("Embeddings of other programs do not say what they show:")))
        form.addRow(self.tr("Shows a"), self.noun)
        form.addRow(self.tr("What it is"), self.kind)
        return form

    def start(self, files: tuple[str, ...] = ()) -> None:
        """Open for these files, or to choose files."""
        self._state.prepare(files)
        self.open()

    def _show_files(self, files: tuple[str, ...]) -> None:
        self.files.clear()
        self.files.addItems([Path(path).name for path in files])

    def _show(self) -> None:
        problem = self._state.problem
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.main_button.setEnabled(not problem and not self._state.busy)

    def _choose(self) -> None:
        kinds = self.tr("Tokens") + " (*.safetensors *.zip)"
        paths, _ = QFileDialog.getOpenFileNames(self, self.tr("Import"), "", kinds)
        if paths:
            self._state.files = tuple(paths)

    def _go(self) -> None:
        self._state.start()
        self.accept()
