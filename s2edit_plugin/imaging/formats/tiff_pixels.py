"""The samples of TIFF files as they are stored: strips or tiles, packed or not, of any number of bits, in any order.

Pillow has no colour of 16 bits, and what it makes of 12 bits or of further channels is wrong without a word; so of every file
that is no JPEG or fax inside, the samples are taken here. libtiff (in Pillow) unpacks LZW and the like: it is handed the packed
bytes as a grey picture of bytes.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np

from s2edit_plugin.imaging.formats.tiff_directory import TiffDirectory

__all__ = ["PACKED_BYTES", "Storage", "read_samples", "storage_of"]

_PLAIN, _LZW, _DEFLATE, _OLD_DEFLATE, _PACKBITS, _LZMA, _ZSTD = 1, 5, 8, 32946, 32773, 34925, 50000
PACKED_BYTES = (_PLAIN, _LZW, _DEFLATE, _OLD_DEFLATE, _PACKBITS, _LZMA, _ZSTD)
"""Compressions of bytes, whatever the bytes mean."""
_DIFFERENCES = 2
_SLACK = 1 << 26  # bytes: tiles may reach over the edge
_GROUP = 1 << 25  # bytes that libtiff unpacks at a time
_ROWS = 64
_REVERSED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


@dataclass(frozen=True)
class Storage:
    """How a picture's samples lie in the file.

    Attributes:
        size: height and width. channels: samples a pixel. bits: of a sample.
        block: height and width of a strip or tile. tiled: the blocks at the edges are whole.
        planar: each channel lies by itself.
        offsets, lengths: of the blocks. compression, predictor, order (byte order), reversed_bits: as the tags say.
    """

    size: tuple[int, int]
    channels: int
    bits: int
    block: tuple[int, int]
    tiled: bool
    planar: bool
    offsets: tuple[int, ...]
    lengths: tuple[int, ...]
    compression: int
    predictor: int
    order: str
    reversed_bits: bool

    @property
    def row_bytes(self) -> int:
        """Bytes of a row of a block: rows begin with a byte."""
        return (self.block[1] * (1 if self.planar else self.channels) * self.bits + 7) // 8

    @property
    def dtype(self) -> np.dtype:
        """What holds a sample."""
        return np.dtype(np.uint8 if self.bits <= 8 else np.uint16 if self.bits <= 16 else np.uint32)


def storage_of(page: TiffDirectory, size: tuple[int, int], channels: int, bits: int) -> Storage:
    """How the samples lie.

    Raises:
        ValueError: the tags contradict each other, or tiles are much larger than the picture.
    """
    height, width = size
    tiled = 322 in page.tags
    planar = page.number(284, 1) == 2 and channels > 1
    if tiled:
        block = (page.number(323, 0), page.number(322, 0))
    else:
        block = (min(page.number(278, height) or height, height), width)
    if min(block) < 1:
        raise ValueError("no strips or tiles")
    planes = channels if planar else 1
    count = planes * -(-height // block[0]) * -(-width // block[1])
    found = Storage(
        size, channels, bits, block, tiled, planar,
        page.numbers(324 if tiled else 273, count), page.numbers(325 if tiled else 279, count),
        page.number(259, 1), page.number(317, 1), page.order, page.number(266, 1) == 2,
    )  # fmt: skip
    if not found.lengths and found.compression == _PLAIN and len(found.offsets) == count == 1:
        found = replace(found, lengths=(height * found.row_bytes,))
    if len(found.offsets) < count or len(found.lengths) < count:
        raise ValueError("too few strips or tiles")
    whole = planes * height * ((width * (1 if planar else channels) * bits + 7) // 8)
    if count * block[0] * found.row_bytes > 4 * whole + _SLACK:
        raise ValueError("tiles larger than the picture")
    return found


def read_samples(data: bytes, how: Storage) -> np.ndarray:
    """The samples as stored, (H, W, channels), uint8, uint16 or uint32 of ``bits`` bits.

    Raises:
        ValueError, OSError, zlib.error: the file is damaged.
    """
    height, width = how.size
    result = np.empty((height, width, how.channels), dtype=how.dtype)
    across = -(-width // how.block[1])
    down = -(-height // how.block[0])
    for index, block in enumerate(_blocks(data, how, across * down)):
        plane, place = divmod(index, across * down)
        top, left = place // across * how.block[0], place % across * how.block[1]
        channels = slice(plane, plane + 1) if how.planar else slice(None)
        target = result[top : top + how.block[0], left : left + how.block[1], channels]
        for row in range(0, target.shape[0], _ROWS):
            rows = _unpacked(block[row : row + _ROWS], how)
            target[row : row + _ROWS] = rows[: target.shape[0] - row, : target.shape[1]]
    return result


def _blocks(data: bytes, how: Storage, a_plane: int) -> Iterator[np.ndarray]:
    """Each strip's or tile's bytes, uint8 (rows, row_bytes), plane after plane."""
    planes = how.channels if how.planar else 1
    for plane in range(planes):
        indices = range(plane * a_plane, (plane + 1) * a_plane)
        if how.compression in (_PLAIN, _DEFLATE, _OLD_DEFLATE):
            for index in indices:
                yield _plain_block(data, how, index, _rows_of(how, index - indices.start))
            continue
        group = max(1, _GROUP // max(1, how.block[0] * how.row_bytes))
        for start in range(indices.start, indices.stop, group):
            some = range(start, min(start + group, indices.stop))
            rows = [_rows_of(how, index - indices.start) for index in some]
            unpacked = _by_libtiff(data, how, some, sum(rows))
            at = 0
            for count in rows:
                yield unpacked[at : at + count]
                at += count


def _rows_of(how: Storage, place: int) -> int:
    """How many rows a block has: the last strip has what is left."""
    return how.block[0] if how.tiled else min(how.block[0], how.size[0] - place * how.block[0])


def _packed(data: bytes, how: Storage, index: int) -> bytes:
    start, length = how.offsets[index], how.lengths[index]
    if start + length > len(data) or not length:
        raise ValueError("a strip or tile is missing")
    return data[start : start + length]


def _plain_block(data: bytes, how: Storage, index: int, rows: int) -> np.ndarray:
    wanted = rows * how.row_bytes
    packed = _packed(data, how, index)
    if how.reversed_bits:
        packed = packed.translate(_REVERSED)
    # No more is unpacked than the picture has, so a bomb stays small.
    plain = packed if how.compression == _PLAIN else zlib.decompressobj().decompress(packed, wanted)
    if len(plain) < wanted:
        raise ValueError("too few pixels")
    return np.frombuffer(plain, np.uint8, wanted).reshape(rows, how.row_bytes)


def _by_libtiff(data: bytes, how: Storage, indices: range, rows: int) -> np.ndarray:
    """Blocks unpacked by libtiff, which is told that they are strips of a grey picture of bytes."""
    from PIL import TiffImagePlugin

    strips = [_packed(data, how, index) for index in indices]
    entries = {
        256: (4, (how.row_bytes,)), 257: (4, (rows,)), 258: (3, (8,)), 259: (3, (how.compression,)), 262: (3, (1,)),
        266: (3, (2 if how.reversed_bits else 1,)), 273: (4, (0,) * len(strips)), 277: (3, (1,)),
        278: (4, (min(how.block[0], rows),)), 279: (4, tuple(len(strip) for strip in strips)),
    }  # fmt: skip
    beyond = 8 + 2 + 12 * len(entries) + 4
    first = beyond + (8 * len(strips) if len(strips) > 1 else 0)
    entries[273] = (4, tuple(accumulate((len(strip) for strip in strips[:-1]), initial=first)))
    table, behind = struct.pack("<H", len(entries)), b""
    for tag, (kind, values) in entries.items():
        body = struct.pack(f"<{len(values)}{'H' if kind == 3 else 'I'}", *values)
        if len(body) > 4:
            table += struct.pack("<HHII", tag, kind, len(values), beyond + len(behind))
            behind += body
        else:
            table += struct.pack("<HHI", tag, kind, len(values)) + body.ljust(4, b"\0")
    file = b"".join([b"II*\0\x08\0\0\0", table, bytes(4), behind, *strips])
    with TiffImagePlugin.TiffImageFile(io.BytesIO(file)) as image:
        image.load()
        return np.asarray(image)


def _unpacked(rows: np.ndarray, how: Storage) -> np.ndarray:
    """Bytes (rows, row_bytes) as samples (rows, block's width, channels of a block)."""
    channels = 1 if how.planar else how.channels
    count = how.block[1] * channels
    if how.bits in (8, 16, 32):
        samples = rows.view(np.dtype(f"{how.order}u{how.bits // 8}")).astype(how.dtype, copy=False)
    else:
        bits = np.unpackbits(rows, axis=1)[:, : count * how.bits].reshape(len(rows), count, how.bits)
        samples = np.zeros((len(rows), count), dtype=how.dtype)
        for position in range(how.bits):
            samples = samples << 1 | bits[..., position]
    samples = samples.reshape(len(rows), how.block[1], channels)
    if how.predictor == _DIFFERENCES:
        samples = np.add.accumulate(samples, axis=1, dtype=how.dtype)
    return samples
