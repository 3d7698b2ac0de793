"""Looks at the released model: a grid of samples, and how many of a prompt's words a judge finds in them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from diffusers import StableDiffusionPipeline
from PIL import Image, ImageDraw

from ..drawing import captions
from ..drawing.dataset import split_seed
from ..drawing.scene import sample_scene
from .common import load_json, save_json
from .release import bars

# Values that captions of `describe` do not mention.
UNSAID = ("none", "off", "neutral")

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


def load(folder: Path) -> StableDiffusionPipeline:
    """The released pipeline in float32, without progress bars."""
    pipeline = StableDiffusionPipeline.from_pretrained(
        folder, safety_checker=None, dtype=torch.float32, use_safetensors=True
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def sample(
    pipeline: StableDiffusionPipeline, prompts: list[str], seed: int, steps: int, guidance: float
) -> np.ndarray:
    """(N, 128, 128, 3) uint8 pictures; each prompt has its own noise, the same one in every call."""
    generators = [torch.Generator().manual_seed(1000 * seed + i) for i in range(len(prompts))]
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
    pipeline = load(folder)
    columns = [sample(pipeline, prompts, seed, steps, guidance) for seed in range(seeds)]
    size, label = columns[0].shape[1], 14
    grid = Image.new("RGB", (seeds * size, len(prompts) * (size + label)), "white")
    draw = ImageDraw.Draw(grid)
    for row, prompt in enumerate(prompts):
        draw.text((2, row * (size + label) + 1), prompt, fill="black")
        for column, pictures in enumerate(columns):
            grid.paste(Image.fromarray(pictures[row]), (column * size, row * (size + label) + label))
    return grid


def words_present(folder: Path, count: int = 64, steps: int = 30, guidance: float = 5.0) -> dict[str, float]:
    """Share of the attributes in the captions of unseen scenes that the attribute judge finds in the samples.

    Only what the caption says counts (not "no hat"); one number per attribute, and over all of them.
    """
    from .judge_data import HEADS, labels_of
    from .judge_measures import predict_all
    from .judge_networks import JUDGES_FOLDER, load_attribute_net

    judge, _ = load_attribute_net(JUDGES_FOLDER / "attributes.safetensors")
    scenes = [sample_scene(split_seed("test", i)) for i in range(count)]
    pipeline = load(folder)
    pictures = [
        sample(pipeline, [captions.describe(scene) for scene in scenes[i : i + 16]], i, steps, guidance)
        for i in range(0, count, 16)
    ]
    guesses = predict_all(judge.eval(), np.concatenate(pictures))
    labels = np.stack([labels_of(scene) for scene in scenes])
    found: dict[str, list[bool]] = {}
    for head, chances, wanted in zip(HEADS, guesses, labels.T, strict=True):
        for i in np.flatnonzero(wanted >= 0):
            if head.values[wanted[i]] not in UNSAID:
                found.setdefault(head.name, []).append(bool(chances[i].argmax() == wanted[i]))
    shares = {f"present_{name}": float(np.mean(hits)) for name, hits in found.items()}
    return {"text_attributes_present": float(np.mean(np.concatenate(list(found.values())))), **shares}


def measure(folder: Path) -> dict[str, float]:
    """Write words_present into the model card."""
    shares = words_present(folder)
    card = load_json(folder / "model_card.json")
    card["metrics"] |= {name: round(value, 4) for name, value in shares.items()}
    card["bars"] = bars(card["metrics"])
    save_json(folder / "model_card.json", card)
    return shares


def main(folder: Path, out: Path) -> None:
    """Write the sheet of the standard prompts."""
    sheet(folder, list(PROMPTS)).save(out)
