"""A full-size base model with random weights in memory, for measuring speed, which depends on the shape alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.errors import Sentence, UsageError
from s2edit_plugin.storage.paths import bundled_model, models_package

__all__ = ["SHAPES", "random_backbone"]

SHAPES = ("sd1", "sd2")
"""Shapes with bundled configurations: Stable Diffusion 1.x and 2.x."""


def random_backbone(
    name: str, device: str = "auto", precision: str = "auto", configs: Path | None = None
) -> Backbone:
    """A model of a known shape with random weights and the bundled model's tokenizer.

    Args:
        name: one of `SHAPES`. device, precision: as for `loading.load_backbone`. configs: folder that holds a folder of this
            name with ``unet``, ``vae``, ``text_encoder`` and ``scheduler``; None: the bundled one.

    Raises:
        UsageError: there is no such shape, or the device does not work.
    """
    import torch
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    from s2edit_plugin.backbones.device import choose
    from s2edit_plugin.backbones.stable_diffusion import Parts, StableDiffusionBackbone

    if name not in SHAPES:
        raise UsageError(Sentence("'{}' is no shape.", name[:40]), Sentence("Known: {}.", ", ".join(SHAPES)))
    folder = (configs or models_package() / "configs") / name
    text = _config(folder / "text_encoder")
    tokenizer = CLIPTokenizer.from_pretrained(str(bundled_model() / "tokenizer"), local_files_only=True)
    tokenizer.model_max_length = int(text["max_position_embeddings"])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        unet = UNet2DConditionModel.from_config(_config(folder / "unet"))
        choice = choose(device, precision, sum(value.numel() for value in unet.parameters()))
        parts = Parts(
            unet=unet.to(choice.dtype),
            vae=AutoencoderKL.from_config(_config(folder / "vae")).to(choice.dtype),
            tokenizers=[tokenizer],
            text_encoders=[CLIPTextModel(CLIPTextConfig(**text))],
            scheduler=_config(folder / "scheduler", "scheduler_config.json"),
        )
    backbone = StableDiffusionBackbone(parts, name, f"random-{name}", choice.device, choice.dtype)
    backbone.choice = choice
    return backbone


def _config(folder: Path, name: str = "config.json") -> dict[str, Any]:
    values: dict[str, Any] = json.loads((folder / name).read_text(encoding="utf-8"))
    return values
