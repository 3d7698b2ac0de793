"""PNG files without an image library: written plainly, and read where they were written plainly. Standard library only."""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from s2edit_plugin.errors import EngineError

__all__ = ["Pixels", "decode", "encode", "swapped"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPES = {1: 0, 3: 2}  # by channels: grey, RGB
_CHANNELS = {kind: channels for channels, kind in _COLOUR_TYPES.items()}
_FAST = 1
_COMPRESS_BELOW = 1024 * 1024  # bytes; above it packing takes longer than the engine needs to read them
_GROUP_BYTES = 64 * 1024  # bytes; allocating memory for a whole mask takes longer than compressing it
_LARGEST_BLOCK = 65_535  # bytes of a stored block (RFC 1951, 3.2.4)


@dataclass(frozen=True)
class Pixels:
    """Pixels row after row, ``channels`` samples each, 8 or 16 bits a sample in this machine's byte order."""

    width: int
    height: int
    channels: int
    depth: int
    data: bytes = b""


def encode(pixels: Pixels, icc: bytes = b"") -> bytes:
    """A PNG file, compressed where that is worth its time: masks and small pictures.

    Args:
        icc: colour profile to embed.
    """
    length = pixels.width * pixels.channels * (pixels.depth // 8)
    data = memoryview(swapped(pixels.data) if pixels.depth == 16 else pixels.data)
    rows = [data[start : start + length] for start in range(0, len(data), length)]
    compresses = len(data) < _COMPRESS_BELOW or (pixels.channels, pixels.depth) == (1, 8)
    header = struct.pack(
        ">IIBBBBB", pixels.width, pixels.height, pixels.depth, _COLOUR_TYPES[pixels.channels], 0, 0, 0
    )
    chunks: list[tuple[bytes, Sequence[bytes | memoryview]]] = [(b"IHDR", [header])]
    if icc:
        chunks.append((b"iCCP", [b"ICC Profile\0\0", zlib.compress(icc)]))
    chunks += [(b"IDAT", _compressed(rows) if compresses else _stored(rows)), (b"IEND", [])]
    parts: list[bytes | memoryview] = [_SIGNATURE]
    for kind, body in chunks:
        checked = zlib.crc32(kind)
        for part in body:
            checked = zlib.crc32(part, checked)
        parts += (struct.pack(">I", sum(map(len, body))), kind, *body, struct.pack(">I", checked))
    return b"".join(parts)  # the only copy of a large picture


# Each row begins with the number of its filter: 0, none.


def _compressed(rows: Sequence[memoryview]) -> list[bytes]:
    compressor = zlib.compressobj(_FAST)
    together = max(1, _GROUP_BYTES // max(1, len(rows[0])))
    groups = (rows[start : start + together] for start in range(0, len(rows), together))
    return [*(compressor.compress(b"\0" + b"\0".join(group)) for group in groups), compressor.flush()]


def _stored(rows: Sequence[memoryview]) -> list[bytes | memoryview]:
    """Rows as a zlib stream that compresses nothing (RFC 1950 and 1951): a row a block, a longer one in several."""
    parts: list[bytes | memoryview] = [b"\x78\x01"]
    checked = 1
    for row in rows:
        checked = zlib.adler32(row, zlib.adler32(b"\0", checked))
        filter_number, start = b"\0", 0
        while start < len(row):
            piece = row[start : start + _LARGEST_BLOCK - len(filter_number)]
            size = len(piece) + len(filter_number)
            parts += (struct.pack("<BHH", 0, size, size ^ 0xFFFF) + filter_number, piece)
            filter_number, start = b"", start + len(piece)
    return [*parts, struct.pack("<BHH", 1, 0, 0xFFFF), struct.pack(">I", checked)]


def decode(data: bytes) -> Pixels:
    """The pixels of a PNG that `encode` or the engine's plain encoder wrote.

    Raises:
        EngineError: it is another PNG, or damaged.
    """
    try:
        header, compressed = _parts(data)
        width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", header)
        channels = _CHANNELS[kind]
        length = width * channels * (depth // 8)
        rows = zlib.decompress(compressed, bufsize=height * (length + 1))
        if interlaced or depth not in (8, 16) or len(rows) != height * (length + 1):
            raise ValueError("not as expected")
        if any(rows[:: length + 1]):
            raise ValueError("filtered")
    except (struct.error, zlib.error, ValueError, KeyError, IndexError) as error:
        raise EngineError("The engine sent a picture that cannot be read.", "Restart it.") from error
    pixels = b"".join(rows[start : start + length] for start in range(1, len(rows), length + 1))
    return Pixels(width, height, channels, depth, swapped(pixels) if depth == 16 else pixels)


def _parts(data: bytes) -> tuple[bytes, bytes]:
    """Header and compressed pixels."""
    if not data.startswith(_SIGNATURE):
        raise ValueError("no PNG")
    at, header, compressed = len(_SIGNATURE), b"", []
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            header = body
        elif kind == b"IDAT":
            compressed.append(body)
        at += 12 + length
    return header, b"".join(compressed)


def swapped(data: bytes) -> bytes:
    """16-bit samples between PNG's byte order (the high byte first) and this machine's."""
    if sys.byteorder == "big":
        return data
    samples = array("H", data)
    samples.byteswap()
    return samples.tobytes()
