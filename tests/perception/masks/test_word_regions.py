"""Where words belong on a face, against the regions that drawn answers really change."""

from __future__ import annotations

import numpy as np
import pytest
from s2edit_models.drawing import Scene, counterfactual, split_seed

from s2edit_plugin.perception.masks.refine import overlap
from s2edit_plugin.perception.masks.regions import find_regions
from s2edit_plugin.perception.masks.word_regions import (
    PARTS,
    places_of,
    redraws_shapes,
    replaces_content,
    word_region,
)


@pytest.mark.parametrize(
    ("source", "target", "places"),
    [
        ("a woman with long brown hair", "a woman with long blonde hair", ("hair",)),
        ("a woman with long brown hair", "a woman with short brown hair", ("hairstyle",)),
        ("a woman with brown hair in a red hat", "a woman with brown hair", ("hat",)),
        ("a woman in a red hat", "a woman in a blue hat", ("hat",)),
        ("a woman", "a smiling woman wearing red lipstick", ("lips", "smile")),
        ("a woman wearing sunglasses", "a woman without sunglasses", ("glasses",)),
        ("a woman with her eyes closed", "a woman with her eyes open", ("eyes",)),
        ("a woman in a forest", "a woman on a beach", ("background",)),
        ("a young man", "an old man", ("age",)),
        ("a woman smiling in a city", "a smiling woman in a city", ()),
        ("a woman", "a woman with a dragon", ()),  # a word that nobody placed
        ("a woman", "a woman with red lipstick and a dragon", ()),
        ("a <anna/me> woman", "a <anna/me> woman with green eyes", ("eyes",)),
        ("a red car", "a blue car", ()),
        ("a car in a city", "a car with a stripe in a city", ()),  # the city is another phrase
    ],
)
def test_changed_words_name_places(source: str, target: str, places: tuple[str, ...]) -> None:
    assert places_of(source, target) == places


@pytest.mark.parametrize(
    ("source", "target", "shapes", "content"),
    [
        ("a woman", "a smiling woman", True, False),
        ("a woman", "a woman wearing glasses", True, True),
        ("a woman wearing glasses", "a woman", True, True),
        ("a woman wearing glasses", "a woman in a hat", True, True),
        ("a woman in a red hat", "a woman in a blue hat", False, False),  # the hat stays
        ("a woman in a red hat", "a woman in a red cap", True, True),
        ("a man", "a man with a beard", True, False),
        ("a man with a beard", "a man", True, True),  # a chin comes to light
        ("a woman with long hair", "a woman with short hair", True, False),
        ("a woman", "a smiling woman wearing glasses", True, False),
        ("a woman", "a woman with red lipstick", False, False),
        ("a woman", "a woman in a hat with a dragon", False, False),
        ("a woman", "a woman", False, False),
        ("a red car", "a blue car", False, False),
    ],
)
def test_edits_of_shapes_and_of_content_are_told_apart(
    source: str, target: str, shapes: bool, content: bool
) -> None:
    assert (redraws_shapes(source, target), replaces_content(source, target)) == (shapes, content)


EDITS: list[tuple[str, dict[str, str], dict[str, str], float]] = [
    ("hair", {}, {"hair_color": "blonde"}, 0.6),
    ("hairstyle", {"hair_style": "short"}, {"hair_style": "long"}, 0.5),
    ("smile", {}, {"expression": "smiling"}, 0.5),
    ("surprise", {}, {"expression": "surprised"}, 0.5),
    ("glasses", {}, {"glasses": "glasses"}, 0.5),
    ("glasses", {"glasses": "sunglasses"}, {"glasses": "none"}, 0.45),
    ("hat", {}, {"hat": "red"}, 0.55),
    ("hat", {"hat": "blue"}, {"hat": "none"}, 0.55),
    ("age", {}, {"age": "old"}, 0.4),
    ("lips", {}, {"lipstick": "red"}, 0.45),
    ("beard", {}, {"beard": "beard"}, 0.5),
    ("lids", {}, {"eyeshadow": "blue"}, 0.6),
]


@pytest.mark.parametrize(("place", "look", "change", "bar"), EDITS)
def test_a_place_is_where_the_drawn_answer_changes(
    place: str, look: dict[str, str], change: dict[str, str], bar: float
) -> None:
    found = []
    for index in range(8):
        scene = Scene.of(split_seed("test", 77_000 + index), {}, index)
        if (place, scene.identity.noun) in (("beard", "woman"), ("lips", "man"), ("lids", "man")):
            continue
        answer = counterfactual(scene.with_attributes(**look), **change)
        region = word_region((place,), find_regions(answer.source.rgb))
        assert region is not None
        found.append(overlap(region > 0.5, answer.region))
    assert np.mean(found) >= bar


def test_without_a_face_there_is_no_place() -> None:
    nothing = {name: np.zeros((32, 32), np.float32) for name in PARTS}
    assert word_region(("lips",), nothing) is None
    face = find_regions(counterfactual(Scene.of(3, {}, 3)).source.rgb)
    assert word_region((), face) is None
    both = word_region(("lips", "hair"), face)
    one = word_region(("lips",), face)
    assert both is not None
    assert one is not None
    assert both.sum() > one.sum() > 0
    assert set(np.unique(both)) == {0.0, 1.0}


def test_glasses_that_come_off_are_covered_whole() -> None:
    """Every pair has rims of its own: what is worn is looked for, what is put on is placed by proportion."""
    assert places_of("a woman wearing sunglasses", "a woman") == ("worn glasses",)
    assert places_of("a woman", "a woman wearing sunglasses") == ("glasses",)
    found, usual = [], []
    for number in range(6):
        scene = Scene.of(split_seed("test", 71_700 + number), {"glasses": "sunglasses"}, number)
        answer = counterfactual(scene, 256, glasses="none")
        parts = find_regions(answer.source.rgb)
        for recalls, place in ((found, "worn glasses"), (usual, "glasses")):
            region = word_region((place,), parts)
            assert region is not None
            recalls.append((region > 0.5)[answer.region].mean())
    assert min(found) > 0.85
    assert np.mean(found) > np.mean(usual) + 0.05
