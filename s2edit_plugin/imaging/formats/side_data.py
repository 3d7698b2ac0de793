"""Metadata of a picture file, split off before the rest is decoded.

So damaged texts, profiles or EXIF blocks cannot make a picture unreadable. Decompressed sizes are limited as below.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from typing import Literal

from s2edit_plugin.imaging.colour import MAX_PROFILE
from s2edit_plugin.imaging.formats.tiff_directory import VALUE_SIZES

__all__ = [
    "MAX_EXIF", "MAX_TEXT", "MAX_XMP", "Part", "SideData", "exif_is_bounded", "inflated", "usable_profile",
]  # fmt: skip

MAX_EXIF = 16 << 20
MAX_XMP = 4 << 20
MAX_TEXT = 1 << 20  # one text of a PNG, and a JPEG's comment
_MAX_TAGS = 4096  # of one directory
_SLACK = 1 << 16  # bytes
_SUB_DIRECTORIES = (0x8769, 0x8825, 0xA005)

Part = Literal["profile", "exif", "xmp", "text", "colour", "other"]


@dataclass
class SideData:
    """Metadata of a file; None for missing data.

    Attributes:
        exif: the block as it is in the file, its thumbnail and orientation too.
        xmp: the packet.
        icc: a profile of plausible form.
        dpi: horizontal and vertical.
        photoshop: the image resources of a JPEG's APP13 or a PNG's raw profile, where IPTC lies.
        texts: a PNG's texts and the comments of other files, as (keyword, text); those that hold EXIF or XMP are no texts.
        frames: how many pictures the file has.
        left_out: kinds of data that were left out as damaged or too large.
    """

    exif: bytes | None = None
    xmp: bytes | None = None
    icc: bytes | None = None
    dpi: tuple[float, float] | None = None
    photoshop: bytes | None = None
    texts: list[tuple[str, str]] = field(default_factory=list)
    frames: int = 1
    left_out: set[Part] = field(default_factory=set)

    def take_icc(self, icc: bytes | None) -> None:
        """Store a colour profile, or mark it as left out."""
        if icc is not None and usable_profile(icc):
            self.icc = icc
        else:
            self.left_out.add("profile")

    def take_exif(self, exif: bytes | None) -> None:
        """Store an EXIF block, or mark it as left out."""
        if exif is not None and len(exif) <= MAX_EXIF and _is_exif(exif) and exif_is_bounded(exif):
            self.exif = exif
        else:
            self.left_out.add("exif")

    def take_xmp(self, xmp: bytes | None) -> None:
        """Store an XMP packet, or mark it as left out."""
        if xmp is not None and len(xmp) <= MAX_XMP:
            self.xmp = xmp
        else:
            self.left_out.add("xmp")


def _is_exif(block: bytes) -> bool:
    return block.removeprefix(b"Exif\0\0")[:4] in (b"II*\0", b"MM\0*")


def usable_profile(icc: bytes) -> bool:
    """Whether these bytes have the form of an ICC profile: header, signature, a tag table that lies inside (ICC.1:2022, 7)."""
    if not 132 <= len(icc) <= MAX_PROFILE or icc[36:40] != b"acsp":
        return False
    (count,) = struct.unpack_from(">I", icc, 128)
    return 0 < count <= 256 and 132 + 12 * count <= len(icc)


def inflated(packed: bytes, most: int) -> bytes | None:
    """Decompress a zlib stream; None if it is damaged or longer than ``most`` bytes."""
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(packed, most + 1)
    except zlib.error:
        return None
    return plain if unpacker.eof and len(plain) <= most else None


def exif_is_bounded(block: bytes) -> bool:
    """Whether the values of a TIFF structure's directories are together hardly larger than the block.

    Libraries copy each value. Overlapping values would make gigabytes of a block of one megabyte. A block that cannot be
    walked is bounded: so it cannot by them.
    """
    bare = block.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(bytes(bare[:2]))
    if order is None:
        return True
    left, seen = 2 * len(bare) + _SLACK, set[int]()
    try:
        wide = struct.unpack_from(order + "H", bare, 2)[0] == 43
        waiting = list(struct.unpack_from(order + ("Q" if wide else "I"), bare, 8 if wide else 4))
        while waiting:
            at = waiting.pop()
            if at in seen or not at:
                continue
            seen.add(at)
            values, below = _directory(bare, order, at, wide)
            left -= values
            if left < 0 or len(seen) > len(_SUB_DIRECTORIES) + 2:
                return False
            waiting += below
    except struct.error:
        pass
    return left >= 0


def _directory(block: bytes, order: str, at: int, wide: bool) -> tuple[int, list[int]]:
    """How many bytes the values of one directory have, as far as the block goes, and which directories hang on it."""
    code, start, step = ("Q", 8, 20) if wide else ("H", 2, 12)
    number = "Q" if wide else "I"
    (count,) = struct.unpack_from(order + code, block, at)
    if count > _MAX_TAGS:
        return 2 * len(block) + 2 * _SLACK, []
    values, below = 0, []
    for index in range(count):
        where = at + start + step * index
        if where + step > len(block):
            break
        tag, kind, amount = struct.unpack_from(order + "HH" + number, block, where)
        values += min(amount * VALUE_SIZES.get(kind, 1), len(block)) + step
        if tag in _SUB_DIRECTORIES:
            below.append(struct.unpack_from(order + number, block, where + step - struct.calcsize(number))[0])
    return values, below
