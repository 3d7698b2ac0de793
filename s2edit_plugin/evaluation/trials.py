"""Making the edits that the benchmark judges.

The edit region is found once an edit, by the plain model without any token, and is the same for all methods. Tokens and
inversions that methods have in common are made once a subject.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from s2edit_plugin.api import EditSettings, LearnSettings, prompts
from s2edit_plugin.evaluation.cost import Cost, metered
from s2edit_plugin.evaluation.methods import Method
from s2edit_plugin.evaluation.rivals.dreambooth import DreamBooth, named, weights_of
from s2edit_plugin.evaluation.rivals.task import Task
from s2edit_plugin.evaluation.suites import AskedEdit, Shot, Subject
from s2edit_plugin.imaging.crop import Crop, fitted
from s2edit_plugin.imaging.detail import crop_change, pasting_side
from s2edit_plugin.imaging.paste import paste_change
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.method.conditioning import ActiveToken, build_condition
from s2edit_plugin.method.edit import EditOutcome, edit
from s2edit_plugin.method.invert import Inversion, invert
from s2edit_plugin.method.learn import LearnTask, learn
from s2edit_plugin.method.orthogonality import default_attribute_words
from s2edit_plugin.method.recipes import resolved
from s2edit_plugin.method.roles import EditTokens
from s2edit_plugin.perception.masks.regions import find_regions
from s2edit_plugin.perception.networks.installed import Networks
from s2edit_plugin.workflows.crops import copies_on, latents_of
from s2edit_plugin.workflows.edit_region import LARGEST, EditRegion, find_edit_region

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

__all__ = ["TOKEN", "Outcome", "Prepared", "Trials", "channels_last", "learned_token", "to_uint8"]

TOKEN = "subject/me"


@dataclass(frozen=True)
class Outcome:
    """One edit by one method.

    Attributes:
        drawn: what the model drew, before pasting. pasted: what the user gets; both uint8 (128, 128, 3).
        region: (128, 128) float32 edit region. cost: of the edit. inversion: of the inversion, which a shot's edits share.
            Learning is in neither. None where nothing was edited.
    """

    subject: Subject
    shot: Shot
    case: AskedEdit
    method: str
    drawn: np.ndarray
    pasted: np.ndarray
    region: np.ndarray
    cost: Cost | None = None
    inversion: Cost | None = None


@dataclass
class Prepared:
    """A shot on its way into the model.

    Attributes:
        picture: (H, W, 3) in [0, 1]. latents: (1, C, s, s). mask: (S, S) of the subject. regions: a case each.
        inversions: by what they depend on, with what they cost. plain: the one without a token, by default settings.
    """

    shot: Shot
    picture: np.ndarray
    latents: torch.Tensor
    mask: torch.Tensor
    regions: list[EditRegion]
    plain: tuple[Inversion, Cost]
    inversions: dict[object, tuple[Inversion, Cost]] = field(default_factory=dict)


class Trials:
    """Makes the edits of one subject by any number of methods."""

    def __init__(
        self,
        backbone: Backbone,
        subject: Subject,
        regions: bool = True,
        mask_of: Callable[[np.ndarray], np.ndarray] | None = None,
        networks: Networks | None = None,
    ) -> None:
        """Args: regions: find the edit regions; False where only tokens are wanted. mask_of: gives the subject's mask (H, W) on
        a picture, None: as on drawn people. networks: that find regions on photographs."""
        self.backbone, self.subject = backbone, subject
        self._mask_of, self._networks = mask_of, networks
        self._side = (backbone.resolution, backbone.resolution)
        self._learned: dict[LearnSettings, ActiveToken] = {}
        self._weights: dict[DreamBooth, dict[str, torch.Tensor]] = {}
        self.prepared = [self._prepare(shot) for shot in subject.shots] if regions else []

    def token(self, settings: LearnSettings) -> list[ActiveToken]:
        """The subject's token, learned by these settings the first time; it may act everywhere."""
        settings = resolved(settings, self.backbone)
        if settings not in self._learned:
            subject = self.subject
            prompt = prompts.insert_token(subject.prompt, subject.noun, TOKEN)
            mask = self._subject_mask(subject.picture)
            self._learned[settings] = learned_token(
                self.backbone, subject.picture, prompt, subject.noun, mask, settings
            )
        return [self._learned[settings]]

    def outcomes(self, method: Method) -> Iterator[Outcome]:
        """Every edit of the subject by a method."""
        for prepared in self.prepared:
            for case, region in zip(prepared.shot.cases, prepared.regions, strict=True):
                if method.shows == "edit":
                    yield self.edited(prepared, case, region, method)
                else:
                    yield self._unedited(prepared, case, region, method)

    def _prepare(self, shot: Shot) -> Prepared:
        picture = shot.picture.astype(np.float32) / 255
        latents = self._latents(shot.picture)
        settings = EditSettings()
        source = build_condition(self.backbone, shot.prompt, [])
        with metered(self.backbone) as cost:
            inversion = invert(self.backbone, latents, source, [], settings)
        targets = [build_condition(self.backbone, case.prompt, []) for case in shot.cases]
        finer = max(self.backbone.resolution, min(len(picture), LARGEST))
        rgb = to_uint8(fitted(picture, (finer, finer)))
        regions = [
            find_edit_region(self.backbone, rgb, inversion, source, target, networks=self._networks)
            for target in targets
        ]
        made = Prepared(shot, picture, latents, self._subject_mask(shot.picture), regions, (inversion, cost))
        made.inversions[
            None, None, settings.steps, False, settings.mask_mode, True, False, settings.influence == "joint"
        ] = made.plain
        return made

    def edited(self, prepared: Prepared, case: AskedEdit, where: EditRegion, method: Method) -> Outcome:
        """One edit of a prepared shot inside a region."""
        backbone = self.backbone
        if method.oracle:
            true = fitted(case.answered.answer.region.astype(np.float32), self._side).clip(0, 1)
            mask = torch.from_numpy(true).to(backbone.device)
            where = EditRegion(mask, mask)
        if method.rival is not None:
            return self._by_rival(prepared, case, where, method)
        if method.tuned is not None:
            with weights_of(backbone, self._tuned(method.tuned)):
                return self._by_ours(prepared, case, where, method)
        return self._by_ours(prepared, case, where, method)

    def _by_ours(self, prepared: Prepared, case: AskedEdit, where: EditRegion, method: Method) -> Outcome:
        """An edit by our procedure, with the method's settings."""
        backbone, settings = self.backbone, method.edit
        here = {TOKEN} if prepared.shot.learned else frozenset[str]()
        tokens = self._tokens(prepared, method)
        before, after = (self._worded(p, tokens, method) for p in (prepared.shot.prompt, case.prompt))
        roles = EditTokens.of(tokens, here, settings, before, after)
        source, target = (
            build_condition(backbone, prompt, roles.tokens, settings.isolation) for prompt in (before, after)
        )
        key = (
            method.learn,
            method.tuned,
            settings.steps,
            settings.inversion == "null_text",
            settings.mask_mode,
            settings.isolation,
            settings.inside == "always",
            settings.influence == "joint",
        )
        if key not in prepared.inversions:
            with metered(backbone) as cost:
                found = invert(backbone, prepared.latents, source, roles.base, settings)
            prepared.inversions[key] = found, cost
        inversion, shared = prepared.inversions[key]
        inversion = replace(inversion, method=settings.inversion)
        branches = roles.branches(self.on_model(where.soft))
        with metered(backbone) as spent:
            made = edit(backbone, inversion, source, target, branches, where.cells, settings)
        return self.pasted(prepared, case, where, method, made, spent, shared)

    def _by_rival(self, prepared: Prepared, case: AskedEdit, where: EditRegion, method: Method) -> Outcome:
        """An edit by a method with a procedure of its own; its inversion is part of it."""
        assert method.rival is not None
        source, target = (
            build_condition(self.backbone, prompt, []) for prompt in (prepared.shot.prompt, case.prompt)
        )
        task = Task(prepared.latents, source, target, where.cells)
        with metered(self.backbone) as spent:
            made = method.rival.edit(self.backbone, task)
        return self.pasted(prepared, case, where, method, made, spent, None)

    def pasted(
        self,
        prepared: Prepared,
        case: AskedEdit,
        where: EditRegion,
        method: Method,
        made: EditOutcome,
        spent: Cost,
        inversion: Cost | None,
    ) -> Outcome:
        """The outcome of what the model drew, pasted as the product does.

        Args:
            made: both branches. spent: of the edit. inversion: of the inversion that edits share.
        """
        shape = prepared.picture.shape[:2]
        region = fitted(where.soft.cpu().numpy(), shape).clip(0, 1)
        seen = fitted(prepared.picture, self._side).clip(0, 1)
        finer = pasting_side(self.backbone.resolution, max(shape))
        fine = (
            None if finer == self.backbone.resolution else fitted(prepared.picture, (finer, finer)).clip(0, 1)
        )
        outline = None if where.outline is None else where.outline.cpu().numpy()
        changed = crop_change(seen, channels_last(made.source), channels_last(made.target), fine, outline)
        drawn = to_uint8(fitted(channels_last(made.target), shape))
        if fine is None:  # at the model's own resolution there is no detail beyond what it saw
            pasted = to_uint8(prepared.picture + fitted(changed.change, shape) * region[..., None])
        else:
            photo = Photo(prepared.shot.picture, None, "PNG")
            pasted = paste_change(photo, changed, Crop(0, 0, max(shape)), region)
        return Outcome(
            self.subject, prepared.shot, case, method.name, drawn, pasted, region, spent, inversion
        )

    def _unedited(self, prepared: Prepared, case: AskedEdit, where: EditRegion, method: Method) -> Outcome:
        answer = method.shows == "answer"
        picture = case.answered.answer.target.rgb if answer else prepared.shot.picture
        if method.shows != "source":
            decoded = self.backbone.decode_latents(self._latents(picture))[0] / 2 + 0.5
            picture = to_uint8(fitted(channels_last(decoded), picture.shape[:2]))
        region = fitted(where.soft.cpu().numpy(), picture.shape[:2]).clip(0, 1)
        return Outcome(self.subject, prepared.shot, case, method.name, picture, picture, region)

    def _tokens(self, prepared: Prepared, method: Method) -> list[ActiveToken]:
        """The token as it acts in a shot: inside that shot's subject."""
        if method.learn is None:
            return []
        return [replace(token, mask=prepared.mask) for token in self.token(method.learn)]

    def _worded(self, prompt: str, tokens: list[ActiveToken], method: Method) -> str:
        if method.tuned is not None:
            return named(prompt, self.subject.noun)
        return prompts.insert_token(prompt, self.subject.noun, TOKEN) if tokens else prompt

    def _tuned(self, method: DreamBooth) -> dict[str, torch.Tensor]:
        """Weights that learned the subject, made the first time."""
        if method not in self._weights:
            subject = self.subject
            latents = self._latents(subject.picture)
            self._weights[method] = method.learn(self.backbone, latents, subject.prompt, subject.noun)
        return self._weights[method]

    def on_model(self, region: torch.Tensor) -> torch.Tensor:
        """A region (F, F) at the model's resolution, (S, S)."""
        if region.shape == self._side:
            return region
        return torch.from_numpy(fitted(region.cpu().numpy(), self._side).clip(0, 1)).to(region.device)

    def _latents(self, picture: np.ndarray) -> torch.Tensor:
        return latents_of(fitted(picture.astype(np.float32) / 255, self._side).clip(0, 1), self.backbone)

    def _subject_mask(self, picture: np.ndarray) -> torch.Tensor:
        mask = find_regions(picture)["subject"] if self._mask_of is None else self._mask_of(picture)
        return torch.from_numpy(fitted(mask, self._side).clip(0, 1)).to(self.backbone.device)


