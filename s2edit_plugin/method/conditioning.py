"""Tokens at work: which token acts in which row of a batch, where, and with what parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from s2edit_plugin.backbones.attention import RowToken
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.backbones.conditions import SizeConditioning
from s2edit_plugin.backbones.parameters import TokenParameters
from s2edit_plugin.method import text
from s2edit_plugin.method.orthogonality import Constraint

__all__ = ["ActiveToken", "build_condition", "row_tokens"]


@dataclass(frozen=True)
class ActiveToken:
    """A token that takes part in an edit.

    Attributes:
        name: full name ``person/name``. vectors: (n, W). parameters: what was learned beside them.
        mask: (S, S) float32 in [0, 1], where it may act on the crop; None: everywhere. A mask of one cell holds for all.
        constraint: only for tokens learned under a hard projection, which must hold in use as in learning.
    """

    name: str
    vectors: Tensor
    parameters: TokenParameters
    mask: Tensor | None = None
    constraint: Constraint | None = None


def build_condition(
    backbone: Backbone,
    prompt: str,
    tokens: Sequence[ActiveToken],
    isolation: bool = True,
    framing: SizeConditioning | None = None,
) -> text.Condition:
    """Text condition of a prompt with references to some of the tokens, for a picture framed so.

    Raises:
        PromptError: too long, or a reference to a token that is not at hand.
    """
    plan = text.layout(prompt, backbone, {token.name: len(token.vectors) for token in tokens})
    with torch.no_grad():
        vectors = {token.name: token.vectors for token in tokens}
        condition = text.encode(plan, backbone, vectors, isolation, framing)
        for token in tokens:
            if token.constraint is not None:
                condition = token.constraint.project_condition(condition, token.name)
    return condition


def row_tokens(
    plan: text.Layout, tokens: Sequence[ActiveToken], masked: bool = True, conditional: bool = True
) -> list[RowToken]:
    """What the layers need to know of a row with this prompt, or of its unconditional twin, which has no columns.

    Deltas on the picture act in rows whose prompt names the token and in their twins: otherwise guidance would make them
    stronger, at the cost of the words (measured, docs/DECISIONS.md).
    """
    rows = []
    for token in tokens:
        columns = plan.tokens.get(token.name, ())
        mask = token.mask if masked else None
        rows.append(RowToken(columns if conditional else (), mask, token.parameters, bool(columns)))
    return rows
