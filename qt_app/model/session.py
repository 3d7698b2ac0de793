"""Autosave: what is open and unsaved is on disk some seconds later, and is offered after a crash.

A session's folder holds ``session.json`` - the photo's path and hash, the panels, the results by their ids in the journal -
beside the masks as PNG files and, for a photo without a file, its bytes. See `s2edit_plugin.storage.sessions`.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PyQt6.QtCore import QTimer, pyqtSignal

from qt_app.model.document import Document, Documents
from qt_app.model.editing import EditState
from qt_app.model.history import HistoryState
from qt_app.model.learning import LearnState
from qt_app.model.left import PHOTO, VERSION, LeftSession, hash_of, masks_of, newest_left, photo_of
from qt_app.model.masks import LAYERS
from qt_app.model.messages import Messages
from qt_app.model.observable import Connections, Observable, Property
from qt_app.model.tasks import Background
from s2edit_plugin.errors import S2EditError
from s2edit_plugin.storage import forgotten
from s2edit_plugin.storage.locks import file_lock
from s2edit_plugin.storage.paths import DataFolder, write_atomic
from s2edit_plugin.storage.sessions import LOCK, RECORD, remove_session

if TYPE_CHECKING:
    from s2edit_plugin.imaging.photo import Photo

__all__ = ["SessionState"]

SOON_MS, HEARTBEAT_MS, AGAIN_MS = 2000, 30_000, 50
EDIT_FIELDS = (
    "tokens", "prompt", "source_prompt", "region", "strength", "guidance", "steps", "cross_steps", "self_steps", "variants",
    "seed", "weights",
)  # fmt: skip
LEARN_FIELDS = (  # not consent: that is asked again
    "person", "token", "class_noun", "kind", "subject", "prompt", "attribute_words", "preset", "seed",
)  # fmt: skip


@dataclass
class _Snapshot:
    record: dict[str, Any]
    picture: Photo
    photo: bytes
    masks: dict[str, np.ndarray]


@dataclass(frozen=True)
class _Written:
    """Files of the masks, by layer; hash of the photo's pixels, by which forgetting a person finds the session."""

    files: dict[str, str]
    pixels: str


