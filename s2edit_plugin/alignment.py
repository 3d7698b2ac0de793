"""Which columns of the target prompt take the attention maps of which columns of the source prompt.

Source: Hertz et al. 2022, "Prompt-to-Prompt", section 3 (word swap = replace, added words = refine).
"""

from __future__ import annotations

import torch
from torch import Tensor

from s2edit_plugin import prompts
from s2edit_plugin.errors import PromptError
from s2edit_plugin.text import Layout

__all__ = ["changed_columns", "column_weights", "map_columns"]


def map_columns(source: Layout, target: Layout, control: str = "auto") -> tuple[Tensor, Tensor]:
    """Mapper (L, L) and alpha (L,) for `attention_math.swap_columns`.

    Args:
        control: ``replace``: every target word takes the maps of the word at its place; ``refine``: words both prompts
            share take the source's maps, new ones keep their own; ``auto``: replace where both have equally many words,
            else refine; ``none``: alpha all zero.

    Raises:
        PromptError: ``replace`` for prompts with different numbers of words.
    """
    length = len(source.ids)
    mapper, alpha = torch.zeros(length, length), torch.zeros(length)
    if control == "none":
        return mapper, alpha
    same_count = len(source.words) == len(target.words)
    if control == "replace" and not same_count:
        raise PromptError(
            "Replacing words needs prompts with equally many words.",
            "Use --control refine, or reword the prompts.",
        )
    if control == "replace" or (control == "auto" and same_count):
        partners: list[int | None] = list(range(len(target.words)))
    else:
        partners = prompts.align_words(source.prompt, target.prompt)
    pairs: list[tuple[tuple[int, ...], tuple[int, ...]]] = [((0,), (0,)), ((source.end,), (target.end,))]
    pairs += [
        (source.columns[partner], span)
        for span, partner in zip(target.columns, partners, strict=True)
        if partner is not None
    ]
    for ours, theirs in pairs:
        for index, column in enumerate(theirs):
            alpha[column] = 1
            if len(ours) == len(theirs):
                mapper[ours[index], column] = 1
            else:
                mapper[list(ours), column] = 1 / len(ours)
    for column in range(target.end + 1, length):
        mapper[min(source.end + column - target.end, length - 1), column] = 1
        alpha[column] = 1
    return mapper, alpha


def column_weights(target: Layout, weights: dict[str, float]) -> Tensor | None:
    """Factors (L,) for the columns of weighted words, None where no word is weighted.

    Raises:
        PromptError: a weighted word is not in the target prompt.
    """
    if not weights:
        return None
    factors = torch.ones(len(target.ids))
    for phrase, factor in weights.items():
        wanted = prompts.words(phrase)
        columns = [
            c for word, span in zip(target.words, target.columns, strict=True) if word in wanted for c in span
        ]
        if not columns:
            raise PromptError(f"The weighted word '{phrase}' is not in the prompt.")
        factors[columns] = factor
    return factors


def changed_columns(source: Layout, target: Layout) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Columns of the words that only the source has, and of those that only the target has (function words left out)."""
    return _new_columns(target, source), _new_columns(source, target)


_FUNCTION_WORDS = frozenset(
    (
        "a",
        "an",
        "the",
        "of",
        "in",
        "on",
        "at",
        "and",
        "with",
        "wearing",
        "to",
        "her",
        "his",
        "their",
        "is",
        ",",
        ".",
    )
)


def _new_columns(old: Layout, new: Layout) -> tuple[int, ...]:
    partners = prompts.align_words(old.prompt, new.prompt)
    words = zip(new.words, new.columns, partners, strict=True)
    fresh = [(word, span) for word, span, partner in words if partner is None]
    telling = [(word, span) for word, span in fresh if word not in _FUNCTION_WORDS]
    return tuple(c for _, span in telling or fresh for c in span)
