"""Changes of existing results: stars, notes, deleting, pruning, forgetting, and renaming with the library."""

from __future__ import annotations

import dataclasses
import hashlib
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from s2edit_plugin.api.queries import ChangeHistory, Done
from s2edit_plugin.errors import InputError, Sentence
from s2edit_plugin.history.database import words_of
from s2edit_plugin.history.folders import disk
from s2edit_plugin.history.listing import no_such_result
from s2edit_plugin.history.store import Store

__all__ = [
    "change",
    "forget",
    "prune",
    "rename_person",
    "rename_tokens",
    "total",
    "was_forgotten",
    "write_names",
]

TRASH_DAYS = 30
BURIED_DAYS = 30  # longer than any job runs
MAX_NOTE = 10_000  # characters


def change(store: Store, request: ChangeHistory) -> Done:
    """Star, annotate, delete or restore results; see `History.change`."""
    if request.note is not None and len(request.note) > MAX_NOTE:
        raise InputError(Sentence("A note has at most {} characters.", MAX_NOTE), "Write a shorter one.")
    if not request.ids:
        return Done("Nothing was changed.", 0)
    with store.changing():
        with store.reading() as connection:
            for name in request.ids:
                query = "SELECT 1 FROM results WHERE id = ?"
                if connection is None or connection.execute(query, (name,)).fetchone() is None:
                    raise no_such_result()
        for name in dict.fromkeys(request.ids):
            _change_one(store, name, request)
    return Done(_sentence(request), len(set(request.ids)))


def _change_one(store: Store, name: str, request: ChangeHistory) -> None:
    """First the record, which counts when the index is lost, then the row."""
    record = store.folders.record(name)
    note = record.note if request.note is None else request.note
    deleted = record.deleted
    if request.delete:
        deleted = deleted or datetime.now(UTC).isoformat(timespec="seconds")
    elif request.restore:
        deleted = ""
    starred = record.starred if request.starred is None else request.starred
    changed = dataclasses.replace(record, starred=starred, note=note, deleted=deleted)
    store.folders.rewrite(changed)
    with store.rows() as connection:
        connection.execute(
            "UPDATE results SET starred = ?, note = ?, deleted = ?, words = ? WHERE id = ?",
            (int(starred), note, deleted, words_of(changed), name),
        )


def _sentence(request: ChangeHistory) -> str:
    if request.delete:
        return f"Deleted; `s2edit history restore` brings it back within {TRASH_DAYS} days."
    return "Restored." if request.restore else "Changed."


# ---------------------------------------------------------------------- pruning


def prune(store: Store, limit_bytes: int, keep: str) -> Done:
    """Remove the oldest results; see `History.prune`."""
    with store.reading() as connection:
        if connection is None:
            return Done("The history is empty.", 0)
    with store.changing():
        with store.reading() as connection:
            doomed = _oldest(connection, limit_bytes, keep) if connection is not None else []
        if doomed:
            store.remove(doomed)
    return Done(f"Removed {len(doomed)} results.", len(doomed))


def total(connection: sqlite3.Connection) -> int:
    """Bytes of all results with their photos and masks."""
    query = (
        "SELECT (SELECT coalesce(sum(size), 0) FROM results) + (SELECT coalesce(sum(size), 0) FROM originals)"
    )
    return int(connection.execute(query).fetchone()[0])


def _oldest(connection: sqlite3.Connection, limit_bytes: int, keep: str) -> list[str]:
    """Results to remove: those deleted long ago, then the oldest until the rest fits, deleted ones first."""
    expired = (datetime.now(UTC) - timedelta(days=TRASH_DAYS)).isoformat(timespec="seconds")
    candidates = connection.execute(
        "SELECT id, size, deleted != '' AND deleted < ? FROM results WHERE (starred = 0 OR deleted != '') AND id != ? "
        "ORDER BY deleted = '', deleted, id",
        (expired, keep),
    ).fetchall()
    sizes = dict(connection.execute("SELECT hash, size FROM originals"))
    uses: dict[str, list[str]] = {}
    for result, name in connection.execute("SELECT result, hash FROM used_originals"):
        uses.setdefault(result, []).append(name)
    needed = Counter(name for names in uses.values() for name in names)
    size, doomed = total(connection), []
    for result, own, is_expired in candidates:
        if size <= limit_bytes and not is_expired:
            continue
        doomed.append(result)
        size -= own
        for name in uses.get(result, []):
            needed[name] -= 1
            if not needed[name]:
                size -= sizes.get(name, 0)
    return doomed


