"""A job in the queue: its title, lane, priority, state and data."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Literal

from s2edit_plugin import api
from s2edit_plugin.api import JobInfo, JobState, Progress
from s2edit_plugin.api.operations import Lane

__all__ = [
    "QueuedJob",
    "bytes_of",
    "shows",
    "without_pictures",
    "without_words",
]

RequestedAction = Literal["", "cancel", "pause", "yield"]


@dataclass(eq=False)
class QueuedJob:
    """A job in the queue; changed by the queue alone.

    Attributes:
        owner: client it belongs to. requested_action: action for a running job at its next step.
        forgotten: whether it concerns a forgotten person: its data is dropped when it ends.
        yielded: whether it stopped for another job and resumes automatically. result: of a finished job, None once dropped.
    """

    id: str
    request: Any
    title: str
    priority: int
    lane: Lane
    number: int
    owner: str = ""
    keep: bool = False
    state: JobState = "queued"
    requested_action: RequestedAction = ""
    yielded: bool = False
    forgotten: bool = False
    resumable: bool = False
    progress: Progress | None = None
    error: dict[str, Any] = field(default_factory=dict)
    result: Any = None
    created: float = 0.0
    started: float = 0.0
    ended: float = 0.0
    last_published: float = 0.0  # when progress was published last, monotonic

    @property
    def is_over(self) -> bool:
        """Whether it is done, failed or cancelled."""
        return self.state in ("done", "failed", "cancelled")

    def info(self) -> JobInfo:
        """The job for clients."""
        return JobInfo(
            id=self.id,
            kind=type(self.request).__name__,
            title=self.title,
            state=self.state,
            priority=self.priority,
            keep=self.keep,
            progress=self.progress,
            error=dict(self.error),
            created=self.created,
            started=self.started,
            ended=self.ended,
            resumable=self.resumable,
        )


def shows(request: Any, person: str) -> bool:
    """Whether a request names a person's tokens, or may: results of the history are made again by their id."""
    names = getattr(request, "tokens", ())
    return (
        getattr(request, "person", None) == person
        or any(name.partition("/")[0] == person for name in names)
        or f"<{person}/" in (getattr(request, "prompt", "") or "")
        or isinstance(request, api.RerunResult)
    )


def bytes_of(result: Any) -> int:
    """Bytes a result's pictures take."""
    if not dataclasses.is_dataclass(result):
        return 0
    values = (getattr(result, item.name) for item in dataclasses.fields(result))
    return sum(len(value) for value in values if isinstance(value, bytes))


def without_pictures(request: Any) -> Any:
    """The request of a finished job, without its pictures."""
    pictures = {
        item.name: b""
        for item in dataclasses.fields(request)
        if isinstance(getattr(request, item.name), bytes)
    }
    return dataclasses.replace(request, **pictures) if any(getattr(request, n) for n in pictures) else request


def without_words(request: Any) -> Any:
    """An empty request of the same kind."""
    return without_pictures(dataclasses.replace(request, **{
        item.name: type(getattr(request, item.name))()
        for item in dataclasses.fields(request)
        if isinstance(getattr(request, item.name), str | tuple)
    }))  # fmt: skip
