"""Editing a layer: what Edit with tokens, Edit again and Transfer attribute do."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from gi.repository import Gimp

from gimp_bridge import png
from gimp_bridge.beside import Beside
from gimp_bridge.framing import (
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
from gimp_bridge.memory import EditValues, Names, read_values, write_values
from gimp_bridge.pixels import (
    Finished,
    LayerView,
    attach,
    attached,
    grey_of_picture,
    insert_results,
)
from gimp_bridge.png import Pixels
from gimp_bridge.wording import layer_name
from s2edit_plugin import api, calls
from s2edit_plugin.errors import MaskError, PromptError, UsageError

__all__ = ["CHANNEL", "edit_layer", "make_frame", "remembered", "source_of", "values_of"]

CHANNEL = "channel:"


@dataclass(frozen=True)
class Frame:
    """What the engine gets to see of a layer.

    Attributes:
        box: which part of the layer. photo: that part as a PNG. subject: how the subject is found, where ``subject_mask``
            does not say. selection: None where nothing is selected. region_mask: the selection on that part as a PNG.
    """

    box: Box
    photo: bytes
    subject: str
    subject_mask: bytes | None
    selection: Selection | None
    region_mask: bytes | None


def remembered(image: Gimp.Image, chosen: Gimp.Layer) -> EditValues:
    """The settings that are kept in the chosen layer, else in the image. Raises UsageError where neither has any."""
    values = read_values(attached(chosen)) or read_values(attached(image))
    if values is None:
        raise UsageError(
            "This image holds no edit that could be repeated.", "Use Filters > S²Edit > Edit with tokens…"
        )
    return values


def source_of(image: Gimp.Image, chosen: Gimp.Layer, values: EditValues) -> Gimp.Layer:
    """The layer that was edited; the chosen one where it is no result, or that layer is gone."""
    if read_values(attached(chosen)) is None or not values.layer:
        return chosen
    found = image.get_layer_by_tattoo(values.layer)
    return chosen if found is None else found


def values_of(config: Any) -> EditValues:
    """A procedure's arguments."""
    names = {spec.name for spec in config.list_properties()}
    given: dict[str, Any] = {}
    for field in dataclasses.fields(EditValues):
        name = field.name.replace("_", "-")
        if name in names:
            value = config.get_property(name)
            given[field.name] = (value or "").strip() if isinstance(field.default, str) else value
    return EditValues(**given)


# ---------------------------------------------------------------------- the work


def edit_layer(
    image: Gimp.Image, layer: Gimp.Layer, values: EditValues, link: Link, above: Gimp.Layer | None = None
) -> list[Gimp.Layer]:
    """Edit a layer and put the results above it; the settings are kept in them and in the image.

    Args:
        above: another layer to put them above.

    Raises:
        S2EditError: whatever is wrong; the image is as it was then.
    """
    view = LayerView(image, layer)
    names = Names(link.call(calls.ListTokens()).tokens)
    first = names.find(values.token)
    tokens = (first.name, *(names.find(name).name for name in values.tokens[1:]))
    if not values.prompt and not values.attribute:
        raise PromptError("The prompt is empty.", "Say what the picture should show.")
    frame = make_frame(view, values.subject, view.selection(), link)
    values = _with_prompts(values, frame, first.class_noun, link)
    finished = []
    for number in range(values.variants):
        part = (number / values.variants, (number + 1) / values.variants)
        request = _request(frame, values, names, tokens, values.seed + number)
        result = link.run(request, "Edit a layer in GIMP", part)
        finished.append(_finished(frame, values, names, result, number, layer.get_tattoo()))
    name = layer_name(names.unnamed(values.prompt))
    made = insert_results(view, finished, name, above or layer)
    attach(image, finished[0].memory)
    return made


def _with_prompts(values: EditValues, frame: Frame, noun: str, link: Link) -> EditValues:
    """A transfer without a prompt changes nothing but the attribute: what the picture shows stays."""
    if values.prompt:
        return values
    source = values.source_prompt or link.run(api.SuggestPrompt(frame.photo, noun)).prompt
    return dataclasses.replace(values, prompt=source, source_prompt=source)


