"""Converts captions to source prompts: "a photo of", with the class noun, without repetitions."""

from __future__ import annotations

import re

__all__ = ["PLAIN", "beginning_for", "has_noun", "plain_prompt", "shorter", "tidy"]

PLAIN = "a photo of"
MOST_WORDS = 24

# What captioners begin with, and a word that BLIP's training left in it ("araffe", "arafed").
_OPENINGS = re.compile(
    r"^(?:(?:there (?:is|are|was)|this is|here is|it is|we can see)\s+"
    r"|(?:(?:an?|the)\s+)?(?:close[- ]?up\s+)?(?:photo|photograph|picture|image|portrait|shot|view|close[- ]?up)"
    r"\s+of(?:\s+|$))+"
)
_MISTAKE = re.compile(r"\ba?r+aff?(?:ed|es?)\b\s*")
_COLOURLESS = re.compile(
    r"\b(?:an?\s+)?black and white (?=(?:photo|photograph|picture|image|portrait|shot)\b)"
)
_TWICE = re.compile(r"\b((?:\w+\W+){0,3}\w+)(?:(?:\W+and)?\W+\1\b)+")
_PEOPLE = re.compile(
    r"\b(?:(an?)\s+)?(?:woman|man|lady|girl|boy|guy|gentleman|female|male|bride|groom|actor|actress|model|person|someone|child|kid"
    r"|baby|teenager)\b"
)
_PERSON_NOUNS = (
    "woman man lady girl boy guy gentleman bride groom actor actress model person child kid baby teenager"
)
_PARTS_OF_LOOKS = (
    "hair hairstyle lipstick lips makeup eyeshadow blush mascara glasses sunglasses hat cap beard mustache moustache smile "
    "earring earrings necklace tattoo freckles skin eyes dress shirt jacket coat scarf"
)
_DANGLING = (
    "a an the and or with in on at of by to for from her his its their is are that which while wearing as"
)


def plain_prompt(noun: str) -> str:
    """The prompt with the class noun only: ``"a photo of a woman"``."""
    return f"{PLAIN} {_with_article(noun)}" if noun else PLAIN


def beginning_for(noun: str) -> str:
    """Beginning for the captioner to continue, so that it describes the subject: ``"a photo of a woman"``."""
    return PLAIN if not noun or _is_attribute(noun) else plain_prompt(noun)


def has_noun(prompt: str, noun: str) -> bool:
    """Whether a prompt contains a class noun of one or several words."""
    pattern = r"\s+".join(re.escape(word) for word in noun.split())
    return bool(pattern) and re.search(rf"(?<!\w){pattern}(?!\w)", prompt, re.IGNORECASE) is not None


def tidy(caption: str, noun: str = "") -> str:
    """A caption as a source prompt that begins with "a photo of" and holds the class noun.

    ``tidy("there is a lady with with red hair", "woman")`` -> ``"a photo of a woman with red hair"``.
    """
    text = re.sub(r"[^\w\s,'’-]", " ", caption.lower())
    text = " ".join(_MISTAKE.sub("", text).split()).strip(" ,")
    colourless = _COLOURLESS.search(text) is not None
    text = _OPENINGS.sub("", _COLOURLESS.sub("", text)).strip(" ,")
    text = _TWICE.sub(r"\1", text)
    if _PEOPLE.match(text):
        text = _PEOPLE.sub(
            lambda match: match.group() if match.group(1) else f"a {match.group()}", text, count=1
        )
    text = shorter(text, MOST_WORDS) + (", black and white" if colourless else "")
    return _about(text.strip(" ,"), noun.strip())


def shorter(text: str, count: int) -> str:
    """At most the first ``count`` words, without an incomplete phrase at the end."""
    words = text.split()
    if len(words) > count:
        words = words[: max(count, 0)]
    while words and words[-1].strip(",") in _DANGLING.split():
        words.pop()
    return " ".join(words).strip(" ,")


def _about(text: str, noun: str) -> str:
    if not noun:
        return f"{PLAIN} {text}".strip()
    if not text:
        return plain_prompt(noun)
    if has_noun(text, noun):
        return f"{PLAIN} {text}"
    if noun.lower() in _PERSON_NOUNS.split() and _PEOPLE.search(text):
        named = _PEOPLE.sub(lambda match: _with_article(noun) if match.group(1) else noun, text, count=1)
        return f"{PLAIN} {named}"
    if _is_attribute(noun):
        return f"{PLAIN} {text} with {noun}"
    return f"{plain_prompt(noun)}, {text}"


def _is_attribute(noun: str) -> bool:
    return bool(noun.split()) and noun.lower().split()[-1] in _PARTS_OF_LOOKS.split()


def _with_article(noun: str) -> str:
    if _is_attribute(noun):
        return noun
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
