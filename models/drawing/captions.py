"""Captions: a closed grammar of plain lower-case words without punctuation."""

from __future__ import annotations

import numpy as np

from .names import NAME_PLACEHOLDER
from .scene import ATTRIBUTES, Scene
from .spoken import TRAIT_WORDS, trait_phrases

MAX_WORDS = 40

_TEMPLATES = ("a photo of", "a portrait of", "a picture of")

_WORDS: dict[str, dict[str, dict[str, list[str]]]] = {
    "portrait": {
        "hair_color": {
            "black": ["black hair"],
            "brown": ["brown hair"],
            "blonde": ["blonde hair", "blond hair"],
            "red": ["red hair"],
            "grey": ["grey hair", "gray hair"],
        },
        "hair_style": {"short": ["short hair"], "long": ["long hair"], "curly": ["curly hair"]},
        "bangs": {"none": ["no bangs", "without bangs"], "bangs": ["bangs"]},
        "expression": {
            "neutral": ["with a neutral look"],
            "smiling": ["smiling", "with a smile"],
            "surprised": ["surprised", "with a surprised look"],
        },
        "glasses": {
            "none": ["without glasses", "no glasses"],
            "glasses": ["glasses"],
            "sunglasses": ["sunglasses"],
        },
        "beard": {"none": ["without a beard", "no beard"], "beard": ["a beard", "bearded"]},
        "lipstick": {
            "none": ["without lipstick", "no lipstick"],
            "red": ["red lipstick"],
            "pink": ["pink lipstick"],
            "purple": ["purple lipstick"],
        },
        "eyeshadow": {
            "none": ["without eyeshadow", "no eyeshadow"],
            "blue": ["blue eyeshadow"],
            "green": ["green eyeshadow"],
        },
        "blush": {"none": ["without blush", "no blush"], "blush": ["blush"]},
        "hat": {"none": ["without a hat", "no hat"], "red": ["a red hat"], "blue": ["a blue hat"]},
        "age": {"young": ["young"], "old": ["old", "elderly"]},
    },
    "car": {
        "paint": {color: [color] for color in ATTRIBUTES["car"]["paint"]},
        "rack": {"none": ["without a rack", "no rack"], "rack": ["a roof rack", "a rack"]},
        "lights": {"off": ["with lights off"], "on": ["with lights on", "with its lights on"]},
        "stripe": {"none": ["without a stripe", "no stripe"], "stripe": ["a stripe", "a black stripe"]},
    },
}
_SCENE_WORDS: dict[str, list[str]] = {
    "studio": ["in a studio"],
    "beach": ["on a beach", "at the beach"],
    "forest": ["in a forest", "in the forest"],
    "city": ["in a city", "in the city"],
}
_STOP_WORDS = f"photo of a an the person face with and in on without no at his her its wearing woman man car {NAME_PLACEHOLDER}"


def attribute_words(domain: str) -> dict[str, dict[str, list[str]]]:
    """Phrases of each attribute value, the usual wording first; "scene" is one more name among the attributes."""
    words = {name: {v: list(p) for v, p in values.items()} for name, values in _WORDS[domain].items()}
    words["scene"] = {name: list(phrases) for name, phrases in _SCENE_WORDS.items()}
    return words


def _all_words() -> frozenset[str]:
    found = set(_STOP_WORDS.split())
    for template in _TEMPLATES:
        found.update(template.split())
    for domain in _WORDS:
        for values in attribute_words(domain).values():
            for phrases in values.values():
                for phrase in phrases:
                    found.update(phrase.split())
    for phrase in TRAIT_WORDS:
        found.update(phrase.split())
    return frozenset(found)


GRAMMAR_WORDS: tuple[str, ...] = tuple(sorted(_all_words()))
"""Every word that a caption can hold, and common stop words, sorted."""


class _Wording:
    """Decides what is said and how; without a random generator everything is said in the usual words.

    named: the person's name is said too: before the noun, instead of it, or half of the time among the clauses.
    """

    def __init__(self, rng: np.random.Generator | None, drop: float, named: bool = False) -> None:
        self.rng, self.drop, self.named = rng, drop, named
        self.later = named and rng is not None and bool(rng.random() < 0.5)

    def shuffled(self, clauses: list[str]) -> list[str]:
        """The clauses in random order half of the time: words have to mean the same wherever they stand."""
        if self.rng is None or self.rng.random() < 0.5:
            return clauses
        return [clauses[i] for i in self.rng.permutation(len(clauses))]

    def subject(self, adjectives: list[str], noun: str) -> str:
        """Article, adjectives, name and noun: "a young someone woman", or the name alone."""
        if not self.named or self.later:
            return _article(" ".join([*adjectives, noun]))
        if not adjectives and self.rng is not None and self.rng.random() < 0.4:
            return NAME_PLACEHOLDER
        return _article(" ".join([*adjectives, NAME_PLACEHOLDER, noun]))

    def said(self, rate: float | None = None) -> bool:
        """Whether to mention something, with this rate (1 - drop if None)."""
        return self.rng is None or self.rng.random() < (1.0 - self.drop if rate is None else rate)

    def rare(self, rate: float) -> bool:
        """Whether to mention something that the full description leaves out."""
        return self.rng is not None and self.rng.random() < rate

    def one(self, phrases: list[str]) -> str:
        """One of the phrases; the first is three times as likely as each other."""
        if self.rng is None or len(phrases) == 1:
            return phrases[0]
        return phrases[max(int(self.rng.integers(len(phrases) + 2)) - 2, 0)]


