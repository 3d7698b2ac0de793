"""What a call can be answered from."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from s2edit_plugin.api import Event, EventKind
from s2edit_plugin.engine.events import EventLog
from s2edit_plugin.engine.handovers import Handovers
from s2edit_plugin.engine.jobs import JobQueue
from s2edit_plugin.engine.studios import StudioKeeper
from s2edit_plugin.history import History
from s2edit_plugin.library import Forgotten, Library
from s2edit_plugin.paths import DataFolder
from s2edit_plugin.people import forget_person, rename_person
from s2edit_plugin.prompts import check_name

__all__ = ["Context"]


@dataclass
class Context:
    """An engine as the handlers see it.

    Attributes:
        started: seconds since 1970. count_clients: how many are connected.
        on_forget: called with the name of a person that must go from memory too. handovers: between GIMP and window.
    """

    folder: DataFolder
    events: EventLog
    queue: JobQueue
    keeper: StudioKeeper
    started: float = field(default_factory=time.time)
    count_clients: Callable[[], int] = lambda: 1
    on_forget: list[Callable[[str], None]] = field(default_factory=list)
    handovers: Handovers = field(default_factory=Handovers)

    @cached_property
    def library(self) -> Library:
        """The user's people and tokens."""
        return Library(self.folder)

    @cached_property
    def history(self) -> History:
        """The user's journal."""
        return History(self.folder)

    def forget(self, person: str) -> Forgotten:
        """Remove a person from the disk and from this engine's memory, where they may be after the disk knows them no more.

        Raises: as `people.forget_person`.
        """
        person = check_name(person, "person's name")
        try:
            return forget_person(self.folder, person)
        finally:
            self.handovers.clear()
            for forget in self.on_forget:
                forget(person)
            self.changed("library", "history")

    def follow_names(self) -> None:
        """Bring the names of tokens in the journal up to date with the library's. Raises ResourceError."""
        if self.history.follow(self.library):
            self.changed("history")

    def rename_person(self, old: str, new: str) -> int:
        """Give a person another name; returns how many tokens moved. Raises as `people.rename_person`."""
        moved = rename_person(self.folder, old, new)
        self.changed("history")
        return moved

    def changed(self, *kinds: EventKind) -> None:
        """Tell everybody that something they may show has changed."""
        for kind in kinds:
            self.events.publish(Event(kind))
