"""Writing TIFF files of 8 and 16 bits a channel (Pillow has no 16-bit colour, tifffile no EXIF)."""

from __future__ import annotations

import struct
import zlib
from itertools import accumulate

import numpy as np

from s2edit_plugin.imaging.formats.exif import ORIENTATION
from s2edit_plugin.imaging.formats.tiff_exif import for_tiff_file, laid_out

__all__ = ["encode_tiff"]

_DEFLATE, _HORIZONTAL_DIFFERENCE, _GREY, _RGB, _PLAIN_ALPHA, _INCH = 8, 2, 1, 2, 2, 2
_ROWS_A_STRIP = 64
_COMPRESSION = 4
_BYTE, _SHORT, _LONG, _RATIO, _UNDEFINED = 1, 3, 4, 5, 7
_CODES = {_SHORT: "H", _LONG: "I"}
_PARTS, _FINE = 10_000, 400_000.0  # of a dot an inch, and up to how many dots


def encode_tiff(
    pixels: np.ndarray,
    *,
    icc: bytes | None = None,
    exif: bytes | None = None,
    xmp: bytes | None = None,
    photoshop: bytes | None = None,
    dpi: tuple[float, float] | None = None,
) -> bytes:
    """Pixels, uint8 or uint16 (H, W, C) with C = 1..4, as a little-endian TIFF file, deflated without loss."""
    height, width, channels = pixels.shape
    strips = [_packed(pixels[top : top + _ROWS_A_STRIP]) for top in range(0, height, _ROWS_A_STRIP)]
    directories = for_tiff_file(exif) if exif else {0: {}}
    first = directories[0]

    def put(tag: int, kind: int, *values: int) -> None:
        first[tag] = (kind, len(values), struct.pack(f"<{len(values)}{_CODES[kind]}", *values))

    def put_bytes(tag: int, kind: int, value: bytes | None) -> None:
        if value:
            first[tag] = (kind, len(value), value)

    put(256, _LONG, width)
    put(257, _LONG, height)
    put(258, _SHORT, *[pixels.dtype.itemsize * 8] * channels)
    put(259, _SHORT, _DEFLATE)
    put(262, _SHORT, _RGB if channels >= 3 else _GREY)
    put(ORIENTATION, _SHORT, 1)
    put(277, _SHORT, channels)
    put(278, _LONG, _ROWS_A_STRIP)
    put(279, _LONG, *[len(strip) for strip in strips])
    put(317, _SHORT, _HORIZONTAL_DIFFERENCE)
    if dpi is not None:
        put(296, _SHORT, _INCH)
        for tag, value in zip((282, 283), dpi, strict=True):
            parts = _PARTS if value < _FINE else 1
            first[tag] = (_RATIO, 1, struct.pack("<II", min(round(value * parts), 2**32 - 1), parts))
    if channels in (2, 4):
        put(338, _SHORT, _PLAIN_ALPHA)
    put_bytes(700, _BYTE, xmp)
    put_bytes(34377, _BYTE, photoshop)
    put_bytes(34675, _UNDEFINED, icc)
    # The strips follow the directories, whose length does not depend on where the strips are.
    put(273, _LONG, *[0] * len(strips))
    place = 8 + len(laid_out(directories, "<", 8))
    put(273, _LONG, *accumulate((len(strip) for strip in strips[:-1]), initial=place))
    return b"".join([b"II*\0\x08\0\0\0", laid_out(directories, "<", 8), *strips])


def _packed(rows: np.ndarray) -> bytes:
    differences = rows.copy()
    differences[:, 1:] -= rows[:, :-1]  # unsigned values wrap around, as the predictor is defined
    little = differences.astype(differences.dtype.newbyteorder("<"), copy=False)
    return zlib.compress(little.tobytes(), _COMPRESSION)
