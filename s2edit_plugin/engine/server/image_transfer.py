"""Pictures on their way from GIMP to the window and back. They are in memory only, and only while GIMP waits for them.

A window that ends without a word loses the picture, which then waits for the next one.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

from s2edit_plugin.api.queries import Handover, TakenPicture
from s2edit_plugin.errors import EngineError

__all__ = ["ImageTransfers"]

PATIENCE_SECONDS = 30.0  # without a question GIMP, or the filter in it, has gone
GONE = "Nobody waits for this picture any more."


@dataclass
class _Kept:
    picture: TakenPicture
    answer: Handover
    heard: float
    giver: str
    taker: str = ""
    alone: bool = False  # its giver has gone, and has not asked since


class ImageTransfers:
    """Thread-safe. ``client``: the calling client, "" for one that cannot disconnect.

    Args:
        clock: seconds; tests have one of their own.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[str, _Kept] = {}  # the oldest first
        self._lock = threading.Lock()

    def offer(self, picture: TakenPicture, client: str = "") -> Handover:
        """Store a picture until a window takes it."""
        with self._lock:
            self._sweep()
            name = uuid.uuid4().hex
            answer = Handover(name, "waiting")
            self._kept[name] = _Kept(replace(picture, id=name), answer, self._clock(), client)
            return answer

    def take(self, client: str = "") -> TakenPicture:
        """The oldest picture that waits, for one window alone; one without an id where none waits."""
        with self._lock:
            self._sweep()
            for kept in self._kept.values():
                if kept.answer.state == "waiting" and not kept.alone:
                    kept.answer, kept.taker = replace(kept.answer, state="taken"), client
                    return kept.picture
            return TakenPicture()

    def picture(self, name: str) -> TakenPicture:
        """A picture that a window has taken. Raises EngineError if the transfer no longer exists."""
        with self._lock:
            self._sweep()
            return self._find(name).picture

    def give_back(self, answer: Handover, client: str = "") -> None:
        """Set the outcome of a picture: a result is accepted from any client, closing only from the client that took it.

        Raises:
            EngineError: the transfer no longer exists, or not for this client.
        """
        with self._lock:
            self._sweep()
            kept = self._find(answer.id)
            if answer.state == "closed" and (kept.taker != client or kept.answer.state != "taken"):
                raise _gone_error()
            kept.answer = answer

    def ask(self, name: str) -> Handover:
        """The state of a transfer; a result or closing is returned once. Raises EngineError for an unknown transfer."""
        with self._lock:
            kept = self._find(name)
            kept.heard, kept.alone = self._clock(), False
            if kept.answer.state in ("returned", "closed"):
                del self._kept[name]
            return kept.answer

    def leave(self, client: str) -> bool:
        """Handle a lost client: pictures it took wait again, pictures it offered are dropped. Whether any waits again."""
        again = False
        with self._lock:
            for kept in self._kept.values():
                kept.alone = kept.alone or kept.giver == client
                if kept.taker == client and kept.answer.state == "taken":
                    kept.answer, kept.taker, again = replace(kept.answer, state="waiting"), "", True
        return again

    def clear(self) -> None:
        """Drop all transfers."""
        with self._lock:
            self._kept.clear()

    def _find(self, name: str) -> _Kept:
        kept = self._kept.get(name)
        if kept is None:
            raise _gone_error()
        return kept

    def _sweep(self) -> None:
        late = self._clock() - PATIENCE_SECONDS
        self._kept = {name: kept for name, kept in self._kept.items() if kept.heard >= late}


def _gone_error() -> EngineError:
    return EngineError(GONE, "Open it again from GIMP, or save the result to a file.")
