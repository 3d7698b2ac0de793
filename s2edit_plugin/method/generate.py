"""Text-to-image generation: deterministic (DDIM or Euler) steps from noise, with classifier-free guidance.

Sources: Song et al. 2021 (DDIM); Ho and Salimans 2022 (guidance). Not used by edits: it shows what a token has learned and
serves to measure base models.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from s2edit_plugin.backbones.attention import AttentionControl
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.method import text
from s2edit_plugin.method.conditioning import ActiveToken, row_tokens
from s2edit_plugin.method.text import Condition

__all__ = ["noise_of", "sample"]


def noise_of(backbone: Backbone, seed: int) -> Tensor:
    """Gaussian noise (1, C, s, s) for a seed, the same on every device."""
    generator = torch.Generator().manual_seed(seed)
    side = backbone.latent_side
    return torch.randn(1, backbone.latent_channels, side, side, generator=generator).to(backbone.device)


@torch.no_grad()
def sample(
    backbone: Backbone,
    noise: Tensor,
    conditions: Sequence[Condition],
    steps: int = 30,
    guidance: float = 5.0,
    tokens: Sequence[ActiveToken] = (),
    on_step: Callable[[], None] = lambda: None,
) -> Tensor:
    """Clean latents (B, C, s, s) from noise (B, C, s, s), with one condition for each row.

    Args:
        guidance: classifier-free guidance scale. tokens: referred to by the conditions. on_step: called after every step.
    """
    schedule, count = backbone.schedule, len(conditions)
    batch = [text.unconditional(backbone, conditions[0].framing)] * count + list(conditions)
    rows = [row_tokens(c.layout, tokens, conditional=named) for named in (False, True) for c in conditions]
    control = backbone.control(AttentionControl(rows, "bias")) if tokens else contextlib.nullcontext()
    latents = noise
    with control:
        for timestep in schedule.timesteps(steps):
            predicted = backbone.predict(torch.cat([latents, latents]), timestep, batch)
            without, with_text = predicted.chunk(2)
            latents = schedule.step(latents, without + guidance * (with_text - without), timestep, steps)
            on_step()
    return latents
