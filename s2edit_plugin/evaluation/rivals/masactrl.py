"""MasaCtrl: mutual self-attention. The target asks with its own queries, and the source's keys and values answer.

Source: Cao et al. 2023, "MasaCtrl", section 4 (from step 4 of 50 and self-attention layer 10 of 16 on; guidance 7.5). The
source branch stays on the inverted trajectory.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import torch

from s2edit_plugin.api import EditSettings
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.evaluation.rivals.rows import rows_copied, self_attention_layers
from s2edit_plugin.evaluation.rivals.task import Task, outcome
from s2edit_plugin.method import text
from s2edit_plugin.method.edit import EditOutcome
from s2edit_plugin.method.invert import ddim_inversion

__all__ = ["MasaCtrl"]


@dataclass(frozen=True)
class MasaCtrl:
    """Attributes: first_step, first_layer: from where on the source answers, as shares of steps and self-attention layers."""

    steps: int = 50
    guidance: float = 7.5
    first_step: float = 4 / 50
    first_layer: float = 10 / 16

    @torch.no_grad()
    def edit(self, backbone: Backbone, task: Task) -> EditOutcome:
        """See `Rival.edit`."""
        schedule = backbone.schedule
        way = ddim_inversion(backbone, task.latents, task.source, [], EditSettings(steps=self.steps))
        layers = self_attention_layers(backbone)
        layers = layers[round(self.first_layer * len(layers)) :]
        modules = [f"{layer}.{part}" for layer in layers for part in ("to_k", "to_v")]
        empty = text.unconditional(backbone, task.source.framing)
        conditions = [task.source, task.target, empty, empty]
        latents = way[-1][None]
        for index, timestep in enumerate(schedule.timesteps(self.steps)):
            source = way[self.steps - index][None]
            answering = index >= self.first_step * self.steps
            with rows_copied(backbone, modules, {1: 0, 3: 2}) if answering else contextlib.nullcontext():
                said = backbone.predict(torch.cat([source, latents, source, latents]), timestep, conditions)
            predicted = said[3:4] + self.guidance * (said[1:2] - said[3:4])
            latents = schedule.step(latents, predicted, timestep, self.steps)
        return outcome(backbone, task.latents, latents)
