"""What a TIFF file says about its picture, as an EXIF block.

A TIFF file has the structure of an EXIF block; its descriptive tags lie among those that describe the storage. Values are
copied as they are, so that nothing is lost on the way through a library's types.
"""

from __future__ import annotations

import struct

from s2edit_plugin.imaging.tiff_directory import TiffDirectory, read_directory

__all__ = ["exif_of_page"]

_EXIF, _GPS, _INTEROPERABILITY = 0x8769, 0x8825, 0xA005
_BELOW = (_EXIF, _GPS, _INTEROPERABILITY)
# Of the first directory: ImageDescription, Make, Model, Orientation, Software, DateTime, Artist, HostComputer, Copyright.
_DESCRIPTIVE = {0x010E, 0x010F, 0x0110, 0x0112, 0x0131, 0x0132, 0x013B, 0x013C, 0x8298, _EXIF, _GPS}
_CLASSIC = range(1, 14)  # kinds of values that are no BigTIFF's

_Entries = dict[int, tuple[int, int, bytes]]


def exif_of_page(page: TiffDirectory) -> tuple[bytes | None, bool]:
    """The block of a page, None where it says nothing, and whether all of it could be read."""
    whole = True
    found: dict[int, _Entries] = {}
    waiting = [(0, page)]
    while waiting:
        number, directory = waiting.pop()
        entries: _Entries = {}
        for tag in sorted(directory.tags):
            kind, count, _ = directory.tags[tag]
            if (number == 0 and tag not in _DESCRIPTIVE) or kind not in _CLASSIC:
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
    return (_written(found, page.order) if found[0] else None), whole


def _written(found: dict[int, _Entries], order: str) -> bytes:
    """Directories one behind the other, each followed by its values."""
    starts, at = {}, 8
    for number, entries in found.items():
        starts[number] = at
        at += 2 + 12 * len(entries) + 4 + sum(_room(body) for _, _, body in entries.values())
    parts = [b"II*\0" if order == "<" else b"MM\0*", struct.pack(order + "I", 8)]
    for number, entries in found.items():
        behind = starts[number] + 2 + 12 * len(entries) + 4
        table, values = struct.pack(order + "H", len(entries)), b""
        for tag, (kind, count, body) in entries.items():
            if tag in starts:
                body = struct.pack(order + "I", starts[tag])
            table += struct.pack(order + "HHI", tag, kind, count)
            if len(body) <= 4:
                table += body.ljust(4, b"\0")
            else:
                table += struct.pack(order + "I", behind + len(values))
                values += body + bytes(len(body) % 2)
        parts += [table, bytes(4), values]
    return b"".join(parts)


def _room(body: bytes) -> int:
    return 0 if len(body) <= 4 else len(body) + len(body) % 2
