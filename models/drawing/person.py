"""The person whom the painters of a portrait's parts share, and the outline of the face."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .scene import Nuisance
from .shading import Array

FACE_Y = 62.0
"""Height of the face's widest point in the head's frame."""


@dataclass(frozen=True)
class Person:
    """What the painters of the parts need to know.

    t: traits. a: attribute values. skin, shade: lit and shadowed skin colour. parallax moves inner features.
    """

    t: Mapping[str, float]
    a: Mapping[str, str]
    noun: str
    nuisance: Nuisance
    skin: tuple[float, float, float]
    shade: tuple[float, float, float]

    def rgb(self, name: str) -> tuple[float, float, float]:
        """A colour trait."""
        return (self.t[f"{name}_r"], self.t[f"{name}_g"], self.t[f"{name}_b"])

    def shift(self, depth: float) -> tuple[float, float]:
        """Parallax (x, y) of a feature `depth` units in front of the face's outline."""
        return self.nuisance.yaw * depth, self.nuisance.pitch * depth * 0.5


def face_radius(t: Mapping[str, float], x: Array, y: Array) -> Array:
    """Superellipse radius of the face: 1 on the outline; an ellipse above, the jaw's exponent below."""
    width, chin = t["half_width"], t["chin"]
    down = np.maximum(y - np.float32(FACE_Y), 0.0) * np.float32(1.0 / (chin - FACE_Y))
    up = np.minimum(y - np.float32(FACE_Y), 0.0) * np.float32(1.0 / 45.0)
    xs = np.abs(x) * np.float32(1.0 / width)
    taper = np.float32(1.0) - np.float32(t["taper"]) * down * down
    xs = np.maximum(xs / taper, 1e-4)
    n = np.float32(t["jaw"])
    lower = np.power(np.power(xs, n) + np.power(down, n), np.float32(1.0) / n)
    return np.where(y < FACE_Y, np.sqrt(xs * xs + up * up), lower)
