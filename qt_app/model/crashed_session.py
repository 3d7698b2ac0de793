"""The session on disk of a window that ended unexpectedly, see `qt_app.model.session`."""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from qt_app.model.decoding import decoded_mask
from qt_app.model.masks import LAYERS
from s2edit_plugin.errors import BusyError, ImageError, S2EditError
from s2edit_plugin.storage.locks import file_lock
from s2edit_plugin.storage.sessions import LOCK, RECORD, remove_session

__all__ = [
    "PHOTO",
    "VERSION",
    "CrashedSession",
    "newest_crashed_session",
    "photo_file_hash",
    "read_session_masks",
    "read_session_photo",
]

PHOTO = "photo"  # beginning of its file's name
VERSION = 1


@dataclass(frozen=True)
class CrashedSession:
    """The session of a window that ended unexpectedly.

    Attributes:
        folder: of its files. name: of the photo, as shown. when: ISO 8601, UTC, of the last autosave.
        path, photo_hash: of the photo's file, path "" if its bytes are in the folder. results: ids in the history.
        shown: index of the shown result. origin: see `Document`. masks: layer -> file name. panels: fields of the two panels.
        lock: holds the folder's lock, so that no other window offers it; released when the user has decided.
    """

    folder: Path
    name: str
    when: str
    path: str
    photo_hash: str
    results: tuple[str, ...] = ()
    shown: int = -1
    origin: str = ""
    masks: dict[str, str] = field(default_factory=dict)
    panels: dict[str, dict[str, Any]] = field(default_factory=dict)
    lock: contextlib.ExitStack = field(default_factory=contextlib.ExitStack, compare=False, repr=False)


def newest_crashed_session(place: Path, own: Path) -> CrashedSession | None:
    """The newest session whose window has ended, locked; sessions that cannot be read are removed."""
    found: list[CrashedSession] = []
    try:
        folders = [path for path in place.iterdir() if path.is_dir() and path != own]
    except FileNotFoundError:
        return None
    for folder in folders:
        lock = contextlib.ExitStack()
        try:
            lock.enter_context(file_lock(folder / LOCK, timeout=0))
        except (BusyError, S2EditError):
            continue  # its window is running, another window offers it, or the disk is read-only
        session = _read(folder, lock)
        if session is None:
            remove_session(folder)
            lock.close()
        else:
            found.append(session)
    newest = max(found, key=lambda session: session.when, default=None)
    for session in found:
        if session is not newest:
            session.lock.close()
    return newest


def _read(folder: Path, lock: contextlib.ExitStack) -> CrashedSession | None:
    try:
        values = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        if values["version"] != VERSION:
            return None
        name, when, path, photo = (str(values[key]) for key in ("name", "when", "path", "photo"))
        return CrashedSession(
            folder, name, when, path, photo,
            results=tuple(str(name) for name in values["results"]),
            shown=int(values["shown"]),
            origin=str(values.get("origin", "")),
            masks={name: str(file) for name, file in values["masks"].items() if name in LAYERS},
            panels=dict(values["panels"]),
            lock=lock,
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def read_session_photo(session: CrashedSession) -> bytes:
    """The bytes of the session's photo. Raises ImageError: it does not exist any more, or has changed."""
    path = Path(session.path) if session.path else session.folder / f"{PHOTO}-{session.photo_hash[:16]}"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ImageError(f"{session.name} is not there any more.", "Open another photo.") from error
    if photo_file_hash(data) != session.photo_hash:
        raise ImageError(
            f"{session.name} is another picture than before.",
            "Its masks do not fit and were left where they are.",
        )
    return data


def read_session_masks(session: CrashedSession, size: tuple[int, int]) -> dict[str, np.ndarray]:
    """The session's masks that can be read, uint8 (H, W). ``size``: height and width."""
    masks = {}
    for name, file in session.masks.items():
        with contextlib.suppress(OSError, S2EditError):  # if one is damaged, the other is still used
            masks[name] = decoded_mask((session.folder / Path(file).name).read_bytes(), size, "the mask")
    return masks


def photo_file_hash(data: bytes) -> str:
    """SHA-256 of a photo's file."""
    return hashlib.sha256(data).hexdigest()
