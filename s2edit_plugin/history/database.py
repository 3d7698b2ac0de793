"""The history's index in SQLite: the data for listing and searching. Rebuilt from the results' folders if it is lost.

One connection per operation, so threads and processes share only the file. A rollback journal instead of a write-ahead
log: no second file keeps old pages, with names in them, after `Database.purge`, and it works on network drives.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from s2edit_plugin.errors import BusyError, ResourceError, Sentence
from s2edit_plugin.history.record import Record

__all__ = [
    "FILE",
    "DamagedDatabaseError",
    "Database",
    "Row",
    "folded",
    "insert",
    "row_of",
    "rows_in",
    "words_of",
]

FILE, ASIDE = "journal.sqlite", "journal.damaged-"
WAIT_SECONDS = 30.0
_PRAGMAS = (
    "PRAGMA journal_mode=DELETE",
    "PRAGMA synchronous=NORMAL",  # after a power cut it can be rebuilt from the folders, which are on the disk
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # deleted data is overwritten
    "PRAGMA temp_store=MEMORY",  # VACUUM makes no copy outside the data folder
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
)


class DamagedDatabaseError(Exception):
    """The file is no database or contradicts itself. Never reaches the user: the store makes a new one."""


class Database:
    """The index of a history, ``journal.sqlite`` in its folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE

    @property
    def exists(self) -> bool:
        """Whether the file exists."""
        return self.path.is_file()

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for questions. Raises ResourceError, BusyError, DamagedDatabaseError."""
        with _translated(self.path):
            connection = self._connect()
            try:
                yield connection
            finally:
                connection.close()

    @contextlib.contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """A connection inside one transaction: committed as a whole or not at all. Raises as `reading`."""
        with self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                # After a full disk SQLite has rolled back already.
                with contextlib.suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def prepare(self) -> None:
        """Check the file and upgrade it to the current version; creates it if missing.

        Raises:
            DamagedDatabaseError: it must be replaced. ResourceError: a newer version wrote it, or the disk refused.
        """
        if not self.exists:
            with _translated(self.path):
                try:
                    os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
                except OSError as error:
                    raise sqlite3.OperationalError(error.strerror) from error
        with self.reading() as connection:
            version = _number(connection, "PRAGMA user_version")
            if version > len(_MIGRATIONS):
                raise ResourceError(
                    "The history was written by a newer version of S2Edit Studio.", "Update to use it."
                )
            (answer,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            if answer != "ok":
                raise DamagedDatabaseError(answer)
        for step in range(version, len(_MIGRATIONS)):
            with self.changing() as connection:
                # Another process may have been quicker.
                if _number(connection, "PRAGMA user_version") == step:
                    _MIGRATIONS[step](connection)
                    connection.execute(f"PRAGMA user_version={step + 1}")

    def move_aside(self) -> Path:
        """Set a damaged file aside; returns its new path. An older damaged file is replaced."""
        for old in self.aside():
            old.unlink(missing_ok=True)
        target = self.path.with_name(f"{ASIDE}{time.strftime('%Y%m%d-%H%M%S')}.sqlite")
        # Its rollback journal would be played into the new database.
        self.path.with_name(f"{FILE}-journal").unlink(missing_ok=True)
        os.replace(self.path, target)
        return target

    def aside(self) -> list[Path]:
        """Damaged databases that were set aside."""
        return sorted(self.path.parent.glob(f"{ASIDE}*"))

    def purge(self) -> None:
        """Rewrite the file without deleted data. Raises ResourceError, BusyError."""
        with self.reading() as connection:
            connection.execute("VACUUM")

    def _connect(self) -> sqlite3.Connection:
        # mode=rw: do not create an empty database in a folder that was removed.
        address = f"{self.path.absolute().as_uri()}?mode=rw"
        connection = sqlite3.connect(address, uri=True, timeout=WAIT_SECONDS, isolation_level=None)
        try:
            for pragma in _PRAGMAS:
                connection.execute(pragma).close()
            connection.create_function("folded", 1, folded, deterministic=True)
        except BaseException:
            connection.close()
            raise
        return connection


@contextlib.contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Convert SQLite's errors to S2EditError."""
    try:
        yield
    except sqlite3.OperationalError as error:
        text = str(error)
        if "locked" in text or "busy" in text:
            raise BusyError("Another process is using the history.", "Try again in a moment.") from error
        if "full" in text:
            raise ResourceError(
                "The disk is full: the history was not changed.", "Free some space and try again."
            ) from error
        if "no such table" in text or "no such column" in text:
            raise DamagedDatabaseError(text) from error
        raise ResourceError(
            Sentence("The history cannot be used ({}).", text), Sentence("Check the folder {}.", path.parent)
        ) from error
    except sqlite3.DatabaseError as error:
        raise DamagedDatabaseError(str(error)) from error


