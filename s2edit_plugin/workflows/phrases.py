"""Parses a prompt into its noun and its clauses, to match prompts."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from s2edit_plugin.api import prompts
from s2edit_plugin.perception.masks.word_regions import place_of
from s2edit_plugin.perception.word_kinds import DOMAINS, NEGATIONS, PHOTOS, kind_of, listed

__all__ = ["JOINING", "LINKS", "LOOKS", "Clause", "Parts", "noun_of", "parse", "place", "tells"]

LINKS = listed(
    "with wearing having who that which while in on at by near before behind beside under over against from holding "
    "looking without as over , ; and"
)
JOINING = frozenset((",", ";", "and"))
_STATES = listed("on off open opened closed shut")
_TELLING_LINKS = frozenset(("holding", "looking", "without"))
_ARTICLES = listed("a an the some this my his her their two three several same")
_NO_VERBS = listed(
    "building ring earring earrings ceiling king wedding painting clothing string spring evening morning thing "
    "something lightning railing stocking"
)
_ART = listed(
    "painting drawing sketch cartoon illustration watercolor watercolour render rendering comic caricature engraving "
    "print artwork mosaic statue sculpture bust"
)
_MOST_OPENING = 6  # words before "of": "a black and white photo of"
_MORE_PLACES: dict[str, frozenset[str]] = {
    "hair": listed("bald blonde blond brunette ginger redhead redheaded"),
    "beard": frozenset(("clean-shaven", "unshaven")),
    "clothes": listed(
        "dress shirt t-shirt blouse jacket coat suit sweater hoodie uniform armor armour tie scarf vest gown kimono"
    ),
    "jewellery": frozenset(["earring", "earrings", "necklace", "pearls", "chain"]),
    "background": listed(
        "desert mountain mountains sea ocean lake river office kitchen bedroom bar cafe restaurant stage field meadow "
        "jungle space town village garden wall sunset night outdoors indoors"
    ),
}
LOOKS = _MORE_PLACES["hair"] | _MORE_PLACES["beard"] | {"bearded"}  # these words imply "hair"
_NOUNS = frozenset().union(*DOMAINS.values())


def tells(word: str) -> bool:
    """Whether a word of a prompt has content; references to tokens do."""
    return word.startswith("<") or (
        prompts.is_telling(word) and (word not in LINKS or word in _TELLING_LINKS)
    )


@functools.lru_cache(maxsize=4096)
def place(word: str) -> str:
    """Topic of a word in lower case: ``hair``, ``clothes``, ``background``, ...; "" if unknown."""
    more = next((name for name, members in _MORE_PLACES.items() if word in members), "")
    return more or place_of(word) or ""


@dataclass(frozen=True)
class Clause:
    """Words that belong together, the link in front ("with", "and a") among them. ``after``: the link it would have alone."""

    words: tuple[str, ...]
    after: str = ""

    @property
    def telling(self) -> list[str]:
        """Its words with content."""
        return [word for word in self.words if tells(word)]

    @functools.cached_property
    def head(self) -> str:
        """Its head: the last word with a topic, else the last word with content."""
        telling = [word for word in self.telling if word not in _STATES] or self.telling
        return next((w for w in reversed(telling) if place(w)), telling[-1] if telling else "")

    @property
    def place(self) -> str:
        """The place of its head."""
        return place(self.head)

    @property
    def denies(self) -> bool:
        """Whether it is a negation."""
        return not NEGATIONS.isdisjoint(self.words)

    def says_as(self, other: Clause) -> bool:
        """Whether both are about one thing that is there in both, or in neither, and on in both, or off."""
        states = [one.words[-1] if one.words[-1] in _STATES else "" for one in (self, other)]
        return self.head == other.head and self.denies == other.denies and states[0] == states[1]

    def alone(self) -> Clause:
        """The clause as the first of a prompt, without a conjunction."""
        if not self.words or self.words[0] not in JOINING or (self.words[0] != "and" and not self.after):
            return self
        linked = self.words[1:2] and self.words[1] in LINKS
        link = (self.after,) if self.after and not linked else ()
        return replace(self, words=(*link, *self.words[1:]))

    def __str__(self) -> str:
        return " ".join(self.words[1:] if self.words[:1] and self.words[0] in JOINING else self.words)


@dataclass(frozen=True)
class Parts:
    """A prompt: opening ("a photo of"), article, adjectives, noun with a token's reference before it, and clauses."""

    opening: tuple[str, ...]
    article: tuple[str, ...]
    adjectives: tuple[str, ...]
    noun: tuple[str, ...]
    clauses: tuple[Clause, ...]

    @property
    def says(self) -> list[Clause]:
        """All clauses about the subject, adjectives included."""
        return [*(Clause((word,)) for word in self.adjectives), *self.clauses]

    @property
    def has_subject(self) -> bool:
        """Whether it has a noun: "red hair and smiling"."""
        if self.opening or not {*self.noun}.isdisjoint(_NOUNS):
            return True
        telling = [word for clause in (Clause(self.noun), *self.says) for word in clause.telling]
        return not all(place(word) or kind_of(word) or word in NEGATIONS for word in telling)


