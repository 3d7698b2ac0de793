"""Names of people: made-up words that stand for some of the training people, as real models know celebrities."""

from __future__ import annotations

from itertools import product

NAME_PLACEHOLDER = "someone"
"""The word in a training caption where the person's name stands; its own embedding is the mean of all names."""

_FIRST = ("ba", "da", "fe", "ga", "jo", "ka", "lu", "mi", "na", "pe", "ro", "sa", "to", "va", "wi", "za")
_LAST = (
    "bel",
    "dor",
    "fin",
    "gus",
    "lek",
    "mar",
    "nox",
    "pim",
    "rax",
    "sol",
    "tev",
    "vyn",
    "wex",
    "zun",
    "cho",
    "hiq",
)
PEOPLE, CARS = 1024, 128


def _words(middles: tuple[str, ...]) -> list[str]:
    return [first + middle + last for middle, first, last in product(middles, _FIRST, _LAST)]


PERSON_NAMES: tuple[str, ...] = tuple(_words(("", "li", "no", "ru"))[:PEOPLE])
"""Name `i` is the person drawn from seed `split_seed("train", i)`: people of other splits have no name."""

CAR_NAMES: tuple[str, ...] = tuple(_words(("ta",))[:CARS])
"""The same for cars."""
