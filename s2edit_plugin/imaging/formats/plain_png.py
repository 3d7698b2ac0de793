"""PNG files without filters and compression, for programs on the same machine that have no image library."""

from __future__ import annotations

import zlib

import numpy as np

from s2edit_plugin.imaging.png_chunks import png_file

__all__ = ["encode_plain_png"]

_STORED = 0


def encode_plain_png(pixels: np.ndarray) -> bytes:
    """Pixels, uint8 or uint16 (H, W, C) with C = 1..4, as a PNG file. Large, but read and written at the speed of copying."""
    depth = 8 * pixels.dtype.itemsize
    samples = np.ascontiguousarray(pixels, dtype=">u2" if depth == 16 else np.uint8).view(np.uint8)
    # Each row begins with its filter type, 0: none.
    rows = np.pad(samples.reshape(len(pixels), -1), ((0, 0), (1, 0)))
    return png_file(pixels.shape, depth, zlib.compress(rows.tobytes(), _STORED))
