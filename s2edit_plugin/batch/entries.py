"""Entries of the ledger and their form in its SQLite tables. Paths are stored as bytes: file names need not be text."""

from __future__ import annotations

import json
import os
import sqlite3
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from s2edit_plugin.batch.photos import Found, Row, result_name

__all__ = ["ENTRY_COLUMNS", "SCHEMA", "Counts", "Entry", "Pictures", "Stamp", "add_photo", "entry_of"]

SCHEMA = """
CREATE TABLE IF NOT EXISTS photos (
    id INTEGER PRIMARY KEY, source BLOB NOT NULL, row TEXT NOT NULL, out BLOB NOT NULL, place TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL DEFAULT 'waiting', size INTEGER, mtime INTEGER, photo TEXT, job TEXT, key TEXT,
    result TEXT, result_size INTEGER, result_mtime INTEGER,
    owner TEXT NOT NULL DEFAULT '', lease REAL NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '', told TEXT NOT NULL DEFAULT '', seconds REAL NOT NULL DEFAULT 0,
    UNIQUE (source, row));
CREATE INDEX IF NOT EXISTS photos_photo ON photos (photo);
CREATE TABLE IF NOT EXISTS runs (run TEXT PRIMARY KEY, owner TEXT NOT NULL, lease REAL NOT NULL);
CREATE TABLE IF NOT EXISTS wanted (
    run TEXT NOT NULL, number INTEGER NOT NULL, photo INTEGER NOT NULL, PRIMARY KEY (run, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pictures (photo INTEGER PRIMARY KEY, before BLOB NOT NULL, after BLOB NOT NULL);
"""
ENTRY_COLUMNS = (
    "photos.id, source, row, out, state, size, mtime, photos.photo, job, key, result, result_size, result_mtime, owner, lease, "
    "attempts, error, told, seconds"
)
"""Columns of a query in the order of `entry_of`."""


@dataclass(frozen=True)
class Stamp:
    """Size in bytes and modification time in nanoseconds; a file with an equal stamp counts as unchanged."""

    size: int
    mtime: int

    @staticmethod
    def of(path: Path) -> Stamp | None:
        """A file's stamp, None where there is no file."""
        try:
            status = path.stat()
        except OSError:
            return None
        return Stamp(status.st_size, status.st_mtime_ns)


@dataclass(frozen=True)
class Entry:
    """A photo of the ledger.

    Attributes:
        out: path of the result, relative to the results' folder. stamp: of the photo when it was done, None before.
        photo: sha256 of the photo's bytes. job: hash of the request, see `keys`. key: hash of the edit that was made.
        result: sha256 of the result's bytes, set before they are written. result_stamp: of the result's file.
        lease: end of the lease, seconds since 1970. error: of a failed photo, as `S2EditError.to_json`.
        details: notes, tokens and identity for the report.
    """

    id: int
    source: Path
    row: Row
    out: PurePath
    state: str
    stamp: Stamp | None = None
    photo: str = ""
    job: str = ""
    key: str = ""
    result: str = ""
    result_stamp: Stamp | None = None
    owner: str = ""
    lease: float = 0.0
    attempts: int = 0
    error: dict[str, Any] | None = None
    details: dict[str, Any] | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class Pictures:
    """Encoded thumbnails of a photo and its result."""

    before: bytes
    after: bytes


@dataclass(frozen=True)
class Counts:
    """Number of photos of a run, by state."""

    total: int
    done: int
    failed: int


def entry_of(values: tuple[Any, ...]) -> Entry:
    """The entry of a row with the columns `ENTRY_COLUMNS`."""
    (number, source, row, out, state, size, mtime, photo, job, key, result, result_size, result_mtime, owner, lease, attempts,
     error, details, seconds) = values  # fmt: skip
    return Entry(
        number,
        Path(os.fsdecode(source)),
        Row.from_text(row),
        PurePath(os.fsdecode(out)),
        state,
        None if size is None else Stamp(size, mtime),
        photo or "",
        job or "",
        key or "",
        result or "",
        None if result_size is None else Stamp(result_size, result_mtime),
        owner,
        lease,
        attempts,
        json.loads(error) if error else None,
        json.loads(details) if details else None,
        seconds,
    )


def add_photo(db: sqlite3.Connection, found: Found) -> int:
    """Add a photo that is not in the table yet, with a unique name for its result; returns its id."""
    source, row = os.fsencode(found.source), found.row.to_text()
    existing = db.execute("SELECT id FROM photos WHERE source = ? AND row = ?", (source, row)).fetchone()
    if existing is not None:
        return int(existing[0])
    first = out = result_name(found.place)
    number = 1
    while db.execute("SELECT 1 FROM photos WHERE place = ?", (_folded(out),)).fetchone():
        number += 1
        out = first.with_name(f"{first.stem}-{number}{first.suffix}")
    cursor = db.execute(
        "INSERT INTO photos (source, row, out, place) VALUES (?, ?, ?, ?)",
        (source, row, os.fsencode(out), _folded(out)),
    )
    return int(cursor.lastrowid or 0)


def _folded(out: PurePath) -> str:
    """A path for comparison: file systems may ignore case, or the Unicode normal form."""
    return ascii(unicodedata.normalize("NFC", str(out)).casefold())
