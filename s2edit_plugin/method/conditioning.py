"""Tokens at work: which token acts in which row of a batch, where, and with what parameters."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from s2edit_plugin.api import EditSettings, prompts
from s2edit_plugin.backbones.attention import RowToken
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.backbones.conditions import SizeConditioning
from s2edit_plugin.backbones.parameters import NoParameters, TokenParameters
from s2edit_plugin.method import text
from s2edit_plugin.method.orthogonality import Constraint

__all__ = [
    "ActiveToken",
    "Branches",
    "build_condition",
    "for_the_edit",
    "in_branches",
    "in_source_branch",
    "resting",
    "row_tokens",
    "without_influence",
]


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


@dataclass(frozen=True)
class Branches:
    """Tokens as they act in the source and the target branch of an edit.

    apart: what the target's add to the source's is a term of its own in the target branch (`influence`).
    """

    source: list[ActiveToken]
    target: list[ActiveToken]
    apart: bool = False


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


def resting(
    tokens: Sequence[ActiveToken], learned_here: Collection[str], inside: str = "auto"
) -> list[ActiveToken]:
    """The tokens of an edit, those without effect that have nothing to add: deltas of the whole U-Net on their own photo.

    The inverted photo holds all that these deltas hold, hat and beard too, and next to the region they resist the edit
    (docs/DECISIONS.md, Method 32). Their mask is made zero and their parameters are left out, so that unconditional rows
    are those of a photo without a token: they are the same for every edit of the photo and computed once.

    Args:
        learned_here: full names of the tokens learned from this photo.
        inside: see `api.EditSettings`; with ``always`` every token keeps its effect.
    """
    if inside == "always":
        return list(tokens)
    return [
        _without_effect(token) if token.parameters.on_picture and token.name in learned_here else token
        for token in tokens
    ]


def without_influence(
    tokens: Sequence[ActiveToken],
    learned_here: Collection[str],
    settings: EditSettings,
    source_prompt: str,
    target_prompt: str,
) -> list[ActiveToken]:
    """The tokens of an edit, those without effect whose influence on the target is a term of its own (`influence`).

    They are deltas of the whole U-Net on another photo. Inversion, source branch and the words' own prediction are those of
    the photo without them. An unchanged prompt has no target of its own: there they act in both branches.

    Args:
        tokens: from `resting`. learned_here: full names of the tokens learned from this photo.
    """
    if settings.influence == "joint" or settings.mask_mode == "none" or source_prompt == target_prompt:
        return list(tokens)
    return [
        _without_effect(token) if token.parameters.on_picture and token.name not in learned_here else token
        for token in tokens
    ]


def _without_effect(token: ActiveToken) -> ActiveToken:
    nowhere = torch.zeros(1, 1, device=token.vectors.device)
    mask = nowhere if token.mask is None else torch.zeros_like(token.mask)
    return replace(token, parameters=NoParameters(), mask=mask)


def for_the_edit(
    tokens: Sequence[ActiveToken],
    learned_here: Collection[str],
    region: Tensor,
    source_prompt: str,
    target_prompt: str,
    inside: str = "auto",
) -> list[ActiveToken]:
    """The tokens as they act in an edit: those learned from this very photo outside the edit region only.

    There a token acts in both branches alike, so that inside the region it could only resist the edit: what it holds is the
    photo as it was. What comes to light when a hat is taken off only the token knows: there it acts inside too.

    Args:
        tokens: from `resting`. learned_here: full names of the tokens learned from this photo.
        region: (S, S) in [0, 1] on the crop.
        inside: ``auto``, ``always`` or ``never``, see `api.EditSettings`.
    """
    if inside == "always":
        return list(tokens)
    if inside == "auto" and prompts.uncovers(source_prompt, target_prompt):
        return list(tokens)

    return [_outside(token, region) if token.name in learned_here else token for token in tokens]


def in_source_branch(
    tokens: Sequence[ActiveToken],
    learned_here: Collection[str],
    region: Tensor | None,
    source_prompt: str,
    target_prompt: str,
) -> list[ActiveToken]:
    """The tokens of an edit as they act in its source branch: those of other photos outside the edit region only.

    What a token adds to both branches alike, the source's offset takes out again. Inside the region it acts in the target
    branch alone, so that what is drawn anew there is drawn as the person. An unchanged prompt gives the photo back, so for it
    the branches stay alike; so they do where the whole crop may change.

    Args:
        tokens: from `for_the_edit`. region: (S, S) in [0, 1] on the crop, None: the whole crop.
    """
    if region is None or source_prompt == target_prompt:
        return list(tokens)
    return [token if token.name in learned_here else _outside(token, region) for token in tokens]


def in_branches(
    tokens: Sequence[ActiveToken],
    base: Sequence[ActiveToken],
    learned_here: Collection[str],
    region: Tensor,
    whole: bool,
    prompts_of: tuple[str, str],
    inside: str = "auto",
) -> Branches:
    """How tokens act in the two branches of an edit.

    Args:
        tokens: from `resting`. base: from `without_influence`. learned_here: full names of the tokens of this photo.
        region: (S, S) in [0, 1] on the crop, the edit region. whole: it is the whole crop.
        prompts_of: source and target prompt. inside: see `api.EditSettings`.
    """
    target = for_the_edit(tokens, learned_here, region, *prompts_of, inside)
    if all(token is plain for token, plain in zip(tokens, base, strict=True)):
        limits = None if whole else region
        return Branches(in_source_branch(target, learned_here, limits, *prompts_of), target)
    source = for_the_edit(base, learned_here, region, *prompts_of, inside)
    outside = 1 - region
    target = [
        after if token is plain else _outside(after, outside)
        for token, plain, after in zip(tokens, base, target, strict=True)
    ]
    return Branches(source, target, apart=True)


def _outside(token: ActiveToken, region: Tensor) -> ActiveToken:
    outside = 1 - region
    return replace(token, mask=outside if token.mask is None else token.mask * outside.to(token.mask))
