"""Asks about unsaved results and masks before the open photo is closed or replaced."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QEventLoop, QObject
from PyQt6.QtWidgets import QMessageBox, QWidget

from qt_app.model.document import Document
from qt_app.model.studio import StudioState
from qt_app.ui.plain_text import question_box
from qt_app.ui.save_dialog import SaveDialog

__all__ = ["UnsavedGuard"]


class UnsavedGuard(QObject):
    """A guard of the open photo, see `Documents.guards`.

    Args:
        save: opens the dialog that saves the shown result. save_mask: asks for a path and saves the active mask.
    """

    def __init__(
        self,
        parent: QWidget,
        studio: StudioState,
        save: Callable[[], SaveDialog],
        save_mask: Callable[[], None],
    ) -> None:
        super().__init__(parent)
        self._parent, self._studio, self._save, self._ask_save_mask = parent, studio, save, save_mask
        studio.documents.guards.append(self.may_close)

    def may_close(self) -> bool:
        """Whether the photo may be closed: nothing is unsaved, or it was saved now, or the user confirms."""
        document = self._studio.documents.document
        words = self.words(document) if document is not None else []
        if document is None or not words:
            return True
        answer = self.ask(words)
        return answer == "leave" or (answer == "save" and self._saved(document))

    def words(self, document: Document) -> list[str]:
        """What would be lost, a sentence each; and results that are only in the history, if no result is in a file."""
        lost, unsaved = document.only_here, document.unsaved
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
        """Show what would be lost and ask: ``save``, ``leave`` or ``stay``."""
        box = question_box(
            self._parent, self.tr("Not saved yet"), self.tr("Save it first?"), "\n".join(words)
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
        """Save everything, one after the other; False: the user cancelled, or saving failed."""
        for result in document.only_here or document.unsaved[-1:]:
            document.show_result(result)
            if not self._save_shown(document) or result in document.unsaved:
                return False
        unsaved = [name for name, layer in document.masks.layers.items() if layer.unsaved]
        return all(self._save_mask(document, name) for name in unsaved)

    def _save_shown(self, document: Document) -> bool:
        dialog, loop = self._save(), QEventLoop()
        dialog.finished.connect(loop.quit)
        loop.exec()
        return dialog.result() == SaveDialog.DialogCode.Accepted and self._written()

    def _save_mask(self, document: Document, name: str) -> bool:
        document.masks.active = name
        self._ask_save_mask()
        masking, loop = self._studio.masking, QEventLoop()
        masking.busy_changed.connect(lambda busy: None if busy else loop.quit())
        if masking.busy:
            loop.exec()
        return not document.masks.layers[name].unsaved

    def _written(self) -> bool:
        """Wait until the file is written, or writing has failed."""
        saving, loop = self._studio.saving, QEventLoop()
        saving.busy_changed.connect(loop.quit)
        if saving.busy:
            loop.exec()
        return not saving.busy
