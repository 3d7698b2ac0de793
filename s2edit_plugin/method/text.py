"""From a prompt with token references to the text condition of the U-Net: layout, injection, token isolation.

A token is injected as embedding vectors at its columns while the text encoder runs; the vocabulary never changes. Since
CLIP's encoder is causal, every column after a token depends on it. *Token isolation* encodes the prompt once without tokens
and once with each token alone: a token's columns come from its own run, all others and the pooled feature from the run
without tokens. So a token acts on the picture through its own columns only, and tokens do not influence each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from s2edit_plugin.api import prompts
from s2edit_plugin.backbones.conditions import Condition, Layout, SizeConditioning
from s2edit_plugin.errors import PromptError, Sentence

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

__all__ = [
    "Condition",
    "Layout",
    "encode",
    "layout",
    "plain_features",
    "unconditional",
    "without_tokens",
    "word_columns",
]


def layout(prompt: str, backbone: Backbone, vectors: Mapping[str, int]) -> Layout:
    """Lay a prompt out in columns.

    Args:
        vectors: full token name -> how many vectors (columns) the token has.

    Raises:
        PromptError: too long for the text encoder, or a reference to a token that is not given.
    """
    words = tuple(prompts.words(prompt))
    ids: list[int] = [backbone.start_id]
    columns: list[tuple[int, ...]] = []
    tokens: dict[str, tuple[int, ...]] = {}
    for word in words:
        if word.startswith("<") and "/" in word:
            name = word.strip("<>")
            if name not in vectors:
                raise PromptError(
                    Sentence(
                        "The prompt names the token {}, which is not among the tokens of this edit.", word
                    )
                )
            pieces = [backbone.end_id] * vectors[name]
        else:
            pieces = backbone.word_ids(word)
        span = tuple(range(len(ids), len(ids) + len(pieces)))
        if word.startswith("<") and "/" in word:
            tokens[word.strip("<>")] = tokens.get(word.strip("<>"), ()) + span
        columns.append(span)
        ids += pieces
    limit = backbone.text_length
    if len(ids) + 1 > limit:
        raise PromptError(
            Sentence("The prompt is too long: it takes {} of at most {} places.", len(ids) - 1, limit - 2),
            "Shorten the prompt.",
        )
    # A placeholder must not be the end-of-text id: the pooled feature is taken at the first of these.
    held = {column for span in tokens.values() for column in span}
    for column in sorted(held, reverse=True):
        following = ids[column + 1] if column + 1 < len(ids) else backbone.word_ids("a")[0]
        ids[column] = following
    end = len(ids)
    ids += [backbone.end_id] + [backbone.pad_id] * (limit - len(ids) - 1)
    return Layout(prompt, words, tuple(columns), tokens, tuple(ids), end)


def encode(
    plan: Layout,
    backbone: Backbone,
    vectors: Mapping[str, Tensor],
    isolation: bool = True,
    framing: SizeConditioning | None = None,
    plain: tuple[Tensor, Tensor | None] | None = None,
) -> Condition:
    """Text condition of a prompt, differentiable in the tokens' vectors.

    Args:
        plan: from `layout`. vectors: full token name -> (n, W) embedding vectors; may hold more than the prompt names.
        isolation: see the module's docstring; False encodes once, as Textual Inversion does.
        framing: size conditioning of the picture. plain: result of `without_tokens` for this plan, if already computed.
    """
    here = {name: vectors[name] for name in plan.tokens}
    if not here or not isolation:
        ids = torch.tensor([plan.ids], device=backbone.device)
        hidden, pooled = backbone.encode_ids(ids, [_injections(plan.tokens, here)])
        return Condition(hidden[0], None if pooled is None else pooled[0], plan, framing)

    # Each token's run drops the other tokens. Later words move to the left and padding fills the end, without gaps.
    names = list(here)
    rows, sources, injections = [], [], []
    for kept in names:
        row, place = _dropping(plan, backbone, kept)
        rows.append(row)
        sources.append(place)
        injections.append(_injections({kept: tuple(place[c] for c in plan.tokens[kept])}, here))
    alone, _ = backbone.encode_ids(torch.tensor(rows, device=backbone.device), injections)
    plain_hidden, pooled = plain or without_tokens(plan, backbone)
    _, plain_place = _dropping(plan, backbone, None)
    sources.insert(0, plain_place)
    owner = {column: 1 + names.index(name) for name, span in plan.tokens.items() for column in span}
    from_row = [owner.get(c, 0) for c in range(len(plan.ids))]
    from_column = [sources[row][c] for c, row in enumerate(from_row)]
    hidden = torch.cat([plain_hidden[None], alone])[from_row, from_column]
    return Condition(hidden, pooled, plan, framing)


def without_tokens(plan: Layout, backbone: Backbone) -> tuple[Tensor, Tensor | None]:
    """Features (L, D) and pooled feature of a prompt without its tokens, from which isolation takes all other columns.

    Constant while a token is learned, so learning computes it once and passes it to `encode`.
    """
    ids, _ = _dropping(plan, backbone, None)
    with torch.no_grad():
        hidden, pooled = backbone.encode_ids(torch.tensor([ids], device=backbone.device), [])
    return hidden[0], None if pooled is None else pooled[0]


def _dropping(plan: Layout, backbone: Backbone, kept: str | None) -> tuple[list[int], dict[int, int]]:
    """Ids of a prompt without its tokens except ``kept``, and old column -> new column for those that remain."""
    dropped = {c for name, span in plan.tokens.items() if name != kept for c in span}
    stays = [c for c in range(len(plan.ids)) if c not in dropped]
    ids = [plan.ids[c] for c in stays] + [backbone.pad_id] * len(dropped)
    return ids, {column: index for index, column in enumerate(stays)}


def unconditional(backbone: Backbone, framing: SizeConditioning | None = None) -> Condition:
    """Unconditional condition for guidance: the empty prompt's features, or zeros for models trained with zeros."""
    with torch.no_grad():
        empty = encode(layout("", backbone, {}), backbone, {}, framing=framing)
    if not backbone.zero_unconditional:
        return empty
    pooled = None if empty.pooled is None else torch.zeros_like(empty.pooled)
    return replace(empty, hidden=torch.zeros_like(empty.hidden), pooled=pooled)


