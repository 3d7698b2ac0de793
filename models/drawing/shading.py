"""Painter: composites anti-aliased layers on a float canvas, and the small shading helpers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .picture import Layer, Picture, Window
from .scene import Nuisance
from .streams import stream

Array = NDArray[np.float32]
Color = Sequence[float] | Sequence[Array] | Array

PIVOT = (64.0, 100.0)
"""Where the head turns and scales about, in units of 1/128 of the side."""


def bump(x: Array, y: Array, cx: float, cy: float, rx: float, ry: float) -> Array:
    """Smooth hill of height 1, exactly 0 outside the ellipse: compact support keeps edits local."""
    u = (x - cx) * (1.0 / rx)
    v = (y - cy) * (1.0 / ry)
    hill = np.maximum(1.0 - u * u - v * v, 0.0)
    return hill * hill


def ramp(v: Array, low: float, high: float) -> Array:
    """Linear 0..1 between low and high (low may be the greater)."""
    return np.clip((v - low) * (1.0 / (high - low)), 0.0, 1.0)


def mix(a: Sequence[float], b: Sequence[float], t: float) -> tuple[float, float, float]:
    """Colour between a (t = 0) and b (t = 1)."""
    return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t)


def scaled(a: Sequence[float], *k: float) -> tuple[float, float, float]:
    """Colour times one factor, or times one factor for each channel."""
    k3 = k if len(k) == 3 else (k[0], k[0], k[0])
    return (min(a[0] * k3[0], 1.0), min(a[1] * k3[1], 1.0), min(a[2] * k3[2], 1.0))


def tones(dark: Sequence[float], light: Sequence[float], v: Array) -> list[Array]:
    """Colour planes that go from dark (v = 0) to light (v = 1)."""
    return [v * np.float32(light[c] - dark[c]) + np.float32(dark[c]) for c in range(3)]


class Painter:
    """A canvas of (3, size, size) float32 with two coordinate frames in units of 1/128 of the side.

    hx, hy: the head's frame (rotated, scaled, moved; x = 0 is the face's middle line).
    bx, by: the body's frame (scaled and moved only).
    """

    def __init__(self, size: int, nuisance: Nuisance, roll: float | None = None) -> None:
        self.size = size
        self.nuisance = nuisance
        self.unit = size / 128.0
        n = nuisance
        self.scale = n.scale
        self.roll = n.roll if roll is None else roll
        axis = (np.arange(size, dtype=np.float32) + np.float32(0.5)) / np.float32(self.unit)
        self.axis = axis
        self.canvas: Array = np.zeros((3, size, size), np.float32)
        self.layers: list[Layer] = []
        dx = (axis - np.float32(PIVOT[0] + n.dx)) / np.float32(n.scale)
        dy = (axis - np.float32(PIVOT[1] + n.dy)) / np.float32(n.scale)
        self.cos, self.sin = math.cos(self.roll), math.sin(self.roll)
        self.hx: Array = (dx * np.float32(self.cos))[None, :] + (dy * np.float32(self.sin))[:, None]
        self.hy: Array = (dx * np.float32(-self.sin))[None, :] + (
            dy * np.float32(self.cos) + np.float32(PIVOT[1])
        )[:, None]
        self.bx: Array = dx[None, :]
        self.by: Array = dy[:, None] + np.float32(PIVOT[1])
        self.sharp = np.float32(n.scale * self.unit)
        lx, ly = n.light_x, n.light_y
        self.light = (lx, ly, math.sqrt(max(1.0 - lx * lx - ly * ly, 0.1)))

    def window(self, x0: float, x1: float, y0: float, y1: float) -> tuple[Window, Array, Array]:
        """Smallest window that holds the box of the head's frame, and hx, hy in it."""
        n = self.nuisance
        xs, ys = [], []
        for x in (x0, x1):
            for y in (y0, y1):
                v = y - PIVOT[1]
                xs.append((self.cos * x - self.sin * v) * n.scale + PIVOT[0] + n.dx)
                ys.append((self.sin * x + self.cos * v) * n.scale + PIVOT[1] + n.dy)
        win = (self._slice(min(ys), max(ys)), self._slice(min(xs), max(xs)))
        return win, self.hx[win], self.hy[win]

    def body_window(self, y0: float) -> tuple[Window, Array, Array]:
        """Rows from body height y0 to the lower border, and bx (1, w), by (h, 1) there."""
        n = self.nuisance
        rows = self._slice((y0 - PIVOT[1]) * n.scale + PIVOT[1] + n.dy, 128.0)
        return (rows, slice(0, self.size)), self.bx, self.by[rows]

    def _slice(self, low: float, high: float) -> slice:
        start = min(max(math.floor(low * self.unit) - 1, 0), self.size - 1)
        return slice(start, max(min(math.ceil(high * self.unit) + 1, self.size), start + 1))

    def cover(self, d: Array) -> Array:
        """Anti-aliased coverage 0..1 of the inside (d < 0) of a signed distance in head units."""
        return np.clip(np.float32(0.5) - d * self.sharp, 0.0, 1.0)

    def soft(self, d: Array, width: float) -> Array:
        """Coverage with an edge `width` units wide."""
        return np.clip(np.float32(0.5) - d * np.float32(1.0 / width), 0.0, 1.0)

    def paint(
        self,
        name: str,
        window: Window,
        alpha: Array,
        color: Color,
        labels: tuple[str, ...] | None = None,
        keep: tuple[str, ...] = (),
    ) -> None:
        """Composites one layer. color: three numbers or (h, w) planes, 0..1.

        Written as v*(1-a) + c*a: exact where a is 0 or 1, which counterfactual equality relies on.
        """
        rest = np.float32(1.0) - alpha
        rows, columns = window
        for c in range(3):
            view = self.canvas[c, rows, columns]
            view *= rest
            part = color[c]
            view += alpha * (part if isinstance(part, np.ndarray) else np.float32(part))
        self.layers.append(Layer(name, window, alpha, labels, keep))

    def finish(self) -> Picture:
        """Light colour, sensor noise and rounding: strictly pixel by pixel."""
        n = self.nuisance
        tint = (1.0 + 0.05 * n.warmth, 1.0, 1.0 - 0.07 * n.warmth)
        noise = stream(n.seed, "noise").standard_normal((3, self.size, self.size), dtype=np.float32)
        noise *= np.float32(1.5)
        for c in range(3):
            self.canvas[c] *= np.float32(255.0 * tint[c])
        noise += self.canvas
        np.clip(noise, 0.0, 255.0, out=noise)
        noise += np.float32(0.5)
        rgb = np.ascontiguousarray(noise.astype(np.uint8).transpose(1, 2, 0))
        return Picture(rgb, tuple(self.layers))
