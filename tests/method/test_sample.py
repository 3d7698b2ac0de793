"""Pictures from words alone: the plain loop, guidance, and that a token has its say in them."""

from __future__ import annotations

import torch

from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.backbones.parameters import create_parameters
from s2edit_plugin.method import text
from s2edit_plugin.method.conditioning import ActiveToken, build_condition
from s2edit_plugin.method.generate import noise_of, sample

PROMPT = "a photo of a woman smiling"


def test_sampling_is_the_plain_loop(backbone: Backbone) -> None:
    condition, empty = build_condition(backbone, PROMPT, []), text.unconditional(backbone)
    latents = noise_of(backbone, 3)
    found = sample(backbone, latents, [condition], steps=4, guidance=3.0)
    with torch.no_grad():
        for timestep in backbone.schedule.timesteps(4):
            without = backbone.predict(latents, timestep, [empty])
            with_text = backbone.predict(latents, timestep, [condition])
            latents = backbone.schedule.step(latents, without + 3.0 * (with_text - without), timestep, 4)
    assert torch.allclose(found, latents, atol=1e-4)


def test_a_row_does_not_know_its_neighbours(backbone: Backbone) -> None:
    conditions = [build_condition(backbone, prompt, []) for prompt in (PROMPT, "a red car")]
    noise = torch.cat([noise_of(backbone, 1), noise_of(backbone, 2)])
    both = sample(backbone, noise, conditions, steps=3)
    alone = sample(backbone, noise[1:], conditions[1:], steps=3)
    assert torch.allclose(both[1:], alone, atol=1e-4)


def test_noise_depends_on_the_seed_alone(backbone: Backbone) -> None:
    torch.manual_seed(1)
    first = noise_of(backbone, 5)
    torch.manual_seed(2)
    assert torch.equal(first, noise_of(backbone, 5))
    assert not torch.equal(first, noise_of(backbone, 6))


def test_a_token_changes_what_is_drawn(backbone: Backbone, mask: torch.Tensor) -> None:
    vectors = backbone.embedding_of("car") * 3
    parameters = create_parameters("none", backbone.cross_layers(), 1, 0)
    token = ActiveToken("anna/me", vectors, parameters, mask)
    condition = build_condition(backbone, "a photo of a <anna/me> woman smiling", [token])
    plain = build_condition(backbone, PROMPT, [])
    noise = noise_of(backbone, 0)
    drawn = sample(backbone, noise, [condition], steps=3, tokens=[token])
    assert not torch.allclose(drawn, sample(backbone, noise, [plain], steps=3), atol=1e-3)
