"""Writing photos in their original format, size and depth with colour profile and EXIF, atomically."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import numpy as np

from s2edit_plugin.api.picture_formats import WRITE_SUFFIXES, format_named
from s2edit_plugin.errors import ImageError, ResourceError, Sentence
from s2edit_plugin.imaging.formats.exif import EXIF_PREFIX, signed_exif
from s2edit_plugin.imaging.formats.jpeg_writing import LARGEST_EXIF, jpeg_segments, with_segments
from s2edit_plugin.imaging.formats.png8 import encode_png8
from s2edit_plugin.imaging.formats.png16 import encode_png16
from s2edit_plugin.imaging.formats.tiff import encode_tiff
from s2edit_plugin.imaging.photo import FileFormat, Photo
from s2edit_plugin.imaging.provenance import PROGRAM, Provenance, xmp_packet

__all__ = ["encode_exactly", "encode_photo", "format_of_suffix"]

_QUALITY = 95
_FULL_COLOUR = 90  # from this quality on a JPEG's colours have the resolution of its brightness


def format_of_suffix(path: str | Path) -> FileFormat:
    """The format a file name asks for.

    Raises:
        ImageError: the suffix is of no format that can be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in WRITE_SUFFIXES:
        known = ", ".join(WRITE_SUFFIXES)
        raise ImageError(
            Sentence("{} does not end in a known picture suffix.", Path(path).name),
            Sentence("Use one of {}.", known),
        )
    return cast(FileFormat, WRITE_SUFFIXES[suffix])


def encode_exactly(photo: Photo, pixels: np.ndarray, *, provenance: Provenance) -> bytes:
    """A lossless result: in the photo's format, or as PNG if that format is lossy.

    Results stay lossless until the user saves them, so that they are compressed as JPEG only once.

    Args, Raises: as `encode_photo`.
    """
    loses = photo.format == "JPEG" or (photo.format == "WEBP" and not photo.lossless)
    return encode_photo(photo, pixels, format="PNG" if loses else photo.format, provenance=provenance)


def encode_photo(
    photo: Photo,
    pixels: np.ndarray | None = None,
    alpha: np.ndarray | None = None,
    *,
    format: FileFormat | None = None,
    provenance: Provenance | None = None,
    quality: int | None = None,
) -> bytes:
    """Pixels as a file like the one the photo came from.

    Args:
        photo: says format, profile, EXIF, resolution and compression.
        pixels: (H, W, 3) of the photo's depth; None: the photo's own.
        alpha: (H, W) of the same depth; None: the photo's own.
        format: another format. One without 16 bits or alpha gets 8 bits, or the picture on white.
        provenance: what the file says about its making; None leaves the photo's XMP as it is.
        quality: 1..100 of JPEG and WebP that lose something; None: as the photo was compressed, else 95.

    Raises:
        ImageError: the format cannot hold a picture of this size.
        ResourceError: not enough memory.
    """
    pixels = photo.pixels if pixels is None else pixels
    alpha = photo.alpha if alpha is None else alpha
    chosen = format or photo.format
    largest = format_named(chosen).longest
    if largest and max(pixels.shape[:2]) > largest:
        raise ImageError(
            Sentence("A {} file has at most {} pixels a side.", chosen, largest), "Save as PNG or TIFF."
        )
    xmp = photo.xmp if provenance is None else xmp_packet(provenance, photo.xmp)
    if provenance is not None:
        photo = replace(photo, exif=signed_exif(photo.exif, PROGRAM, photo.size, LARGEST_EXIF))
    try:
        if chosen == "TIFF":
            samples = _joined(pixels, alpha, photo.grey)
            return encode_tiff(
                samples, icc=photo.icc, exif=photo.exif, xmp=xmp, photoshop=photo.photoshop, dpi=photo.dpi
            )
        if chosen == "PNG":
            encode_png = encode_png16 if pixels.dtype == np.uint16 else encode_png8
            return encode_png(_joined(pixels, alpha, photo.grey), _png_chunks(photo, xmp))
        if chosen == "JPEG" and alpha is not None:
            pixels, alpha = _on_white(pixels, alpha), None
        samples = _joined(_eight_bits(pixels), None if alpha is None else _eight_bits(alpha), photo.grey)
        return _encode_with_pillow(samples, photo, chosen, xmp, quality)
    except MemoryError as error:
        raise ResourceError(
            "There is not enough memory to save the picture.", "Close other programs."
        ) from error


