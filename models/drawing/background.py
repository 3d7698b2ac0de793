"""Backgrounds: studio, beach, forest and city, each with variety from its own stream.

A background is soft (out of focus) and depends on the nuisance only.
"""

from __future__ import annotations

import numpy as np

from .shading import Array, Painter
from .streams import Draws

_STUDIO = (
    (0.62, 0.64, 0.68),
    (0.40, 0.46, 0.56),
    (0.70, 0.58, 0.48),
    (0.30, 0.31, 0.34),
    (0.52, 0.60, 0.52),
    (0.80, 0.78, 0.74),
    (0.58, 0.44, 0.50),
)


def paint_background(painter: Painter) -> None:
    """Fills the canvas with the scene of the painter's nuisance."""
    scene = painter.nuisance.scene
    draws = Draws(painter.nuisance.seed, f"background:{scene}")
    x, y = painter.axis[None, :], painter.axis[:, None]
    {"studio": _studio, "beach": _beach, "forest": _forest, "city": _city}[scene](painter.canvas, x, y, draws)
    painter.canvas *= np.float32(0.55 + 0.45 * painter.nuisance.strength)
    np.clip(painter.canvas, 0.0, 1.0, out=painter.canvas)


def _blend(canvas: Array, alpha: Array, color: tuple[float, float, float]) -> None:
    """Mixes a colour in; alpha is (H, 1), (1, W) or (H, W)."""
    rest = np.float32(1.0) - alpha
    for c in range(3):
        canvas[c] *= rest
        canvas[c] += alpha * np.float32(color[c])


def _edge(v: Array, width: float) -> Array:
    """0..1 over `width` units about v = 0."""
    return np.clip(v * np.float32(1.0 / width) + np.float32(0.5), 0.0, 1.0)


def _near(axis: Array, centre: float, reach: float) -> slice:
    """Indices of a sorted axis within `reach` of a centre (and a margin), at least one."""
    start = min(int(np.searchsorted(axis, centre - 1.3 * reach)), axis.size - 1)
    return slice(start, max(int(np.searchsorted(axis, centre + 1.3 * reach)), start + 1))


def _jitter(d: Draws, color: tuple[float, float, float], amount: float) -> tuple[float, float, float]:
    shift = d.u(-amount, amount)
    return (color[0] + shift + d.u(-amount, amount) * 0.5, color[1] + shift, color[2] + shift)


def _studio(canvas: Array, x: Array, y: Array, d: Draws) -> None:
    color = _jitter(d, _STUDIO[d.pick(len(_STUDIO))], 0.06)
    cx, cy, reach = d.u(30.0, 98.0), d.u(20.0, 80.0), d.u(80.0, 130.0)
    dx, dy = (x - np.float32(cx)) / np.float32(reach), (y - np.float32(cy)) / np.float32(reach)
    glow = np.maximum(np.float32(1.0) - dx * dx - dy * dy, 0.0) * np.float32(0.5) + np.float32(0.62)
    for c in range(3):
        canvas[c] = glow * np.float32(color[c])


def _beach(canvas: Array, x: Array, y: Array, d: Draws) -> None:
    horizon, shore = d.u(52.0, 70.0), d.u(84.0, 102.0)
    warm = d.u(0.0, 1.0)
    top = (0.34 + 0.2 * warm, 0.62 - 0.06 * warm, 0.93 - 0.15 * warm)
    low = (0.80 + 0.16 * warm, 0.90 - 0.1 * warm, 0.97 - 0.25 * warm)
    t = np.clip(y / np.float32(horizon), 0.0, 1.0)
    for c in range(3):
        canvas[c] = t * np.float32(low[c] - top[c]) + np.float32(top[c])
    sun_x, sun_y, radius = d.u(8.0, 120.0), d.u(8.0, 26.0), d.u(5.0, 9.0)
    dx, dy = x - np.float32(sun_x), y - np.float32(sun_y)
    r2 = dx * dx + dy * dy
    _blend(canvas, np.clip(1.6 - r2 * np.float32(1.0 / (radius * radius)), 0.0, 0.9), (1.0, 0.97, 0.80))
    for _ in range(3):
        cx, cy = np.float32(d.u(0.0, 128.0)), np.float32(d.u(10.0, 40.0))
        rx, ry = np.float32(1.0 / d.u(14.0, 28.0)), np.float32(1.0 / d.u(3.0, 6.0))
        u, v = (x - cx) * rx, (y - cy) * ry
        _blend(canvas, np.maximum(1.0 - u * u - v * v, 0.0) * np.float32(0.75), (1.0, 0.99, 0.97))
    sea = _jitter(d, (0.08, 0.46, 0.62), 0.05)
    _blend(canvas, _edge(y - np.float32(horizon), 1.5), sea)
    phase, k = np.float32(d.u(0.0, 6.0)), np.float32(d.u(0.5, 0.9))
    ripple = np.sin(y * k + phase + np.sin(x * np.float32(0.11) + phase) * np.float32(1.5))
    foam = np.clip(ripple - 0.55, 0.0, 1.0) * _edge(y - np.float32(horizon + 3.0), 4.0)
    _blend(canvas, foam * np.float32(0.8), (0.75, 0.92, 0.95))
    line = y - np.float32(shore) - np.sin(x * np.float32(0.06) + phase) * np.float32(2.5)
    _blend(canvas, _edge(line + 2.5, 3.0), (0.93, 0.97, 0.97))
    _blend(canvas, _edge(line, 3.0), _jitter(d, (0.91, 0.80, 0.58), 0.05))