def _request(
    frame: Frame, values: EditValues, names: Names, tokens: tuple[str, ...], seed: int
) -> api.ApplyEdit:
    settings = api.EditSettings(
        steps=values.steps or api.EditSettings.steps,
        guidance=values.guidance,
        strength=values.strength,
        seed=seed,
    )
    return api.ApplyEdit(
        photo=frame.photo,
        tokens=tokens,
        prompt=names.named(values.prompt),
        source_prompt=names.named(values.source_prompt) or None,
        subject=frame.subject,
        subject_mask=frame.subject_mask,
        region=values.region or "auto",
        region_mask=frame.region_mask,
        settings=settings,
        with_layer=True,
    )


def _finished(
    frame: Frame, values: EditValues, names: Names, result: api.EditResult, number: int, tattoo: int
) -> Finished:
    kept = dataclasses.replace(
        values, seed=values.seed + number, variants=1, layer=tattoo, source_prompt=result.source_prompt
    )
    name = layer_name(names.unnamed(values.prompt), number + 1 if values.variants > 1 else 0)
    part = Box(*result.layer_box)
    box = part.moved(frame.box.left, frame.box.top)
    if frame.selection is not None:
        mask = frame.selection.on(box)
    else:
        mask = cut(grey_of_picture(result.region), frame.box.width, part)
    return Finished(box, png.decode(result.layer), mask, name, write_values(kept, names))


# ---------------------------------------------------------------------- what the engine sees


def make_frame(view: LayerView, subject: str, selection: Selection | None, link: Link) -> Frame:
    """The part of a layer that the engine gets: all of a small one, else the square around subject and selection.

    Raises:
        MaskError: the subject was not found, or there is no channel of that name.
    """
    subject = subject or "auto"
    channel = view.channel(subject.removeprefix(CHANNEL)) if subject.startswith(CHANNEL) else None
    mask = None
    if channel is not None:
        box = _channel_frame(view, channel, selection)
        mask = _mask_png(view.read_channel(channel, box), box)
    elif max(view.width, view.height) <= OVERVIEW:
        box = view.whole
    else:
        box, mask = _found_frame(view, subject, selection, link)
    # GIMP sends a large layer tile by tile, and this process waits for most of that time.
    region = Beside(lambda: None if selection is None else _mask_png(selection.on(box), box))
    pixels, _ = view.read(box)
    return Frame(
        box=box,
        photo=png.encode(pixels, view.icc),
        subject="auto" if channel is not None else subject,
        subject_mask=mask,
        selection=selection,
        region_mask=region.result(),
    )


def _found_frame(view: LayerView, subject: str, selection: Selection | None, link: Link) -> tuple[Box, bytes]:
    """The frame and the subject's mask on it as a PNG, smaller than the frame: it was found in a reduced copy."""
    overview = view.overview()
    size = (overview.width, overview.height)
    found = link.run(api.MakeMask(png.encode(overview), subject), "Find the subject").mask
    mask = grey_of_picture(found)
    bounds = bounds_of_mask(mask, overview.width)
    if bounds is None:
        raise MaskError("No subject was found in this layer.", "Name a channel that shows it.")
    large = scaled_up(bounds, size, (view.width, view.height))
    box = frame_around(large, None if selection is None else selection.box, view.width, view.height)
    x, y = overview.width / view.width, overview.height / view.height
    part = Box(
        int(box.left * x), int(box.top * y),
        min(overview.width, max(round(box.right * x), int(box.left * x) + 1)),
        min(overview.height, max(round(box.bottom * y), int(box.top * y) + 1)),
    )  # fmt: skip
    if min(part.width, part.height) >= SMALLEST_SIDE:
        return box, _mask_png(cut(mask, overview.width, part), part)
    return box, _mask_png(grey_of_picture(found, part, (box.width, box.height)), box)


def _channel_frame(view: LayerView, channel: Gimp.Channel, selection: Selection | None) -> Box:
    mask = view.read_channel(channel, view.whole)
    bounds = bounds_of_mask(mask, view.width)
    if bounds is None:
        raise MaskError("The channel is empty on this layer.", "Paint the subject white in it.")
    if max(view.width, view.height) <= OVERVIEW:
        return view.whole
    return frame_around(bounds, None if selection is None else selection.box, view.width, view.height)


def _mask_png(mask: bytes, box: Box) -> bytes:
    return png.encode(Pixels(box.width, box.height, 1, 8, mask))
