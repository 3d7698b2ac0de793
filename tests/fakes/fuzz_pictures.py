"""Malformed picture files, from a seed: the same number gives the same file, so a failure can be looked at again."""

from __future__ import annotations

import functools
import io
import random
import struct
import zlib
from collections.abc import Callable

import numpy as np
import tifffile
from PIL import Image

__all__ = ["malformed_picture", "zeros_packed"]

NUMBERS = (0, 1, 2, 15, 16, 255, 256, 1000, 30_000, 65_535, 2**31 - 1, 2**31, 2**32 - 1)


def malformed_picture(number: int) -> bytes:
    """A file that began as a sound picture; now and then it still is one."""
    chance = random.Random(number)
    data = chance.choice(_sound())
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        data = chance.choice(_HARMS)(chance, data) if data else data
    return data


def zeros_packed(megabytes: int) -> bytes:
    """A zlib stream of so many million zeros, made without making them: a thousandth of their size."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    sum_of_zeros = ((megabytes << 20) % 65521) << 16 | 1
    return b"\x78\xda" + block * megabytes + b"\x03\0" + struct.pack(">I", sum_of_zeros)


@functools.cache
def _sound() -> tuple[bytes, ...]:
    pixels = np.random.default_rng(0).integers(0, 256, (24, 20, 4), dtype=np.uint8)
    deep = pixels[..., :3].astype(np.uint16) * 257
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Maker", 6
    options: tuple[tuple[str, str, dict[str, object]], ...] = (
        ("PNG", "RGBA", {"exif": exif, "dpi": (72, 72)}),
        ("PNG", "P", {}),
        ("PNG", "L", {"icc_profile": b"profile" * 20}),
        ("JPEG", "RGB", {"exif": exif}),
        ("JPEG", "L", {"progressive": True}),
        ("WEBP", "RGBA", {"exif": exif, "lossless": True}),
        ("WEBP", "RGB", {}),
        ("TIFF", "RGBA", {"exif": exif}),
        ("TIFF", "RGB", {"compression": "tiff_lzw"}),
        ("TIFF", "1", {"compression": "group4"}),
    )
    found = []
    for kind, mode, extra in options:
        file = io.BytesIO()
        Image.fromarray(pixels).convert(mode).save(file, kind, **extra)
        found.append(file.getvalue())
    for changes in (
        {},
        {"compression": "zlib", "predictor": True},
        {"compression": "zlib", "tile": (16, 16)},
    ):
        file = io.BytesIO()
        tifffile.imwrite(file, deep, photometric="rgb", **changes)
        found.append(file.getvalue())
    found.append(_png16(deep))
    return tuple(found)


def _png16(pixels: np.ndarray) -> bytes:
    header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 16, 2, 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _flip(chance: random.Random, data: bytes) -> bytes:
    broken = bytearray(data)
    for _ in range(chance.randrange(1, 9)):
        broken[_place(chance, data)] = chance.randrange(256)
    return bytes(broken)


def _number(chance: random.Random, data: bytes) -> bytes:
    """A telling number where there may be a length, a place or a size."""
    size = chance.choice((2, 4))
    order: str = chance.choice(("little", "big"))
    value = (chance.choice(NUMBERS) % 256**size).to_bytes(size, order)  # type: ignore[arg-type]
    at = _place(chance, data)
    return data[:at] + value + data[at + size :]


def _cut(chance: random.Random, data: bytes) -> bytes:
    return data[: _place(chance, data)]


def _remove(chance: random.Random, data: bytes) -> bytes:
    at = _place(chance, data)
    return data[:at] + data[at + chance.randrange(1, 30) :]


def _insert(chance: random.Random, data: bytes) -> bytes:
    at = _place(chance, data)
    return data[:at] + chance.choice((chance.randbytes(20), bytes(40), b"\xff" * 40)) + data[at:]


def _repeat(chance: random.Random, data: bytes) -> bytes:
    at, length = _place(chance, data), chance.randrange(4, 200)
    return data[:at] + data[at : at + length] * chance.randrange(2, 60) + data[at:]


def _splice(chance: random.Random, data: bytes) -> bytes:
    other = chance.choice(_sound())
    return data[: _place(chance, data)] + other[_place(chance, other) :]


def _mend_png(chance: random.Random, data: bytes) -> bytes:
    """A change inside a PNG with checksums that are right, so that it gets further than to the checksum."""
    if not data.startswith(b"\x89PNG"):
        return _number(chance, data)
    found, at = [], 8
    while at + 12 <= len(data):
        length = struct.unpack(">I", data[at : at + 4])[0]
        found.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    if not found:
        return data
    which = chance.randrange(len(found))
    kind, body = found[which]
    if body:
        body = chance.choice((_flip, _number, _remove))(chance, body)
    if chance.random() < 0.2:
        kind = chance.choice(
            (b"IDAT", b"PLTE", b"tRNS", b"acTL", b"fcTL", b"eXIf", b"zTXt", b"iCCP", b"IHDR")
        )
    found[which] = (kind, body)
    if chance.random() < 0.2:
        chance.shuffle(found)
    return data[:8] + b"".join(_chunk(kind, body) for kind, body in found)


def _place(chance: random.Random, data: bytes) -> int:
    """Mostly where headers are."""
    end = max(len(data), 1)
    return chance.randrange(min(end, 80)) if chance.random() < 0.5 else chance.randrange(end)


_HARMS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _flip, _flip, _number, _number, _cut, _remove, _insert, _repeat, _splice, _mend_png, _mend_png,
)  # fmt: skip
