"""Synthetic pictures with natural statistics, to teach an autoencoder more than the drawn world."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]


def natural_texture(rng: np.random.Generator, size: int = 128) -> NDArray[np.uint8]:
    """One picture, (size, size, 3) uint8: dead leaves, 1/f noise, gradient, stripes or glyphs."""
    kind = rng.choice(5, p=(0.35, 0.25, 0.10, 0.10, 0.20))
    picture = (_dead_leaves, _pink, _gradient, _stripes, _glyphs)[int(kind)](rng, size)
    if kind in (2, 3) or rng.random() < 0.4:
        picture = picture + (_pink(rng, size) - 0.5) * np.float32(rng.uniform(0.05, 0.35))
    picture = picture + rng.standard_normal(picture.shape, dtype=np.float32) * np.float32(
        rng.uniform(0.0, 0.012)
    )
    return np.rint(np.clip(picture, 0.0, 1.0) * 255.0).astype(np.uint8)


def _color(rng: np.random.Generator) -> Plane:
    """A colour (3,) float32, more often muted than pure."""
    grey = rng.random()
    return np.asarray(grey + (rng.random(3) - grey) * rng.beta(1.5, 1.5), np.float32)


def _axes(rng: np.random.Generator, size: int) -> tuple[Plane, Plane]:
    axis = (np.arange(size, dtype=np.float32) + np.float32(0.5)) / np.float32(size)
    return axis[None, :], axis[:, None]


def _pink(rng: np.random.Generator, size: int) -> Plane:
    """1/f noise in three correlated channels, (size, size, 3) about 0.5."""
    f = np.sqrt(np.fft.fftfreq(size)[:, None] ** 2 + np.fft.rfftfreq(size)[None, :] ** 2)
    f[0, 0] = 1.0
    slope = f ** -rng.uniform(0.8, 1.6)
    slope[0, 0] = 0.0
    planes = []
    for _ in range(3):
        plane = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((size, size))) * slope, s=(size, size))
        planes.append(plane / (plane.std() + 1e-6))
    base = np.stack(planes, axis=-1)
    mixing = np.eye(3) * rng.uniform(0.1, 0.6) + rng.uniform(0.4, 1.0)
    mixed = base @ mixing
    mixed = mixed / (mixed.std() + 1e-6) * rng.uniform(0.10, 0.24) + _color(rng) * 0.5 + 0.25
    return mixed.astype(np.float32)


def _gradient(rng: np.random.Generator, size: int) -> Plane:
    x, y = _axes(rng, size)
    angle = rng.uniform(0.0, 6.28)
    t = np.clip((x - 0.5) * np.float32(np.cos(angle)) + (y - 0.5) * np.float32(np.sin(angle)) + 0.5, 0.0, 1.0)
    a, b = _color(rng), _color(rng)
    blend: Plane = a + (b - a) * t[..., None].astype(np.float32)
    return blend


def _dead_leaves(rng: np.random.Generator, size: int) -> Plane:
    """Opaque discs and boxes of power-law size over each other, each shaded and textured."""
    x, y = _axes(rng, size)
    picture = _gradient(rng, size)
    for _ in range(int(rng.integers(40, 110))):
        radius = min(0.025 / max(rng.random(), 0.02) ** 0.7, 0.45)
        cx, cy = rng.random(), rng.random()
        x0, x1 = max(int((cx - radius) * size) - 1, 0), min(int((cx + radius) * size) + 2, size)
        y0, y1 = max(int((cy - radius) * size) - 1, 0), min(int((cy + radius) * size) + 2, size)
        if x0 >= x1 or y0 >= y1:
            continue
        u, v = x[:, x0:x1] - np.float32(cx), y[y0:y1] - np.float32(cy)
        squash, angle = rng.uniform(1.0, 2.2), rng.uniform(0.0, 3.14)
        c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        p, q = u * c + v * s, (v * c - u * s) * np.float32(squash)
        d = np.sqrt(p * p + q * q) if rng.random() < 0.6 else np.maximum(np.abs(p), np.abs(q)) * 1.4
        alpha = np.clip((np.float32(radius) - d) * np.float32(size) + 0.5, 0.0, 1.0)[..., None]
        shade = 1.0 + (u * np.float32(rng.uniform(-1, 1)) + v * np.float32(rng.uniform(-1, 1))) / np.float32(
            radius * 3.0
        )
        if rng.random() < 0.3:
            shade = shade + np.sin(p * np.float32(rng.uniform(60, 300))) * np.float32(0.12)
        view = picture[y0:y1, x0:x1]
        view += alpha * (_color(rng) * shade[..., None] - view)
    return picture


def _stripes(rng: np.random.Generator, size: int) -> Plane:
    x, y = _axes(rng, size)
    angle = rng.uniform(0.0, 6.28)
    run = x * np.float32(np.cos(angle)) + y * np.float32(np.sin(angle))
    bend = np.sin(run.T * np.float32(rng.uniform(2, 12))) * np.float32(rng.uniform(0.0, 0.05))
    wave = np.sin((run + bend) * np.float32(rng.uniform(12.0, 160.0)))
    t = np.clip(wave * np.float32(rng.uniform(0.5, 4.0)) * 0.5 + 0.5, 0.0, 1.0)
    a, b = _color(rng), _color(rng)
    return a + (b - a) * t[..., None]


def _glyphs(rng: np.random.Generator, size: int) -> Plane:
    """Lines of made-up letters: each a few strokes on a small grid."""
    picture = _gradient(rng, size)
    ink = _color(rng)
    if abs(float(ink.mean() - picture.mean())) < 0.25:
        ink = np.float32(1.0) - np.round(picture.mean(axis=(0, 1)))
    cell = int(rng.integers(5, 13)) * size // 128 or 4
    mask = np.zeros((size, size), np.float32)
    thick = max(1, cell // 6)
    for top in range(cell // 2, size - cell, int(cell * 1.7)):
        left = cell // 2
        while left < size - cell:
            if rng.random() < 0.85:
                box = mask[top : top + cell, left : left + max(cell * 2 // 3, 2)]
                for _ in range(int(rng.integers(2, 4))):
                    if rng.random() < 0.5:
                        row = int(rng.integers(0, box.shape[0] - thick + 1))
                        box[row : row + thick] = 1.0
                    else:
                        column = int(rng.integers(0, max(box.shape[1] - thick + 1, 1)))
                        box[:, column : column + thick] = 1.0
            left += max(cell * 2 // 3, 2) + thick + 1
    # A light blur by averaging neighbours stands in for anti-aliasing.
    mask = (mask * np.float32(2.0) + np.roll(mask, 1, 0) + np.roll(mask, 1, 1)) * np.float32(0.25)
    alpha = (mask * np.float32(rng.uniform(0.5, 1.0)))[..., None]
    return picture * (1.0 - alpha) + ink * alpha
