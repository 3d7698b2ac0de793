"""Provenance information in a picture file: the open photo's, or any other file's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from qt_app.model.background import Background
from qt_app.model.document import Documents
from qt_app.observable import Observable, Property
from s2edit_plugin.errors import ImageError

if TYPE_CHECKING:
    from s2edit_plugin.imaging.credentials.inspection import Inspection

__all__ = ["FileInformationState"]


class FileInformationState(Observable):
    """What the dialog of file information shows.

    Attributes:
        name: of the inspected file. found: its information; None: not known yet, or it cannot be read.
        problem: why it cannot be read. busy: it is being inspected.
    """

    name = Property("")
    found = Property["Inspection | None"](None)
    problem = Property("")
    busy = Property(False)

    def __init__(self, documents: Documents, background: Background) -> None:
        super().__init__()
        self._documents, self._background = documents, background
        self._newest = 0

    def inspect_photo(self) -> None:
        """Inspect the open photo's own file; an unsaved result has no file yet."""
        document = self._documents.document
        if document is not None:
            data = document.original
            self._inspect(document.name, lambda: data)

    def inspect_file(self, path: str) -> None:
        """Inspect any file."""
        self._inspect(Path(path).name, lambda: _read(path))

    def _inspect(self, name: str, data: Callable[[], bytes]) -> None:
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
