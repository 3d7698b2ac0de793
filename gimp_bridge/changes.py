"""Whether and where a result differs visibly from the source. Does not import gi."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import islice

from gimp_bridge.crop_box import Box
from gimp_bridge.png import Pixels

__all__ = ["changed_pixels"]

VISIBLE_DIFFERENCE = 2  # of 255: a smaller difference of a channel is not visible
MASK_THRESHOLD = 64  # of 255: least opacity of the mask at a pixel that counts
ROWS, COLUMNS = 48, 256  # grid of the first, coarse search, about


def changed_pixels(before: Pixels, after: Pixels, mask: bytes, box: Box) -> list[tuple[int, int]]:
    """Some pixels of ``before`` that a result changes visibly, in its coordinates; empty only where there is none at all.

    Args:
        before: what was sent. after, mask: of the part ``box`` of it.
    """
    for down, along in ((max(1, box.height // ROWS), max(1, box.width // COLUMNS)), (1, 1)):
        found = list(islice(_changed_per_row(before, after, mask, box, down, along), 2 * ROWS))
        if found:
            return found
    return []


def _changed_per_row(
    before: Pixels, after: Pixels, mask: bytes, box: Box, down: int, along: int
) -> Iterator[tuple[int, int]]:
    """The most changed pixel of each row, of those on the grid."""
    size = before.channels * before.depth // 8
    kind = f"={box.width * before.channels}{'B' if before.depth == 8 else 'H'}"
    least = VISIBLE_DIFFERENCE if before.depth == 8 else VISIBLE_DIFFERENCE * 257
    channels = range(before.channels)
    for row in range(0, box.height, down):
        start = ((box.top + row) * before.width + box.left) * size
        old = before.data[start : start + box.width * size]
        new = after.data[row * box.width * size : (row + 1) * box.width * size]
        covered = mask[row * box.width : (row + 1) * box.width]
        if old == new or not any(covered):
            continue
        one, other = struct.unpack(kind, old), struct.unpack(kind, new)
        most, changed_column = least - 1, -1
        for column in range(0, box.width, along):
            if covered[column] >= MASK_THRESHOLD:
                at = column * before.channels
                difference = max(abs(one[at + channel] - other[at + channel]) for channel in channels)
                if difference > most:
                    most, changed_column = difference, column
        if changed_column >= 0:
            yield box.left + changed_column, box.top + row
