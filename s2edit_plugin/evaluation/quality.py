"""Measures the bundled model against its bars, on seeds nothing was ever trained on.

    python -m s2edit_plugin.evaluation.quality [--json] [--pictures 400] [--prompts 500] [--device auto]

Autoencoder fidelity, judge accuracy (drawn pictures and autoencoder copies), identity verification, mask
overlap and how many of the attributes a prompt asks for the generated picture shows. torch is imported on
first use.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from s2edit_plugin.errors import S2EditError
from s2edit_plugin.perception.judges import AttributeJudge, IdentityJudge

if TYPE_CHECKING:
    from s2edit_models.drawing.scene import Scene

    from s2edit_plugin.backbones.base import Backbone

__all__ = [
    "Figure",
    "asked_attributes",
    "autoencoder_figures",
    "copies_of",
    "generate",
    "identity_figures",
    "judge_figures",
    "main",
    "mask_figures",
    "measure",
    "text_to_image_figures",
]

_PROMPT_SEED = 5_000_000


@dataclass(frozen=True)
class Figure:
    """One measured number.

    name: dotted, e.g. ``masks.iou.hair``. value: as measured, NaN where nothing could be measured. bar:
    what it should at least be, None for figures that only inform. count: pictures, pairs or prompts it
    rests on.
    """

    name: str
    value: float
    bar: float | None
    count: int

    @property
    def passed(self) -> bool | None:
        """Whether the bar is reached; None without a bar."""
        return None if self.bar is None else bool(self.value >= self.bar)


def copies_of(backbone: Backbone, rgb: np.ndarray, batch: int = 16) -> np.ndarray:
    """Autoencoder copies of uint8 pictures ``(N, S, S, 3)``, S the backbone's resolution."""
    import torch

    parts = []
    for i in range(0, len(rgb), batch):
        x = (
            torch.from_numpy(np.ascontiguousarray(rgb[i : i + batch])).permute(0, 3, 1, 2).float() / 127.5
            - 1.0
        )
        parts.append(_to_pictures(backbone.decode_latents(backbone.encode_picture(x))))
    return np.concatenate(parts)


def _to_pictures(x: Any) -> np.ndarray:
    """Tensor ``(B, 3, S, S)`` in -1..1 to uint8 ``(B, S, S, 3)``."""
    return ((x.float() + 1.0) * 127.5).round().clamp(0, 255).byte().permute(0, 2, 3, 1).cpu().numpy()


def autoencoder_figures(rgb: np.ndarray, copies: np.ndarray, packed: np.ndarray) -> list[Figure]:
    """PSNR of copies in dB: mean over pictures, and of all pixels inside eyes and inside lips.

    packed: mask bits ``(N, H, W)`` as `s2edit_models.train.judge_data.pack_masks` makes them.
    """
    from s2edit_models.train.judge_networks import REGIONS

    error = ((rgb.astype(np.float64) - copies) / 255.0) ** 2
    whole = float(np.mean([_decibels(e) for e in error.mean((1, 2, 3))]))
    figures = [Figure("autoencoder.psnr", whole, 30.0, len(rgb))]
    for region in ("eyes", "lips"):
        inside = (packed >> REGIONS.index(region)) & 1 > 0
        value = _decibels(float(error[inside].mean())) if inside.any() else math.nan
        figures.append(Figure(f"autoencoder.psnr.{region}", value, 26.0, int(inside.any((1, 2)).sum())))
    return figures


def _decibels(error: float) -> float:
    return -10.0 * math.log10(max(error, 1e-12))


def judge_figures(judge: AttributeJudge, rgb: np.ndarray, labels: np.ndarray, kind: str) -> list[Figure]:
    """Accuracy of the attribute judge on labelled pictures, mean and each; kind: drawn or copies."""
    from s2edit_models.train.judge_measures import accuracy

    scores = accuracy(judge.probabilities(rgb), labels, judge.network.heads)
    mean = Figure(f"judge.{kind}", float(np.mean(list(scores.values()))), 0.97, len(rgb))
    return [mean, *(Figure(f"judge.{kind}.{name}", value, None, len(rgb)) for name, value in scores.items())]


