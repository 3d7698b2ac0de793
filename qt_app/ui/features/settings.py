"""The settings with the base models and the keyboard shortcuts, and the banner about the small model."""

from __future__ import annotations

import sys

from PyQt6.QtCore import QObject, QProcess

from qt_app.ui.actions import ActionSpec
from qt_app.ui.banner import SmallModelBanner
from qt_app.ui.main_window import MainWindow
from qt_app.ui.models_page import ModelsPage
from qt_app.ui.settings_dialog import SettingsDialog
from qt_app.ui.shortcuts_page import ShortcutsPage
from qt_app.ui.widgets import bring_to_front

__all__ = ["SettingsFeature"]


class SettingsFeature(QObject):
    """Adds the settings to a window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._studio = window, window.studio
        self.dialog: SettingsDialog | None = None
        menus = window.menus
        menus["edit"].addSeparator()
        menus.add("edit", ActionSpec("edit.settings", self.tr("S&ettings …"), "Ctrl+,"), self.show)
        keys = ActionSpec("edit.shortcuts", self.tr("&Keyboard shortcuts …"))
        menus.add("edit", keys, lambda: self.show("shortcuts"))
        models = ActionSpec("tokens.models", self.tr("Base &models …"), "Ctrl+Alt+M")
        menus.add("tokens", models, lambda: self.show("models"))
        for panel in (window.edit_panel, window.learn_panel):
            banner = SmallModelBanner(self._studio.advice)
            banner.models_requested.connect(lambda: self.show("models"))
            panel.foot.insertWidget(0, banner)

    def show(self, page: str = "") -> SettingsDialog:
        """Show the settings, at a page: ``look``, ``computing``, ``files``, ``credentials``, ``models``, ``shortcuts``."""
        studio = self._studio
        if self.dialog is None:
            folder = str(studio.folder)
            self.dialog = SettingsDialog(
                studio.preferences, studio.settings, studio.messages, folder, self._window
            )
            self.dialog.add_page("models", self.tr("Base models"), ModelsPage(studio.models))
            shortcuts = ShortcutsPage(self._window.actions_by_id, studio.preferences)
            self.dialog.add_page("shortcuts", self.tr("Shortcuts"), shortcuts)
            self.dialog.appearance.restart_requested.connect(self.restart_window)
        if page:
            self.dialog.show_page(page)
        studio.models.refresh()
        return bring_to_front(self.dialog)

    def restart_window(self) -> None:
        """Close the window, unless the user cancels, and open another one with the same photo. The engine keeps running."""
        document = self._studio.documents.document
        photo = [document.path] if document is not None and document.path else []
        command = ["-m", "qt_app", *photo]
        self._window.when_closed = lambda: QProcess.startDetached(sys.executable, command)
        if not self._window.close() and not self._window.is_closing:  # cancelled
            self._window.when_closed = None
