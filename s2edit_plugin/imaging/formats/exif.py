"""EXIF blocks: orientation, size and the stale thumbnail, and turning pixels by them.

Blocks are always stored as the bare TIFF structure, without JPEG's prefix ``Exif\\0\\0``. They are patched in place, never
rewritten, because makers' notes contain offsets that a rewrite breaks.
"""

from __future__ import annotations

import contextlib
import re
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from PIL import Image

__all__ = [
    "EXIF_PREFIX",
    "ORIENTATION",
    "laid_back",
    "clean_exif",
    "load_exif",
    "orientation_of",
    "signed_exif",
    "upright",
    "with_orientation",
]

EXIF_PREFIX = b"Exif\x00\x00"
ORIENTATION = 0x0112
EXIF_IFD = 0x8769
_THUMBNAIL_OFFSET = 0x0201
_THUMBNAIL_LENGTH = 0x0202
_ASCII, _SHORT, _LONG = 2, 3, 4
_SOFTWARE = 0x0131
# ImageWidth, PixelXDimension; ImageLength, PixelYDimension.
_WIDTHS, _HEIGHTS = (0x0100, 0xA002), (0x0101, 0xA003)
_STRIPS, _STRIP_LENGTHS = 0x0111, 0x0117  # of thumbnails that are not compressed
_PREVIEW = re.compile(rb"\xff\xd8\xff[\xc0\xc4\xdb\xdd\xe0-\xef\xfe]")


class _Entry(NamedTuple):
    tag: int
    kind: int
    value_at: int


class _Directories:
    """Walks the image file directories of a TIFF structure. Raises struct.error or IndexError where it is malformed."""

    def __init__(self, block: bytes | bytearray) -> None:
        self.order = {b"II": "<", b"MM": ">"}[bytes(block[:2])]
        self.block = block
        self.first = self.number("I", 4)

    def number(self, code: str, at: int) -> int:
        return int(struct.unpack_from(self.order + code, self.block, at)[0])

    def entries(self, directory: int) -> Iterator[_Entry]:
        for index in range(self.number("H", directory)):
            at = directory + 2 + 12 * index
            yield _Entry(self.number("H", at), self.number("H", at + 2), at + 8)

    def next_at(self, directory: int) -> int:
        """Where the offset of the following directory is stored."""
        return directory + 2 + 12 * self.number("H", directory)


def _bare(raw: bytes) -> bytes:
    return raw.removeprefix(EXIF_PREFIX)


def orientation_of(raw: bytes | None) -> int:
    """The orientation, 1..8, of an EXIF block; 1 where there is none or it cannot be read."""
    if not raw:
        return 1
    try:
        directories = _Directories(_bare(raw))
        for entry in directories.entries(directories.first):
            if entry.tag == ORIENTATION:
                value = directories.number("H" if entry.kind == _SHORT else "I", entry.value_at)
                return value if 1 <= value <= 8 else 1
    except (struct.error, KeyError):
        pass
    return 1


def clean_exif(raw: bytes | None) -> bytes | None:
    """The block as it is kept: orientation 1, the embedded thumbnail and makers' previews blanked, the thumbnail unlinked.

    They would show the picture as it was before the edit, and lying on its side. A link to the thumbnail's directory that
    leads nowhere is cut; it takes nothing else with it.

    Args:
        raw: an EXIF block with or without its ``Exif\\0\\0``.

    Returns:
        The bare block, or None where there is none or it is malformed.
    """
    if not raw:
        return None
    block = bytearray(_bare(raw))
    try:
        directories = _Directories(block)
        _set_orientation(directories, block)
        link = directories.next_at(directories.first)
    except (struct.error, KeyError):
        return None
    # Some writers leave the link of the last directory out.
    if link + 4 <= len(block):
        with contextlib.suppress(struct.error):
            _blank_thumbnail(directories, block, directories.number("I", link))
        struct.pack_into(directories.order + "I", block, link, 0)
    _blank_previews(block)
    return bytes(block)


def with_orientation(exif: bytes | None, orientation: int, size: tuple[int, int]) -> bytes | None:
    """A cleaned block with another orientation, 1..8, and size, where it speaks of them at all.

    Args:
        size: height and width of the pixels as stored.
    """
    if not exif:
        return None
    block = bytearray(exif)
    with contextlib.suppress(struct.error, KeyError):
        directories = _Directories(block)
        _set_orientation(directories, block, orientation)
        _set_size(directories, block, size)
    return bytes(block)


