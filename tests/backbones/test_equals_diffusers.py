"""Every family against diffusers' own pipeline of the same weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch
from diffusers import DDIMInverseScheduler, DDIMScheduler

from s2edit_plugin.api import EditSettings
from s2edit_plugin.backbones.attention import AttentionControl
from s2edit_plugin.backbones.conditions import SizeConditioning
from s2edit_plugin.evaluation.quality import generate
from s2edit_plugin.method import text
from s2edit_plugin.method.invert import ddim_inversion

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

PROMPT = "a photo of a woman with red hair"
STEPS = 5


def _condition(
    backbone: Backbone, prompt: str = PROMPT, framing: SizeConditioning | None = None
) -> text.Condition:
    return text.encode(text.layout(prompt, backbone, {}), backbone, {}, framing=framing)


def _told(pipeline: Any, family: str, framing: SizeConditioning) -> dict[str, Any]:
    """What diffusers tells SDXL's U-Net beside the words."""
    if family != "sdxl":
        return {}
    sizes = pipeline._get_add_time_ids(framing.original, framing.corner, (32, 32), torch.float32, 40)
    pooled = pipeline.encode_prompt(PROMPT, do_classifier_free_guidance=False)[2]
    return {"added_cond_kwargs": {"text_embeds": pooled, "time_ids": sizes}}


@torch.no_grad()
def test_text_features_are_those_of_encode_prompt(backbone: Backbone, pipeline: Any, family: str) -> None:
    condition, empty = _condition(backbone), text.unconditional(backbone)
    encoded = pipeline.encode_prompt(
        PROMPT, device="cpu", num_images_per_prompt=1, do_classifier_free_guidance=True
    )
    assert torch.allclose(condition.hidden, encoded[0][0], atol=1e-5)
    assert torch.allclose(empty.hidden, encoded[1][0], atol=1e-5)
    assert condition.hidden.shape == (backbone.text_length, backbone.text_width)
    if family == "sdxl":
        assert condition.pooled is not None
        assert empty.pooled is not None
        assert torch.allclose(condition.pooled, encoded[2][0], atol=1e-5)
        assert torch.equal(empty.pooled, encoded[3][0])
    else:
        assert condition.pooled is None


@torch.no_grad()
def test_the_prediction_is_that_of_the_pipelines_unet(
    backbone: Backbone, pipeline: Any, family: str, latents: torch.Tensor
) -> None:
    framing = SizeConditioning((300, 200), (10, 20))
    condition = _condition(backbone, framing=framing)
    expected = pipeline.unet(latents, 500, condition.hidden[None], **_told(pipeline, family, framing)).sample
    assert torch.allclose(backbone.predict(latents, 500, [condition]), expected, atol=1e-5)
    # Our attention without anything to do is diffusers' own, in every layer.
    with backbone.control(AttentionControl([[]])):
        assert torch.allclose(backbone.predict(latents, 500, [condition]), expected, atol=1e-5)


@torch.no_grad()
def test_only_sdxl_is_told_how_the_picture_was_framed(
    backbone: Backbone, family: str, latents: torch.Tensor
) -> None:
    near, far = (
        backbone.predict(latents, 500, [_condition(backbone, framing=f)])
        for f in (None, SizeConditioning((9, 9)))
    )
    assert torch.equal(near, far) == (family != "sdxl")
    default = _condition(backbone, framing=SizeConditioning((backbone.resolution, backbone.resolution)))
    assert torch.equal(near, backbone.predict(latents, 500, [default]))


@torch.no_grad()
def test_a_picture_from_words_is_the_pipelines(backbone: Backbone, pipeline: Any) -> None:
    """Words, guidance against no words, schedule and decoder together."""
    shape = (1, backbone.latent_channels, backbone.latent_side, backbone.latent_side)
    noise = torch.randn(shape, generator=torch.Generator().manual_seed(7))
    own = pipeline(
        PROMPT, height=32, width=32, num_inference_steps=STEPS, guidance_scale=3.0, latents=noise, output_type="np"
    ).images[0]  # fmt: skip
    ours = next(generate(backbone, [PROMPT], seed=7, guidance=3.0, steps=STEPS))
    assert abs(own * 255 - ours).max() < 1


@torch.no_grad()
def test_inversion_and_steps_are_those_of_diffusers(
    backbone: Backbone, pipeline: Any, family: str, latents: torch.Tensor
) -> None:
    condition = _condition(backbone)
    told = _told(pipeline, family, SizeConditioning((32, 32)))
    inverse = DDIMInverseScheduler.from_config(pipeline.scheduler.config)
    inverse.set_timesteps(STEPS)
    expected = [latents]
    for timestep in inverse.timesteps:
        predicted = pipeline.unet(expected[-1], timestep, condition.hidden[None], **told).sample
        expected.append(inverse.step(predicted, timestep, expected[-1]).prev_sample)
    ours = ddim_inversion(backbone, latents, condition, [], EditSettings(steps=STEPS))
    assert torch.allclose(ours, torch.cat(expected), atol=1e-4)

    forward = DDIMScheduler.from_config(pipeline.scheduler.config)
    forward.set_timesteps(STEPS)
    theirs = mine = expected[-1]
    for timestep in backbone.schedule.timesteps(STEPS):
        predicted = pipeline.unet(theirs, timestep, condition.hidden[None], **told).sample
        theirs = forward.step(predicted, int(timestep), theirs).prev_sample
        mine = backbone.schedule.step(mine, backbone.predict(mine, timestep, [condition]), timestep, STEPS)
    assert torch.allclose(mine, theirs, atol=1e-4)


@torch.no_grad()
def test_latents_are_those_of_the_pipelines_autoencoder(backbone: Backbone, pipeline: Any) -> None:
    picture = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(1)) * 2 - 1
    expected = pipeline.vae.encode(picture).latent_dist.mode() * pipeline.vae.config.scaling_factor
    assert torch.allclose(backbone.encode_picture(picture), expected, atol=1e-5)


@pytest.mark.parametrize("family", ["sd2"], indirect=True)
def test_padding_is_the_models_own(backbone: Backbone, pipeline: Any) -> None:
    plan = text.layout(PROMPT, backbone, {})
    padded = pipeline.tokenizer(PROMPT, padding="max_length", max_length=20).input_ids
    assert list(plan.ids) == padded
    assert plan.ids[-1] == backbone.pad_id == 0
