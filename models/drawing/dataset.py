"""Numbered pictures in disjoint splits."""

from __future__ import annotations

from .picture import Picture
from .render import render
from .scene import Scene, sample_scene

SPLITS: tuple[str, ...] = ("train", "judge_train", "validation", "test")
_BITS = 48


def split_seed(split: str, index: int) -> int:
    """Seed of picture `index` (0 <= index < 2**48) of a split; seeds of different splits never meet."""
    if split not in SPLITS:
        raise ValueError(f"unknown split {split!r}; there are {SPLITS}")
    if not 0 <= index < 1 << _BITS:
        raise ValueError(f"index {index} is outside 0..2**{_BITS}-1")
    return ((SPLITS.index(split) + 1) << _BITS) | index


def draw(seed: int, size: int = 128) -> tuple[Picture, Scene]:
    """The picture of this seed (>= 0), 85% portraits and 15% cars, and its scene."""
    scene = sample_scene(seed)
    return render(scene, size), scene
