"""Painting on a mask: pure functions on uint8 arrays (H, W), 0 outside and 255 inside. Each returns the changed rectangle.

Only the rectangle around a stroke's segment is computed, so a stroke costs the same on a large photo as on a small one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Rect", "flood", "paint_ellipse", "paint_polygon", "paint_rectangle", "paint_segment"]

Point = tuple[float, float]
"""x and y in pixels; the middle of the first pixel is (0.5, 0.5)."""


@dataclass(frozen=True)
class Rect:
    """Columns ``left`` to ``right`` and rows ``top`` to ``bottom``, ends excluded."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def is_empty(self) -> bool:
        """Whether it contains no pixel."""
        return self.right <= self.left or self.bottom <= self.top

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns, to index an array."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def united(self, other: Rect) -> Rect:
        """The smallest rectangle around both; an empty one is ignored."""
        if self.is_empty or other.is_empty:
            return other if self.is_empty else self
        return Rect(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    @staticmethod
    def around(left: float, top: float, right: float, bottom: float, shape: tuple[int, int]) -> Rect:
        """Whole pixels that touch a rectangle of real numbers, inside an array's shape."""
        height, width = shape
        return Rect(
            min(max(int(np.floor(left)), 0), width),
            min(max(int(np.floor(top)), 0), height),
            max(min(int(np.ceil(right)), width), 0),
            max(min(int(np.ceil(bottom)), height), 0),
        )


def paint_segment(
    mask: np.ndarray,
    start: Point,
    end: Point,
    radii: tuple[float, float],
    hardness: float = 1.0,
    erase: bool = False,
    continued: bool = False,
) -> Rect:
    """One piece of a brush stroke: a round brush drawn from ``start`` to ``end``.

    For large brushes the rectangle is divided into blocks. Blocks entirely inside, outside or behind the stroke are recognised
    by their centre's distance, and need no computation for each pixel.

    Args:
        mask: uint8 (H, W), changed in place.
        radii: of the brush at both ends, in pixels; they differ with the pen's pressure.
        hardness: fully covered share of the radius, 0..1; the rest fades out.
        erase: subtract instead of adding.
        continued: the previous piece ended at ``start`` with the same brush, so that nothing changes behind ``start``.

    Returns:
        the rectangle that may have changed.
    """
    dab = _Dab(start, end, radii, hardness)
    reach = max(radii) + 1
    rect = Rect.around(
        min(start[0], end[0]) - reach, min(start[1], end[1]) - reach,
        max(start[0], end[0]) + reach, max(start[1], end[1]) + reach, (mask.shape[0], mask.shape[1]),
    )  # fmt: skip
    continued = continued and radii[0] == radii[1]
    if rect.is_empty or (continued and dab.length == 0):
        return Rect(0, 0, 0, 0)
    if (rect.right - rect.left) * (rect.bottom - rect.top) <= 2 * BLOCK * BLOCK:
        return _blend(mask, rect, dab.cover(rect), erase)
    return _paint_blocks(mask, rect, dab, erase, continued)


BLOCK = 64
_HALF_DIAGONAL = BLOCK / 2**0.5


class _Dab:
    """A piece of a stroke: its coverage as a function of the position."""

    def __init__(self, start: Point, end: Point, radii: tuple[float, float], hardness: float) -> None:
        self.start, self.delta = start, (end[0] - start[0], end[1] - start[1])
        self.length = float(np.hypot(*self.delta))
        # The pen's pressure may change without movement.
        self.radii = radii if self.length else (max(radii), max(radii))
        self.hardness = hardness

    def full(self, radius: float) -> float:
        """Distance up to which a brush of this radius has full coverage."""
        return radius + 0.5 - max(radius * (1 - self.hardness), 1.0)

    def distance(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Distance of positions, relative to the start, to the piece; and the nearest point's position along it, 0..1."""
        dx, dy = self.delta
        if not self.length:
            return np.sqrt(x * x + y * y), np.zeros((1, 1), np.float32)
        along = np.clip((x * dx + y * dy) / self.length**2, 0, 1)
        return np.sqrt((x - along * dx) ** 2 + (y - along * dy) ** 2), along

    def cover(self, rect: Rect) -> np.ndarray:
        """Coverage of each pixel of a rectangle, float32 in [0, 1]."""
        y = np.arange(rect.top, rect.bottom, dtype=np.float32)[:, None] + np.float32(0.5 - self.start[1])
        x = np.arange(rect.left, rect.right, dtype=np.float32)[None, :] + np.float32(0.5 - self.start[0])
        distance, along = self.distance(x, y)
        radius = self.radii[0] + (self.radii[1] - self.radii[0]) * along
        fade = np.maximum(radius * (1 - self.hardness), 1.0)
        return np.clip((radius + 0.5 - distance) / fade, 0, 1)


def _paint_blocks(mask: np.ndarray, rect: Rect, dab: _Dab, erase: bool, continued: bool) -> Rect:
    lefts = np.arange(rect.left, rect.right, BLOCK)
    tops = np.arange(rect.top, rect.bottom, BLOCK)
    x = (lefts + BLOCK / 2 - dab.start[0])[None, :]
    y = (tops + BLOCK / 2 - dab.start[1])[:, None]
    distance, _ = dab.distance(x, y)
    touched = distance - _HALF_DIAGONAL <= max(dab.radii) + 0.5
    if continued:
        touched &= (x * dab.delta[0] + y * dab.delta[1]) / dab.length + _HALF_DIAGONAL > 0
        touched &= np.sqrt(x * x + y * y) + _HALF_DIAGONAL > dab.full(dab.radii[0])
    full = distance + _HALF_DIAGONAL <= dab.full(min(dab.radii))
    flat, changed = 0 if erase else 255, Rect(0, 0, 0, 0)
    for row, column in np.argwhere(touched):
        left, top = int(lefts[column]), int(tops[row])
        block = Rect(left, top, min(left + BLOCK, rect.right), min(top + BLOCK, rect.bottom))
        if full[row, column]:
            mask[block.window] = flat
        elif (mask[block.window] == flat).all():
            continue
        else:
            _blend(mask, block, dab.cover(block), erase)
        changed = changed.united(block)
    return changed


def paint_rectangle(mask: np.ndarray, one: Point, other: Point, erase: bool = False) -> Rect:
    """Fill the rectangle between two corners, whole pixels."""
    rect = Rect.around(
        min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1]),
        (mask.shape[0], mask.shape[1]),
    )  # fmt: skip
    mask[rect.window] = 0 if erase else 255
    return rect


