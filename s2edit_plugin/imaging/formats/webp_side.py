"""WebP files as chunks: what is needed for the pixels, and what is said beside them. (RFC 9649)"""

from __future__ import annotations

import struct

from s2edit_plugin.imaging.formats.side_data import SideData

__all__ = ["split_webp"]

_PICTURE = (b"ALPH", b"VP8 ", b"VP8L")
_ALPHA, _ANIMATED = 0x10, 0x02


def split_webp(data: bytes) -> tuple[bytes, SideData, bool]:
    """A WebP file with nothing but its first picture in it, what it says beside it, and whether it is lossless.

    Raises:
        ValueError, struct.error: the file's structure is damaged.
    """
    side = SideData()
    view, at = memoryview(data), 12
    head: memoryview | None = None
    animation: memoryview | None = None
    picture: list[memoryview] = []
    frames, lossless = 0, False
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        end = at + 8 + length
        whole = view[at : min(end, len(data))]
        if kind == b"VP8X":
            head = whole
        elif kind == b"ANIM":
            animation = whole
        elif kind == b"ANMF":
            frames += 1
            if frames == 1:
                picture = [whole]
                lossless = b"VP8L" in bytes(whole[24:32])
        elif kind in _PICTURE and frames == 0:
            picture.append(whole)
            lossless = kind == b"VP8L"
        elif end > len(data):
            side.left_out.add("other")
        elif kind == b"ICCP":
            side.take_icc(bytes(whole[8:]))
        elif kind == b"EXIF":
            side.take_exif(bytes(whole[8:]))
        elif kind == b"XMP ":
            side.take_xmp(bytes(whole[8:]))
        at = end + length % 2
    if not picture:
        raise ValueError("no picture")
    if struct.unpack_from("<I", data, 4)[0] + 8 > len(
        data
    ):  # cut off; the decoder says whether in the pixels
        side.left_out.add("other")
    side.frames = max(1, frames)
    return _bare(head, animation if frames else None, picture), side, lossless


def _bare(head: memoryview | None, animation: memoryview | None, picture: list[memoryview]) -> bytes:
    chunks: list[bytes] = []
    if head is not None and (len(picture) > 1 or animation is not None):
        flags = bytes([head[8] & (_ALPHA | _ANIMATED if animation is not None else _ALPHA)])
        chunks += [bytes(head[:8]), flags, bytes(head[9:])]
    for chunk in (*((animation,) if animation is not None else ()), *picture):
        chunks += [bytes(chunk), bytes(len(chunk) % 2)]
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body
