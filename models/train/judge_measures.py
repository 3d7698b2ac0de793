"""How good the judges are: their answers to pictures, and the pictures and pairs they are asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from ..drawing.dataset import draw, split_seed
from ..drawing.render import render
from ..drawing.scene import Scene, sample_attributes, sample_identity, sample_nuisance
from .judge_data import labels_of, to_floats, with_skin_of
from .judge_networks import IMAGE_SIZE, AttributeNet, Head, IdentityNet

__all__ = ["accuracy", "embed_all", "equal_error", "labelled_pictures", "predict_all", "verification_pairs"]


def accuracy(chances: Sequence[np.ndarray], labels: np.ndarray, heads: Sequence[Head]) -> dict[str, float]:
    """Share of right answers of each question that any picture poses, by ``domain.name`` or ``name``."""
    result = {}
    for i, head in enumerate(heads):
        asked = labels[:, i] >= 0
        if asked.any():
            right = chances[i][asked].argmax(1) == labels[asked, i]
            result[f"{head.domain}.{head.name}" if head.domain else head.name] = float(right.mean())
    return result


def equal_error(genuine: np.ndarray, impostor: np.ndarray) -> tuple[float, float]:
    """Threshold where as many genuine pairs fall below as impostor pairs lie above, and the accuracy there.

    Both arguments are similarities of pairs, of any length > 0.
    """
    candidates = np.unique(np.concatenate([genuine, impostor]))
    missed = np.searchsorted(np.sort(genuine), candidates, side="left") / len(genuine)
    fooled = 1.0 - np.searchsorted(np.sort(impostor), candidates, side="left") / len(impostor)
    best = int(np.abs(missed - fooled).argmin())
    # Half way to the next lower similarity: any pair between the two is as likely either.
    threshold = float(candidates[best] + candidates[max(best - 1, 0)]) / 2.0
    return threshold, float(1.0 - (missed[best] + fooled[best]) / 2.0)


def labelled_pictures(split: str, count: int, first: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """`count` pictures of a split, uint8 ``(N, 128, 128, 3)``, and their labels ``(N, heads)``."""
    drawn = [draw(split_seed(split, first + i), IMAGE_SIZE) for i in range(count)]
    return np.stack([picture.rgb for picture, _ in drawn]), np.stack([labels_of(scene) for _, scene in drawn])


def verification_pairs(split: str, count: int, domain: str = "portrait") -> tuple[np.ndarray, np.ndarray]:
    """Pairs for verification: `count` of one person each, then `count` of two people.

    Two pictures of one person differ in light, pose, background, clothes and at least three attributes
    (two for cars).
    Two people of a pair have one noun, one skin colour and the same attributes; light, pose and background
    differ.

    Returns:
        uint8 ``(2 * count, 2, 128, 128, 3)`` and booleans ``(2 * count,)``, True for one person.
    """
    pairs, same = [], []
    for i in range(count):
        seed = split_seed(split, 3_000_000 + 20 * i)
        person, look = sample_identity(seed, domain), sample_attributes(seed, sample_identity(seed, domain))
        scenes = [sample_nuisance(split_seed(split, 3_000_000 + 20 * i + k)) for k in range(3)]
        if scenes[1].scene == scenes[0].scene:
            scenes[1] = replace(
                scenes[1], scene={"studio": "beach", "beach": "forest"}.get(scenes[0].scene, "studio")
            )
        needed = 3 if domain == "portrait" else 2
        tries = (sample_attributes(split_seed(split, 4_000_000 + 100 * i + k), person) for k in range(100))
        other_look = next(o for o in tries if sum(o[name] != look[name] for name in look) >= needed)
        candidates = (
            sample_identity(split_seed(split, 3_000_000 + 20 * i + k), domain) for k in range(1, 20)
        )
        stranger = with_skin_of(next(c for c in candidates if c.noun == person.noun), person)
        first = Scene(person, look, scenes[0])
        for second in (Scene(person, other_look, scenes[1]), Scene(stranger, look, scenes[2])):
            pairs.append(np.stack([render(scene, IMAGE_SIZE).rgb for scene in (first, second)]))
            same.append(second.identity is person)
    order = np.argsort(~np.array(same), kind="stable")
    return np.stack(pairs)[order], np.array(same)[order]


@torch.inference_mode()
def predict_all(network: AttributeNet, rgb: np.ndarray, batch: int = 64) -> list[np.ndarray]:
    """Probabilities ``(N, values)`` of every head for uint8 pictures ``(N, 128, 128, 3)``."""
    where = next(network.parameters()).device
    parts = [
        [scores.softmax(1).cpu().numpy() for scores in network(to_floats(rgb[i : i + batch], where))]
        for i in range(0, len(rgb), batch)
    ]
    return [np.concatenate(columns) for columns in zip(*parts, strict=True)]


@torch.inference_mode()
def embed_all(network: IdentityNet, rgb: np.ndarray, batch: int = 64) -> np.ndarray:
    """Unit vectors ``(N, 128)`` for uint8 pictures ``(N, 128, 128, 3)``."""
    where = next(network.parameters()).device
    parts = [network(to_floats(rgb[i : i + batch], where)).cpu().numpy() for i in range(0, len(rgb), batch)]
    return np.concatenate(parts)