class SessionState(Observable):
    """Keeps this window's session on disk, and finds what others left.

    Signals:
        offered_changed(LeftSession | None): what an earlier window left, until it is restored or discarded.
        restored(Document). outdated(): somebody was forgotten that this window does not know of; nothing was written.

    Attributes:
        seen: `storage.forgotten.stamp` of what this window knows of.
    """

    offered_changed = pyqtSignal(object)
    restored = pyqtSignal(object)
    outdated = pyqtSignal()
    offered = Property[LeftSession | None](None)

    def __init__(
        self, folder: DataFolder, documents: Documents, editing: EditState, learning: LearnState, history: HistoryState,
        background: Background, messages: Messages,
    ) -> None:  # fmt: skip
        super().__init__()
        self._place, self._documents, self._history = folder.sessions, documents, history
        self._folder, self.seen = folder, forgotten.stamp(folder)
        self._panels: dict[str, tuple[Observable, tuple[str, ...]]] = {
            "edit": (editing, EDIT_FIELDS),
            "learn": (learning, LEARN_FIELDS),
        }
        self._background, self._messages = background, messages
        self._own = self._place / f"{os.getpid()}-{secrets.token_hex(4)}"
        self._held = contextlib.ExitStack()
        self._locked = False
        self._connections = Connections()
        self._dirty = self._writing = self._closed = self._told = False
        self._painted: set[str] = set()  # layers that changed since they were written
        self._files: dict[str, str] = {}  # layer -> its newest file
        self._number = 0
        self._hash = self._pixels = ""
        self._restoring: LeftSession | None = None
        self._soon, self._heartbeat = QTimer(self), QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._heartbeat.setInterval(HEARTBEAT_MS)
        for timer in (self._soon, self._heartbeat):
            timer.timeout.connect(self.write)
        for model, names in self._panels.values():
            for name in names:
                getattr(model, f"{name}_changed").connect(lambda _: self._changed())
        documents.document_changed.connect(self._document_changed)
        self._heartbeat.start()

    # ------------------------------------------------------------------ keeping

    def write(self) -> None:
        """Write what changed, in the background."""
        document = self._documents.document
        if self._closed or self._writing or not self._dirty:
            return
        self._dirty = False
        if document is None:
            self._drop()
            return
        snapshot, number = self._snapshot(document), self._number
        self._writing = True

        def done(written: _Written | None) -> None:
            self._writing = False
            if written is None:
                self._everything_again()
                self.outdated.emit()
                return
            self._files = written.files
            if document is self._documents.document:
                self._pixels = written.pixels
            if self._dirty:
                self._soon.start()

        def failed(error: S2EditError) -> None:
            # It is tried again with the next heartbeat; said once, not every half minute.
            self._writing, self._dirty = False, True
            self._painted |= set(snapshot.masks)
            logging.getLogger(__name__).warning("the session was not kept: %s", error)
            if not self._told:
                self._told = True
                self._messages.note(
                    self.tr("Unsaved work cannot be kept for the case of a crash."), str(error)
                )

        try:
            self._lock()
        except S2EditError as error:
            failed(error)
            return
        own, files, folder, seen = self._own, dict(self._files), self._folder, self.seen

        def work() -> _Written | None:
            # Before: what was forgotten must not come. After: it may have been forgotten while this was written.
            written = _written(own, snapshot, files, number) if forgotten.stamp(folder) == seen else None
            if written is not None and forgotten.stamp(folder) == seen:
                return written
            remove_session(own, keep_lock=True)
            return None

        self._background.run(work, done, failed)

    def forget(self, seen: tuple[int, int]) -> None:
        """Somebody was forgotten, and the panels know of it: what is open is written anew, for nothing of it may be there.

        Args:
            seen: see `seen`.
        """
        self.seen = seen
        self._everything_again()
        if not self._closed:
            self._soon.start()

    def _everything_again(self) -> None:
        self._dirty, self._painted, self._files = True, set(LAYERS), {}

    def close(self) -> None:
        """The window is closed in peace: nothing of this session stays. After the background's end."""
        self._closed = True
        self.later()
        self._soon.stop()
        self._heartbeat.stop()
        self._connections.clear()
        if self._locked:
            remove_session(self._own, keep_lock=True)
            self._held.close()
            remove_session(self._own)

    def _changed(self) -> None:
        self._dirty = True
        if not self._closed and not self._soon.isActive():
            self._soon.start()

    def _document_changed(self, document: Document | None) -> None:
        self._connections.clear()
        self._painted, self._files = set(LAYERS), {}
        self._hash = self._pixels = ""
        if self._closed:
            return
        self._changed()
        if document is None:
            return
        for layer in document.masks.layers.values():
            self._connections.add(layer.changed, lambda _, name=layer.name: self._paint(name))
            self._connections.add(layer.touched_changed, lambda _, name=layer.name: self._paint(name))
        for signal in (document.results_changed, document.shown_changed):
            self._connections.add(signal, lambda _: self._changed())
        restoring, self._restoring = self._restoring, None
        if restoring is not None and hash_of(document.data) == restoring.photo_hash:
            self._bring(document, restoring)

    def _paint(self, name: str) -> None:
        self._painted.add(name)
        self._changed()

    def _snapshot(self, document: Document) -> _Snapshot:
        self._hash = self._hash or hash_of(document.data)
        layers = document.masks.layers
        painted, self._painted = self._painted, set()
        masks = {name: layers[name].pixels.copy() for name in painted if layers[name].touched}
        for name in painted - set(masks):
            self._files.pop(name, None)
        self._number += 1
        results = [one.made.history_id for one in document.results if one.made.history_id]
        shown = document.result.made.history_id if document.result is not None else ""
        record = {
            "version": VERSION,
            "name": document.name,
            "when": datetime.now(UTC).isoformat(timespec="seconds"),
            "path": document.path,
            "origin": document.origin,
            "photo": self._hash,
            "pixels": self._pixels,
            "results": results,
            "shown": results.index(shown) if shown in results else -1,
            "panels": {
                panel: {name: getattr(model, name) for name in names}
                for panel, (model, names) in self._panels.items()
            },
        }
        return _Snapshot(record, document.photo, b"" if document.path else document.data, masks)

    def _lock(self) -> None:
        if not self._locked:
            self._held.enter_context(file_lock(self._own / LOCK, timeout=0, what="unsaved work"))
            self._locked = True

    def _drop(self) -> None:
        """No photo is open: there is nothing to come back to."""
        self._files = {}
        if self._locked:
            with contextlib.suppress(OSError):
                remove_session(self._own, keep_lock=True)

    # ------------------------------------------------------------------ coming back

    def look(self) -> None:
        """Look for what a window that crashed has left, in the background; ``offered`` tells."""
        self._background.run(
            lambda: newest_left(self._place, self._own), lambda left: setattr(self, "offered", left)
        )

    def discard(self) -> None:
        """Throw away what is offered."""
        left, self.offered = self.offered, None
        if left is not None:
            self._background.run(lambda: _remove(left))

    def later(self) -> None:
        """Neither: it is offered again at the next start."""
        left, self.offered = self.offered, None
        if left is not None:
            left.claim.close()

    def restore(self) -> None:
        """Open what is offered: photo, masks, panels, results."""
        if (
            self._documents.opening
        ):  # one after the other: it may be the same picture, that GIMP hands over again
            QTimer.singleShot(AGAIN_MS, self.restore)
            return
        left, self.offered = self.offered, None
        if left is None:
            return
        for panel, (model, names) in self._panels.items():
            for name in names:
                _set(model, name, left.panels.get(panel, {}).get(name))

        def read(data: bytes) -> None:
            self._restoring = left
            self._documents.open_bytes(data, "" if left.path else left.name, left.path, origin=left.origin)

        def failed(error: S2EditError) -> None:
            self._documents.opening = ""
            left.claim.close()
            self._messages.error(error)

        self._documents.opening = left.name
        self._background.run(lambda: photo_of(left), read, failed)

    def _bring(self, document: Document, left: LeftSession) -> None:
        size = (document.rgb.shape[0], document.rgb.shape[1])

        def ready(masks: dict[str, np.ndarray]) -> None:
            for name, pixels in masks.items():
                document.masks.replace(name, pixels, self.tr("Mask of the last session"))
            self._history.bring(document, left.results, left.shown)
            # What was restored is written into this session first, then the old one may go.
            self._after_next_write(lambda: _remove(left))
            self.restored.emit(document)

        self._background.run(lambda: masks_of(left, size), ready)

    def _after_next_write(self, then: Callable[[], None]) -> None:
        self._dirty = True

        def settled() -> None:
            if self._dirty or self._writing:
                self.write()
                QTimer.singleShot(100, settled)
            elif not self._closed:
                self._background.run(then)

        settled()


