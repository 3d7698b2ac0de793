"""The ledger of a batch: what was done, and who works on what. One SQLite file in the folder of the results.

A photo is `waiting`, `leased`, `done` or `failed`. Whoever works on one holds a lease that runs out unless it is renewed, so
what a killed process held is free again: at once where its process is seen to be gone, else after `LEASE_SECONDS`. Every
change is one transaction that is on the disk when it returns. Paths are bytes: names of files need not be text.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import socket
import sqlite3
import threading
import time
import unicodedata
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from s2edit_plugin.batch.photos import LEDGER_FOLDER, Found, Row, result_name
from s2edit_plugin.errors import BusyError, ResourceError, S2EditError
from s2edit_plugin.storage.paths import disk_error

__all__ = ["LEASE_SECONDS", "Counts", "Entry", "Ledger", "Pictures", "Stamp"]

VERSION = 1
LEASE_SECONDS = 60.0
BUSY_SECONDS = 30.0
AT_ONCE = 1000  # photos a transaction, when they are written down
_SCHEMA = """
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


@dataclass(frozen=True)
class Stamp:
    """What tells that a file was not changed: its size in bytes and when it was written, nanoseconds."""

    size: int
    mtime: int

    @staticmethod
    def of(path: Path) -> Stamp | None:
        """A file's stamp, None where there is none."""
        try:
            status = path.stat()
        except OSError:
            return None
        return Stamp(status.st_size, status.st_mtime_ns)


