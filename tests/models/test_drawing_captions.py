"""Captions: a closed grammar that tells the truth."""

from __future__ import annotations

import numpy as np
import pytest
from s2edit_models.drawing import (
    ATTRIBUTES,
    DOMAINS,
    GRAMMAR_WORDS,
    Scene,
    attribute_words,
    caption,
    describe,
    edit_prompt,
    sample_scene,
    valid_values,
)
from s2edit_models.drawing.captions import MAX_WORDS


def _says(text: str, phrase: str) -> bool:
    return f" {phrase} " in f" {text} "


@pytest.mark.parametrize("domain", DOMAINS)
def test_captions_stay_in_the_grammar(domain: str) -> None:
    rng = np.random.default_rng(0)
    words = set(GRAMMAR_WORDS)
    for seed in range(300):
        scene = sample_scene(seed, domain)
        for text in (caption(scene, rng), caption(scene, rng, drop=0.0), describe(scene)):
            assert text == text.lower()
            assert set(text.split()) <= words
            assert " ".join(text.split()) == text
            assert len(text.split()) <= MAX_WORDS


@pytest.mark.parametrize("domain", DOMAINS)
def test_captions_are_true(domain: str) -> None:
    rng = np.random.default_rng(1)
    vocabulary = attribute_words(domain)
    # Hair style and colour share one "hair", and paint is a bare colour: compare by the telling word.
    for seed in range(200):
        scene = sample_scene(seed, domain)
        text = caption(scene, rng, drop=0.0)
        for name, values in vocabulary.items():
            actual = scene.nuisance.scene if name == "scene" else scene.attributes[name]
            for value, phrases in values.items():
                if value == actual:
                    continue
                for phrase in phrases:
                    if value not in ("none", "off"):
                        text = text.replace(f"without {phrase}", "").replace(f"no {phrase}", "")
                    if name in ("hair_color", "paint"):
                        noun = "hair" if name == "hair_color" else "car"
                        assert not _says(text, f"{phrase.split()[0]} {noun}"), (text, name, value)
                    elif name == "hair_style":
                        assert not _says(text, value), (text, name, value)
                    else:
                        assert not _says(text, phrase), (text, name, value)


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_description_mentions_all_that_is_not_default(domain: str) -> None:
    vocabulary = attribute_words(domain)
    for seed in range(60):
        scene = sample_scene(seed, domain)
        text = describe(scene)
        assert describe(scene) == text
        for name, value in scene.attributes.items():
            if value != ATTRIBUTES[domain][name][0] and name not in ("hair_color", "hair_style"):
                assert _says(text, vocabulary[name][value][0]), (text, name)
        if domain == "portrait":
            assert _says(text, scene.attributes["hair_color"] + " hair")
            assert _says(text, scene.attributes["hair_style"])


def test_every_value_has_words() -> None:
    for domain in DOMAINS:
        words = attribute_words(domain)
        assert set(words) == {*ATTRIBUTES[domain], "scene"}
        for name, values in ATTRIBUTES[domain].items():
            assert set(words[name]) == set(values)
            assert all(words[name].values())


def test_an_edit_changes_only_its_words() -> None:
    scene = Scene.of(2, {"hair_color": "black", "hair_style": "long"}, 2)
    before, after = describe(scene).split(), edit_prompt(scene, hair_color="blonde").split()
    assert [(a, b) for a, b in zip(before, after, strict=True) if a != b] == [("black", "blonde")]
    added = edit_prompt(scene, glasses="glasses").split()
    assert [word for word in added if word not in before] == ["wearing", "glasses"]
    for value in valid_values(scene.identity, "scene"):
        assert value in edit_prompt(scene, scene=value)


def test_some_captions_are_very_short_and_dropping_drops() -> None:
    rng = np.random.default_rng(2)
    scene = Scene.of(1, {"hat": "red", "glasses": "glasses"}, 1)
    texts = [caption(scene, rng) for _ in range(600)]
    assert 25 <= sum(len(text.split()) == 5 for text in texts) <= 110
    share = np.mean([_says(text, "a red hat") for text in texts])
    assert 0.68 < share < 0.85
