"""Where a picture was changed, as a few rectangles."""

from __future__ import annotations

import numpy as np

__all__ = ["MOST_AREAS", "Area", "changed_areas"]

Area = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom are the first ones outside."""
MOST_AREAS = 8
_GRID = 256  # cells along the longer side at most: what lies in one cell or in neighbours is one area


def changed_areas(before: np.ndarray, after: np.ndarray) -> list[Area]:
    """Rectangles around what differs, largest first; none where nothing does.

    Args:
        before, after: (H, W, C) of any integer type; where their shapes differ, the whole picture counts as changed.
    """
    height, width = after.shape[:2]
    if before.shape != after.shape or before.dtype != after.dtype:
        return [(0, 0, width, height)]
    changed = (before != after).any(axis=2)
    cell = -(-max(height, width) // _GRID)
    rows, columns = -(-height // cell), -(-width // cell)
    padded = np.zeros((rows * cell, columns * cell), dtype=bool)
    padded[:height, :width] = changed
    cells = padded.reshape(rows, cell, columns, cell).any(axis=(1, 3))
    if not cells.any():
        return []
    from scipy import ndimage

    labels, _ = ndimage.label(cells, structure=np.ones((3, 3), dtype=int))
    boxes = [
        _tight(changed, (down.start * cell, down.stop * cell), (across.start * cell, across.stop * cell))
        for down, across in ndimage.find_objects(labels)
    ]
    boxes.sort(key=_size, reverse=True)
    if len(boxes) > MOST_AREAS:
        boxes = [*boxes[: MOST_AREAS - 1], _around(boxes[MOST_AREAS - 1 :])]
    return boxes


def _tight(changed: np.ndarray, down: tuple[int, int], across: tuple[int, int]) -> Area:
    """The rectangle around what is set within another."""
    part = changed[down[0] : down[1], across[0] : across[1]]
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    return (
        across[0] + int(columns[0]),
        down[0] + int(rows[0]),
        across[0] + int(columns[-1]) + 1,
        down[0] + int(rows[-1]) + 1,
    )


def _size(area: Area) -> int:
    return (area[2] - area[0]) * (area[3] - area[1])


def _around(areas: list[Area]) -> Area:
    left, top, right, bottom = zip(*areas, strict=True)
    return min(left), min(top), max(right), max(bottom)
