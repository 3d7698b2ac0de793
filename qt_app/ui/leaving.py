"""Before the open photo goes - another one is opened, the window is closed - the user is asked about what is in no file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEventLoop, QObject
from PyQt6.QtWidgets import QMessageBox

from qt_app.model.document import Document
from qt_app.ui.plain import question_box
from qt_app.ui.save_dialog import SaveDialog

if TYPE_CHECKING:
    from qt_app.ui.main_window import MainWindow

__all__ = ["Leaving"]


class Leaving(QObject):
    """Guards the photo of a window.

    Args:
        save: opens the dialog that saves the result on show.
    """

    def __init__(self, window: MainWindow, save: Callable[[], SaveDialog]) -> None:
        super().__init__(window)
        self._window, self._studio, self._save = window, window.studio, save
        window.guards.append(self.may_leave)

    def may_leave(self) -> bool:
        """Whether the photo may go: there is nothing unsaved, or it was saved now, or the user says so."""
        document = self._studio.documents.document
        words = self.words(document) if document is not None else []
        if document is None or not words:
            return True
        answer = self.ask(words)
        return answer == "leave" or (answer == "save" and self._saved(document))

    def words(self, document: Document) -> list[str]:
        """What would go with the photo, a sentence each.

        Results in the history are safe; they are spoken of only while no result of the photo is in a file.
        """
        lost, unsaved = document.lost, document.unsaved
        masks = [layer for layer in document.masks.layers.values() if layer.unsaved]
        words = []
        if lost:
            words.append(
                self.tr(
                    "%n result(s) are in no file and not in the history: they would be lost.", n=len(lost)
                )
            )
        elif unsaved and len(unsaved) == len(document.results):
            words.append(self.tr("%n result(s) are in no file; they stay in the history.", n=len(unsaved)))
        if masks:
            words.append(self.tr("%n painted mask(s) are in no file and would be lost.", n=len(masks)))
        return words

    def ask(self, words: list[str]) -> str:
        """Show what would go; ``save``, ``leave`` or ``stay``."""
        box = question_box(
            self._window, self.tr("Not saved yet"), self.tr("Save it first?"), "\n".join(words)
        )
        save = box.addButton(self.tr("Save …"), QMessageBox.ButtonRole.AcceptRole)
        leave = box.addButton(self.tr("Go on without saving"), QMessageBox.ButtonRole.DestructiveRole)
        stay = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(save)
        box.setEscapeButton(stay)
        box.exec()
        clicked = box.clickedButton()
        return "save" if clicked is save else "leave" if clicked is leave else "stay"

    # ------------------------------------------------------------------ saving

    def _saved(self, document: Document) -> bool:
        """Have everything saved, one after the other; False: the user went back, or it did not work."""
        for result in document.lost or document.unsaved[-1:]:
            document.show_result(result)
            if not self._save_shown(document) or result in document.unsaved:
                return False
        unsaved = [name for name, layer in document.masks.layers.items() if layer.unsaved]
        return all(self._save_mask(document, name) for name in unsaved)

    def _save_shown(self, document: Document) -> bool:
        dialog, loop = self._save(), QEventLoop()
        dialog.finished.connect(loop.quit)
        loop.exec()
        return dialog.result() == SaveDialog.DialogCode.Accepted and self._settled()

    def _save_mask(self, document: Document, name: str) -> bool:
        document.masks.active = name
        self._window.commands.save_mask()
        masking, loop = self._studio.masking, QEventLoop()
        masking.busy_changed.connect(lambda busy: None if busy else loop.quit())
        if masking.busy:
            loop.exec()
        return not document.masks.layers[name].unsaved

    def _settled(self) -> bool:
        """Wait until the file is written, or was not."""
        saving, loop = self._studio.saving, QEventLoop()
        saving.busy_changed.connect(loop.quit)
        if saving.busy:
            loop.exec()
        return not saving.busy
