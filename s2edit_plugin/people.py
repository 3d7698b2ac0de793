"""What concerns a person everywhere: library, journal, caches, checkpoints."""

from __future__ import annotations

from functools import partial

from s2edit_plugin.history import History
from s2edit_plugin.library import Forgotten, Library
from s2edit_plugin.paths import DataFolder
from s2edit_plugin.prompts import check_name
from s2edit_plugin.sessions import forget_in_sessions

__all__ = ["forget_person", "rename_person"]


def forget_person(folder: DataFolder, person: str) -> Forgotten:
    """Remove a person for good: tokens, trash, notes, caches, checkpoints, every result their tokens took part in, and what
    windows kept of unsaved work with them.

    Raises:
        InputError: no valid name. TokenNotFoundError: nothing of this person is there.
        ResourceError: something could not be removed; what could be is gone, and it can be tried again.
    """
    sessions = partial(forget_in_sessions, folder)
    return Library(folder).forget(person, also=[History(folder).forget, sessions])


def rename_person(folder: DataFolder, old: str, new: str) -> int:
    """Give a person another name, in the journal too; returns how many tokens moved.

    Raises:
        InputError: no valid name, or somebody has it. TokenNotFoundError: there is no such person. ResourceError.
    """
    old, new = check_name(old, "person's name"), check_name(new, "person's name")
    moved = Library(folder).rename_person(old, new)
    History(folder).rename_person(old, new)
    return moved
