"""Detects contents of photo files that results do not keep, for notes to the user."""

from __future__ import annotations

import struct
from typing import Literal, get_args

from s2edit_plugin.imaging.png_chunks import chunk_spans

__all__ = ["EXTRAS", "Extra", "jpeg_extras", "png_extras", "said_of"]

Extra = Literal["motion", "gain map", "depth map", "pictures", "credentials", "extended", "xmp", "other"]

EXTRAS: tuple[Extra, ...] = get_args(Extra)
_SCAN, _END = 0xDA, b"\xff\xd9"
_FILM = (b"ftyp", b"MotionPhoto_Data")
_GAIN_MAP = b"urn:iso:std:iso:ts:21496"
_KNOWN = (
    b"JFIF\0", b"JFXX\0", b"Exif\0", b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/", b"ICC_PROFILE\0",
    b"MPF\0", b"Photoshop 3.0\0", b"Adobe", b"Adobe_CM\0", b"Ducky\0",
)  # fmt: skip
_PLAIN_CHUNKS = {
    b"tIME",
    b"bKGD",
    b"hIST",
    b"sPLT",
    b"sBIT",
    b"acTL",
    b"fcTL",
    b"fdAT",
    b"pHYs",
    b"eXIf",
    b"iCCP",
    b"sRGB",
}
_PLAIN_CHUNKS |= {
    b"cICP",
    b"gAMA",
    b"cHRM",
    b"tEXt",
    b"zTXt",
    b"iTXt",
    b"tRNS",
    b"mDCV",
    b"cLLI",
    b"iDOT",
    b"vpAg",
    b"orNT",
}


def jpeg_extras(data: bytes) -> set[Extra]:
    """Extra contents of a JPEG file; of a file that is cut off those of the part that exists."""
    found: set[Extra] = set()
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        kind, (length,) = data[at + 1], struct.unpack_from(">H", data, at + 2)
        if kind == _SCAN or length < 2:
            break
        body = data[at + 4 : at + 2 + length]
        if 0xE0 <= kind <= 0xEF and body:
            found |= _of_segment(kind, body)
        at += 2 + length
    end = data.find(_END, at)
    tail = data[end + 2 :] if end >= 0 else b""
    if any(mark in tail for mark in _FILM):
        found.add("motion")
    return found


def _of_segment(kind: int, body: bytes) -> set[Extra]:
    if kind == 0xE2 and body.startswith(b"MPF\0"):
        return {"pictures"}
    if kind == 0xE2 and body.startswith(_GAIN_MAP):
        return {"gain map"}
    if kind == 0xEB and body.startswith(b"JP"):
        return {"credentials"}
    return set() if body.startswith(_KNOWN) else {"other"}


def png_extras(data: bytes) -> set[Extra]:
    """Extra contents of a PNG file."""
    found: set[Extra] = set()
    for kind, _, _ in chunk_spans(data):
        if kind == b"caBX":
            found.add("credentials")
        elif kind[:1].islower() and kind not in _PLAIN_CHUNKS:
            found.add("other")
    return found


def said_of(extras: set[Extra], subject: str) -> list[str]:
    """A sentence about each of the extra contents."""
    sentences: dict[Extra, str] = {
        "motion": f"{subject} has a film or sound with it (a motion photo), which results do not keep.",
        "gain map": f"{subject} has a gain map for HDR displays, which results do not keep.",
        "depth map": f"{subject} has a depth map, which results do not keep.",
        "pictures": f"{subject} has further pictures in its file, which results do not keep.",
        "credentials": f"{subject} has Content Credentials; a signed result goes on from them, an unsigned one drops them.",
        "extended": f"{subject} has more XMP data than one part of its file holds; the rest is not kept.",
        "xmp": f"{subject} has damaged XMP data, which were left out.",
        "other": f"{subject} has data of a camera or program in its file, which results do not keep.",
    }
    return [sentence for extra, sentence in sentences.items() if extra in extras]
