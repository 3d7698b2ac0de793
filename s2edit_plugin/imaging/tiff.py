"""TIFF files: 16 bits a channel on the way in, every depth on the way out (Pillow has no 16-bit colour, tifffile no EXIF)."""

from __future__ import annotations

import io
import logging
import math
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from s2edit_plugin.imaging.exif import ORIENTATION, load_exif

if TYPE_CHECKING:
    import tifffile

__all__ = ["TiffHeader", "UnusualTiffError", "encode_tiff", "read_tiff16", "read_tiff_header"]

_DEFLATE, _HORIZONTAL_DIFFERENCE, _GREY, _RGB, _PLAIN_ALPHA, _INCH = 8, 2, 1, 2, 2, 2
_PREMULTIPLIED = 1
_ROWS_A_STRIP = 64
_COMPRESSION = 4
_PLAIN, _OLD_DEFLATE = 1, 32946
_READABLE = (_PLAIN, _DEFLATE, _OLD_DEFLATE)  # of 16 bits a channel
_SLACK, _PIECE = 1 << 26, 1 << 20  # bytes: tiles may reach over the edge
_SHORT, _LONG, _UNDEFINED, _BYTE = 3, 4, 7, 1


# What tifffile logs about damaged files it also raises, or it concerns tags that are not used.
logging.getLogger("tifffile").setLevel(logging.CRITICAL)


class UnusualTiffError(ValueError):
    """The file is fine but its pixels are of a kind that is not read; the message says which, in words."""


@dataclass(frozen=True)
class TiffHeader:
    """What a TIFF file's first directory says.

    Attributes:
        size: height and width as stored.
        bits: bits a channel.
        dpi: resolution, horizontal and vertical.
        pages: how many pictures the file holds.
    """

    size: tuple[int, int]
    bits: int
    orientation: int
    pages: int
    icc: bytes | None
    xmp: bytes | None
    dpi: tuple[float, float] | None


def read_tiff_header(data: bytes) -> TiffHeader:
    """Read the first directory, without any pixel.

    Raises:
        UnusualTiffError: the pixels are of a kind that is not read.
        ValueError, struct.error, and what else tifffile raises: the file is damaged.
    """
    import tifffile

    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page = _first_page(file)
        bits = page.bitspersample
        if bits > 16 or (bits == 16 and page.sampleformat != tifffile.SAMPLEFORMAT.UINT):
            raise UnusualTiffError("holds floating-point or 32-bit pixels")
        return TiffHeader(
            size=(page.imagelength, page.imagewidth),
            bits=bits,
            orientation=int(_tag(page, "Orientation") or 1),
            pages=len(file.pages),
            icc=_tag(page, "InterColorProfile"),
            xmp=_tag(page, "XMP"),
            dpi=_dpi(page),
        )


def read_tiff16(data: bytes) -> np.ndarray:
    """The pixels of a TIFF file of 16 bits a channel as stored, uint16 (H, W, C), C = 1..4, alpha not premultiplied.

    Raises: as `read_tiff_header`.
    """
    import tifffile

    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page = _first_page(file)
        kind = page.photometric
        if kind not in (
            tifffile.PHOTOMETRIC.MINISBLACK,
            tifffile.PHOTOMETRIC.MINISWHITE,
            tifffile.PHOTOMETRIC.RGB,
        ):
            raise UnusualTiffError("has 16 bits a channel and is neither RGB nor grey")
        if page.compression not in _READABLE:
            raise UnusualTiffError(f"has 16 bits a channel with {page.compression.name} compression")
        _refuse_bombs(page)
        pixels = np.asarray(page.asarray(), dtype=np.uint16)
        if pixels.ndim == 3 and page.planarconfig == tifffile.PLANARCONFIG.SEPARATE:
            pixels = np.moveaxis(pixels, 0, -1)
        pixels = pixels.reshape(page.imagelength, page.imagewidth, -1)
        extra = tuple(page.extrasamples)
    colours = 3 if kind == tifffile.PHOTOMETRIC.RGB else 1
    if kind == tifffile.PHOTOMETRIC.MINISWHITE:
        pixels = np.concatenate([65535 - pixels[..., :1], pixels[..., 1:]], axis=-1)
    if pixels.shape[2] > colours + 1:
        pixels = pixels[..., : colours + 1]
    if extra and extra[0] == _PREMULTIPLIED:
        pixels = _divided_by_alpha(pixels)
    return pixels


def _refuse_bombs(page: tifffile.TiffPage) -> None:
    """Strips and tiles must not unpack to more than the picture has: tifffile unpacks them whole. Raises ValueError."""
    left = page.nbytes + _SLACK
    if page.is_tiled and math.prod(page.chunks) * 2 > left:
        raise ValueError("tiles larger than the picture")
    if page.compression == _PLAIN:
        return
    for packed, _ in page.parent.filehandle.read_segments(page.dataoffsets, page.databytecounts):
        unpacker, rest = zlib.decompressobj(), packed or b""
        while rest and left >= 0:
            left -= len(unpacker.decompress(rest, _PIECE))
            rest = unpacker.unconsumed_tail
        if left < 0:
            raise ValueError("more pixels than the picture has")


def _first_page(file: tifffile.TiffFile) -> tifffile.TiffPage:
    import tifffile

    page = file.pages[0]
    if not isinstance(page, tifffile.TiffPage) or not page.imagelength or not page.imagewidth:
        raise ValueError("no picture")
    return page


def _tag(page: tifffile.TiffPage, name: str) -> Any:
    tag = page.tags.get(name)
    return None if tag is None else tag.value


def _dpi(page: tifffile.TiffPage) -> tuple[float, float] | None:
    ratios = [_tag(page, name) for name in ("XResolution", "YResolution")]
    per_inch = {2: 1.0, 3: 2.54}.get(int(_tag(page, "ResolutionUnit") or 0))
    if per_inch is None or not all(ratio and all(ratio) for ratio in ratios):
        return None
    horizontal, vertical = (per_inch * ratio[0] / ratio[1] for ratio in ratios)
    return horizontal, vertical


def _divided_by_alpha(pixels: np.ndarray) -> np.ndarray:
    alpha = pixels[..., -1:].astype(np.float32)
    colour = pixels[..., :-1] * (65535 / np.maximum(alpha, 1))
    return np.concatenate([np.clip(np.rint(colour), 0, 65535).astype(np.uint16), pixels[..., -1:]], axis=-1)


def encode_tiff(
    pixels: np.ndarray,
    *,
    icc: bytes | None = None,
    exif: bytes | None = None,
    xmp: bytes | None = None,
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
    if icc:
        put(34675, _UNDEFINED, icc)

    # The directory follows the header of eight bytes; Pillow counts the strips' places from where the directory ends.
    return b"".join([b"II*\0\x08\0\0\0", directory.tobytes(8), *strips])


def _packed(rows: np.ndarray) -> bytes:
    differences = rows.copy()
    differences[:, 1:] -= rows[:, :-1]  # unsigned values wrap around, as the predictor is defined
    little = differences.astype(differences.dtype.newbyteorder("<"), copy=False)
    return zlib.compress(little.tobytes(), _COMPRESSION)
