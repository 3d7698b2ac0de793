"""Progress in bytes, limited to a few reports a second, with cancellation."""

from __future__ import annotations

import time

from s2edit_plugin.api import OnProgress, Progress
from s2edit_plugin.api.progress import Stopwatch

__all__ = ["Meter", "silent"]

_INTERVAL = 0.1  # seconds between reports


def silent(_: Progress) -> None:
    """Ignore progress."""


class Meter:
    """Counts the bytes of one stage.

    Args:
        stage: in words, e.g. ``"downloading sd15"``. total: bytes in all. done: bytes done before.
        on_progress: called with reports; its errors (`errors.CancelledError`) are raised by `add` and `tick`.
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
        """Add bytes; a negative count removes invalid ones."""
        self._done += count
        if time.monotonic() - self._reported >= _INTERVAL or self._done >= self._total:
            self.tick()

    def tick(self) -> None:
        """Report now, without new bytes, so that the user can cancel."""
        self._reported = time.monotonic()
        done = min(self._done, self._total)
        self._on_progress(
            Progress(
                self._stage, done, self._total, seconds_left=self._watch.seconds_left(done), unit="bytes"
            )
        )
