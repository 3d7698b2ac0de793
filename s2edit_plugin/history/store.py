"""The journal's lock, and what is put right before anything is changed: one at a time, whole or not at all.

    a result comes    photo and masks, then its folder by one rename, then its rows
    a result goes     its folder by one rename, then its rows, then the photos nobody needs

A process that is killed in between leaves the mark that it was at work; whoever takes the lock next makes rows and folders
agree: a folder without rows gets them, rows without a folder go, and so do photos without rows and whatever is half-written.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from s2edit_plugin.errors import BusyError, ResourceError
from s2edit_plugin.history.database import DamagedDatabaseError, Database, Row, insert, row_of, rows_in
from s2edit_plugin.history.folders import Folders, disk
from s2edit_plugin.history.record import Machine, Record
from s2edit_plugin.storage.locks import WAIT_SECONDS, file_lock

__all__ = ["LOCK", "MARK", "Store", "names_in"]

LOCK, MARK = ".lock", ".at-work"
UNKNOWN = "unknown"


class Store:
    """Folders and index of one journal, kept in agreement.

    Attributes:
        notices: sentences about what was put right, for the user.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folders, self.database = Folders(root), Database(root)
        self.notices: list[str] = []
        self._checked = False

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the lock, with everything in agreement at the beginning.

        Raises:
            BusyError: another process holds it. ResourceError: the disk refused.
        """
        with self._lock(WAIT_SECONDS) as first:
            if first:
                self._agree()
                with disk(self.root):
                    (self.root / MARK).touch(mode=0o600)
            yield
            if first:
                # Not after an exception: then the next one looks what is left.
                with disk(self.root):
                    (self.root / MARK).unlink(missing_ok=True)

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        """A connection for questions; None while there is no journal.

        Raises:
            ResourceError: the disk refused.
        """
        if not self.database.exists and not self.folders.results.is_dir():
            yield None
            return
        if not self._sound():
            # While somebody is at work the mark is there, too; the index is good enough to be read then.
            with contextlib.suppress(BusyError), self._lock(0.0 if self._checked else WAIT_SECONDS) as first:
                if first:  # else this thread is in the middle of a change
                    self._agree()
        with self._noticing_damage(), self.database.reading() as connection:
            yield connection

    @contextlib.contextmanager
    def rows(self) -> Iterator[sqlite3.Connection]:
        """One transaction; under the lock. Raises ResourceError."""
        with self._noticing_damage(), self.database.changing() as connection:
            yield connection

    def remove(self, names: Iterable[str]) -> None:
        """Remove results for good, and what only they needed. Under the lock. Raises ResourceError."""
        doomed = list(names)
        for name in doomed:
            self.folders.retire(name)
        with self.rows() as connection:
            connection.executemany("DELETE FROM results WHERE id = ?", [(name,) for name in doomed])
        self.drop_unused()
        self.folders.clear()

    def drop_unused(self) -> None:
        """Remove photos, masks and names that no result needs. Under the lock. Raises ResourceError."""
        with self._noticing_damage():
            self._drop_unused()

    def _drop_unused(self) -> None:
        with self.database.changing() as connection:
            needed = {name for (name,) in connection.execute("SELECT DISTINCT hash FROM used_originals")}
            connection.execute("DELETE FROM originals WHERE hash NOT IN (SELECT hash FROM used_originals)")
            gone = connection.execute(
                "DELETE FROM tokens WHERE id NOT IN (SELECT token FROM used_tokens)"
            ).rowcount
            names = names_in(connection)
        for name in self.folders.originals_there().keys() - needed:
            self.folders.drop_original(name)
        if gone:
            self.folders.write_names(names)

    def write_names(self) -> None:
        """Write down what tokens are called, for the day the index is lost. Under the lock. Raises ResourceError."""
        with self.rows() as connection:
            self.folders.write_names(names_in(connection))

    # ------------------------------------------------------------------ agreement

    @contextlib.contextmanager
    def _noticing_damage(self) -> Iterator[None]:
        """A damaged index is made anew the next time somebody looks."""
        try:
            yield
        except DamagedDatabaseError as error:
            self._checked = False
            raise ResourceError("The history's index is damaged.", "Try again: it is made anew.") from error

    def _lock(self, wait: float) -> contextlib.AbstractContextManager[bool]:
        return file_lock(self.root / LOCK, timeout=wait, what="the history")

    def _sound(self) -> bool:
        return self._checked and self.database.exists and not (self.root / MARK).exists()

    def _agree(self) -> None:
        """Make index and folders agree, unless it is known that they do. Under the lock."""
        if self._sound():
            return
        interrupted = (self.root / MARK).exists()
        self.folders.clear()
        try:
            self.database.prepare()
            self._match(interrupted)
        except DamagedDatabaseError as error:
            self._replace_database(str(error))
        with disk(self.root):
            (self.root / MARK).unlink(missing_ok=True)
        self._checked = True

    def _replace_database(self, why: str) -> None:
        with disk(self.root):
            aside = self.database.move_aside()
        try:
            self.database.prepare()
            self._match(True)
        except DamagedDatabaseError as error:
            raise ResourceError(
                "The history cannot be used: its new index is damaged again.", "Check the disk for errors."
            ) from error
        with self.database.reading() as connection:
            (count,) = connection.execute("SELECT count(*) FROM results").fetchone()
        notice = (
            f"The history's index was damaged and was made anew from the {count} results that lie there; "
            f"the damaged file is {aside.name}."
        )
        self.notices.append(notice)
        logging.getLogger(__name__).warning("The history's index was damaged (%s); it was made anew.", why)

    def _match(self, thoroughly: bool) -> None:
        """Give every folder its rows and take rows without a folder away; thoroughly: where they differ, the record counts."""
        with self.database.reading() as connection:
            known = rows_in(connection)
        there = self.folders.ids()
        if thoroughly:
            there = {name for name in there if self._whole(name)}
        gone, missing = known.keys() - there, there - known.keys()
        if thoroughly:
            missing |= {name for name in known.keys() & there if self._is_stale(name, known[name])}
        if gone or missing:
            originals = self.folders.originals_there()
            names = self.folders.names()
            with self.database.changing() as connection:
                connection.executemany("DELETE FROM results WHERE id = ?", [(one,) for one in gone])
                for name in sorted(missing):
                    self.insert(connection, self._record(name), originals, names)
        self._drop_unused()

    def insert(
        self,
        connection: sqlite3.Connection,
        record: Record,
        originals: Mapping[str, int],
        names: Mapping[str, str],
        size: int | None = None,
    ) -> None:
        """The rows of a result that lies in its place."""
        size = self.folders.size(record.id) if size is None else size
        insert(connection, record, size, [(name, originals.get(name, 0)) for name in record.originals])
        for token in record.tokens:
            person, _, short = names.get(token, "").partition("/")
            # A name that is known already is newer than what lay beside the folders.
            connection.execute("INSERT OR IGNORE INTO tokens VALUES (?,?,?)", (token, person, short))

    def _is_stale(self, name: str, row: Row) -> bool:
        try:
            return row != row_of(self.folders.record(name))
        except ResourceError:
            return False  # the row knows more than a damaged record

    def _record(self, name: str) -> Record:
        """A result's record; where that is damaged, one that says at least where the picture lies."""
        try:
            return self.folders.record(name)
        except ResourceError:
            pictures = sorted(path.name for path in self.folders.of(name).glob("picture.*"))
            machine = Machine(UNKNOWN, "")
            return Record(name, "edit", {}, (), "", pictures[0] if pictures else "picture.png", machine)

    def _whole(self, name: str) -> bool:
        """Whether a result is all there; half-written files are removed, and a folder without picture goes."""
        place = self.folders.of(name)
        for half in place.glob(".*.part"):
            with disk(half):
                half.unlink(missing_ok=True)
        if any(place.glob("picture.*")):
            return True
        self.notices.append(f"The result {name} had lost its picture and was taken out of the history.")
        self.folders.retire(name)
        self.folders.clear()
        return False


def names_in(connection: sqlite3.Connection) -> dict[str, str]:
    """Token id -> ``person/name``, of those that have a name."""
    rows = connection.execute("SELECT id, person, name FROM tokens WHERE person != ''")
    return {token: f"{person}/{name}" for token, person, name in rows}