def _article(words: str) -> str:
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _assemble(say: _Wording, head: list[str], having: list[str], tail: list[str]) -> str:
    clauses = [f"with {' and '.join(say.shuffled(having))}"] if having else []
    said = say.shuffled([*clauses, *tail])
    if say.later and say.rng is not None:
        said.insert(int(say.rng.integers(len(said) + 1)), NAME_PLACEHOLDER)
    return " ".join([*head, *said])


def _portrait(scene: Scene, say: _Wording, template: str, place: list[str]) -> str:
    """A portrait's caption. The order of the calls is the order of the random numbers."""
    adjectives, having = _looks(scene, say)
    # A name says all of it: traits are spoken of more often where there is none.
    having += [phrase for phrase in trait_phrases(scene) if say.rare(0.06 if say.named else 0.25)]
    tail = [*_expression(scene, say), *_worn(scene, say), *_absent(scene, say)]
    who = say.subject(adjectives, scene.identity.noun)
    return _assemble(say, [template, who], having, [*tail, *place])


def _looks(scene: Scene, say: _Wording) -> tuple[list[str], list[str]]:
    """Adjectives (age, "bearded") and what the person has: hair, bangs, beard."""
    a, w = scene.attributes, _WORDS["portrait"]
    adjectives, having = [], []
    if say.said() if a["age"] == "old" else say.said(0.4):
        adjectives.append(say.one(w["age"][a["age"]]))
    hair = [a["hair_style"]] if say.said() else []
    if say.said():
        hair.append(say.one(w["hair_color"][a["hair_color"]]).split()[0])
    if hair:
        having.append(" ".join([*hair, "hair"]))
    for name in ("bangs", "beard"):
        if a[name] != "none" and say.said():
            phrase = say.one(w[name][a[name]])
            (adjectives if phrase == "bearded" else having).append(phrase)
    return adjectives, having


def _expression(scene: Scene, say: _Wording) -> list[str]:
    """The look on the face: none or one phrase."""
    words, value = _WORDS["portrait"]["expression"], scene.attributes["expression"]
    if value == "neutral":
        return [words["neutral"][0]] if say.rare(0.06) else []
    return [say.one(words[value])] if say.said() else []


def _worn(scene: Scene, say: _Wording) -> list[str]:
    """Glasses, make-up and hat."""
    a, w = scene.attributes, _WORDS["portrait"]
    worn, found = [], []
    for name in ("glasses", "lipstick", "eyeshadow", "blush"):
        hidden = name == "eyeshadow" and a["glasses"] == "sunglasses" and say.rng is not None
        if a[name] != "none" and not hidden and say.said():
            worn.append(say.one(w[name][a[name]]))
    if worn:
        found.append("wearing " + " and ".join(say.shuffled(worn)))
    if a["hat"] != "none" and say.said():
        found.append("in " + w["hat"][a["hat"]][0])
    return found


def _absent(scene: Scene, say: _Wording) -> list[str]:
    """What the person does not have or wear, seldom mentioned."""
    a, w = scene.attributes, _WORDS["portrait"]
    man = scene.identity.noun == "man"
    bare = [name for name in ("bangs", "glasses", "hat", "beard" if man else "lipstick") if a[name] == "none"]
    return [w[name]["none"][1 if name == "bangs" else 0] for name in bare if say.rare(0.04)]


def _car(scene: Scene, say: _Wording, template: str, place: list[str]) -> str:
    a, w = scene.attributes, _WORDS["car"]
    colors = [a["paint"]] if say.said() else []
    having = [say.one(w[name][a[name]]) for name in ("rack", "stripe") if a[name] != "none" and say.said()]
    tail = []
    if a["lights"] == "on":
        if say.said():
            tail.append(say.one(w["lights"]["on"]))
    elif say.rare(0.08):
        tail.append(w["lights"]["off"][0])
    bare = [name for name in ("rack", "stripe") if a[name] == "none"]
    tail += [w[name]["none"][0] for name in bare if say.rare(0.04)]
    return _assemble(say, [template, say.subject(colors, "car")], having, [*tail, *place])


def _build(scene: Scene, say: _Wording, template: str) -> str:
    place = [say.one(_SCENE_WORDS[scene.nuisance.scene])] if say.said(0.5) else []
    build = _portrait if scene.domain == "portrait" else _car
    return build(scene, say, template, place)


def caption(scene: Scene, rng: np.random.Generator, drop: float = 0.15, named: bool = False) -> str:
    """A true caption in random wording, at most 40 words.

    Each attribute off its default is left out with probability `drop` (0..1); one caption in ten is very
    short. named: `names.NAME_PLACEHOLDER` stands where the person's name would.
    """
    templates = _TEMPLATES if scene.domain == "portrait" else (_TEMPLATES[0], _TEMPLATES[2])
    template = templates[int(rng.integers(len(templates)))]
    say = _Wording(rng, drop, named)
    if rng.random() < 0.1:
        return _assemble(say, [template, say.subject([], scene.identity.noun)], [], [])
    text = _build(scene, say, template)
    while len(text.split()) > MAX_WORDS:
        text = _build(scene, _Wording(rng, 0.5, named), template)
    return text


def describe(scene: Scene) -> str:
    """The full caption in the usual wording: a function of the scene alone."""
    return _build(scene, _Wording(None, 0.0), _TEMPLATES[0])


def edit_prompt(scene: Scene, /, **changes: str) -> str:
    """The description of the changed scene; unchanged attributes keep their wording."""
    return describe(scene.with_attributes(**changes))
