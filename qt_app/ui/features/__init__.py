"""What the main window offers besides its canvas and panels, one module for each feature."""

from __future__ import annotations

from PyQt6.QtCore import QObject

from qt_app.ui.features.batch import BatchFeature
from qt_app.ui.features.crash_recovery import CrashRecovery
from qt_app.ui.features.gimp import GimpFeature
from qt_app.ui.features.help import HelpFeature
from qt_app.ui.features.history import HistoryFeature
from qt_app.ui.features.saving import SavingFeature
from qt_app.ui.features.settings import SettingsFeature
from qt_app.ui.features.tokens import TokensFeature
from qt_app.ui.main_window import MainWindow

__all__ = ["Features", "features_of"]


class Features(QObject):
    """The features of a window, which owns them. Their order is that of their menu entries."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.history = HistoryFeature(window)
        self.saving = SavingFeature(window)
        self.batch = BatchFeature(window)
        self.gimp = GimpFeature(window)
        self.crash_recovery = CrashRecovery(window)
        self.settings = SettingsFeature(window)
        self.tokens = TokensFeature(window)
        self.help = HelpFeature(window)
        window.menus.move_last("file", "file.quit")


def features_of(window: MainWindow) -> Features:
    """The features of a window."""
    features = window.findChild(Features)
    assert isinstance(features, Features)
    return features
