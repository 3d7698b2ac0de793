"""Counterfactuals equal their source outside the region, and change visibly inside it."""

from __future__ import annotations

import numpy as np
import pytest
from s2edit_models.drawing import (
    ATTRIBUTES,
    DOMAINS,
    SCENES,
    Scene,
    counterfactual,
    sample_identity,
    sample_scene,
    valid_values,
)
from s2edit_models.drawing.counterfactual import AFFECTED, ENOUGH, hidden_traits

CASES = [(domain, name) for domain in DOMAINS for name in ATTRIBUTES[domain]]
_NEEDS = {"beard": "man", "lipstick": "woman", "eyeshadow": "woman"}


def _scenes(domain: str, name: str) -> list[Scene]:
    """Three sampled scenes in which the attribute can be changed and seen."""
    seeds = (seed for seed in range(200, 400))
    if domain == "portrait" and name in _NEEDS:
        seeds = (seed for seed in seeds if sample_identity(seed).noun == _NEEDS[name])
    scenes = [sample_scene(seed, domain) for _, seed in zip(range(3), seeds, strict=False)]
    if name == "eyeshadow":
        scenes = [scene.with_attributes(glasses="none") for scene in scenes]
    return scenes


def test_every_attribute_names_its_parts() -> None:
    names = {name for domain in DOMAINS for name in ATTRIBUTES[domain]}
    assert set(AFFECTED) == names | {"scene"}


@pytest.mark.parametrize(("domain", "name"), CASES)
def test_only_the_region_changes_and_it_does(domain: str, name: str) -> None:
    for scene in _scenes(domain, name):
        for value in valid_values(scene.identity, name):
            if value == scene.attributes[name]:
                continue
            pair = counterfactual(scene, **{name: value})
            change = np.abs(pair.source.rgb.astype(int) - pair.target.rgb).mean(axis=-1)
            assert pair.region.shape == (128, 128)
            assert change[~pair.region].max() == 0.0
            assert 0.0 < pair.region.mean() < 0.7
            assert change[pair.region].mean() > 3.0, (name, value)
            assert (change > 12).sum() > 30, (name, value)
            assert pair.target_scene.attributes == {**scene.attributes, name: value}


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_change_of_scene_leaves_the_subject(domain: str) -> None:
    scene = sample_scene(11, domain)
    value = next(name for name in SCENES if name != scene.nuisance.scene)
    pair = counterfactual(scene, scene=value)
    assert not pair.determined
    assert np.array_equal(pair.source.rgb[~pair.region], pair.target.rgb[~pair.region])
    # Soft seams between layers may let a trace of the background through.
    assert pair.region[pair.source.masks["subject"] == 255].mean() < 0.03


def test_several_changes_and_another_size() -> None:
    pair = counterfactual(sample_scene(4, "portrait"), size=96, hair_color="blonde", hat="blue", age="old")
    assert np.array_equal(pair.source.rgb[~pair.region], pair.target.rgb[~pair.region])


def test_no_change_has_an_empty_region() -> None:
    scene = sample_scene(4, "portrait")
    pair = counterfactual(scene, age=scene.attributes["age"])
    assert not pair.region.any()
    assert pair.determined
    assert np.array_equal(pair.source.rgb, pair.target.rgb)


@pytest.mark.parametrize(
    ("name", "old", "new", "low", "high"),
    [
        ("hair_color", "brown", "red", 0.95, 1.0),
        ("hat", "red", "blue", 0.95, 1.0),
        ("glasses", "glasses", "none", 0.9, 1.0),  # eyes are seen through them
        ("glasses", "sunglasses", "none", 0.4, 0.95),  # but not through these
        ("expression", "neutral", "smiling", 0.3, 0.9),  # nobody knows how she smiles
        ("glasses", "none", "sunglasses", 0.0, 0.3),  # nor what glasses she would wear
        ("hat", "none", "red", 0.0, 0.4),
    ],
)
def test_what_source_and_words_settle(name: str, old: str, new: str, low: float, high: float) -> None:
    pair = counterfactual(Scene.of(1, {name: old}, 1), size=64, **{name: new})
    share = pair.settled.sum() / pair.region.sum()
    assert low <= share <= high
    assert not (pair.settled & ~pair.region).any()
    assert pair.determined == (share >= ENOUGH)


def test_what_another_picture_shows_is_not_hidden() -> None:
    covered = Scene.of(2, {"glasses": "sunglasses"}, 2)
    hidden = hidden_traits(covered)
    assert {"iris_r", "iris_g", "iris_b"} <= set(hidden)
    assert "nose_w" not in hidden
    alone = counterfactual(covered, 64, glasses="none")
    together = counterfactual(covered, 64, Scene.of(2, {}, 3), glasses="none")
    assert together.settled.sum() > alone.settled.sum()
