"""Progress in bytes, at most a few reports a second, with a look at whether the user has stopped it."""

from __future__ import annotations

import time

from s2edit_plugin.api import OnProgress, Progress
from s2edit_plugin.api.progress import Stopwatch

__all__ = ["Meter", "silent"]

_INTERVAL = 0.1  # seconds between reports


def silent(_: Progress) -> None:
    """Progress nobody wants to see."""


class Meter:
    """Counts the bytes of one stage.

    Args:
        stage: plain words, e.g. ``"downloading sd15"``. total: bytes in all.
        done: bytes done before.
        on_progress: told about it; what it raises (`errors.CancelledError`) goes to whoever counted.
    """

    def __init__(self, stage: str, total: int, on_progress: OnProgress, done: int = 0) -> None:
        self._stage, self._total, self._done = stage, max(total, 1), done
        self._on_progress = on_progress
        self._watch = Stopwatch(self._total, done)
        self._reported = 0.0

    @property
    def done(self) -> int:
        """Bytes done."""
        return self._done

    def add(self, count: int) -> None:
        """More bytes are done; a negative count takes some back that turned out wrong."""
        self._done += count
        if time.monotonic() - self._reported >= _INTERVAL or self._done >= self._total:
            self.tick()

    def tick(self) -> None:
        """Report now: nothing may have come, but the user may have stopped it."""
        self._reported = time.monotonic()
        done = min(self._done, self._total)
        self._on_progress(
            Progress(
                self._stage, done, self._total, seconds_left=self._watch.seconds_left(done), unit="bytes"
            )
        )
