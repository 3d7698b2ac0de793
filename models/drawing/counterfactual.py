"""The same picture with some attributes changed, and where it may differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .picture import Picture
from .render import render
from .scene import Scene

_HAIR = ("hair_back", "hair_back_crown", "hair_front", "hair_front_crown")

AFFECTED: dict[str, tuple[str, ...]] = {
    "hair_color": (*_HAIR, "bangs", "brows", "beard"),
    "hair_style": (*_HAIR, "bangs"),
    "bangs": ("bangs",),
    "expression": ("eyes", "brows", "mouth", "folds"),
    "glasses": ("glasses",),
    "beard": ("beard",),
    "lipstick": ("mouth",),
    "eyeshadow": ("eyeshadow",),
    "blush": ("blush",),
    "hat": ("hat", "hair_back_crown", "hair_front_crown"),
    "age": ("age",),
    "paint": ("paint",),
    "rack": ("rack",),
    "lights": ("lights",),
    "stripe": ("stripe",),
    "scene": ("background", "road"),
}
"""The painted parts that depend on each attribute."""


@dataclass(frozen=True, eq=False)
class Counterfactual:
    """A source picture and the same picture after a change of attributes.

    region: (H, W) bool, from the coverage of the affected parts in both pictures; outside it both are
    equal bit for bit. determined: whether source and words settle the answer (False when something
    hidden comes to light).
    """

    source: Picture
    target: Picture
    target_scene: Scene
    region: NDArray[np.bool_]
    determined: bool


def _settled(name: str, old: str, new: str) -> bool:
    """Whether changing one attribute from old to new brings nothing hidden to light."""
    if old == new:
        return True
    if name == "hair_style":
        return old == "short"
    if name == "glasses":
        return old == "none" or (old, new) == ("glasses", "sunglasses")
    if name in ("hat", "beard", "bangs", "lipstick", "eyeshadow", "rack"):
        return new != "none"
    if name == "age":
        return new == "old"
    return name != "scene"


def counterfactual(scene: Scene, /, size: int = 128, **changes: str) -> Counterfactual:
    """Draws a scene and its change, e.g. counterfactual(scene, glasses="none") or (scene, scene="beach")."""
    target_scene = scene.with_attributes(**changes)
    old = {**scene.attributes, "scene": scene.nuisance.scene}
    changed = {name: value for name, value in changes.items() if old[name] != value}
    parts = frozenset(part for name in changed for part in AFFECTED[name])
    source, target = render(scene, size), render(target_scene, size)
    region = source.reach(parts) | target.reach(parts)
    determined = all(_settled(name, old[name], value) for name, value in changed.items())
    return Counterfactual(source, target, target_scene, region, determined)
