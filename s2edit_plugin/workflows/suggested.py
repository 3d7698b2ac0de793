"""A source prompt from a caption: only the parts that the target keeps or replaces.

Omitting words of one's own source prompt means removing their content; omitting words of a caption does not. So the source is
built from the target's clauses: a clause of the caption on the same topic replaces it ("blonde hair" -> "brown hair"); new
clauses are omitted, and so are clauses that only the caption has. The target's noun counts as that of the photo, unless the
target changes only the noun.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from s2edit_plugin.api import prompts
from s2edit_plugin.perception.word_kinds import PHOTOS, domain_of, kind_of, listed, opposed
from s2edit_plugin.workflows.phrases import JOINING, LINKS, LOOKS, Clause, Parts, parse

__all__ = ["NOTHING", "Suggested", "fit_to_target"]

NOTHING = "a photo"
"""The source prompt without a caption."""

_WORN = listed("glasses hat lips lids cheeks makeup clothes jewellery")
_ON_A_FACE = listed(
    "hair fringe expression lips mouth eyes lids brows glasses hat beard cheeks makeup age face nose jewellery"
)
_COVERS = {"makeup": ("makeup", "lips", "lids", "cheeks")}
_ARTICLE = re.compile(r"\b(an?) (?=(\w+))")


@dataclass(frozen=True)
class Suggested:
    """Result of `fit_to_target`.

    Attributes:
        source: the source prompt. before: words to add before the target, "" for none.
        left_out: parts of the caption in neither prompt. notes: sentences for the user.
    """

    source: str
    before: str = ""
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def fit_to_target(suggestion: str, target: str, class_noun: str = "") -> Suggested:
    """The source prompt for a target, both in plain words.

    Args:
        suggestion: the caption, "" for none. class_noun: of the token in both prompts, "" for none.
    """
    seen, wanted = parse(suggestion), parse(target, class_noun)
    before = "" if wanted.has_subject else _beginning(seen, wanted, class_noun)
    if before:
        wanted = parse(f"{before} {target}", class_noun)
    if not (suggestion or wanted.opening or domain_of(" ".join(wanted.noun))):
        return Suggested(NOTHING)  # no part of "sunset over the sea" can be found separately
    made, used = _source_clauses(seen, wanted)
    ruled, notes = _noun(seen, wanted, class_noun, changes=made != wanted.says)
    words = _joined(wanted, ruled, made)
    source = _text(words)
    if prompts.words(source) == prompts.words(f"{before} {target}"):
        source = f"{before} {target}".strip() if suggestion else NOTHING  # spelled as the user spells it
    left = tuple(str(clause) for clause in seen.says if clause not in used)
    return Suggested(source, before, left, notes)


# ---------------------------------------------------------------------- matching clauses of caption and target


def _source_clauses(seen: Parts, wanted: Parts) -> tuple[list[Clause], list[Clause]]:
    """The source's clauses on the subject, as many as the target's; and the used clauses of the caption."""
    used: list[Clause] = []
    left, made = seen.says, []
    for clause in wanted.says:
        partners = _matching_clauses(clause, left)
        used += partners
        left = [one for one in left if not any(one is partner for partner in partners)]
        made.append(_source_clause(clause, partners))
    return made, used


def _matching_clauses(clause: Clause, seen: Sequence[Clause]) -> list[Clause]:
    """Clauses of the suggestion that one of the target keeps or replaces."""
    places = _COVERS.get(clause.place, (clause.place,)) if clause.place else ()
    found = [one for one in seen if one.place in places]
    if clause.denies or len(places) > 1:
        return found
    same = [one for one in found or seen if one.head == clause.head]
    if same or found:
        return (same or found)[:1]
    kind = kind_of(clause.head)
    alike = [one for one in seen if kind and kind_of(one.head) == kind and not one.place]
    if alike or kind or clause.place:
        return alike[:1]
    link = clause.words[0]
    return [one for one in seen if link not in JOINING | {"with"} and one.words[0] == link and not one.place][
        :1
    ]


def _source_clause(clause: Clause, partners: Sequence[Clause]) -> Clause:
    """A clause of the target as in the source; empty if the caption has none on its topic."""
    if not partners:
        return Clause(())
    if len(partners) == 1 and partners[0].says_as(clause):
        brought = any(word.startswith("<") for word in clause.words)
        return partners[0].alone() if brought else replace(clause, words=_reworded(clause, partners[0]))
    first, *others = (partner.alone() if at == 0 else partner for at, partner in enumerate(partners))
    words = [*first.words]
    for other in others:
        words += other.words if other.words[0] in JOINING else ("and", *other.alone().words)
    if clause.words[0] in JOINING - {"and"} and words[0] in LINKS - JOINING:
        words.insert(0, clause.words[0])
    if words[0] not in LINKS and clause.words[0] in LINKS and len(clause.words) > 1:
        return Clause(tuple(words), "")
    return Clause(tuple(words), first.after)


def _reworded(clause: Clause, partner: Clause) -> tuple[str, ...]:
    """Word by word: kept, or the seen word of the same kind, or left out."""
    theirs = [word for word in partner.telling if word not in clause.telling]
    ours = [word for word in clause.telling if word not in partner.telling]
    swap: dict[str, str] = {}
    for word in ours:
        kind = kind_of(word)
        match = next((t for t in theirs if kind and kind_of(t) == kind and t not in swap.values()), None)
        if match is not None:
            swap[word] = match
    plain = [word for word in ours if not kind_of(word)]
    others = [word for word in theirs if not kind_of(word)]
    if len(plain) == len(others):
        swap.update(zip(plain, others, strict=True))
    kept: list[str] = []
    skips = False  # an "and" without a following clause
    for word in clause.words:
        if word in ours and word not in swap:
            if len(kept) > 1 and kept[-1] in JOINING:
                kept.pop()
            else:
                skips = True
        elif not (skips and word in JOINING):
            kept.append(swap.get(word, word))
            skips = False
    return tuple(kept)


# ---------------------------------------------------------------------- the subject


def _noun(
    seen: Parts, wanted: Parts, class_noun: str, changes: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The source's noun, and a note if both disagree."""
    theirs, ours = (" ".join(w for w in one.noun if not w.startswith("<")) for one in (seen, wanted))
    if not theirs or theirs == ours or class_noun:
        return wanted.noun, ()
    known = domain_of(theirs), domain_of(ours)
    if all(known) and known[0] == known[1]:
        if opposed(theirs, ours):
            return wanted.noun, (_disagreement_note(theirs, ours),)
        return wanted.noun, ()
    if all(known) or (known[0] and changes):
        return wanted.noun, (_disagreement_note(theirs, ours),)
    return seen.noun, ()


