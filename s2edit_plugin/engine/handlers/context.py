"""What a call can be answered from."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from s2edit_plugin.api import Event, EventKind
from s2edit_plugin.engine.events import EventLog
from s2edit_plugin.engine.jobs import JobQueue
from s2edit_plugin.engine.studios import StudioKeeper
from s2edit_plugin.paths import DataFolder

__all__ = ["Context"]


@dataclass
class Context:
    """An engine as the handlers see it.

    Attributes:
        started: seconds since 1970. count_clients: how many are connected.
    """

    folder: DataFolder
    events: EventLog
    queue: JobQueue
    keeper: StudioKeeper
    started: float = field(default_factory=time.time)
    count_clients: Callable[[], int] = lambda: 1

    def changed(self, *kinds: EventKind) -> None:
        """Tell everybody that something they may show has changed."""
        for kind in kinds:
            self.events.publish(Event(kind))