def _injections(
    spans: Mapping[str, tuple[int, ...]], vectors: Mapping[str, Tensor]
) -> list[tuple[tuple[int, ...], Tensor]]:
    # A token written twice takes its vectors twice.
    return [(span, vectors[name].repeat(len(span) // len(vectors[name]), 1)) for name, span in spans.items()]


def plain_features(backbone: Backbone, phrases: list[str], pooled: bool = False) -> Tensor:
    """Text feature (K, D) of each phrase in ``"a photo of a <phrase>"``.

    The encoder's output at the phrase's last column; ``pooled``: the pooled (end-of-text) feature instead.
    """
    if not phrases:
        return torch.zeros(0, backbone.text_width, device=backbone.device)
    plans = [layout(f"a photo of a {phrase}", backbone, {}) for phrase in phrases]
    hidden, at_end = backbone.encode_ids(torch.tensor([p.ids for p in plans], device=backbone.device), [])
    if pooled:
        rows = torch.arange(len(plans), device=hidden.device)
        return at_end if at_end is not None else hidden[rows, [p.end for p in plans]]
    return torch.stack([hidden[row, plan.end - 1] for row, plan in enumerate(plans)])


def word_columns(plan: Layout, word: str) -> tuple[int, ...]:
    """Columns of every occurrence of a word (or reference) in a laid-out prompt; empty if it is not there."""
    wanted = prompts.words(word)
    return tuple(
        c for text, span in zip(plan.words, plan.columns, strict=True) if text in wanted for c in span
    )