def signed_exif(
    exif: bytes | None, software: str, size: tuple[int, int], most: int = 1 << 32
) -> bytes | None:
    """A cleaned block that names the program that wrote the file, and its size.

    The first directory is written anew behind the block, so that no offset in a maker's note breaks.

    Args:
        size: height and width. most: bytes that the block may have: where it would be larger, its program stays.
    """
    exif = with_orientation(exif, 1, size)
    if not exif:
        return None
    try:
        directories = _Directories(exif)
        first = directories.first
        count = directories.number("H", first)
        entries = [exif[at : at + 12] for at in range(first + 2, first + 2 + 12 * count, 12)]
    except (struct.error, KeyError):
        return exif
    if any(len(entry) != 12 for entry in entries):
        return exif
    order, text = directories.order, software.encode("ascii", "replace") + b"\0"
    if exif.endswith(text + bytes(len(text) % 2)) and first > 8:  # signed before
        return exif
    start = len(exif) + len(exif) % 2
    kept = [entry for entry in entries if struct.unpack(order + "H", entry[:2])[0] != _SOFTWARE]
    at = start + 2 + 12 * (len(kept) + 1) + 4
    ours = struct.pack(order + "HHII", _SOFTWARE, _ASCII, len(text), at)
    table = sorted([*kept, ours], key=lambda entry: int(struct.unpack(order + "H", entry[:2])[0]))
    directory = b"".join([struct.pack(order + "H", len(table)), *table, bytes(4), text, bytes(len(text) % 2)])
    signed = exif[:4] + struct.pack(order + "I", start) + exif[8:].ljust(start - 8, b"\0") + directory
    return signed if len(signed) <= most else exif


def _set_orientation(directories: _Directories, block: bytearray, orientation: int = 1) -> None:
    for entry in directories.entries(directories.first):
        if entry.tag == ORIENTATION:
            code = directories.order + ("H" if entry.kind == _SHORT else "I")
            struct.pack_into(code, block, entry.value_at, orientation)


def _set_size(directories: _Directories, block: bytearray, size: tuple[int, int]) -> None:
    """Width and height, in the first directory and in EXIF's own."""
    below = [entry for entry in directories.entries(directories.first) if entry.tag == EXIF_IFD]
    places = [directories.first, *(directories.number("I", entry.value_at) for entry in below)]
    for place in places:
        for entry in directories.entries(place):
            value = size[0] if entry.tag in _HEIGHTS else size[1] if entry.tag in _WIDTHS else None
            if (
                value is not None
                and entry.kind in (_SHORT, _LONG)
                and (entry.kind == _LONG or value < 1 << 16)
            ):
                struct.pack_into(directories.order + "HI"[entry.kind == _LONG], block, entry.value_at, value)


def _blank_previews(block: bytearray) -> None:
    """Blank every JPEG inside the block: what is left are the previews in makers' notes."""
    for start in _PREVIEW.finditer(bytes(block)):
        at = start.start() + 2
        while at + 4 <= len(block) and block[at] == 0xFF and block[at + 1] != 0xDA:
            at += 2 + max(2, int.from_bytes(block[at + 2 : at + 4]))
        end = block.find(b"\xff\xd9", at)
        if at + 4 <= len(block) and end >= 0:
            block[start.start() : end + 2] = bytes(end + 2 - start.start())


def _blank_thumbnail(directories: _Directories, block: bytearray, directory: int) -> None:
    found = {entry.tag: directories.number("I", entry.value_at) for entry in directories.entries(directory)}
    for first, count in ((_THUMBNAIL_OFFSET, _THUMBNAIL_LENGTH), (_STRIPS, _STRIP_LENGTHS)):
        start, length = found.get(first, 0), found.get(count, 0)
        end = min(start + length, len(block))
        if 0 < start < end:
            block[start:end] = bytes(end - start)


def load_exif(block: bytes) -> Image.Exif:
    """The block as Pillow's mapping of tags."""
    from PIL import Image

    exif = Image.Exif()
    exif.load(EXIF_PREFIX + _bare(block))
    return exif


def upright(array: np.ndarray, orientation: int) -> np.ndarray:
    """Turn pixels as stored, (H, W) or (H, W, C), to how they are looked at, by EXIF orientation 1..8."""
    if orientation in (5, 6, 7, 8):
        array = np.swapaxes(array, 0, 1)
    if orientation in (3, 4, 7, 8):
        array = array[::-1]
    if orientation in (2, 3, 6, 7):
        array = array[:, ::-1]
    return np.ascontiguousarray(array)


def laid_back(array: np.ndarray, orientation: int) -> np.ndarray:
    """Inverse of `upright`: pixels (H, W) or (H, W, C) as stored in a file of this orientation."""
    if orientation in (3, 4, 7, 8):
        array = array[::-1]
    if orientation in (2, 3, 6, 7):
        array = array[:, ::-1]
    if orientation in (5, 6, 7, 8):
        array = np.swapaxes(array, 0, 1)
    return np.ascontiguousarray(array)
