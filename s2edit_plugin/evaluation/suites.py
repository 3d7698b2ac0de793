"""What the benchmark asks for: drawn people, edits in words, and the exact right answer as far as there is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from s2edit_models.drawing import (
    Scene,
    counterfactual,
    describe,
    edit_prompt,
    render,
    sample_identity,
    split_seed,
)
from s2edit_models.drawing.counterfactual import Counterfactual
from s2edit_models.drawing.scene import valid_values

from s2edit_plugin.errors import Sentence, UsageError

__all__ = [
    "SUITES",
    "AskedEdit",
    "Case",
    "Shot",
    "Subject",
    "objects",
    "other_photo",
    "people",
    "portraits",
    "suite",
]

HAIR_COLORS = ("black", "brown", "blonde", "red", "grey")
HAIR_STYLES = ("short", "long")
SIZE = 128


@dataclass(frozen=True)
class AskedEdit:
    """One edit of one picture: what kind of edit it is, and the target prompt."""

    kind: str
    prompt: str

    @property
    def answered(self) -> Case:
        """This edit, with its right answer. Raises TypeError where none is known."""
        raise TypeError(f"nobody knows the right answer to '{self.prompt}'")


@dataclass(frozen=True)
class Case(AskedEdit):
    """One edit whose right answer is known.

    Attributes:
        changes: attribute -> value that it changes to.
        answer: source and right answer; its ``settled`` says where there is exactly one.
    """

    changes: dict[str, str]
    answer: Counterfactual

    @property
    def answered(self) -> Case:
        """See `AskedEdit.answered`."""
        return self

    @property
    def shown(self) -> dict[str, str]:
        """Attribute values that the right answer shows."""
        return dict(self.answer.target_scene.attributes)


@dataclass(frozen=True)
class Shot:
    """A picture to edit, uint8 (128, 128, 3), what it shows in words, and the edits asked of it.

    learned: the token is learned from this very picture.
    """

    picture: np.ndarray
    prompt: str
    cases: tuple[AskedEdit, ...]
    learned: bool


@dataclass(frozen=True)
class Subject:
    """One person: class noun, the picture that a token is learned from, its prompt, and the pictures to edit."""

    index: int
    noun: str
    picture: np.ndarray
    prompt: str
    shots: tuple[Shot, ...]


Asked = list[tuple[str, dict[str, str]]]
"""Kinds of edits with their changes."""


def portraits(count: int, seed: int) -> list[Subject]:
    """``count`` people of the test split, five edits each of the picture that the token is learned from.

    Every third person is bare, wears glasses (men a beard as well), wears a hat. Together the edits are of fourteen kinds.
    """
    subjects = []
    for index, key, rng in people(count, seed):
        noun = sample_identity(key).noun
        color, style = str(rng.choice(HAIR_COLORS)), str(rng.choice(HAIR_STYLES))
        look, asked = _looks(noun, color, style, rng)[index % 3]
        scene = Scene.of(key, {"hair_color": color, "hair_style": style, **look}, key)
        shot = _shot(scene, asked, known=None)
        subjects.append(Subject(index, noun, shot.picture, shot.prompt, (shot,)))
    return subjects


def _looks(noun: str, color: str, style: str, rng: np.random.Generator) -> list[tuple[dict[str, str], Asked]]:
    """Three looks of a person and what is asked of each."""
    man = noun == "man"
    dye = {"hair_color": str(rng.choice([c for c in HAIR_COLORS if c != color]))}
    cut = {"hair_style": "long" if style == "short" else "short"}
    lips, lids = (
        {"lipstick": str(rng.choice(["red", "purple"]))},
        {"eyeshadow": str(rng.choice(["blue", "green"]))},
    )
    hat = {"hat": str(rng.choice(["red", "blue"]))}
    smile = {"expression": "smiling"}
    glasses = {"glasses": "glasses"}
    return [
        (
            {},
            [
                ("hair_color", dye),
                ("smile", smile),
                ("glasses_on", glasses),
                ("beard_on", {"beard": "beard"}) if man else ("lipstick", lips),
                ("two", {**dye, **smile}),
            ],
        ),
        (
            {**glasses, **({"beard": "beard"} if man else {})},
            [
                ("glasses_off", {"glasses": "none"}),
                ("hair_style", cut),
                ("surprised", {"expression": "surprised"}),
                ("beard_off", {"beard": "none"}) if man else ("eyeshadow", lids),
                ("hat_on", hat),
            ],
        ),
        (
            hat,
            [
                ("hat_off", {"hat": "none"}),
                ("hair_color", dye),
                ("age", {"age": "old"}),
                ("smile", smile),
                ("two", {**dye, "glasses": "glasses"}),
            ],
        ),
    ]


def other_photo(count: int, seed: int) -> list[Subject]:
    """Tokens learned from a plain portrait, edits of another picture of the person: other light, pose, clothes and place.

    What makes the person is hidden there, by sunglasses, by a hat, or both, and comes off; the answer is what she looks like.
    What either picture shows counts as known.
    """
    subjects = []
    for index, key, rng in people(count, seed):
        noun = sample_identity(key).noun
        color, style = str(rng.choice(HAIR_COLORS)), str(rng.choice(HAIR_STYLES))
        hair = {"hair_color": color, "hair_style": style}
        first = Scene.of(key, hair, key)
        hat = str(rng.choice(["red", "blue"]))
        shots = []
        worn: list[tuple[str, dict[str, str]]] = [
            ("sunglasses_off", {"glasses": "sunglasses"}),
            ("hat_off", {"hat": hat}),
            ("both_off", {"glasses": "sunglasses", "hat": hat}),
        ]
        for number, (kind, look) in enumerate(worn, start=1):
            scene = Scene.of(key, {**hair, **look}, key ^ (number << 40))
            off = dict.fromkeys(look, "none")
            asked: Asked = [(kind, off)]
            if kind == "sunglasses_off":
                asked.append(("sunglasses_off_smile", {**off, "expression": "smiling"}))
            shots.append(_shot(scene, asked, known=first))
        picture = render(first, SIZE).rgb
        subjects.append(Subject(index, noun, picture, describe(first), tuple(shots)))
    return subjects


def objects(count: int, seed: int) -> list[Subject]:
    """Cars of the test split: paint, stripe, rack and lights, on the picture that the token is learned from."""
    subjects = []
    for index, key, rng in people(count, seed):
        paint = str(rng.choice(["red", "blue", "green", "white"]))
        scene = Scene.of(key, {"paint": paint}, key, "car")
        new = str(rng.choice([p for p in valid_values(scene.identity, "paint") if p != paint]))
        asked: Asked = [
            ("paint", {"paint": new}),
            ("stripe", {"stripe": "stripe"}),
            ("rack", {"rack": "rack"}),
            ("lights", {"lights": "on"}),
        ]
        shot = _shot(scene, asked, known=None)
        subjects.append(Subject(index, "car", shot.picture, shot.prompt, (shot,)))
    return subjects


def people(count: int, seed: int) -> list[tuple[int, int, np.random.Generator]]:
    """Index, identity's seed and random numbers of each; different seeds give different people."""
    keys = [split_seed("test", 10_000 * (seed + 1) + index) for index in range(count)]
    return [(index, key, np.random.default_rng(key)) for index, key in enumerate(keys)]


def _shot(scene: Scene, asked: Asked, known: Scene | None) -> Shot:
    """known: the scene of the picture that the token is learned from, None: this very one."""
    cases = [
        Case(kind, edit_prompt(scene, **changes), changes, counterfactual(scene, SIZE, known, **changes))
        for kind, changes in asked
    ]
    return Shot(cases[0].answer.source.rgb, describe(scene), tuple(cases), known is None)


SUITES: dict[str, Callable[[int, int], list[Subject]]] = {
    "portraits": portraits,
    "other-photo": other_photo,
    "objects": objects,
}


def suite(name: str, count: int, seed: int) -> list[Subject]:
    """The subjects of a suite of edits by name. Raises UsageError for an unknown one."""
    if name not in SUITES:
        raise UsageError(
            Sentence("There is no suite of drawn edits '{}'.", name),
            Sentence("Choose from: {}.", ", ".join(SUITES)),
        )
    return SUITES[name](count, seed)
