"""Boxes, selections and masks as plain arithmetic, and the box that is cut out of a large layer. Does not import gi.

A layer whose longer side has at most `OVERVIEW` pixels is sent as it is. Of a larger one a reduced copy is sent to find the
subject in, then the square around subject and selection at full resolution: the same square that the engine would cut out.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "ALONE_MARGIN",
    "OVERVIEW",
    "SMALLEST_SIDE",
    "Box",
    "Selection",
    "bounds_of_mask",
    "cut",
    "fitted_size",
    "square_around",
    "scaled_up",
]

OVERVIEW = 1024
MARGIN = 0.25  # as imaging.crop.subject_crop
NARROWEST = 16  # least side of a photo that the engine accepts
ALONE_MARGIN = 0.5  # of a selection alone, as workflows.scenes
SMALLEST_SIDE = 64
INSIDE = 128


@dataclass(frozen=True)
class Box:
    """A rectangle of whole pixels; ``right`` and ``bottom`` lie outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Columns."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Rows."""
        return self.bottom - self.top

    @property
    def is_empty(self) -> bool:
        """Whether no pixel is in it."""
        return self.width <= 0 or self.height <= 0

    def moved(self, x: int, y: int) -> Box:
        """The same box elsewhere."""
        return Box(self.left + x, self.top + y, self.right + x, self.bottom + y)

    def within(self, other: Box) -> Box:
        """What of it lies in another; may be empty."""
        return Box(
            max(self.left, other.left), max(self.top, other.top),
            min(self.right, other.right), min(self.bottom, other.bottom),
        )  # fmt: skip

    def joined(self, other: Box | None) -> Box:
        """The smallest box that holds both."""
        if other is None:
            return self
        return Box(
            min(self.left, other.left), min(self.top, other.top),
            max(self.right, other.right), max(self.bottom, other.bottom),
        )  # fmt: skip


@dataclass(frozen=True)
class Selection:
    """The part of the selection that lies on a layer.

    Attributes:
        box: in the layer's pixels; nothing outside is selected. mask: on that box, a byte a pixel.
    """

    box: Box
    mask: bytes

    def on(self, box: Box) -> bytes:
        """The selection on another part of the layer, a byte a pixel: reading GIMP's tiles once more would take longer."""
        part = self.box.within(box)
        if part.is_empty:
            return bytes(box.width * box.height)
        before, after = bytes(part.left - box.left), bytes(box.right - part.right)
        rows = [bytes(box.width * (part.top - box.top))]
        for row in range(part.top - self.box.top, part.bottom - self.box.top):
            at = row * self.box.width + part.left - self.box.left
            rows += (before, self.mask[at : at + part.width], after)
        return b"".join((*rows, bytes(box.width * (box.bottom - part.bottom))))


def fitted_size(width: int, height: int, longest: int = OVERVIEW) -> tuple[int, int]:
    """Width and height of a reduced copy: at most ``longest`` pixels long, or more where it would be too narrow."""
    scale = min(1.0, max(longest / max(width, height), NARROWEST / min(width, height)))
    return max(1, round(width * scale)), max(1, round(height * scale))


def bounds_of_mask(mask: bytes, width: int, least: int = INSIDE) -> Box | None:
    """The box around all values of at least ``least``; None if there are none.

    Args:
        mask: one byte a pixel, row after row. width: pixels a row.
    """
    table = bytes(1 if value >= least else 0 for value in range(256))
    flat = mask.translate(table)
    rows = [flat[start : start + width] for start in range(0, len(flat), width)]
    filled = [number for number, row in enumerate(rows) if any(row)]
    if not filled:
        return None
    left = min(rows[number].index(1) for number in filled)
    right = max(rows[number].rindex(1) for number in filled) + 1
    return Box(left, filled[0], right, filled[-1] + 1)


def cut(mask: bytes, width: int, part: Box) -> bytes:
    """A part of a mask. Args: mask: one byte a pixel, row after row. width: pixels a row."""
    rows = range(part.top * width, part.bottom * width, width)
    return b"".join(mask[start + part.left : start + part.right] for start in rows)


def scaled_up(box: Box, small: tuple[int, int], large: tuple[int, int]) -> Box:
    """A box of a reduced copy on the original; its pixels are covered whole.

    Args:
        small, large: width and height of copy and original.
    """
    x, y = large[0] / small[0], large[1] / small[1]
    return Box(
        int(box.left * x), int(box.top * y),
        min(large[0], -int(-box.right * x // 1)), min(large[1], -int(-box.bottom * y // 1)),
    )  # fmt: skip


def square_around(
    subject: Box, selection: Box | None, width: int, height: int, margin: float = MARGIN
) -> Box:
    """The square around subject and selection with a margin, moved and cut to lie inside the layer.

    Args:
        width, height: of the layer. margin: on each side, as a part of the longer side.
    """
    inside = subject.joined(selection)
    longest = max(inside.width, inside.height)
    side = max(round(longest * (1 + 2 * margin)), SMALLEST_SIDE)
    side = max(min(side, width, height), longest)
    left, right = _span(inside.left, inside.right, side, width)
    top, bottom = _span(inside.top, inside.bottom, side, height)
    return Box(left, top, right, bottom)


def _span(first: int, end: int, side: int, length: int) -> tuple[int, int]:
    if side >= length:
        return 0, length
    start = min(max((first + end - side) // 2, 0), length - side)
    return start, start + side
