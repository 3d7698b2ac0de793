"""EXIF blocks: the orientation tag, the stale thumbnail, and EXIF inside TIFF files.

A block is kept in one form everywhere: the bare TIFF structure, without the ``Exif\\0\\0`` that JPEG puts before it.
It is patched in place, never written anew, because makers' notes hold offsets that a rewrite breaks.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from PIL import Image

__all__ = [
    "EXIF_PREFIX",
    "ORIENTATION",
    "laid_back",
    "as_stored",
    "clean_exif",
    "exif_of_tiff",
    "load_exif",
    "orientation_of",
    "upright",
    "with_orientation",
]

EXIF_PREFIX = b"Exif\x00\x00"
ORIENTATION = 0x0112
EXIF_IFD = 0x8769
GPS_IFD = 0x8825
_THUMBNAIL_OFFSET = 0x0201
_THUMBNAIL_LENGTH = 0x0202
_SHORT = 3

# Tags of a TIFF's first directory that describe a picture and not how its pixels are stored: ImageDescription, Make,
# Model, Orientation, Software, DateTime, Artist, HostComputer, Copyright, and the two directories.
_DESCRIPTIVE_TAGS = (
    0x010E,
    0x010F,
    0x0110,
    ORIENTATION,
    0x0131,
    0x0132,
    0x013B,
    0x013C,
    0x8298,
    EXIF_IFD,
    GPS_IFD,
)


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
    """The block as it is kept: orientation 1, the embedded thumbnail blanked and unlinked.

    The thumbnail would show the picture as it was before the edit, and lying on its side.

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
        # Some writers leave the link of the last directory out.
        second = directories.number("I", link) if link + 4 <= len(block) else 0
        if second:
            _blank_thumbnail(directories, block, second)
            struct.pack_into(directories.order + "I", block, link, 0)
    except (struct.error, KeyError):
        return None
    return bytes(block)


def with_orientation(exif: bytes | None, orientation: int) -> bytes | None:
    """A cleaned block with another orientation, 1..8, where it has one at all."""
    if not exif:
        return None
    block = bytearray(exif)
    try:
        _set_orientation(_Directories(block), block, orientation)
    except (struct.error, KeyError):
        return exif
    return bytes(block)


def as_stored(tiff: bytes) -> bytes:
    """A TIFF file with orientation 1, so that Pillow, which turns some and not others, hands out pixels as stored."""
    block = bytearray(tiff)
    _set_orientation(_Directories(block), block)
    return bytes(block)


def _set_orientation(directories: _Directories, block: bytearray, orientation: int = 1) -> None:
    for entry in directories.entries(directories.first):
        if entry.tag == ORIENTATION:
            code = directories.order + ("H" if entry.kind == _SHORT else "I")
            struct.pack_into(code, block, entry.value_at, orientation)


def _blank_thumbnail(directories: _Directories, block: bytearray, directory: int) -> None:
    found = {entry.tag: directories.number("I", entry.value_at) for entry in directories.entries(directory)}
    start, length = found.get(_THUMBNAIL_OFFSET, 0), found.get(_THUMBNAIL_LENGTH, 0)
    end = min(start + length, len(block))
    if 0 < start < end:
        block[start:end] = bytes(end - start)


def load_exif(block: bytes) -> Image.Exif:
    """The block as Pillow's mapping of tags."""
    from PIL import Image

    exif = Image.Exif()
    exif.load(EXIF_PREFIX + _bare(block))
    return exif


def exif_of_tiff(data: bytes) -> bytes | None:
    """What a TIFF file says about its picture, as an EXIF block; None where it says nothing.

    A TIFF file has the structure of an EXIF block, its descriptive tags lying among those that describe the storage.
    """
    from PIL import Image

    source = load_exif(data)
    kept = Image.Exif()
    for tag in _DESCRIPTIVE_TAGS:
        value: Any = source.get_ifd(tag) if tag in (EXIF_IFD, GPS_IFD) else source.get(tag)
        if value:
            kept[tag] = value
    return _bare(kept.tobytes()) if len(kept) else None


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
    """The way back from `upright`: pixels (H, W) or (H, W, C) as they are stored in a file of this orientation."""
    if orientation in (3, 4, 7, 8):
        array = array[::-1]
    if orientation in (2, 3, 6, 7):
        array = array[:, ::-1]
    if orientation in (5, 6, 7, 8):
        array = np.swapaxes(array, 0, 1)
    return np.ascontiguousarray(array)
