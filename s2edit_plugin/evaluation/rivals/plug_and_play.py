"""Plug-and-Play: features and self-attention of the inverted picture, put into the decoder that draws the target.

Source: Tumanyan et al. 2023, "Plug-and-Play Diffusion Features", section 4 (50 steps, guidance 7.5; queries and keys of the
decoder's self-attention in half of the steps, residual features of its fourth layer in .8 of them; the picture is inverted and
followed under the empty prompt).
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import torch

from s2edit_plugin.api import EditSettings
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.evaluation.rivals.rows import rows_copied, self_attention_layers, unet_of
from s2edit_plugin.evaluation.rivals.task import Task, outcome
from s2edit_plugin.method import text
from s2edit_plugin.method.edit import EditOutcome
from s2edit_plugin.method.invert import ddim_inversion

__all__ = ["PlugAndPlay"]


@dataclass(frozen=True)
class PlugAndPlay:
    """Attributes: attention_steps, feature_steps: shares of the steps, from the noisiest on, in which these are put in."""

    steps: int = 50
    guidance: float = 7.5
    attention_steps: float = 0.5
    feature_steps: float = 0.8

    @torch.no_grad()
    def edit(self, backbone: Backbone, task: Task) -> EditOutcome:
        """See `Rival.edit`."""
        schedule = backbone.schedule
        empty = text.unconditional(backbone, task.source.framing)
        way = ddim_inversion(backbone, task.latents, empty, [], EditSettings(steps=self.steps))
        attention, features = _modules(backbone)
        latents = way[-1][None]
        for index, timestep in enumerate(schedule.timesteps(self.steps)):
            source = way[self.steps - index][None]
            with contextlib.ExitStack() as put:
                if index < self.attention_steps * self.steps:
                    put.enter_context(rows_copied(backbone, attention, {1: 0, 2: 0}))
                if index < self.feature_steps * self.steps:
                    put.enter_context(rows_copied(backbone, features, {1: 0, 2: 0}))
                said = backbone.predict(
                    torch.cat([source, latents, latents]), timestep, [empty, empty, task.target]
                )
            predicted = said[1:2] + self.guidance * (said[2:3] - said[1:2])
            latents = schedule.step(latents, predicted, timestep, self.steps)
        return outcome(backbone, task.latents, latents)


def _modules(backbone: Backbone) -> tuple[list[str], list[str]]:
    """Queries and keys of the decoder's self-attention layers but the first; and the convolution whose output the features are:
    that of the second residual block in the second block of the decoder."""
    decoder = [name for name in self_attention_layers(backbone) if name.startswith("up_blocks")]
    attention = [f"{name}.{part}" for name in decoder[1:] for part in ("to_q", "to_k")]
    names = [name for name, _ in unet_of(backbone).named_modules()]
    blocks = [n for n in names if n.startswith("up_blocks.1.resnets.") and n.endswith(".conv2")]
    return attention, blocks[min(1, len(blocks) - 1) :][:1]
