"""Calls about the history of results. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass

from s2edit_plugin.api import ApplyEdit, Request
from s2edit_plugin.api.queries.done import Done

__all__ = [
    "ChangeHistory",
    "HistoryDetails",
    "HistoryEntry",
    "HistoryPage",
    "ListHistory",
    "PruneHistory",
    "ShowHistory",
]


@dataclass(frozen=True)
class HistoryEntry:
    """A result as lists show it.

    Attributes:
        created: ISO 8601, UTC. photo_hash: of the source photo's bytes. kind: ``edit``, or ``learn`` for a learned token.
    """

    id: str
    created: str
    prompt: str
    source_prompt: str = ""
    tokens: tuple[str, ...] = ()
    model: str = ""
    photo_hash: str = ""
    seconds: float = 0.0
    identity: float | None = None
    starred: bool = False
    note: str = ""
    kind: str = "edit"


@dataclass(frozen=True)
class HistoryPage:
    """Entries, the newest first. ``next``: value of ``before`` for older ones, "" at the end."""

    entries: tuple[HistoryEntry, ...]
    total: int
    next: str = ""


@dataclass(frozen=True)
class ListHistory(Request[HistoryPage]):
    """Results of the journal.

    Attributes:
        search: words in prompts, tokens and notes. person: whose tokens were used. since, until: days, ``2026-11-25``.
        kind: ``edit``, ``learn`` or "" for both. trash: the deleted ones instead.
    """

    search: str = ""
    token: str = ""
    photo_hash: str = ""
    starred: bool = False
    limit: int = 100
    before: str = ""
    person: str = ""
    since: str = ""
    until: str = ""
    kind: str = "edit"
    trash: bool = False


@dataclass(frozen=True)
class HistoryDetails:
    """A result with everything needed to show it, compare it and make it again."""

    entry: HistoryEntry
    request: ApplyEdit
    image: bytes
    region: bytes = b""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShowHistory(Request[HistoryDetails]):
    """One result of the history, picture and source photo included."""

    id: str


@dataclass(frozen=True)
class ChangeHistory(Request[Done]):
    """Star, annotate, delete or restore results; None leaves as it is."""

    ids: tuple[str, ...]
    starred: bool | None = None
    note: str | None = None
    delete: bool = False
    restore: bool = False


@dataclass(frozen=True)
class PruneHistory(Request[Done]):
    """Drop the oldest results beyond a size in bytes; starred ones stay."""

    limit_bytes: int
