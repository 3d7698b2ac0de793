"""Reading photos, 8 or 16 bits, with everything that is kept when they are saved again.

The kind of a file is recognised by its first bytes. Its metadata is split off first (`*_side`), so that damaged metadata cannot
make a picture unreadable; a note reports data left out. docs/FORMATS.md has the table of supported, converted and refused
files.
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from s2edit_plugin.errors import ImageError, ResourceError, Sentence
from s2edit_plugin.imaging.formats.decoding import (  # fmt: skip
    MissingPluginError,
    UnusualPixelsError,
    as_samples,
    check_headers,
    dpi_of_exif,
    opened,
    side_of,
)
from s2edit_plugin.imaging.formats.exif import clean_exif, orientation_of, upright
from s2edit_plugin.imaging.formats.extras import EXTRAS, Extra, jpeg_extras, png_extras, said_of
from s2edit_plugin.imaging.formats.icc import HdrError
from s2edit_plugin.imaging.formats.jpeg_side import split_jpeg
from s2edit_plugin.imaging.formats.kinds import Kind, kind_of, unread_format
from s2edit_plugin.imaging.formats.photoshop import clean_resources
from s2edit_plugin.imaging.formats.png16 import bits_of_png, decode_png16, is_png16
from s2edit_plugin.imaging.formats.png_side import split_png
from s2edit_plugin.imaging.formats.side_data import SideData
from s2edit_plugin.imaging.formats.tiff_reading import read_tiff
from s2edit_plugin.imaging.formats.webp_side import split_webp
from s2edit_plugin.imaging.photo import FileFormat, JpegTables, Photo
from s2edit_plugin.imaging.xmp_truth import truthful_xmp

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["MAX_PIXELS", "MIN_SIDE", "Photo", "format_of", "read_photo"]

MAX_PIXELS = 200_000_000
MIN_SIDE = 16
MAX_PASSES = 200  # of a JPEG; progressive ones have about ten, and each pass goes over every pixel
_DEFLATE_AT_BEST = 1040  # bytes a byte
# Pixels a byte: a JPEG has a bit at least for each block of 64 pixels; GIF's codes of 12 bits stand for 4,096 pixels at most; a
# BMP's runs for 255 in two bytes.
_JPEG_AT_BEST = 512
_AT_BEST: dict[Kind, float] = {"GIF": 2800, "BMP": 130}
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
# In entropy-coded data each 0xff is followed by a zero, or belongs to a restart marker.
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_READABLE = "Use a JPEG, PNG, WebP, TIFF, HEIC, AVIF, GIF or BMP file."
_FORMATS: dict[Kind, FileFormat] = {"JPEG": "JPEG", "PNG": "PNG", "WEBP": "WEBP", "TIFF": "TIFF"}
"""Results are saved in the photo's format; those of others as PNG."""

# What Pillow, tifffile and numpy raise on files that end early or contradict themselves. Warning: Pillow warns about
# some of it, and warnings may be turned into errors.
_DAMAGE = (
    OSError, SyntaxError, ValueError, struct.error, zlib.error, EOFError, LookupError, TypeError, ArithmeticError,
    AttributeError, AssertionError, SystemError, RuntimeError, Warning,
)  # fmt: skip


def read_photo(data: bytes, name: str = "the photo") -> Photo:
    """Read a photo from the bytes of a file, upright.

    Args:
        data: a JPEG, PNG, WebP, TIFF, HEIC, AVIF, GIF or BMP file.
        name: of the picture in messages.

    Raises:
        ImageError: no picture, damaged, too small, too large, or of a kind that is not read (floating point, HDR, raw).
        ResourceError: not enough memory.
    """
    from PIL import Image

    subject = name[:1].upper() + name[1:]
    kind = kind_of(data)
    if kind is None:
        raise _refusal(data, subject)
    try:
        return _READERS.get(kind, _read_other)(data, kind, subject)
    except UnusualPixelsError as error:
        raise ImageError(
            Sentence("{} holds pixels of the kind {}, which is not read here.", subject, error),
            "Save it as RGB with 8 or 16 bits.",
        ) from error
    except HdrError as error:
        raise ImageError(
            Sentence("{} is a picture of high dynamic range (PQ or HLG), which is not read here.", subject),
            "Save it as sRGB or Display P3 first.",
        ) from error
    except MissingPluginError as error:
        raise ImageError(
            Sentence("{} is a {} file, and what reads them is not installed.", subject, kind),
            "Save it as JPEG or PNG, or install the Python package pi-heif.",
        ) from error
    except Image.DecompressionBombError as error:
        # Pillow looks at WebP files before we can.
        raise ImageError(
            Sentence("{} has too many pixels for a WebP file.", subject),
            "Make it smaller, or save it as PNG or TIFF.",
        ) from error
    except MemoryError as error:
        raise ResourceError(
            Sentence("There is not enough memory to open {}.", name), "Use a smaller picture."
        ) from error
    except _DAMAGE as error:
        raise ImageError(
            Sentence("{} is damaged or cut short.", subject), "Save or copy it again."
        ) from error