def parse(prompt: str, class_noun: str = "") -> Parts:
    """Parse a prompt. class_noun: its noun if it contains it; "" to search for one."""
    words = prompts.words(prompt)
    opening, words = _opening(words)
    run, rest = _until_link(words)
    noun = _noun_in(run, class_noun.lower().split())
    article = tuple(run[:1]) if run[:1] and run[0] in _ARTICLES and noun[0] > 0 else ()
    adjectives = tuple(run[len(article) : noun[0]])
    return Parts(
        opening, article, adjectives, tuple(run[noun[0] : noun[1]]), _clauses([*run[noun[1] :], *rest])
    )


def noun_of(prompt: str) -> str:
    """The noun of a prompt if it is known ("woman", "car"), else ""."""
    return next((word for word in parse(prompt).noun if word in _NOUNS), "")


def _opening(words: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """ "a photo of" and the text after it; words for other things ("a cup of coffee") are no opening."""
    if "of" not in words[1 : _MOST_OPENING + 1]:
        return (), words
    at = words.index("of", 1)
    medium = words[at - 1]
    if medium in PHOTOS or medium in _ART:
        return tuple(words[: at + 1]), words[at + 1 :]
    return (), words


def _until_link(words: list[str]) -> tuple[list[str], list[str]]:
    at = next((i for i in range(len(words)) if _links(words, i) or _begins(words, i)), len(words))
    return words[:at], words[at:]


def _links(words: Sequence[str], at: int) -> bool:
    """Whether a word joins a clause to the one before; "on" in "lights on" does not."""
    return words[at] in LINKS and not (words[at] == "on" and at > 0 and words[at - 1] in ("light", "lights"))


def _begins(words: Sequence[str], at: int) -> bool:
    """Whether a clause without a link begins: "smiling" in "a woman smiling", not in "a smiling woman"."""
    word = words[at]
    is_verb = len(word) > 4 and word.endswith("ing") and word not in _NO_VERBS
    return is_verb and at > 0 and words[at - 1] not in _ARTICLES and not _describes(words, at)


def _describes(words: Sequence[str], at: int) -> bool:
    """Whether a known noun follows, possibly after another adjective."""
    return any(word in _NOUNS for word in words[at + 1 : at + 3])


def _noun_in(run: Sequence[str], class_noun: Sequence[str]) -> tuple[int, int]:
    """First index and end of the noun, a token's reference before it included."""
    if not run:
        return 0, 0
    size = len(class_noun)
    spans = [
        (i, i + size) for i in range(len(run) - size + 1) if size and list(run[i : i + size]) == class_noun
    ]
    known = spans or [(i, i + 1) for i, word in enumerate(run) if word in _NOUNS]
    start, end = known[0] if known else (len(run) - 1, len(run))
    while start > 0 and run[start - 1].startswith("<"):
        start -= 1
    return start, end


def _clauses(words: Sequence[str]) -> tuple[Clause, ...]:
    groups: list[list[str]] = []
    for at, word in enumerate(words):
        complete = bool(groups) and any(tells(known) for known in groups[-1])
        starts = complete and (_links(words, at) or _begins(words, at) or _elsewhere(groups[-1], word))
        if not groups or (starts and not _continues_adjectives(groups[-1], word)):
            groups.append([])
        groups[-1].append(word)
    clauses, link = [], ""
    for group in groups:
        if group[0] not in JOINING:
            link = group[0] if group[0] in LINKS else ""
        clauses.append(Clause(tuple(group), link))
    return tuple(clause for clause in clauses if clause.telling)


def _elsewhere(group: Sequence[str], word: str) -> bool:
    """Whether a word with its own topic follows a complete clause: "hair" and then "smiling"."""
    places = [place(known) for known in group if place(known)]
    return bool(places) and bool(place(word)) and place(word) != places[-1]


def _continues_adjectives(group: Sequence[str], word: str) -> bool:
    """Whether "and" continues a clause: "long and curly hair"."""
    telling = [known for known in group if tells(known)]
    return word in JOINING and all(kind_of(known) and not place(known) for known in telling)
