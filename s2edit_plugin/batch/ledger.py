"""The ledger of a batch: an SQLite file in the folder of the results with the state and owner of each photo.

A photo is `waiting`, `leased`, `done` or `failed`. A process that works on a photo holds a lease on it, which expires after
`LEASE_SECONDS` unless it is renewed. A lease of a process of this machine that no longer runs ends at once. Every change is one
transaction, which is on the disk when the method returns.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from s2edit_plugin.batch.entries import (
    ENTRY_COLUMNS,
    SCHEMA,
    Counts,
    Entry,
    Pictures,
    Stamp,
    add_photo,
    entry_of,
)
from s2edit_plugin.batch.leases import is_free, this_process
from s2edit_plugin.batch.photos import LEDGER_FOLDER, Found
from s2edit_plugin.errors import BusyError, ResourceError, S2EditError, Sentence
from s2edit_plugin.storage.paths import disk_error

__all__ = ["LEASE_SECONDS", "Ledger"]

VERSION = 1
LEASE_SECONDS = 60.0
BUSY_SECONDS = 30.0
PHOTOS_PER_TRANSACTION = 1000  # when a run is enlisted


def _chunks(photos: Iterable[Found]) -> Iterator[list[Found]]:
    remaining = iter(photos)
    while chunk := list(itertools.islice(remaining, PHOTOS_PER_TRANSACTION)):
        yield chunk


class Ledger:
    """The ledger of a folder of results. Thread-safe; several processes may open it at the same time.

    Args:
        results: the folder; created if missing. owner: name of the owner of leases, "" for this process.
        lease_seconds: duration of a lease.

    Raises:
        ResourceError: the folder cannot be written to.
    """

    def __init__(self, results: Path, *, owner: str = "", lease_seconds: float = LEASE_SECONDS) -> None:
        self.results, self.owner = results, owner or this_process()
        self.lease_seconds = lease_seconds
        self.run = uuid.uuid4().hex
        self.notice = ""
        self._lock = threading.RLock()
        path = results / LEDGER_FOLDER / "ledger.sqlite"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = self._open(path)
        except OSError as error:
            raise disk_error(path, error) from error

    def _open(self, path: Path) -> sqlite3.Connection:
        try:
            return _connect(path)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise _ledger_error(error, path) from error
        # The result files do not depend on it: a lost ledger costs computing time only.
        aside = path.with_name(f"ledger-damaged-{int(time.time())}.sqlite")
        os.replace(path, aside)
        self.notice = f"The ledger was damaged; it is kept as {aside.name}, and a new one was begun."
        return _connect(path)

    # ------------------------------------------------------------------ a run

    def enlist(self, photos: Iterable[Found]) -> int:
        """Add the photos of this run and fix the names of their results; returns the number of photos.

        Raises:
            ResourceError: the ledger cannot be written. UsageError: raised by the iterable.
        """
        with self._change() as db:
            self._drop_dead_runs(db)
            db.execute("INSERT INTO runs VALUES (?, ?, ?)", (self.run, self.owner, self._lease_end()))
        number = 0
        for chunk in _chunks(photos):
            with self._change() as db:
                db.execute("UPDATE runs SET lease = ? WHERE run = ?", (self._lease_end(), self.run))
                for found in chunk:
                    db.execute(
                        "INSERT INTO wanted VALUES (?, ?, ?)", (self.run, number, add_photo(db, found))
                    )
                    number += 1
        return number

    def _drop_dead_runs(self, db: sqlite3.Connection) -> None:
        for run, owner, lease in db.execute("SELECT run, owner, lease FROM runs").fetchall():
            if is_free(owner, lease, self.owner):
                db.execute("DELETE FROM wanted WHERE run = ?", (run,))
                db.execute("DELETE FROM runs WHERE run = ?", (run,))

    def leave(self) -> None:
        """End the run and its leases."""
        with self._change() as db:
            db.execute(
                "UPDATE photos SET state = 'waiting', owner = '', lease = 0 WHERE state = 'leased' AND owner = ?",
                (self._holder,),
            )
            db.execute("DELETE FROM wanted WHERE run = ?", (self.run,))
            db.execute("DELETE FROM runs WHERE run = ?", (self.run,))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    # ------------------------------------------------------------------ leases

    @property
    def _holder(self) -> str:
        return f"{self.owner} {self.run}"

    def _lease_end(self) -> float:
        return time.time() + self.lease_seconds

    def take(self, entry: Entry) -> Entry | None:
        """Lease a photo; its entry as it was until now, None if another run has a lease on it.

        Another run may have finished the photo since ``entry`` was read.
        """
        with self._change() as db:
            query = f"SELECT {ENTRY_COLUMNS} FROM photos WHERE id = ?"
            found = entry_of(db.execute(query, (entry.id,)).fetchone())
            was_lost = found.state == "leased" and found.owner != self._holder
            if was_lost and not is_free(found.owner, found.lease, self.owner):
                return None
            db.execute(
                "UPDATE photos SET state = 'leased', owner = ?, lease = ?, attempts = ? WHERE id = ?",
                (self._holder, self._lease_end(), found.attempts + 1 if was_lost else 1, entry.id),
            )
            return found

    def renew(self) -> None:
        """Renew all leases of this run."""
        with self._change() as db:
            end = self._lease_end()
            db.execute(
                "UPDATE photos SET lease = ? WHERE state = 'leased' AND owner = ?", (end, self._holder)
            )
            db.execute("UPDATE runs SET lease = ? WHERE run = ?", (end, self.run))

    def give_back(self, entry: Entry) -> None:
        """End the lease on a photo without a result."""
        with self._change() as db:
            db.execute(
                "UPDATE photos SET state = 'waiting', owner = '', lease = 0 WHERE id = ? AND owner = ?",
                (entry.id, self._holder),
            )

    # ------------------------------------------------------------------ results

    def announce(self, entry: Entry, photo: str, job: str, key: str, result: str) -> None:
        """Record the hash of a result before it is written, so that it is recognised after a crash."""
        with self._change() as db:
            db.execute(
                "UPDATE photos SET photo = ?, job = ?, key = ?, result = ?, result_size = NULL, result_mtime = NULL "
                "WHERE id = ? AND owner = ?",
                (photo, job, key, result, entry.id, self._holder),
            )

    def done(
        self,
        entry: Entry,
        stamp: Stamp | None,
        job: str,
        *,
        seconds: float = 0.0,
        details: dict[str, Any] | None = None,
        pictures: Pictures | None = None,
        kept: bool = False,
    ) -> None:
        """Record that the result of a photo exists.

        Args:
            stamp: of the photo before it was read. job: hash of the request. seconds: duration of the edit.
            details: facts for the report, None: unchanged. pictures: thumbnails, None: unchanged.
            kept: the file was changed by another program and stays; its recorded stamp is not updated.
        """
        result_stamp = entry.result_stamp if kept else Stamp.of(self.results / entry.out)
        with self._change() as db:
            db.execute(
                "UPDATE photos SET state = 'done', owner = '', lease = 0, attempts = 0, error = '', job = ?, size = ?, "
                "mtime = ?, result_size = ?, result_mtime = ? WHERE id = ?",
                (
                    job,
                    stamp and stamp.size,
                    stamp and stamp.mtime,
                    result_stamp and result_stamp.size,
                    result_stamp and result_stamp.mtime,
                    entry.id,
                ),
            )
            if details is not None:
                db.execute(
                    "UPDATE photos SET told = ?, seconds = ? WHERE id = ?",
                    (json.dumps(details), seconds, entry.id),
                )
            if pictures is not None:
                db.execute(
                    "INSERT OR REPLACE INTO pictures VALUES (?, ?, ?)",
                    (entry.id, pictures.before, pictures.after),
                )

    def failed(self, entry: Entry, error: S2EditError) -> None:
        """Record an error; the next run tries the photo again. Facts of an earlier result stay."""
        with self._change() as db:
            db.execute(
                "UPDATE photos SET state = 'failed', owner = '', lease = 0, attempts = 0, error = ? WHERE id = ?",
                (json.dumps(error.to_json()), entry.id),
            )

    # ------------------------------------------------------------------ reading

    def wanted(self, after: int = -1, limit: int = 256) -> list[tuple[int, Entry]]:
        """Photos of this run with their numbers, those above ``after``, at most ``limit``."""
        rows = self._read(
            f"SELECT wanted.number, {ENTRY_COLUMNS} FROM wanted JOIN photos ON photos.id = wanted.photo "
            "WHERE run = ? AND number > ? ORDER BY number LIMIT ?",
            (self.run, after, limit),
        )
        return [(int(row[0]), entry_of(row[1:])) for row in rows]

    def each(self) -> Iterator[Entry]:
        """All photos of this run in order."""
        after = -1
        while page := self.wanted(after):
            for after, entry in page:  # noqa: B007 (the next page starts after the last number)
                yield entry

    def entry(self, entry: Entry) -> Entry:
        """The current entry of a photo."""
        return entry_of(self._read(f"SELECT {ENTRY_COLUMNS} FROM photos WHERE id = ?", (entry.id,))[0])

    def twins(self, photo: str, entry: Entry) -> list[Entry]:
        """Other photos with the same bytes that are done, at most 20."""
        rows = self._read(
            f"SELECT {ENTRY_COLUMNS} FROM photos WHERE photo = ? AND state = 'done' AND id != ? LIMIT 20",
            (photo, entry.id),
        )
        return [entry_of(row) for row in rows]

    def pictures(self, entry: Entry) -> Pictures | None:
        """Thumbnails of a photo and its result, None if not stored."""
        rows = self._read("SELECT before, after FROM pictures WHERE photo = ?", (entry.id,))
        return Pictures(*rows[0]) if rows else None

    def picture_count(self) -> int:
        """Number of stored thumbnail pairs."""
        return int(self._read("SELECT count(*) FROM pictures", ())[0][0])

    def counts(self) -> Counts:
        """Progress of this run."""
        rows = self._read(
            "SELECT state, count(*) FROM wanted JOIN photos ON photos.id = wanted.photo WHERE run = ? GROUP BY state",
            (self.run,),
        )
        states = dict(rows)
        return Counts(sum(states.values()), states.get("done", 0), states.get("failed", 0))

    # ------------------------------------------------------------------ the file

    @contextlib.contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            db = self._connection
            try:
                db.execute("BEGIN IMMEDIATE")
                try:
                    yield db
                except BaseException:
                    db.execute("ROLLBACK")
                    raise
                db.execute("COMMIT")
            except sqlite3.Error as error:
                with contextlib.suppress(sqlite3.Error):
                    db.execute("ROLLBACK")
                raise _ledger_error(error, self.results / LEDGER_FOLDER) from error

    def _read(self, query: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._connection.execute(query, values).fetchall()
            except sqlite3.Error as error:
                raise _ledger_error(error, self.results / LEDGER_FOLDER) from error


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA synchronous = FULL")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise ResourceError(
                Sentence("The ledger {} was written by a newer version of this program.", path),
                "Update, or choose another folder for the results.",
            )
        db.executescript(SCHEMA)
        db.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        db.close()
        raise
    return db


def _ledger_error(error: sqlite3.Error, path: Path) -> ResourceError:
    text = str(error)
    if "full" in text:
        return ResourceError(
            Sentence("The disk is full: {} was not written.", path), "Free some space and try again."
        )
    if "locked" in text or "busy" in text:
        return BusyError(
            Sentence("Another process holds the ledger {}.", path), "Wait until it has finished."
        )
    return ResourceError(
        Sentence("The ledger {} cannot be used ({}).", path, text), "Choose another folder with --out."
    )