@dataclass(frozen=True)
class Entry:
    """A photo of the ledger.

    Attributes:
        out: of the result, relative to the results' folder. stamp: of the photo when it was done, None before.
        photo: sha256 of its bytes. job: of what was asked for, see `keys`. key: of what was done.
        result: sha256 of the result's bytes, also of one that was about to be written. result_stamp: of the file.
        error: of a failed one, as `S2EditError.to_json`. told: notes, tokens, identity: what the report says.
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
    error: dict[str, str] | None = None
    told: dict[str, Any] | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class Pictures:
    """A photo and its result in small, encoded."""

    before: bytes
    after: bytes


@dataclass(frozen=True)
class Counts:
    """How many photos of a run are in which state."""

    total: int
    done: int
    failed: int


def _listed(db: sqlite3.Connection, found: Found) -> int:
    """The number of a photo in the ledger; a new one is given the name of its result."""
    source, row = os.fsencode(found.source), found.row.to_text()
    known = db.execute("SELECT id FROM photos WHERE source = ? AND row = ?", (source, row)).fetchone()
    if known is not None:
        return int(known[0])
    wanted = out = result_name(found.place)
    number = 1
    while db.execute("SELECT 1 FROM photos WHERE place = ?", (_place(out),)).fetchone():
        number += 1
        out = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
    cursor = db.execute(
        "INSERT INTO photos (source, row, out, place) VALUES (?, ?, ?, ?)",
        (source, row, os.fsencode(out), _place(out)),
    )
    return int(cursor.lastrowid or 0)


def _some(photos: Iterable[Found]) -> Iterator[list[Found]]:
    remaining = iter(photos)
    while some := list(itertools.islice(remaining, AT_ONCE)):
        yield some


def _place(out: PurePath) -> str:
    """A name as every system sees it: some take letters of either case, or an umlaut written either way, for the same."""
    return ascii(unicodedata.normalize("NFC", str(out)).casefold())


class Ledger:
    """The ledger of a folder of results. May be used from several threads; several processes may have one each.

    Args:
        results: the folder; it is made where it is missing. owner: who works here, "": this process. now: the time.

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
            self._connection = self._opened(path)
        except OSError as error:
            raise disk_error(path, error) from error

    def _opened(self, path: Path) -> sqlite3.Connection:
        try:
            return _connected(path)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise _said(error, path) from error
        # The results themselves are there: a lost ledger costs time, no picture.
        aside = path.with_name(f"ledger-damaged-{int(time.time())}.sqlite")
        os.replace(path, aside)
        self.notice = f"The ledger was damaged; it is kept as {aside.name}, and a new one was begun."
        return _connected(path)

    # ------------------------------------------------------------------ a run

    def enlist(self, photos: Iterable[Found]) -> int:
        """Write down what this run is to do; returns how many photos. Where results go is settled here, once for all time.

        Raises:
            ResourceError: the disk refused. UsageError: from the iterable.
        """
        with self._change() as db:
            self._drop_dead_runs(db)
            db.execute("INSERT INTO runs VALUES (?, ?, ?)", (self.run, self.owner, self._until()))
        number = 0
        for some in _some(photos):
            with self._change() as db:
                db.execute("UPDATE runs SET lease = ? WHERE run = ?", (self._until(), self.run))
                for found in some:
                    db.execute("INSERT INTO wanted VALUES (?, ?, ?)", (self.run, number, _listed(db, found)))
                    number += 1
        return number

    def _drop_dead_runs(self, db: sqlite3.Connection) -> None:
        for run, owner, lease in db.execute("SELECT run, owner, lease FROM runs").fetchall():
            if _is_free(owner, lease, self.owner):
                db.execute("DELETE FROM wanted WHERE run = ?", (run,))
                db.execute("DELETE FROM runs WHERE run = ?", (run,))

    def leave(self) -> None:
        """End the run: what it still held is free."""
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

    def _until(self) -> float:
        return time.time() + self.lease_seconds

    def take(self, entry: Entry) -> bool:
        """Take a lease on a photo; False: somebody else has it."""
        with self._change() as db:
            row = db.execute("SELECT state, owner, lease FROM photos WHERE id = ?", (entry.id,)).fetchone()
            state, owner, lease = row
            died = state == "leased" and owner != self._holder
            if died and not _is_free(owner, lease, self.owner):
                return False
            db.execute(
                "UPDATE photos SET state = 'leased', owner = ?, lease = ?, attempts = ? WHERE id = ?",
                (self._holder, self._until(), entry.attempts + 1 if died else 1, entry.id),
            )
            return True

    def renew(self) -> None:
        """Renew all leases of this run."""
        with self._change() as db:
            until = self._until()
            db.execute(
                "UPDATE photos SET lease = ? WHERE state = 'leased' AND owner = ?", (until, self._holder)
            )
            db.execute("UPDATE runs SET lease = ? WHERE run = ?", (until, self.run))

    def give_back(self, entry: Entry) -> None:
        """Let go of a photo that was not done."""
        with self._change() as db:
            db.execute(
                "UPDATE photos SET state = 'waiting', owner = '', lease = 0 WHERE id = ? AND owner = ?",
                (entry.id, self._holder),
            )

    # ------------------------------------------------------------------ results

    def announce(self, entry: Entry, photo: str, job: str, key: str, result: str) -> None:
        """Write down what is about to be written: if it is there after a crash, the photo is done."""
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
        told: dict[str, Any] | None = None,
        pictures: Pictures | None = None,
        kept: bool = False,
    ) -> None:
        """A photo's result is there.

        Args:
            stamp: of the photo before it was read. kept: what is there is the user's work on it, not what was written.
        """
        there = entry.result_stamp if kept else Stamp.of(self.results / entry.out)
        with self._change() as db:
            db.execute(
                "UPDATE photos SET state = 'done', owner = '', lease = 0, attempts = 0, error = '', job = ?, size = ?, "
                "mtime = ?, result_size = ?, result_mtime = ? WHERE id = ?",
                (
                    job,
                    stamp and stamp.size,
                    stamp and stamp.mtime,
                    there and there.size,
                    there and there.mtime,
                    entry.id,
                ),
            )
            if told is not None:
                db.execute(
                    "UPDATE photos SET told = ?, seconds = ? WHERE id = ?",
                    (json.dumps(told), seconds, entry.id),
                )
            if pictures is not None:
                db.execute(
                    "INSERT OR REPLACE INTO pictures VALUES (?, ?, ?)",
                    (entry.id, pictures.before, pictures.after),
                )

    def failed(self, entry: Entry, error: S2EditError) -> None:
        """A photo could not be done; the next run tries it again. What is known of an earlier result stays."""
        with self._change() as db:
            db.execute(
                "UPDATE photos SET state = 'failed', owner = '', lease = 0, attempts = 0, error = ? WHERE id = ?",
                (json.dumps(error.to_json()), entry.id),
            )

    # ------------------------------------------------------------------ reading

    def wanted(self, after: int = -1, limit: int = 256) -> list[tuple[int, Entry]]:
        """Photos of this run by their number, from the one after ``after`` on."""
        rows = self._read(
            f"SELECT wanted.number, {_FIELDS} FROM wanted JOIN photos ON photos.id = wanted.photo "
            "WHERE run = ? AND number > ? ORDER BY number LIMIT ?",
            (self.run, after, limit),
        )
        return [(int(row[0]), _entry(row[1:])) for row in rows]

    def each(self) -> Iterator[Entry]:
        """All photos of this run in their order."""
        after = -1
        while page := self.wanted(after):
            for after, entry in page:  # noqa: B007 (the last number is where the next page begins)
                yield entry

    def entry(self, entry: Entry) -> Entry:
        """A photo as it is now."""
        return _entry(self._read(f"SELECT {_FIELDS} FROM photos WHERE id = ?", (entry.id,))[0])

    def twins(self, photo: str, entry: Entry) -> list[Entry]:
        """Other photos of the same bytes that are done."""
        rows = self._read(
            f"SELECT {_FIELDS} FROM photos WHERE photo = ? AND state = 'done' AND id != ? LIMIT 20",
            (photo, entry.id),
        )
        return [_entry(row) for row in rows]

    def pictures(self, entry: Entry) -> Pictures | None:
        """A photo and its result in small, None where they are not kept."""
        rows = self._read("SELECT before, after FROM pictures WHERE photo = ?", (entry.id,))
        return Pictures(*rows[0]) if rows else None

    def picture_count(self) -> int:
        """How many are kept."""
        return int(self._read("SELECT count(*) FROM pictures", ())[0][0])

    def counts(self) -> Counts:
        """How far this run is."""
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
                raise _said(error, self.results / LEDGER_FOLDER) from error

    def _read(self, query: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._connection.execute(query, values).fetchall()
            except sqlite3.Error as error:
                raise _said(error, self.results / LEDGER_FOLDER) from error


_FIELDS = (
    "photos.id, source, row, out, state, size, mtime, photos.photo, job, key, result, result_size, result_mtime, owner, lease, "
    "attempts, error, told, seconds"
)


def _entry(values: tuple[Any, ...]) -> Entry:
    (number, source, row, out, state, size, mtime, photo, job, key, result, result_size, result_mtime, owner, lease, attempts,
     error, told, seconds) = values  # fmt: skip
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
        json.loads(told) if told else None,
        seconds,
    )


