"""The roles of tokens in an edit: which acts in the inversion and in which branch, and where.

A token of the photo itself acts outside the edit region, in both branches; deltas of the whole U-Net have no effect there at
all (`resting`). A token of another photo acts inside the region: its deltas of the whole U-Net as a term of their own in the
target branch (`influence`), everything else in the target branch's prediction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from s2edit_plugin.api import EditSettings, prompts
from s2edit_plugin.backbones.parameters import NoParameters
from s2edit_plugin.method.conditioning import ActiveToken

__all__ = [
    "Branches",
    "EditTokens",
    "for_the_edit",
    "in_source_branch",
    "resting",
    "without_influence",
]


@dataclass(frozen=True)
class Branches:
    """Tokens as they act in the source and the target branch of an edit.

    apart: what the target's add to the source's is a term of its own in the target branch (`influence`).
    """

    source: list[ActiveToken]
    target: list[ActiveToken]
    apart: bool = False


@dataclass(frozen=True)
class EditTokens:
    """The tokens of one edit.

    Attributes:
        tokens: as the prompts' columns hold them. base: as they act in the inversion.
        learned_here: full names of the tokens learned from this photo. prompts_of: source and target prompt.
    """

    tokens: list[ActiveToken]
    base: list[ActiveToken]
    learned_here: Collection[str]
    prompts_of: tuple[str, str]
    inside: str

    @classmethod
    def of(
        cls,
        tokens: Sequence[ActiveToken],
        learned_here: Collection[str],
        settings: EditSettings,
        source_prompt: str,
        target_prompt: str,
    ) -> EditTokens:
        """Their roles in an edit from one prompt to the other."""
        tokens = resting(tokens, learned_here, settings.inside)
        base = without_influence(tokens, learned_here, settings, source_prompt, target_prompt)
        return cls(tokens, base, learned_here, (source_prompt, target_prompt), settings.inside)

    def branches(self, region: Tensor, whole: bool = False) -> Branches:
        """How they act in the two branches.

        Args:
            region: (S, S) in [0, 1] on the crop, the edit region. whole: it is the whole crop.
        """
        target = for_the_edit(self.tokens, self.learned_here, region, *self.prompts_of, self.inside)
        if all(token is plain for token, plain in zip(self.tokens, self.base, strict=True)):
            limits = None if whole else region
            return Branches(in_source_branch(target, self.learned_here, limits, *self.prompts_of), target)
        source = for_the_edit(self.base, self.learned_here, region, *self.prompts_of, self.inside)
        outside = 1 - region
        target = [
            after if token is plain else _outside(after, outside)
            for token, plain, after in zip(self.tokens, self.base, target, strict=True)
        ]
        return Branches(source, target, apart=True)


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


def _outside(token: ActiveToken, region: Tensor) -> ActiveToken:
    outside = 1 - region
    return replace(token, mask=outside if token.mask is None else token.mask * outside.to(token.mask))
