"""Noise schedules: adding noise, training targets, and deterministic steps in both directions.

Algorithms use a `Schedule` and do not depend on the kind of prediction. They combine predictions linearly (guidance, strength)
and pass them back, so noise, velocity and flow need no conversion, which could divide by a vanishing signal.

    NoiseSchedule   diffusion (SD1.x, SD2.x, SDXL)    x_a = sqrt(a) z + sqrt(1 - a) eps      DDIM steps
    FlowSchedule    rectified flow (transformers)     x_s = (1 - s) z + s eps                Euler steps
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

__all__ = ["FlowSchedule", "NoiseSchedule", "Schedule"]


class Schedule(ABC):
    """Steps between clean latents and noise. Latents, noise and predictions are (B, C, H, W).

    Attributes:
        train_steps: timesteps lie in [0, train_steps).
    """

    @property
    @abstractmethod
    def train_steps(self) -> int:
        """Number of timesteps the model was trained with."""

    @abstractmethod
    def timesteps(self, steps: int) -> Sequence[float]:
        """Timesteps of a run of ``steps`` denoising steps, descending (noisiest first)."""

    @abstractmethod
    def at(self, fractions: Tensor) -> Tensor:
        """Timesteps (B,) at fractions (B,) in [0, 1) of the way from clean to noise."""

    @abstractmethod
    def add_noise(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """Noisy latents at timesteps (B,)."""

    @abstractmethod
    def target(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """The training target for clean latents, noise and timesteps (B,)."""

    @abstractmethod
    def clean(self, latents: Tensor, prediction: Tensor, timestep: float) -> Tensor:
        """Estimate of the clean latents from a prediction for noisy latents at a timestep."""

    @abstractmethod
    def step(self, latents: Tensor, prediction: Tensor, timestep: float, steps: int) -> Tensor:
        """One denoising step from ``timestep`` to the one after it in a run of ``steps``, or to clean latents."""

    @abstractmethod
    def inverse_step(self, latents: Tensor, prediction: Tensor, timestep: float, steps: int) -> Tensor:
        """The inverse step up to ``timestep``, with the prediction at ``timestep`` for the latents one step below it."""


@dataclass(frozen=True)
class NoiseSchedule(Schedule):
    """Diffusion: cumulative signal levels, DDIM steps.

    Sources: Song et al. 2021, "Denoising Diffusion Implicit Models", equation 12 with sigma = 0; Salimans and Ho 2022,
    "Progressive Distillation", appendix D, for the velocity. Tested against diffusers' ``DDIMScheduler`` and
    ``DDIMInverseScheduler``.

    Attributes:
        alphas_cumprod: (T,) float32 on the CPU, signal variance at every training timestep, falling from ~1 to ~0 (exactly
            0 in schedules rescaled to zero terminal signal).
        final_alpha: signal variance "before" the first timestep (diffusers' ``set_alpha_to_one``).
        offset: added to every leading-spaced timestep (diffusers' ``steps_offset``).
        prediction: of the model: the noise eps (``epsilon``), the clean latents z (``sample``), or the velocity
            sqrt(a) eps - sqrt(1 - a) z (``v_prediction``).
        spacing: of a run's timesteps (Lin et al. 2023, "Common Diffusion Noise Schedules", table 2).
    """

    alphas_cumprod: Tensor
    final_alpha: float
    offset: int = 1
    prediction: Literal["epsilon", "sample", "v_prediction"] = "epsilon"
    spacing: Literal["leading", "trailing", "linspace"] = "leading"

    @property
    def train_steps(self) -> int:
        """See `Schedule.train_steps`."""
        return int(self.alphas_cumprod.shape[0])

    def timesteps(self, steps: int) -> list[int]:
        """See `Schedule.timesteps`."""
        if self.spacing == "leading":
            stride = self.train_steps // steps
            return [i * stride + self.offset for i in range(steps)][::-1]
        if self.spacing == "trailing":
            return [round(self.train_steps * (steps - i) / steps) - 1 for i in range(steps)]
        return [round((self.train_steps - 1) * i / max(1, steps - 1)) for i in range(steps)][::-1]

    def at(self, fractions: Tensor) -> Tensor:
        """See `Schedule.at`."""
        return (fractions * self.train_steps).long().clamp(0, self.train_steps - 1)

    def add_noise(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """See `Schedule.add_noise`."""
        level = self._levels(timesteps, latents)
        return level.sqrt() * latents + (1 - level).sqrt() * noise

    def target(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """See `Schedule.target`."""
        if self.prediction == "epsilon":
            return noise
        if self.prediction == "sample":
            return latents
        level = self._levels(timesteps, latents)
        return level.sqrt() * noise - (1 - level).sqrt() * latents

    def clean(self, latents: Tensor, prediction: Tensor, timestep: float) -> Tensor:
        """See `Schedule.clean`."""
        return self._split(latents, prediction, self._alpha(timestep))[0]

    def step(self, latents: Tensor, prediction: Tensor, timestep: float, steps: int) -> Tensor:
        """See `Schedule.step`."""
        return self._move(latents, prediction, self._alpha(timestep), self._alpha_after(timestep, steps))

    def inverse_step(self, latents: Tensor, prediction: Tensor, timestep: float, steps: int) -> Tensor:
        """See `Schedule.inverse_step`."""
        return self._move(latents, prediction, self._alpha_after(timestep, steps), self._alpha(timestep))

    def _move(self, latents: Tensor, prediction: Tensor, alpha_from: float, alpha_to: float) -> Tensor:
        """Move latents from one signal level to another with the noise predicted at the first (DDIM step)."""
        clean, noise = self._split(latents, prediction, alpha_from)
        return alpha_to**0.5 * clean + (1 - alpha_to) ** 0.5 * noise

    def _split(self, latents: Tensor, prediction: Tensor, alpha: float) -> tuple[Tensor, Tensor]:
        """Clean latents and noise predicted for noisy latents at a signal level."""
        signal, sigma = alpha**0.5, (1 - alpha) ** 0.5
        if self.prediction == "epsilon":
            return (latents - sigma * prediction) / signal, prediction
        if self.prediction == "sample":
            return prediction, (latents - signal * prediction) / sigma
        return signal * latents - sigma * prediction, signal * prediction + sigma * latents

    def _levels(self, timesteps: Tensor, like: Tensor) -> Tensor:
        return self.alphas_cumprod.to(like.device)[timesteps].to(like.dtype).view(-1, 1, 1, 1)

    def _alpha(self, timestep: float) -> float:
        return float(self.alphas_cumprod[int(timestep)])

    def _alpha_after(self, timestep: float, steps: int) -> float:
        """Signal level after the step from a timestep of a run."""
        run = self.timesteps(steps)
        index = run.index(int(timestep)) + 1
        return self._alpha(run[index]) if index < steps else self.final_alpha


@dataclass(frozen=True)
class FlowSchedule(Schedule):
    """Rectified flow: straight lines from noise to picture, Euler steps; the model predicts the velocity eps - z.

    Source: Liu et al. 2023, "Flow Straight and Fast"; the shift: Esser et al. 2024, "Scaling Rectified Flow Transformers",
    section 5.3.2. A timestep is the noise share s times ``train_steps``. Tested against diffusers'
    ``FlowMatchEulerDiscreteScheduler``.

    Attributes:
        shift: of a run's steps towards noisy levels (3 for pictures of 1024 pixels), 1: evenly spaced.
    """

    shift: float = 1.0
    scale: int = 1000

    @property
    def train_steps(self) -> int:
        """See `Schedule.train_steps`."""
        return self.scale

    def timesteps(self, steps: int) -> list[float]:
        """See `Schedule.timesteps`."""
        shares = [(steps - i) / steps for i in range(steps)]
        return [self.scale * self.shift * s / (1 + (self.shift - 1) * s) for s in shares]

    def at(self, fractions: Tensor) -> Tensor:
        """See `Schedule.at`."""
        return (fractions * self.scale).to(torch.float32)

    def add_noise(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """See `Schedule.add_noise`."""
        share = (timesteps / self.scale).to(latents.dtype).view(-1, 1, 1, 1)
        return (1 - share) * latents + share * noise

    def target(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """See `Schedule.target`."""
        return noise - latents

    def clean(self, latents: Tensor, prediction: Tensor, timestep: float) -> Tensor:
        """See `Schedule.clean`."""
        return latents - timestep / self.scale * prediction

    def step(self, latents: Tensor, prediction: Tensor, timestep: float, steps: int) -> Tensor:
        """See `Schedule.step`."""
        return latents - self._stride(timestep, steps) * prediction

    def inverse_step(self, latents: Tensor, prediction: Tensor, timestep: float, steps: int) -> Tensor:
        """See `Schedule.inverse_step`."""
        return latents + self._stride(timestep, steps) * prediction

    def _stride(self, timestep: float, steps: int) -> float:
        """Share of noise removed by a step."""
        run = [*self.timesteps(steps), 0.0]
        index = run.index(timestep)
        return (run[index] - run[index + 1]) / self.scale
