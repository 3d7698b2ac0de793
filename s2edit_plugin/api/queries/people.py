"""Calls about people. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass

from s2edit_plugin.api import Request
from s2edit_plugin.api.queries.done import Done

__all__ = ["ChangePerson", "ForgetPerson", "ListPeople", "PeopleList", "PersonInfo"]


@dataclass(frozen=True)
class PersonInfo:
    """A person of the library. ``thumbnail_of``: name of the token whose thumbnail represents them, or ""."""

    name: str
    tokens: int
    notes: str = ""
    thumbnail_of: str = ""
    consent: str = ""


@dataclass(frozen=True)
class PeopleList:
    """People, sorted by name."""

    people: tuple[PersonInfo, ...]


@dataclass(frozen=True)
class ListPeople(Request[PeopleList]):
    """All people with tokens."""


@dataclass(frozen=True)
class ChangePerson(Request[Done]):
    """Rename or annotate a person; None leaves as it is."""

    person: str
    rename: str | None = None
    notes: str | None = None


@dataclass(frozen=True)
class ForgetPerson(Request[Done]):
    """Remove a person permanently: tokens, trash, history, thumbnails, caches, checkpoints, and from the engine's memory.

    Args:
        marks: ids and photo hashes of the person's tokens, if these were removed from the disk before.
    """

    person: str
    marks: tuple[str, ...] = ()
