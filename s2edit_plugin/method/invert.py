"""Stage 2a: inversion of the photo's latents to noise, with the token, its parameters and masks active.

* ``direct`` (default) and ``ddim``: DDIM inversion at guidance 1 (Song et al. 2021). Both have the same trajectory; the edit
  differs: direct inversion (Ju et al. 2023, "PnP Inversion") adds DDIM's reconstruction error back at every step.
* ``null_text``: Mokady et al. 2022, optimizes the unconditional embedding of every step so that the guided trajectory stays
  on the inverted one. It uses the same parameters and masks as the inversion, or its pivot would not match.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from s2edit_plugin.api import EditSettings, OnProgress, Progress
from s2edit_plugin.api.progress import Stopwatch
from s2edit_plugin.backbones.attention import AttentionControl
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.errors import NumericalError
from s2edit_plugin.method import text
from s2edit_plugin.method.conditioning import ActiveToken, row_tokens
from s2edit_plugin.method.text import Condition

__all__ = ["Inversion", "ddim_inversion", "invert", "null_text_optimization"]

NULL_TEXT_INNER_STEPS = 10


@dataclass
class Inversion:
    """A photo's latents at every noise level.

    Attributes:
        method: of the inversion. latents: (T + 1, C, s, s) float32, index 0 the clean latents, index T the noise.
        null: (T, L, D) optimized unconditional embeddings, noisiest step first; None except for ``null_text``.
        uncond: step index -> (1, C, s, s) unconditional prediction on the trajectory, filled by the first edit.
    """

    method: str
    latents: Tensor
    null: Tensor | None = None
    uncond: dict[int, Tensor] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """T, the number of denoising steps."""
        return int(self.latents.shape[0]) - 1

    def at(self, index: int) -> Tensor:
        """Latents (1, C, s, s) before denoising step ``index`` (0 = noisiest, T = clean)."""
        return self.latents[self.steps - index][None]


def invert(
    backbone: Backbone,
    latents: Tensor,
    source: Condition,
    tokens: Sequence[ActiveToken],
    settings: EditSettings,
    on_progress: OnProgress = lambda _: None,
) -> Inversion:
    """Invert latents (1, C, s, s) under the source prompt by the method of the settings.

    Raises:
        NumericalError: a latent is not finite. CancelledError: through ``on_progress``.
    """
    trajectory = ddim_inversion(backbone, latents, source, tokens, settings, on_progress)
    inversion = Inversion(settings.inversion, trajectory)
    if settings.inversion == "null_text":
        inversion.null = null_text_optimization(backbone, inversion, source, tokens, settings, on_progress)
    return inversion


@torch.no_grad()
def ddim_inversion(
    backbone: Backbone,
    latents: Tensor,
    source: Condition,
    tokens: Sequence[ActiveToken],
    settings: EditSettings,
    on_progress: OnProgress = lambda _: None,
) -> Tensor:
    """DDIM inversion at guidance 1: (T + 1, C, s, s), clean first."""
    schedule, total = backbone.schedule, settings.steps
    control = AttentionControl([row_tokens(source.layout, tokens)], settings.mask_mode)
    trajectory = [latents.float()]
    watch = Stopwatch(total)
    with backbone.control(control):
        for done, timestep in enumerate(reversed(schedule.timesteps(total)), start=1):
            predicted = backbone.predict(trajectory[-1], timestep, [source])
            trajectory.append(schedule.inverse_step(trajectory[-1], predicted, timestep, total))
            on_progress(Progress("inverting", done, total, None, watch.seconds_left(done)))
    stacked = torch.cat(trajectory)
    if not bool(torch.isfinite(stacked).all()):
        raise NumericalError(
            "Inverting the photo gave a number that is not finite.", "Try another precision."
        )
    return stacked


def null_text_optimization(
    backbone: Backbone,
    inversion: Inversion,
    source: Condition,
    tokens: Sequence[ActiveToken],
    settings: EditSettings,
    on_progress: OnProgress = lambda _: None,
) -> Tensor:
    """Optimize the unconditional embedding of every step; (T, L, D), noisiest first.

    Adam, 10 inner steps, learning rate 1e-2 * (1 - i / 2T), stopped early below 1e-5 + 2e-5 * i, each step starting
    from the one before (Mokady et al. 2022).
    """
    schedule, total = backbone.schedule, inversion.steps
    empty = text.unconditional(backbone, source.framing)
    null = empty.hidden.clone()
    rows = [row_tokens(source.layout, tokens, conditional=False), row_tokens(source.layout, tokens)]
    latents, found = inversion.at(0), []
    watch = Stopwatch(total)

    def tell(done: int, loss: Tensor) -> None:
        left = watch.seconds_left(done)
        on_progress(Progress("optimizing the null text", done, total, float(loss.detach()), left))

    for index, timestep in enumerate(schedule.timesteps(total)):
        goal = inversion.at(index + 1)
        with torch.no_grad(), backbone.control(AttentionControl(rows[1:], settings.mask_mode)):
            conditional = backbone.predict(latents, timestep, [source])
        null = null.clone().requires_grad_(True)
        optimizer = torch.optim.Adam([null], lr=1e-2 * (1 - index / (2 * total)))
        for _ in range(NULL_TEXT_INNER_STEPS):
            optimizer.zero_grad(set_to_none=True)
            # The way back runs under the control too: what was not kept for it is computed again.
            with backbone.control(AttentionControl(rows[:1], settings.mask_mode)):
                unconditional = backbone.predict(latents, timestep, [replace(empty, hidden=null)])
                guided = unconditional + settings.guidance * (conditional - unconditional)
                loss = F.mse_loss(schedule.step(latents, guided, timestep, total), goal)
                loss.backward()
            optimizer.step()
            tell(index, loss)  # each of these takes as long as a denoising step
            if float(loss.detach()) < 1e-5 + 2e-5 * index:
                break
        null = null.detach()
        found.append(null)
        with torch.no_grad(), backbone.control(AttentionControl(rows[:1], settings.mask_mode)):
            unconditional = backbone.predict(latents, timestep, [replace(empty, hidden=null)])
            guided = unconditional + settings.guidance * (conditional - unconditional)
            latents = schedule.step(latents, guided, timestep, total)
        tell(index + 1, loss)
    return torch.stack(found)
