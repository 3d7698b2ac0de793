"""Saving the shown result, the question about unsaved work, and the provenance information of files."""

from __future__ import annotations

from PyQt6.QtCore import QObject

from qt_app.ui.actions import ActionSpec, enable_with_result
from qt_app.ui.file_information_dialog import FileInformationDialog
from qt_app.ui.main_window import MainWindow
from qt_app.ui.save_dialog import SaveDialog
from qt_app.ui.unsaved_guard import UnsavedGuard
from qt_app.ui.widgets import bring_to_front

__all__ = ["SavingFeature"]


class SavingFeature(QObject):
    """Adds saving and file information to a window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._studio = window, window.studio
        self.save_dialog: SaveDialog | None = None
        self.information_dialog: FileInformationDialog | None = None
        tip = self.tr("Save the result on show")
        spec = ActionSpec("file.save", self.tr("&Save result …"), "Ctrl+S", tip, icon="save")
        window.menus.add("file", spec, self.save)
        tip = self.tr("What a file says about its making, and whether its signature holds")
        spec = ActionSpec("file.information", self.tr("&Information about the file …"), "Ctrl+Alt+P", tip)
        window.menus.add("file", spec, self.show_information)
        self.unsaved_guard = UnsavedGuard(window, self._studio, self.save, window.commands.save_mask)
        enable_with_result(self._studio.documents, window.actions_by_id["file.save"])

    def save(self) -> SaveDialog:
        """Show the dialog that saves the shown result."""
        if self.save_dialog is None:
            self.save_dialog = SaveDialog(self._studio.saving, self._window)
        self.save_dialog.start()
        return self.save_dialog

    def show_information(self) -> FileInformationDialog:
        """Show the provenance information of the open photo's file; another file can be chosen in the dialog."""
        if self.information_dialog is None:
            self.information_dialog = FileInformationDialog(self._studio.file_information, self._window)
        self._studio.file_information.inspect_photo()
        return bring_to_front(self.information_dialog)
