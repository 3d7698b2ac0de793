"""Pictures on their way from GIMP to the window and back. They are in memory only, and only while GIMP waits for them."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from s2edit_plugin.calls import Handover, TakenPicture
from s2edit_plugin.errors import EngineError

__all__ = ["Handovers"]

PATIENCE_SECONDS = 30.0  # without a question GIMP, or the filter in it, has gone
GONE = "Nobody waits for this picture any more."


@dataclass
class _Kept:
    picture: TakenPicture
    answer: Handover
    heard: float = field(default=0.0)


class Handovers:
    """Every method may be called from any thread.

    Args:
        clock: seconds; tests have one of their own.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[str, _Kept] = {}  # the oldest first
        self._lock = threading.Lock()

    def offer(self, picture: TakenPicture) -> Handover:
        """Keep a picture until a window takes it."""
        with self._lock:
            self._sweep()
            name = uuid.uuid4().hex
            answer = Handover(name, "waiting")
            self._kept[name] = _Kept(replace(picture, id=name), answer, self._clock())
            return answer

    def take(self) -> TakenPicture:
        """The oldest picture that waits, for one window alone; one without an id where none waits."""
        with self._lock:
            self._sweep()
            for kept in self._kept.values():
                if kept.answer.state == "waiting":
                    kept.answer = replace(kept.answer, state="taken")
                    return kept.picture
            return TakenPicture()

    def picture(self, name: str) -> TakenPicture:
        """A picture that was taken. Raises EngineError where nobody waits for it any more."""
        with self._lock:
            self._sweep()
            return self._find(name).picture

    def give_back(self, answer: Handover) -> None:
        """What became of a picture. Raises EngineError where nobody waits for it any more."""
        with self._lock:
            self._sweep()
            self._find(answer.id).answer = answer

    def ask(self, name: str) -> Handover:
        """How it stands; what came back, or was closed, is told once. Raises EngineError where it is not known."""
        with self._lock:
            kept = self._find(name)
            kept.heard = self._clock()
            if kept.answer.state in ("returned", "closed"):
                del self._kept[name]
            return kept.answer

    def clear(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._kept.clear()

    def _find(self, name: str) -> _Kept:
        kept = self._kept.get(name)
        if kept is None:
            raise EngineError(GONE, "Open it again from GIMP, or save the result to a file.")
        return kept

    def _sweep(self) -> None:
        late = self._clock() - PATIENCE_SECONDS
        self._kept = {name: kept for name, kept in self._kept.items() if kept.heard >= late}
