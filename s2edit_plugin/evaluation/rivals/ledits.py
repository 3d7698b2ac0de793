"""LEDITS++: an edit-friendly inversion without a prompt, and guidance by concepts, each inside a mask of its own.

    e = e_0 + sum_c s_c M_c (e_c - e_0),   M_c = (attention to the concept's words) and (largest |e_c - e_0|)

Source: Brack et al. 2024, "LEDITS++", sections 3.1 to 3.3 (15 % of the steps skipped, guidance 5 to 10, masks above the
quantile .9). Its faster solver is left out: noise maps are those of DDPM, as its authors do for DDIM schedules. diffusers'
own pipeline takes latents of four channels alone, so it cannot run on the bundled model. Words that the target prompt adds
are a concept; those that it takes away are one to move away from.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from s2edit_plugin.api import prompts
from s2edit_plugin.backbones.attention import AttentionControl, MapRecorder
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.evaluation.rivals.stochastic import steps_of
from s2edit_plugin.evaluation.rivals.task import Task, outcome
from s2edit_plugin.method import text
from s2edit_plugin.method.conditioning import build_condition
from s2edit_plugin.method.edit import EditOutcome

__all__ = ["LEDITS"]


@dataclass(frozen=True)
class LEDITS:
    """Attributes: skip: share of the noisy steps left out. threshold: quantile that both masks are cut at."""

    steps: int = 50
    guidance: float = 7.5
    skip: float = 0.15
    threshold: float = 0.9

    @torch.no_grad()
    def edit(self, backbone: Backbone, task: Task) -> EditOutcome:
        """See `Rival.edit`."""
        empty = text.unconditional(backbone, task.source.framing)
        taken, added = prompts.changed_words(task.source.layout.prompt, task.target.layout.prompt)
        asked = [(" ".join(words), sign) for words, sign in ((added, 1.0), (taken, -1.0)) if words]
        concepts = [build_condition(backbone, words, [], framing=task.source.framing) for words, _ in asked]
        run = steps_of(backbone, self.steps)[round(self.skip * self.steps) :]
        generator = torch.Generator().manual_seed(task.seed)
        noises = [torch.randn(task.latents.shape, generator=generator).to(backbone.device) for _ in run]
        noisy = [step.noisy(task.latents, noise) for step, noise in zip(run, noises, strict=True)]
        after = [*noisy[1:], task.latents]
        latents = noisy[0] if run else task.latents
        for step, before, wanted in zip(run, noisy, after, strict=True):
            own_noise = wanted - step.mean(before, backbone.predict(before, step.timestep, [empty]))
            recorder = MapRecorder(backbone.map_side, tuple(range(1, 1 + len(concepts))))
            control = AttentionControl([[] for _ in range(1 + len(concepts))], "none", recorder=recorder)
            with backbone.control(control):
                said = backbone.predict(
                    latents.expand(1 + len(concepts), -1, -1, -1), step.timestep, [empty, *concepts]
                )
            predicted = said[0:1]
            for row, (concept, (_, sign)) in enumerate(zip(concepts, asked, strict=True), start=1):
                difference = said[row : row + 1] - said[0:1]
                seen = recorder.mean(row)[..., 1 : concept.layout.end].mean(dim=-1)
                mask = self._attended(seen, latents.shape[-1]) * self._largest(difference)
                predicted = predicted + sign * self.guidance * mask * difference
            latents = step.mean(latents, predicted) + own_noise
        return outcome(backbone, task.latents, latents)

    def _attended(self, seen: Tensor, side: int) -> Tensor:
        """(1, 1, s, s) zeros and ones, from attention (m, m) to the concept's words, smoothed."""
        smooth = F.avg_pool2d(F.pad(seen[None, None], (1, 1, 1, 1), mode="replicate"), 3, stride=1)
        return F.interpolate((smooth >= smooth.quantile(self.threshold)).float(), (side, side))

    def _largest(self, difference: Tensor) -> Tensor:
        """(1, 1, s, s) zeros and ones: where the concept changes the prediction most."""
        size = difference.abs().sum(dim=1, keepdim=True)
        return (size >= size.quantile(self.threshold)).float()
