"""Jobs and events for clients. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from s2edit_plugin.api.base import Progress

__all__ = ["Estimate", "Event", "EventKind", "JobInfo", "JobState", "REGION"]


@dataclass(frozen=True)
class Estimate:
    """Estimated time and memory of a job.

    Attributes:
        seconds: expected duration, 0 while unknown. memory_bytes: peak on the device, weights included.
        free_bytes: free there now. fits: whether it fits without memory fallbacks.
        device: where it will run, in words. note: a sentence for the user, "" for none.
    """

    seconds: float
    memory_bytes: int
    free_bytes: int
    fits: bool
    device: str = ""
    note: str = ""


REGION = "region"
"""Text of the preview that shows where an edit may change the photo."""


JobState = Literal["queued", "running", "paused", "done", "failed", "cancelled"]


EventKind = Literal[
    "state",
    "progress",
    "preview",
    "note",
    "log",
    "library",
    "history",
    "models",
    "settings",
    "handover",
    "forgotten",
]


@dataclass(frozen=True)
class JobInfo:
    """A job as the queue shows it.

    Attributes:
        id: unique in the engine. kind: class name of the request. title: plain words, e.g. ``"Learn anna/me"``.
        priority: smaller numbers run first. keep: whether it continues after its client disconnects.
        progress: newest report, None before the first. error: class name, sentence and hint of a failed job, empty
            otherwise. created, started, ended: seconds since 1970, 0 while not.
        resumable: whether a stopped job can resume from a checkpoint.
    """

    id: str
    kind: str
    title: str
    state: JobState
    priority: int
    keep: bool = False
    progress: Progress | None = None
    error: dict[str, Any] = field(default_factory=dict)
    created: float = 0.0
    started: float = 0.0
    ended: float = 0.0
    resumable: bool = False

    @property
    def is_over(self) -> bool:
        """Whether it is done, failed or cancelled."""
        return self.state in ("done", "failed", "cancelled")


@dataclass(frozen=True)
class Event:
    """One thing that happened in the engine.

    Attributes:
        kind: ``state`` (``job`` changed its state), ``progress``, ``preview`` (``picture`` holds a small encoded picture; with
            the text `REGION` the edit region that was found, a grey PNG of the photo's size, before the long part begins),
            ``note`` (``text`` for the user, e.g. that less memory is used now), ``log`` (``text``: a record of the engine's
            log, only on request), or the name of changed data: ``library``, ``history``, ``models``,
            ``settings``, ``handover``.
        number: rises by one with every event of an engine.
        job: the job as it is now, None for events without one.
    """

    kind: EventKind
    number: int = 0
    job: JobInfo | None = None
    picture: bytes = b""
    text: str = ""
