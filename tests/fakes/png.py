"""Small PNG files, sound or broken on purpose, made without an image library."""

from __future__ import annotations

import base64
import struct
import zlib

__all__ = ["png64", "png_bytes"]


def png_bytes(
    width: int = 8, height: int = 8, *, pixels: bytes | None = None, depth: int = 8, interlace: int = 0
) -> bytes:
    """A grey PNG. Args: pixels: filtered rows as they are packed; None: black ones that fit."""
    rows = bytes((width + 1) * height) if pixels is None else pixels
    header = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, interlace)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def png64(width: int = 8, height: int = 8, *, cut: int = 0, flip: int | None = None, **how: object) -> str:
    """`png_bytes` as base64. Args: cut: bytes left away at the end. flip: byte that is changed."""
    data = bytearray(png_bytes(width, height, **how))  # type: ignore[arg-type]
    if flip is not None:
        data[flip] ^= 0xFF
    return base64.b64encode(bytes(data[: len(data) - cut])).decode()


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
