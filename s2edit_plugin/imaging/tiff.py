"""Writing TIFF files of 8 and 16 bits a channel (Pillow has no 16-bit colour, tifffile no EXIF)."""

from __future__ import annotations

import zlib

import numpy as np

from s2edit_plugin.imaging.exif import ORIENTATION, load_exif

__all__ = ["encode_tiff"]

_DEFLATE, _HORIZONTAL_DIFFERENCE, _GREY, _RGB, _PLAIN_ALPHA, _INCH = 8, 2, 1, 2, 2, 2
_ROWS_A_STRIP = 64
_COMPRESSION = 4
_SHORT, _LONG, _UNDEFINED, _BYTE = 3, 4, 7, 1


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
    from PIL.TiffImagePlugin import IFDRational, ImageFileDirectory_v2

    height, width, channels = pixels.shape
    strips = [_packed(pixels[top : top + _ROWS_A_STRIP]) for top in range(0, height, _ROWS_A_STRIP)]
    lengths = [len(strip) for strip in strips]
    starts = [int(start) for start in np.cumsum([0, *lengths[:-1]])]

    directory = ImageFileDirectory_v2(prefix=b"II")

    def put(tag: int, kind: int, value: object) -> None:
        directory.tagtype[tag] = kind
        directory[tag] = value

    if exif:
        described = load_exif(exif)
        for tag, value in described.items():
            directory[tag] = (
                described.get_ifd(tag) if isinstance(value, int) and tag in (0x8769, 0x8825) else value
            )
    put(256, _LONG, width)
    put(257, _LONG, height)
    put(258, _SHORT, (pixels.dtype.itemsize * 8,) * channels)
    put(259, _SHORT, _DEFLATE)
    put(262, _SHORT, _RGB if channels >= 3 else _GREY)
    put(273, _LONG, tuple(starts))
    put(ORIENTATION, _SHORT, 1)
    put(277, _SHORT, channels)
    put(278, _LONG, _ROWS_A_STRIP)
    put(279, _LONG, tuple(lengths))
    put(317, _SHORT, _HORIZONTAL_DIFFERENCE)
    if dpi is not None:
        put(296, _SHORT, _INCH)
        directory[282], directory[283] = IFDRational(dpi[0]), IFDRational(dpi[1])
    if channels in (2, 4):
        put(338, _SHORT, _PLAIN_ALPHA)
    if xmp:
        put(700, _BYTE, xmp)
    if photoshop:
        put(34377, _BYTE, photoshop)
    if icc:
        put(34675, _UNDEFINED, icc)

    # The directory follows the header of eight bytes; Pillow counts the strips' places from where the directory ends.
    return b"".join([b"II*\0\x08\0\0\0", directory.tobytes(8), *strips])


def _packed(rows: np.ndarray) -> bytes:
    differences = rows.copy()
    differences[:, 1:] -= rows[:, :-1]  # unsigned values wrap around, as the predictor is defined
    little = differences.astype(differences.dtype.newbyteorder("<"), copy=False)
    return zlib.compress(little.tobytes(), _COMPRESSION)
