"""Running out of memory: step down, say so, finish the job.

    start    on the first step on which the estimate fits into what is free
    run      the job; where memory runs out, take the next step that helps in the stage where it happened, and run it again
    end      whatever happened, the backbone computes as before and nothing of the job is held

The first steps change nothing but rounding and time; half precision and a smaller picture come last. A job that runs again
resumes where it can: learning from its checkpoint, editing from the stored inversion.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from s2edit_plugin.api import ApplyEdit, LearnToken, OnNote, Request
from s2edit_plugin.backbones.device_memory import free_memory, free_swap, is_out_of_memory, release_memory
from s2edit_plugin.backbones.memory.estimate import Place, job_need
from s2edit_plugin.backbones.savings import NOTHING, Savings
from s2edit_plugin.backbones.shape import ModelShape
from s2edit_plugin.errors import ResourceError, S2EditError

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

__all__ = ["STEPS_DOWN", "Plan", "StepDown", "place_of", "plan_for", "planned", "with_fallback"]

T = TypeVar("T")
MARGIN = 0.95  # share of the free memory that an estimate may fill
HINT = "Close other programs, use a smaller model, or set the device to cpu."


@dataclass(frozen=True)
class StepDown:
    """One way to need less.

    Attributes:
        field, value: of `Savings`. stages: of a backbone's work in which it helps. note: what the user is told.
        exact: whether the result stays the same but for rounding.
    """

    field: str
    value: Any
    stages: tuple[str, ...]
    note: str
    exact: bool = True

    def on(self, savings: Savings) -> Savings:
        """The savings with this step's."""
        return replace(savings, **{self.field: self.value})


