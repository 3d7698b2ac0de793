"""A function on a thread of its own; only the main thread may call GIMP. Does not import gi."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["BackgroundTask"]

T = TypeVar("T")


class BackgroundTask(Generic[T]):
    """Runs a function on its own thread, started at once."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work, self._made = work, list[T]()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="s2edit background", daemon=True)
        self._thread.start()

    def is_done(self, seconds: float) -> bool:
        """Whether the work is done; waits for it at most so long."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def result(self) -> T:
        """Waits for the result. Raises what the work raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._made[0]

    def _run(self) -> None:
        try:
            self._made.append(self._work())
        except BaseException as error:  # raised again by the thread that waits
            self._error = error
