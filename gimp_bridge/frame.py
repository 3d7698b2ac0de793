"""What the engine gets to see of a layer: all of a small one, else the square around subject and selection."""

from __future__ import annotations

from dataclasses import dataclass

from gi.repository import Gimp

from gimp_bridge import png
from gimp_bridge.beside import Beside
from gimp_bridge.framing import (
    ALONE_MARGIN,
    OVERVIEW,
    SMALLEST_SIDE,
    Box,
    Selection,
    bounds_of_mask,
    cut,
    frame_around,
    scaled_up,
)
from gimp_bridge.link import Link
from gimp_bridge.pixels import LayerView, grey_of_picture
from gimp_bridge.png import Pixels
from s2edit_plugin import api
from s2edit_plugin.errors import MaskError

__all__ = ["CHANNEL", "SELECTION", "Frame", "make_frame", "part_of_alpha", "region_selection"]

CHANNEL = "channel:"
SELECTION = "selection"
REGION = "region"  # as `api.ApplyEdit.subject`


@dataclass(frozen=True)
class Frame:
    """What the engine gets to see of a layer.

    Attributes:
        box: which part of the layer. photo: that part as a PNG. subject: how the subject is found, where ``subject_mask``
            does not say. selection: None where nothing is selected. region_mask: the selection on that part as a PNG.
        pixels, alpha: of that part; the alpha is empty where everything is opaque.
        note: what is to be said of how the subject was found, "" for nothing.
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
    """The selection where it says what may change. Raises MaskError where it is to, and nothing is selected."""
    if region not in ("", "auto", SELECTION):
        return None
    selection = view.selection()
    if selection is None and region == SELECTION:
        raise MaskError("Nothing is selected.", "Select what may change, or choose another region.")
    return selection


def make_frame(view: LayerView, subject: str, selection: Selection | None, link: Link) -> Frame:
    """The part of a layer that the engine gets: all of a small one, else the square around subject and selection.

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
        box = _channel_frame(view, channel, selection)
        subject, mask = "auto", _mask_png(view.read_channel(channel, box), box)
    elif subject == SELECTION:
        chosen = view.selection()
        if chosen is None:
            raise MaskError("Nothing is selected.", "Select the subject, or choose another one.")
        box = _frame(view, chosen.box, selection)
        subject, mask = "auto", _mask_png(chosen.on(box), box)
    elif max(view.width, view.height) <= OVERVIEW:
        box = view.whole
    else:
        box, subject, mask, note = _found_frame(view, subject, selection, link)
    # GIMP sends a large layer tile by tile, and this process waits for most of that time.
    region = Beside(lambda: None if selection is None else _mask_png(selection.on(box), box))
    pixels, alpha = view.read(box)
    return Frame(
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


def _found_frame(
    view: LayerView, subject: str, selection: Selection | None, link: Link
) -> tuple[Box, str, bytes | None, str]:
    """The frame, the subject with its mask on it as a PNG, smaller than the frame, since it was found in a reduced copy, and
    what is to be said of that.

    Where there is no subject the selection's surroundings serve, else everything.
    """
    overview = view.overview()
    size = (overview.width, overview.height)
    bounds, mask, found, note = None, b"", b"", ""
    try:
        answer = link.run(api.MakeMask(png.encode(overview), subject), "Find the subject")
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
        alone = frame_around(selection.box, None, view.width, view.height, ALONE_MARGIN)
        return alone, REGION, None, ""
    box = _frame(view, scaled_up(bounds, size, (view.width, view.height)), selection)
    x, y = overview.width / view.width, overview.height / view.height
    part = Box(
        int(box.left * x), int(box.top * y),
        min(overview.width, max(round(box.right * x), int(box.left * x) + 1)),
        min(overview.height, max(round(box.bottom * y), int(box.top * y) + 1)),
    )  # fmt: skip
    if min(part.width, part.height) >= SMALLEST_SIDE:
        return box, subject, _mask_png(cut(mask, overview.width, part), part), note
    return box, subject, _mask_png(grey_of_picture(found, part, (box.width, box.height)), box), note


def _frame(view: LayerView, subject: Box, selection: Selection | None) -> Box:
    if max(view.width, view.height) <= OVERVIEW:
        return view.whole
    return frame_around(subject, None if selection is None else selection.box, view.width, view.height)


def _channel_frame(view: LayerView, channel: Gimp.Channel, selection: Selection | None) -> Box:
    mask = view.read_channel(channel, view.whole)
    bounds = bounds_of_mask(mask, view.width)
    if bounds is None:
        raise MaskError("The channel is empty on this layer.", "Paint the subject white in it.")
    return _frame(view, bounds, selection)


def _mask_png(mask: bytes, box: Box) -> bytes:
    return png.encode(Pixels(box.width, box.height, 1, 8, mask))


def part_of_alpha(frame: Frame, part: Box) -> bytes:
    """The alpha of a part of the frame, in its pixels."""
    size = frame.pixels.depth // 8
    wide = Box(part.left * size, part.top, part.right * size, part.bottom)
    return cut(frame.alpha, frame.box.width * size, wide)
