"""Converts a lossless result to the file format requested by the user."""

from __future__ import annotations

import dataclasses

from s2edit_plugin.imaging.formats.jpeg_blocks import with_kept_blocks
from s2edit_plugin.imaging.formats.jpeg_writing import LARGEST_EXIF, LARGEST_XMP, jpeg_segments, with_segments
from s2edit_plugin.imaging.photo import FileFormat, Photo
from s2edit_plugin.imaging.reading import format_of, read_photo
from s2edit_plugin.imaging.writing import encode_photo

__all__ = ["encode_result", "left_out"]


def encode_result(
    result: bytes,
    format: FileFormat,
    *,
    original: bytes = b"",
    quality: int | None = None,
    lossless: bool | None = None,
    blocks: bool = True,
    notes: list[str] | None = None,
) -> bytes:
    """A result as a file of a format; what it says of itself stays.

    Args:
        result: an encoded picture as `writing.encode_exactly` makes it, or any other.
        original: the file of the photo that was edited, b"" where it is not at hand: it says how fine a JPEG or WebP was.
        quality: 1..100 of JPEG and WebP; None: as the original.
        lossless: WebP without loss; None: as the original, or the result.
        notes: gets a sentence about each thing that the format has no place for.
        blocks: where original and format are JPEG, blocks without a changed pixel are kept as they are.

    Raises:
        ImageError: a file cannot be read, or the format cannot hold it. ResourceError: not enough memory.
    """
    lossy = format == "JPEG" or (format == "WEBP" and not lossless)
    if format_of(result) == format and quality is None and lossless is None:
        return result
    photo = read_photo(result, "the result")
    if notes is not None:
        notes += left_out(photo, format)
    if lossy and quality is None and original and format_of(original) in ("JPEG", "WEBP"):
        source = read_photo(original, "the photo")
        if format == "JPEG" and source.format == "JPEG" and blocks:
            kept = _with_kept_blocks(photo, source, original)
            if kept is not None:
                return kept
        photo = _compressed_as(photo, source, format)
    if format == "WEBP" and lossless is not None:
        photo = dataclasses.replace(photo, lossless=lossless)
    return encode_photo(photo, format=format, quality=quality)


def left_out(photo: Photo, format: FileFormat) -> tuple[str, ...]:
    """A sentence for each kind of data that a format cannot hold."""
    notes = []
    if format == "JPEG" and photo.exif and len(photo.exif) > LARGEST_EXIF:
        notes.append(
            "The photo's EXIF data are too large for a JPEG and are left out; PNG and TIFF keep them."
        )
    if format == "JPEG" and photo.xmp and len(photo.xmp) > LARGEST_XMP:
        notes.append(
            "The photo's XMP data are too large for a JPEG and are left out; PNG and TIFF keep them."
        )
    if format == "WEBP" and photo.photoshop:
        notes.append("A WebP file has no place for the photo's IPTC data, which are left out.")
    lost = [keyword for keyword, _ in photo.texts if format != "JPEG" or keyword != "Comment"]
    if format != "PNG" and lost:
        notes.append("The photo has texts or comments that only PNG keeps all; they are left out.")
    return tuple(notes)


def _with_kept_blocks(photo: Photo, source: Photo, original: bytes) -> bytes | None:
    """The result as a JPEG that keeps the original's unchanged blocks; None if this is not possible."""
    if photo.alpha is not None or photo.depth != 8 or photo.icc != source.icc or photo.grey != source.grey:
        return None
    made = with_kept_blocks(original, source.pixels, photo.pixels)
    if made is None:
        return None
    jpeg, orientation = made
    return with_segments(jpeg, jpeg_segments(photo, photo.xmp, orientation))


def _compressed_as(photo: Photo, source: Photo, format: FileFormat) -> Photo:
    """The result with the original's compression parameters."""
    alike = source.format == format and source.grey == photo.grey
    return dataclasses.replace(photo, lossless=source.lossless, jpeg=source.jpeg if alike else photo.jpeg)
