"""The settings: look, computing, files, base models, shortcuts. A change takes effect at once; there is nothing to apply."""

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
from qt_app.model.observable import bind, follow
from qt_app.model.preferences import Preferences
from qt_app.model.settings import EngineSettings
from qt_app.ui.credentials_page import CredentialsPage
from qt_app.ui.error_box import ErrorBox
from qt_app.ui.fields import ChoiceBox, NumberField, noted, page_form, press_with_return
from qt_app.ui.plain import plain_label, set_tip

__all__ = ["SettingsDialog"]


class SettingsDialog(QDialog):
    """Pages beside a list of their names; `add_page` adds more. Made once, since it listens to its models for good."""

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
        self.look = LookPage(preferences)
        self.add_page("look", self.tr("Look"), self.look)
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
        press_with_return(self, None)

    def show_page(self, name: str) -> None:
        """Bring a page to the front."""
        for index in range(self.pages.count()):
            page = self.pages.widget(index)
            if page is not None and page.objectName() == f"page-{name}":
                self.list.setCurrentRow(index)

    def done(self, result: int) -> None:
        """What was typed last is not lost by closing."""
        self._settings.send()
        super().done(result)


class LookPage(QWidget):
    """Theme and language.

    Signals:
        restart_wanted(): the window is to be closed and opened again, in the language that was chosen.
    """

    restart_wanted = pyqtSignal()

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
        self.restart.clicked.connect(self.restart_wanted)
        form.addRow(self.tr("Theme"), self.theme)
        form.addRow(
            self.tr("Language"), noted(self.language, self.tr("The language changes with the next start."))
        )
        form.addRow("", self.restart)
        follow(preferences, "language", lambda chosen: self.restart.setVisible(chosen != self._language))
        for signal in (preferences.theme_changed, preferences.language_changed):
            signal.connect(lambda _: preferences.save())


class ComputingPage(QWidget):
    """Device, precision, memory, how long the engine stays, the safety checker."""

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
        add(self.tr("Precision"), noted(self.precision, effect))
        add(self.tr("Memory limit"), noted(self.memory, smaller))
        add(self.tr("Engine stays for"), noted(self.idle, warm))
        add("", self.safety)
        follow(settings, "known", self.setEnabled)


class FilesPage(QWidget):
    """Where things are kept, how much, and what files say."""

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
        form.addRow(self.tr("Data folder"), noted(self.folder, elsewhere))
        form.addRow("", self.keep)
        form.addRow(self.tr("Size of the history"), noted(self.limit, oldest))
        form.addRow("", noted(self.embed, always))
        form.addRow(self.tr("Mirror for downloads"), self.mirror)
        follow(settings, "known", self.setEnabled)
