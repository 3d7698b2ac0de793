"""Renaming and forgetting a person in all data: library, history, caches, checkpoints, sessions, program output."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable

from s2edit_plugin.api.prompts import check_name
from s2edit_plugin.history import History
from s2edit_plugin.library import Forgotten, Library
from s2edit_plugin.storage import forgotten
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.storage.sessions import forget_in_sessions

__all__ = ["forget_person", "rename_person"]


PRINTED = ("output.log", "window.log")
"""Output of programs in the engine's folder, which may contain names."""


def forget_person(
    folder: DataFolder, person: str, marks: Iterable[str] = ()
) -> tuple[Forgotten, frozenset[str]]:
    """Remove a person permanently: tokens, trash, notes, caches, checkpoints, results made with their tokens, unsaved work in
    window sessions, and program output. Open programs are notified by
    `s2edit_plugin.storage.forgotten`.

    Args:
        marks: ids and photo hashes of the person's tokens in addition to those in the library.

    Returns:
        a description of the removed data, and all marks of the person.

    Raises:
        InputError: invalid name. TokenNotFoundError: there is no data of this person.
        ResourceError: some data could not be removed; the rest is removed, and the call can be repeated.
    """
    everything = set(marks)

    def elsewhere(name: str, known: frozenset[str]) -> int:
        everything.update(known)
        mine = frozenset(everything)
        # First, because open programs check the notice before they write.
        forgotten.announce(folder, name, mine)
        _clear_output(folder)
        return History(folder).forget(name, mine) + forget_in_sessions(folder, name, mine)

    gone = Library(folder).forget(person, also=[elsewhere])
    return gone, frozenset(everything)


def _clear_output(folder: DataFolder) -> None:
    for name in PRINTED:
        with contextlib.suppress(OSError):
            os.truncate(folder.engine / name, 0)


def rename_person(folder: DataFolder, old: str, new: str) -> int:
    """Give a person another name, in the history too; returns how many tokens moved.

    Raises:
        InputError: invalid name, or already in use. TokenNotFoundError: there is no such person. ResourceError.
    """
    old, new = check_name(old, "person's name"), check_name(new, "person's name")
    moved = Library(folder).rename_person(old, new)
    History(folder).rename_person(old, new)
    return moved
