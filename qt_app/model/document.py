"""The open photo: its pixels, masks and results, and which of them is shown. Opening photos, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PyQt6.QtGui import QUndoCommand

from qt_app.model.background import Background
from qt_app.model.masks import MaskPair
from qt_app.model.messages import Messages
from qt_app.model.mipmaps import Mipmaps
from qt_app.model.preferences import Preferences
from qt_app.observable import Observable, Property
from s2edit_plugin.api import ApplyEdit, EditResult
from s2edit_plugin.errors import ImageError, S2EditError

if TYPE_CHECKING:
    from s2edit_plugin.imaging.photo import Photo

__all__ = ["Document", "Documents", "Result", "read_file"]


@dataclass(frozen=True, eq=False)
class Result:
    """An edited photo.

    Attributes:
        output: the engine's result. request: what was requested. rgb: uint8 (H, W, 3) in sRGB, for the screen.
        mipmaps: of ``rgb``; making them takes time, so make results of large photos on a thread.
    """

    output: EditResult
    request: ApplyEdit
    rgb: np.ndarray
    title: str = ""
    mipmaps: Mipmaps = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "mipmaps", Mipmaps(self.rgb))  # the class is frozen


@dataclass(frozen=True, eq=False)
class _Decoded:
    """The arguments of `Document`, made on a thread."""

    data: bytes
    photo: Photo
    rgb: np.ndarray
    mipmaps: Mipmaps
    path: str = ""
    title: str = ""
    origin: str = ""
    original: bytes = b""


class Document(Observable):
    """One open photo.

    Attributes:
        data: the photo's file. photo: decoded. rgb: uint8 (H, W, 3) in sRGB. path: "" for pictures without a file.
        title: name of such a picture, "": that it was pasted. origin: id of the transfer from GIMP, "" for none.
        mipmaps: of the photo. camera: the first photo's file; differs from ``data`` where a result is edited further.
        results: of edits, oldest first. shown: index of the result that is shown, -1 the photo itself.
        compare: ``off``, ``split`` (photo left, result right) or ``before`` (the photo, while a key is held).
        split: position of the split, 0..1. heat: attention shown over the picture, uint8 (H, W).
        saved: every result is in a file.
    """

    results = Property[tuple[Result, ...]](())
    shown = Property(-1)
    compare = Property("off")
    split = Property(0.5)
    saved = Property(True)
    heat = Property[np.ndarray | None](None, identity=True)

    def __init__(
        self,
        data: bytes,
        photo: Photo,
        rgb: np.ndarray,
        path: str = "",
        mipmaps: Mipmaps | None = None,
        title: str = "",
        origin: str = "",
        original: bytes = b"",
    ) -> None:
        super().__init__()
        self.origin, self.original = origin, original or data
        self.mipmaps = mipmaps or Mipmaps(rgb)
        self.data, self.photo, self.rgb, self.path, self.title = data, photo, rgb, path, title
        self.masks = MaskPair((rgb.shape[0], rgb.shape[1]))
        self._compare_before = "off"  # before the photo was shown while a key is held
        self._saved: set[Result] = set()

    @property
    def name(self) -> str:
        """File name for the title."""
        return Path(self.path).name if self.path else self.title or self.tr("Pasted picture")

    @property
    def pixels(self) -> int:
        """Number of pixels, on which the cost of jobs depends."""
        return int(self.rgb.shape[0] * self.rgb.shape[1])

    @property
    def result(self) -> Result | None:
        """The result that is shown, None while the photo is."""
        return self.results[self.shown] if 0 <= self.shown < len(self.results) else None

    @property
    def unsaved(self) -> tuple[Result, ...]:
        """Results that are in no file and were not sent to another program, whether or not the history has them."""
        return tuple(result for result in self.results if result not in self._saved)

    @property
    def only_here(self) -> tuple[Result, ...]:
        """Unsaved results that the history does not have either: they would be lost with this window."""
        return tuple(result for result in self.unsaved if not result.output.history_id)

    def add_result(self, result: Result, undoable: bool = True) -> None:
        """Add a result and show it. ``undoable``: as an undo step; undoing shows again what was shown before."""
        before = self.result
        self.results = (*self.results, result)
        self.shown = len(self.results) - 1
        self.saved = False
        if undoable:
            self.masks.undo.push(_ResultShown(self, before, result, self.tr("edit")))

    def mark_saved(self, result: Result) -> None:
        """Note that a result is in a file now, or in another program."""
        self._saved.add(result)
        self.saved = not self.unsaved

    def show_result(self, result: Result | None) -> None:
        """Show one of the results, or the photo."""
        self.shown = self.results.index(result) if result in self.results else -1

    def hold_before(self, held: bool) -> None:
        """Show the photo while a key or button is held, and what was shown before on its release."""
        if held and self.compare != "before":
            self._compare_before, self.compare = self.compare, "before"
        elif not held and self.compare == "before":
            self.compare = self._compare_before

    def toggle_split(self) -> None:
        """Photo and result side by side, or the result alone."""
        self.compare = "off" if self.compare == "split" else "split"

    def step(self, by: int) -> None:
        """Show the next or previous of photo and results."""
        self.shown = min(max(self.shown + by, -1), len(self.results) - 1)


class _ResultShown(QUndoCommand):
    """An undo step: a new result is shown. Undoing shows what was shown before; the result stays in the list."""

    def __init__(self, document: Document, before: Result | None, after: Result, text: str) -> None:
        super().__init__(text)
        self._document, self._before, self._after = document, before, after

    def undo(self) -> None:
        """Show what was shown before."""
        self._document.show_result(self._before)

    def redo(self) -> None:
        """Show the result; when the step is pushed, it is shown already."""
        self._document.show_result(self._after)


class Documents(Observable):
    """Opens photos; one is open at a time.

    Attributes:
        document: the open photo. opening: name of the picture that is being read, "" when none is.
        guards: called before the open photo is closed or replaced; one that returns False keeps it.
    """

    document = Property[Document | None](None)
    opening = Property("")

    def __init__(self, background: Background, messages: Messages, preferences: Preferences) -> None:
        super().__init__()
        self._background, self._messages, self._preferences = background, messages, preferences
        self.guards: list[Callable[[], bool]] = []

    def may_close(self) -> bool:
        """Ask the guards whether the open photo may be closed or replaced; they may ask the user."""
        return all(guard() for guard in self.guards)

    def open_file(self, path: str) -> None:
        """Read a photo from a file and show it, unless a guard keeps the open one."""
        if not self.may_close():
            return
        self.opening = Path(path).name
        self._background.run(lambda: _decoded(read_file(path), path), self._show, self._failed)

    def open_picture(self, picture: bytes | str, original: bytes = b"") -> None:
        """Show a dropped or pasted picture (its bytes or its path) or a result, unless a guard keeps the open one.

        Args:
            camera: see `Document`.
        """
        if isinstance(picture, str):
            self.open_file(picture)
        elif self.may_close():
            self.open_bytes(picture, original=original)

    def open_bytes(
        self,
        data: bytes,
        title: str = "",
        path: str = "",
        failed: Callable[[], None] = lambda: None,
        origin: str = "",
        original: bytes = b"",
    ) -> None:
        """Show a picture; the guards are not asked.

        Args:
            title: its name, "": that it was pasted. path: the file that the bytes were read from.
            failed: called if they cannot be read, after the message was shown. origin, camera: see `Document`.
        """
        self.opening = Path(path).name or title or self.tr("Pasted picture")

        def decoding_failed(error: S2EditError) -> None:
            self._failed(error)
            failed()

        self._background.run(
            lambda: _decoded(data, path, title, origin, original), self._show, decoding_failed
        )

    def _show(self, decoded: _Decoded) -> None:
        self.opening = ""
        self.document = Document(**vars(decoded))
        if decoded.path:
            self._preferences.add_recent(decoded.path)
        for note in decoded.photo.notes:
            self._messages.note(note)

    def _failed(self, error: S2EditError) -> None:
        self.opening = ""
        self._messages.error(error)


def read_file(path: str) -> bytes:
    """The bytes of a file. Raises ImageError: it cannot be read."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ImageError(f"{path} cannot be read ({error.strerror}).", "Check the file.") from error


def _decoded(data: bytes, path: str, title: str = "", origin: str = "", original: bytes = b"") -> _Decoded:
    from s2edit_plugin.imaging.reading import read_photo

    photo = read_photo(data, path or "the picture")
    rgb = np.ascontiguousarray(photo.as_uint8_rgb())
    return _Decoded(data, photo, rgb, Mipmaps(rgb), path, title, origin, original)
