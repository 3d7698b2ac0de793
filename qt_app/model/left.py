"""What a window that ended unexpectedly has left on the disk, see `qt_app.model.session`."""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from qt_app.model.masks import LAYERS
from qt_app.model.pictures import decoded_mask
from s2edit_plugin.errors import BusyError, ImageError, S2EditError
from s2edit_plugin.storage.locks import file_lock
from s2edit_plugin.storage.sessions import LOCK, RECORD, remove_session

__all__ = ["PHOTO", "VERSION", "LeftSession", "hash_of", "masks_of", "newest_left", "photo_of"]

PHOTO = "photo"  # beginning of its file's name
VERSION = 1


@dataclass(frozen=True)
class LeftSession:
    """What a window that ended unexpectedly had open.

    Attributes:
        folder: of its files. name: the photo's, for people. when: ISO 8601, UTC, of the last autosave.
        path, photo_hash: of the photo's file, path "" where its bytes lie in the folder. results: ids in the journal.
        shown: index of the result on show. origin: see `Document`. masks: layer -> file name. panels: fields of the two panels.
        claim: holds the folder's lock, so that no other window offers it; closed when it is decided what becomes of it.
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
    claim: contextlib.ExitStack = field(default_factory=contextlib.ExitStack, compare=False, repr=False)


def newest_left(place: Path, own: Path) -> LeftSession | None:
    """The newest session that nobody holds, with a claim on it; those that cannot be read are removed."""
    found: list[LeftSession] = []
    try:
        folders = [path for path in place.iterdir() if path.is_dir() and path != own]
    except FileNotFoundError:
        return None
    for folder in folders:
        claim = contextlib.ExitStack()
        try:
            claim.enter_context(file_lock(folder / LOCK, timeout=0))
        except (BusyError, S2EditError):
            continue  # its window lives, another one offers it, or the disk refuses
        left = _read(folder, claim)
        if left is None:
            remove_session(folder)
            claim.close()
        else:
            found.append(left)
    newest = max(found, key=lambda left: left.when, default=None)
    for left in found:
        if left is not newest:
            left.claim.close()
    return newest


def _read(folder: Path, claim: contextlib.ExitStack) -> LeftSession | None:
    try:
        values = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        if values["version"] != VERSION:
            return None
        name, when, path, photo = (str(values[key]) for key in ("name", "when", "path", "photo"))
        return LeftSession(
            folder, name, when, path, photo,
            results=tuple(str(name) for name in values["results"]),
            shown=int(values["shown"]),
            origin=str(values.get("origin", "")),
            masks={name: str(file) for name, file in values["masks"].items() if name in LAYERS},
            panels=dict(values["panels"]),
            claim=claim,
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def photo_of(left: LeftSession) -> bytes:
    """Its photo's file. Raises ImageError where it is gone, or another one now."""
    path = Path(left.path) if left.path else left.folder / f"{PHOTO}-{left.photo_hash[:16]}"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ImageError(f"{left.name} is not there any more.", "Open another photo.") from error
    if hash_of(data) != left.photo_hash:
        raise ImageError(
            f"{left.name} is another picture than before.",
            "Its masks do not fit and were left where they are.",
        )
    return data


def masks_of(left: LeftSession, size: tuple[int, int]) -> dict[str, np.ndarray]:
    """Its masks, uint8 (H, W), those that can be read. ``size``: height and width."""
    masks = {}
    for name, file in left.masks.items():
        with contextlib.suppress(OSError, S2EditError):  # one that is damaged does not cost the other
            masks[name] = decoded_mask((left.folder / Path(file).name).read_bytes(), size, "the mask")
    return masks


def hash_of(data: bytes) -> str:
    """What a photo is known by."""
    return hashlib.sha256(data).hexdigest()
