"""Ready-made edits: each turns the source prompt into a target prompt. Pure functions of text, standard library only.

Used by the window and by the GIMP plug-in, which carries a copy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "EDIT_PRESETS",
    "LEARN_PRESETS",
    "EditPreset",
    "LearnPreset",
    "apply_preset",
    "known_noun",
    "noun_in",
    "usual_steps",
]

_LONGEST = 2000  # characters, as `api.limits.MAX_PROMPT`
_PLACE = re.compile(r"\s+(?:in|on|at|by|near|before|against)\s+(?:a|an|the)\s+[\w -]+$", re.IGNORECASE)
_SUBJECT = re.compile(r"\b(woman|man|girl|boy|person|child|lady|car)\b", re.IGNORECASE)
_HAIR_COLOURS = "black|brown|blonde|blond|red|grey|gray|white|ginger|auburn"


@dataclass(frozen=True)
class EditPreset:
    """A ready-made edit.

    Attributes:
        id: stable name. words: words to add. replaces: pattern of words to replace by ``words``, "" for none; without a match
            the words are added. removes: pattern of contradicting words.
        region: the edit region that suits, as `api.ApplyEdit.region`.
    """

    id: str
    words: str
    replaces: str = ""
    removes: str = ""
    region: str = "auto"


EDIT_PRESETS: tuple[EditPreset, ...] = (
    EditPreset("smile", "smiling", removes=r"\s+(?:looking )?(?:surprised|serious|sad|angry|frowning)"),
    EditPreset("surprise", "looking surprised", removes=r"\s+smiling"),
    EditPreset("older", "old", replaces=r"\byoung\b"),
    EditPreset("younger", "young", replaces=r"\b(?:old|elderly|middle-aged)\b"),
    EditPreset("hair-black", "black hair", replaces=rf"\b(?:{_HAIR_COLOURS}) hair\b", region="auto"),
    EditPreset("hair-brown", "brown hair", replaces=rf"\b(?:{_HAIR_COLOURS}) hair\b"),
    EditPreset("hair-blonde", "blonde hair", replaces=rf"\b(?:{_HAIR_COLOURS}) hair\b"),
    EditPreset("hair-red", "red hair", replaces=rf"\b(?:{_HAIR_COLOURS}) hair\b"),
    EditPreset("lipstick", "wearing red lipstick", replaces=r"\bwearing (?:\w+ )?lipstick\b", region="lips"),
    EditPreset("glasses", "wearing glasses", replaces=r"\bwearing (?:sun)?glasses\b"),
    EditPreset("sunglasses", "wearing sunglasses", replaces=r"\bwearing (?:sun)?glasses\b"),
    EditPreset("makeup", "", region="face"),
)
"""``makeup`` changes no word: it is for a makeup token, which adds its own."""


def noun_in(prompt: str) -> str:
    """The class noun of a prompt without tokens; "person" if none is found."""
    return known_noun(prompt) or "person"


def known_noun(prompt: str) -> str:
    """The first known noun of a prompt, "" if there is none."""
    found = _SUBJECT.search(prompt)
    return found[1].lower() if found else ""


def apply_preset(prompt: str, preset: EditPreset, class_noun: str = "") -> str:
    """The target prompt of a preset.

    Args:
        prompt: source prompt, with or without references. class_noun: adjectives go before it.
    """
    if len(prompt) > _LONGEST:
        return prompt  # the engine refuses it; do not search it with these patterns
    text = re.sub(preset.removes, "", prompt, flags=re.IGNORECASE) if preset.removes else prompt
    if not preset.words:
        return text
    article = "an" if preset.words[0] in "aeiou" else "a"
    return re.sub(
        rf"\ban? (?={re.escape(preset.words)}\b)", f"{article} ", _reworded(text, preset, class_noun)
    )


def _reworded(text: str, preset: EditPreset, class_noun: str) -> str:
    if preset.replaces and re.search(preset.replaces, text, re.IGNORECASE):
        return re.sub(preset.replaces, preset.words, text, count=1, flags=re.IGNORECASE)
    if preset.id in ("older", "younger"):
        noun = re.search(rf"(?:<[^<>]+>\s+)?\b{re.escape(class_noun)}\b", text) if class_noun else None
        return (
            f"{text[: noun.start()]}{preset.words} {text[noun.start() :]}"
            if noun
            else f"{text}, {preset.words}"
        )
    words = f"with {preset.words}" if preset.words.endswith("hair") else preset.words
    place = _PLACE.search(text)
    at = place.start() if place else len(text)
    return f"{text[:at].rstrip()} {words}{text[at:]}"


@dataclass(frozen=True)
class LearnPreset:
    """How thoroughly a token is learned: optimizer steps of both phases, of an identity."""

    id: Literal["quick", "balanced", "best"]
    steps_token: int
    steps_joint: int

    def steps_for(self, kind: str) -> tuple[int, int]:
        """Steps of both phases for a kind of token: an attribute takes half as many (docs/DECISIONS.md, Method 33)."""
        if kind == "attribute":
            return self.steps_token // 2, self.steps_joint // 2
        return self.steps_token, self.steps_joint


LEARN_PRESETS: tuple[LearnPreset, ...] = (
    LearnPreset("quick", 20, 40),
    LearnPreset("balanced", 60, 100),
    LearnPreset("best", 180, 300),
)


def usual_steps(kind: str) -> tuple[int, int]:
    """Default steps of both phases: those of the preset ``balanced``."""
    return next(preset for preset in LEARN_PRESETS if preset.id == "balanced").steps_for(kind)
