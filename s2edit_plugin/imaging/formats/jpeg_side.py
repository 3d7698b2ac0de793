"""JPEG files as segments: what is needed for the pixels, and what is said beside them."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from s2edit_plugin.imaging.formats.side_data import MAX_TEXT, SideData

__all__ = ["JpegFrame", "split_jpeg"]

_SCAN, _COMMENT, _FIRST_APP, _LAST_APP, _ADOBE = 0xDA, 0xFE, 0xE0, 0xEF, 0xEE
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC} | {0xF7}
_LOSSLESS, _LS = (0xC3, 0xCB), 0xF7
_ALONE = (0x01, *range(0xD0, 0xD8))
_EXIF, _XMP, _ICC, _PHOTOSHOP = (
    b"Exif\0\0",
    b"http://ns.adobe.com/xap/1.0/\0",
    b"ICC_PROFILE\0",
    b"Photoshop 3.0\0",
)


@dataclass(frozen=True)
class JpegFrame:
    """How a JPEG holds its pixels, by its frame header.

    Attributes:
        bits: of a sample. channels: colour channels. lossless: no cosine transform. arithmetic: its coder. ls: JPEG-LS.
    """

    bits: int
    channels: int
    lossless: bool
    arithmetic: bool
    ls: bool


def split_jpeg(data: bytes) -> tuple[bytes, SideData, JpegFrame | None]:
    """A JPEG file with nothing but its pixels in it, what the file says beside them, and its frame header.

    The markers of JFIF and Adobe are kept: they tell how the colours are coded.

    Raises:
        ValueError, struct.error: the file's structure is damaged.
    """
    side, frame = SideData(), None
    view, at = memoryview(data), 2
    kept: list[bytes | memoryview] = [data[:2]]
    profile: list[bytes] = []
    exif, photoshop = b"", b""
    while True:
        # Fill bytes, or what a careless program left between segments, are stepped over.
        at = data.index(b"\xff", at)
        kind = data[at + 1]
        if kind in (0x00, 0xFF) or kind in _ALONE:
            at += 1 if kind == 0xFF else 2
            continue
        if kind == _SCAN:
            break
        (length,) = struct.unpack_from(">H", data, at + 2)
        end = at + 2 + length
        if length < 2 or end > len(data):
            raise ValueError("a segment reaches beyond the file")
        body = view[at + 4 : end]
        if kind == _COMMENT:
            if len(side.texts) < 100:
                side.texts.append(("Comment", bytes(body[:MAX_TEXT]).decode("utf-8", "replace").rstrip("\0")))
        elif _FIRST_APP <= kind <= _LAST_APP:
            if _is_colour_marker(kind, bytes(body[:14])):
                kept.append(view[at:end])
            if kind == _FIRST_APP and side.dpi is None:
                side.dpi = _density(bytes(body))
            elif kind == 0xE1 and body[:6] == _EXIF:
                exif += bytes(body[6:] if exif else body)
            elif kind == 0xE1 and body[: len(_XMP)] == _XMP and side.xmp is None:
                side.take_xmp(bytes(body[len(_XMP) :]))
            elif kind == 0xE2 and body[: len(_ICC)] == _ICC:
                profile.append(bytes(body[len(_ICC) :]))
            elif kind == 0xED and body[: len(_PHOTOSHOP)] == _PHOTOSHOP:
                photoshop += bytes(body[len(_PHOTOSHOP) :])
        else:
            kept.append(view[at:end])
            if kind in _FRAMES and length >= 8:
                frame = JpegFrame(
                    body[0], body[5], kind in _LOSSLESS or kind == _LS, kind in range(0xC9, 0xD0), kind == _LS
                )
        at = end
    if exif:
        side.take_exif(exif)
    if profile:
        side.take_icc(_joined(profile))
    side.photoshop = photoshop or None
    return b"".join([*kept, view[at:]]), side, frame


def _is_colour_marker(kind: int, start: bytes) -> bool:
    """Whether it is a whole marker of JFIF or Adobe; decoders do not look at shorter ones, or fail at them."""
    if kind == _FIRST_APP:
        return len(start) == 14 and start[:5] == b"JFIF\0"
    return kind == _ADOBE and len(start) >= 12 and start[:5] == b"Adobe"


def _joined(parts: list[bytes]) -> bytes | None:
    """A profile's segments in their order: each begins with its number and how many there are."""
    parts = sorted({part[:1]: part for part in parts if len(part) > 2}.values())
    if not parts or [part[0] for part in parts] != list(range(1, parts[0][1] + 1)):
        return None
    return b"".join(part[2:] for part in parts)


def _density(body: bytes) -> tuple[float, float] | None:
    if len(body) < 12 or body[:5] != b"JFIF\0":
        return None
    unit, across, down = struct.unpack_from(">BHH", body, 7)
    per_inch = {1: 1.0, 2: 2.54}.get(unit)
    return (across * per_inch, down * per_inch) if per_inch and across and down else None
