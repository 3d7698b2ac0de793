"""Editing a layer: what Edit with tokens, Edit again and Transfer attribute do."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gi.repository import Gimp

from gimp_bridge import png
from gimp_bridge.beside import Beside
from gimp_bridge.changes import changed_places
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
from gimp_bridge.pixels import LayerView, grey_of_picture
from gimp_bridge.png import Pixels
from gimp_bridge.results import Finished, attach, attached, check_mode, insert_results
from gimp_bridge.scene import Scene, check_visible
from gimp_bridge.wording import layer_name
from s2edit_plugin import api, calls
from s2edit_plugin.errors import ImageError, MaskError, PromptError, UsageError

__all__ = ["CHANNEL", "Made", "edit_layer", "make_frame", "remembered", "values_of"]

CHANNEL = "channel:"


@dataclass(frozen=True)
class Frame:
    """What the engine gets to see of a layer.

    Attributes:
        box: which part of the layer. photo: that part as a PNG. subject: how the subject is found, where ``subject_mask``
            does not say. selection: None where nothing is selected. region_mask: the selection on that part as a PNG.
        pixels, alpha: of that part; the alpha is empty where everything is opaque.
    """

    box: Box
    photo: bytes
    pixels: Pixels
    alpha: bytes
    subject: str
    subject_mask: bytes | None
    selection: Selection | None
    region_mask: bytes | None


@dataclass(frozen=True)
class Made:
    """Layers that were made, and sentences for the user. ``hidden``: why nobody sees them, "" where they can be seen."""

    layers: list[Gimp.Layer]
    notes: tuple[str, ...] = ()
    hidden: str = ""


def remembered(image: Gimp.Image, chosen: Gimp.Layer) -> EditValues:
    """The settings that are kept in the chosen layer, else in the image. Raises UsageError where neither has any."""
    values = read_values(attached(chosen)) or read_values(attached(image))
    if values is None:
        raise UsageError(
            "This image holds no edit that could be repeated.", "Use Filters > S²Edit > Edit with tokens…"
        )
    return values


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
    image: Gimp.Image, chosen: Gimp.Layer, values: EditValues, link: Link, again: bool = False
) -> Made:
    """Edit what is seen of a layer and put the results above it; the settings are kept in them and in the image.

    Args:
        again: start from what was seen before ``chosen``, a result, was made; the new one takes its place.

    Raises:
        S2EditError: whatever is wrong, also that nothing visible was changed; the image is as it was then.
    """
    check_visible(chosen)
    names = Names(link.call(calls.ListTokens()).tokens)
    first = names.find(values.token)
    tokens = (first.name, *(names.find(name).name for name in values.tokens[1:]))
    if not values.prompt and not values.attribute:
        raise PromptError("The prompt is empty.", "Say what the picture should show.")
    with Scene(image, chosen, again) as scene:
        check_mode(scene.source)
        view = scene.view
        frame = make_frame(view, values.subject, view.selection(), link)
    values = _with_prompts(values, frame, first.class_noun, link)
    finished, notes, places = [], list[str](), list[tuple[int, int]]()
    for number in range(values.variants):
        part = (number / values.variants, (number + 1) / values.variants)
        request = _request(frame, values, names, tokens, values.seed + number)
        result = link.run(request, "Edit a layer in GIMP", part)
        finished.append(_finished(frame, values, names, result, number, scene.source.get_tattoo()))
        notes += [note for note in result.warnings if note not in notes]
        places += _changes(frame, finished[-1]) if number == 0 or not places else []
    if not places and values.strength > 0:
        raise ImageError(
            "The edit changed nothing that can be seen.",
            "Say more plainly what should be different, or raise strength or guidance.",
        )
    scene.check()
    name = layer_name(names.unnamed(values.prompt))
    look = _Look(image, scene, places)
    made = insert_results(
        view, finished, name, scene.above, stack=scene.stack, lone=scene.is_lone, hides=scene.replaces
    )
    attach(image, finished[0].memory)
    return Made(made, tuple(notes), look.why_hidden())


def _changes(frame: Frame, result: Finished) -> list[tuple[int, int]]:
    """Some places of the layer that a result changes visibly."""
    part = result.box.moved(-frame.box.left, -frame.box.top)
    return [
        (x + frame.box.left, y + frame.box.top)
        for x, y in changed_places(frame.pixels, result.pixels, result.mask, part)
    ]


class _Look:
    """How the image looks at some places, before and after."""

    def __init__(self, image: Gimp.Image, scene: Scene, places: Sequence[tuple[int, int]]) -> None:
        self._image, self._layer = image, scene.source
        left, top = scene.view.x, scene.view.y
        wide, high = image.get_width(), image.get_height()
        moved = [(x + left, y + top) for x, y in places]
        self._places = [(x, y) for x, y in moved if 0 <= x < wide and 0 <= y < high]
        self._has_any = bool(places)
        self._before = self._colours()

    def _colours(self) -> list[Any]:
        return [
            tuple(self._image.pick_color([self._layer], x, y, True, False, 1.0)[1].get_rgba())
            for x, y in self._places
        ]

    def why_hidden(self) -> str:
        """Why the change cannot be seen, "" if it can."""
        if not self._has_any or self._colours() != self._before:
            return ""
        if not self._places:
            return "The result is there, but what it changes lies outside the canvas."
        return "The result is there, but other layers hide it: hide those above it, or move it up."


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
    alpha = _part_of_alpha(frame, part) if frame.alpha else b""
    if frame.selection is not None:
        mask = frame.selection.on(box)
    else:
        mask = cut(grey_of_picture(result.region), frame.box.width, part)
    return Finished(box, png.decode(result.layer), alpha, mask, name, write_values(kept, names))


def _part_of_alpha(frame: Frame, part: Box) -> bytes:
    size = frame.pixels.depth // 8
    wide = Box(part.left * size, part.top, part.right * size, part.bottom)
    return cut(frame.alpha, frame.box.width * size, wide)


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
    pixels, alpha = view.read(box)
    return Frame(
        box=box,
        photo=png.encode(pixels, view.icc),
        pixels=pixels,
        alpha=alpha,
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