def paint_ellipse(mask: np.ndarray, one: Point, other: Point, erase: bool = False) -> Rect:
    """Fill the ellipse in the rectangle between two corners, with an edge one pixel wide."""
    centre = (one[0] + other[0]) / 2, (one[1] + other[1]) / 2
    a, b = max(abs(other[0] - one[0]) / 2, 0.5), max(abs(other[1] - one[1]) / 2, 0.5)
    rect = Rect.around(
        centre[0] - a - 1,
        centre[1] - b - 1,
        centre[0] + a + 1,
        centre[1] + b + 1,
        (mask.shape[0], mask.shape[1]),
    )
    if rect.is_empty:
        return rect
    y = (np.arange(rect.top, rect.bottom, dtype=np.float32)[:, None] + 0.5 - centre[1]) / b
    x = (np.arange(rect.left, rect.right, dtype=np.float32)[None, :] + 0.5 - centre[0]) / a
    # The distance from the edge, to first order: (1 - r) divided by the gradient's length.
    radius = np.sqrt(x * x + y * y)
    gradient = np.sqrt((x / a) ** 2 + (y / b) ** 2) / np.maximum(radius, 1e-6)
    cover = np.clip((1 - radius) / np.maximum(gradient, 1e-6) + 0.5, 0, 1)
    return _blend(mask, rect, cover, erase)


def paint_polygon(mask: np.ndarray, points: list[Point], erase: bool = False) -> Rect:
    """Fill a polygon (lasso), inside by the even-odd rule, with a smooth edge; fewer than three points do nothing."""
    if len(points) < 3:
        return Rect(0, 0, 0, 0)
    from PIL import Image, ImageDraw

    xs, ys = [p[0] for p in points], [p[1] for p in points]
    rect = Rect.around(min(xs) - 1, min(ys) - 1, max(xs) + 1, max(ys) + 1, (mask.shape[0], mask.shape[1]))
    if rect.is_empty:
        return rect
    width, height = rect.right - rect.left, rect.bottom - rect.top
    scale = 4 if width * height < 4_000_000 else 1  # subpixels; a polygon over a whole photo needs none
    canvas = Image.new("L", (width * scale, height * scale))
    moved = [((x - rect.left) * scale - 0.5, (y - rect.top) * scale - 0.5) for x, y in points]
    ImageDraw.Draw(canvas).polygon(moved, fill=255)
    if scale > 1:
        canvas = canvas.reduce(scale)
    return _blend(mask, rect, np.asarray(canvas, dtype=np.float32) / 255, erase)


def flood(rgb: np.ndarray, seed: tuple[int, int], tolerance: float, contiguous: bool = True) -> np.ndarray:
    """The magic wand: the pixels of a colour similar to that of a seed.

    Args:
        rgb: uint8 (H, W, 3). seed: column and row. tolerance: largest difference of a channel, 0..255.
        contiguous: only pixels connected to the seed.

    Returns:
        bool (H, W); all False where the seed is outside.
    """
    column, row = seed
    if not (0 <= row < rgb.shape[0] and 0 <= column < rgb.shape[1]):
        return np.zeros(rgb.shape[:2], bool)
    colour = rgb[row, column].astype(np.int16)
    low = np.clip(colour - int(tolerance), 0, 255).astype(np.uint8)
    high = np.clip(colour + int(tolerance), 0, 255).astype(np.uint8)
    similar: np.ndarray = ((rgb >= low) & (rgb <= high)).all(axis=2)
    if not contiguous:
        return similar
    from scipy import ndimage

    labels, _ = ndimage.label(similar)
    result: np.ndarray = labels == labels[row, column]
    return result


def _blend(mask: np.ndarray, rect: Rect, cover: np.ndarray, erase: bool) -> Rect:
    amount = np.rint(cover * 255).astype(np.uint8)
    part = mask[rect.window]
    if erase:
        np.minimum(part, 255 - amount, out=part)
    else:
        np.maximum(part, amount, out=part)
    return rect
