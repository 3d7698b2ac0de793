"""Base classes of requests, and the progress of jobs. Standard library only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

__all__ = ["OnNote", "OnProgress", "Preview", "Progress", "Request", "TokenKind"]

R = TypeVar("R", covariant=True)


class Request(Generic[R]):
    """Base of everything an engine can be asked for; ``R`` is what comes back."""


TokenKind = Literal["identity", "attribute"]


Preview = Callable[[Callable[[], None]], bytes]
"""Makes a small encoded picture. Its argument is called between steps and may raise `errors.CancelledError`."""


@dataclass(frozen=True)
class Progress:
    """One report of a running job.

    Attributes:
        stage: plain words, e.g. ``"learning"``, ``"inverting"``, ``"editing"``.
        step: steps done in this stage, 0..total.
        total: steps of this stage.
        loss: training loss, if any.
        seconds_left: estimate for this stage, None while unknown.
        preview: returns a picture of the intermediate result. Slow, so it is called only on demand, and only inside
            ``on_progress``. Not sent to clients.
        region: returns the edit region, a grey PNG of the photo's size; called as ``preview``.
        unit: ``steps`` or ``bytes``.
    """

    stage: str
    step: int
    total: int
    loss: float | None = None
    seconds_left: float | None = None
    preview: Preview | None = field(default=None, repr=False, compare=False, metadata={"wire": False})
    unit: str = "steps"
    region: Callable[[], bytes] | None = field(
        default=None, repr=False, compare=False, metadata={"wire": False}
    )


OnNote = Callable[[str], None]
"""Called with a sentence for the user that comes up while a job runs, e.g. that it starts at the beginning."""


OnProgress = Callable[[Progress], None]
"""Called after every step. It may raise `errors.CancelledError` to stop the job within that step."""
