"""Speed of jobs relative to the bare model, ``s2edit bench``.

A job needs at least the time of its predictions. They are counted while it runs, then the same number with the same rows (for
learning with the backward pass to the text features) is timed on the bare model without attention control. The ratio is the
overhead of the method and everything around it; unlike seconds it can be compared between machines. Weights do not matter, so
a full-size model with random weights serves as well.
"""

from __future__ import annotations

import dataclasses
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from s2edit_plugin import api
from s2edit_plugin.api.progress import Stopwatch
from s2edit_plugin.method import text
from s2edit_plugin.tools.sample_images import sample
from s2edit_plugin.workflows.studio import Studio

if TYPE_CHECKING:
    from torch import Tensor

    from s2edit_plugin.backbones.base import Backbone
    from s2edit_plugin.backbones.conditions import Condition

__all__ = ["GOALS", "Measured", "Plan", "bare_seconds", "counted", "run"]

GOALS = {"learn": 1.3, "edit": 1.15, "edit again": 1.15}
"""Goal of each job: largest ratio to the bare model."""
AGAIN_GOAL = 0.55
"""Goal of the second edit of a photo, as a share of the first one's time."""
REPEATED = 8  # timed predictions of a kind

TOKEN = "bench/me"
EDITS = ("blonde hair", "black hair")  # as in the demo: words for the first edit and the second

Kind = tuple[int, bool]
"""Rows of a prediction, and whether it has a backward pass."""


@dataclass(frozen=True)
class Plan:
    """Extent of a benchmark.

    Attributes:
        steps: of inversion and of the edit. steps_token, steps_joint: of learning. rounds: how often every job is run.
    """

    steps: int = api.EditSettings.steps
    steps_token: int = 8
    steps_joint: int = 12
    rounds: int = 3


@dataclass(frozen=True)
class Measured:
    """Measurement of a job in a round.

    Attributes:
        seconds: of the job. bare: of the bare model for the same predictions. predictions: counts by kind.
    """

    job: str
    seconds: float
    bare: float
    predictions: dict[Kind, int]

    @property
    def ratio(self) -> float:
        """Time of the job divided by that of the bare model."""
        return self.seconds / self.bare


# ---------------------------------------------------------------------- counting and the bare model


@contextmanager
def counted(backbone: Backbone) -> Iterator[Counter[Kind]]:
    """Count the predictions of a backbone by kind while the context is open."""
    counts: Counter[Kind] = Counter()
    predict = backbone.predict

    def counting(latents: Tensor, timestep: float | Tensor, conditions: Sequence[Condition]) -> Tensor:
        counts[len(latents), torch.is_grad_enabled()] += 1
        return predict(latents, timestep, conditions)

    own = vars(backbone)
    own["predict"] = counting  # takes precedence over the class's method
    try:
        yield counts
    finally:
        del own["predict"]


def bare_seconds(backbone: Backbone, predictions: Mapping[Kind, int]) -> float:
    """Seconds of the bare model for these predictions, extrapolated from some of each kind."""
    empty = text.unconditional(backbone)
    total = 0.0
    for (rows, back), count in sorted(predictions.items()):
        times = min(count, REPEATED)
        total += _timed(backbone, partial(_predict, backbone, empty, rows, back, times)) / times * count
    return total


def _predict(backbone: Backbone, empty: Condition, rows: int, back: bool, times: int) -> None:
    side = backbone.latent_side
    latents = torch.zeros(rows, backbone.latent_channels, side, side, device=backbone.device)
    middle = backbone.schedule.timesteps(2)[0]
    for _ in range(times):
        # Learning propagates gradients to the text features.
        conditioned = dataclasses.replace(empty, hidden=empty.hidden.clone().requires_grad_(back))
        with torch.set_grad_enabled(back):
            predicted = backbone.predict(latents, middle, [conditioned] * rows)
            if back:
                predicted.square().mean().backward()  # type: ignore[no-untyped-call]


def _timed(backbone: Backbone, work: Callable[[], object]) -> float:
    _wait_for(backbone)
    started = time.perf_counter()
    work()
    _wait_for(backbone)
    return time.perf_counter() - started


