"""Tiny runs of the training stages: they learn, resume bit for bit, and release a loadable folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from diffusers import StableDiffusionPipeline
from s2edit_models.train import autoencoder, common, data, denoiser, diffusion, release
from s2edit_models.train.tokenizer import build_tokenizer

AE = autoencoder.Recipe(
    widths=(8, 8, 8, 16), latent_channels=4, groups=4, batch=4, crop=32, crops_until=9.0, edges=0.0, decay=0.9
)
DM = denoiser.Recipe(
    widths=(16, 24, 32), heads=(1, 1, 2), groups=4, latent_channels=4, text_width=32, text_layers=1, text_heads=2,
    batch=6, decay=0.9,
)  # fmt: skip


def steps(count: int) -> common.Slice:
    return common.Slice(steps=count, warmup=2, cooldown=0.0)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with 24 pictures and an autoencoder of a few steps."""
    folder: Path = tmp_path_factory.mktemp("state")
    data.draw_shard(folder / "pictures", "train", 0, count=24)
    autoencoder.train(steps(3), folder, "cpu", AE, validate_on=4)
    return folder


def test_autoencoder_learns_and_resumes_bit_equal(trained: Path, tmp_path: Path) -> None:
    for name, slices in (("once", (6,)), ("twice", (3, 3))):
        shutil.copytree(trained / "pictures", tmp_path / name / "pictures")
        for count in slices:
            autoencoder.train(steps(count), tmp_path / name, "cpu", AE, validate_on=4)
    once, twice = (common.load_state(tmp_path / n / "autoencoder.safetensors") for n in ("once", "twice"))
    assert once["counters"]["steps"] == twice["counters"]["steps"] == 6
    for key, value in once["model"].items():
        assert torch.equal(value, twice["model"][key]), key
    before = common.load_state(trained / "autoencoder.safetensors")["report"]["psnr"]
    report = autoencoder.train(steps(12), tmp_path / "once", "cpu", AE, validate_on=4)
    assert report["psnr"] > before + 0.5


def test_normalised_latents_change_no_picture(trained: Path) -> None:
    vae = autoencoder.load_ready(trained)
    assert vae is not None
    rgb, _, _ = data.draw_validation(4)
    x = torch.from_numpy(data.to_signed(rgb))
    with torch.no_grad():
        for i in range(4):
            vae.quant_conv.bias[i] += 3.0 + i
        before = vae.decode(vae.encode(x).latent_dist.mean).sample
        autoencoder.normalise_latents(vae, x, torch.device("cpu"))
        mean = vae.encode(x).latent_dist.mean
        after = vae.decode(mean).sample
    assert torch.allclose(before, after, atol=2e-3)
    assert torch.allclose(mean.mean((0, 2, 3)), torch.zeros(4), atol=1e-3)
    assert torch.allclose(mean.std((0, 2, 3)), torch.ones(4), atol=1e-2)


def test_decoder_alone_keeps_the_latents(trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained, tmp_path / "state")
    before = autoencoder.load_ready(trained)
    for _ in range(2):
        autoencoder.train(steps(2), tmp_path / "state", "cpu", AE, decoder_only=True, validate_on=4)
    after = autoencoder.load_ready(tmp_path / "state")
    assert before is not None
    assert after is not None
    rgb, _, _ = data.draw_validation(2)
    device = torch.device("cpu")
    assert (autoencoder.encode(before, rgb, device) == autoencoder.encode(after, rgb, device)).all()
    assert not torch.equal(before.decoder.conv_in.weight, after.decoder.conv_in.weight)


def test_plain_attention_is_the_attention_of_diffusers() -> None:
    torch.manual_seed(0)
    networks = denoiser.build(DM, build_tokenizer())
    with torch.no_grad():
        for parameter in networks.unet.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    x, t, c = torch.randn(2, 4, 16, 16), torch.tensor([5, 900]), torch.randn(2, 48, 32)
    with torch.no_grad():
        before = networks.unet(x, t, c).sample
        networks.unet.set_attn_processor(denoiser.PlainAttention())
        after = networks.unet(x, t, c).sample
    assert torch.allclose(before, after, atol=1e-4)


def test_diffusion_resumes_bit_equal(trained: Path, tmp_path: Path) -> None:
    for name, slices in (("once", (4,)), ("twice", (2, 2))):
        shutil.copytree(trained, tmp_path / name)
        for count in slices:
            diffusion.train(steps(count), tmp_path / name, "cpu", recipe=DM, validate_on=8)
    once, twice = (common.load_state(tmp_path / n / "diffusion.safetensors") for n in ("once", "twice"))
    assert once["counters"]["steps"] == twice["counters"]["steps"] == 4
    for key, value in once["model"].items():
        assert torch.equal(value, twice["model"][key]), key


@pytest.mark.slow
def test_diffusion_learns_and_releases(trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained, tmp_path / "once")
    diffusion.train(steps(4), tmp_path / "once", "cpu", recipe=DM, validate_on=8)
    once = common.load_state(tmp_path / "once" / "diffusion.safetensors")
    out = tmp_path / "small"
    report = diffusion.train(steps(40), tmp_path / "once", "cpu", out, recipe=DM, validate_on=8)
    assert report["loss"] < 0.98 * once["report"]["loss"]
    pipeline = StableDiffusionPipeline.from_pretrained(out, safety_checker=None, dtype=torch.float32)
    picture = pipeline("a woman", num_inference_steps=1, output_type="np", guidance_scale=3.0).images[0]
    assert picture.shape == (128, 128, 3)

    # The released folder alone is enough to go on from.
    fresh = tmp_path / "carried"
    shutil.copytree(trained / "pictures", fresh / "pictures")
    again = diffusion.train(steps(1), fresh, "cpu", out, recipe=DM, validate_on=8)
    assert again["loss"] < 1.1 * report["loss"]
    assert common.load_json(out / "model_card.json")["counters"]["diffusion"]["steps"] == 45
    autoencoder.train(steps(1), fresh, "cpu", AE, released=out, validate_on=4)
    assert common.load_state(fresh / "autoencoder.safetensors")["counters"]["steps"] == 4


def test_bundled_model_loads_and_is_small() -> None:
    folder = common.RELEASE_DIR
    assert release.check_sizes(folder) <= release.FOLDER_LIMIT
    pipeline = StableDiffusionPipeline.from_pretrained(folder, safety_checker=None, dtype=torch.float32)
    tokenizer, text = pipeline.tokenizer, pipeline.text_encoder
    assert text.config.eos_token_id == tokenizer.eos_token_id == len(tokenizer) - 1
    assert tokenizer.model_max_length == 48 == text.config.max_position_embeddings
    assert pipeline.vae.config.latent_channels == 8
    assert pipeline.vae_scale_factor == 8
    assert pipeline.unet.config.sample_size == 16
    picture = pipeline("a photo of a woman", num_inference_steps=2, output_type="np").images[0]
    assert picture.shape == (128, 128, 3)
    assert common.load_json(folder / "model_card.json")["counters"]["autoencoder"]["samples"] > 0
