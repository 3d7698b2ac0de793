"""What concerns a person everywhere: library, journal, caches, checkpoints, sessions, what programs have printed."""

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
"""In the folder of the engine: what programs printed, which may be anything."""


def forget_person(
    folder: DataFolder, person: str, marks: Iterable[str] = ()
) -> tuple[Forgotten, frozenset[str]]:
    """Remove a person for good: tokens, trash, notes, caches, checkpoints, every result their tokens took part in, what
    windows kept of unsaved work with them, and what programs have printed. Programs that are open learn of it by
    `s2edit_plugin.storage.forgotten`.

    Args:
        marks: ids and photo hashes of the person's tokens beside those that the library still knows.

    Returns:
        what was removed, and all marks of the person.

    Raises:
        InputError: no valid name. TokenNotFoundError: nothing of this person is there.
        ResourceError: something could not be removed; what could be is gone, and it can be tried again.
    """
    everything = set(marks)

    def elsewhere(name: str, known: frozenset[str]) -> int:
        everything.update(known)
        mine = frozenset(everything)
        # First of all: what is open and writes from now on looks there.
        forgotten.announce(folder, name, mine)
        _empty_printed(folder)
        return History(folder).forget(name, mine) + forget_in_sessions(folder, name, mine)

    gone = Library(folder).forget(person, also=[elsewhere])
    return gone, frozenset(everything)


def _empty_printed(folder: DataFolder) -> None:
    for name in PRINTED:
        with contextlib.suppress(OSError):
            os.truncate(folder.engine / name, 0)


def rename_person(folder: DataFolder, old: str, new: str) -> int:
    """Give a person another name, in the journal too; returns how many tokens moved.

    Raises:
        InputError: no valid name, or somebody has it. TokenNotFoundError: there is no such person. ResourceError.
    """
    old, new = check_name(old, "person's name"), check_name(new, "person's name")
    moved = Library(folder).rename_person(old, new)
    History(folder).rename_person(old, new)
    return moved
