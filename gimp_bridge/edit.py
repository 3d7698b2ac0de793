"""Editing a layer: what Edit with tokens, Edit again and Transfer attribute do."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gi.repository import Gimp

from gimp_bridge import png
from gimp_bridge.changes import changed_places
from gimp_bridge.frame import SELECTION, Frame, make_frame, part_of_alpha, region_selection
from gimp_bridge.framing import Box, cut
from gimp_bridge.link import Link
from gimp_bridge.memory import EditValues, Names, read_values, write_values
from gimp_bridge.pixels import grey_of_picture
from gimp_bridge.results import Finished, attach, attached, check_mode, insert_results
from gimp_bridge.scene import Scene, check_visible
from gimp_bridge.wording import layer_name
from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.errors import ImageError, PromptError, UsageError

__all__ = ["Made", "edit_layer", "remembered", "values_of"]

LOOKS = 24  # about so many changed pixels are compared


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
    names = Names(link.call(queries.ListTokens()).tokens)
    tokens = names.all_of(values)
    if not values.prompt and not values.attribute:
        raise PromptError("The prompt is empty.", "Say what the picture should show.")
    with Scene(image, chosen, again) as scene:
        check_mode(scene.source)
        view = scene.view
        frame = make_frame(view, values.subject, region_selection(view, values.region), link)
    values = dataclasses.replace(values, source_prompt=names.without_gone(values.source_prompt))
    values = _with_prompts(values, frame, tokens[0].class_noun if tokens else "", link)
    work = _Work(frame, values, names, tokens, scene.source.get_tattoo())
    finished, notes, places = [], [frame.note] if frame.note else [], list[tuple[int, int]]()
    for number in range(values.variants):
        part = (number / values.variants, (number + 1) / values.variants)
        result = link.run(work.request(number), "Edit a layer in GIMP", part)
        finished.append(work.finished(result, number))
        notes += [note for note in result.warnings if note not in notes]
        places += _changes(frame, finished[-1]) if number == 0 or not places else []
    if not places and values.strength > 0:
        raise ImageError(
            "The edit changed nothing that can be seen.",
            "Say more plainly what should be different, or raise strength or guidance.",
        )
    scene.check()
    look = _Look(image, scene, places)
    made = insert_results(
        view,
        finished,
        finished[0].name.removesuffix(" (1)"),
        scene.above,
        stack=scene.stack,
        lone=scene.is_lone,
        hides=scene.replaces,
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
        inside = [(x, y) for x, y in moved if 0 <= x < wide and 0 <= y < high]
        self._places = inside[:: max(1, len(inside) // LOOKS)]
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
        # GIMP may not have put groups together yet; this makes it.
        Gimp.Layer.new_from_visible(self._image, self._image, "S2Edit").delete()
        if self._colours() != self._before:
            return ""
        return "The result is there, but the image looks as before: layers above hide it, or it was edited like this already."


def _with_prompts(values: EditValues, frame: Frame, noun: str, link: Link) -> EditValues:
    """A transfer without a prompt changes nothing but the attribute: what the picture shows stays."""
    if values.prompt:
        return values
    source = values.source_prompt or link.run(api.SuggestPrompt(frame.photo, noun)).prompt
    return dataclasses.replace(values, prompt=source, source_prompt=source, suggestion="")


@dataclass(frozen=True)
class _Work:
    """One edit of several variants. ``tattoo``: of the layer that is edited."""

    frame: Frame
    values: EditValues
    names: Names
    tokens: tuple[queries.TokenInfo, ...]
    tattoo: int

    @property
    def has_source(self) -> bool:
        """Whether the user typed a source prompt, or changed the one that was suggested."""
        return self.values.source_prompt not in ("", self.values.suggestion)

    def request(self, number: int) -> api.ApplyEdit:
        """What the engine is asked for the variant of this number, from 0."""
        values, frame = self.values, self.frame
        settings = api.EditSettings(
            steps=values.steps or api.EditSettings.steps,
            guidance=values.guidance,
            strength=values.strength,
            seed=values.seed + number,
        )
        return api.ApplyEdit(
            photo=frame.photo,
            tokens=tuple(token.name for token in self.tokens),
            prompt=self.names.named(values.prompt),
            source_prompt=self.names.named(values.source_prompt) or None,
            source_suggested=bool(values.source_prompt) and not self.has_source,
            subject=frame.subject,
            subject_mask=frame.subject_mask,
            region="auto" if values.region in ("", SELECTION) else values.region,
            region_mask=frame.region_mask,
            settings=settings,
            with_layer=True,
        )

    def finished(self, result: api.EditResult, number: int) -> Finished:
        """The variant as a layer."""
        values, frame = self.values, self.frame
        kept = dataclasses.replace(
            values,
            seed=values.seed + number,
            variants=1,
            layer=self.tattoo,
            # What nobody typed is looked for again the next time: it was made for this prompt.
            source_prompt=result.source_prompt if self.has_source else values.source_prompt,
        )
        attribute = self.names.find(values.attribute).class_noun if values.attribute else ""
        name = layer_name(
            result.source_prompt, result.target_prompt, attribute, number + 1 if values.variants > 1 else 0
        )
        part = Box(*result.layer_box)
        box = part.moved(frame.box.left, frame.box.top)
        alpha = part_of_alpha(frame, part) if frame.alpha else b""
        if frame.selection is not None:
            mask = frame.selection.on(box)
        else:
            mask = cut(grey_of_picture(result.region), frame.box.width, part)
        return Finished(box, png.decode(result.layer), alpha, mask, name, write_values(kept, self.names))
