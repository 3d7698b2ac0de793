"""Metadata of a JPEG as segments."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from s2edit_plugin.imaging.formats.exif import EXIF_PREFIX, with_orientation
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.imaging.provenance import ours_alone
from s2edit_plugin.imaging.xmp_truth import with_xmp_orientation

__all__ = ["LARGEST_EXIF", "LARGEST_XMP", "jpeg_segments", "with_segments"]

_LARGEST = 65533  # bytes of a segment behind its length
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_ICC = b"ICC_PROFILE\0"
_PHOTOSHOP = b"Photoshop 3.0\0"
LARGEST_EXIF = _LARGEST - len(EXIF_PREFIX)
LARGEST_XMP = _LARGEST - len(_XMP)
_APP1, _APP2, _APP13, _COMMENT = b"\xff\xe1", b"\xff\xe2", b"\xff\xed", b"\xff\xfe"


def jpeg_segments(photo: Photo, xmp: bytes | None, orientation: int = 1) -> list[bytes]:
    """A photo's EXIF, XMP, profile, IPTC and comments as segments; what is too large for one and may not be cut is left out.

    Args:
        orientation: how the file's pixels are to be looked at.
    """
    segments = []
    exif = photo.exif
    if orientation != 1:
        stored = photo.size[::-1] if orientation in (5, 6, 7, 8) else photo.size
        exif, xmp = (
            with_orientation(exif, orientation, stored),
            with_xmp_orientation(xmp, orientation, stored),
        )
    if exif and len(exif) <= LARGEST_EXIF:
        segments.append(_segment(_APP1, EXIF_PREFIX + exif))
    if xmp and len(xmp) > LARGEST_XMP:
        xmp = ours_alone(xmp)
    if xmp and len(xmp) <= LARGEST_XMP:
        segments.append(_segment(_APP1, _XMP + xmp))
    if photo.photoshop:
        segments += [_segment(_APP13, _PHOTOSHOP + part) for part in _pieces(photo.photoshop, _PHOTOSHOP)]
    if photo.icc:
        parts = list(_pieces(photo.icc, _ICC + b"12"))
        if len(parts) < 256:
            segments += [
                _segment(_APP2, _ICC + bytes([number, len(parts)]) + part)
                for number, part in enumerate(parts, start=1)
            ]
    for keyword, text in photo.texts:
        if keyword == "Comment":
            segments.append(_segment(_COMMENT, text.encode()[:_LARGEST]))
    return segments


def with_segments(jpeg: bytes, segments: Iterable[bytes]) -> bytes:
    """A JPEG with segments behind its JFIF marker, which comes first by its standard."""
    at = 2
    while jpeg[at : at + 2] == b"\xff\xe0":
        at += 2 + struct.unpack_from(">H", jpeg, at + 2)[0]
    return b"".join([jpeg[:at], *segments, jpeg[at:]])


def _segment(marker: bytes, body: bytes) -> bytes:
    return marker + struct.pack(">H", len(body) + 2) + body


def _pieces(data: bytes, head: bytes) -> Iterable[bytes]:
    size = _LARGEST - len(head)
    return (data[start : start + size] for start in range(0, len(data), size))
