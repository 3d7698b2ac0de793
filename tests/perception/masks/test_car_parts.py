"""Where words belong on a car, and what a colour's name means in a picture."""

from __future__ import annotations

import numpy as np
import pytest
from s2edit_models.drawing import Scene, counterfactual, split_seed

from s2edit_plugin.perception.masks.car_parts import car_places, car_region
from s2edit_plugin.perception.masks.colour_segments import colour_segment, coloured_thing
from s2edit_plugin.perception.masks.refine import overlap


@pytest.mark.parametrize(
    ("source", "target", "places"),
    [
        ("a photo of a car in a city", "a photo of a car with a stripe in a city", ("stripe",)),
        ("a red car", "a red car with a roof rack", ("rack",)),
        ("a car with lights on", "a car", ("lights",)),
        ("a red car", "a blue car", ()),  # its colour says where
        ("a house", "a house with lights on", ()),
        ("a car", "a car with a stripe and a dragon", ()),
    ],
)
def test_changed_words_name_parts_of_a_car(source: str, target: str, places: tuple[str, ...]) -> None:
    assert car_places(source, target) == places


@pytest.mark.parametrize(
    ("place", "change", "bar"),
    [
        ("stripe", {"stripe": "stripe"}, 0.4),
        ("rack", {"rack": "rack"}, 0.4),
        ("lights", {"lights": "on"}, 0.6),
    ],
)
def test_a_part_is_where_the_drawn_answer_changes(place: str, change: dict[str, str], bar: float) -> None:
    found = []
    for index in range(8):
        scene = Scene.of(split_seed("test", 78_000 + index), {}, index, "car")
        answer = counterfactual(scene, **change)
        region = car_region((place,), answer.source.rgb, answer.source.masks["subject"] / np.float32(255))
        assert region is not None
        found.append(overlap(region > 0.5, answer.region))
    assert np.mean(found) > bar


def test_what_is_no_car_from_the_side_has_no_parts() -> None:
    picture = np.zeros((64, 64, 3), np.uint8)
    assert car_region(("stripe",), picture, np.zeros((64, 64), np.float32)) is None
    assert car_region((), picture, np.ones((64, 64), np.float32)) is None


@pytest.mark.parametrize(
    ("source", "target", "thing"),
    [
        ("a red car", "a blue car", ("red", False)),
        ("a table with a red ball", "a table", ("red", True)),
        ("a red ball", "a red ball and a dog", None),
        ("a red ball and a blue cup", "a blue ball and a red cup", None),  # which of both nobody says
        ("a red ball", "a cup", None),
        ("a ball", "a red ball", None),
    ],
)
def test_edits_of_what_has_a_colour(source: str, target: str, thing: tuple[str, bool] | None) -> None:
    assert coloured_thing(source, target) == thing


def _ball(colour: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = np.indices((120, 160), dtype=np.float32)
    inside = np.hypot(rows - 60, columns - 100) < 25
    picture = np.full((120, 160, 3), (150, 140, 120), np.uint8)
    shade = np.clip(1.1 - 0.012 * (rows + columns - 130), 0.5, 1.2)[..., None]
    picture[inside] = np.clip(np.array(colour) * shade, 0, 255).astype(np.uint8)[inside]
    picture[np.hypot(rows - 52, columns - 92) < 4] = 250  # a highlight
    return picture, inside


@pytest.mark.parametrize(
    ("name", "colour"), [("red", (200, 30, 30)), ("blue", (30, 60, 200)), ("yellow", (240, 215, 30))]
)
def test_a_thing_is_where_its_colour_is(name: str, colour: tuple[int, int, int]) -> None:
    picture, inside = _ball(colour)
    found = colour_segment(picture, name, filled=True)
    assert found is not None
    assert overlap(found >= 0.5, inside) > 0.85
    assert colour_segment(picture, "green") is None


def test_a_wall_of_the_colour_is_not_the_thing() -> None:
    picture, inside = _ball((245, 245, 245))
    picture[:30] = 250  # a white wall, larger than the ball
    found = colour_segment(picture, "white", filled=True)
    assert found is not None
    assert found[:25].max() == 0
    assert (found >= 0.5)[inside].mean() > 0.3  # its shade is grey


def test_a_car_is_painted_where_its_paint_is() -> None:
    overlaps = []
    for index, paint in enumerate(("red", "white", "blue", "green")):
        answer = counterfactual(
            Scene.of(split_seed("test", 78_100 + index), {"paint": paint}, index, "car"), paint="yellow"
        )
        found = colour_segment(answer.source.rgb, paint, answer.source.masks["subject"] / np.float32(255))
        assert found is not None
        overlaps.append(overlap(found >= 0.5, answer.region))
    assert np.mean(overlaps) > 0.7
