"""SDEdit: noise the picture part of the way, denoise it under the target prompt.

Source: Meng et al. 2022, "SDEdit", algorithm 1; its stochastic steps are taken as DDIM's, as image-to-image pipelines do. The
paper calls .3 to .6 of the way a good range.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.evaluation.rivals.task import Task, guided, outcome
from s2edit_plugin.method.edit import EditOutcome
from s2edit_plugin.method.generate import noise_of

__all__ = ["SDEdit"]


@dataclass(frozen=True)
class SDEdit:
    """Attributes: strength: how far it is noised, 0..1; 0 gives the autoencoder's copy of the source."""

    strength: float = 0.5
    steps: int = 50
    guidance: float = 7.5

    @torch.no_grad()
    def edit(self, backbone: Backbone, task: Task) -> EditOutcome:
        """See `Rival.edit`."""
        schedule, latents = backbone.schedule, task.latents
        times = schedule.timesteps(self.steps)[self.steps - round(self.strength * self.steps) :]
        if times:
            first = torch.tensor([times[0]], device=backbone.device)
            latents = schedule.add_noise(latents, noise_of(backbone, task.seed), first)
        for timestep in times:
            predicted = guided(backbone, latents, timestep, task.target, self.guidance)
            latents = schedule.step(latents, predicted, timestep, self.steps)
        return outcome(backbone, task.latents, latents)
