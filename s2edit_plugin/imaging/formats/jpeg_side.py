"""JPEG files as segments: those of the pixels, and the metadata."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

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


@dataclass
class _Metadata:
    """Metadata of the segments so far; Exif, profile and Photoshop's blocks may be spread over several."""

    side: SideData = field(default_factory=SideData)
    exif: bytes = b""
    photoshop: bytes = b""
    profile: list[bytes] = field(default_factory=list)

    def take_comment(self, body: bytes) -> None:
        """A comment's text."""
        if len(self.side.texts) < 100:
            self.side.texts.append(("Comment", body[:MAX_TEXT].decode("utf-8", "replace").rstrip("\0")))

    def take_application(self, kind: int, body: bytes) -> None:
        """An application segment: density, Exif, XMP, ICC profile, Photoshop's blocks."""
        if kind == _FIRST_APP and self.side.dpi is None:
            self.side.dpi = _density(body)
        elif kind == 0xE1 and body.startswith(_EXIF):
            self.exif += body[6:] if self.exif else body
        elif kind == 0xE1 and body.startswith(_XMP) and self.side.xmp is None:
            self.side.take_xmp(body[len(_XMP) :])
        elif kind == 0xE2 and body.startswith(_ICC):
            self.profile.append(body[len(_ICC) :])
        elif kind == 0xED and body.startswith(_PHOTOSHOP):
            self.photoshop += body[len(_PHOTOSHOP) :]

    def joined(self) -> SideData:
        """All of it, with the spread parts put together."""
        if self.exif:
            self.side.take_exif(self.exif)
        if self.profile:
            self.side.take_icc(_joined(self.profile))
        self.side.photoshop = self.photoshop or None
        return self.side


def split_jpeg(data: bytes) -> tuple[bytes, SideData, JpegFrame | None]:
    """A JPEG file with nothing but its pixels in it, its metadata, and its frame header.

    The markers of JFIF and Adobe are kept: they tell how the colours are coded.

    Raises:
        ValueError, struct.error: the file's structure is damaged.
    """
    metadata, frame = _Metadata(), None
    view = memoryview(data)
    kept: list[bytes | memoryview] = [data[:2]]
    for kind, start, end in _segments(data):
        body = view[start + 4 : end]
        if kind == _COMMENT:
            metadata.take_comment(bytes(body))
        elif _FIRST_APP <= kind <= _LAST_APP:
            if _is_colour_marker(kind, bytes(body[:14])):
                kept.append(view[start:end])
            metadata.take_application(kind, bytes(body))
        else:
            kept.append(view[start:end])
            if kind in _FRAMES and len(body) >= 6:
                lossless, arithmetic = kind in _LOSSLESS or kind == _LS, kind in range(0xC9, 0xD0)
                frame = JpegFrame(body[0], body[5], lossless, arithmetic, kind == _LS)
    return b"".join(kept), metadata.joined(), frame


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of every segment; the last is the first scan, with all that follows it."""
    at = 2
    while True:
        # Fill bytes, or what a careless program left between segments, are stepped over.
        at = data.index(b"\xff", at)
        kind = data[at + 1]
        if kind in (0x00, 0xFF) or kind in _ALONE:
            at += 1 if kind == 0xFF else 2
            continue
        if kind == _SCAN:
            yield kind, at, len(data)
            return
        (length,) = struct.unpack_from(">H", data, at + 2)
        end = at + 2 + length
        if length < 2 or end > len(data):
            raise ValueError("a segment reaches beyond the file")
        yield kind, at, end
        at = end


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
