"""What the set-up says, on standard error, and the one error that it knows."""

from __future__ import annotations

import sys

__all__ = ["SetupError", "say"]


class SetupError(Exception):
    """A sentence for the user: what failed, and what to do."""


def say(sentence: str) -> None:
    """Print a line on standard error: standard output belongs to the program that is started."""
    print(sentence, file=sys.stderr, flush=True)
