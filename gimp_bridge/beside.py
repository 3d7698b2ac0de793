"""Work on a thread of its own, beside what only the thread that speaks to GIMP may do. No GIMP in here."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["Beside"]

T = TypeVar("T")


class Beside(Generic[T]):
    """Starts work at once."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work, self._made = work, list[T]()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="s2edit beside", daemon=True)
        self._thread.start()

    def is_done(self, seconds: float) -> bool:
        """Whether the work is done; waits so long for it."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def result(self) -> T:
        """What the work gave, once it is done. Raises what it raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._made[0]

    def _run(self) -> None:
        try:
            self._made.append(self._work())
        except BaseException as error:  # raised again by the thread that waits
            self._error = error
