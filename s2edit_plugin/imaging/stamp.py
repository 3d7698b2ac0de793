"""A mark in PNG files that this program drew itself, masks and sheets: it tells whether anybody changed them since."""

from __future__ import annotations

import struct
import zlib

__all__ = ["is_stamped", "stamped"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEYWORD = b"Software\0S2Edit Studio; untouched "
_HEADER_END = 8 + 25  # signature and IHDR, which is always the first chunk


def stamped(png: bytes) -> bytes:
    """A PNG file with a text chunk that names the program and holds a checksum of its pixels."""
    body = _KEYWORD + _checksum(png)
    chunk = struct.pack(">I", len(body)) + b"tEXt" + body + struct.pack(">I", zlib.crc32(b"tEXt" + body))
    return png[:_HEADER_END] + chunk + png[_HEADER_END:]


def is_stamped(data: bytes) -> bool:
    """Whether this is a file of `stamped` whose pixels are still those it was written with."""
    place = data.find(_KEYWORD, 0, 4096)
    if not data.startswith(_SIGNATURE) or place < 0:
        return False
    start = place + len(_KEYWORD)
    return data[start : start + 8] == _checksum(data)


def _checksum(png: bytes) -> bytes:
    """CRC-32 over the packed pixels, as eight hex digits."""
    at, check = len(_SIGNATURE), 0
    while at + 12 <= len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        if kind == b"IDAT":
            check = zlib.crc32(png[at + 8 : at + 8 + length], check)
        at += 12 + length
    return b"%08x" % check
