"""A cache of token records for listings, so that ten thousand files need not be opened: an SQLite file.

It does not determine which tokens exist. Every listing reads the folders; a row counts only while size, times and inode of
its file are those it was read with. A missing, old, broken or locked index costs time, never a token.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from s2edit_plugin.errors import TokenError, TokenNotFoundError
from s2edit_plugin.storage.disk import make_private
from s2edit_plugin.tokens.file import FORMAT_VERSION, TokenRecord, read_record
from s2edit_plugin.tokens.record import PICTURES

__all__ = ["Found", "Index", "Known"]

SCHEMA = 2
WAIT_SECONDS = 2.0
# A file can change twice within one tick of the file system's clock. A file read that soon after its last change is read
# again next time. Some file systems count whole (even) seconds.
TICK_NS, COARSE_TICK_NS = 50_000_000, 2_000_000_000
_OUT_OF_REACH = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}
_COLUMNS = "person, file, size, mtime, ctime, inode, read_at, thumbnail, record, checksum"
_TUPLES = ("attribute_words", "crop", "tags")


@dataclass(frozen=True)
class Found:
    """A token file as a listing found it. ``file``: its name. ``name``: the token's."""

    path: Path
    person: str
    name: str
    file: str
    status: os.stat_result

    @property
    def signature(self) -> tuple[int, int, int, int]:
        """Changes whenever the file does."""
        s = self.status
        return s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino


@dataclass(frozen=True)
class Known:
    """Data of a token file: its record without pictures, or a sentence on its damage."""

    record: TokenRecord | None
    has_thumbnail: bool = False
    problem: str = ""


class Index:
    """The index file. Safe for several processes and threads; no connection stays open between calls."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def look_up(self, place: str, person: str | None, found: Sequence[Found]) -> list[Known | None]:
        """Data of each file, None if it has disappeared; only new and changed files are opened.

        Args:
            place: ``library`` or ``trash``. person: owner of the files, None: all people. found: all existing files.
        """
        try:
            rows = self._rows(place, person)
        except sqlite3.Error as error:
            self._disable(error)
            rows = {}
        known: list[Known | None] = []
        fresh: list[tuple[Any, ...]] = []
        for file in found:
            remembered = _from_row(file, rows.pop((file.path.parent.name, file.file), None))
            if remembered is not None:
                known.append(remembered)
                continue
            now = time.time_ns()
            read = _read(file)
            known.append(read)
            if read is not None and read.record is not None:
                fresh.append(_to_row(place, file, read, now))
        if fresh or rows:
            self._store(place, fresh, list(rows))
        return known

    def forget(self, people: Iterable[str]) -> None:
        """Remove the rows of people (names of folders), also from the file's free pages."""
        if not self.path.exists():
            return
        try:
            with self._open() as database:
                database.executemany("DELETE FROM tokens WHERE person = ?", [(person,) for person in people])
                database.execute("VACUUM")
        except (sqlite3.Error, OSError) as error:
            self._disable(error)
            self.remove()

    def remove(self) -> None:
        """Delete the index; the next listing makes a new one."""
        for name in self.files():
            with contextlib.suppress(OSError):
                name.unlink()

    def files(self) -> list[Path]:
        """The index and what SQLite may have left beside it."""
        return [self.path.with_name(self.path.name + ending) for ending in ("", "-journal", "-wal", "-shm")]

    def _rows(self, place: str, person: str | None) -> dict[tuple[str, str], tuple[Any, ...]]:
        if not self.path.exists():
            return {}
        query = f"SELECT {_COLUMNS} FROM tokens WHERE place = ?"
        with self._open() as database:
            if person is None:
                rows = database.execute(query, (place,)).fetchall()
            else:
                rows = database.execute(f"{query} AND person = ?", (place, person)).fetchall()
        return {(row[0], row[1]): row[2:] for row in rows}

    def _store(self, place: str, fresh: list[tuple[Any, ...]], stale: list[tuple[str, str]]) -> None:
        try:
            with self._open() as database:
                database.execute("BEGIN IMMEDIATE")
                gone = [(place, *where) for where in stale]
                database.executemany("DELETE FROM tokens WHERE place = ? AND person = ? AND file = ?", gone)
                database.executemany("INSERT OR REPLACE INTO tokens VALUES (?,?,?,?,?,?,?,?,?,?,?)", fresh)
                database.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            self._disable(error)

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        if not self.path.exists():
            make_private(self.path.parent)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        database = sqlite3.connect(self.path, timeout=WAIT_SECONDS, isolation_level=None)
        try:
            database.execute("PRAGMA secure_delete = ON")  # a person's name must not stay in free pages
            self._prepare(database)
            yield database
        finally:
            database.close()

    @staticmethod
    def _prepare(database: sqlite3.Connection) -> None:
        expected = SCHEMA * 1000 + FORMAT_VERSION
        if database.execute("PRAGMA user_version").fetchone()[0] == expected:
            return
        database.execute("BEGIN IMMEDIATE")
        # Another process may have been faster.
        if database.execute("PRAGMA user_version").fetchone()[0] != expected:
            database.execute("DROP TABLE IF EXISTS tokens")
            database.execute(
                "CREATE TABLE tokens (place TEXT, person TEXT, file TEXT, size INTEGER, mtime INTEGER, ctime INTEGER, "
                "inode TEXT, read_at INTEGER, thumbnail INTEGER, record TEXT, checksum INTEGER, "
                "PRIMARY KEY (place, person, file))"
            )
            database.execute(f"PRAGMA user_version = {expected}")
        database.execute("COMMIT")

    def _disable(self, error: Exception) -> None:
        """Continue without the index; a damaged one (not one that is only inaccessible) is recreated by the next listing."""
        logging.getLogger(__name__).info("The library's index cannot be used (%s).", type(error).__name__)
        code = getattr(error, "sqlite_errorcode", None)
        if isinstance(error, sqlite3.Error) and (code is None or code & 0xFF not in _OUT_OF_REACH):
            self.remove()