def identity_figures(judge: IdentityJudge, pairs: np.ndarray, same: np.ndarray, kind: str) -> list[Figure]:
    """Verification accuracy of pairs ``(N, 2, H, W, 3)``: at equal error and at the stored threshold."""
    from s2edit_models.train.judge_measures import equal_error

    points = judge.embed(pairs.reshape(-1, *pairs.shape[2:])).reshape(len(pairs), 2, -1)
    alike = (points[:, 0] * points[:, 1]).sum(1)
    _, right = equal_error(alike[same], alike[~same])
    threshold = judge.threshold_for("car" if kind.startswith("car") else "portrait")
    stored = ((alike >= threshold) == same).mean()
    bar = 0.95 if kind == "drawn" else None
    return [
        Figure(f"identity.{kind}", right, bar, len(pairs)),
        Figure(f"identity.{kind}.at_threshold", float(stored), None, len(pairs)),
    ]


def mask_figures(rgb: np.ndarray, packed: np.ndarray) -> list[Figure]:
    """Mean overlap (IoU) of found and drawn regions; portraits only, each region only where it is present."""
    from s2edit_models.train.judge_networks import REGIONS
    from s2edit_models.train.mask_network import mean_iou, region_iou

    from s2edit_plugin.perception.masks.regions import find_regions

    found = []
    for picture in rgb:
        maps = find_regions(picture)
        found.append(np.stack([maps[name] >= 0.5 for name in REGIONS]))
    scores = region_iou(np.stack(found), packed)
    counts = np.isfinite(scores).sum(0)
    return [
        Figure(f"masks.iou.{name}", float(value), 0.9, int(count))
        for name, value, count in zip(REGIONS, mean_iou(scores), counts, strict=True)
    ]


def asked_attributes(scene: Scene) -> dict[str, str]:
    """What a full description says: attributes off their default, hair, paint, noun and background."""
    from s2edit_models.drawing.scene import ATTRIBUTES

    options = ATTRIBUTES[scene.domain]
    always = ("hair_color", "hair_style", "paint")
    asked = {n: v for n, v in scene.attributes.items() if n in always or v != options[n][0]}
    if scene.domain == "portrait":
        asked["noun"] = scene.identity.noun
    return {**asked, "scene": scene.nuisance.scene, "domain": scene.domain}


def generate(
    backbone: Backbone,
    prompts: Sequence[str],
    seed: int,
    guidance: float = 5.0,
    steps: int = 30,
    batch: int = 8,
) -> Iterator[np.ndarray]:
    """Pictures uint8 ``(S, S, 3)`` for prompts in order; prompt i starts from noise of ``seed + i``."""
    import torch

    from s2edit_plugin.method import text
    from s2edit_plugin.method.generate import noise_of, sample

    for first in range(0, len(prompts), batch):
        some = prompts[first : first + batch]
        noise = torch.cat([noise_of(backbone, seed + first + i) for i in range(len(some))])
        with torch.inference_mode():
            conditions = [text.encode(text.layout(prompt, backbone, {}), backbone, {}) for prompt in some]
            pictures = backbone.decode_latents(sample(backbone, noise, conditions, steps, guidance))
        yield from _to_pictures(pictures)


def text_to_image_figures(backbone: Backbone, judge: AttributeJudge, prompts: int) -> list[Figure]:
    """How many asked attributes pictures of `prompts` test descriptions show: on average, and all at once.

    Guidance 5, 30 DDIM steps. The domain (portrait or car) is asked too but counts only for "all".
    """
    from s2edit_models.drawing.captions import describe
    from s2edit_models.drawing.dataset import split_seed
    from s2edit_models.drawing.scene import sample_scene

    scenes = [sample_scene(split_seed("test", _PROMPT_SEED + i)) for i in range(prompts)]
    pictures = np.stack(list(generate(backbone, [describe(scene) for scene in scenes], seed=1)))
    chances = judge.probabilities(pictures)
    found: dict[str, list[bool]] = {}
    complete = []
    for i, scene in enumerate(scenes):
        right = []
        asked = asked_attributes(scene)
        for head, chance in zip(judge.network.heads, chances, strict=True):
            if head.domain in ("", scene.domain) and head.name in asked:
                right.append(head.values[int(chance[i].argmax())] == asked[head.name])
                found.setdefault(head.name, []).append(right[-1])
        complete.append(all(right))
    counted = [hit for name, hits in found.items() if name != "domain" for hit in hits]
    figures = [
        Figure("text_to_image.asked", float(np.mean(counted)), 0.9, prompts),
        Figure("text_to_image.all_of_a_prompt", float(np.mean(complete)), None, prompts),
    ]
    return figures + [
        Figure(f"text_to_image.asked.{name}", float(np.mean(hits)), None, len(hits))
        for name, hits in found.items()
    ]


