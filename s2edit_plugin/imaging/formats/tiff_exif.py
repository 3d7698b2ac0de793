"""Directories of TIFF structures taken apart and together: what a TIFF file says about its picture as an EXIF block, and back.

A TIFF file has the structure of an EXIF block; its descriptive tags lie among those that describe the storage. Values are
copied as they are, so that nothing is lost, and nothing can fail, on the way through a library's types.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np

from s2edit_plugin.imaging.formats.tiff_directory import TiffDirectory, read_directories, read_directory

__all__ = ["Entries", "exif_of_page", "for_tiff_file", "laid_out"]

_EXIF, _GPS, _INTEROPERABILITY = 0x8769, 0x8825, 0xA005
_BELOW = (_EXIF, _GPS, _INTEROPERABILITY)
# Of the first directory: ImageDescription, Make, Model, Orientation, Software, DateTime, Artist, HostComputer, Copyright.
_DESCRIPTIVE = {0x010E, 0x010F, 0x0110, 0x0112, 0x0131, 0x0132, 0x013B, 0x013C, 0x8298, _EXIF, _GPS}
# How pixels are stored, and what a TIFF file says by tags of its own: not taken from an EXIF block.
_STORAGE = {
    *range(254, 267), 273, *range(277, 282), *range(284, 294), 301, *range(317, 326), 330, 332, *range(338, 348),
    *range(512, 533), 700, 34377, 34675,
}  # fmt: skip
_WIDTHS = {3: 2, 4: 4, 5: 4, 8: 2, 9: 4, 10: 4, 11: 4, 12: 8, 13: 4}  # of what has a byte order, by kind
_CLASSIC = range(1, 14)  # kinds of values that are no BigTIFF's

Entries = dict[int, tuple[int, int, bytes]]
"""Kind, count and value by tag. The value of a tag of a directory below is not looked at."""


def exif_of_page(page: TiffDirectory) -> tuple[bytes | None, bool]:
    """The block of a page, None where it says nothing, and whether all of it could be read."""
    found, whole = _taken(page, lambda tag: tag in _DESCRIPTIVE)
    if not found[0]:
        return None, whole
    mark = b"II*\0" if page.order == "<" else b"MM\0*"
    return mark + struct.pack(page.order + "I", 8) + laid_out(found, page.order, 8), whole


def for_tiff_file(exif: bytes) -> dict[int, Entries]:
    """The directories of an EXIF block, little-endian, without what a TIFF file says by tags of its own; 0 is the first.

    A block that cannot be walked gives an empty first directory.
    """
    try:
        pages, _ = read_directories(exif)
        found, _ = _taken(pages[0], lambda tag: tag not in _STORAGE)
    except (struct.error, ValueError, KeyError):
        return {0: {}}
    if pages[0].order == "<":
        return found
    return {
        number: {tag: (kind, count, _turned(kind, body)) for tag, (kind, count, body) in entries.items()}
        for number, entries in found.items()
    }


def _turned(kind: int, body: bytes) -> bytes:
    width = _WIDTHS.get(kind)
    return np.frombuffer(body, f">u{width}").astype(f"<u{width}").tobytes() if width else body


def _taken(page: TiffDirectory, wanted: Callable[[int], bool]) -> tuple[dict[int, Entries], bool]:
    """The entries of a directory and of those below it, by the tag that leads there, and whether all could be read."""
    whole = True
    found: dict[int, Entries] = {}
    waiting = [(0, page)]
    while waiting:
        number, directory = waiting.pop()
        entries: Entries = {}
        for tag in sorted(directory.tags):
            kind, count, _ = directory.tags[tag]
            if (number == 0 and not wanted(tag)) or kind not in _CLASSIC:
                continue
            try:
                if tag in _BELOW:
                    if tag not in found:
                        waiting.append((tag, read_directory(page, directory.number(tag, 0))))
                        entries[tag] = (4, 1, bytes(4))
                    continue
                body = directory.raw(tag, len(page.data))
            except (struct.error, ValueError):
                whole = False
                continue
            if count and body:
                entries[tag] = (kind, count, body)
        found[number] = entries
    return found, whole


def laid_out(found: dict[int, Entries], order: str, at: int) -> bytes:
    """Directories one behind the other, the first at ``at`` in its file, each followed by its values."""
    starts = {}
    for number, entries in found.items():
        starts[number] = at
        at += 2 + 12 * len(entries) + 4 + sum(_room(body) for _, _, body in entries.values())
    parts = []
    for number, entries in found.items():
        behind = starts[number] + 2 + 12 * len(entries) + 4
        table, values = struct.pack(order + "H", len(entries)), []
        for tag, (kind, count, body) in sorted(entries.items()):
            if tag in starts:
                body = struct.pack(order + "I", starts[tag])
            table += struct.pack(order + "HHI", tag, kind, count)
            if len(body) <= 4:
                table += body.ljust(4, b"\0")
            else:
                table += struct.pack(order + "I", behind)
                values.append(body + bytes(len(body) % 2))
                behind += _room(body)
        parts += [table, bytes(4), *values]
    return b"".join(parts)


def _room(body: bytes) -> int:
    return 0 if len(body) <= 4 else len(body) + len(body) % 2