def _read(file: Found) -> Known | None:
    try:
        record = read_record(file.path)
    except TokenNotFoundError:  # another process has moved it
        return None
    except TokenError as error:
        return Known(None, problem=error.sentence)
    return Known(_placed(file, record.replace(thumbnail="", subject_mask="")), bool(record.thumbnail))


def _placed(file: Found, record: TokenRecord) -> TokenRecord:
    if (record.person, record.name) == (file.person, file.name):
        return record
    return record.replace(person=file.person, name=file.name)


def _to_row(place: str, file: Found, known: Known, now: int) -> tuple[Any, ...]:
    assert known.record is not None
    values = {name: value for name, value in vars(known.record).items() if name not in PICTURES}
    size, mtime, ctime, inode = file.signature
    # SQLite's integers end at 2^63, some file systems' inodes do not.
    where = (place, file.path.parent.name, file.file)
    row = (size, mtime, ctime, str(inode), now, int(known.has_thumbnail), json.dumps(values))
    return (*where, *row, _checksum(row))


def _from_row(file: Found, row: tuple[Any, ...] | None) -> Known | None:
    """The data of a file's row, None if the row is missing, outdated, too recent or unreadable."""
    if row is None:
        return None
    size, mtime, ctime, inode, read_at, thumbnail, text, checksum = row
    if checksum != _checksum(row[:-1]):
        return None
    if (size, mtime, ctime, inode) != (*file.signature[:3], str(file.signature[3])):
        return None
    tick = COARSE_TICK_NS if mtime % 1_000_000_000 == 0 else TICK_NS
    try:
        if read_at - max(mtime, ctime) < tick:
            return None
        return Known(_placed(file, _record(json.loads(text))), bool(thumbnail))
    except (TypeError, ValueError, AttributeError, RecursionError):
        return None


def _checksum(row: tuple[Any, ...]) -> int:
    *numbers, text = row
    return zlib.crc32(
        str(text).encode("utf-8", "replace"), zlib.crc32(repr(numbers).encode("utf-8", "replace"))
    )


def _record(values: Mapping[str, Any]) -> TokenRecord:
    tuples = {name: tuple(values[name]) for name in _TUPLES if values.get(name) is not None}
    return TokenRecord(**{**values, **tuples})
