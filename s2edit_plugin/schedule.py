"""The noise schedule and its deterministic (DDIM) steps, as pure functions of tensors.

Source: Song et al. 2021, "Denoising Diffusion Implicit Models", equation 12 with sigma = 0. The timesteps are those of
diffusers' ``DDIMScheduler`` with leading spacing; a test holds both against each other.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

__all__ = ["NoiseSchedule"]


@dataclass(frozen=True)
class NoiseSchedule:
    """Cumulative signal levels of a diffusion model.

    Attributes:
        alphas_cumprod: (T,) float32 on the CPU, signal variance at every training timestep, falling from ~1 to ~0.
        final_alpha: signal variance "before" timestep 0 (diffusers' ``set_alpha_to_one``).
        offset: added to every leading-spaced timestep (diffusers' ``steps_offset``).
    """

    alphas_cumprod: Tensor
    final_alpha: float
    offset: int = 1

    @property
    def train_steps(self) -> int:
        """Number of timesteps the model was trained with."""
        return int(self.alphas_cumprod.shape[0])

    def timesteps(self, steps: int) -> list[int]:
        """Timesteps of a run of ``steps`` denoising steps, falling (noisiest first)."""
        stride = self.train_steps // steps
        return [i * stride + self.offset for i in range(steps)][::-1]

    def alpha(self, timestep: int) -> float:
        """Signal variance at a timestep; below 0 it is ``final_alpha``."""
        return float(self.alphas_cumprod[timestep]) if timestep >= 0 else self.final_alpha

    def add_noise(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """Forward process: ``sqrt(a_t) z + sqrt(1 - a_t) eps`` for latents (B, C, H, W) and timesteps (B,)."""
        level = self.alphas_cumprod.to(latents.device)[timesteps].to(latents.dtype).view(-1, 1, 1, 1)
        return level.sqrt() * latents + (1 - level).sqrt() * noise

    @staticmethod
    def move(latents: Tensor, noise: Tensor, alpha_from: float, alpha_to: float) -> Tensor:
        """Carry latents from one signal level to another along the predicted noise (DDIM, either direction).

        Args:
            latents: (B, C, H, W) at ``alpha_from``.
            noise: (B, C, H, W) predicted noise.
        """
        clean = (latents - (1 - alpha_from) ** 0.5 * noise) / alpha_from**0.5
        return alpha_to**0.5 * clean + (1 - alpha_to) ** 0.5 * noise

    def step(self, latents: Tensor, noise: Tensor, timestep: int, steps: int) -> Tensor:
        """One denoising step from ``timestep`` to the one before it in a run of ``steps``."""
        return self.move(
            latents, noise, self.alpha(timestep), self.alpha(timestep - self.train_steps // steps)
        )

    def inverse_step(self, latents: Tensor, noise: Tensor, timestep: int, steps: int) -> Tensor:
        """The step that undoes `step`: from the level before ``timestep`` up to ``timestep``."""
        return self.move(
            latents, noise, self.alpha(timestep - self.train_steps // steps), self.alpha(timestep)
        )

    def signal_to_noise(self, timesteps: Tensor) -> Tensor:
        """Signal-to-noise ratio a/(1-a) at timesteps (B,)."""
        level = self.alphas_cumprod.to(timesteps.device)[timesteps]
        return level / (1 - level)
