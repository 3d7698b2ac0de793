"""What the benchmark asks for: drawn people, edits in words, and the exact right answer where there is one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from s2edit_models.drawing import Scene, counterfactual, describe, edit_prompt, sample_identity, split_seed
from s2edit_models.drawing.counterfactual import Counterfactual

from s2edit_plugin.errors import UsageError

__all__ = ["Case", "Subject", "portraits"]

HAIR_COLORS = ("black", "brown", "blonde", "red", "grey")
HAIR_STYLES = ("short", "long")


@dataclass(frozen=True)
class Case:
    """One edit of one person.

    Attributes:
        edit: name of the attribute that changes. value: what it changes to. prompt: target prompt.
        answer: source and right answer; its ``determined`` says whether there is exactly one.
    """

    edit: str
    value: str
    prompt: str
    answer: Counterfactual


@dataclass(frozen=True)
class Subject:
    """One person: uint8 (128, 128, 3) picture, class noun, source prompt, and the edits asked for."""

    index: int
    noun: str
    prompt: str
    picture: np.ndarray
    cases: tuple[Case, ...]


def portraits(count: int, seed: int) -> list[Subject]:
    """``count`` people of the test split, each with hair colour, smile, glasses and, for women, lipstick.

    Args:
        seed: where in the split to begin; different seeds give different people.
    """
    subjects = []
    for index in range(count):
        key = split_seed("test", 10_000 * (seed + 1) + index)
        identity = sample_identity(key)
        rng = np.random.default_rng(key)
        color, style = str(rng.choice(HAIR_COLORS)), str(rng.choice(HAIR_STYLES))
        scene = Scene.of(key, {"hair_color": color, "hair_style": style}, key)
        new_color = str(rng.choice([c for c in HAIR_COLORS if c != color]))
        wanted = [("hair_color", new_color), ("expression", "smiling"), ("glasses", "glasses")]
        if identity.noun == "woman":
            wanted.append(("lipstick", str(rng.choice(["red", "purple"]))))
        cases = []
        for name, value in wanted:
            change = {name: value}
            cases.append(
                Case(name, value, edit_prompt(scene, **change), counterfactual(scene, 128, **change))
            )
        subjects.append(
            Subject(index, identity.noun, describe(scene), cases[0].answer.source.rgb, tuple(cases))
        )
    return subjects


def suite(name: str, count: int, seed: int) -> list[Subject]:
    """The subjects of a suite by name. Raises UsageError for an unknown one."""
    if name != "portraits":
        raise UsageError(f"There is no suite '{name}'.", "Use --suite portraits.")
    return portraits(count, seed)
