"""DiffEdit: a mask from the difference of two prompts' noise, then DDIM under the target prompt inside it.

Source: Couairon et al. 2023, "DiffEdit", section 3.2 (10 noises at half of the way, the differences' extremes cut off, scaled
to 0..1, cut at .5; the picture is encoded to a share of the way under no prompt; outside the mask its own latents come back
at every step).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from s2edit_plugin.api import EditSettings
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.evaluation.rivals.task import Task, guided, outcome
from s2edit_plugin.method import text
from s2edit_plugin.method.edit import EditOutcome
from s2edit_plugin.method.invert import ddim_inversion

__all__ = ["DiffEdit"]

_EXTREME = 0.01  # share of the largest differences that is cut off


@dataclass(frozen=True)
class DiffEdit:
    """Attributes: encoding: share of the way that the picture is encoded, 0..1. maps: noises that the mask is a mean over."""

    steps: int = 50
    guidance: float = 7.5
    encoding: float = 0.5
    maps: int = 10
    threshold: float = 0.5

    @torch.no_grad()
    def edit(self, backbone: Backbone, task: Task) -> EditOutcome:
        """See `Rival.edit`."""
        schedule, mask = backbone.schedule, self.mask(backbone, task)
        empty = text.unconditional(backbone, task.source.framing)
        way = ddim_inversion(backbone, task.latents, empty, [], EditSettings(steps=self.steps))
        first = self.steps - round(self.encoding * self.steps)
        latents = way[self.steps - first][None]
        for index, timestep in list(enumerate(schedule.timesteps(self.steps)))[first:]:
            predicted = guided(backbone, latents, timestep, task.target, self.guidance)
            latents = schedule.step(latents, predicted, timestep, self.steps)
            source = way[self.steps - index - 1][None]
            latents = source + mask * (latents - source)
        return outcome(backbone, task.latents, latents)

    @torch.no_grad()
    def mask(self, backbone: Backbone, task: Task) -> Tensor:
        """Zeros and ones (1, 1, s, s): where the two prompts' predictions differ; all zero where they do not."""
        schedule = backbone.schedule
        timestep = schedule.timesteps(self.steps)[self.steps // 2]
        generator = torch.Generator().manual_seed(task.seed)
        at = torch.tensor([timestep], device=backbone.device)
        total = torch.zeros_like(task.latents[:, :1])
        for _ in range(self.maps):
            noise = torch.randn(task.latents.shape, generator=generator).to(backbone.device)
            noisy = schedule.add_noise(task.latents, noise, at)
            one, other = backbone.predict(
                torch.cat([noisy, noisy]), timestep, [task.source, task.target]
            ).chunk(2)
            total += (one - other).abs().mean(dim=1, keepdim=True)
        highest = total.flatten().quantile(1 - _EXTREME)
        if float(highest) <= 0:
            return torch.zeros_like(total)
        return ((total / highest).clamp(0, 1) > self.threshold).float()
