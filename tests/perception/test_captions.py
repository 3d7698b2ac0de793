"""A captioner's sentence made into a source prompt, and who is asked for one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from s2edit_models.drawing import Scene, render
from skimage.data import astronaut, cat, coffee

from s2edit_plugin.errors import ModelError
from s2edit_plugin.perception.captioning import suggest
from s2edit_plugin.perception.captions import beginning_for, has_noun, plain_prompt, shorter, tidy
from s2edit_plugin.perception.networks.installed import Networks
from s2edit_plugin.storage.paths import DataFolder, models_package
from tests.fakes.networks import record_network
from tests.fakes.transformers_networks import write_captioner


@pytest.mark.parametrize(
    ("said", "noun", "prompt"),
    [
        ("a woman with long brown hair", "woman", "a photo of a woman with long brown hair"),
        ("a photo of a woman with long hair", "woman", "a photo of a woman with long hair"),
        ("there is a lady with with red hair", "woman", "a photo of a woman with red hair"),
        ("arafed woman smiling in front of a car", "woman", "a photo of a woman smiling in front of a car"),
        ("araffe man in a suit and tie and tie", "man", "a photo of a man in a suit and tie"),
        ("a close up of a young girl in the snow", "woman", "a photo of a young woman in the snow"),
        ("an actor on a stage", "woman", "a photo of a woman on a stage"),
        ("a picture of an astronaut in an orange suit", "woman", "a photo of a woman, an astronaut in an orange suit"),
        ("two women sitting on a bench", "woman", "a photo of a woman, two women sitting on a bench"),
        ("a black and white photo of a man", "man", "a photo of a man, black and white"),
        ("a red car parked on a street", "car", "a photo of a red car parked on a street"),
        ("a vehicle on a street", "race car", "a photo of a race car, a vehicle on a street"),
        ("a woman smiling", "lipstick", "a photo of a woman smiling with lipstick"),
        ("a woman wearing red lipstick", "lipstick", "a photo of a woman wearing red lipstick"),
        ("A WOMAN, smiling <anna/me>.\n", "woman", "a photo of a woman, smiling anna me"),
        ("woman with a hat", "", "a photo of a woman with a hat"),
        ("a dog", "", "a photo of a dog"),
        ("a man on a raft", "man", "a photo of a man on a raft"),
        ("", "woman", "a photo of a woman"),
        ("a photo of", "actress", "a photo of an actress"),
        ("", "", "a photo of"),
    ],
)  # fmt: skip
def test_captions_become_prompts(said: str, noun: str, prompt: str) -> None:
    assert tidy(said, noun) == prompt


def test_endless_captions_are_cut_where_a_phrase_ends() -> None:
    words = [f"word{n}" for n in range(40)]
    prompt = tidy(f"a woman {' '.join(words[:21])} with a {' '.join(words[21:])}", "woman")
    assert prompt == f"a photo of a woman {' '.join(words[:21])}"
    assert shorter("a woman in a red hat", 5) == "a woman in a red"
    assert shorter("a woman in a red hat", 4) == "a woman"
    assert shorter("in a", 2) == ""


def test_the_captioner_is_told_what_it_looks_at() -> None:
    assert beginning_for("woman") == plain_prompt("woman") == "a photo of a woman"
    assert beginning_for("old car") == "a photo of an old car"
    assert beginning_for("lipstick") == beginning_for("") == "a photo of"
    assert has_noun("a photo of a Race  Car", "race car")
    assert not has_noun("a photo of a carpet", "car")
    assert not has_noun("a photo", "")


@pytest.fixture
def networks(data_home: Path) -> Networks:
    write_captioner(data_home / "models" / "captioner")
    record_network(DataFolder(data_home), "captioner", "captioner")
    return Networks(DataFolder(data_home))


def test_photographs_are_described_by_the_captioner(networks: Networks) -> None:
    found = suggest(astronaut(), networks, "woman")
    assert found.seen_by == "the captioner BLIP"
    assert found.prompt.startswith("a photo of a woman")
    assert len(found.prompt) > len("a photo of a woman")
    assert suggest(astronaut(), networks).prompt.startswith("a photo of ")


def test_drawn_pictures_are_described_by_the_judge(networks: Networks) -> None:
    with Image.open(models_package() / "samples" / "anna.png") as image:
        anna = np.asarray(image.convert("RGB"))
    found = suggest(anna, networks, "woman")
    assert found.seen_by == "the drawn pictures' judge"
    assert "hair" in found.prompt
    assert found.note == suggest(anna, networks, "lady").note == suggest(anna, networks).note == ""
    man = suggest(anna, networks, "man")
    assert " man with long brown hair" in man.prompt
    assert man.note == "The photo looks like a woman; 'man' is believed."


def test_without_a_captioner_photographs_are_not_described_and_that_is_said(data_home: Path) -> None:
    nothing = Networks(DataFolder(data_home))
    assert suggest(astronaut(), nothing, "woman").prompt == "a photo of a woman"
    assert suggest(coffee(), nothing).prompt == "a photo"
    for picture in (astronaut(), coffee(), cat()):
        assert "captioner, which is not installed" in suggest(picture, nothing).note


def test_the_class_noun_says_what_is_looked_for(data_home: Path) -> None:
    nothing = Networks(DataFolder(data_home))
    car = render(Scene.of(3, {}, 3, "car")).rgb.copy()
    assert suggest(car, nothing, "car").note == ""
    assert suggest(car, nothing, "automobile").prompt.startswith("a photo of an automobile, a ")
    found = suggest(car, nothing, "lady")
    assert found.prompt.startswith("a photo of a")
    assert "lady" in found.prompt
    assert not {"car", "rack", "stripe", "lights"}.intersection(found.prompt.split())
    grey = np.array(Image.fromarray(render(Scene.of(5, {}, 5, "portrait")).rgb).convert("L").convert("RGB"))
    assert "person" in suggest(grey, nothing, "person").prompt
    assert "car" not in suggest(grey[::-1, ::-1].copy(), nothing, "person").prompt
    for side in (1, 3, 16):
        assert "woman" in suggest(np.full((side, side, 3), 90, np.uint8), nothing, "woman").prompt


def test_a_damaged_captioner_is_said(networks: Networks, data_home: Path) -> None:
    (data_home / "models" / "captioner" / "model.safetensors").write_bytes(b"\0" * 100)
    with pytest.raises(ModelError, match="The captioner cannot be loaded"):
        suggest(astronaut(), networks)
