"""Integrity checks of a history: rows match folders, files are unchanged, and there are no leftovers."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from s2edit_plugin.errors import ResourceError
from s2edit_plugin.history.database import FILE, Row, row_of, rows_in
from s2edit_plugin.history.folders import RECORD
from s2edit_plugin.history.record import Record
from s2edit_plugin.history.store import LOCK, MARK, Store

__all__ = ["problems"]

_BESIDE = {LOCK, MARK, FILE, f"{FILE}-journal", "names.json", "results", "originals"}


def problems(store: Store) -> list[str]:
    """List problems; see `History.check`."""
    with store.reading() as connection:
        if connection is None:
            return []
    with store.changing():
        with store.rows() as connection:
            found = list(_in_database(connection))
            rows = rows_in(connection)
            originals = dict(connection.execute("SELECT hash, size FROM originals"))
        found += _in_folders(store, rows)
        found += _in_originals(store, rows, originals)
        found += _leftovers(store)
    return found


def _in_database(connection: sqlite3.Connection) -> Iterator[str]:
    for (answer,) in connection.execute("PRAGMA integrity_check(5)"):
        if answer != "ok":
            yield f"The index contradicts itself: {answer}."
    for table, *_ in connection.execute("PRAGMA foreign_key_check"):
        yield f"The index has a row of '{table}' that belongs to no result."


def _in_folders(store: Store, rows: dict[str, Row]) -> Iterator[str]:
    existing = store.folders.ids()
    for name in sorted(rows.keys() - existing):
        yield f"The result {name} is in the index and not on the disk."
    for name in sorted(existing - rows.keys()):
        yield f"The result {name} is on the disk and not in the index."
    for name in sorted(rows.keys() & existing):
        try:
            record = store.folders.record(name)
        except ResourceError as error:
            yield error.sentence
            continue
        if rows[name] != row_of(record):
            yield f"The index says something else of the result {name} than its record."
        yield from _in_folder(store.folders.of(name), record)


def _in_folder(place: Path, record: Record) -> Iterator[str]:
    existing = {path.name for path in place.iterdir()}
    for file, expected in sorted(record.files.items()):
        if file not in existing:
            yield f"The result {record.id} has lost its {file}."
        elif _hash_of(place / file) != expected:
            yield f"The {file} of the result {record.id} was changed or is damaged."
    for file in sorted(existing - {*record.files, RECORD}):
        yield f"The folder of the result {record.id} holds a file {file} that does not belong to it."


def _in_originals(store: Store, rows: dict[str, Row], originals: dict[str, int]) -> Iterator[str]:
    needed = {hashed for _, _, hashes in rows.values() for hashed in hashes}
    existing = store.folders.originals_there()
    for hashed in sorted(needed - existing.keys()):
        yield f"The photo or mask {hashed[:12]} of a result is not there."
    for hashed in sorted(existing.keys() - needed):
        yield f"The photo or mask {hashed[:12]} belongs to no result."
    if originals.keys() != needed:
        yield "The index counts other photos and masks than the results have."
    for hashed in sorted(needed & existing.keys()):
        if _hash_of(store.folders.original(hashed)) != hashed:
            yield f"The photo or mask {hashed[:12]} was changed or is damaged."


def _leftovers(store: Store) -> Iterator[str]:
    """Files of an interrupted process or of other programs. A damaged index that was set aside is no leftover."""
    root = store.root
    aside = {path.name for path in store.database.aside()}
    lying = [path for path in root.iterdir() if path.name not in _BESIDE | aside]
    if store.folders.results.is_dir():
        lying += [path for path in store.folders.results.iterdir() if path.name.startswith(".")]
    if store.folders.originals.is_dir():
        lying += store.folders.originals.glob("*/.*")
    for path in sorted(lying):
        yield f"{path.relative_to(root)} lies in the history and does not belong there."


def _hash_of(path: Path) -> str:
    """sha256 of a file, "" if it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
