"""The same picture with some attributes changed, and where it may differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from .picture import Picture
from .render import render
from .scene import Scene, sample_identity

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


TOLERANCE = 8
"""Levels of 255 that a pixel of the answer may change by and still count as settled."""
ENOUGH = 0.5
"""Share of the region that must be settled for an answer to count as determined."""
_LOOK = 64  # side of the pictures in which traits are looked for
_OTHERS = 4  # answers redrawn from other streams


@dataclass(frozen=True, eq=False)
class Counterfactual:
    """A source picture and the same picture after a change of attributes.

    region: (H, W) bool, from the coverage of the affected parts in both pictures; outside it both are
    equal bit for bit. known: another picture of the same identity; what it shows counts as known too.
    """

    source: Picture
    target: Picture
    source_scene: Scene
    target_scene: Scene
    region: NDArray[np.bool_]
    known: Scene | None = None

    @cached_property
    def settled(self) -> NDArray[np.bool_]:
        """(H, W) bool, the pixels of the region that source and words settle: drawn with other people's traits
        for all that is hidden, they stay the same within TOLERANCE."""
        settled = self.region.copy()
        if self.source_scene.nuisance.scene != self.target_scene.nuisance.scene:
            settled[:] = False  # no trait tells what another place looks like
            return settled
        size, free = len(settled), hidden_traits(self.source_scene)
        if self.known is not None:
            free = tuple(name for name in free if name in hidden_traits(self.known))
        for number in range(_OTHERS if free and settled.any() else 0):
            other = _stranger(self.source_scene, number)
            redrawn = self.target_scene.with_traits(**{name: other[name] for name in free})
            difference = np.abs(render(redrawn, size).rgb.astype(np.int16) - self.target.rgb)
            settled &= difference.max(axis=2) <= TOLERANCE
        return settled

    @property
    def determined(self) -> bool:
        """Whether source and words settle the answer: enough of the region is settled."""
        return bool(self.settled.sum() >= ENOUGH * self.region.sum())


def hidden_traits(scene: Scene) -> tuple[str, ...]:
    """Traits of the identity that the picture shows nothing of: with a very different value, no pixel changes."""
    return _hidden_traits(scene.to_json())


@lru_cache(maxsize=64)
def _hidden_traits(text: str) -> tuple[str, ...]:
    scene = Scene.from_json(text)
    picture, traits = render(scene, _LOOK).rgb, scene.identity.traits
    others = [_stranger(scene, number) for number in range(8)]
    far = {
        name: max((abs(other[name] - mine), other[name]) for other in others)[1]
        for name, mine in traits.items()
    }
    return tuple(
        name
        for name in traits
        if np.array_equal(render(scene.with_traits(**{name: far[name]}), _LOOK).rgb, picture)
    )


def _stranger(scene: Scene, number: int) -> Mapping[str, float]:
    """Traits of another identity of the same kind."""
    seeds = range(number * 64, number * 64 + 64)
    people = (sample_identity(seed, scene.domain) for seed in seeds if seed != scene.identity.seed)
    return next(person.traits for person in people if person.noun == scene.identity.noun)


def counterfactual(
    scene: Scene, /, size: int = 128, known: Scene | None = None, **changes: str
) -> Counterfactual:
    """Draws a scene and its change, e.g. counterfactual(scene, glasses="none") or (scene, scene="beach").

    known: see `Counterfactual`.
    """
    target_scene = scene.with_attributes(**changes)
    old = {**scene.attributes, "scene": scene.nuisance.scene}
    changed = [name for name, value in changes.items() if old[name] != value]
    parts = frozenset(part for name in changed for part in AFFECTED[name])
    source, target = render(scene, size), render(target_scene, size)
    region = source.reach(parts) | target.reach(parts)
    return Counterfactual(source, target, scene, target_scene, region, known)
