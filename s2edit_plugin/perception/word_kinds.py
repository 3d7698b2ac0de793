"""Kinds of words in prompts: people and cars, colours, hair styles, ages, media. Standard library only."""

from __future__ import annotations

__all__ = [
    "AGES",
    "COLOURS",
    "DOMAINS",
    "FEMALE",
    "MALE",
    "NEGATIONS",
    "PHOTOS",
    "STYLES",
    "domain_of",
    "kind_of",
    "listed",
    "opposed",
]


def listed(text: str) -> frozenset[str]:
    """Words separated by spaces as a set."""
    return frozenset(text.split())


COLOURS = listed(
    "red orange yellow green blue purple violet pink brown blonde blond golden gold ginger auburn chestnut brunette "
    "turquoise teal cyan magenta scarlet crimson copper bronze rainbow black white grey gray silver beige platinum "
    "dark light"
)
STYLES = listed(
    "short long curly straight wavy shaggy shoulder-length cropped curled spiky messy tidy thick thin medium-length frizzy"
)
AGES = listed("young old elderly aged older younger middle-aged teenage")
NEGATIONS = listed("without no not bare")
PHOTOS = listed("photo photograph picture image portrait shot snapshot selfie close-up closeup headshot view")
"""Words for photos before "of"; other words (a painting) are a change of the medium."""

FEMALE = listed(
    "woman women lady ladies girl girls female bride actress mother mom mum wife daughter sister grandmother queen "
    "princess she her"
)
MALE = listed(
    "man men gentleman boy boys guy guys male groom actor father dad husband son brother grandfather king prince he him"
)
DOMAINS: dict[str, frozenset[str]] = {
    "portrait": FEMALE
    | MALE
    | listed(
        "person people persons someone somebody anyone human adult child children kid kids baby toddler teenager teen "
        "model face friend student teacher nurse doctor singer dancer worker soldier me them they individual"
    ),
    "car": listed("car cars automobile auto vehicle sedan taxi cab van truck pickup suv convertible limousine"),
}  # fmt: skip
"""Domains of the bundled model and its judge, with their class nouns."""

_KINDS = {"colour": COLOURS, "style": STYLES, "age": AGES}


def domain_of(noun: str) -> str:
    """``portrait`` or ``car`` for a class noun of one or several words, "" for anything else."""
    last = noun.lower().split()[-1:]
    return next((domain for domain, nouns in DOMAINS.items() if nouns.intersection(last)), "")


def opposed(one: str, other: str) -> bool:
    """Whether one noun means a woman and the other a man."""
    return bool({one, other} & FEMALE) and bool({one, other} & MALE)


def kind_of(word: str) -> str:
    """``colour``, ``style`` or ``age``; "" for others. Words of one kind replace each other."""
    return next((kind for kind, members in _KINDS.items() if word in members), "")
