"""Making the edits that the benchmark judges.

The edit region is found once an edit, by the plain model without any token, and is the same for all methods. Tokens and
inversions that methods have in common are made once a subject.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from s2edit_plugin.api import EditSettings, LearnSettings, prompts
from s2edit_plugin.evaluation.methods import Method
from s2edit_plugin.evaluation.suites import Case, Shot, Subject
from s2edit_plugin.imaging.crop import fitted
from s2edit_plugin.imaging.detail import crop_change
from s2edit_plugin.method.conditioning import (
    ActiveToken,
    build_condition,
    in_branches,
    resting,
    without_influence,
)
from s2edit_plugin.method.edit import edit
from s2edit_plugin.method.invert import Inversion, invert
from s2edit_plugin.method.learn import LearnTask, learn
from s2edit_plugin.method.orthogonality import default_attribute_words
from s2edit_plugin.method.recipes import resolved
from s2edit_plugin.perception.masks.regions import find_regions
from s2edit_plugin.workflows.crops import copies_on, latents_of
from s2edit_plugin.workflows.edit_region import EditRegion, find_edit_region

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

__all__ = ["TOKEN", "Outcome", "Trials", "channels_last", "to_uint8"]

TOKEN = "subject/me"


@dataclass(frozen=True)
class Outcome:
    """One edit by one method.

    Attributes:
        drawn: what the model drew, before pasting. pasted: what the user gets; both uint8 (128, 128, 3).
        region: (128, 128) float32 edit region. seconds: that the edit took, learning and inversion left out.
    """

    subject: Subject
    shot: Shot
    case: Case
    method: str
    drawn: np.ndarray
    pasted: np.ndarray
    region: np.ndarray
    seconds: float = 0.0


@dataclass
class _Prepared:
    """A shot on its way into the model."""

    shot: Shot
    picture: np.ndarray
    latents: torch.Tensor
    mask: torch.Tensor
    regions: list[EditRegion]
    inversions: dict[object, Inversion] = field(default_factory=dict)


class Trials:
    """Makes the edits of one subject by any number of methods."""

    def __init__(self, backbone: Backbone, subject: Subject, regions: bool = True) -> None:
        """Args: regions: find the edit regions; False where only tokens are wanted."""
        self.backbone, self.subject = backbone, subject
        self._side = (backbone.resolution, backbone.resolution)
        self._learned: dict[LearnSettings, ActiveToken] = {}
        self._shots = [self._prepare(shot) for shot in subject.shots] if regions else []

    def token(self, settings: LearnSettings) -> list[ActiveToken]:
        """The subject's token, learned by these settings the first time; it may act everywhere."""
        settings = resolved(settings, self.backbone)
        if settings not in self._learned:
            subject = self.subject
            prompt = prompts.insert_token(subject.prompt, subject.noun, TOKEN)
            mask = self._subject_mask(subject.picture)
            words = default_attribute_words(subject.noun)
            latents = self._latents(subject.picture)
            picture = fitted(subject.picture.astype(np.float32) / 255, self._side)
            copies = copies_on(picture, mask, settings, self.backbone)
            task = LearnTask(TOKEN, prompt, latents, mask, subject.noun, words, copies=copies)
            learned = learn(self.backbone, task, settings)
            self._learned[settings] = ActiveToken(TOKEN, learned.vectors, learned.parameters)
        return [self._learned[settings]]

    def outcomes(self, method: Method) -> Iterator[Outcome]:
        """Every edit of the subject by a method."""
        for prepared in self._shots:
            for case, region in zip(prepared.shot.cases, prepared.regions, strict=True):
                if method.shows == "edit":
                    yield self._edit(prepared, case, region, method)
                else:
                    yield self._unedited(prepared, case, region, method)

    def _prepare(self, shot: Shot) -> _Prepared:
        picture = shot.picture.astype(np.float32) / 255
        latents = self._latents(shot.picture)
        settings = EditSettings()
        source = build_condition(self.backbone, shot.prompt, [])
        inversion = invert(self.backbone, latents, source, [], settings)
        targets = [build_condition(self.backbone, case.prompt, []) for case in shot.cases]
        rgb = to_uint8(fitted(picture, self._side))
        regions = [find_edit_region(self.backbone, rgb, inversion, source, target) for target in targets]
        made = _Prepared(shot, picture, latents, self._subject_mask(shot.picture), regions)
        made.inversions[None, settings.steps, False, settings.mask_mode, True, False, True] = inversion
        return made

    def _edit(self, prepared: _Prepared, case: Case, where: EditRegion, method: Method) -> Outcome:
        backbone, settings = self.backbone, method.edit
        here = {TOKEN} if prepared.shot.learned else frozenset[str]()
        tokens = resting(self._tokens(prepared, method), here, settings.inside)
        source_prompt, target_prompt = (
            self._with_token(p, tokens) for p in (prepared.shot.prompt, case.prompt)
        )
        base = without_influence(tokens, here, settings, source_prompt, target_prompt)
        source, target = (
            build_condition(backbone, prompt, tokens, settings.isolation)
            for prompt in (source_prompt, target_prompt)
        )
        key = (
            method.learn,
            settings.steps,
            settings.inversion == "null_text",
            settings.mask_mode,
            settings.isolation,
            settings.inside == "always",
            settings.influence == "joint",
        )
        if key not in prepared.inversions:
            prepared.inversions[key] = invert(backbone, prepared.latents, source, base, settings)
        inversion = replace(prepared.inversions[key], method=settings.inversion)
        if method.oracle:
            true = torch.from_numpy(fitted(case.answer.region.astype(np.float32), self._side).clip(0, 1))
            where = EditRegion(true.to(backbone.device), true.to(backbone.device))
        both = source_prompt, target_prompt
        acting = in_branches(tokens, base, here, where.soft, False, both, settings.inside)
        started = time.monotonic()
        made = edit(
            backbone, inversion, source, target, acting.target, where.cells, settings,
            source_tokens=acting.source, apart=acting.apart,
        )  # fmt: skip
        seconds = time.monotonic() - started
        shape = prepared.picture.shape[:2]
        region = fitted(where.soft.cpu().numpy(), shape).clip(0, 1)
        # At the model's own resolution there is no detail beyond what it saw.
        seen = fitted(prepared.picture, self._side)
        pasted_change = crop_change(seen, channels_last(made.source), channels_last(made.target))
        change = fitted(pasted_change.change, shape) * region[..., None]
        drawn = to_uint8(fitted(channels_last(made.target), shape))
        pasted = to_uint8(prepared.picture + change)
        return Outcome(self.subject, prepared.shot, case, method.name, drawn, pasted, region, seconds)

    def _unedited(self, prepared: _Prepared, case: Case, where: EditRegion, method: Method) -> Outcome:
        picture = case.answer.target.rgb if method.shows == "answer" else prepared.shot.picture
        if method.shows != "source":
            decoded = self.backbone.decode_latents(self._latents(picture))[0] / 2 + 0.5
            picture = to_uint8(fitted(channels_last(decoded), picture.shape[:2]))
        region = fitted(where.soft.cpu().numpy(), picture.shape[:2]).clip(0, 1)
        return Outcome(self.subject, prepared.shot, case, method.name, picture, picture, region)

    def _tokens(self, prepared: _Prepared, method: Method) -> list[ActiveToken]:
        """The token as it acts in a shot: inside that shot's subject."""
        if method.learn is None:
            return []
        return [replace(token, mask=prepared.mask) for token in self.token(method.learn)]

    def _with_token(self, prompt: str, tokens: list[ActiveToken]) -> str:
        return prompts.insert_token(prompt, self.subject.noun, TOKEN) if tokens else prompt

    def _latents(self, picture: np.ndarray) -> torch.Tensor:
        return latents_of(fitted(picture.astype(np.float32) / 255, self._side).clip(0, 1), self.backbone)

    def _subject_mask(self, picture: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(fitted(find_regions(picture)["subject"], self._side)).to(self.backbone.device)


def channels_last(picture: torch.Tensor) -> np.ndarray:
    """(3, H, W) tensor -> (H, W, 3) array."""
    return picture.permute(1, 2, 0).cpu().numpy()


def to_uint8(picture: np.ndarray) -> np.ndarray:
    """Values in [0, 1], others cut off, -> uint8."""
    return np.rint(picture.clip(0, 1) * 255).astype(np.uint8)
