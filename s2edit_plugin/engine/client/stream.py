"""The engine's event stream; a client counts as connected while its stream is open. Standard library only."""

from __future__ import annotations

import http.client
import logging
import threading
import time
from collections.abc import Callable

from s2edit_plugin.api import Event
from s2edit_plugin.engine.client.interface import OnEvent
from s2edit_plugin.engine.client.transport import EventLines, Transport
from s2edit_plugin.engine.protocol import wire
from s2edit_plugin.errors import S2EditError

__all__ = ["RETURN_SECONDS", "EventStream"]

log = logging.getLogger(__name__)

SILENCE_SECONDS = 16.0  # three heartbeats
RETURN_SECONDS = 2.0  # within which a broken event stream is opened again
PAUSE = 0.05


class EventStream:
    """The thread that reads the engine's events, and reconnects if the connection broke but the engine still runs.

    Args:
        lives: whether the engine still runs. on_lost: called once when it does not, with a sentence.
    """

    def __init__(
        self, transport: Transport, lives: Callable[[], bool], on_lost: Callable[[str], None], patient: bool = True
    ) -> None:  # fmt: skip
        self._transport, self._lives, self._on_lost = transport, lives, on_lost
        self._patient = patient
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._lines: EventLines | None = None
        self._closed = threading.Event()
        self._since = 0
        self._opened = threading.Event()

    @property
    def started(self) -> bool:
        """Whether `start` was called."""
        return self._thread is not None

    def start(self, since: int, tell: OnEvent) -> None:
        """Start the thread, for events after the given number; returns once the engine has registered this client."""
        with self._lock:
            if self._thread is not None or self._closed.is_set():
                return
            self._since, self._tell = since, tell
            self._thread = threading.Thread(target=self._run, name="s2edit events", daemon=True)
            self._thread.start()
        # The client must be registered before it submits jobs.
        self._opened.wait(5)

    def close(self) -> None:
        """Stop reading events."""
        self._closed.set()
        with self._lock:
            if self._lines is not None:
                self._lines.close()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(5)

    def _run(self) -> None:
        broken_since = 0.0
        while not self._closed.is_set():
            said_goodbye, received = self._read_events()
            if self._closed.is_set():
                return
            if received:
                broken_since = 0.0
            broken_since = broken_since or time.monotonic()
            if said_goodbye:
                sentence = "The engine has ended."
            elif not self._lives():
                sentence = "The engine ended unexpectedly."
            elif time.monotonic() - broken_since > RETURN_SECONDS:
                sentence = "The engine does not answer any more."
            else:
                self._closed.wait(PAUSE)
                continue
            self._on_lost(sentence)
            self._opened.set()
            return

    def _read_events(self) -> tuple[bool, bool]:
        """Read until the stream breaks; returns whether the engine announced its end, and whether any event was read."""
        received = False
        try:
            lines = self._transport.open_stream(self._since, SILENCE_SECONDS, self._patient)
        except (OSError, http.client.HTTPException, S2EditError):
            return False, False
        with self._lock:
            self._lines = lines
        try:
            for line in lines:
                received = True
                self._opened.set()
                if self._closed.is_set():
                    break
                if line.startswith(b"event: end"):
                    return True, True
                if line.startswith(b"data: "):
                    self._take(line[6:])
        except (OSError, http.client.HTTPException, ValueError):
            pass  # broken, or closed by `close`
        finally:
            with self._lock:
                self._lines = None
            lines.release()
        return False, received

    def _take(self, data: bytes) -> None:
        try:
            event = wire.decode(Event, wire.parse(data))
        except S2EditError:
            log.warning("An event could not be understood.")
            return
        self._since = max(self._since, event.number)
        self._tell(event)
