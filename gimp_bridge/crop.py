"""The part of a layer that is sent to the engine: all of a small one, else the square around subject and selection."""

from __future__ import annotations

from dataclasses import dataclass

from gi.repository import Gimp

from gimp_bridge import png
from gimp_bridge.background_task import BackgroundTask
from gimp_bridge.crop_box import (
    ALONE_MARGIN,
    OVERVIEW,
    SMALLEST_SIDE,
    Box,
    Selection,
    bounds_of_mask,
    cut,
    scaled_up,
    square_around,
)
from gimp_bridge.engine_client import EngineClient
from gimp_bridge.pixels import LayerView, grey_of_picture
from gimp_bridge.png import Pixels
from s2edit_plugin import api
from s2edit_plugin.errors import MaskError

__all__ = ["CHANNEL", "SELECTION", "Crop", "crop_layer", "part_of_alpha", "region_selection"]

CHANNEL = "channel:"
SELECTION = "selection"
REGION = "region"  # as `api.ApplyEdit.subject`


@dataclass(frozen=True)
class Crop:
    """The part of a layer that is sent to the engine.

    Attributes:
        box: which part of the layer. photo: that part as a PNG. subject: how the subject is found, where ``subject_mask``
            does not say. selection: None where nothing is selected. region_mask: the selection on that part as a PNG.
        pixels, alpha: of that part; the alpha is empty where everything is opaque.
        note: sentence for the user on how the subject was found, "" for none.
    """

    box: Box
    photo: bytes
    pixels: Pixels
    alpha: bytes
    subject: str
    subject_mask: bytes | None
    selection: Selection | None
    region_mask: bytes | None
    note: str = ""


def region_selection(view: LayerView, region: str) -> Selection | None:
    """The selection where it is the edit region, else None. Raises MaskError where it should be and nothing is selected."""
    if region not in ("", "auto", SELECTION):
        return None
    selection = view.selection()
    if selection is None and region == SELECTION:
        raise MaskError("Nothing is selected.", "Select what may change, or choose another region.")
    return selection


def crop_layer(view: LayerView, subject: str, selection: Selection | None, engine: EngineClient) -> Crop:
    """Read the part of a layer for the engine: all of a small one, else the square around subject and selection.

    Args:
        selection: what may change, None where it is found.

    Raises:
        MaskError: nothing is selected that is to be the subject, or there is no channel of that name.
    """
    subject = subject or "auto"
    mask: bytes | None = None
    note = ""
    if subject.startswith(CHANNEL):
        channel = view.channel(subject.removeprefix(CHANNEL))
        box = _box_around_channel(view, channel, selection)
        subject, mask = "auto", _mask_png(view.read_channel(channel, box), box)
    elif subject == SELECTION:
        chosen = view.selection()
        if chosen is None:
            raise MaskError("Nothing is selected.", "Select the subject, or choose another one.")
        box = _box_around(view, chosen.box, selection)
        subject, mask = "auto", _mask_png(chosen.on(box), box)
    elif max(view.width, view.height) <= OVERVIEW:
        box = view.whole
    else:
        box, subject, mask, note = _crop_found_subject(view, subject, selection, engine)
    # GIMP sends a large layer tile by tile; meanwhile this process would only wait.
    region = BackgroundTask(lambda: None if selection is None else _mask_png(selection.on(box), box))
    pixels, alpha = view.read(box)
    return Crop(
        box=box,
        photo=png.encode(pixels, view.icc),
        pixels=pixels,
        alpha=alpha,
        subject=subject,
        subject_mask=mask,
        selection=selection,
        region_mask=region.result(),
        note=note,
    )


def _crop_found_subject(
    view: LayerView, subject: str, selection: Selection | None, engine: EngineClient
) -> tuple[Box, str, bytes | None, str]:
    """Box, subject, the subject's mask as a PNG, and a note. Found in a reduced copy, the mask may be smaller than the box.

    Where no subject is found: the surroundings of the selection, else the whole layer.
    """
    overview = view.overview()
    size = (overview.width, overview.height)
    bounds, mask, found, note = None, b"", b"", ""
    try:
        answer = engine.run(api.MakeMask(png.encode(overview), subject), "Find the subject")
        found, note = answer.mask, answer.note
        mask = grey_of_picture(found)
        bounds = bounds_of_mask(mask, overview.width)
    except MaskError:
        if subject != "auto":
            raise
    if bounds is None:
        if subject != "auto":
            raise MaskError(f"No {subject} was found in this layer.", "Select it and choose Selection.")
        if selection is None:
            return view.whole, subject, None, ""
        alone = square_around(selection.box, None, view.width, view.height, ALONE_MARGIN)
        return alone, REGION, None, ""
    box = _box_around(view, scaled_up(bounds, size, (view.width, view.height)), selection)
    x, y = overview.width / view.width, overview.height / view.height
    part = Box(
        int(box.left * x), int(box.top * y),
        min(overview.width, max(round(box.right * x), int(box.left * x) + 1)),
        min(overview.height, max(round(box.bottom * y), int(box.top * y) + 1)),
    )  # fmt: skip
    if min(part.width, part.height) >= SMALLEST_SIDE:
        return box, subject, _mask_png(cut(mask, overview.width, part), part), note
    return box, subject, _mask_png(grey_of_picture(found, part, (box.width, box.height)), box), note


def _box_around(view: LayerView, subject: Box, selection: Selection | None) -> Box:
    if max(view.width, view.height) <= OVERVIEW:
        return view.whole
    return square_around(subject, None if selection is None else selection.box, view.width, view.height)


def _box_around_channel(view: LayerView, channel: Gimp.Channel, selection: Selection | None) -> Box:
    mask = view.read_channel(channel, view.whole)
    bounds = bounds_of_mask(mask, view.width)
    if bounds is None:
        raise MaskError("The channel is empty on this layer.", "Paint the subject white in it.")
    return _box_around(view, bounds, selection)


def _mask_png(mask: bytes, box: Box) -> bytes:
    return png.encode(Pixels(box.width, box.height, 1, 8, mask))


def part_of_alpha(crop: Crop, part: Box) -> bytes:
    """The alpha of a part of the crop. Args: part: in the crop's pixels."""
    size = crop.pixels.depth // 8
    wide = Box(part.left * size, part.top, part.right * size, part.bottom)
    return cut(crop.alpha, crop.box.width * size, wide)
