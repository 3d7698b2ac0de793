"""Fallback steps when memory runs out.

    start    with the first savings whose estimate fits into the free memory
    run      the job; if memory runs out, add the next step that helps in the current stage, note it, and run the job again
    end      restore the backbone and release the job's memory, also after errors

The first steps affect only rounding and time; half precision and a smaller picture come last. A repeated job resumes if it
can: learning from its checkpoint, editing from the cached inversion.
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
from s2edit_plugin.errors import ResourceError, S2EditError, Sentence

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

__all__ = ["STEPS_DOWN", "Plan", "StepDown", "place_of", "plan_for", "planned", "with_fallback"]

T = TypeVar("T")
MARGIN = 0.95  # share of the free memory that an estimate may fill
HINT = "Close other programs, use a smaller model, or set the device to cpu."


@dataclass(frozen=True)
class StepDown:
    """A step that reduces memory.

    Attributes:
        field, value: of `Savings`. stages: `Backbone.stage` values in which it helps. note: message to the user.
        exact: whether the result stays the same except for rounding.
    """

    field: str
    value: Any
    stages: tuple[str, ...]
    note: str
    exact: bool = True

    def on(self, savings: Savings) -> Savings:
        """The savings with this step added."""
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
    """The savings with which a job starts.

    Attributes:
        savings: to start with. steps_down: that lead to them. need: estimated bytes with the savings. whole: without.
        free: bytes available to the job. fits: whether it fits with the savings.
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
    """The shortest sequence of steps with which the estimate fits.

    Args:
        free: bytes available to the job and the model's weights. supported: see `Backbone.supported`.
    """
    savings, taken = NOTHING, []
    need = whole = job_need(shape, request, place).peak
    # A GPU raises an error when its memory is full, so steps that cost quality wait for it. The system ends programs instead.
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
    # A later value of a field replaces an earlier one.
    last = {step.field: step for step in taken}
    return Plan(savings, tuple(last.values()), need, whole, free, need <= MARGIN * free)


def place_of(backbone: Backbone) -> Place:
    """Device and number format of a backbone."""
    names = {"float32": "fp32", "bfloat16": "bf16", "float16": "fp16"}
    return Place(backbone.device.type, names[str(backbone.dtype).removeprefix("torch.")])


def planned(backbone: Backbone, request: Request[object]) -> Plan | None:
    """The plan of a job on a loaded backbone; None if its shape is unknown."""
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
) -> tuple[T, tuple[str, ...]]:
    """Run a job on a backbone and step down when memory runs out; see the module's docstring.

    Args:
        job: its argument is whether it is repeated. on_note: called with a sentence for each step.

    Returns:
        The job's result, and the sentences.

    Raises:
        ResourceError: memory ran out with all steps taken. Errors of the job that are not about memory are passed on.
    """
    plan = planned(backbone, request)
    savings = NOTHING if plan is None else plan.savings
    _refuse_oversized(plan, backbone)
    steps = list(plan.steps_down) if plan else []
    for step in steps:
        _note_step(step, on_note, "by the estimate")
    again = False
    try:
        while True:
            backbone.stage = ""
            try:
                backbone.apply_savings(savings)
                return job(again), tuple(step.note for step in steps)
            except Exception as error:
                if not is_out_of_memory(error):
                    raise
                stage = backbone.stage
            # Outside the except block, where no traceback references the job's tensors.
            release_memory()
            taken = _next(backbone, request, savings, stage)
            if taken is None:
                raise _out_of_steps(stage)
            savings, again = backbone.supported(taken.on(savings)), True
            steps.append(taken)
            _note_step(taken, on_note, f"in the stage '{stage}'")
    finally:
        if again or savings != NOTHING:
            _restore(backbone)
        backbone.stage = ""


def _next(backbone: Backbone, request: Request[object], savings: Savings, stage: str) -> StepDown | None:
    """The next step that helps in a stage and is supported by this job and backbone."""
    trains = isinstance(request, LearnToken) or (
        isinstance(request, ApplyEdit) and request.settings.inversion == "null_text"
    )
    for step in STEPS_DOWN:
        if stage not in step.stages or (step.field == "checkpointing" and not trains):
            continue
        if getattr(backbone.supported(step.on(savings)), step.field) != step.value:
            continue
        before = getattr(savings, step.field)
        # Fewer rows save more; for other fields a larger value saves more. 0 rows: all.
        further = step.value < (before or step.value + 1) if step.field == "rows" else step.value > before
        if further:
            return step
    return None


def _note_step(step: StepDown, on_note: OnNote, why: str) -> None:
    logging.getLogger(__name__).info("Memory is short %s: %s = %s.", why, step.field, step.value)
    on_note(step.note)


def _refuse_oversized(plan: Plan | None, backbone: Backbone) -> None:
    """Raise ResourceError if a job on the CPU does not fit with all steps: the system would end the program."""
    if plan is None or plan.fits or backbone.device.type != "cpu" or plan.need <= plan.free + free_swap():
        return
    raise ResourceError(
        Sentence(
            "This needs about {} GB of memory, and {} GB are free.",
            f"{plan.need / 1000000000.0:.1f}",
            f"{plan.free / 1000000000.0:.1f}",
        ),
        "Close other programs, or use a smaller model.",
    )


def _out_of_steps(stage: str) -> ResourceError:
    if not stage:
        return ResourceError(
            "The computer's memory ran out while the photo was worked on.",
            "Close other programs, or use a smaller photo.",
        )
    return ResourceError("Memory ran out, and nothing that saves memory was enough.", HINT)


def _restore(backbone: Backbone) -> None:
    """Undo all savings. If that fails, the next job tries again before it begins."""
    try:
        backbone.apply_savings(NOTHING)
    except S2EditError as error:
        logging.getLogger(__name__).warning("The model could not be restored after a job. %s", error)
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        logging.getLogger(__name__).warning("Memory is too short to restore the model after a job.")
    release_memory()
