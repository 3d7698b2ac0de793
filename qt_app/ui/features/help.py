"""Help: diagnostics, about, and the wizard of the first start."""

from __future__ import annotations

from PyQt6.QtCore import QObject, Qt

from qt_app.ui.about_dialog import AboutDialog
from qt_app.ui.actions import ActionSpec
from qt_app.ui.diagnostics_dialog import DiagnosticsDialog
from qt_app.ui.main_window import MainWindow
from qt_app.ui.widgets import bring_to_front
from qt_app.ui.wizard import Wizard

__all__ = ["HelpFeature"]


class HelpFeature(QObject):
    """Adds the help to a window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._studio = window, window.studio
        self.diagnostics_dialog: DiagnosticsDialog | None = None
        self.wizard: Wizard | None = None
        menus = window.menus
        menus["help"].addSeparator()
        spec = ActionSpec("help.diagnostics", self.tr("&Diagnostics …"), "Ctrl+Alt+D")
        menus.add("help", spec, self.show_diagnostics)
        menus.add("help", ActionSpec("help.about", self.tr("&About S²Edit Studio")), self.show_about)
        menus.add("help", ActionSpec("help.first-start", self.tr("&First steps …")), self.show_wizard)

    def show_diagnostics(self) -> DiagnosticsDialog:
        """Show engine state, checks, messages and logs."""
        if self.diagnostics_dialog is None:
            self.diagnostics_dialog = DiagnosticsDialog(self._studio.diagnostics, self._window)
        return bring_to_front(self.diagnostics_dialog)

    def show_about(self) -> AboutDialog:
        """Show version, method and licence."""
        dialog = AboutDialog(self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        return dialog

    def show_wizard(self) -> Wizard:
        """Show the wizard: responsible use, the first model, the folder for models."""
        if self.wizard is None:
            self.wizard = Wizard(self._studio.first_start, self._window)
            self.wizard.sample_requested.connect(self._window.commands.open_sample)
        self._studio.models.refresh()
        self.wizard.start()
        return self.wizard