# ---------------------------------------------------------------------- people


def forget(store: Store, person: str, marks: frozenset[str]) -> int:
    """Remove a person's results permanently; see `History.forget`."""
    with store.changing():
        with store.rows() as connection:
            mine = {
                token for (token,) in connection.execute("SELECT id FROM tokens WHERE person = ?", (person,))
            }
            doomed = _results_of(connection, marks | mine)
            _store_marks(connection, marks | mine)
        store.remove(doomed)
        with disk(store.root):
            for damaged in store.database.aside():
                damaged.unlink(missing_ok=True)
        store.write_names()
        store.database.purge()
    return len(doomed)


def was_forgotten(connection: sqlite3.Connection, tokens: Iterable[str], since: float) -> bool:
    """Whether one of the tokens was forgotten after a moment (seconds since 1970)."""
    query = "SELECT 1 FROM forgotten WHERE hash = ? AND at >= ?"
    return any(connection.execute(query, (_mark_digest(token), since)).fetchone() for token in tokens)


def _store_marks(connection: sqlite3.Connection, marks: Iterable[str]) -> None:
    now = time.time()
    connection.execute("DELETE FROM forgotten WHERE at < ?", (now - BURIED_DAYS * 86_400,))
    rows = [(_mark_digest(mark), now) for mark in marks]
    connection.executemany("INSERT OR REPLACE INTO forgotten VALUES (?,?)", rows)


def _mark_digest(mark: str) -> str:
    """Hash of a forgotten token's id, which does not reveal the id."""
    return hashlib.sha256(b"forgotten " + mark.encode()).hexdigest()


def _results_of(connection: sqlite3.Connection, marks: frozenset[str]) -> list[str]:
    """Results that a person's tokens made or that show the person's photos."""
    uses = connection.execute(
        "SELECT id, kind, photo, pixels, coalesce(token, '') FROM results LEFT JOIN used_tokens ON result = id"
    ).fetchall()
    # Another person was learned from the same photo, so it shows them too.
    shared = {pixels for _, kind, _, pixels, token in uses if kind == "learn" and token not in marks}
    doomed = set()
    for result, _, photo, pixels, token in uses:
        # A result without a photo has lost its record, so it is unknown whom it shows.
        if not photo or token in marks or (pixels in marks and pixels not in shared):
            doomed.add(result)
    return sorted(doomed)


def rename_person(store: Store, old: str, new: str) -> None:
    """Update a person's name; see `History.rename_person`."""
    _rename(store, lambda c: c.execute("UPDATE tokens SET person = ? WHERE person = ?", (new, old)).rowcount)


def rename_tokens(store: Store, names: Mapping[str, str]) -> None:
    """Update tokens' names; see `History.rename_tokens`."""

    def rename(connection: sqlite3.Connection) -> int:
        known = {token for (token,) in connection.execute("SELECT id FROM tokens")}
        return write_names(connection, {token: name for token, name in names.items() if token in known})

    _rename(store, rename)


def write_names(connection: sqlite3.Connection, names: Mapping[str, str]) -> int:
    """Store the names of tokens; returns the number of changed ones."""
    changed = 0
    for token, name in names.items():
        person, _, short = name.partition("/")
        changed += connection.execute(
            "INSERT INTO tokens VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET person = ?2, name = ?3 "
            "WHERE person != ?2 OR name != ?3",
            (token, person, short),
        ).rowcount
    return changed


def _rename(store: Store, rename: Callable[[sqlite3.Connection], int]) -> None:
    with store.reading() as connection:
        if connection is None:
            return
    with store.changing():
        with store.rows() as connection:
            changed = rename(connection)
        if changed:
            store.write_names()
