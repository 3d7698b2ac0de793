"""Finding a mask: by a method, by clicks, or from attention; then refined as asked."""

from __future__ import annotations

from s2edit_plugin import api
from s2edit_plugin.errors import Sentence, UsageError
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.perception.masks import refine
from s2edit_plugin.perception.masks.found import FoundMask
from s2edit_plugin.perception.masks.painted import encode_mask
from s2edit_plugin.workflows.context import Context

__all__ = ["find_mask"]

CLICK = "click"


def find_mask(context: Context, request: api.MakeMask, on_progress: api.OnProgress) -> api.MaskResult:
    """Find a mask. Raises ImageError, MaskError, UsageError (clicks without the method ``click``), CancelledError."""
    photo = read_photo(request.photo)
    if request.method == CLICK:
        from s2edit_plugin.perception.masks.clicks import click_mask

        clicked = click_mask(photo.as_uint8_rgb(), request.points, request.box or None, context.networks)
        found = FoundMask(clicked.mask, (clicked.note,) if clicked.note else ())
    elif request.points or request.box:
        raise UsageError(
            Sentence("Clicks go with the method '{}' alone.", CLICK), Sentence("Use --method {}.", CLICK)
        )
    else:
        found = context.search_mask(photo, request.method, on_progress)
    mask = found.mask
    if request.fill_holes:
        mask = refine.fill_holes(mask)
    if request.grow:
        mask = refine.grow(mask, request.grow) if request.grow > 0 else refine.shrink(mask, -request.grow)
    if request.feather > 0:
        mask = refine.feather(mask, request.feather)
    if request.invert:
        mask = refine.invert(mask)
    return api.MaskResult(
        encode_mask(mask),
        request.method,
        float(mask.mean()),
        " ".join(found.notes),
        found.sure,
        found.others,
        photo.notes,
    )