def _refusal(data: bytes, subject: str) -> ImageError:
    other = unread_format(data)
    if other is None:
        return ImageError(Sentence("{} is not a picture that can be read.", subject), _READABLE)
    return ImageError(
        Sentence("{} is a file of the kind {}, which is not read here.", subject, other.name), other.hint
    )


def format_of(data: bytes) -> FileFormat | None:
    """The format of an encoded picture by its first bytes, None if it is none that is written."""
    kind = kind_of(data)
    return None if kind is None else _FORMATS.get(kind)


def _check_size(height: int, width: int, subject: str) -> None:
    """Decided from the header, before any pixel is unpacked."""
    if height * width > MAX_PIXELS:
        raise ImageError(
            Sentence(
                "{} has {} x {} pixels, more than the {} megapixels that are allowed.",
                subject,
                width,
                height,
                MAX_PIXELS // 10**6,
            ),
            "Make it smaller first.",
        )
    if min(height, width) < MIN_SIDE:
        raise ImageError(
            Sentence("{} has only {} x {} pixels.", subject, width, height),
            Sentence("At least {} x {} are needed.", MIN_SIDE, MIN_SIDE),
        )


def _check_filled(height: int, width: int, data: bytes, most: float) -> None:
    """Whether so few bytes can hold so many pixels, before memory is taken for them.

    Args:
        most: pixels a byte, by what the format's compression can do at best.

    Raises:
        ValueError: they cannot.
    """
    if height * width > most * len(data):
        raise ValueError("too few bytes for so many pixels")


@dataclass(frozen=True)
class _Decoded:
    """Result of the readers.

    Attributes:
        samples: (H, W, 1..4), uint8 or uint16, as stored.
        converted: their colours are sRGB now, whatever the file's profile says.
    """

    samples: np.ndarray
    side: SideData
    lossless: bool = True
    converted: bool = False
    jpeg: JpegTables | None = None
    notes: tuple[str, ...] = ()
    extras: frozenset[Extra] = frozenset()


def _read_png(data: bytes, kind: Kind, subject: str) -> Photo:
    bare, side = split_png(data)
    with opened(bare, kind) as image:
        _check_size(image.height, image.width, subject)
        _check_filled(image.height, image.width, bare, 8 * _DEFLATE_AT_BEST / bits_of_png(bare))
        if is_png16(data):
            samples, converted = decode_png16(bare), False
        else:
            image.load()
            _scale_clear_grey(image, data[24])
            samples, converted = as_samples(image, side.icc)
    extras = frozenset(png_extras(data))
    return _photo(_Decoded(samples, side, converted=converted, extras=extras), kind, subject)