def _connected(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA synchronous = FULL")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise ResourceError(
                f"The ledger {path} was written by a newer version of this program.",
                "Update, or choose another folder for the results.",
            )
        db.executescript(_SCHEMA)
        db.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        db.close()
        raise
    return db


def _said(error: sqlite3.Error, path: Path) -> ResourceError:
    text = str(error)
    if "full" in text:
        return ResourceError(f"The disk is full: {path} was not written.", "Free some space and try again.")
    if "locked" in text or "busy" in text:
        return BusyError(f"Another process holds the ledger {path}.", "Wait until it has finished.")
    return ResourceError(f"The ledger {path} cannot be used ({text}).", "Choose another folder with --out.")


def this_process() -> str:
    """Who this is: machine, start of the machine, process."""
    return f"{socket.gethostname()} {_boot()} {os.getpid()}"


def _boot() -> str:
    """What changes when the machine starts anew, so that a process number of before means nobody."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return "-"


def _is_free(owner: str, lease: float, me: str) -> bool:
    """Whether a lease holds no more: it ran out, or who held it is gone from this machine."""
    if lease <= time.time():
        return True
    host, boot, pid = (owner.split(" ") + ["", "", ""])[:3]
    my_host, my_boot, my_pid = (me.split(" ") + ["", "", ""])[:3]
    if host != my_host or not pid.isdigit():
        return False
    if boot != my_boot:
        return boot != "-" and my_boot != "-"
    return pid != my_pid and not _is_alive(int(pid))


def _is_alive(pid: int) -> bool:
    import psutil

    return bool(psutil.pid_exists(pid))
