"""The drawing program: determinism, masks, independence of its streams, round trips."""

from __future__ import annotations

import numpy as np
import pytest
from s2edit_models.drawing import (
    ATTRIBUTES,
    DOMAINS,
    SCENES,
    Scene,
    draw,
    natural_texture,
    render,
    sample_attributes,
    sample_identity,
    sample_nuisance,
    sample_scene,
    split_seed,
    valid_values,
)
from s2edit_models.drawing.dataset import SPLITS
from s2edit_models.drawing.picture import MASKS
from s2edit_models.drawing.streams import stream


def _woman(start: int = 0) -> int:
    return next(seed for seed in range(start, start + 99) if sample_identity(seed).noun == "woman")


def _man(start: int = 0) -> int:
    return next(seed for seed in range(start, start + 99) if sample_identity(seed).noun == "man")


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_same_seed_draws_the_same_picture(domain: str) -> None:
    first, second = (render(sample_scene(41, domain)) for _ in range(2))
    assert first.rgb.dtype == np.uint8
    assert first.rgb.shape == (128, 128, 3)
    assert np.array_equal(first.rgb, second.rgb)
    assert not np.array_equal(first.rgb, render(sample_scene(42, domain)).rgb)


def test_streams_of_parts_are_independent() -> None:
    assert not np.array_equal(stream(5, "hat").random(4), stream(5, "hair").random(4))
    assert np.array_equal(stream(5, "hat").random(4), stream(5, "hat").random(4))


def test_identity_attributes_and_nuisance_have_their_own_seeds() -> None:
    one, other = Scene.of(7, 8, 9), Scene.of(7, 10, 11)
    assert one.identity == other.identity
    assert one.nuisance == sample_nuisance(9)
    assert one.attributes == sample_attributes(8, one.identity)
    assert one.nuisance != other.nuisance


@pytest.mark.parametrize("domain", DOMAINS)
def test_sampled_attributes_are_valid_and_reach_every_value(domain: str) -> None:
    seen: dict[str, set[str]] = {name: set() for name in ATTRIBUTES[domain]}
    for seed in range(120):
        scene = sample_scene(seed, domain)
        assert list(scene.attributes) == list(ATTRIBUTES[domain])
        for name, value in scene.attributes.items():
            assert value in valid_values(scene.identity, name)
            seen[name].add(value)
    assert seen == {name: set(values) for name, values in ATTRIBUTES[domain].items()}


def test_five_pictures_of_six_are_portraits() -> None:
    count = sum(sample_scene(seed).domain == "portrait" for seed in range(400))
    assert 310 <= count <= 370


def test_values_of_the_other_gender_are_refused() -> None:
    man, woman = Scene.of(_man(), {}, 1), Scene.of(_woman(), {}, 1)
    with pytest.raises(ValueError, match="lipstick"):
        man.with_attributes(lipstick="red")
    with pytest.raises(ValueError, match="beard"):
        woman.with_attributes(beard="beard")
    with pytest.raises(ValueError, match="wings"):
        man.with_attributes(wings="yes")
    assert man.with_attributes(scene="city").nuisance.scene == "city"


@pytest.mark.parametrize("domain", DOMAINS)
def test_json_round_trip(domain: str) -> None:
    scene = sample_scene(3, domain)
    again = Scene.from_json(scene.to_json())
    assert again == scene
    assert np.array_equal(render(again).rgb, render(scene).rgb)


def test_masks_of_a_portrait() -> None:
    for seed in range(6):
        picture = render(Scene.of(seed, {"hair_style": "long"}, seed))
        assert tuple(picture.masks) == MASKS
        for name, mask in picture.masks.items():
            assert mask.dtype == np.uint8
            assert mask.shape == (128, 128)
            assert mask.max() > 200, name
        area = {name: float((mask > 127).mean()) for name, mask in picture.masks.items()}
        assert 0.3 < area["subject"] < 0.8
        assert area["face"] > 0.1
        assert area["hair"] > 0.05
        assert 0.002 < area["lips"] < 0.05
        assert 0.004 < area["eyes"] < 0.05
        assert area["subject"] > area["face"] > area["lips"]
        # Lips and eyes lie in the face; shoulders touch the lower border.
        for name in ("lips", "eyes"):
            assert (picture.masks["face"][picture.masks[name] > 127] > 127).all()
        assert picture.masks["subject"][-1].max() == 255
        assert picture.masks["subject"][0, 0] == 0