def _disagreement_note(seen: str, wanted: str) -> str:
    return (
        f"The photo seems to show '{seen}', the prompt says '{wanted}' and is believed; "
        "say what the photo shows in a source prompt to turn the one into the other."
    )


def _beginning(seen: Parts, wanted: Parts, class_noun: str) -> str:
    """The words to add before a target without a subject: "a photo of a woman with"."""
    first = wanted.says[0] if wanted.says else Clause(wanted.noun)
    about = Clause((*wanted.article, *wanted.adjectives, *wanted.noun)) if wanted.noun else first
    noun = class_noun or " ".join(seen.noun)
    if not noun and (about.place in _ON_A_FACE or kind_of(about.head) == "age"):
        noun = "person"
    if not noun or not about.words:
        return ""
    head = f"a photo of {'an' if noun[0] in 'aeiou' else 'a'} {noun}"
    if about.words[0] in LINKS or about.place == "expression":
        return head
    if about.place in ("age", "background", "") or about.head in LOOKS:
        return f"{head},"
    return f"{head} {'wearing' if about.place in _WORN else 'with'}"


# ---------------------------------------------------------------------- writing


def _joined(wanted: Parts, noun: tuple[str, ...], made: Sequence[Clause]) -> list[str]:
    """The words of the source."""
    count = len(wanted.adjectives)
    adjectives: list[Clause] = []
    late: list[Clause] = []
    for clause in made[:count]:
        # target "a smiling woman", caption "with a neutral look"
        (adjectives if len(clause.words) == 1 else late).append(clause)
    opening = list(wanted.opening)
    if opening and (opening[-2] not in PHOTOS or len(opening) > 3):
        opening = ["a", "photo", "of"]
    words = [*opening, *wanted.article, *(w for clause in adjectives for w in clause.words), *noun]
    chain = bool(late)
    words += [w for clause in late for w in clause.words]
    for target, clause in zip(wanted.clauses, made[count:], strict=True):
        if target.words[0] not in JOINING:
            chain = False
        if not clause.words:
            continue
        words += clause.words if chain else clause.alone().words
        chain = True
    return words


def _text(words: Sequence[str]) -> str:
    text = re.sub(r" ([,;.!?])", r"\1", " ".join(words)).strip(" ,;")
    return _ARTICLE.sub(lambda found: f"{'an' if found[2][0] in 'aeiou' else 'a'} ", text)
