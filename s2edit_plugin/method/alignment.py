"""Alignment of the target prompt's columns with columns of the source prompt, for swapping attention maps.

Source: Hertz et al. 2022, "Prompt-to-Prompt", section 3 (word swap = replace, added words = refine).
"""

from __future__ import annotations

import torch
from torch import Tensor

from s2edit_plugin.api import prompts
from s2edit_plugin.errors import PromptError, Sentence
from s2edit_plugin.method.text import Layout

__all__ = ["changed_columns", "column_weights", "map_columns"]


def map_columns(source: Layout, target: Layout, control: str = "auto") -> tuple[Tensor, Tensor]:
    """Mapper (L, L) and alpha (L,) for `backbones.attention_math.swap_columns`.

    A target word receives the attention mass of its source word, shared equally among the target word's columns. Each row of
    the mapper sums to 1 if its column has a counterpart, else to 0.

    Args:
        control: ``refine``: words in both prompts take the source's maps, also at other positions; new words keep their own.
            ``replace``: in addition, a block of new words takes the maps of the words it replaces. ``auto``: as ``replace``
            if the block has as many words as before, else as ``refine``. ``none``: alpha all zero.

    Raises:
        PromptError: ``replace`` for prompts with different numbers of words.
    """
    length = len(source.ids)
    mapper, alpha = torch.zeros(length, length), torch.zeros(length)
    if control == "none":
        return mapper, alpha
    if control == "replace" and len(source.words) != len(target.words):
        raise PromptError(
            "Replacing words needs prompts with equally many words.",
            "Use --control refine, or reword the prompts.",
        )
    partners = prompts.align_words(source.prompt, target.prompt, replaced=control != "refine")
    pairs: list[tuple[tuple[int, ...], tuple[int, ...]]] = [((0,), (0,)), ((source.end,), (target.end,))]
    pairs += [
        (source.columns[partner], span)
        for span, partner in zip(target.columns, partners, strict=True)
        if partner is not None
    ]
    for ours, theirs in pairs:
        alpha[list(theirs)] = 1
        if len(ours) == len(theirs):
            mapper[list(ours), list(theirs)] = 1
        else:
            mapper[torch.tensor(ours)[:, None], torch.tensor(theirs)] = 1 / len(theirs)
    _map_padding(source, target, mapper, alpha)
    return mapper, alpha


def _map_padding(source: Layout, target: Layout, mapper: Tensor, alpha: Tensor) -> None:
    """Map padding to padding in order. If the target is longer, its last column takes all the remaining source padding;
    if it is shorter, its last columns have no counterpart."""
    length = len(source.ids)
    ours, theirs = range(source.end + 1, length), range(target.end + 1, length)
    alpha[target.end + 1 :] = 1
    if theirs:
        for offset, column in enumerate(ours):
            mapper[column, theirs[min(offset, len(theirs) - 1)]] = 1


def column_weights(target: Layout, weights: dict[str, float]) -> Tensor | None:
    """Factors (L,) for the columns of weighted words, None without weights.

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
            raise PromptError(Sentence("The weighted word '{}' is not in the prompt.", phrase))
        factors[columns] = factor
    return factors


def changed_columns(source: Layout, target: Layout) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Columns of the words only in the source, and of the words only in the target, without function words."""
    return _new_columns(target, source), _new_columns(source, target)


def _new_columns(old: Layout, new: Layout) -> tuple[int, ...]:
    partners = prompts.align_words(old.prompt, new.prompt)
    words = zip(new.words, new.columns, partners, strict=True)
    fresh = [(word, span) for word, span, partner in words if partner is None]
    telling = [
        (word, span) for word, span in fresh if word not in prompts.FUNCTION_WORDS and word not in (",", ".")
    ]
    return tuple(c for _, span in telling or fresh for c in span)
