"""InfEdit: virtual inversion. Nothing is inverted: at every step the target's clean picture is the source's, moved by the
difference of the two predictions, and both get the same fresh noise.

    z0* = (z_t* - sqrt(1 - a) (e* - e + e_true)) / sqrt(a),   e_true = (z_t - sqrt(a) z0) / sqrt(1 - a)

Source: Xu et al. 2024, "Inversion-Free Image Editing with Natural Language", algorithm 2 (DDCM) and its attention control, here
Prompt-to-Prompt's; 12 steps, guidance 1 of the source and 2 of the target, attention of .7 of the steps. From the paper alone.
Equal prompts at equal guidance give the picture back exactly. The paper's weights are consistency models; ours are not.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from s2edit_plugin.backbones.attention import AttentionControl, EditControl
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.evaluation.rivals.stochastic import steps_of
from s2edit_plugin.evaluation.rivals.task import Task, outcome
from s2edit_plugin.method import alignment, text
from s2edit_plugin.method.edit import EditOutcome

__all__ = ["InfEdit"]


@dataclass(frozen=True)
class InfEdit:
    """Attributes: cross_steps, self_steps: shares of the steps in which attention maps come from the source."""

    steps: int = 12
    source_guidance: float = 1.0
    target_guidance: float = 2.0
    cross_steps: float = 0.7
    self_steps: float = 0.7

    @torch.no_grad()
    def edit(self, backbone: Backbone, task: Task) -> EditOutcome:
        """See `Rival.edit`."""
        mapper, alpha = (
            t.to(backbone.device) for t in alignment.map_columns(task.source.layout, task.target.layout)
        )
        empty = text.unconditional(backbone, task.source.framing)
        generator = torch.Generator().manual_seed(task.seed)
        run = steps_of(backbone, self.steps)
        noise = torch.randn(task.latents.shape, generator=generator).to(backbone.device)
        clean, source = task.latents, run[0].noisy(task.latents, noise)
        target = source
        for index, step in enumerate(run):
            control = AttentionControl([[], [], [], []], "none")
            control.edit = EditControl(
                0,
                1,
                mapper,
                alpha,
                cross=index < self.cross_steps * self.steps,
                self_attention=index < self.self_steps * self.steps,
                self_side=backbone.self_side,
            )
            with backbone.control(control):
                said = backbone.predict(
                    torch.cat([source, target, source, target]),
                    step.timestep,
                    [task.source, task.target, empty, empty],
                )
            of_source = step.noise(source, said[2:3] + self.source_guidance * (said[0:1] - said[2:3]))
            of_target = step.noise(target, said[3:4] + self.target_guidance * (said[1:2] - said[3:4]))
            moved = of_target - of_source + noise
            clean = (target - (1 - step.alpha) ** 0.5 * moved) / step.alpha**0.5
            noise = torch.randn(task.latents.shape, generator=generator).to(backbone.device)
            source, target = step.noisy(task.latents, noise, after=True), step.noisy(clean, noise, after=True)
        return outcome(backbone, task.latents, clean)
