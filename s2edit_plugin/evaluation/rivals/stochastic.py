"""Signal levels and noisy steps of a diffusion schedule, for the methods that draw noise on the way."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.backbones.schedule import NoiseSchedule
from s2edit_plugin.errors import ModelError, Sentence

__all__ = ["Step", "steps_of"]


@dataclass(frozen=True)
class Step:
    """One denoising step: its timestep, and the signal variances (alpha bar) before and after it."""

    schedule: NoiseSchedule
    timestep: int
    alpha: float
    alpha_after: float

    def clean(self, latents: Tensor, prediction: Tensor) -> Tensor:
        """Clean latents that a prediction means."""
        return self.schedule.clean(latents, prediction, self.timestep)

    def noise(self, latents: Tensor, prediction: Tensor) -> Tensor:
        """Noise (of unit variance) that a prediction means."""
        return (latents - self.alpha**0.5 * self.clean(latents, prediction)) / (1 - self.alpha) ** 0.5

    def noisy(self, clean: Tensor, noise: Tensor, after: bool = False) -> Tensor:
        """Latents of this clean picture and noise, before the step or ``after`` it."""
        alpha = self.alpha_after if after else self.alpha
        return alpha**0.5 * clean + (1 - alpha) ** 0.5 * noise

    def sigma(self, eta: float) -> float:
        """Standard deviation of the step's own noise (Song et al. 2021, equation 16): 0 for DDIM, at eta 1 that of DDPM."""
        return eta * ((1 - self.alpha_after) / (1 - self.alpha) * (1 - self.alpha / self.alpha_after)) ** 0.5

    def mean(self, latents: Tensor, prediction: Tensor, eta: float = 1.0) -> Tensor:
        """Mean of the step's result (Song et al. 2021, equation 12, its last term left out)."""
        left = max(1 - self.alpha_after - self.sigma(eta) ** 2, 0.0) ** 0.5
        return self.alpha_after**0.5 * self.clean(latents, prediction) + left * self.noise(
            latents, prediction
        )


def steps_of(backbone: Backbone, count: int) -> list[Step]:
    """The steps of a run, the noisiest first. Raises ModelError for models of another kind (rectified flow)."""
    schedule = backbone.schedule
    if not isinstance(schedule, NoiseSchedule):
        raise ModelError(
            Sentence("The model '{}' is no diffusion model, which this method needs.", backbone.name)
        )
    times = schedule.timesteps(count)
    alphas = [float(schedule.alphas_cumprod[t]) for t in times]
    after = [*alphas[1:], schedule.final_alpha]
    return [Step(schedule, t, a, b) for t, a, b in zip(times, alphas, after, strict=True)]
