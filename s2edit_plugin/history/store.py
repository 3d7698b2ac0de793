"""The history's lock, and recovery before changes. Changes are exclusive and atomic.

    adding a result    photo and masks, then its folder by one rename, then its rows
    removing a result  its folder by one rename, then its rows, then unused photos

A process that is killed in between leaves a mark; the next holder of the lock then makes rows and folders consistent: adds
rows for folders without them, and removes rows without a folder, photos without rows, and partial files.
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
    """Folders and index of one history, kept in agreement.

    Attributes:
        notices: sentences on repairs, for the user.
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
                self._synchronise()
                with disk(self.root):
                    (self.root / MARK).touch(mode=0o600)
            yield
            if first:
                # Not after an exception: then the next holder checks the state.
                with disk(self.root):
                    (self.root / MARK).unlink(missing_ok=True)

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        """A connection for reading; None while there is no journal.

        Raises:
            ResourceError: the disk refused.
        """
        if not self.database.exists and not self.folders.results.is_dir():
            yield None
            return
        if not self._sound():
            # The mark also exists during a change by another process; the index can be read then.
            with contextlib.suppress(BusyError), self._lock(0.0 if self._checked else WAIT_SECONDS) as first:
                if first:  # else this thread is in the middle of a change
                    self._synchronise()
        with self._marking_damage(), self.database.reading() as connection:
            yield connection

    @contextlib.contextmanager
    def rows(self) -> Iterator[sqlite3.Connection]:
        """One transaction; under the lock. Raises ResourceError."""
        with self._marking_damage(), self.database.changing() as connection:
            yield connection

    def remove(self, names: Iterable[str]) -> None:
        """Permanently remove results, and the photos only they use. The caller holds the lock. Raises ResourceError."""
        doomed = list(names)
        for name in doomed:
            self.folders.retire(name)
        with self.rows() as connection:
            connection.executemany("DELETE FROM results WHERE id = ?", [(name,) for name in doomed])
        self.drop_unused()
        self.folders.clear()

    def drop_unused(self) -> None:
        """Remove photos, masks and names that no result needs. Under the lock. Raises ResourceError."""
        with self._marking_damage():
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
    def _marking_damage(self) -> Iterator[None]:
        """A damaged index is rebuilt at the next use."""
        try:
            yield
        except DamagedDatabaseError as error:
            self._checked = False
            raise ResourceError("The history's index is damaged.", "Try again: it is made anew.") from error

    def _lock(self, wait: float) -> contextlib.AbstractContextManager[bool]:
        return file_lock(self.root / LOCK, timeout=wait, what="the history")

    def _sound(self) -> bool:
        return self._checked and self.database.exists and not (self.root / MARK).exists()

    def _synchronise(self) -> None:
        """Make index and folders consistent, unless the mark shows that they are. The caller holds the lock."""
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
            indexed = rows_in(connection)
        existing = self.folders.ids()
        if thoroughly:
            existing = {name for name in existing if self._whole(name)}
        gone, missing = indexed.keys() - existing, existing - indexed.keys()
        if thoroughly:
            missing |= {name for name in indexed.keys() & existing if self._is_stale(name, indexed[name])}
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
        """The rows of an existing result."""
        size = self.folders.size(record.id) if size is None else size
        insert(connection, record, size, [(name, originals.get(name, 0)) for name in record.originals])
        for token in record.tokens:
            person, _, short = names.get(token, "").partition("/")
            # A name in the index is newer than the one in the file.
            connection.execute("INSERT OR IGNORE INTO tokens VALUES (?,?,?)", (token, person, short))

    def _is_stale(self, name: str, row: Row) -> bool:
        try:
            return row != row_of(self.folders.record(name))
        except ResourceError:
            return False  # the row has more data than a damaged record

    def _record(self, name: str) -> Record:
        """A result's record; if it is damaged, a minimal one with the picture's path."""
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
