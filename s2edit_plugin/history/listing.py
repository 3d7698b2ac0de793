"""Questions to the index: pages of results, and results by a part of their id."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Sequence
from typing import Any

from s2edit_plugin.api import queries
from s2edit_plugin.errors import Sentence, UsageError
from s2edit_plugin.history.database import folded
from s2edit_plugin.history.record import created_of, named

__all__ = ["entry", "find", "page"]

MOST = 1000  # entries a page
_COLUMNS = "id, kind, prompt, source_prompt, model, photo, seconds, identity, starred, note"
_USES = (
    "EXISTS (SELECT 1 FROM used_tokens u JOIN tokens t ON t.id = u.token WHERE u.result = results.id AND {})"
)
Filter = tuple[str, tuple[Any, ...]]


def page(connection: sqlite3.Connection, request: queries.ListHistory) -> queries.HistoryPage:
    """One page of results, the newest first.

    Raises:
        UsageError: a date or kind that is none.
    """
    filters = _filters(request)
    where = " AND ".join(clause for clause, _ in filters)
    values = [value for _, given in filters for value in given]
    (total,) = connection.execute(f"SELECT count(*) FROM results WHERE {where}", values).fetchone()
    limit = min(max(request.limit, 1), MOST)
    if request.before:
        where, values = f"{where} AND id < ?", [*values, request.before]
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM results WHERE {where} ORDER BY id DESC LIMIT ?", [*values, limit + 1]
    ).fetchall()
    shown = rows[:limit]
    names = _names_of(connection, [row[0] for row in shown])
    entries = tuple(_entry(row, names.get(row[0], [])) for row in shown)
    return queries.HistoryPage(entries, total, entries[-1].id if len(rows) > limit else "")


def entry(connection: sqlite3.Connection | None, name: str) -> queries.HistoryEntry:
    """One result as in lists. Raises UsageError: there is none."""
    query = f"SELECT {_COLUMNS} FROM results WHERE id = ?"
    row = connection.execute(query, (name,)).fetchone() if connection is not None else None
    if connection is None or row is None:
        raise no_such_result()
    return _entry(row, _names_of(connection, [name]).get(name, []))


def find(connection: sqlite3.Connection | None, text: str) -> str:
    """Resolve an id: ``last``, the id, or a part of it. Raises UsageError: none or several."""
    if connection is None:
        raise no_such_result()
    if text == "last":
        row = connection.execute("SELECT max(id) FROM results WHERE deleted = ''").fetchone()
        if row[0] is None:
            raise no_such_result()
        return str(row[0])
    rows = connection.execute(
        "SELECT id FROM results WHERE id = ?1 OR instr(id, ?1) > 0 ORDER BY id = ?1 DESC LIMIT 2", (text,)
    ).fetchall()
    if not rows or not text:
        raise no_such_result()
    if len(rows) > 1 and rows[0][0] != text:
        raise UsageError(
            Sentence("'{}' is a part of several results' ids.", text[:40]), "Write more of the id."
        )
    return str(rows[0][0])


def no_such_result() -> UsageError:
    """The error for an unknown id."""
    return UsageError("There is no such result in the history.", "`s2edit history list` shows them.")


def _filters(request: queries.ListHistory) -> list[Filter]:
    if request.kind not in ("", "edit", "learn"):
        raise UsageError(
            Sentence("There are no results of the kind '{}'.", request.kind[:40]), "Use edit or learn."
        )
    filters: list[Filter] = [("deleted != ''" if request.trash else "deleted = ''", ())]
    if request.kind:
        filters.append(("kind = ?", (request.kind,)))
    for word in folded(request.search).split():
        pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        name = _USES.format("folded(t.person || '/' || t.name) LIKE ? ESCAPE '\\'")
        filters.append((f"(words LIKE ? ESCAPE '\\' OR {name})", (pattern, pattern)))
    if request.token:
        filters.append((_USES.format("t.person || '/' || t.name = ?"), (request.token,)))
    if request.person:
        filters.append((_USES.format("t.person = ?"), (request.person,)))
    if request.photo_hash:
        filters.append(("photo = ?", (request.photo_hash,)))
    if request.starred:
        filters.append(("starred = 1", ()))
    if request.since:
        filters.append(("id >= ?", (_date(request.since),)))
    if request.until:
        # The whole day: "~" sorts after all digits.
        filters.append(("id <= ?", (_date(request.until) + "~",)))
    return filters


def _date(text: str) -> str:
    """``2026-11-25`` as ids begin."""
    try:
        return datetime.date.fromisoformat(text[:10]).strftime("%Y%m%d")
    except ValueError as error:
        raise UsageError(Sentence("'{}' is no date.", text[:40]), "Write it as 2026-11-25.") from error


def _names_of(connection: sqlite3.Connection, results: Sequence[str]) -> dict[str, list[str]]:
    marks = ",".join("?" * len(results))
    query = (
        "SELECT u.result, u.token, coalesce(t.person, ''), coalesce(t.name, '') FROM used_tokens u "
        f"LEFT JOIN tokens t ON t.id = u.token WHERE u.result IN ({marks}) ORDER BY u.result, u.place"
    )
    found: dict[str, list[str]] = {}
    for result, token, person, name in connection.execute(query, results):
        found.setdefault(result, []).append(f"{person}/{name}" if person else f"unknown/{token[:8]}")
    return found


def _entry(row: Sequence[Any], names: Sequence[str]) -> queries.HistoryEntry:
    name, kind, prompt, source, model, photo, seconds, identity, starred, note = row
    return queries.HistoryEntry(
        id=name,
        created=created_of(name),
        prompt=named(prompt, names),
        source_prompt=named(source, names),
        tokens=tuple(names),
        model=model,
        photo_hash=photo,
        seconds=seconds,
        identity=identity,
        starred=bool(starred),
        note=note,
        kind=kind,
    )