def _encode_with_pillow(
    samples: np.ndarray, photo: Photo, chosen: FileFormat, xmp: bytes | None, quality: int | None
) -> bytes:
    from PIL import Image

    options: dict[str, Any] = {"icc_profile": photo.icc}
    if chosen == "JPEG":
        options = _jpeg_options(photo, quality) | ({"dpi": photo.dpi} if photo.dpi else {})
    else:
        if photo.exif:
            options["exif"] = EXIF_PREFIX + photo.exif
        # exact: the colour of transparent pixels is kept too.
        lossless = photo.lossless and quality is None
        options |= {"lossless": lossless, "exact": True, "quality": 80 if lossless else quality or _QUALITY}
        options |= {"xmp": xmp} if xmp else {}
    file = BytesIO()
    with Image.fromarray(samples[..., 0] if samples.shape[2] == 1 else samples) as image:
        image.save(file, chosen, **options)
    if chosen == "JPEG":
        return with_segments(file.getvalue(), jpeg_segments(photo, xmp))
    return file.getvalue()


def _jpeg_options(photo: Photo, quality: int | None) -> dict[str, Any]:
    """A JPEG is compressed with its own tables again, which changes what was not edited least."""
    if quality is not None:
        return {"quality": quality, "subsampling": 0 if quality >= _FULL_COLOUR else 2}
    if photo.jpeg is None:
        return {"quality": _QUALITY, "subsampling": 0}
    tables = photo.jpeg.quantization
    # Tables of 16 bits a number (quality below about 25) cannot be handed back to Pillow.
    if max(max(table) for table in tables) > 255:
        return {"quality": _QUALITY, "subsampling": 0}
    options: dict[str, Any] = {"qtables": [list(table) for table in tables]}
    return options | (
        {"subsampling": photo.jpeg.subsampling} if photo.jpeg.subsampling >= 0 else {"subsampling": 0}
    )


def _png_chunks(photo: Photo, xmp: bytes | None) -> list[tuple[bytes, bytes]]:
    chunks = []
    if photo.icc:
        chunks.append((b"iCCP", b"ICC Profile\0\0" + zlib.compress(photo.icc)))
    if photo.dpi:
        chunks.append((b"pHYs", struct.pack(">IIB", *(round(value / 0.0254) for value in photo.dpi), 1)))
    if xmp:
        chunks.append((b"iTXt", _itxt_body(xmp)))
    if photo.exif:
        chunks.append((b"eXIf", photo.exif))
    if photo.photoshop:
        chunks.append((b"zTXt", _raw_profile(b"8bim", photo.photoshop)))
    chunks += [_text_chunk(keyword, text) for keyword, text in photo.texts]
    return chunks


def _raw_profile(name: bytes, body: bytes) -> bytes:
    """ImageMagick's form, which other programs read too: a name, a length, hexadecimal digits, 72 a line."""
    digits = body.hex().encode()
    lines = b"\n".join(digits[start : start + 72] for start in range(0, len(digits), 72))
    text = b"\n%s\n%8d\n%s\n" % (name, len(body), lines)
    return b"Raw profile type %s\0\0" % name + zlib.compress(text)


def _text_chunk(keyword: str, text: str) -> tuple[bytes, bytes]:
    name = keyword.encode("latin-1", "replace")[:79]
    try:
        return b"tEXt", name + b"\0" + text.encode("latin-1")
    except UnicodeEncodeError:
        return b"iTXt", name + b"\0\0\0\0\0" + text.encode("utf-8", "replace")


def _itxt_body(xmp: bytes) -> bytes:
    """Keyword, not compressed, no language, no translated keyword, text."""
    return b"XML:com.adobe.xmp\0\0\0\0\0" + xmp


def _joined(pixels: np.ndarray, alpha: np.ndarray | None, grey: bool) -> np.ndarray:
    """Colour (H, W, 3) and alpha as (H, W, C), C = 1..4."""
    colour = pixels[..., :1] if grey else pixels
    return (
        np.ascontiguousarray(colour) if alpha is None else np.concatenate([colour, alpha[..., None]], axis=2)
    )


def _eight_bits(samples: np.ndarray) -> np.ndarray:
    if samples.dtype == np.uint8:
        return samples
    return ((samples.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)


def _on_white(pixels: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    white = 65535 if pixels.dtype == np.uint16 else 255
    share = alpha[..., None].astype(np.float32) / white
    return np.rint(pixels * share + white * (1 - share)).astype(pixels.dtype)
