"""PNG files as chunks: the layout shared by everything that reads or writes them. (PNG specification, third edition.)"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator

__all__ = ["CHANNELS_OF_COLOUR_TYPE", "SIGNATURE", "chunk_spans", "png_chunk", "png_file"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS_OF_COLOUR_TYPE = {0: 1, 2: 3, 4: 2, 6: 4}
"""Without 3, a palette."""
_COLOUR_TYPE_OF_CHANNELS = {channels: kind for kind, channels in CHANNELS_OF_COLOUR_TYPE.items()}


def chunk_spans(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of the body of every chunk up to IEND; the last end lies outside a file that is cut off."""
    at = len(SIGNATURE)
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        yield kind, at + 8, at + 8 + length
        if kind == b"IEND":
            return
        at += 12 + length


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk with length and checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_file(
    shape: tuple[int, ...], depth: int, packed: bytes, ancillary: Iterable[tuple[bytes, bytes]] = ()
) -> bytes:
    """A PNG file without interlacing.

    Args:
        shape: (H, W, C) with C = 1..4 (grey, grey and alpha, RGB, RGBA). depth: bits a channel.
        packed: the filtered and compressed rows. ancillary: chunks (kind, body) before the pixels.
    """
    height, width, channels = shape
    header = struct.pack(">IIBBBBB", width, height, depth, _COLOUR_TYPE_OF_CHANNELS[channels], 0, 0, 0)
    chunks = [(b"IHDR", header), *ancillary, (b"IDAT", packed), (b"IEND", b"")]
    return b"".join([SIGNATURE, *(png_chunk(kind, body) for kind, body in chunks)])
