"""Editing a layer: what Edit with tokens, Edit again and Transfer attribute do."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gi.repository import Gimp

from gimp_bridge import png
from gimp_bridge.changes import changed_pixels
from gimp_bridge.crop import SELECTION, Crop, crop_layer, part_of_alpha, region_selection
from gimp_bridge.crop_box import Box, cut
from gimp_bridge.engine_client import EngineClient
from gimp_bridge.pixels import grey_of_picture
from gimp_bridge.results import ResultLayer, check_mode, insert_results, read_parasite, write_parasite
from gimp_bridge.scene import Scene, check_visible
from gimp_bridge.settings_parasite import EditValues, TokenNames, read_values, write_values
from gimp_bridge.wording import layer_name
from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.errors import ImageError, PromptError, UsageError

__all__ = ["EditOutcome", "edit_layer", "stored_values", "values_of"]

COMPARED_PIXELS = 24  # changed pixels compared in the image, about


@dataclass(frozen=True)
class EditOutcome:
    """New layers and sentences for the user. ``hidden``: why the change is not visible, "" where it is."""

    layers: list[Gimp.Layer]
    notes: tuple[str, ...] = ()
    hidden: str = ""


def stored_values(image: Gimp.Image, chosen: Gimp.Layer) -> EditValues:
    """The settings stored in the chosen layer, else in the image. Raises UsageError where neither has any."""
    values = read_values(read_parasite(chosen)) or read_values(read_parasite(image))
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


def edit_layer(
    image: Gimp.Image, chosen: Gimp.Layer, values: EditValues, engine: EngineClient, again: bool = False
) -> EditOutcome:
    """Edit the visible content of a layer and insert the results above it; the settings are stored in them and in the image.

    Args:
        again: start from the visible layers below ``chosen``, a result; the new result replaces it.

    Raises:
        S2EditError: whatever is wrong, also that nothing visible was changed; the image is as it was then.
    """
    check_visible(chosen)
    names = TokenNames(engine.call(queries.ListTokens()).tokens)
    tokens = names.all_of(values)
    if not values.prompt and not values.attribute:
        raise PromptError("The prompt is empty.", "Say what the picture should show.")
    with Scene(image, chosen, again) as scene:
        check_mode(scene.source)
        view = scene.view
        crop = crop_layer(view, values.subject, region_selection(view, values.region), engine)
    values = dataclasses.replace(values, source_prompt=names.without_missing(values.source_prompt))
    values = _with_prompts(values, crop, tokens[0].class_noun if tokens else "", engine)
    plan = _EditPlan(crop, values, names, tokens, scene.source.get_tattoo())
    results, notes, places = list[ResultLayer](), [crop.note] if crop.note else [], list[tuple[int, int]]()
    for number in range(values.variants):
        part = (number / values.variants, (number + 1) / values.variants)
        result = engine.run(plan.request(number), "Edit a layer in GIMP", part)
        results.append(plan.result_layer(result, number))
        notes += [note for note in result.warnings if note not in notes]
        places += _changed_places(crop, results[-1]) if number == 0 or not places else []
    if not places and values.strength > 0:
        raise ImageError(
            "The edit changed nothing that can be seen.",
            "Say more plainly what should be different, or raise strength or guidance.",
        )
    scene.check()
    appearance = _Appearance(image, scene, places)
    made = insert_results(
        view,
        results,
        results[0].name.removesuffix(" (1)"),
        scene.above,
        stack=scene.stack,
        source_missing=scene.source_missing,
        replaces=scene.replaces,
    )
    write_parasite(image, results[0].settings)
    return EditOutcome(made, tuple(notes), appearance.why_hidden())


def _changed_places(crop: Crop, result: ResultLayer) -> list[tuple[int, int]]:
    """Some places of the layer that a result changes visibly."""
    part = result.box.moved(-crop.box.left, -crop.box.top)
    return [
        (x + crop.box.left, y + crop.box.top)
        for x, y in changed_pixels(crop.pixels, result.pixels, result.mask, part)
    ]


class _Appearance:
    """How the image looks at some places, before and after."""

    def __init__(self, image: Gimp.Image, scene: Scene, places: Sequence[tuple[int, int]]) -> None:
        self._image, self._layer = image, scene.source
        left, top = scene.view.x, scene.view.y
        wide, high = image.get_width(), image.get_height()
        moved = [(x + left, y + top) for x, y in places]
        inside = [(x, y) for x, y in moved if 0 <= x < wide and 0 <= y < high]
        self._places = inside[:: max(1, len(inside) // COMPARED_PIXELS)]
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
        # GIMP renders groups lazily; a new layer from the visible ones forces it.
        Gimp.Layer.new_from_visible(self._image, self._image, "S2Edit").delete()
        if self._colours() != self._before:
            return ""
        return "The result is there, but the image looks as before: layers above hide it, or it was edited like this already."


def _with_prompts(values: EditValues, crop: Crop, noun: str, engine: EngineClient) -> EditValues:
    """A transfer without a prompt changes nothing but the attribute: what the picture shows stays."""
    if values.prompt:
        return values
    source = values.source_prompt or engine.run(api.SuggestPrompt(crop.photo, noun)).prompt
    return dataclasses.replace(values, prompt=source, source_prompt=source, suggestion="")


@dataclass(frozen=True)
class _EditPlan:
    """One edit of several variants. ``tattoo``: of the layer that is edited."""

    crop: Crop
    values: EditValues
    names: TokenNames
    tokens: tuple[queries.TokenInfo, ...]
    tattoo: int

    @property
    def has_source(self) -> bool:
        """Whether the user typed a source prompt, or changed the one that was suggested."""
        return self.values.source_prompt not in ("", self.values.suggestion)

    def request(self, number: int) -> api.ApplyEdit:
        """The request for one variant, counted from 0."""
        values, crop = self.values, self.crop
        settings = api.EditSettings(
            steps=values.steps or api.EditSettings.steps,
            guidance=values.guidance,
            strength=values.strength,
            seed=values.seed + number,
        )
        return api.ApplyEdit(
            photo=crop.photo,
            tokens=tuple(token.name for token in self.tokens),
            prompt=self.names.with_names(values.prompt),
            source_prompt=self.names.with_names(values.source_prompt) or None,
            source_suggested=bool(values.source_prompt) and not self.has_source,
            subject=crop.subject,
            subject_mask=crop.subject_mask,
            region="auto" if values.region in ("", SELECTION) else values.region,
            region_mask=crop.region_mask,
            settings=settings,
            with_layer=True,
        )

    def result_layer(self, result: api.EditResult, number: int) -> ResultLayer:
        """The variant as a layer."""
        values, crop = self.values, self.crop
        kept = dataclasses.replace(
            values,
            seed=values.seed + number,
            variants=1,
            layer=self.tattoo,
            # A source prompt that the user did not type is suggested anew the next time: it was made for this prompt.
            source_prompt=result.source_prompt if self.has_source else values.source_prompt,
        )
        attribute = self.names.find(values.attribute).class_noun if values.attribute else ""
        name = layer_name(
            result.source_prompt, result.target_prompt, attribute, number + 1 if values.variants > 1 else 0
        )
        part = Box(*result.layer_box)
        box = part.moved(crop.box.left, crop.box.top)
        alpha = part_of_alpha(crop, part) if crop.alpha else b""
        if crop.selection is not None:
            mask = crop.selection.on(box)
        else:
            mask = cut(grey_of_picture(result.region), crop.box.width, part)
        return ResultLayer(box, png.decode(result.layer), alpha, mask, name, write_values(kept, self.names))
