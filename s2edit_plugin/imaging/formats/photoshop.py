"""Photoshop's image resources, in which IPTC lies: kept, but for the small pictures that show what was before the edit.

Adobe Photoshop File Formats Specification, "Image Resource Blocks".
"""

from __future__ import annotations

import struct

__all__ = ["clean_resources"]

_MARKS = (b"8BIM", b"MeSa", b"PHUT", b"AgHg", b"DCSR")
_IPTC = 0x0404
_IPTC_BEGINS = b"\x1c"
_THUMBNAILS = (0x0409, 0x040C)


def clean_resources(data: bytes | None) -> bytes | None:
    """The resources without thumbnails; bare IPTC is put into one. What follows a damaged one is left out.

    Returns:
        The blocks, None where there are none.
    """
    if not data:
        return None
    if data.startswith(_IPTC_BEGINS):
        return b"8BIM" + struct.pack(">HHI", _IPTC, 0, len(data)) + data + bytes(len(data) % 2)
    kept, at = [], 0
    while at + 12 <= len(data) and data[at : at + 4] in _MARKS:
        (number,) = struct.unpack_from(">H", data, at + 4)
        name = 1 + data[at + 6]
        start = at + 6 + name + name % 2
        if start + 4 > len(data):
            break
        (length,) = struct.unpack_from(">I", data, start)
        end = start + 4 + length
        if end > len(data):
            break
        if number not in _THUMBNAILS:
            kept.append(data[at:end] + bytes(length % 2))
        at = end + length % 2
    return b"".join(kept) or None
