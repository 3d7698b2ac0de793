"""PNG files whose rows are neither filtered nor compressed: for programs on the same machine that have no image library."""

from __future__ import annotations

import struct
import zlib

import numpy as np

__all__ = ["encode_plain_png"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}  # by channels
_STORED = 0


def encode_plain_png(pixels: np.ndarray) -> bytes:
    """Pixels, uint8 or uint16 (H, W, C) with C = 1..4, as a PNG file. Large, but read and written at the speed of copying."""
    height, width, channels = pixels.shape
    depth = 8 * pixels.dtype.itemsize
    samples = np.ascontiguousarray(pixels, dtype=">u2" if depth == 16 else np.uint8).view(np.uint8)
    # Each row begins with the number of its filter: 0, none.
    rows = np.pad(samples.reshape(height, -1), ((0, 0), (1, 0)))
    header = struct.pack(">IIBBBBB", width, height, depth, _COLOUR_TYPES[channels], 0, 0, 0)
    packed = zlib.compress(rows.tobytes(), _STORED)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