def _wait_for(backbone: Backbone) -> None:
    if backbone.device.type == "cuda":
        torch.cuda.synchronize(backbone.device)


# ---------------------------------------------------------------------- the jobs


def run(backbone: Backbone, plan: Plan, on_progress: api.OnProgress = lambda _: None) -> dict[str, Any]:
    """Measure learning, the first edit of a photo and the second.

    Args:
        backbone: the model; nothing of the user's library is touched.

    Returns:
        ``model``, ``device``, ``precision``, ``plan``; ``jobs``: for each median ``seconds``, ``bare`` and ``ratio``, all
        ``ratios``, ``goal``, ``predictions``; ``again``: the second edit's ``part`` of the first one's time, all ``parts``,
        ``goal``; ``memory_gb``: peak memory of the device, None if unknown.

    Raises:
        S2EditError: as the jobs themselves. CancelledError: through ``on_progress``.
    """
    if backbone.device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(backbone.device)
    measured: list[Measured] = []
    watch = Stopwatch(plan.rounds + 1)
    for number in range(plan.rounds + 1):
        # Warm-up: the libraries select their kernels in the first round.
        small = dataclasses.replace(plan, steps=2, steps_token=1, steps_joint=1)
        found = _round(backbone, plan if number else small, number)
        measured += found if number else []
        on_progress(
            api.Progress("measuring", number + 1, plan.rounds + 1, None, watch.seconds_left(number + 1))
        )
    by_job = {job: [one for one in measured if one.job == job] for job in GOALS}
    again = [
        second.seconds / first.seconds
        for first, second in zip(by_job["edit"], by_job["edit again"], strict=True)
    ]
    memory = torch.cuda.max_memory_allocated(backbone.device) if backbone.device.type == "cuda" else None
    return {
        "model": backbone.name,
        "device": backbone.choice.name if backbone.choice else str(backbone.device),
        "precision": str(backbone.dtype).removeprefix("torch."),
        "plan": dataclasses.asdict(plan),
        "jobs": {job: _figures(ones) for job, ones in by_job.items()},
        "again": {"part": statistics.median(again), "parts": again, "goal": AGAIN_GOAL},
        "memory_gb": None if memory is None else memory / 1e9,
    }


def _figures(ones: list[Measured]) -> dict[str, Any]:
    return {
        "seconds": statistics.median(one.seconds for one in ones),
        "bare": statistics.median(one.bare for one in ones),
        "ratio": statistics.median(one.ratio for one in ones),
        "ratios": [one.ratio for one in ones],
        "goal": GOALS[ones[0].job],
        "predictions": [
            {"rows": rows, "back": back, "count": count}
            for (rows, back), count in sorted(ones[-1].predictions.items())
        ],
    }


def _round(backbone: Backbone, plan: Plan, seed: int) -> list[Measured]:
    """Every job once, each followed by the bare model, in a new library with an empty cache."""
    shown = sample("anna")
    photo, caption = shown.picture, shown.caption
    person, name = TOKEN.split("/")
    learning = api.LearnSettings(steps_token=plan.steps_token, steps_joint=plan.steps_joint, seed=seed)
    asked: dict[str, api.LearnToken | api.ApplyEdit] = {
        "learn": api.LearnToken(
            photo, person, name, class_noun=shown.class_noun, prompt=caption, settings=learning, consent=True
        )
    }
    for job, words in zip(("edit", "edit again"), EDITS, strict=True):
        prompt = caption.replace("brown hair", words)
        settings = api.EditSettings(steps=plan.steps)
        asked[job] = api.ApplyEdit(photo, (TOKEN,), prompt, source_prompt=caption, settings=settings)
    with tempfile.TemporaryDirectory(prefix="s2edit-bench-") as folder:
        studio = Studio(Path(folder)).with_model(backbone)
        return [_measured(studio, job, request) for job, request in asked.items()]


def _measured(studio: Studio, job: str, request: api.LearnToken | api.ApplyEdit) -> Measured:
    backbone = studio.backbone

    def work() -> object:
        return studio.learn(request) if isinstance(request, api.LearnToken) else studio.edit(request)

    with counted(backbone) as predictions:
        seconds = _timed(backbone, work)
    return Measured(job, seconds, bare_seconds(backbone, predictions), dict(predictions))
