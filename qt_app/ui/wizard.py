"""The wizard of the first start: responsible use, the first model, the folder for models."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
    QWizard,
    QWizardPage,
)

from qt_app.i18n.engine_translation import translated
from qt_app.model.first_start import FirstStart
from qt_app.observable import bind, follow
from qt_app.ui.formatting import number, size_in_words
from qt_app.ui.plain_text import Link, LinkLabel, escaped_mnemonics, plain_label, set_tip
from qt_app.ui.widgets import clear_layout, dim_label, primary
from s2edit_plugin.api.queries import ModelInfo

__all__ = ["Wizard"]


class Wizard(QWizard):
    """Shows a `FirstStart`; made once, since it stays connected to it.

    Signals:
        sample_requested(): the sample portrait is to be opened at the end.
    """

    sample_requested = pyqtSignal()

    def __init__(self, state: FirstStart, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.setWindowTitle(self.tr("First steps"))
        self.setWizardStyle(QWizard.WizardStyle.ModernStyle)
        self.setTitleFormat(Qt.TextFormat.PlainText)
        self.setSubTitleFormat(Qt.TextFormat.PlainText)
        self.setOption(QWizard.WizardOption.NoBackButtonOnStartPage)
        self.use_page, self.model_page, self.place_page = UsePage(state), ModelPage(state), PlacePage(state)
        for page in (self.use_page, self.model_page, self.place_page):
            self.addPage(page)
        self.setButtonText(QWizard.WizardButton.CancelButton, self.tr("Later"))
        self.setButtonText(QWizard.WizardButton.FinishButton, self.tr("Start"))
        self.setButtonText(QWizard.WizardButton.NextButton, self.tr("Next"))
        self.setButtonText(QWizard.WizardButton.BackButton, self.tr("Back"))
        for which in (QWizard.WizardButton.NextButton, QWizard.WizardButton.FinishButton):
            primary(self.button(which))
        self.resize(680, 500)

    def start(self) -> None:
        """Show the first page."""
        self.restart()
        self.open()

    def accept(self) -> None:
        """Start what was chosen."""
        self._state.finish()
        if self.place_page.sample.isChecked():
            self.sample_requested.emit()
        super().accept()

    def reject(self) -> None:
        """Keep the small model."""
        self._state.postpone()
        super().reject()


class _Page(QWizardPage):
    """A page, with a line that says why it is incomplete."""

    def __init__(self, state: FirstStart) -> None:
        super().__init__()
        self.state = state
        self.column = QVBoxLayout(self)
        self.problem = dim_label()

    def end(self, *names: str) -> None:
        """Add the last line, why the page is incomplete; updated when one of these properties changes."""
        self.column.addStretch(1)
        self.column.addWidget(self.problem)
        follow(self.state, names, self.update_page)

    def why_incomplete(self) -> str:
        """Why the page is incomplete, "" if it is complete."""
        return ""

    def update_page(self) -> None:
        """Show whether the page is complete."""
        self.problem.setText(self.why_incomplete())
        self.completeChanged.emit()

    def isComplete(self) -> bool:
        """Whether the page is complete."""
        return not self.why_incomplete()


class UsePage(_Page):
    """Responsible use."""

    def __init__(self, state: FirstStart) -> None:
        super().__init__(state)
        self.setTitle(self.tr("Welcome to S²Edit Studio"))
        self.setSubTitle(self.tr("Learn a person from one photo, then edit photos by text."))
        self.column.setSpacing(14)
        for words in (
            self.tr("Photos, masks, tokens and results stay on this machine. Nothing is sent anywhere; only models are "
                    "downloaded, and only when you say so."),
            self.tr("A likeness belongs to the person shown. Learn and edit people who agree to it, or yourself. The "
                    "program asks for this agreement with every person and keeps the answer in their tokens."),
            self.tr("Files of results say that they were edited by AI. Do not use them to deceive or to hurt anybody."),
            self.tr("“Forget for good” in the library removes a person with everything that was made of them here."),
        ):  # fmt: skip
            label = plain_label(words)
            label.setWordWrap(True)
            self.column.addWidget(label)
        self.agree = QCheckBox(self.tr("I use it only with likenesses that I may use"))
        bind(state, "agreed", self.agree, "checked")
        self.column.addSpacing(8)
        self.column.addWidget(self.agree)
        self.end("agreed")

    def why_incomplete(self) -> str:
        """The user has to agree."""
        return "" if self.state.agreed else self.tr("Agree to this to go on.")


class ModelPage(_Page):
    """The first model."""

    def __init__(self, state: FirstStart) -> None:
        super().__init__(state)
        self.setTitle(self.tr("A model to begin with"))
        self.setSubTitle(self.tr("It can be changed at any time in the settings."))
        self.small = self._choice(
            "small",
            self.tr("Try it now with the small model"),
            self.tr("It is here already and quick everywhere, but draws like its training pictures: drawn portraits and cars."),
        )  # fmt: skip
        self.download = self._choice(
            "download",
            self.tr("Download a model for photographs"),
            self.tr("Once; afterwards no connection is needed."),
        )
        self.models = QVBoxLayout()
        self.models.setContentsMargins(20, 0, 0, 0)
        self.column.addLayout(self.models)
        self.accept = QCheckBox(self.tr("I have read its licence and accept it"))
        bind(state, "accepted", self.accept, "checked")
        licence = QHBoxLayout()
        licence.setContentsMargins(20, 0, 0, 6)
        self.licence = LinkLabel()
        licence.addWidget(self.accept)
        licence.addWidget(self.licence, 1)
        self.column.addLayout(licence)
        self.imported = self._choice(
            "import",
            self.tr("Take a model that lies on this machine"),
            self.tr("A folder in the diffusers layout, or a single .safetensors checkpoint: Stable Diffusion 1.x, 2.x, XL."),
        )  # fmt: skip
        self.column.addLayout(self._make_import())
        follow(state, "offered", self._show_models)
        follow(state, ("choice",), self._show, now=False)
        self.end("choice", "model", "accepted", "path")

    def _choice(self, name: str, text: str, about: str) -> QRadioButton:
        button, words = QRadioButton(text), dim_label(about)
        button.toggled.connect(lambda on: setattr(self.state, "choice", name) if on else None)
        button.setAccessibleDescription(about)
        words.setContentsMargins(20, 0, 0, 4)
        self.column.addWidget(button)
        self.column.addWidget(words)
        return button

    def _make_import(self) -> QHBoxLayout:
        self.path = QLineEdit()
        self.path.setAccessibleName(self.tr("Folder or file of the model"))
        bind(self.state, "path", self.path, "text")
        self.folder, self.file = QPushButton(self.tr("Folder …")), QPushButton(self.tr("File …"))
        self.folder.clicked.connect(self._ask_folder)
        self.file.clicked.connect(self._ask_file)
        row = QHBoxLayout()
        row.setContentsMargins(20, 0, 0, 0)
        row.addWidget(self.path, 1)
        row.addWidget(self.folder)
        row.addWidget(self.file)
        return row

    def _show_models(self, offered: tuple[ModelInfo, ...]) -> None:
        clear_layout(self.models)
        self.buttons: dict[str, QRadioButton] = {}
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        for model in offered:
            button = QRadioButton(escaped_mnemonics(self._words(model)))
            button.setChecked(model.name == self.state.model)
            button.toggled.connect(lambda on, one=model.name: self._choose(one) if on else None)
            self.buttons[model.name] = button
            column.addWidget(button)
        if not offered:
            column.addWidget(dim_label(self.tr("The list comes as soon as the engine is there.")))
        self.models.addWidget(box)
        self._show()

    def _words(self, model: ModelInfo) -> str:
        here = self.tr("installed") if model.installed else size_in_words(model.size_bytes)
        parts = [translated(model.title), here]
        if model.memory_gb:
            parts.append(
                self.tr("needs {0} GB of memory").format(
                    number(model.memory_gb, 0 if model.memory_gb % 1 == 0 else 1)
                )
            )
        if model.commercial_use != "yes":
            no = model.commercial_use == "no"
            parts.append(self.tr("not for commercial use") if no else self.tr("commercial use unclear"))
        return " · ".join(parts)

    def _choose(self, name: str) -> None:
        self.state.model, self.state.choice = name, "download"
        self._show()

    def _show(self) -> None:
        state, chosen = self.state, self.state.chosen
        for name, button in (("small", self.small), ("download", self.download), ("import", self.imported)):
            button.setChecked(state.choice == name)
        downloads = state.choice == "download"
        for one in self.buttons.values():
            one.setEnabled(downloads)
        asks = chosen is not None and not chosen.licence_accepted and not chosen.installed
        self.accept.setVisible(downloads and asks)
        self.licence.setVisible(downloads and chosen is not None)
        if chosen is not None:
            self.licence.set_lines((Link(chosen.licence_url, chosen.licence),))
            set_tip(self.licence, translated(chosen.licence_text.strip()))
        for widget in (self.path, self.folder, self.file):
            widget.setEnabled(state.choice == "import")

    def _ask_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, self.tr("The model's folder"))
        if path:
            self.state.path = path

    def _ask_file(self) -> None:
        kinds = self.tr("Checkpoints") + " (*.safetensors)"
        path, _ = QFileDialog.getOpenFileName(self, self.tr("The model's file"), "", kinds)
        if path:
            self.state.path = path

    def why_incomplete(self) -> str:
        """The user has to choose a model and accept its licence."""
        return self.state.model_problem


class PlacePage(_Page):
    """The folder for models, and what happens next."""

    def __init__(self, state: FirstStart) -> None:
        super().__init__(state)
        self.setTitle(self.tr("Where models are kept"))
        self.setSubTitle(self.tr("Models are large. They can be moved to another disk at any time."))
        self.folder, self.browse = QLineEdit(), QPushButton(self.tr("Browse …"))
        self.folder.setAccessibleName(self.tr("Folder for models"))
        bind(state, "folder", self.folder, "text")
        self.browse.clicked.connect(self._browse)
        row = QHBoxLayout()
        row.addWidget(self.folder, 1)
        row.addWidget(self.browse)
        self.room, self.next = dim_label(), plain_label()
        self.next.setWordWrap(True)
        self.sample = QCheckBox(self.tr("Open the sample portrait"))
        self.sample.setChecked(True)
        self.column.addLayout(row)
        for widget in (self.room, self.next, self.sample):
            self.column.addWidget(widget)
        self.column.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.end("folder", "choice", "model")

    def initializePage(self) -> None:
        """Show the present folder."""
        self.folder.setPlaceholderText(self.state.place)
        self.update_page()

    def update_page(self) -> None:
        """Show free space and what happens next."""
        state = self.state
        size = state.chosen.size_bytes if state.choice == "download" and state.chosen is not None else 0
        room = self.tr("{0} are free there.").format(size_in_words(state.free_bytes))
        if size:
            room += " " + self.tr("The model takes {0}.").format(size_in_words(size))
        self.room.setText(room)
        self.next.setText(
            {
                "small": self.tr("The small model is in use. Nothing is downloaded."),
                "download": self.tr("The download begins with “Start” and goes on in the background; it can be cancelled and "
                                    "taken up again. Until it is there the small model is in use."),
                "import": self.tr("The import begins with “Start” and goes on in the background."),
            }[state.choice]
        )  # fmt: skip
        super().update_page()

    def _browse(self) -> None:
        path = QFileDialog.getExistingDirectory(self, self.tr("Keep models in"), self.state.place)
        if path:
            self.state.folder = path

    def why_incomplete(self) -> str:
        """The disk needs enough free space."""
        return self.state.place_problem
