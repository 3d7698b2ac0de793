"""Autosave: unsaved work is written to disk within seconds, and offered after a crash.

A session's folder contains ``session.json`` (the photo's path and hash, the panels, the results by their ids in the history),
the masks as PNG files and, for a photo without a file, its bytes. See `s2edit_plugin.storage.sessions`.
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
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PyQt6.QtCore import QTimer, pyqtSignal

from qt_app.model.background import Background
from qt_app.model.crashed_session import (
    PHOTO,
    VERSION,
    CrashedSession,
    newest_crashed_session,
    photo_file_hash,
    read_session_masks,
    read_session_photo,
)
from qt_app.model.document import Document, Documents
from qt_app.model.editing import EditState
from qt_app.model.history import HistoryState
from qt_app.model.learning import LearnState
from qt_app.model.masks import LAYERS
from qt_app.model.messages import Messages
from qt_app.observable import Connections, Observable, Property, delayed, follow
from s2edit_plugin.errors import S2EditError
from s2edit_plugin.storage import forgotten
from s2edit_plugin.storage.locks import file_lock
from s2edit_plugin.storage.paths import DataFolder, write_atomic
from s2edit_plugin.storage.sessions import LOCK, RECORD, remove_session

if TYPE_CHECKING:
    from s2edit_plugin.imaging.photo import Photo

__all__ = ["SessionState"]

WRITE_MS, RETRY_MS, OPENING_MS = 2000, 30_000, 50
EDIT_FIELDS = (
    "tokens", "prompt", "source_prompt", "region", "strength", "guidance", "steps", "cross_steps", "self_steps", "variants",
    "seed", "weights",
)  # fmt: skip
LEARN_FIELDS = (  # not consent, which is required again
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
    """Files of the masks, by layer; hash of the photo's pixels, by which deleting a person's data finds the session."""

    files: dict[str, str]
    pixels: str


class SessionState(Observable):
    """Writes this window's session, and restores that of a crashed window.

    Signals:
        outdated(): a person was forgotten whose data this window may still show; nothing was written.

    Attributes:
        offered: the session of a crashed window, until the user has decided about it.
        seen: `storage.forgotten.stamp` up to which this window has removed the data of forgotten people.
    """

    outdated = pyqtSignal()
    offered = Property[CrashedSession | None](None)

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
        self._lock = contextlib.ExitStack()
        self._locked = False
        self._connections = Connections()
        self._dirty = self._writing = self._closed = self._warned = False
        self._painted: set[str] = set()  # layers that have changed since they were written
        self._files: dict[str, str] = {}  # layer -> its newest file
        self._number = 0
        self._hash = self._pixels = ""
        self._restoring: CrashedSession | None = None
        self._soon, self._retry = delayed(self, WRITE_MS, self.write), QTimer(self)
        self._retry.timeout.connect(self.write)
        for model, names in self._panels.values():
            follow(model, names, self._changed, now=False)
        follow(documents, "document", self._document_changed, now=False)
        self._retry.start(RETRY_MS)

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
                self._mark_all()
                self.outdated.emit()
                return
            self._files = written.files
            if document is self._documents.document:
                self._pixels = written.pixels
            if self._dirty:
                self._soon.start()

        def failed(error: S2EditError) -> None:
            # It is tried again every half minute; the message is shown once.
            self._writing, self._dirty = False, True
            self._painted |= set(snapshot.masks)
            logging.getLogger(__name__).warning("the session was not kept: %s", error)
            if not self._warned:
                self._warned = True
                self._messages.note(
                    self.tr("Unsaved work cannot be kept for the case of a crash."), str(error)
                )

        try:
            self._take_lock()
        except S2EditError as error:
            failed(error)
            return
        own, files, folder, seen = self._own, dict(self._files), self._folder, self.seen

        def work() -> _Written | None:
            # Checked before and after writing: a person may be forgotten meanwhile.
            written = _written(own, snapshot, files, number) if forgotten.stamp(folder) == seen else None
            if written is not None and forgotten.stamp(folder) == seen:
                return written
            remove_session(own, keep_lock=True)
            return None

        self._background.run(work, done, failed)

    def forget(self, seen: tuple[int, int]) -> None:
        """Write the session again after a person was forgotten and the panels were cleared.

        Args:
            seen: see `seen`.
        """
        self.seen = seen
        self._mark_all()
        if not self._closed:
            self._soon.start()

    def _mark_all(self) -> None:
        self._dirty, self._painted, self._files = True, set(LAYERS), {}

    def close(self) -> None:
        """Remove this session, when the window is closed; call it after `Background.close`."""
        self._closed = True
        self.later()
        self._soon.stop()
        self._retry.stop()
        self._connections.clear()
        if self._locked:
            remove_session(self._own, keep_lock=True)
            self._lock.close()
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
            touched = partial(self._paint, layer.name)
            follow(layer, ("touched",), touched, now=False, until=self._connections)
        follow(document, ("results", "shown"), self._changed, now=False, until=self._connections)
        restoring, self._restoring = self._restoring, None
        if restoring is not None and photo_file_hash(document.data) == restoring.photo_hash:
            self._restore_into(document, restoring)

    def _paint(self, name: str) -> None:
        self._painted.add(name)
        self._changed()

    def _snapshot(self, document: Document) -> _Snapshot:
        self._hash = self._hash or photo_file_hash(document.data)
        layers = document.masks.layers
        painted, self._painted = self._painted, set()
        masks = {name: layers[name].pixels.copy() for name in painted if layers[name].touched}
        for name in painted - set(masks):
            self._files.pop(name, None)
        self._number += 1
        results = [one.output.history_id for one in document.results if one.output.history_id]
        shown = document.result.output.history_id if document.result is not None else ""
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

    def _take_lock(self) -> None:
        if not self._locked:
            self._lock.enter_context(file_lock(self._own / LOCK, timeout=0, what="unsaved work"))
            self._locked = True

    def _drop(self) -> None:
        """Remove the session's files when no photo is open."""
        self._files = {}
        if self._locked:
            with contextlib.suppress(OSError):
                remove_session(self._own, keep_lock=True)

    # ------------------------------------------------------------------ restoring

    def look(self) -> None:
        """Look for the session of a crashed window in the background, and set ``offered``."""
        self._background.run(
            lambda: newest_crashed_session(self._place, self._own),
            lambda session: setattr(self, "offered", session),
        )

    def discard(self) -> None:
        """Delete the offered session."""
        session, self.offered = self.offered, None
        if session is not None:
            self._background.run(lambda: _remove(session))

    def later(self) -> None:
        """Keep the offered session; it is offered again at the next start."""
        session, self.offered = self.offered, None
        if session is not None:
            session.lock.close()

    def restore(self) -> None:
        """Open the offered session: photo, masks, panels, results."""
        if self._documents.opening:  # GIMP may be sending the same picture again
            QTimer.singleShot(OPENING_MS, self.restore)
            return
        session, self.offered = self.offered, None
        if session is None:
            return
        for panel, (model, names) in self._panels.items():
            for name in names:
                _set(model, name, session.panels.get(panel, {}).get(name))

        def read(data: bytes) -> None:
            self._restoring = session
            title = "" if session.path else session.name
            self._documents.open_bytes(data, title, session.path, origin=session.origin)

        def failed(error: S2EditError) -> None:
            self._documents.opening = ""
            session.lock.close()
            self._messages.error(error)

        self._documents.opening = session.name
        self._background.run(lambda: read_session_photo(session), read, failed)

    def _restore_into(self, document: Document, session: CrashedSession) -> None:
        size = (document.rgb.shape[0], document.rgb.shape[1])

        def ready(masks: dict[str, np.ndarray]) -> None:
            for name, pixels in masks.items():
                document.masks.replace(name, pixels, self.tr("Mask of the last session"))
            self._history.load_into(document, session.results, session.shown)
            # The old session is removed once this one is written.
            self._after_next_write(lambda: _remove(session))

        self._background.run(lambda: read_session_masks(session, size), ready)

    def _after_next_write(self, then: Callable[[], None]) -> None:
        self._dirty = True

        def check() -> None:
            if self._dirty or self._writing:
                self.write()
                QTimer.singleShot(100, check)
            elif not self._closed:
                self._background.run(then)

        check()


# ---------------------------------------------------------------------- on threads


def _remove(session: CrashedSession) -> None:
    remove_session(session.folder)
    session.lock.close()


def _written(own: Path, snapshot: _Snapshot, files: dict[str, str], number: int) -> _Written:
    """Write a session, its record last, so that it never names missing files."""
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
    """Set a panel's field if the value has its type; the file may contain anything."""
    now = getattr(model, name)
    if isinstance(now, tuple) and isinstance(value, list):
        value = tuple(str(item) for item in value)
    if isinstance(now, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if isinstance(now, dict) and isinstance(value, dict):
        value = {str(key): float(item) for key, item in value.items() if isinstance(item, int | float)}
    if type(value) is type(now):
        setattr(model, name, value)
