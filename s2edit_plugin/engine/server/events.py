"""Numbered events of the engine; listeners can reconnect and continue from a number. Standard library only."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from s2edit_plugin.api import Event

__all__ = ["BACKLOG", "EventLog", "Heard"]

BACKLOG = 4000  # events kept for listeners that lag or reconnect; of previews only each job's newest
LOG_BACKLOG = 300  # of these, records of the log: a chatty one must not push out what clients need


@dataclass(frozen=True)
class Heard:
    """Events after a number. ``missed``: whether older ones were dropped before they could be heard."""

    events: Sequence[Event]
    missed: bool


class EventLog:
    """Numbers events and keeps the newest. Every method may be called from any thread."""

    def __init__(self, backlog: int = BACKLOG) -> None:
        self._lock = threading.Lock()
        self._events: deque[Event] = deque()
        self._backlog = backlog
        self._number = 0
        # Number of the newest event that is gone; replaced previews and old log records not counted.
        self._dropped = 0
        self._logged: deque[Event] = deque()
        self._wakers: set[Callable[[], None]] = set()

    @property
    def number(self) -> int:
        """Number of the newest event, 0 before the first."""
        return self._number

    def publish(self, event: Event) -> Event:
        """Number an event, keep it and wake the listeners; returns it with its number."""
        with self._lock:
            self._number += 1
            numbered = dataclasses.replace(event, number=self._number)
            if numbered.kind == "preview":
                self._forget_preview(numbered)
            elif numbered.kind == "log":
                self._forget_records(numbered)
            self._events.append(numbered)
            if len(self._events) > self._backlog:
                self._dropped = self._events.popleft().number
            wakers = list(self._wakers)
        for wake in wakers:
            wake()
        return numbered

    def after(self, number: int) -> Heard:
        """Events with larger numbers, oldest first. A number of the future (another engine's) counts as missed."""
        with self._lock:
            newer = []
            for event in reversed(self._events):
                if event.number <= number:
                    break
                newer.append(event)
            return Heard(newer[::-1], number < self._dropped or number > self._number)

    def clear(self) -> None:
        """Drop all stored events, also those not delivered yet."""
        with self._lock:
            self._events.clear()
            self._logged.clear()
            self._dropped = self._number

    def add_waker(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Have ``wake`` called, quickly and from any thread, after every event; returns how to end that."""
        with self._lock:
            self._wakers.add(wake)

        def remove() -> None:
            with self._lock:
                self._wakers.discard(wake)

        return remove

    def _forget_records(self, newer: Event) -> None:
        self._logged.append(newer)
        if len(self._logged) > LOG_BACKLOG:
            with contextlib.suppress(ValueError):  # it went with the oldest events
                self._events.remove(self._logged.popleft())

    def _forget_preview(self, newer: Event) -> None:
        for old in reversed(self._events):
            if old.kind != "preview" or old.text != newer.text or not (old.job and newer.job):
                continue
            if old.job.id == newer.job.id:
                self._events.remove(old)
                return
