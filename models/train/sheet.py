"""A grid of samples: one row per prompt, one column per seed, made with the released model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from diffusers import StableDiffusionPipeline
from PIL import Image, ImageDraw

PROMPTS = (
    "a photo of a woman with long blonde hair, smiling, in a studio",
    "a photo of a man with short black hair and a beard, in a forest",
    "a photo of a woman with curly red hair wearing glasses, at the beach",
    "a photo of an old man with grey hair wearing a blue hat, in a city",
    "a photo of a young woman with brown hair wearing sunglasses and a red hat",
    "a photo of a woman with purple lipstick and blue eyeshadow",
    "a photo of a surprised man with blonde hair",
    "a photo of a red car in a city",
)


def sample(
    pipeline: StableDiffusionPipeline, prompts: list[str], seed: int, steps: int, guidance: float
) -> np.ndarray:
    """(N, 128, 128, 3) uint8 pictures; every prompt starts from the same noise."""
    generators = [torch.Generator().manual_seed(seed) for _ in prompts]
    result = pipeline(
        prompts,
        num_inference_steps=steps,
        guidance_scale=guidance,
        generator=generators,
        output_type="np",
        eta=0.0,
    )
    return np.rint(np.asarray(result.images) * 255.0).astype(np.uint8)


def sheet(
    folder: Path, prompts: list[str], seeds: int = 4, steps: int = 30, guidance: float = 5.0
) -> Image.Image:
    """The labelled grid."""
    pipeline = StableDiffusionPipeline.from_pretrained(folder, safety_checker=None, torch_dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    columns = [sample(pipeline, prompts, seed, steps, guidance) for seed in range(seeds)]
    size, label = columns[0].shape[1], 14
    grid = Image.new("RGB", (seeds * size, len(prompts) * (size + label)), "white")
    draw = ImageDraw.Draw(grid)
    for row, prompt in enumerate(prompts):
        draw.text((2, row * (size + label) + 1), prompt, fill="black")
        for column, pictures in enumerate(columns):
            grid.paste(Image.fromarray(pictures[row]), (column * size, row * (size + label) + label))
    return grid


def main(folder: Path, out: Path) -> None:
    """Write the sheet of the standard prompts."""
    sheet(folder, list(PROMPTS)).save(out)
