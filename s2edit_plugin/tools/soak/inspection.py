"""Check of a data folder after kills: all files can be read, nothing is lost or partly written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from s2edit_plugin.errors import S2EditError
from s2edit_plugin.history import History
from s2edit_plugin.library import Library

__all__ = ["inspect"]


def inspect(folder: Path, promised: Iterable[str]) -> list[str]:
    """A sentence for each problem in a data folder.

    Args:
        promised: ids of tokens that must exist, in the library or the trash.
    """
    problems: list[str] = []
    try:
        library = Library(folder)
        entries = [*library.list(), *library.trashed()]
        problems += [f"{entry.path.name}: {entry.problem}" for entry in library.check()]
        there = {entry.record.id for entry in entries if entry.record is not None}
        problems += [f"The token {missing} is lost." for missing in sorted(set(promised) - there)]
    except S2EditError as error:
        problems.append(f"The library does not open: {error}")
    try:
        problems += History(folder).check()
    except S2EditError as error:
        problems.append(f"The history does not open: {error}")
    return problems
