"""The answer of calls that only change something. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Done"]


@dataclass(frozen=True)
class Done:
    """It was done. ``sentence``: what, in words. ``count``: of how many things."""

    sentence: str = ""
    count: int = 1
