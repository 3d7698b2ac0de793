"""Whether a result differs from what was there so that somebody can see it, and where. No GIMP in here."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import islice

from gimp_bridge.framing import Box
from gimp_bridge.png import Pixels

__all__ = ["changed_places"]

SEEN = 2  # of 255: a smaller difference of a channel is nobody's to see
COVERED = 64  # of 255: what a mask must show of a pixel at least
ROWS, COLUMNS = 48, 256  # about so many are looked at first


def changed_places(before: Pixels, after: Pixels, mask: bytes, box: Box) -> list[tuple[int, int]]:
    """Some pixels of ``before`` that a result changes visibly, in its coordinates; empty only where there is none at all.

    Args:
        before: what was sent. after, mask: of the part ``box`` of it.
    """
    for down, along in ((max(1, box.height // ROWS), max(1, box.width // COLUMNS)), (1, 1)):
        found = list(islice(_places(before, after, mask, box, down, along), 2 * ROWS))
        if found:
            return found
    return []


def _places(
    before: Pixels, after: Pixels, mask: bytes, box: Box, down: int, along: int
) -> Iterator[tuple[int, int]]:
    """One pixel a row, the most changed one that is looked at."""
    size = before.channels * before.depth // 8
    kind = f"={box.width * before.channels}{'B' if before.depth == 8 else 'H'}"
    least = SEEN if before.depth == 8 else SEEN * 257
    channels = range(before.channels)
    for row in range(0, box.height, down):
        start = ((box.top + row) * before.width + box.left) * size
        old = before.data[start : start + box.width * size]
        new = after.data[row * box.width * size : (row + 1) * box.width * size]
        covered = mask[row * box.width : (row + 1) * box.width]
        if old == new or not any(covered):
            continue
        one, other = struct.unpack(kind, old), struct.unpack(kind, new)
        most, place = least - 1, -1
        for column in range(0, box.width, along):
            if covered[column] >= COVERED:
                at = column * before.channels
                difference = max(abs(one[at + channel] - other[at + channel]) for channel in channels)
                if difference > most:
                    most, place = difference, column
        if place >= 0:
            yield box.left + place, box.top + row
