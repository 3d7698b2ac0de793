"""What a call can be answered from."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from s2edit_plugin.api import Event, EventKind
from s2edit_plugin.engine.events import EventLog
from s2edit_plugin.engine.jobs import JobQueue
from s2edit_plugin.engine.studios import StudioKeeper
from s2edit_plugin.library import Forgotten, Library
from s2edit_plugin.paths import DataFolder

__all__ = ["Context"]


@dataclass
class Context:
    """An engine as the handlers see it.

    Attributes:
        started: seconds since 1970. count_clients: how many are connected.
        on_forget: called with the name of a person that must go from memory too.
    """

    folder: DataFolder
    events: EventLog
    queue: JobQueue
    keeper: StudioKeeper
    started: float = field(default_factory=time.time)
    count_clients: Callable[[], int] = lambda: 1
    on_forget: list[Callable[[str], None]] = field(default_factory=list)

    @cached_property
    def library(self) -> Library:
        """The user's people and tokens."""
        return Library(self.folder)

    def forget(self, person: str) -> Forgotten:
        """Remove a person from the disk and from this engine's memory. Raises as `Library.forget`."""
        gone = self.library.forget(person)
        for forget in self.on_forget:
            forget(gone.person)
        return gone

    def follow_names(self) -> None:
        """A token got another name."""

    def rename_person(self, old: str, new: str) -> None:
        """A person got another name."""

    def changed(self, *kinds: EventKind) -> None:
        """Tell everybody that something they may show has changed."""
        for kind in kinds:
            self.events.publish(Event(kind))
