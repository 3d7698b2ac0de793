"""The settings: appearance, computing, files, provenance, and added pages. Changes take effect at once."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from qt_app.model.messages import Messages
from qt_app.model.preferences import Preferences
from qt_app.model.settings import EngineSettings
from qt_app.observable import bind, follow
from qt_app.ui.credentials_page import CredentialsPage
from qt_app.ui.error_box import ErrorBox
from qt_app.ui.fields import ChoiceBox, NumberField
from qt_app.ui.plain_text import plain_label, set_tip
from qt_app.ui.widgets import page_form, set_return_button, with_note

__all__ = ["SettingsDialog"]


class SettingsDialog(QDialog):
    """Pages with a list of their names; `add_page` adds more. Made once, since it stays connected to its models."""

    def __init__(
        self, preferences: Preferences, settings: EngineSettings, messages: Messages, folder: str,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._settings = settings
        self.setWindowTitle(self.tr("Settings"))
        self.list, self.pages = QListWidget(), QStackedWidget()
        self.list.setObjectName("pages")
        self.list.setAccessibleName(self.tr("Pages"))
        self.list.currentRowChanged.connect(self.pages.setCurrentIndex)
        row = QHBoxLayout()
        row.addWidget(self.list)
        row.addWidget(self.pages, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(ErrorBox(messages))
        column.addLayout(row, 1)
        column.addWidget(buttons)
        self.appearance = AppearancePage(preferences)
        self.add_page("look", self.tr("Look"), self.appearance)
        self.add_page("computing", self.tr("Computing"), ComputingPage(settings))
        self.add_page("files", self.tr("Files and privacy"), FilesPage(settings, folder))
        self.add_page("credentials", self.tr("Provenance"), CredentialsPage(settings))
        self.list.setCurrentRow(0)
        self.resize(860, 560)

    def add_page(self, name: str, title: str, page: QWidget) -> None:
        """Add a page at the end."""
        page.setObjectName(f"page-{name}")
        self.list.addItem(title)
        self.list.setFixedWidth(max(150, self.list.sizeHintForColumn(0) + 2 * self.list.frameWidth() + 8))
        self.pages.addWidget(page)
        set_return_button(self, None)

    def show_page(self, name: str) -> None:
        """Bring a page to the front."""
        for index in range(self.pages.count()):
            page = self.pages.widget(index)
            if page is not None and page.objectName() == f"page-{name}":
                self.list.setCurrentRow(index)

    def done(self, result: int) -> None:
        """Send changes that were not sent yet."""
        self._settings.send()
        super().done(result)


class AppearancePage(QWidget):
    """Theme and language.

    Signals:
        restart_requested(): close the window and open it again, in the chosen language.
    """

    restart_requested = pyqtSignal()

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self._preferences, self._language = preferences, preferences.language
        form = page_form(self)
        self.theme = ChoiceBox(
            preferences,
            "theme",
            (
                ("system", self.tr("as the desktop")),
                ("light", self.tr("light")),
                ("dark", self.tr("dark")),
            ),
            self.tr("Theme"),
        )
        self.language = ChoiceBox(
            preferences,
            "language",
            (("", self.tr("as the desktop")), ("en", "English"), ("de", "Deutsch")),
            self.tr("Language"),
        )
        self.restart = QPushButton(self.tr("Start again now"))
        self.restart.clicked.connect(self.restart_requested)
        form.addRow(self.tr("Theme"), self.theme)
        form.addRow(
            self.tr("Language"),
            with_note(self.language, self.tr("The language changes with the next start.")),
        )
        form.addRow("", self.restart)
        follow(preferences, "language", lambda chosen: self.restart.setVisible(chosen != self._language))
        follow(preferences, ("theme", "language"), preferences.save, now=False)


class ComputingPage(QWidget):
    """Device, precision, memory limit, idle time of the engine, safety checker."""

    def __init__(self, settings: EngineSettings) -> None:
        super().__init__()
        self.form = page_form(self)
        self.device = ChoiceBox(
            settings,
            "device",
            (
                ("auto", self.tr("found by itself")),
                ("cpu", self.tr("processor (CPU)")),
                ("cuda", self.tr("NVIDIA or AMD graphics (cuda)")),
                ("mps", self.tr("Apple graphics (mps)")),
            ),
            self.tr("Device"),
            editable=True,
        )
        set_tip(self.device, self.tr("cuda:1 is the second graphics card."))
        self.precision = ChoiceBox(
            settings,
            "precision",
            (
                ("auto", self.tr("as suits the device")),
                ("fp32", self.tr("32 bits: exact, most memory")),
                ("bf16", self.tr("16 bits, bfloat")),
                ("fp16", self.tr("16 bits, half")),
            ),
            self.tr("Precision"),
        )
        self.memory = NumberField(
            settings, "memory_limit_gb", 0, 1000, self.tr("Memory limit"), " GB", self.tr("what is free")
        )
        self.idle = NumberField(
            settings,
            "engine_idle_minutes",
            0,
            1440,
            self.tr("Engine stays for"),
            " min",
            self.tr("not at all"),
        )
        self.safety = QCheckBox(self.tr("Check results with the base model's safety checker"))
        bind(settings, "safety_checker", self.safety, "checked")
        add = self.form.addRow
        effect = self.tr("Device and precision take effect with the next job.")
        smaller = self.tr("Jobs that would need more take it in smaller steps.")
        warm = self.tr("After the last window has gone, so that the next one finds a warm model.")
        add(self.tr("Device"), self.device)
        add(self.tr("Precision"), with_note(self.precision, effect))
        add(self.tr("Memory limit"), with_note(self.memory, smaller))
        add(self.tr("Engine stays for"), with_note(self.idle, warm))
        add("", self.safety)
        follow(settings, "known", self.setEnabled)


class FilesPage(QWidget):
    """Data folder, history, embedded settings, download mirror."""

    def __init__(self, settings: EngineSettings, folder: str) -> None:
        super().__init__()
        form = page_form(self)
        self.folder = plain_label(folder)
        self.folder.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.folder.setWordWrap(True)
        self.keep = QCheckBox(self.tr("Keep results in the history"))
        bind(settings, "keep_history", self.keep, "checked")
        self.limit = NumberField(
            settings,
            "history_limit_gb",
            0,
            10_000,
            self.tr("Size of the history"),
            " GB",
            self.tr("the newest only"),
        )
        follow(settings, "keep_history", self.limit.setEnabled)
        self.embed = QCheckBox(self.tr("Write prompt, token names and settings into results"))
        bind(settings, "embed_settings", self.embed, "checked")
        self.mirror = QLineEdit()
        self.mirror.setAccessibleName(self.tr("Mirror for downloads"))
        self.mirror.setPlaceholderText(self.tr("left empty: the model hub itself"))
        bind(settings, "mirror", self.mirror, "text")
        elsewhere = self.tr("Set S2EDIT_HOME before the start to keep it elsewhere.")
        oldest = self.tr("The oldest results go first; those with a star stay.")
        always = self.tr("That a picture was edited by AI always stands in its file.")
        form.addRow(self.tr("Data folder"), with_note(self.folder, elsewhere))
        form.addRow("", self.keep)
        form.addRow(self.tr("Size of the history"), with_note(self.limit, oldest))
        form.addRow("", with_note(self.embed, always))
        form.addRow(self.tr("Mirror for downloads"), self.mirror)
        follow(settings, "known", self.setEnabled)
