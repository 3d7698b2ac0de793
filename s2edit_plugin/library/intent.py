"""The library's lock, and changes of several files that no crash may cut in half.

Such a change is written down first, in one atomic write: which file or folder goes where. From that moment it will be done: by
this process, or after a crash by the next one that takes the lock. Every step may be done twice without harm.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from s2edit_plugin.errors import TokenError
from s2edit_plugin.library.names import SUFFIX
from s2edit_plugin.library.people import FILE, notes_of, write_notes
from s2edit_plugin.library.store import Store, disk, normal, remove_if_empty
from s2edit_plugin.storage.disk import make_private, sync_folder
from s2edit_plugin.storage.locks import file_lock
from s2edit_plugin.storage.paths import write_atomic
from s2edit_plugin.tokens.file import read_record, read_token, write_token

__all__ = ["Intent", "changing", "incoming", "pending", "perform"]

LOCK, FILE_NAME, INCOMING = ".lock", ".intent.json", ".incoming"
MAX_FILE = 64 * 1024 * 1024


@dataclass(frozen=True)
class Intent:
    """A change of several files. All paths are relative to the data folder.

    Attributes:
        moves: (from, to) of files and folders. A token file in the way goes to the trash; a folder in the way takes in what
            comes; any other file in the way is replaced.
        rewrite: folders whose token records are adapted to their paths.
        notes: (folder, notes) of people who have none yet.
        remove: files and folders to remove permanently, in this order.
    """

    moves: tuple[tuple[str, str], ...] = ()
    rewrite: tuple[str, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    remove: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        return dataclasses.asdict(self)


@contextlib.contextmanager
def changing(store: Store) -> Iterator[None]:
    """Hold the library's lock; what an interrupted process left is finished or cleared away first.

    Raises:
        BusyError: another process holds it. ResourceError: the disk refused.
    """
    with file_lock(store.folder.library / LOCK, what="the library") as first:
        if first:
            _recover(store)
        yield


@contextlib.contextmanager
def incoming(store: Store) -> Iterator[Path]:
    """A folder for new files of the library; leftovers are removed at the end. The caller holds the lock."""
    folder = store.folder.library / INCOMING
    with disk("The library cannot be changed"):
        make_private(folder)
    try:
        yield folder
    finally:
        # A change that was written down and could not be finished still needs its files.
        if not os.path.lexists(store.folder.library / FILE_NAME):
            shutil.rmtree(folder, ignore_errors=True)


def pending(store: Store) -> bool:
    """Whether an interrupted change waits to be finished or cleared away."""
    return any(os.path.lexists(store.folder.library / name) for name in (FILE_NAME, INCOMING))


def perform(store: Store, intent: Intent) -> None:
    """Write a change down, then make it. Under the lock.

    Raises:
        ResourceError: the disk refused; the recorded change is completed at the next change of the library.
    """
    path = store.folder.library / FILE_NAME
    write_atomic(path, json.dumps(intent.to_json()).encode(), private=True)
    _finish(store, path)


def _recover(store: Store) -> None:
    path = store.folder.library / FILE_NAME
    if os.path.lexists(path):
        _finish(store, path)
    if os.path.lexists(store.folder.library / INCOMING):
        # No other process writes to it, because that needs the lock.
        shutil.rmtree(store.folder.library / INCOMING, ignore_errors=True)


def _finish(store: Store, path: Path) -> None:
    intent = _read(store, path)
    if intent is None:  # not from this program, since `perform` writes complete files only
        store.to_quarantine(path)
        return
    root = store.folder.root
    with disk("A change of the library could not be finished"):
        for source, target in intent.moves:
            _move(store, root / source, root / target)
        for place in {(root / target).parent for _, target in intent.moves}:
            if place.is_dir():
                sync_folder(place)  # before the intent is gone
        for folder in intent.rewrite:
            _rewrite(store, root / folder)
        for folder, notes in intent.notes:
            if (root / folder).is_dir() and not notes_of(root / folder):
                write_notes(store, root / folder, notes)
        for name in intent.remove:
            _remove(root / name)
        if intent.remove:
            store.index.forget({PurePosixPath(name).parts[1] for name in intent.remove})
        path.unlink(missing_ok=True)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _move(store: Store, source: Path, target: Path) -> None:
    if not os.path.lexists(source) or source == target:
        return
    make_private(target.parent)
    if source.is_dir() and target.is_dir() and not target.samefile(source):
        for child in sorted(source.iterdir()):
            _move(store, child, target / child.name)
        remove_if_empty(source)
        return
    if target.is_file() and target.suffix == SUFFIX and target.parent.parent == store.folder.library:
        store.to_trash(target, keep=True)
    if target.name == FILE and target.exists() and not target.samefile(source):
        store.to_quarantine(source)  # the person has notes already
        return
    os.replace(source, target)


def _rewrite(store: Store, folder: Path) -> None:
    person = normal(folder.name)
    for file in store.files(folder):
        # A damaged file keeps its old record; its place is what counts.
        with contextlib.suppress(TokenError):
            if read_record(file).person != person:
                token = read_token(file)
                write_token(file, token.record.replace(person=person), token.tensors)


def _read(store: Store, path: Path) -> Intent | None:
    """The intent, None where it is none or names a place outside the library's folders."""
    try:
        if path.is_symlink() or path.stat().st_size > MAX_FILE:
            return None
        values = json.loads(path.read_text(encoding="utf-8"))
        intent = Intent(
            tuple((str(a), str(b)) for a, b in values["moves"]),
            tuple(str(folder) for folder in values["rewrite"]),
            tuple((str(folder), str(notes)) for folder, notes in values["notes"]),
            tuple(str(name) for name in values["remove"]),
        )
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    named = [*sum(intent.moves, ()), *intent.rewrite, *(folder for folder, _ in intent.notes), *intent.remove]
    tops = {place.name for place in store.places}
    for name in named:
        parts = PurePosixPath(name).parts
        if len(parts) < 2 or parts[0] not in tops or ".." in parts:
            return None
    return intent
