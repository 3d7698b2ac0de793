"""Encoded pictures of the engine as arrays. Slow for large photos: call on a thread."""

from __future__ import annotations

import numpy as np

from qt_app.model.document import Result
from qt_app.model.levels import screen_levels
from s2edit_plugin.api import ApplyEdit, EditResult

__all__ = ["decoded_mask", "decoded_result", "painted_mask"]


def decoded_result(made: EditResult, request: ApplyEdit) -> Result:
    """What the engine gave, ready to be shown. Raises ImageError: it is no picture."""
    from s2edit_plugin.imaging.reading import read_photo

    rgb = np.ascontiguousarray(read_photo(made.image, "the result").as_uint8_rgb())
    return Result(made, request, rgb, request.prompt, screen_levels(rgb))


def painted_mask(data: bytes, size: tuple[int, int], name: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """A mask that somebody painted, uint8 (H, W), and what was taken for it. Raises as `decoded_mask`."""
    from s2edit_plugin.perception.masks.painted import read_painted

    painted = read_painted(data, size, name)
    return np.rint(painted.mask * 255).astype(np.uint8), painted.notes


def decoded_mask(data: bytes, size: tuple[int, int], name: str) -> np.ndarray:
    """A mask as uint8 (H, W). ``size``: height and width it must have. Raises MaskError: it has not, or is none."""
    from s2edit_plugin.perception.masks.painted import read_mask

    return np.rint(read_mask(data, size, name) * 255).astype(np.uint8)
