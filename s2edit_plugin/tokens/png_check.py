"""Validation of small PNGs without an image library, with a limit for the unpacked size.

Token files carry a thumbnail and a mask. A picture of some hundred bytes can claim to be 60,000 pixels a side, or unpack to
gigabytes; such pictures must not reach an image library. Source: the PNG specification (ISO/IEC 15948), sections 5 and 11.
"""

from __future__ import annotations

import struct
import zlib

__all__ = ["MAX_SIDE", "png_problem", "png_size"]

MAX_SIDE = 4096  # pixels; far above what thumbnails and masks have
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # colour type -> samples a pixel
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}


def png_size(data: bytes) -> tuple[int, int] | None:
    """Width and height a PNG claims to have; None if ``data`` does not start like a PNG."""
    if len(data) < 24 or data[:8] != _SIGNATURE or data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def png_problem(data: bytes) -> str:
    """Problem of a PNG with sides of at most `MAX_SIDE` pixels, in a few words; "" if it is valid."""
    size = png_size(data)
    if size is None:
        return "no PNG"
    if not (0 < size[0] <= MAX_SIDE and 0 < size[1] <= MAX_SIDE):
        return "too large"
    chunks = _chunks(data)
    if chunks is None or chunks[-1][0] != b"IEND" or len(chunks[0][1]) != 13:
        return "cut off or changed"
    depth, colour, compression, filtering, interlace = struct.unpack(">5B", chunks[0][1][8:])
    if depth not in _DEPTHS.get(colour, ()) or compression or filtering or interlace:
        return "of an unknown kind"
    row = 1 + (size[0] * _CHANNELS[colour] * depth + 7) // 8
    return _pixels_problem(b"".join(body for name, body in chunks if name == b"IDAT"), row, size[1])


def _chunks(data: bytes) -> list[tuple[bytes, bytes]] | None:
    """Names and bodies of all chunks, None where one is cut off or its checksum is wrong."""
    found: list[tuple[bytes, bytes]] = []
    position = len(_SIGNATURE)
    while position < len(data):
        if position + 12 > len(data):
            return None
        (length,) = struct.unpack(">I", data[position : position + 4])
        end = position + 8 + length
        if end + 4 > len(data):
            return None
        if zlib.crc32(data[position + 4 : end]) != struct.unpack(">I", data[end : end + 4])[0]:
            return None
        found.append((data[position + 4 : position + 8], data[position + 8 : end]))
        position = end + 4
    names = [name for name, _ in found]
    if b"IEND" in names[:-1] or b"IHDR" in names[1:]:
        return None
    return found


def _pixels_problem(packed: bytes, row: int, rows: int) -> str:
    unpacker = zlib.decompressobj()
    try:
        pixels = unpacker.decompress(packed, row * rows + 1)
    except zlib.error:
        return "cut off or changed"
    if len(pixels) != row * rows or not unpacker.eof:
        return "cut off or changed"
    filters = pixels[::row]
    return "of an unknown kind" if max(filters, default=9) > 4 else ""