def measure(
    pictures: int = 400, prompts: int = 500, pairs: int | None = None, device: str = "auto"
) -> Iterator[Figure]:
    """All figures, as they are measured.

    Args:
        pictures: drawn pictures of the test split the autoencoder, judges and masks are measured on.
        prompts: descriptions pictures are generated for; 0 leaves text-to-image out.
        pairs: genuine and as many impostor pairs for identity; None: as many as `pictures`.
        device: ``auto``, ``cpu`` or ``cuda`` for the base model.

    Raises:
        ModelError: the base model, a judge or the mask network is missing or damaged.
    """
    from s2edit_models.drawing.dataset import draw, split_seed
    from s2edit_models.train.judge_data import labels_of, pack_masks
    from s2edit_models.train.judge_measures import verification_pairs

    from s2edit_plugin.backbones.loading import load_backbone

    attributes, identity = AttributeJudge.load(), IdentityJudge.load()
    drawn = [draw(split_seed("test", i)) for i in range(pictures)]
    rgb = np.stack([picture.rgb for picture, _ in drawn])
    labels = np.stack([labels_of(scene) for _, scene in drawn])
    packed = np.stack([pack_masks(picture) for picture, _ in drawn])
    portraits = np.array([scene.domain == "portrait" for _, scene in drawn])
    yield from mask_figures(rgb[portraits], packed[portraits])
    yield from judge_figures(attributes, rgb, labels, "drawn")
    backbone = load_backbone(device=device)
    copies = copies_of(backbone, rgb)
    yield from autoencoder_figures(rgb, copies, packed)
    yield from judge_figures(attributes, copies, labels, "copies")
    for domain, prefix in (("portrait", ""), ("car", "car_")):
        couples, same = verification_pairs("test", pairs or pictures, domain)
        yield from identity_figures(identity, couples, same, f"{prefix}drawn")
        # A drawn reference against a copy: how a photo is compared with what the model made of it.
        mixed = np.stack([couples[:, 0], copies_of(backbone, couples[:, 1])], axis=1)
        yield from identity_figures(identity, mixed, same, f"{prefix}copies")
    if prompts:
        yield from text_to_image_figures(backbone, attributes, prompts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print every figure with its bar; exit code 1 if a bar is missed, 2 for unusable models."""
    parser = argparse.ArgumentParser(prog="python -m s2edit_plugin.evaluation.quality", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.add_argument("--pictures", type=int, default=400, help="test pictures (default 400)")
    parser.add_argument(
        "--pairs", type=int, default=None, help="genuine and impostor pairs (default: --pictures)"
    )
    parser.add_argument(
        "--prompts", type=int, default=500, help="prompts for text-to-image, 0: none (default 500)"
    )
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    options = parser.parse_args(arguments)
    figures = []
    try:
        for figure in measure(options.pictures, options.prompts, options.pairs, options.device):
            figures.append(figure)
            if not options.json:
                bar = (
                    "" if figure.bar is None else f"bar {figure.bar:g} {'ok' if figure.passed else 'MISSED'}"
                )
                print(f"{figure.name:<44}{figure.value:9.4f}  n={figure.count:<6}{bar}".rstrip(), flush=True)
    except S2EditError as error:
        print(json.dumps(error.to_json()) if options.json else f"error: {error}", file=sys.stderr)
        return 2
    if options.json:
        rows = [
            {"name": f.name, "value": f.value, "bar": f.bar, "passed": f.passed, "count": f.count}
            for f in figures
        ]
        print(json.dumps(rows, indent=1))
    return 1 if any(figure.passed is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