# ---------------------------------------------------------------------- on threads


def _remove(left: LeftSession) -> None:
    remove_session(left.folder)
    left.claim.close()


def _written(own: Path, snapshot: _Snapshot, files: dict[str, str], number: int) -> _Written:
    """Write a session. The record comes last: it names only what is there."""
    from PIL import Image

    from s2edit_plugin.imaging.hashing import photo_hash

    shown = snapshot.record["pixels"] or photo_hash(snapshot.picture)
    files = dict(files)
    for name, pixels in snapshot.masks.items():
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "PNG", compress_level=1)
        files[name] = f"{name}-{number}.png"
        write_atomic(own / files[name], stream.getvalue(), private=True)
    photo = own / f"{PHOTO}-{snapshot.record['photo'][:16]}"
    if snapshot.photo and not photo.exists():
        write_atomic(photo, snapshot.photo, private=True)
    record = snapshot.record | {
        "pixels": shown,
        "masks": files,
        "photo_file": photo.name if snapshot.photo else "",
    }
    write_atomic(own / RECORD, json.dumps(record, ensure_ascii=False, indent=1).encode(), private=True)
    for path in own.iterdir():
        if path.name not in (LOCK, RECORD, record["photo_file"], *files.values()):
            path.unlink(missing_ok=True)
    return _Written(files, shown)


def _set(model: Observable, name: str, value: Any) -> None:
    """Set a panel's field if the value is of its kind; the file may hold anything."""
    now = getattr(model, name)
    if isinstance(now, tuple) and isinstance(value, list):
        value = tuple(str(item) for item in value)
    if isinstance(now, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if isinstance(now, dict) and isinstance(value, dict):
        value = {str(key): float(item) for key, item in value.items() if isinstance(item, int | float)}
    if type(value) is type(now):
        setattr(model, name, value)