def _number(connection: sqlite3.Connection, query: str) -> int:
    return int(connection.execute(query).fetchone()[0])


# ---------------------------------------------------------------------- versions


def _version_1(connection: sqlite3.Connection) -> None:
    for statement in (
        """CREATE TABLE results (
            id TEXT PRIMARY KEY, kind TEXT NOT NULL, prompt TEXT NOT NULL, source_prompt TEXT NOT NULL, model TEXT NOT NULL,
            photo TEXT NOT NULL, pixels TEXT NOT NULL, seconds REAL NOT NULL, identity REAL, starred INTEGER NOT NULL,
            note TEXT NOT NULL, deleted TEXT NOT NULL, words TEXT NOT NULL, size INTEGER NOT NULL) STRICT""",
        "CREATE INDEX results_photo ON results (photo)",
        "CREATE TABLE tokens (id TEXT PRIMARY KEY, person TEXT NOT NULL, name TEXT NOT NULL) STRICT",
        """CREATE TABLE used_tokens (
            result TEXT NOT NULL REFERENCES results ON DELETE CASCADE, place INTEGER NOT NULL, token TEXT NOT NULL,
            PRIMARY KEY (result, place)) STRICT""",
        "CREATE INDEX used_tokens_token ON used_tokens (token)",
        "CREATE TABLE originals (hash TEXT PRIMARY KEY, size INTEGER NOT NULL) STRICT",
        """CREATE TABLE used_originals (
            result TEXT NOT NULL REFERENCES results ON DELETE CASCADE, hash TEXT NOT NULL,
            PRIMARY KEY (result, hash)) STRICT""",
        "CREATE INDEX used_originals_hash ON used_originals (hash)",
        # Hashes of ids of forgotten tokens: a job that was running then must not bring them back.
        "CREATE TABLE forgotten (hash TEXT PRIMARY KEY, at REAL NOT NULL) STRICT",
    ):
        connection.execute(statement)


_MIGRATIONS: Sequence[Callable[[sqlite3.Connection], None]] = (_version_1,)
"""One function a version: the n-th (from 0) brings a database of version n to n + 1."""


# ---------------------------------------------------------------------- rows


def insert(
    connection: sqlite3.Connection, record: Record, size: int, originals: Iterable[tuple[str, int]]
) -> None:
    """Put a result's rows in; those it had are replaced. ``originals``: hash and size of its photo and masks."""
    connection.execute("DELETE FROM results WHERE id = ?", (record.id,))
    connection.execute(
        "INSERT INTO results VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            record.id, record.kind, _prompt_of(record), record.source_prompt, record.machine.model, record.photo, record.pixels,
            float(record.seconds), record.identity, int(record.starred), record.note, record.deleted,
            words_of(record), size,
        ),
    )  # fmt: skip
    connection.executemany(
        "INSERT INTO used_tokens VALUES (?,?,?)",
        [(record.id, place, token) for place, token in enumerate(record.tokens)],
    )
    for name, size_bytes in originals:
        connection.execute("INSERT OR REPLACE INTO originals VALUES (?,?)", (name, size_bytes))
        connection.execute("INSERT OR IGNORE INTO used_originals VALUES (?,?)", (record.id, name))


Row = tuple[tuple[object, ...], tuple[str, ...], frozenset[str]]
"""The index data of a result: columns, tokens in order, hashes of photo and masks."""
_COLUMNS = "kind, prompt, photo, pixels, starred, note, deleted, words"


def rows_in(connection: sqlite3.Connection) -> dict[str, Row]:
    """All index data, by result."""
    tokens: dict[str, list[str]] = {}
    for name, token in connection.execute("SELECT result, token FROM used_tokens ORDER BY result, place"):
        tokens.setdefault(name, []).append(token)
    hashes: dict[str, set[str]] = {}
    for name, hashed in connection.execute("SELECT result, hash FROM used_originals"):
        hashes.setdefault(name, set()).add(hashed)
    return {
        name: (tuple(columns), tuple(tokens.get(name, ())), frozenset(hashes.get(name, ())))
        for name, *columns in connection.execute(f"SELECT id, {_COLUMNS} FROM results ORDER BY id")
    }


def row_of(record: Record) -> Row:
    """The correct index data of a result."""
    own = (record.photo, record.pixels, int(record.starred), record.note, record.deleted)
    columns = (record.kind, _prompt_of(record), *own, words_of(record))
    return columns, record.tokens, frozenset(record.originals)


def _prompt_of(record: Record) -> str:
    asked = record.request.get("prompt")
    return asked if isinstance(asked, str) else record.source_prompt


def words_of(record: Record) -> str:
    """The text for searching; tokens are found by their current names instead of the placeholders."""
    texts = "\n".join((_prompt_of(record), record.source_prompt, record.note))
    return folded(re.sub(r"<#\d+>", "", texts))


def folded(text: str) -> str:
    """Text as searches compare it: lower case, without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))
