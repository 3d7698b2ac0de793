"""A stamp in PNG files written by this program (masks, contact sheets): detects whether their pixels were changed since."""

from __future__ import annotations

import zlib

from s2edit_plugin.imaging.png_chunks import SIGNATURE, chunk_spans, png_chunk

__all__ = ["is_stamped", "stamped"]

_KEYWORD = b"Software\0S2Edit Studio; untouched "
_HEADER_END = 8 + 25  # signature and IHDR, which is always the first chunk


def stamped(png: bytes) -> bytes:
    """A PNG file with a text chunk that names the program and holds a checksum of its pixels."""
    chunk = png_chunk(b"tEXt", _KEYWORD + _checksum(png))
    return png[:_HEADER_END] + chunk + png[_HEADER_END:]


def is_stamped(data: bytes) -> bool:
    """Whether this is a file of `stamped` whose pixels are still those it was written with."""
    place = data.find(_KEYWORD, 0, 4096)
    if not data.startswith(SIGNATURE) or place < 0:
        return False
    start = place + len(_KEYWORD)
    return data[start : start + 8] == _checksum(data)


def _checksum(png: bytes) -> bytes:
    """CRC-32 of the compressed pixels, as eight hex digits."""
    check = 0
    for kind, start, end in chunk_spans(png):
        if kind == b"IDAT":
            check = zlib.crc32(png[start:end], check)
    return b"%08x" % check
