"""Edit-friendly DDPM: the noise maps of a stochastic run that ends in the picture, replayed under the target prompt.

Source: Huberman-Spiegelglas et al. 2024, "An Edit Friendly DDPM Noise Space", section 3 (100 steps, eta 1, skip 36, guidance
3.5 and 15). Every noisy picture of the run is drawn by itself, so that the maps are larger and less alike than sampling's.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.evaluation.rivals.stochastic import steps_of
from s2edit_plugin.evaluation.rivals.task import Task, guided, outcome
from s2edit_plugin.method.edit import EditOutcome

__all__ = ["EditFriendly"]


@dataclass(frozen=True)
class EditFriendly:
    """Attributes: skip: steps at the noisy end that are left out; more keep the picture better."""

    steps: int = 100
    skip: int = 36
    source_guidance: float = 3.5
    target_guidance: float = 15.0

    @torch.no_grad()
    def edit(self, backbone: Backbone, task: Task) -> EditOutcome:
        """See `Rival.edit`."""
        run = steps_of(backbone, self.steps)[self.skip :]
        generator = torch.Generator().manual_seed(task.seed)
        noises = [torch.randn(task.latents.shape, generator=generator).to(backbone.device) for _ in run]
        noisy = [step.noisy(task.latents, noise) for step, noise in zip(run, noises, strict=True)]
        after = [*noisy[1:], task.latents]
        latents = noisy[0] if run else task.latents
        for step, before, wanted in zip(run, noisy, after, strict=True):
            said = guided(backbone, before, step.timestep, task.source, self.source_guidance)
            own_noise = wanted - step.mean(before, said)  # sigma times the map
            said = guided(backbone, latents, step.timestep, task.target, self.target_guidance)
            latents = step.mean(latents, said) + own_noise
        return outcome(backbone, task.latents, latents)