_ALL = ("load", "encode", "text", "predict", "decode")
STEPS_DOWN = (
    StepDown("rows", 2, ("predict",), "Memory was short: less was computed at once, which takes a little longer."),
    StepDown("rows", 1, ("predict",), "Memory was short: one thing after the other was computed, which takes longer."),
    StepDown("tiles", True, ("encode", "decode"), "Memory was short: the picture was drawn in tiles."),
    StepDown("attention", 1024, ("predict",), "Memory was short: attention was computed in slices, which takes longer."),
    StepDown(
        "checkpointing", True, ("predict",), "Memory was short: intermediate results were computed twice instead of kept."
    ),
    StepDown("offload", True, _ALL, "Memory was short: the CPU read the words and drew the picture, which takes longer."),
    StepDown("half", True, _ALL, "Memory was short: half precision was used; the result may differ a little.", False),
    StepDown("shrink", 2, _ALL, "Memory was short: the model saw the picture at three quarters of the usual size.", False),
    StepDown("shrink", 4, _ALL, "Memory was short: the model saw the picture at half of the usual size.", False),
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """How a job will start.

    Attributes:
        savings: to start with. steps_down: that were taken to come there. need: bytes estimated with them. whole: without.
        free: bytes the job can have. fits: whether it fits with the savings.
    """

    savings: Savings
    steps_down: tuple[StepDown, ...]
    need: int
    whole: int
    free: int
    fits: bool


def plan_for(
    shape: ModelShape,
    request: Request[object],
    place: Place,
    free: int,
    supported: Callable[[Savings], Savings] = lambda wanted: wanted,
) -> Plan:
    """The first steps down with which the estimate fits.

    Args:
        free: bytes the job and the model's weights can have. supported: see `Backbone.supported`.
    """
    savings, taken = NOTHING, []
    need = whole = job_need(shape, request, place).peak
    # A GPU says when its memory is full, so what costs quality waits for that. A computer whose memory is full ends programs.
    steps_down = [step for step in STEPS_DOWN if step.exact or place.device == "cpu"]
    while need > MARGIN * free:
        for step in steps_down:
            wanted = supported(step.on(savings))
            lower = job_need(shape, request, place, wanted).peak
            if lower < need:
                savings, need = wanted, lower
                taken.append(step)
                break
        else:
            break
    # A later value of a field takes the place of an earlier one.
    last = {step.field: step for step in taken}
    return Plan(savings, tuple(last.values()), need, whole, free, need <= MARGIN * free)


def place_of(backbone: Backbone) -> Place:
    """Where a backbone computes."""
    names = {"float32": "fp32", "bfloat16": "bf16", "float16": "fp16"}
    return Place(backbone.device.type, names[str(backbone.dtype).removeprefix("torch.")])


def planned(backbone: Backbone, request: Request[object]) -> Plan | None:
    """The plan of a job on a loaded backbone; None where its shape is not known."""
    if backbone.shape is None:
        return None
    place = place_of(backbone)
    held = job_need(backbone.shape, request, place).weights
    free = free_memory(backbone.device) + held
    if backbone.memory_limit:
        free = min(free, backbone.memory_limit)
    return plan_for(backbone.shape, request, place, free, backbone.supported)


def with_fallback(
    backbone: Backbone,
    request: Request[object],
    job: Callable[[bool], T],
    on_note: OnNote = lambda _: None,
) -> T:
    """Run a job on a backbone and step down where memory runs out; see the module's text.

    Args:
        job: does it; its argument says whether it runs again. on_note: hears a sentence for each step taken.

    Raises:
        ResourceError: nothing helped. Whatever the job raises that does not say that memory ran out.
    """
    plan = planned(backbone, request)
    savings = NOTHING if plan is None else plan.savings
    _refuse_the_impossible(plan, backbone)
    for step in plan.steps_down if plan else ():
        _say(step, on_note, "by the estimate")
    again = False
    try:
        while True:
            backbone.stage = ""
            try:
                backbone.apply_savings(savings)
                return job(again)
            except Exception as error:
                if not is_out_of_memory(error):
                    raise
                stage = backbone.stage
            # Here, where no traceback holds the job's tensors any more.
            release_memory()
            taken = _next(backbone, request, savings, stage)
            if taken is None:
                raise _nothing_helped(stage)
            savings, again = backbone.supported(taken.on(savings)), True
            _say(taken, on_note, f"in the stage '{stage}'")
    finally:
        if again or savings != NOTHING:
            _back_to_normal(backbone)
        backbone.stage = ""


def _next(backbone: Backbone, request: Request[object], savings: Savings, stage: str) -> StepDown | None:
    """The next step that helps in a stage and that this job and backbone can take."""
    trains = isinstance(request, LearnToken) or (
        isinstance(request, ApplyEdit) and request.settings.inversion == "null_text"
    )
    for step in STEPS_DOWN:
        if stage not in step.stages or (step.field == "checkpointing" and not trains):
            continue
        if getattr(backbone.supported(step.on(savings)), step.field) != step.value:
            continue
        before = getattr(savings, step.field)
        # Fewer rows are less, of everything else more is less; 0 rows are all.
        further = step.value < (before or step.value + 1) if step.field == "rows" else step.value > before
        if further:
            return step
    return None


def _say(step: StepDown, on_note: OnNote, why: str) -> None:
    logging.getLogger(__name__).info("Memory is short %s: %s = %s.", why, step.field, step.value)
    on_note(step.note)


def _refuse_the_impossible(plan: Plan | None, backbone: Backbone) -> None:
    """On a computer without room for the job even on the last step, starting it would end the whole program."""
    if plan is None or plan.fits or backbone.device.type != "cpu" or plan.need <= plan.free + free_swap():
        return
    raise ResourceError(
        f"This needs about {plan.need / 1e9:.1f} GB of memory, and {plan.free / 1e9:.1f} GB are free.",
        "Close other programs, or use a smaller model.",
    )


def _nothing_helped(stage: str) -> ResourceError:
    if not stage:
        return ResourceError(
            "The computer's memory ran out while the photo was worked on.",
            "Close other programs, or use a smaller photo.",
        )
    return ResourceError("Memory ran out, and nothing that saves memory was enough.", HINT)


def _back_to_normal(backbone: Backbone) -> None:
    """Take all savings back. Where that fails, the next job tries it again before it begins."""
    try:
        backbone.apply_savings(NOTHING)
    except S2EditError as error:
        logging.getLogger(__name__).warning("The model could not be restored after a job. %s", error)
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        logging.getLogger(__name__).warning("Memory is too short to restore the model after a job.")
    release_memory()
