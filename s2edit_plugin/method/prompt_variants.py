"""Variants of a training prompt with some of its clauses left out. Standard library only.

A token learned with a single prompt depends on its wording. With varied prompts it learns what none of them describes.
"""

from __future__ import annotations

import random

from s2edit_plugin.api import prompts

__all__ = ["variants_of"]

KEPT = 0.7  # chance of each clause
_OPENERS = frozenset(
    (
        "with",
        "without",
        "wearing",
        "in",
        "on",
        "at",
        "near",
        "before",
        "under",
        "smiling",
        "surprised",
        "looking",
    )
)


def variants_of(prompt: str, count: int, seed: int) -> list[str]:
    """The prompt and ``count - 1`` variants with clauses left out; the words before the first clause always stay.

    "a photo of a <a/me> woman with red hair and bangs in a city" -> "a photo of a <a/me> woman with bangs", ...
    """
    head, clauses = _clauses(prompts.words(prompt))
    draw = random.Random(seed)
    found = [prompt]
    while len(found) < count:
        said = [clause for clause in clauses if draw.random() < KEPT or _names_a_token(clause)]
        found.append(" ".join([*head, *_joined(said)]))
    return found


def _names_a_token(clause: tuple[str, list[str]]) -> bool:
    return any(word.startswith("<") for word in clause[1])


def _clauses(words: list[str]) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Words before the first clause, and the clauses: (opening word, words). "and" repeats the last opening word."""
    head: list[str] = []
    clauses: list[tuple[str, list[str]]] = []
    for word in words:
        if word in _OPENERS:
            clauses.append((word, []))
        elif word == "and" and clauses:
            clauses.append((clauses[-1][0], []))
        elif clauses:
            clauses[-1][1].append(word)
        else:
            head.append(word)
    return head, clauses


def _joined(clauses: list[tuple[str, list[str]]]) -> list[str]:
    words: list[str] = []
    before = ""
    for opener, rest in clauses:
        words += ["and" if opener == before and rest else opener, *rest]
        before = opener
    return words
