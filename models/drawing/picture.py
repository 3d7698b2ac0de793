"""A drawn picture with the layers it was made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Window = tuple[slice, slice]

MASKS: tuple[str, ...] = ("subject", "face", "hair", "lips", "eyes", "skin")


@dataclass(frozen=True)
class Layer:
    """One painted layer.

    name: the part it belongs to. window: rows and columns it was painted in. alpha: (h, w) float32 0..1,
    h and w those of the window. labels: the masks that its pixels belong to; None for shadows and other
    glazes, which leave the masks alone. keep: masks that it leaves alone although it covers them.
    """

    name: str
    window: Window
    alpha: NDArray[np.float32]
    labels: tuple[str, ...] | None
    keep: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Picture:
    """rgb: (H, W, 3) uint8. layers: what was painted over the background, lowest first."""

    rgb: NDArray[np.uint8]
    layers: tuple[Layer, ...]

    @cached_property
    def masks(self) -> dict[str, NDArray[np.uint8]]:
        """Visible coverage, each (H, W) uint8 0..255: subject, face, hair, lips, eyes, skin.

        Found on first use, because most training pictures need no masks.
        """
        planes = {name: np.zeros(self.rgb.shape[:2], np.float32) for name in MASKS}
        used: set[str] = set()
        for layer in self.layers:
            if layer.labels is None:
                continue
            rest = 1.0 - layer.alpha
            for name in MASKS:
                if name in layer.labels:
                    view = planes[name][layer.window]
                    view *= rest
                    view += layer.alpha
                    used.add(name)
                elif name in used and name not in layer.keep:
                    planes[name][layer.window] *= rest
        return {name: np.rint(plane * 255.0).astype(np.uint8) for name, plane in planes.items()}

    @cached_property
    def parts(self) -> dict[str, NDArray[np.bool_]]:
        """Pixels that each part touches, each (H, W) bool, shadows and soft edges included."""
        found: dict[str, NDArray[np.bool_]] = {}
        for layer in self.layers:
            if layer.name not in found:
                found[layer.name] = np.zeros(self.rgb.shape[:2], bool)
            found[layer.name][layer.window] |= layer.alpha > 0.0
        return found

    def reach(self, parts: frozenset[str]) -> NDArray[np.bool_]:
        """(H, W) bool: pixels where a change of these parts can show.

        A touched pixel drops out where a later part that does not change covers it completely.
        """
        dirty = np.zeros(self.rgb.shape[:2], bool)
        if "background" in parts:
            dirty[:] = True
        for layer in self.layers:
            if layer.name in parts:
                dirty[layer.window] |= layer.alpha > 0.0
            else:
                dirty[layer.window] &= layer.alpha < 1.0
        return dirty
