"""Time left of a loop, from its own pace, and time spent at work. Standard library only."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from s2edit_plugin.api import OnProgress, Progress

__all__ = ["Stopwatch", "WorkTime"]


class Stopwatch:
    """Estimates the seconds left of ``total`` steps of which ``done`` were done before the clock started."""

    def __init__(self, total: int, done: int = 0) -> None:
        self._total, self._first, self._started = total, done, time.monotonic()

    def seconds_left(self, done: int) -> float | None:
        """Seconds left after ``done`` steps, None before the first."""
        ran = done - self._first
        if ran <= 0:
            return None
        return (time.monotonic() - self._started) / ran * (self._total - done)


class WorkTime:
    """Seconds of a job without those in its ``on_progress``, where it may be held: a pause, a preview.

    Args:
        on_progress: receives the same as `WorkTime.on_progress`.
    """

    def __init__(self, on_progress: OnProgress) -> None:
        self._tell, self._started, self._held = on_progress, time.monotonic(), 0.0
        self.model_seconds = 0.0  # of them, those inside `model`

    def on_progress(self, progress: Progress) -> None:
        """Pass a report on."""
        asked = time.monotonic()
        try:
            self._tell(progress)
        finally:
            self._held += time.monotonic() - asked

    @property
    def seconds(self) -> float:
        """So far."""
        return time.monotonic() - self._started - self._held

    @contextlib.contextmanager
    def model(self) -> Iterator[None]:
        """Only the time in the model; other steps depend on the photo's size instead."""
        before = self.seconds
        try:
            yield
        finally:
            self.model_seconds += self.seconds - before
