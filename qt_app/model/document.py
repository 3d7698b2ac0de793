"""The photo that is open: its pixels, its masks, its results, and what of them is on show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QUndoCommand

from qt_app.model.levels import screen_levels
from qt_app.model.masks import MaskPair
from qt_app.model.messages import Messages
from qt_app.model.observable import Observable, Property
from qt_app.model.preferences import Preferences
from qt_app.model.tasks import Background
from s2edit_plugin.api import ApplyEdit, EditResult
from s2edit_plugin.errors import ImageError, S2EditError

if TYPE_CHECKING:
    from s2edit_plugin.imaging.photo import Photo

__all__ = ["Document", "Documents", "Result"]


@dataclass(frozen=True, eq=False)
class Result:
    """An edited photo.

    Attributes:
        made: what the engine gave. request: what was asked. rgb: uint8 (H, W, 3) in sRGB, for the screen.
        levels: the same as `levels.screen_levels` makes it; empty: it is made when it is shown.
    """

    made: EditResult
    request: ApplyEdit
    rgb: np.ndarray
    title: str = ""
    levels: tuple[np.ndarray, ...] = ()


@dataclass(frozen=True, eq=False)
class _Opened:
    data: bytes
    photo: Photo
    rgb: np.ndarray
    levels: tuple[np.ndarray, ...]
    path: str = ""
    title: str = ""
    origin: str = ""
    camera: bytes = b""


class Document(Observable):
    """One open photo.

    Signals:
        results_changed(tuple[Result]), shown_changed(int): index of the result on show, -1 the photo itself.
        compare_changed(str): ``off``, ``split`` (photo left, result right) or ``before`` (the photo, while a key is held).
        split_changed(float): where the split is, 0..1. heat_changed(ndarray | None): attention to lay over, uint8 (H, W).
        saved_changed(bool): whether every result is in a file.

    Attributes:
        data: the photo's file. photo: decoded. rgb: uint8 (H, W, 3) in sRGB. path: "" for pictures without a file.
        title: what such a picture is called, "": that it was pasted. origin: id of the handover from GIMP, "" for none.
        levels: the photo as `levels.screen_levels` makes it. camera: the file that the first photo came in; another than
            ``data`` where a result is edited on.
    """

    results_changed = pyqtSignal(object)
    shown_changed = pyqtSignal(object)
    compare_changed = pyqtSignal(object)
    split_changed = pyqtSignal(object)
    heat_changed = pyqtSignal(object)
    saved_changed = pyqtSignal(object)
    results = Property[tuple[Result, ...]](())
    shown = Property(-1)
    compare = Property("off")
    split = Property(0.5)
    saved = Property(True)

    def __init__(
        self,
        data: bytes,
        photo: Photo,
        rgb: np.ndarray,
        path: str = "",
        levels: tuple[np.ndarray, ...] | None = None,
        title: str = "",
        origin: str = "",
        camera: bytes = b"",
    ) -> None:
        super().__init__()
        self.origin, self.camera = origin, camera or data
        self.levels = levels if levels is not None else screen_levels(rgb)
        self.data, self.photo, self.rgb, self.path, self.title = data, photo, rgb, path, title
        self.masks = MaskPair((rgb.shape[0], rgb.shape[1]))
        self.heat: np.ndarray | None = None
        self._compared = "off"
        self._kept: set[Result] = set()

    @property
    def name(self) -> str:
        """File name for the title."""
        return Path(self.path).name if self.path else self.title or self.tr("Pasted picture")

    @property
    def pixels(self) -> int:
        """How many it has; what work on it costs depends on that."""
        return int(self.rgb.shape[0] * self.rgb.shape[1])

    @property
    def result(self) -> Result | None:
        """The result on show, None while it is the photo."""
        return self.results[self.shown] if 0 <= self.shown < len(self.results) else None

    @property
    def unsaved(self) -> tuple[Result, ...]:
        """Results that are in no file and were not given to another program; those in the history count too."""
        return tuple(result for result in self.results if result not in self._kept)

    @property
    def lost(self) -> tuple[Result, ...]:
        """Results that would be lost with this window: they are not in the history either."""
        return tuple(result for result in self.unsaved if not result.made.history_id)

    def add_result(self, result: Result, undoable: bool = True) -> None:
        """Take a result in and show it; ``undoable``: as a step of undo, which shows again what was on show before."""
        before = self.result
        self.results = (*self.results, result)
        self.shown = len(self.results) - 1
        self.saved = False
        if undoable:
            self.masks.undo.push(_Shown(self, before, result, self.tr("edit")))

    def keep(self, result: Result) -> None:
        """A result is in a file now, or another program has it."""
        self._kept.add(result)
        self.saved = not self.unsaved

    def show_result(self, result: Result | None) -> None:
        """Show one of the results, or the photo."""
        self.shown = self.results.index(result) if result in self.results else -1

    def hold_before(self, held: bool) -> None:
        """Show the photo while a key or button is held, and what was shown before when it is let go."""
        if held and self.compare != "before":
            self._compared, self.compare = self.compare, "before"
        elif not held and self.compare == "before":
            self.compare = self._compared

    def toggle_split(self) -> None:
        """Photo and result side by side, or the result alone."""
        self.compare = "off" if self.compare == "split" else "split"

    def step(self, by: int) -> None:
        """Show the next or previous of photo and results."""
        self.shown = min(max(self.shown + by, -1), len(self.results) - 1)

    def show_heat(self, heat: np.ndarray | None) -> None:
        """Lay attention over the picture, or take it away."""
        self.heat = heat
        self.heat_changed.emit(heat)


class _Shown(QUndoCommand):
    """A step of undo: a result came, in the place of the photo or of another one. It stays in the row, whatever is on show."""

    def __init__(self, document: Document, before: Result | None, after: Result, text: str) -> None:
        super().__init__(text)
        self._document, self._before, self._after = document, before, after

    def undo(self) -> None:
        """Back to what was on show."""
        self._document.show_result(self._before)

    def redo(self) -> None:
        """Forward again; it is on show already when the step is made."""
        self._document.show_result(self._after)


class Documents(Observable):
    """Opens photos; one is open at a time.

    Signals:
        document_changed(Document | None), opening_changed(str): name of what is being read, "" when nothing is.
    """

    document_changed = pyqtSignal(object)
    opening_changed = pyqtSignal(object)
    document = Property[Document | None](None)
    opening = Property("")

    def __init__(self, background: Background, messages: Messages, preferences: Preferences) -> None:
        super().__init__()
        self._background, self._messages, self._preferences = background, messages, preferences

    def open_file(self, path: str) -> None:
        """Read a photo from a file and show it."""
        self.opening = Path(path).name

        def read() -> _Opened:
            try:
                data = Path(path).read_bytes()
            except OSError as error:
                raise ImageError(f"{path} cannot be read ({error.strerror}).", "Check the file.") from error
            return _decoded(data, path)

        self._background.run(read, self._opened, self._failed)

    def open_bytes(
        self,
        data: bytes,
        title: str = "",
        path: str = "",
        failed: Callable[[], None] = lambda: None,
        origin: str = "",
        camera: bytes = b"",
    ) -> None:
        """Show a picture from the clipboard, from GIMP or from the history.

        Args:
            title: what it is called, "": that it was pasted. path: of the file these bytes once were.
            failed: called if they cannot be read, after the user was told. origin, camera: see `Document`.
        """
        self.opening = Path(path).name or title or self.tr("Pasted picture")

        def not_opened(error: S2EditError) -> None:
            self._failed(error)
            failed()

        self._background.run(lambda: _decoded(data, path, title, origin, camera), self._opened, not_opened)

    def _opened(self, opened: _Opened) -> None:
        self.opening = ""
        self.document = Document(
            opened.data,
            opened.photo,
            opened.rgb,
            opened.path,
            opened.levels,
            opened.title,
            opened.origin,
            opened.camera,
        )
        if opened.path:
            self._preferences.opened(opened.path)
        for note in opened.photo.notes:
            self._messages.note(note)

    def _failed(self, error: S2EditError) -> None:
        self.opening = ""
        self._messages.error(error)


def _decoded(data: bytes, path: str, title: str = "", origin: str = "", camera: bytes = b"") -> _Opened:
    from s2edit_plugin.imaging.reading import read_photo

    photo = read_photo(data, path or "the picture")
    rgb = np.ascontiguousarray(photo.as_uint8_rgb())
    return _Opened(data, photo, rgb, screen_levels(rgb), path, title, origin, camera)
