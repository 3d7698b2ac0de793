"""The schedules against diffusers' own schedulers."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
import torch
from diffusers import DDIMInverseScheduler, DDIMScheduler, FlowMatchEulerDiscreteScheduler

from s2edit_plugin.backbones.schedule import FlowSchedule, NoiseSchedule, Schedule

CONFIG = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "clip_sample": False,
    "set_alpha_to_one": False,
    "steps_offset": 1,
}
ZERO_SIGNAL = {
    "prediction_type": "v_prediction",
    "rescale_betas_zero_snr": True,
    "timestep_spacing": "trailing",
}
KINDS: dict[str, dict[str, Any]] = {
    "epsilon": {},
    "velocity": {"prediction_type": "v_prediction"},
    "sample": {"prediction_type": "sample"},
    "alpha_to_one": {"set_alpha_to_one": True},
    "zero_signal": ZERO_SIGNAL,
}


def _pair(kind: str) -> tuple[DDIMScheduler, NoiseSchedule]:
    scheduler = DDIMScheduler(**{**CONFIG, **KINDS[kind]})
    config = scheduler.config
    ours = NoiseSchedule(
        scheduler.alphas_cumprod, float(scheduler.final_alpha_cumprod), 1, config.prediction_type, config.timestep_spacing
    )  # fmt: skip
    return scheduler, ours


def _tensors() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(3, 5, 8, 8, generator=generator), torch.randn(3, 5, 8, 8, generator=generator)


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("steps", [4, 10, 50])
def test_steps_equal_diffusers(kind: str, steps: int) -> None:
    scheduler, schedule = _pair(kind)
    scheduler.set_timesteps(steps)
    latents, predicted = _tensors()
    assert schedule.timesteps(steps) == scheduler.timesteps.tolist()
    for timestep in schedule.timesteps(steps):
        expected = scheduler.step(predicted, timestep, latents).prev_sample
        assert torch.allclose(schedule.step(latents, predicted, timestep, steps), expected, atol=1e-5)


@pytest.mark.parametrize("kind", list(KINDS))
def test_inverse_steps_equal_diffusers(kind: str) -> None:
    forward, schedule = _pair(kind)
    scheduler = DDIMInverseScheduler.from_config(forward.config)
    scheduler.set_timesteps(20)
    latents, predicted = _tensors()
    rising = list(reversed(schedule.timesteps(20)))
    assert rising == scheduler.timesteps.tolist()
    for timestep in rising:
        expected = scheduler.step(predicted, timestep, latents).prev_sample
        ours = schedule.inverse_step(latents, predicted, timestep, 20)
        assert torch.allclose(ours, expected, atol=1e-5)


@pytest.mark.parametrize("spacing", ["leading", "trailing", "linspace"])
@pytest.mark.parametrize("steps", [1, 7, 30, 33])
def test_a_run_visits_the_timesteps_of_diffusers(spacing: Any, steps: int) -> None:
    scheduler = DDIMScheduler(**CONFIG, timestep_spacing=spacing)
    scheduler.set_timesteps(steps)
    schedule = NoiseSchedule(scheduler.alphas_cumprod, 1.0, 1, spacing=spacing)
    if spacing != "linspace" or steps > 1:  # of one linspace step diffusers visits the cleanest level
        assert schedule.timesteps(steps) == scheduler.timesteps.tolist()
    # Every step ends at the level where the next one begins, whatever the rounding; the last at the clean one.
    latents, predicted = _tensors()
    noisy = [schedule.add_noise(latents, predicted, torch.tensor([t])) for t in schedule.timesteps(steps)]
    for timestep, (here, there) in zip(schedule.timesteps(steps), pairwise([*noisy, latents]), strict=True):
        assert torch.allclose(schedule.step(here, predicted, timestep, steps), there, atol=1e-4)


def test_the_inverse_step_undoes_the_step() -> None:
    _, diffusion = _pair("epsilon")
    for schedule in (diffusion, FlowSchedule(shift=3.0)):
        latents, predicted = _tensors()
        for timestep in schedule.timesteps(20):
            stepped = schedule.step(latents, predicted, timestep, 20)
            assert torch.allclose(schedule.inverse_step(stepped, predicted, timestep, 20), latents, atol=1e-4)


@pytest.mark.parametrize("kind", list(KINDS))
def test_noise_is_added_as_diffusers_does(kind: str) -> None:
    scheduler, schedule = _pair(kind)
    latents, noise = _tensors()
    timesteps = torch.tensor([1, 400, 999])
    ours = schedule.add_noise(latents, noise, timesteps)
    assert torch.allclose(ours, scheduler.add_noise(latents, noise, timesteps), atol=1e-6)


def test_the_velocity_is_the_target_diffusers_trains_on() -> None:
    scheduler, schedule = _pair("velocity")
    latents, noise = _tensors()
    timesteps = torch.tensor([1, 400, 999])
    expected = scheduler.get_velocity(latents, noise, timesteps)
    assert torch.allclose(schedule.target(latents, noise, timesteps), expected, atol=1e-6)


@pytest.mark.parametrize("kind", [*KINDS, "flow"])
def test_the_right_prediction_leads_back_to_the_clean_latents(kind: str) -> None:
    """The target is what the step understands: from every level, however noisy, one true prediction a step is enough."""
    schedule: Schedule = FlowSchedule(shift=3.0) if kind == "flow" else _pair(kind)[1]
    latents, noise = _tensors()
    final = schedule.final_alpha if isinstance(schedule, NoiseSchedule) else 1.0
    timestep = schedule.timesteps(6)[0]
    moving = schedule.add_noise(latents, noise, torch.tensor([timestep]))
    for timestep in schedule.timesteps(6):
        target = schedule.target(latents, noise, torch.tensor([timestep]))
        moving = schedule.step(moving, target, timestep, 6)
    assert torch.allclose(moving, final**0.5 * latents + (1 - final) ** 0.5 * noise, atol=1e-4)


@pytest.mark.parametrize("schedule", [_pair("epsilon")[1], FlowSchedule()], ids=["diffusion", "flow"])
def test_fractions_lie_on_the_way_from_clean_to_noise(schedule: Schedule) -> None:
    found = schedule.at(torch.tensor([0.0, 0.25, 0.9999]))
    assert found.tolist()[:2] == [0, 250]
    assert 999 <= float(found[2]) < schedule.train_steps


@pytest.mark.parametrize("shift", [1.0, 3.0])
def test_flow_steps_equal_diffusers(shift: float) -> None:
    scheduler = FlowMatchEulerDiscreteScheduler(shift=shift)
    scheduler.set_timesteps(sigmas=[(8 - i) / 8 for i in range(8)])
    schedule = FlowSchedule(shift=shift)
    latents, predicted = _tensors()
    assert schedule.timesteps(8) == pytest.approx(scheduler.timesteps.tolist(), rel=1e-6)
    for ours, timestep in zip(schedule.timesteps(8), scheduler.timesteps, strict=True):
        noisy = schedule.add_noise(latents, predicted, torch.tensor([ours]))
        assert torch.allclose(noisy, scheduler.scale_noise(latents, timestep[None], predicted), atol=1e-5)
        expected = scheduler.step(predicted, timestep, latents).prev_sample
        assert torch.allclose(schedule.step(latents, predicted, ours, 8), expected, atol=1e-5)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "zero_signal"])
def test_the_clean_latents_a_right_prediction_means_are_those_the_noise_was_added_to(kind: str) -> None:
    _, schedule = _pair(kind)
    _check_clean(schedule, [1, 300, 900])


def test_clean_latents_of_a_flow() -> None:
    _check_clean(FlowSchedule(shift=3.0), [1.0, 300.0, 1000.0])


def test_clean_latents_can_be_told_from_noise_without_any_signal() -> None:
    _, schedule = _pair("zero_signal")
    _check_clean(schedule, [300, 999])


def _check_clean(schedule: Schedule, timesteps: list[float]) -> None:
    clean, noise = _tensors()
    for timestep in timesteps:
        when = torch.tensor([timestep]).expand(3)
        noisy = schedule.add_noise(clean, noise, when)
        found = schedule.clean(noisy, schedule.target(clean, noise, when), timestep)
        assert torch.allclose(found, clean, atol=1e-4)
