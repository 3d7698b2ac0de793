"""Stage 3: write the trained parts as an ordinary diffusers folder of half-precision weights."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import torch
from diffusers import StableDiffusionPipeline
from transformers import CLIPTokenizer

from . import autoencoder, denoiser, naming
from .common import load_json, load_state, parameter_count, save_json, say
from .tokenizer import build_tokenizer

FILE_LIMIT, FOLDER_LIMIT = 15_000_000, 36_000_000
BARS = {
    "psnr": 30.0,
    "psnr_eyes": 26.0,
    "psnr_lips": 26.0,
    "text_attributes_present": 0.90,
}


def assemble(
    state_dir: Path, release_dir: Path, recipe: denoiser.Recipe | None = None
) -> tuple[StableDiffusionPipeline, dict]:
    """The pipeline of average weights from the state, and its model card.

    A stage without a state keeps what the release already holds; where there is none, it starts untrained.
    """
    vae_state = load_state(state_dir / f"{autoencoder.STAGE}.safetensors") or {}
    state = load_state(state_dir / f"{denoiser.STAGE}.safetensors")
    old = load_json(release_dir / "model_card.json")
    if state is None and old.get("counters", {}).get(denoiser.STAGE):
        networks, tokenizer = _released_networks(release_dir)
    else:
        networks, tokenizer = _averaged_networks(state, recipe or denoiser.Recipe())
    vae = autoencoder.load_ready(state_dir)
    if vae is None:
        vae = autoencoder.AutoencoderKL.from_pretrained(
            release_dir / "vae", dtype=torch.float32, use_safetensors=True
        )
    pipeline = StableDiffusionPipeline(
        vae=vae,
        text_encoder=networks.text_encoder,
        tokenizer=tokenizer,
        unet=networks.unet,
        scheduler=denoiser.build_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    return pipeline, _model_card(pipeline, old, vae_state, state or {})


def _released_networks(release_dir: Path) -> tuple[denoiser.Networks, CLIPTokenizer]:
    """Networks and tokenizer of a released folder."""
    before = StableDiffusionPipeline.from_pretrained(
        release_dir, safety_checker=None, dtype=torch.float32, use_safetensors=True
    )
    placeholder = denoiser.id_of_placeholder(before.tokenizer)
    return denoiser.Networks(before.text_encoder, before.unet, placeholder), before.tokenizer


def _averaged_networks(
    state: dict[str, Any] | None, recipe: denoiser.Recipe
) -> tuple[denoiser.Networks, CLIPTokenizer]:
    """Networks with the state's average weights and the names written into the vocabulary; untrained without a state."""
    tokenizer = build_tokenizer()
    torch.manual_seed(0)
    networks = denoiser.build(recipe, tokenizer)
    if state is not None:
        with torch.no_grad():
            for name, parameter in networks.named_parameters():
                parameter.copy_(state["average"]["values"][name])
        naming.write_names(networks.text_encoder, tokenizer, networks.namer)
    return networks, tokenizer


def _model_card(
    pipeline: StableDiffusionPipeline, old: dict[str, Any], vae_state: dict[str, Any], state: dict[str, Any]
) -> dict[str, Any]:
    """What is known of the pipeline. Args: old: the last release's card. vae_state, state: of the stages, {} for none."""
    counters: dict[str, Any] = dict(old.get("counters", {}))
    metrics: dict[str, Any] = dict(old.get("metrics", {}))
    if state:  # shares of words present were measured on older weights
        metrics = {name: value for name, value in metrics.items() if "present" not in name}
    for stage, found in ((autoencoder.STAGE, vae_state), (denoiser.STAGE, state)):
        if found:
            counters[stage] = found["counters"]
            metrics |= found["report"]
    return {
        "name": "S2Edit Studio bundled model",
        "date": date.today().isoformat(),
        "what": "Small latent diffusion model trained from nothing on pictures of the drawing program.",
        "parameters": {
            "vae": parameter_count(pipeline.vae),
            "unet": parameter_count(pipeline.unet),
            "text_encoder": parameter_count(pipeline.text_encoder),
        },
        "counters": counters,
        "metrics": {name: round(float(value), 4) for name, value in metrics.items()},
        "bars": bars(metrics),
    }


def bars(metrics: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What was wanted, what was measured on pictures never trained on (None: not measured), and the verdict."""
    return {
        name: {"wanted": wanted, "measured": metrics.get(name), "met": bool(metrics.get(name, 0.0) >= wanted)}
        for name, wanted in BARS.items()
    }


def check_sizes(folder: Path) -> int:
    """Bytes in the folder; raises where a file or the whole is over its limit."""
    sizes = {p: p.stat().st_size for p in folder.rglob("*") if p.is_file()}
    too_big = [p.name for p, size in sizes.items() if size > FILE_LIMIT]
    if too_big or sum(sizes.values()) > FOLDER_LIMIT:
        raise ValueError(
            f"{folder} is too large: {sum(sizes.values())} bytes, over the file limit: {too_big}"
        )
    return sum(sizes.values())


def release(state_dir: Path, release_dir: Path, recipe: denoiser.Recipe | None = None) -> dict[str, Any]:
    """Write a temporary folder next to release_dir and swap the two, so that readers never see half a model."""
    pipeline, card = assemble(state_dir, release_dir, recipe)
    part = release_dir.with_name(f".{release_dir.name}.{os.getpid()}.part")
    old = release_dir.with_name(f".{release_dir.name}.{os.getpid()}.old")
    shutil.rmtree(part, ignore_errors=True)
    pipeline.to(torch.float16).save_pretrained(part, safe_serialization=True, max_shard_size="12MB")
    # The same vocabulary in the files that older readers of this layout expect.
    pipeline.tokenizer.backend_tokenizer.model.save(str(part / "tokenizer"))
    for file in part.rglob("*"):
        file.chmod(0o755 if file.is_dir() else 0o644)  # safetensors are written for the owner alone
    save_json(part / "model_card.json", card)
    size = check_sizes(part)
    if release_dir.exists():
        release_dir.rename(old)
    part.rename(release_dir)
    shutil.rmtree(old, ignore_errors=True)
    say("release", f"{release_dir}: {size / 1e6:.1f} MB, counters {card['counters']}")
    return card
