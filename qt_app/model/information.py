"""What a picture's file says about its making: the open photo's, or that of any file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal

from qt_app.model.document import Documents
from qt_app.model.observable import Observable, Property
from qt_app.model.tasks import Background
from s2edit_plugin.errors import ImageError

if TYPE_CHECKING:
    from s2edit_plugin.imaging.credentials.inspection import Inspection

__all__ = ["InformationState"]


class InformationState(Observable):
    """What the dialog of file information shows.

    Signals: ``<name>_changed`` of each.

    Attributes:
        name: of the file that is looked at. found: what it says; None: not known yet, or it cannot be read.
        problem: why it cannot be read, in the engine's words. busy: it is being looked at.
    """

    name_changed = pyqtSignal(object)
    found_changed = pyqtSignal(object)
    problem_changed = pyqtSignal(object)
    busy_changed = pyqtSignal(object)
    name = Property("")
    found = Property["Inspection | None"](None)
    problem = Property("")
    busy = Property(False)

    def __init__(self, documents: Documents, background: Background) -> None:
        super().__init__()
        self._documents, self._background = documents, background
        self._newest = 0

    def look_at_photo(self) -> None:
        """Look at the file of the open photo, as it came; a result that is not saved is in no file yet."""
        document = self._documents.document
        if document is not None:
            data = document.camera
            self._look(document.name, lambda: data)

    def look_at(self, path: str) -> None:
        """Look at any file."""
        self._look(Path(path).name, lambda: _read(path))

    def _look(self, name: str, data: Callable[[], bytes]) -> None:
        self._newest += 1
        number = self._newest
        self.name, self.found, self.problem, self.busy = name, None, "", True

        def work() -> Inspection:
            from s2edit_plugin.imaging.credentials.inspection import inspect_picture

            return inspect_picture(data(), name)

        self._background.run(
            work,
            lambda found: self._show(number, found, ""),
            lambda error: self._show(number, None, str(error)),
        )

    def _show(self, number: int, found: Inspection | None, problem: str) -> None:
        if number == self._newest:
            self.found, self.problem, self.busy = found, problem, False


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ImageError(f"{path} cannot be read ({error.strerror}).") from error
