"""Calls about learning runs that were cut off. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass

from s2edit_plugin.api import LearnToken, Request
from s2edit_plugin.api.queries.done import Done

__all__ = ["DropResumable", "ListResumable", "Resumable", "ResumableList"]


@dataclass(frozen=True)
class Resumable:
    """An interrupted learning run that can be resumed. ``stopped``: ISO 8601, UTC."""

    person: str
    token: str
    step: int
    total: int
    stopped: str
    request: LearnToken


@dataclass(frozen=True)
class ResumableList:
    """Runs that can be resumed, the newest first."""

    runs: tuple[Resumable, ...]


@dataclass(frozen=True)
class ListResumable(Request[ResumableList]):
    """Learning runs that were cut off."""


@dataclass(frozen=True)
class DropResumable(Request[Done]):
    """Give up a learning run that was cut off: its state and its request with the photo are removed."""

    person: str
    token: str
