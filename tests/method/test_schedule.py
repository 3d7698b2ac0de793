"""The schedule against diffusers' own DDIM scheduler."""

from __future__ import annotations

import pytest
import torch
from diffusers import DDIMScheduler

from s2edit_plugin.schedule import NoiseSchedule

CONFIG = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "clip_sample": False,
    "set_alpha_to_one": False,
    "steps_offset": 1,
}


def _ours(scheduler: DDIMScheduler) -> NoiseSchedule:
    return NoiseSchedule(scheduler.alphas_cumprod, float(scheduler.final_alpha_cumprod), 1)


@pytest.mark.parametrize("steps", [5, 30, 50])
def test_steps_equal_diffusers(steps: int) -> None:
    scheduler = DDIMScheduler(**CONFIG)
    scheduler.set_timesteps(steps)
    schedule = _ours(scheduler)
    assert schedule.timesteps(steps) == scheduler.timesteps.tolist()
    latents, noise = torch.randn(1, 5, 8, 8), torch.randn(1, 5, 8, 8)
    for timestep in schedule.timesteps(steps):
        expected = scheduler.step(noise, timestep, latents).prev_sample
        assert torch.allclose(schedule.step(latents, noise, timestep, steps), expected, atol=1e-5)


def test_the_inverse_step_undoes_the_step() -> None:
    schedule = _ours(DDIMScheduler(**CONFIG))
    latents, noise = torch.randn(1, 5, 8, 8), torch.randn(1, 5, 8, 8)
    for timestep in schedule.timesteps(20):
        back = schedule.inverse_step(schedule.step(latents, noise, timestep, 20), noise, timestep, 20)
        assert torch.allclose(back, latents, atol=1e-4)


def test_noise_is_added_as_diffusers_does() -> None:
    scheduler = DDIMScheduler(**CONFIG)
    latents, noise = torch.randn(3, 5, 8, 8), torch.randn(3, 5, 8, 8)
    timesteps = torch.tensor([1, 400, 999])
    ours = _ours(scheduler).add_noise(latents, noise, timesteps)
    assert torch.allclose(ours, scheduler.add_noise(latents, noise, timesteps), atol=1e-6)
