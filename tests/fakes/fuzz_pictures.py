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

__all__ = ["malformed_picture", "malformed_profile", "malformed_xmp", "table_profile", "zeros_packed"]

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
    exif[0x010F], exif[0x0112], exif[0x8769] = "Maker", 6, {0x9286: b"ASCII\0\0\0hi", 0x927C: b"note" * 9}
    said = {"exif": exif.tobytes(), "icc_profile": profile(), "xmp": XMP}
    options: tuple[tuple[str, str, dict[str, object]], ...] = (
        ("PNG", "RGBA", {"exif": exif.tobytes(), "dpi": (72, 72)}),
        ("PNG", "P", {}),
        ("PNG", "L", {"icc_profile": b"profile" * 20}),
        ("PNG", "1", {"transparency": 0}),
        ("JPEG", "RGB", said),
        ("JPEG", "L", {"progressive": True, "comment": b"hi"}),
        ("JPEG", "CMYK", {}),
        ("WEBP", "RGBA", said | {"lossless": True}),
        ("WEBP", "RGB", {}),
        ("TIFF", "RGBA", {"exif": exif.tobytes(), "icc_profile": profile()}),
        ("TIFF", "RGB", {"compression": "tiff_lzw", "big_tiff": True}),
        ("TIFF", "1", {"compression": "group4"}),
        ("TIFF", "RGB", {"compression": "jpeg"}),
        ("TIFF", "LAB", {}),
        ("TIFF", "CMYK", {"compression": "packbits"}),
        ("AVIF", "RGB", said | {"speed": 10}),
        ("GIF", "P", {"comment": b"hi", "transparency": 3}),
        ("BMP", "RGB", {}),
        ("BMP", "P", {}),
    )
    found = []
    for kind, mode, extra in options:
        file = io.BytesIO()
        image = Image.fromarray(pixels)
        if mode == "LAB":
            image = Image.fromarray(np.ascontiguousarray(pixels[..., :3]), "LAB")
        image.convert(mode).save(file, kind, **extra)
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
    found.append(_png16(deep, *_talkative()))
    return tuple(found)


XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="Camera 1" '
    b'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"><xmp:Rating>3</xmp:Rating>'
    b"<xmp:Thumbnails><rdf:Alt><rdf:li>AAAA</rdf:li></rdf:Alt></xmp:Thumbnails></rdf:Description></rdf:RDF></x:xmpmeta>"
)


@functools.cache
def profile() -> bytes:
    """A sound colour profile: Display P3 as a matrix."""
    from s2edit_plugin.imaging.formats.icc import matrix_profile

    return matrix_profile([(0.680, 0.320), (0.265, 0.690), (0.150, 0.060)], (0.3127, 0.3290), (2.2,))


@functools.cache
def table_profile() -> bytes:
    """A sound colour profile with a look-up table: identity of 9 points a side, to Lab and back."""
    points = 9
    head = bytearray(128)
    head[8:12], head[12:24], head[36:40] = b"\2\x40\0\0", b"prtrRGB Lab ", b"acsp"
    head[68:80] = struct.pack(">3i", 63190, 65536, 54061)
    curve = struct.pack(">2H", 0, 65535) * 3
    steps = np.linspace(0, 65535, points).astype(">u2")
    grid = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1)
    matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    table = b"mft2" + bytes(4) + bytes([3, 3, points, 0]) + matrix + struct.pack(">2H", 2, 2)
    table += curve + grid.tobytes() + curve
    places = b"".join(struct.pack(">4sII", name, 156, len(table)) for name in (b"A2B0", b"B2A0"))
    data = bytes(head) + struct.pack(">I", 2) + places + table
    return struct.pack(">I", len(data)) + data[4:]


def malformed_profile(number: int) -> bytes:
    """A colour profile that began as a sound one."""
    return _harmed(number, (profile(), table_profile()))


def malformed_xmp(number: int) -> bytes:
    """An XMP packet that began as a sound one; now and then some megabyte of it."""
    data = _harmed(number, (XMP,))
    chance = random.Random(number)
    if data and chance.random() < 0.3:
        at, length = _place(chance, data), chance.randrange(1, 60)
        data = data[:at] + data[at : at + length] * (600_000 // length) + data[at:]
    return data


def _harmed(number: int, sound: tuple[bytes, ...]) -> bytes:
    chance = random.Random(number)
    data = chance.choice(sound)
    for _ in range(chance.choice((1, 1, 2, 4))):
        data = (
            chance.choice((_flip, _number, _cut, _remove, _insert, _repeat))(chance, data) if data else data
        )
    return data


def _talkative() -> tuple[bytes, ...]:
    """Chunks of a PNG that says much."""
    digits = (b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0" + bytes(4)).hex().encode()
    return (
        _chunk(b"cHRM", struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)),
        _chunk(b"gAMA", struct.pack(">I", 45455)),
        _chunk(b"pHYs", struct.pack(">IIB", 3000, 3000, 1)),
        _chunk(b"tEXt", b"Author\0Jo"),
        _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"hi" * 99)),
        _chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP),
        _chunk(b"tEXt", b"Raw profile type exif\0\nexif\n      26\n" + digits),
        _chunk(b"tRNS", bytes(6)),
    )


def _png16(pixels: np.ndarray, *said: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 16, 2, 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    pixels_and_end = _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + b"".join(said) + pixels_and_end


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
            (
                b"IDAT",
                b"PLTE",
                b"tRNS",
                b"acTL",
                b"fcTL",
                b"eXIf",
                b"zTXt",
                b"iCCP",
                b"IHDR",
                b"cICP",
                b"gAMA",
            )
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
