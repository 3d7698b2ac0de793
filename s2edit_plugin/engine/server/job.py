"""A job in the queue: how it is called, where it runs and when, and what it holds."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Literal

from s2edit_plugin import api
from s2edit_plugin.api import JobInfo, JobState, Progress

__all__ = [
    "Lane",
    "QueuedJob",
    "bytes_of",
    "lane_of",
    "priority_of",
    "shows",
    "title_of",
    "without_pictures",
    "without_words",
]

Lane = Literal["gpu", "disk"]
Wish = Literal["", "cancel", "pause", "yield"]

INTERACTIVE, EDIT, RERUN, LEARNING, MODELS = 10, 20, 30, 40, 50

_DISK = (api.InstallModel, api.ImportModel, api.VerifyModel, api.MoveModels)
_PRIORITIES = {api.ApplyEdit: EDIT, api.RerunResult: RERUN, api.LearnToken: LEARNING}


def lane_of(request: Any) -> Lane:
    """Where a job runs."""
    return "disk" if isinstance(request, _DISK) else "gpu"


def priority_of(request: Any) -> int:
    """Priority by the kind of job: what somebody waits for with the hand on the mouse goes first."""
    return MODELS if isinstance(request, _DISK) else _PRIORITIES.get(type(request), INTERACTIVE)


def title_of(request: Any) -> str:
    """A job in plain words."""
    match request:
        case api.LearnToken():
            return f"Learn {request.person}/{request.token}"
        case api.ApplyEdit():
            return f"Edit with {', '.join(request.tokens)}" if request.tokens else "Edit by text"
        case api.MakeMask():
            return "Find a mask"
        case api.SuggestPrompt():
            return "Suggest a prompt"
        case api.ShowAttention():
            return f"Show where '{request.word}' looks"
        case api.RecognisePeople():
            return "Recognise people"
        case api.OpenModel():
            return "Load the model"
        case api.RerunResult():
            return "Make a result again"
        case api.InstallModel():
            return f"Download {request.name}"
        case api.ImportModel():
            return f"Import {request.name or 'a model'}"
        case api.VerifyModel():
            return f"Check {request.name}"
        case api.MoveModels():
            return "Move the models"
    return type(request).__name__


@dataclass(eq=False)
class QueuedJob:
    """A job in the queue; changed by the queue alone.

    Attributes:
        owner: client it belongs to. wish: what a running job is asked to do at its next step.
        forgotten: whether somebody in it was forgotten: nothing of it stays when it is over.
        yielded: whether it stopped for another job and goes on by itself. result: of a job that is done, None once dropped.
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
    wish: Wish = ""
    yielded: bool = False
    forgotten: bool = False
    resumable: bool = False
    progress: Progress | None = None
    error: dict[str, str] = field(default_factory=dict)
    result: Any = None
    created: float = 0.0
    started: float = 0.0
    ended: float = 0.0
    told: float = 0.0  # when progress was published last, monotonic

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ("done", "failed", "cancelled")

    def info(self) -> JobInfo:
        """The job as clients see it."""
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
    """Whether a request names a person's tokens, or may: results of the journal are made again by their id."""
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
    """A request of a job that is over, without the photo that nobody needs any more."""
    pictures = {
        item.name: b""
        for item in dataclasses.fields(request)
        if isinstance(getattr(request, item.name), bytes)
    }
    return dataclasses.replace(request, **pictures) if any(getattr(request, n) for n in pictures) else request


def without_words(request: Any) -> Any:
    """A request of the same kind that says nothing."""
    return without_pictures(dataclasses.replace(request, **{
        item.name: type(getattr(request, item.name))()
        for item in dataclasses.fields(request)
        if isinstance(getattr(request, item.name), str | tuple)
    }))  # fmt: skip
