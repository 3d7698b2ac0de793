"""Decodes the engine's pictures to arrays. Slow for large photos: call on a thread."""

from __future__ import annotations

import numpy as np

from qt_app.model.document import Result
from s2edit_plugin.api import ApplyEdit, EditResult

__all__ = ["decoded_mask", "decoded_result", "painted_mask"]


def decoded_result(made: EditResult, request: ApplyEdit) -> Result:
    """The engine's result, ready to be shown. Raises ImageError: it is no picture."""
    from s2edit_plugin.imaging.reading import read_photo

    rgb = np.ascontiguousarray(read_photo(made.image, "the result").as_uint8_rgb())
    return Result(made, request, rgb, request.prompt)


def painted_mask(data: bytes, size: tuple[int, int], name: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """A painted mask from a file, uint8 (H, W), and notes on how it was read. Raises as `decoded_mask`."""
    from s2edit_plugin.perception.masks.painted import read_painted

    painted = read_painted(data, size, name)
    return np.rint(painted.mask * 255).astype(np.uint8), painted.notes


def decoded_mask(data: bytes, size: tuple[int, int], name: str) -> np.ndarray:
    """A mask as uint8 (H, W). ``size``: required height and width. Raises MaskError: another size, or no mask."""
    from s2edit_plugin.perception.masks.painted import read_mask

    return np.rint(read_mask(data, size, name) * 255).astype(np.uint8)