def learned_token(
    backbone: Backbone,
    picture: np.ndarray,
    prompt: str,
    noun: str,
    mask: torch.Tensor,
    settings: LearnSettings,
    name: str = TOKEN,
) -> ActiveToken:
    """A token learned from a picture, uint8 (H, W, 3); it may act everywhere.

    Args:
        prompt: what the picture shows, with the token's reference in it. noun: class noun. mask: (S, S) of what is learned.
    """
    settings = resolved(settings, backbone)
    seen = fitted(picture.astype(np.float32) / 255, (backbone.resolution,) * 2).clip(0, 1)
    copies = copies_on(seen, mask, settings, backbone)
    words = default_attribute_words(noun)
    task = LearnTask(name, prompt, latents_of(seen, backbone), mask, noun, words, copies=copies)
    learned = learn(backbone, task, settings)
    return ActiveToken(name, learned.vectors, learned.parameters)


def channels_last(picture: torch.Tensor) -> np.ndarray:
    """(3, H, W) tensor -> (H, W, 3) array."""
    return picture.permute(1, 2, 0).cpu().numpy()


def to_uint8(picture: np.ndarray) -> np.ndarray:
    """Values in [0, 1], others cut off, -> uint8."""
    return np.rint(picture.clip(0, 1) * 255).astype(np.uint8)
