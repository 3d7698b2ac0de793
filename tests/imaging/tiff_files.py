"""TIFF files of any layout, from the specification, for the tests of reading."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
import tifffile
from PIL import Image

PLAIN, LZW, DEFLATE, PACKBITS, ZSTD = 1, 5, 8, 32773, 50000
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, CMYK, YCBCR, LAB, ICC_LAB = 0, 1, 2, 3, 5, 6, 8, 9
_NAMES = {LZW: "tiff_lzw", PACKBITS: "packbits", ZSTD: "zstd"}
_CODES = {1: "B", 2: "B", 3: "H", 4: "I", 5: "II", 7: "B", 16: "Q"}


def tiff_file(
    samples: np.ndarray,
    bits: int,
    meaning: int,
    *,
    extras: tuple[int, ...] = (),
    planar: bool = False,
    order: str = "<",
    tile: int = 0,
    rows: int = 7,
    compression: int = PLAIN,
    predictor: bool = False,
    reversed_bits: bool = False,
    big: bool = False,
    more: dict[int, tuple[int, tuple[int, ...]]] | None = None,
) -> bytes:
    """Samples (H, W, C) of ``bits`` bits as one page, in strips of ``rows`` rows or square tiles."""
    height, width, channels = samples.shape
    down, across = (tile, tile) if tile else (rows, width)
    blocks = []
    for plane in range(channels if planar else 1):
        chosen = samples[..., plane : plane + 1] if planar else samples
        for top in range(0, height, down):
            for left in range(0, width, across):
                block = chosen[top : top + down, left : left + across]
                if tile:
                    block = np.pad(block, ((0, tile - block.shape[0]), (0, tile - block.shape[1]), (0, 0)))
                blocks.append(_block(block, bits, order, compression, predictor, reversed_bits))
    tags: dict[int, tuple[int, tuple[int, ...]]] = {
        256: (4, (width,)), 257: (4, (height,)), 258: (3, (bits,) * channels), 259: (3, (compression,)),
        262: (3, (meaning,)), 277: (3, (channels,)), 284: (3, (2 if planar else 1,)),
    }  # fmt: skip
    if extras:
        tags[338] = (3, extras)
    if predictor:
        tags[317] = (3, (2,))
    if reversed_bits:
        tags[266] = (3, (2,))
    kind = 16 if big else 4
    lengths = tuple(len(block) for block in blocks)
    if tile:
        tags |= {322: (4, (tile,)), 323: (4, (tile,)), 324: (kind, lengths), 325: (kind, lengths)}
    else:
        tags |= {273: (kind, lengths), 278: (4, (rows,)), 279: (kind, lengths)}
    return _assembled(tags | (more or {}), b"".join(blocks), lengths, order, big)


def _assembled(
    tags: dict[int, tuple[int, tuple[int, ...]]],
    pixels: bytes,
    lengths: tuple[int, ...],
    order: str,
    big: bool,
) -> bytes:
    head = 16 if big else 8
    pixels += bytes(len(pixels) % 2)
    starts = tuple(int(head + at) for at in np.cumsum((0, *lengths[:-1])))
    place = 324 if 324 in tags else 273
    tags[place] = (tags[place][0], starts)
    word, step, count = ("Q", 20, "Q") if big else ("I", 12, "H")
    directory = head + len(pixels)
    behind = directory + struct.calcsize("=" + count) + step * len(tags) + struct.calcsize("=" + word)
    table, values = struct.pack(order + count, len(tags)), b""
    for tag, (kind, numbers) in sorted(tags.items()):
        code = _CODES[kind] * (len(numbers) // len(_CODES[kind]) if kind == 5 else len(numbers))
        body = struct.pack(order + code, *numbers)
        amount = len(numbers) // 2 if kind == 5 else len(numbers)
        table += struct.pack(order + "HH" + word, tag, kind, amount)
        if len(body) > struct.calcsize("=" + word):
            table += struct.pack(order + word, behind + len(values))
            values += body
        else:
            table += body.ljust(struct.calcsize("=" + word), b"\0")
    mark = {"<": b"II", ">": b"MM"}[order]
    start = (
        struct.pack(order + "HHHQ", 43, 8, 0, directory) if big else struct.pack(order + "HI", 42, directory)
    )
    return mark + start + pixels + table + struct.pack(order + word, 0) + values


def _block(
    block: np.ndarray, bits: int, order: str, compression: int, predictor: bool, reversed_bits: bool
) -> bytes:
    height = block.shape[0]
    if predictor:
        block = block.astype(np.int64)
        block = np.concatenate([block[:, :1], np.diff(block, axis=1)], axis=1) % 2**bits
    flat = block.reshape(height, -1)
    if bits in (8, 16, 32):
        rows = np.ascontiguousarray(flat.astype(f"{order}u{bits // 8}")).view(np.uint8)
    else:
        shifts = np.arange(bits - 1, -1, -1)
        single = (flat[..., None].astype(np.int64) >> shifts & 1).astype(np.uint8)
        rows = np.packbits(single.reshape(height, -1), axis=1)
    packed = _packed(rows.reshape(height, -1), compression)
    if reversed_bits:
        packed = np.packbits(np.unpackbits(np.frombuffer(packed, np.uint8), bitorder="little")).tobytes()
    return packed


def _packed(plain: np.ndarray, compression: int) -> bytes:
    if compression == PLAIN:
        return plain.tobytes()
    if compression == DEFLATE:
        return zlib.compress(plain.tobytes())
    # libtiff packs bytes, whatever they mean.
    file = BytesIO()
    Image.fromarray(plain).save(file, "TIFF", compression=_NAMES[compression], tiffinfo={278: len(plain)})
    with tifffile.TiffFile(BytesIO(file.getvalue())) as written:
        page = written.pages[0]
        assert len(page.dataoffsets) == 1
        return file.getvalue()[page.dataoffsets[0] : page.dataoffsets[0] + page.databytecounts[0]]
