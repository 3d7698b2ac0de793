"""Connected clients: those with an open event stream. Used on the service's event loop only."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

__all__ = ["ClientRegistry"]

GRACE_SECONDS = 2.5  # time for a client to reconnect


class ClientRegistry:
    """Counts event streams by client, and reports clients that did not reconnect.

    Args:
        on_gone: called with the id of a client that did not come back.
    """

    def __init__(self, on_gone: Callable[[str], None], grace: float = GRACE_SECONDS) -> None:
        self._on_gone, self._grace = on_gone, grace
        self._streams: dict[str, int] = {}
        self._leaving: dict[str, asyncio.TimerHandle] = {}
        self._last = time.monotonic()

    @property
    def count(self) -> int:
        """Clients that are there; from any thread."""
        return len(self._streams)

    @property
    def quiet_seconds(self) -> float:
        """Seconds since the last connection or request."""
        return 0.0 if self._streams or self._leaving else time.monotonic() - self._last

    def touch(self) -> None:
        """Record a request."""
        self._last = time.monotonic()

    def open(self, client: str) -> None:
        """A stream of a client was opened."""
        self._streams[client] = self._streams.get(client, 0) + 1
        timer = self._leaving.pop(client, None)
        if timer is not None:
            timer.cancel()

    def closed(self, client: str, patient: bool = True) -> None:
        """A stream of a client was closed; one that is not ``patient`` does not come back."""
        left = self._streams.get(client, 0) - 1
        if left > 0:
            self._streams[client] = left
            return
        self._streams.pop(client, None)
        if patient:
            self.expect(client)
        else:
            self.touch()
            self._on_gone(client)

    def expect(self, client: str) -> None:
        """A client without a stream is given up unless it opens one soon."""
        self.touch()
        if client not in self._streams and client not in self._leaving:
            loop = asyncio.get_running_loop()
            self._leaving[client] = loop.call_later(self._grace, self._expire, client)

    def _expire(self, client: str) -> None:
        del self._leaving[client]
        self.touch()
        self._on_gone(client)
