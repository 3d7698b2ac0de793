"""Making a result of the history again, and comparing it with the one that is kept there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from s2edit_plugin import __version__, api
from s2edit_plugin.backbones.memory.fallback import STEPS_DOWN
from s2edit_plugin.errors import InputError, Sentence, UsageError, WrongModelError
from s2edit_plugin.history import Record
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.imaging.saving import encode_result
from s2edit_plugin.workflows.context import Context
from s2edit_plugin.workflows.recording import machine_of

__all__ = ["repeatable", "run_again"]


def run_again(
    context: Context, name: str, on_progress: api.OnProgress, on_note: api.OnNote = lambda _: None
) -> api.RerunReport:
    """Run a stored request again."""
    from s2edit_plugin.workflows.editing import make_edit

    record = context.history.details(name)
    request = repeatable(context, name)
    kept = context.history.picture(name)
    _check_model(context, record)
    made = make_edit(context, request, on_progress, on_note)
    before, after = read_photo(kept, "the kept result"), read_photo(made.image, "the new result")
    # Earlier versions kept JPEGs, not their pixels.
    if before.format == "JPEG" and after.format != "JPEG":
        after = read_photo(
            encode_result(made.image, "JPEG", original=request.photo, blocks=False), "the new result"
        )
    difference = _difference(before, after)
    equal = difference == 0.0
    sentence = _sentence(context, record, made.warnings, difference)
    return api.RerunReport(name, equal, difference, made.image, sentence)


def repeatable(context: Context, name: str) -> api.ApplyEdit:
    """The request of a result with prompts exactly as they were used, and tokens as they are called now.

    Raises:
        UsageError: there is no such result, or it is a learned token.
        TokenNotFoundError: a token is in the trash or was removed.
    """
    record = context.history.details(name)
    if record.kind != "edit":
        raise UsageError(
            Sentence("The result {} is a learned token, no edit.", name),
            "Learn it again with `s2edit learn`.",
        )
    if not record.request:
        raise InputError(Sentence("The result {} has lost its record and cannot be made again.", name))
    context.history.find_tokens(record, context.library)
    return replace(context.history.request(name), source_suggested=False)  # the very prompts that were used


def _check_model(context: Context, record: Record) -> None:
    made, used = record.machine, context.backbone
    if made.model_hash == used.fingerprint:
        return
    if made.model == used.name:
        sentence = f"This result was made with another version of the model '{made.model}'."
        raise WrongModelError(sentence, "Install that version to make it again.")
    sentence = f"This result was made with the model '{made.model}', not with '{used.name}'."
    raise WrongModelError(sentence, Sentence("Add --model {} to make it again.", made.model))


def _difference(before: Photo, after: Photo) -> float:
    """Largest difference of a channel, 0..255; alpha included."""
    if before.size != after.size or before.depth != after.depth:
        return 255.0
    largest = 0.0
    for one, other in ((before.pixels, after.pixels), (before.alpha, after.alpha)):
        if one is None or other is None:
            if one is not other:
                return 255.0
            continue
        # Rows at a time: a photo of 200 megapixels needs no second copy of itself in wider numbers.
        for top in range(0, one.shape[0], 256):
            rows = one[top : top + 256].astype(np.int32) - other[top : top + 256]
            largest = max(largest, float(np.abs(rows).max(initial=0)))
    return largest * 255 / before.white


def _sentence(context: Context, record: Record, warnings: Sequence[str], difference: float) -> str:
    if difference == 0:
        return "Every pixel is the same."
    sentence = f"The largest difference of a channel is {difference:.3g} of 255."
    now = machine_of(context.backbone)
    changed = [
        f"{label} {getattr(record.machine, field)} then, {getattr(now, field)} now"
        for field, label in (("device", "device"), ("dtype", "precision"), ("threads", "threads"))
        if getattr(record.machine, field) != getattr(now, field)
    ]
    if record.version != __version__:
        changed.append(f"program version {record.version} then, {__version__} now")
    steps_down = {step.note for step in STEPS_DOWN}
    if steps_down.intersection(record.warnings) != steps_down.intersection(warnings):
        changed.append("memory was short for one of them")
    if not changed and now.device != "cpu":
        return f"{sentence} On a GPU sums are not always added in the same order."
    return f"{sentence} What differs: {'; '.join(changed)}." if changed else sentence
