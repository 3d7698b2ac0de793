"""Records results and learned tokens in the history before they are returned; a failure does not lose the result."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence

import numpy as np

from s2edit_plugin import api
from s2edit_plugin.api.picture_formats import format_named
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.errors import S2EditError
from s2edit_plugin.history import Machine, Made, TokenUsed
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.imaging.reading import format_of
from s2edit_plugin.imaging.thumbnail import thumbnail
from s2edit_plugin.storage.paths import disk_error
from s2edit_plugin.storage.settings import load_settings
from s2edit_plugin.tokens.record import TokenRecord
from s2edit_plugin.workflows.context import Context

__all__ = ["machine_of", "record_edit", "record_learning"]


def record_edit(
    context: Context,
    request: api.ApplyEdit,
    photo: Photo,
    pixels: np.ndarray,
    records: Sequence[TokenRecord],
    photo_hash: str,
    result: api.EditResult,
    began: float,
) -> api.EditResult:
    """Write an edit into the history; returns the result with its id there, or with a warning why it has none.

    Args:
        pixels: (H, W, 3) of the result. photo_hash: of the photo's pixels. began: when, seconds since 1970.
    """
    if not (request.in_history and load_settings(context.folder).keep_history):
        return result
    made = Made(
        picture=result.image,
        suffix=format_named(format_of(result.image) or photo.format).suffixes[0],
        region=result.region,
        thumbnail=thumbnail(photo, pixels),
        tokens=_used(records),
        machine=machine_of(context.backbone),
        source_prompt=result.source_prompt,
        target_prompt=result.target_prompt,
        pixels=photo_hash,
        seconds=result.seconds,
        began=began,
        inversion_cached=result.inversion_cached,
        warnings=result.warnings,
        identity=result.identity,
        identity_note=result.identity_note,
    )
    before = len(context.history.notices)
    name, problem = _write(context, request, made)
    news = context.history.notices[before:]
    if problem is not None:
        news = (*news, f"The result is not in the history: {problem.sentence}")
    return dataclasses.replace(result, history_id=name, warnings=(*result.warnings, *news))


def record_learning(
    context: Context, request: api.LearnToken, record: TokenRecord, result: api.LearnResult, began: float
) -> None:
    """Write a learned token into the journal. The token is in the library already; a failure is only logged.

    Args:
        began: when learning began, seconds since 1970.
    """
    if not load_settings(context.folder).keep_history:
        return
    made = Made(
        picture=record.thumbnail_png,
        suffix=".png",
        region=b"",
        thumbnail=record.thumbnail_png,
        tokens=_used([record]),
        machine=machine_of(context.backbone),
        source_prompt=record.source_prompt,
        pixels=record.source_image_hash,
        seconds=result.seconds,
        began=began,
        learned={
            "loss_first": result.loss_first,
            "loss_last": result.loss_last,
            "orthogonality": result.orthogonality,
            "steps": result.steps,
        },
    )
    _write(context, request, made)


def machine_of(backbone: Backbone) -> Machine:
    """The device and number format of a result."""
    import torch

    return Machine(
        model=backbone.name,
        model_hash=backbone.fingerprint,
        device=str(backbone.device),
        dtype=str(backbone.dtype).removeprefix("torch."),
        threads=torch.get_num_threads(),
    )


def _used(records: Sequence[TokenRecord]) -> tuple[TokenUsed, ...]:
    return tuple(TokenUsed(record.id, record.full_name, record.kind) for record in records)


def _write(
    context: Context, request: api.ApplyEdit | api.LearnToken, made: Made
) -> tuple[str, S2EditError | None]:
    """The id in the history, or the reason why there is none. A full disk or a held lock must not lose the result."""
    logger = logging.getLogger(__name__)
    try:
        name = context.history.record(request, made)
    except (S2EditError, OSError) as error:
        problem = disk_error(context.folder.history, error) if isinstance(error, OSError) else error
        logger.warning("A result was not written into the history: %s", problem.sentence)
        return "", problem
    try:
        limit = load_settings(context.folder).history_limit_gb
        context.history.prune(int(limit * 1e9), keep=name)
    except (S2EditError, OSError) as error:
        logger.warning("The history was not pruned: %s", error)
    return name, None
