"""The directories of TIFF and BigTIFF files: which tags there are, and their values on demand. (TIFF 6.0; BigTIFF by libtiff.)

Nothing is copied until it is asked for, so that values that overlap cost no memory.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

__all__ = ["VALUE_SIZES", "TiffDirectory", "read_directories", "read_directory"]

_MAX_TAGS, _MAX_PAGES = 4096, 10_000
_BIG = 43
# Bytes of a value by its kind; SBYTE .. DOUBLE, and BigTIFF's LONG8, SLONG8, IFD8.
VALUE_SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
_WHOLE = {
    1: "u1",
    3: "u2",
    4: "u4",
    6: "i1",
    7: "u1",
    8: "i2",
    9: "i4",
    13: "u4",
    16: "u8",
    17: "i8",
    18: "u8",
}
_RATIOS = (5, 10)


@dataclass(frozen=True)
class TiffDirectory:
    """One directory.

    Attributes:
        data: the file. order: ``<`` or ``>``. tags: kind, how many, and where the values lie, by number.
    """

    data: bytes
    order: str
    tags: dict[int, tuple[int, int, int]]

    def raw(self, tag: int, most: int) -> bytes | None:
        """The value as bytes; None where there is none. A value of more than ``most`` bytes gives that many and one."""
        if tag not in self.tags:
            return None
        kind, count, at = self.tags[tag]
        length = count * VALUE_SIZES.get(kind, 1)
        if at + length > len(self.data):
            raise ValueError(f"tag {tag} reaches beyond the file")
        return self.data[at : at + min(length, most + 1)]

    def numbers(self, tag: int, most: int = 1 << 16) -> tuple[int, ...]:
        """The first ``most`` values as whole numbers, none where there is no such tag.

        Raises:
            ValueError: they are no whole numbers, or lie beyond the file.
        """
        if tag not in self.tags:
            return ()
        kind, count, at = self.tags[tag]
        if kind not in _WHOLE:
            raise ValueError(f"tag {tag} holds no whole numbers")
        values = np.frombuffer(self.data, np.dtype(self.order + _WHOLE[kind]), min(count, most), at)
        return tuple(values.tolist())

    def number(self, tag: int, default: int) -> int:
        """The first value as a whole number."""
        values = self.numbers(tag)
        return values[0] if values else default

    def ratio(self, tag: int) -> float | None:
        """The first value as a fraction; None where there is none that is positive."""
        kind, count, at = self.tags.get(tag, (0, 0, 0))
        if kind not in _RATIOS or not count:
            return None
        above, below = struct.unpack_from(self.order + ("II" if kind == 5 else "ii"), self.data, at)
        return above / below if above > 0 and below > 0 else None


def read_directories(data: bytes) -> tuple[list[TiffDirectory], bool]:
    """The directories of a file in their order, at least one, and whether the chain ends as it should.

    Raises:
        ValueError, KeyError, struct.error: the header or the first directory is damaged.
    """
    order = {b"II": "<", b"MM": ">"}[data[:2]]
    big = struct.unpack_from(order + "H", data, 2)[0] == _BIG
    if big and struct.unpack_from(order + "HH", data, 4) != (8, 0):
        raise ValueError("no BigTIFF")
    (at,) = struct.unpack_from(order + ("Q" if big else "I"), data, 8 if big else 4)
    found: list[TiffDirectory] = []
    seen: set[int] = set()
    while at and at not in seen and len(found) < _MAX_PAGES:
        seen.add(at)
        try:
            directory, at = _directory(data, order, at, big)
        except (struct.error, ValueError):
            if not found:
                raise
            return found, False
        found.append(directory)
    if not found:
        raise ValueError("no directory")
    return found, not at


def read_directory(beside: TiffDirectory, at: int) -> TiffDirectory:
    """The directory at a place of the file that another one is of.

    Raises:
        ValueError, struct.error: it is damaged.
    """
    big = struct.unpack_from(beside.order + "H", beside.data, 2)[0] == _BIG
    return _directory(beside.data, beside.order, at, big)[0]


def _directory(data: bytes, order: str, at: int, big: bool) -> tuple[TiffDirectory, int]:
    """A directory, and where the next one is."""
    head, step, code = ("Q", 20, "HHQ") if big else ("H", 12, "HHI")
    word = "Q" if big else "I"
    inline = struct.calcsize("=" + word)
    (count,) = struct.unpack_from(order + head, data, at)
    if not 0 < count <= _MAX_TAGS:
        raise ValueError("no tags, or too many")
    start = at + struct.calcsize("=" + head)
    tags: dict[int, tuple[int, int, int]] = {}
    for index in range(count):
        where = start + index * step
        tag, kind, amount = struct.unpack_from(order + code, data, where)
        place = where + step - inline
        if amount * VALUE_SIZES.get(kind, 1) > inline:
            (place,) = struct.unpack_from(order + word, data, place)
        elif where + step > len(data):
            raise ValueError("the directory reaches beyond the file")
        tags.setdefault(tag, (kind, amount, place))
    end = start + count * step
    # Some writers leave the link of the last directory out.
    following = struct.unpack_from(order + word, data, end)[0] if end + inline <= len(data) else 0
    return TiffDirectory(data, order, tags), following
