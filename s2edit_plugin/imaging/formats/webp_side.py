"""WebP files as chunks: the pixels' chunks and the metadata. (RFC 9649)"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from s2edit_plugin.imaging.formats.side_data import SideData

__all__ = ["split_webp"]

_PICTURE = (b"ALPH", b"VP8 ", b"VP8L")
_ALPHA, _ANIMATED = 0x10, 0x02


@dataclass
class _Pixels:
    """The chunks that hold the first picture. ``frames``: of an animation, so far."""

    head: memoryview | None = None
    animation: memoryview | None = None
    picture: list[memoryview] = field(default_factory=list)
    frames: int = 0
    lossless: bool = False

    def take(self, kind: bytes, chunk: memoryview) -> bool:
        """Keep a chunk, header included, if it belongs to the pixels; whether it does."""
        if kind == b"VP8X":
            self.head = chunk
        elif kind == b"ANIM":
            self.animation = chunk
        elif kind == b"ANMF":
            self.frames += 1
            if self.frames == 1:
                self.picture = [chunk]
                self.lossless = b"VP8L" in bytes(chunk[24:32])
        elif kind in _PICTURE and self.frames == 0:
            self.picture.append(chunk)
            self.lossless = kind == b"VP8L"
        else:
            return False
        return True


def split_webp(data: bytes) -> tuple[bytes, SideData, bool]:
    """A WebP file with nothing but its first picture in it, its metadata, and whether it is lossless.

    Raises:
        ValueError, struct.error: the file's structure is damaged.
    """
    side, pixels = SideData(), _Pixels()
    view, at = memoryview(data), 12
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        end = at + 8 + length
        chunk = view[at : min(end, len(data))]
        if not pixels.take(kind, chunk):
            if end > len(data):
                side.left_out.add("other")
            else:
                _take_metadata(side, kind, chunk[8:])
        at = end + length % 2
    if not pixels.picture:
        raise ValueError("no picture")
    # Where the file is cut off, the decoder says whether in the pixels.
    if struct.unpack_from("<I", data, 4)[0] + 8 > len(data):
        side.left_out.add("other")
    side.frames = max(1, pixels.frames)
    animation = pixels.animation if pixels.frames else None
    return _bare(pixels.head, animation, pixels.picture), side, pixels.lossless


def _take_metadata(side: SideData, kind: bytes, body: memoryview) -> None:
    if kind == b"ICCP":
        side.take_icc(bytes(body))
    elif kind == b"EXIF":
        side.take_exif(bytes(body))
    elif kind == b"XMP ":
        side.take_xmp(bytes(body))


def _bare(head: memoryview | None, animation: memoryview | None, picture: list[memoryview]) -> bytes:
    chunks: list[bytes] = []
    if head is not None and (len(picture) > 1 or animation is not None):
        flags = bytes([head[8] & (_ALPHA | _ANIMATED if animation is not None else _ALPHA)])
        chunks += [bytes(head[:8]), flags, bytes(head[9:])]
    for chunk in (*((animation,) if animation is not None else ()), *picture):
        chunks += [bytes(chunk), bytes(len(chunk) % 2)]
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body
