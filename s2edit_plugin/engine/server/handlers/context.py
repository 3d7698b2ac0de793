"""The context of request handlers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from s2edit_plugin.api import Event, EventKind
from s2edit_plugin.api.prompts import check_name
from s2edit_plugin.engine.server.events import EventLog
from s2edit_plugin.engine.server.image_transfer import ImageTransfers
from s2edit_plugin.engine.server.job import shows
from s2edit_plugin.engine.server.job_queue import JobQueue
from s2edit_plugin.engine.server.studios import StudioKeeper
from s2edit_plugin.errors import S2EditError, TokenNotFoundError
from s2edit_plugin.history import History
from s2edit_plugin.library import Forgotten, Library
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.workflows.people import forget_person, rename_person

__all__ = ["Concerns", "QueryContext"]

Concerns = Callable[[Any], bool]
"""Whether a request concerns a person: it names a token of theirs, or has a photo that a token was learned from."""


@dataclass
class QueryContext:
    """The parts of the engine that handlers use.

    Attributes:
        started: seconds since 1970. count_clients: number of connected clients. forgot: monotonic time at which a person was
            last forgotten, 0.0 for never.
        on_forget: called to remove a person from memory, with a predicate for requests that concern them.
            image_transfers: between GIMP and window.
    """

    folder: DataFolder
    events: EventLog
    queue: JobQueue
    keeper: StudioKeeper
    started: float = field(default_factory=time.time)
    count_clients: Callable[[], int] = lambda: 1
    on_forget: list[Callable[[Concerns], None]] = field(default_factory=list)
    image_transfers: ImageTransfers = field(default_factory=ImageTransfers)
    forgot: float = 0.0

    @cached_property
    def library(self) -> Library:
        """The user's people and tokens."""
        return Library(self.folder)

    @cached_property
    def history(self) -> History:
        """The user's journal."""
        return History(self.folder)

    def forget(self, person: str, marks: Iterable[str] = ()) -> Forgotten:
        """Remove a person from the disk and from this engine's memory, also if they are no longer on the disk.

        Args:
            marks: ids and photo hashes of the person's tokens in addition to those on the disk.

        Raises: as `workflows.people.forget_person`.
        """
        person, known, was_there = check_name(person, "person's name"), frozenset(marks), True
        try:
            gone, known = forget_person(self.folder, person, known)
            return gone
        except TokenNotFoundError:
            was_there = bool(known)  # another program has removed them from the disk
            raise
        finally:
            if was_there:
                self.forgot = time.monotonic()
            self.image_transfers.clear()
            concerns = partial(_concerns, person, known)
            for forget in self.on_forget:
                forget(concerns)
            # Events contain titles, notes and previews. Clients that missed events query the state.
            self.events.clear()
            self.changed("forgotten", "library", "history")

    def follow_names(self) -> None:
        """Bring the names of tokens in the history up to date with the library's. Raises ResourceError."""
        if self.history.follow(self.library):
            self.changed("history")

    def rename_person(self, old: str, new: str) -> int:
        """Give a person another name; returns how many tokens moved. Raises as `workflows.people.rename_person`."""
        moved = rename_person(self.folder, old, new)
        self.changed("history")
        return moved

    def changed(self, *kinds: EventKind) -> None:
        """Notify all clients of changed data."""
        for kind in kinds:
            self.events.publish(Event(kind))


def _concerns(person: str, marks: frozenset[str], request: Any) -> bool:
    photo = getattr(request, "photo", b"")
    if shows(request, person) or not photo:
        return shows(request, person)
    from s2edit_plugin.imaging.hashing import photo_hash
    from s2edit_plugin.imaging.reading import read_photo

    try:
        return photo_hash(read_photo(photo)) in marks
    except S2EditError:
        return False  # no picture, so no match