def test_sunglasses_hide_the_eyes_and_glasses_do_not() -> None:
    scene = Scene.of(_woman(), {"glasses": "sunglasses", "expression": "surprised"}, 2)
    assert render(scene).masks["eyes"].max() == 0
    clear = render(scene.with_attributes(glasses="glasses")).masks["eyes"]
    assert clear.max() > 200


def test_masks_of_a_car_hold_the_subject_only() -> None:
    masks = render(sample_scene(5, "car")).masks
    assert 0.1 < (masks["subject"] > 127).mean() < 0.6
    assert all(masks[name].max() == 0 for name in MASKS if name != "subject")


def test_every_layer_lies_in_the_picture_and_is_a_coverage() -> None:
    for seed in range(12):
        picture = render(sample_scene(seed))
        for layer in picture.layers:
            assert layer.alpha.dtype == np.float32
            assert layer.alpha.shape == picture.rgb[layer.window].shape[:2], layer.name
            assert layer.alpha.min() >= 0.0, layer.name
            assert layer.alpha.max() <= 1.0, layer.name


@pytest.mark.parametrize("size", [32, 96, 256])
def test_the_composition_does_not_depend_on_the_size(size: int) -> None:
    for domain in DOMAINS:
        scene = sample_scene(17, domain)
        picture = render(scene, size)
        assert picture.rgb.shape == (size, size, 3)
        area = (picture.masks["subject"] > 127).mean()
        assert area == pytest.approx((render(scene).masks["subject"] > 127).mean(), abs=0.02)


def test_a_word_has_one_look_given_the_identity() -> None:
    """The layers of a part are the same whatever the other attributes and the background are."""
    seed = _woman()
    plain = {"hat": "red", "glasses": "glasses", "lipstick": "red"}
    other = {**plain, "hair_color": "blonde", "age": "old", "blush": "blush", "eyeshadow": "blue"}
    a, b = render(Scene.of(seed, plain, 4)), render(Scene.of(seed, other, 4).with_attributes(scene="forest"))
    for part in ("hat", "glasses", "mouth"):
        one = [layer for layer in a.layers if layer.name == part]
        two = [layer for layer in b.layers if layer.name == part]
        assert len(one) == len(two) > 0
        for left, right in zip(one, two, strict=True):
            assert left.window == right.window
            assert np.array_equal(left.alpha, right.alpha)
    inside = np.zeros((128, 128), bool)
    for layer in a.layers:
        if layer.name == "hat":
            inside[layer.window] |= layer.alpha >= 1.0
    assert inside.sum() > 500
    assert np.array_equal(a.rgb[inside], b.rgb[inside])


def test_people_look_different() -> None:
    faces = [render(Scene.of(seed, {}, 1)).rgb[40:100, 35:93].astype(float) for seed in range(8)]
    gaps = [np.abs(a - b).mean() for i, a in enumerate(faces) for b in faces[:i]]
    assert np.median(gaps) > 20.0


def test_splits_are_disjoint() -> None:
    seeds = {split_seed(split, index) for split in SPLITS for index in (0, 1, 2**48 - 1)}
    assert len(seeds) == 3 * len(SPLITS)
    with pytest.raises(ValueError, match="outside"):
        split_seed("train", 2**48)
    with pytest.raises(ValueError, match="holdout"):
        split_seed("holdout", 0)
    picture, scene = draw(split_seed("train", 12))
    assert np.array_equal(picture.rgb, render(scene).rgb)


def test_backgrounds_differ_and_leave_the_person_alone() -> None:
    scene = Scene.of(3, {}, 3)
    pictures = [render(scene.with_attributes(scene=name)) for name in SCENES]
    person = pictures[0].masks["subject"] == 255
    for picture in pictures[1:]:
        assert np.abs(picture.rgb.astype(int) - pictures[0].rgb)[~person].mean() > 8.0
        # A mask of 255 may stand for a coverage of 0.998, which lets one grey level through.
        assert np.abs(picture.rgb.astype(int) - pictures[0].rgb)[person].max() <= 1


def test_natural_textures() -> None:
    pictures = [natural_texture(np.random.default_rng(seed), 64) for seed in range(20)]
    for picture in pictures:
        assert picture.shape == (64, 64, 3)
        assert picture.dtype == np.uint8
    assert np.array_equal(pictures[4], natural_texture(np.random.default_rng(4), 64))
    assert np.mean([picture.std() for picture in pictures]) > 20.0