def _scale_clear_grey(image: Image.Image, bits: int) -> None:
    """Pillow scales grey of 2 and 4 bits to 8, and leaves the grey that is to be transparent as it was."""
    if image.mode == "L" and bits in (2, 4) and "transparency" in image.info:
        image.info["transparency"] = image.info["transparency"] % 2**bits * (255 // (2**bits - 1))


def _read_jpeg(data: bytes, kind: Kind, subject: str) -> Photo:
    bare, side, frame = split_jpeg(data)
    if frame is not None and (frame.ls or frame.bits != 8 or frame.channels not in (1, 3, 4)):
        form = "JPEG-LS" if frame.ls else f"JPEG of {frame.channels} channels with {frame.bits} bits"
        raise ImageError(
            Sentence("{} is a {}, which is not read here.", subject, form), "Save it as PNG or TIFF."
        )
    with opened(bare, kind) as image:
        _check_size(image.height, image.width, subject)
        if frame is not None and not frame.arithmetic:
            _check_filled(image.height, image.width, bare, _JPEG_AT_BEST)
        if _passes(bare) > MAX_PASSES:
            raise ImageError(
                Sentence("{} is a JPEG of more than {} passes.", subject, MAX_PASSES),
                "Save it again in another program.",
            )
        image.load()
        samples, converted = as_samples(image, side.icc)
        tables = _jpeg_tables(image) if image.mode in ("L", "RGB") else None
    lossless = frame is not None and frame.lossless
    notes = []
    if lossless:
        notes.append(f"{subject} is a lossless JPEG; as JPEG its results are saved with loss.")
    if converted:
        notes.append(f"{subject} is a CMYK picture; it was converted to sRGB.")
    extras = frozenset(jpeg_extras(data))
    return _photo(_Decoded(samples, side, lossless, converted, tables, tuple(notes), extras), kind, subject)


def _read_webp(data: bytes, kind: Kind, subject: str) -> Photo:
    bare, side, lossless = split_webp(data)
    with opened(bare, kind) as image:
        _check_size(image.height, image.width, subject)
        image.load()
        samples, converted = as_samples(image, side.icc)
    return _photo(_Decoded(samples, side, lossless, converted), kind, subject)


def _read_other(data: bytes, kind: Kind, subject: str) -> Photo:
    if kind in ("AVIF", "HEIC"):
        check_headers(data)
    with opened(data, kind) as image:
        _check_size(image.height, image.width, subject)
        _check_filled(image.height, image.width, data, _AT_BEST.get(kind, 1e9))
        side = side_of(image, data)
        image.load()
        samples, converted = as_samples(image, side.icc)
    notes = (f"{subject} is a {kind} file; results are saved as PNG.",)
    return _photo(_Decoded(samples, side, kind in ("GIF", "BMP"), converted, notes=notes), kind, subject)


def _read_tiff(data: bytes, kind: Kind, subject: str) -> Photo:
    picture = read_tiff(data, subject, _check_size)
    decoded = _Decoded(picture.samples, picture.side, converted=picture.converted, notes=tuple(picture.notes))
    return _photo(decoded, kind, subject, picture.orientation)


_READERS = {"PNG": _read_png, "JPEG": _read_jpeg, "WEBP": _read_webp, "TIFF": _read_tiff}


def _photo(decoded: _Decoded, kind: Kind, subject: str, orientation: int | None = None) -> Photo:
    side = decoded.side
    turned = orientation_of(side.exif) if orientation is None else orientation
    pixels, alpha, grey = _split(upright(decoded.samples, turned))
    exif = clean_exif(side.exif)
    if side.exif is not None and exif is None:
        side.left_out.add("exif")
    xmp, lost = truthful_xmp(side.xmp, (pixels.shape[0], pixels.shape[1]))
    extras = decoded.extras | {extra for extra in EXTRAS if extra in lost}
    notes = [*decoded.notes, *_left_out(side, subject), *said_of(set(extras), subject)]
    if side.frames > 1:
        notes.append(f"{subject} is animated; its first picture is used.")
    return Photo(
        pixels,
        alpha,
        _FORMATS.get(kind, "PNG"),
        grey=grey,
        icc=None if decoded.converted else side.icc,
        exif=exif,
        xmp=xmp,
        dpi=side.dpi or dpi_of_exif(exif),
        photoshop=clean_resources(side.photoshop),
        texts=tuple(side.texts),
        jpeg=decoded.jpeg,
        lossless=decoded.lossless,
        notes=tuple(notes),
    )


def _left_out(side: SideData, subject: str) -> list[str]:
    """Sentences about what is damaged or too large beside the pixels."""
    found = {
        "profile": f"{subject} has a damaged colour profile, which was left out.",
        "colour": f"{subject} has colour numbers that are damaged or unknown, which were left out.",
        "exif": f"{subject} has damaged EXIF data, which were left out.",
        "xmp": f"{subject} has damaged or very large XMP data, which were left out.",
        "text": f"{subject} has damaged or very long texts, which were left out.",
        "other": f"{subject} has damaged parts beside its pixels, which were left out.",
    }
    return [sentence for part, sentence in found.items() if part in side.left_out]


def _split(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray | None, bool]:
    """Samples (H, W, 1..4) as colour (H, W, 3), alpha (H, W) or None, and whether the colour is grey."""
    channels = samples.shape[2]
    grey = channels <= 2
    pixels = np.repeat(samples[..., :1], 3, axis=2) if grey else np.ascontiguousarray(samples[..., :3])
    alpha = np.ascontiguousarray(samples[..., -1]) if channels in (2, 4) else None
    return pixels, alpha, grey


def _jpeg_tables(image: Image.Image) -> JpegTables | None:
    """None where there are none: a lossless JPEG has no tables."""
    from PIL import JpegImagePlugin

    tables = image.quantization  # type: ignore[attr-defined]
    if not tables:
        return None
    ordered = tuple(tuple(int(v) for v in tables[key]) for key in sorted(tables))
    return JpegTables(ordered, JpegImagePlugin.get_sampling(image))


def _passes(data: bytes) -> int:
    """Count of scans of a JPEG's first picture; phones append other pictures and films."""
    at, count = 2, 0
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != _END_OF_IMAGE:
        kind, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        at += 2 + length
        if kind == _START_OF_SCAN:
            count += 1
            marker = _NEXT_MARKER.search(data, at)
            at = len(data) if marker is None else marker.start()
    return count
