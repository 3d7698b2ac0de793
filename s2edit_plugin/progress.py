"""Time left of a loop, from its own pace. Standard library only."""

from __future__ import annotations

import time

__all__ = ["Stopwatch"]


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
