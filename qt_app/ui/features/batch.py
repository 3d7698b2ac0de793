"""Recipes and batches: saving the shown result's recipe, and editing many photos by a recipe."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QFileDialog

from qt_app.ui.actions import ActionSpec, enable_with_result
from qt_app.ui.batch_dialog import BatchDialog
from qt_app.ui.main_window import MainWindow
from qt_app.ui.plain_text import confirm_replacing
from qt_app.ui.widgets import bring_to_front

__all__ = ["BatchFeature"]


class BatchFeature(QObject):
    """Adds recipes and batches to a window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._studio = window, window.studio
        self._dialog: BatchDialog | None = None
        tip = self.tr("Write what made the result on show into a file, to be used on other photos")
        spec = ActionSpec("file.recipe", self.tr("Save as recipe (&TOML) …"), "Ctrl+Alt+R", tip)
        window.menus.add("file", spec, self.save_recipe)
        tip = self.tr("Edit a folder of photos by a recipe")
        window.menus.add("file", ActionSpec("file.batch", self.tr("&Batch …"), "Ctrl+Alt+B", tip), self.show)
        self._studio.batch.saved.connect(lambda _: self.show())
        enable_with_result(self._studio.documents, window.actions_by_id["file.recipe"])

    def save_recipe(self) -> None:
        """Ask for a path, and write the recipe of the shown result there."""
        path, _ = QFileDialog.getSaveFileName(
            self._window, self.tr("Save as recipe"), self._studio.batch.recipe_name(), self.tr("Recipes") + " (*.toml)",
            "", QFileDialog.Option.DontConfirmOverwrite,  # Qt's own question would interpret the name as mark-up
        )  # fmt: skip
        path = path if not path or Path(path).suffix else f"{path}.toml"
        if path and (not Path(path).exists() or confirm_replacing(self._window, Path(path).name)):
            self._studio.batch.save_recipe(path)

    def show(self) -> BatchDialog:
        """Show the batch dialog."""
        if self._dialog is None:
            self._dialog = BatchDialog(self._studio.batch, self._window)
        return bring_to_front(self._dialog)
