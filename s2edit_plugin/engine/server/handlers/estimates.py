"""Estimates of time and memory of a job. Never waits for torch or the gpu thread, which may be busy for hours."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.api.limits import check_edit_settings, check_learn_settings, check_texts
from s2edit_plugin.backbones.folder import AGAIN
from s2edit_plugin.backbones.memory.expected_device import free_on, likely_computer
from s2edit_plugin.backbones.memory.fallback import Plan, plan_for, planned
from s2edit_plugin.backbones.memory.operations import job_operations
from s2edit_plugin.backbones.memory.throughput import Computer, Paces, computer_of
from s2edit_plugin.backbones.savings import Savings
from s2edit_plugin.backbones.shape import ModelShape, shape_of_folder
from s2edit_plugin.base_models import resolve
from s2edit_plugin.engine.server.handlers.context import QueryContext
from s2edit_plugin.errors import ModelError, Sentence, UsageError

__all__ = ["estimate_job"]

START_SECONDS = 8.0  # loading the libraries, on a slow disk
LOADED_A_SECOND = 2e8  # bytes of a model
BYTES_A_PIXEL = 30  # of a photo: pixels, masks and intermediate results; measured
MENTIONED = 10**9
MOST_VARIANTS = 10_000
LEARN_SHARE = 0.3  # learning reads a photo and finds its subject, but neither pastes nor writes
SLOWER = {"rows": 1.3, "checkpointing": 1.4, "attention": 1.2}
"""By the saving: how many times longer a job takes with it, at most about."""


@dataclass(frozen=True)
class _Basis:
    """Input of an estimate. ``ready``: the model is loaded."""

    shape: ModelShape
    computer: Computer
    plan: Plan
    ready: bool


def estimate_job(context: QueryContext, request: queries.EstimateJob) -> api.Estimate:
    job = _job_of(request)
    paces = Paces(context.folder)
    basis = _of_loaded(context, job) or _of_folder(context, job, paces)
    plan, computer = basis.plan, basis.computer
    pace, known = paces.pace(computer, job)
    more = request.variants - 1
    operations = job_operations(basis.shape, job) + more * job_operations(basis.shape, job, inverted=True)
    seconds = operations / pace
    for step in plan.steps_down:
        seconds *= SLOWER.get(step.field, 1.0)
    if not basis.ready:
        seconds += START_SECONDS + basis.shape.parameters * computer.place.size / LOADED_A_SECOND
    beside_model = request.pixels / paces.photo_pace() * request.variants
    seconds += beside_model * (1.0 if request.edit is not None else LEARN_SHARE)
    photo = request.pixels * BYTES_A_PIXEL
    beside = computer.place.device != "cpu"  # the photo stays in main memory
    whole = plan.whole + (0 if beside else photo)
    notes = [_about_memory(plan, computer)] if plan.free else []
    if beside and photo > MENTIONED:
        notes.append(f"The photo takes about {photo / 1e9:.1f} GB of main memory besides.")
    if plan.free and plan.steps_down and context.queue.counts()[0]:
        notes.append("Another job is running; more memory will be free when it has ended.")
    if not known:
        notes.append("The time is a cautious guess until one has run here.")
    return api.Estimate(
        seconds=seconds,
        memory_bytes=whole,
        free_bytes=plan.free,
        fits=not plan.steps_down and plan.fits and (not plan.free or whole <= plan.free),
        device=", ".join(part for part in (computer.words, computer.place.precision) if part),
        note=" ".join(note for note in notes if note),
    )


def _job_of(request: queries.EstimateJob) -> api.LearnToken | api.ApplyEdit:
    """The one job that is asked about. Raises UsageError for none, two, or settings that cannot be."""
    if not 1 <= request.variants <= MOST_VARIANTS:
        raise UsageError(Sentence("An estimate is for 1 to {} variants.", MOST_VARIANTS))
    if request.learn is not None and request.edit is None:
        check_texts(request.learn)
        check_learn_settings(request.learn.settings)
        return request.learn
    if request.edit is not None and request.learn is None:
        check_texts(request.edit)
        check_edit_settings(request.edit.settings)
        return request.edit
    raise UsageError("An estimate is for one job, to learn or to edit.")


def _of_loaded(context: QueryContext, job: api.LearnToken | api.ApplyEdit) -> _Basis | None:
    backbone = context.keeper.loaded()
    if backbone is None or backbone.shape is None:
        return None
    plan = planned(backbone, job)
    return None if plan is None else _Basis(backbone.shape, computer_of(backbone), plan, ready=True)


def _of_folder(context: QueryContext, job: api.LearnToken | api.ApplyEdit, paces: Paces) -> _Basis:
    """From the model's files. Raises ModelError: it is not installed, or damaged."""
    wanted = context.keeper.wanted()
    folder = resolve(context.folder, wanted.model)
    try:
        shape = shape_of_folder(folder)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            Sentence("The configuration of the model '{}' cannot be read.", folder.name), AGAIN
        ) from error
    computer = likely_computer(paces, wanted.model, wanted.device, wanted.precision, shape.parameters)
    place, free = computer.place, free_on(computer.place)
    if wanted.memory_limit_gb:
        limit = int(wanted.memory_limit_gb * 1e9)
        free = min(free, limit) if free else limit

    def supported(savings: Savings) -> Savings:
        return dataclasses.replace(
            savings,
            offload=savings.offload and place.device != "cpu",
            half=savings.half and place.precision == "fp32",
        )

    plan = plan_for(shape, job, place, free or 1 << 62, supported)
    return _Basis(shape, computer, dataclasses.replace(plan, free=free), ready=False)


def _about_memory(plan: Plan, computer: Computer) -> str:
    if not plan.fits:
        # No check for GPUs: when a GPU's memory is full, an error is raised and fallbacks are used.
        need, free = f"{plan.need / 1e9:.1f} GB", f"{plan.free / 1e9:.1f} GB"
        sentence = f"Even with all that saves memory it needs about {need}, and {free} are free."
        return sentence if computer.place.device == "cpu" else f"It may not fit. {sentence}"
    if not plan.steps_down:
        return ""
    if all(step.exact for step in plan.steps_down):
        return "Memory is short: it will be done in smaller pieces, which takes longer."
    return "Memory is short: it will be done with less, and the result may differ a little."
