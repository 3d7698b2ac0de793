"""Stage 3: write the trained parts as an ordinary diffusers folder of half-precision weights."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from diffusers import StableDiffusionPipeline

from . import autoencoder, naming
from .common import load_json, load_state, parameter_count, save_json, say
from .tokenizer import build_tokenizer

if TYPE_CHECKING:
    from .diffusion import Recipe

FILE_LIMIT, FOLDER_LIMIT = 15_000_000, 36_000_000
BARS = {
    "psnr": 30.0,
    "psnr_eyes": 26.0,
    "psnr_lips": 26.0,
    "text_attributes_present": 0.90,
}


def assemble(
    state_dir: Path, release_dir: Path, recipe: Recipe | None = None
) -> tuple[StableDiffusionPipeline, dict]:
    """The pipeline of average weights from the state, and its model card.

    A stage without a state keeps what the release already holds; where there is none, it starts untrained.
    """
    from . import diffusion

    vae_state = load_state(state_dir / f"{autoencoder.STAGE}.safetensors") or {}
    state = load_state(state_dir / f"{diffusion.STAGE}.safetensors")
    old = load_json(release_dir / "model_card.json")
    tokenizer = build_tokenizer()
    if state is None and old.get("counters", {}).get(diffusion.STAGE):
        before = StableDiffusionPipeline.from_pretrained(
            release_dir, safety_checker=None, dtype=torch.float32, use_safetensors=True
        )
        networks = diffusion.Networks(
            before.text_encoder, before.unet, diffusion.id_of_somebody(before.tokenizer)
        )
        tokenizer = before.tokenizer
    else:
        torch.manual_seed(0)
        networks = diffusion.build(recipe or diffusion.Recipe(), tokenizer)
    if state is not None:
        with torch.no_grad():
            for name, parameter in networks.named_parameters():
                parameter.copy_(state["average"]["values"][name])
        naming.write_names(networks.text_encoder, tokenizer, networks.namer)
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
        scheduler=diffusion.build_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    counters: dict[str, Any] = dict(old.get("counters", {}))
    metrics: dict[str, Any] = dict(old.get("metrics", {}))
    if state is not None:
        metrics = {
            name: value for name, value in metrics.items() if "present" not in name
        }  # of older weights
    for stage, found in ((autoencoder.STAGE, vae_state), (diffusion.STAGE, state or {})):
        if found:
            counters[stage] = found["counters"]
            metrics |= found["report"]
    card = {
        "name": "S2Edit Studio bundled model",
        "date": date.today().isoformat(),
        "what": "Small latent diffusion model trained from nothing on pictures of the drawing program.",
        "parameters": {
            "vae": parameter_count(vae),
            "unet": parameter_count(networks.unet),
            "text_encoder": parameter_count(networks.text_encoder),
        },
        "counters": counters,
        "metrics": {name: round(float(value), 4) for name, value in metrics.items()},
        "bars": bars(metrics),
    }
    return pipeline, card


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


def release(state_dir: Path, release_dir: Path, recipe: Recipe | None = None) -> dict[str, Any]:
    """Write the folder beside release_dir and swap the two, so that readers never see half a model."""
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