def _forest(canvas: Array, x: Array, y: Array, d: Draws) -> None:
    lush = d.u(-0.05, 0.05)
    base = (0.13 + lush, 0.27 + lush, 0.12)
    t = np.clip(y / np.float32(128.0), 0.0, 1.0)
    for c, top in enumerate((0.42, 0.60, 0.30)):
        canvas[c] = (1.0 - t) * np.float32(top * 0.8) + t * np.float32(base[c])
    for _ in range(7):
        cx, width = d.u(-4.0, 132.0), d.u(2.0, 7.0)
        tone = d.u(0.6, 1.1)
        lean = np.float32(d.u(-0.08, 0.08))
        edge = np.abs(x - np.float32(cx) - lean * (y - 64.0)) - np.float32(width)
        _blend(canvas, _edge(-edge, 2.0), (0.27 * tone, 0.19 * tone, 0.12 * tone))
    for i in range(26):
        # Clumps of leaves, darker behind; each touches only its own window.
        cx, cy, radius = d.u(-6.0, 134.0), d.u(-6.0, 58.0) + i * 0.6, d.u(9.0, 19.0)
        rows, columns = _near(y[:, 0], cy, radius), _near(x[0], cx, radius)
        dx, dy = x[:, columns] - np.float32(cx), y[rows] - np.float32(cy)
        rough = np.sin(dx * np.float32(0.9) + np.float32(cx)) * np.sin(dy * np.float32(1.0) + np.float32(cy))
        fall = 1.0 - (dx * dx + dy * dy) * np.float32(1.0 / radius**2) + rough * np.float32(0.22)
        level, yellow = d.u(0.55, 1.15) + 0.01 * i, d.u(0.0, 0.10)
        green = (0.20 * level + yellow, 0.42 * level + yellow, 0.14 * level)
        _blend(canvas[:, rows, columns], np.clip(fall * 2.2, 0.0, 0.88), green)
    for _ in range(4):
        cx, cy, radius = d.u(0.0, 128.0), d.u(0.0, 60.0), d.u(4.0, 8.0)
        dx, dy = x - np.float32(cx), y - np.float32(cy)
        spot = np.clip(2.0 - (dx * dx + dy * dy) * np.float32(2.0 / radius**2), 0.0, 0.45)
        _blend(canvas, spot, (0.85, 0.93, 0.55))
    _blend(canvas, _edge(y - np.float32(d.u(100.0, 112.0)), 14.0), _jitter(d, (0.24, 0.36, 0.13), 0.04))


def _city(canvas: Array, x: Array, y: Array, d: Draws) -> None:
    dusk = d.u(0.0, 1.0)
    top = (0.45 - 0.2 * dusk, 0.62 - 0.35 * dusk, 0.82 - 0.35 * dusk)
    low = (0.86, 0.88 - 0.25 * dusk, 0.90 - 0.38 * dusk)
    t = np.clip(y / np.float32(90.0), 0.0, 1.0)
    for c in range(3):
        canvas[c] = t * np.float32(low[c] - top[c]) + np.float32(top[c])
    lit = (1.0, 0.85, 0.50) if dusk > 0.45 else (0.62, 0.74, 0.84)
    left = d.u(-14.0, -2.0)
    while left < 128.0:
        width, height = d.u(16.0, 32.0), d.u(4.0, 62.0)
        tone = d.u(0.75, 1.15) * (1.0 - 0.35 * dusk)
        kind = ((0.52, 0.50, 0.52), (0.58, 0.40, 0.33), (0.44, 0.50, 0.58), (0.68, 0.62, 0.52))[d.pick(4)]
        color = (kind[0] * tone, kind[1] * tone, kind[2] * tone)
        # Each building only touches its own columns, which keeps the city as cheap as the others.
        first = min(max(int(np.searchsorted(x[0], left)) - 1, 0), x.shape[1] - 1)
        last = max(int(np.searchsorted(x[0], left + width)) + 1, first + 1)
        xs, view = x[:, first:last], canvas[:, :, first:last]
        wall = _edge(np.minimum(xs - np.float32(left), np.float32(left + width) - xs), 1.2)
        wall = wall * _edge(y - np.float32(height), 1.5)
        _blend(view, wall, color)
        step_x, step_y = d.u(4.2, 6.5), d.u(5.5, 8.5)
        u = np.abs((xs - np.float32(left + 1.5)) % np.float32(step_x) - np.float32(step_x / 2))
        v = np.abs((y - np.float32(height + 3.0)) % np.float32(step_y) - np.float32(step_y / 2))
        pane = _edge(np.float32(step_x * 0.27) - u, 1.0) * _edge(np.float32(step_y * 0.28) - v, 1.0)
        _blend(view, pane * wall * np.float32(d.u(0.35, 0.85)), lit)
        left += width + d.u(-1.0, 7.0)
    _blend(canvas, _edge(y - np.float32(d.u(104.0, 114.0)), 4.0), _jitter(d, (0.36, 0.36, 0.38), 0.05))
