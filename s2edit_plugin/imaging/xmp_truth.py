"""XMP of a photo as it may stand in an edited one: nothing that the edit makes false.

What goes: small pictures of the photo as it was, and claims that a film, a gain map or a depth map is in the file. What is
changed: orientation and size. The address of credentials that are kept elsewhere goes too: they speak of the photo as it
was. Text, not an XML parser: the packet comes from anywhere; every step is linear in its length.
"""

from __future__ import annotations

import re

__all__ = ["FALSE", "truthful_xmp", "with_xmp_orientation"]

FALSE = {
    "GCamera": "motion",
    "MicroVideo": "motion",
    "OpCamera": "motion",
    "MiCamera": "motion",
    "Container": "motion",
    "GContainer": "motion",
    "hdrgm": "gain map",
    "HDRGainMap": "gain map",
    "apdi": "gain map",
    "GDepth": "depth map",
    "GImage": "motion",
    "GAudio": "motion",
    "xmpGImg": "",
    "xmpNote": "extended",
}
"""Prefixes whose statements go, and what is lost with them."""
_NAMES = ("xmp:Thumbnails", "xap:Thumbnails", "dcterms:provenance")
_LARGEST_TAG = 1 << 16
_ATTRIBUTES = re.compile(
    rf"""\s(?:(?P<prefix>{"|".join(FALSE)}):[\w.-]{{1,80}}|dcterms:provenance)\s{{0,9}}=\s{{0,9}}("[^"]*"|'[^']*')"""
)
_DECLARED = re.compile(r"^\s{0,99}<\?xml\s[^>]{0,200}\?>")
_ORIENTATION = re.compile(r"""(\btiff:Orientation(?:\s{0,9}=\s{0,9}["']|>)\s{0,9})\d{1,5}""")
_WIDTH = re.compile(
    r"""(\b(?:exif:PixelXDimension|tiff:ImageWidth)(?:\s{0,9}=\s{0,9}["']|>)\s{0,9})\d{1,9}"""
)
_HEIGHT = re.compile(
    r"""(\b(?:exif:PixelYDimension|tiff:ImageLength)(?:\s{0,9}=\s{0,9}["']|>)\s{0,9})\d{1,9}"""
)


def truthful_xmp(packet: bytes | None, size: tuple[int, int]) -> tuple[bytes | None, set[str]]:
    """The packet as it may stand in a result, and what went with what was taken out: ``motion``, ``gain map``, ``depth map``,
    ``extended`` (more of the packet lies elsewhere in the file), ``xmp`` (all of it: it is damaged).

    Args:
        size: height and width of the upright photo.
    """
    if not packet:
        return None, set()
    decoded = _text(packet)
    if decoded is None:
        return None, {"xmp"}
    text = decoded
    lost: set[str] = set()
    text, whole = _without_false(text, lost)
    if not whole:
        return None, {"xmp"}
    text = _ORIENTATION.sub(r"\g<1>1", text)
    text = _HEIGHT.sub(rf"\g<1>{size[0]}", _WIDTH.sub(rf"\g<1>{size[1]}", text))
    return text.encode(), lost - {""}


def _text(packet: bytes) -> str | None:
    """A packet's text: in UTF-8, or in UTF-16 or UTF-32 of either byte order, as the XMP specification allows; None: in none.

    It is written in UTF-8 from then on, so that a declaration of another encoding goes.
    """
    for encoding in ("utf-8", "utf-32", "utf-16"):
        for order in ("",) if encoding == "utf-8" else ("-le", "-be"):
            try:
                text = packet.decode(encoding + order)
            except UnicodeDecodeError:
                continue
            if "\0" not in text.strip("\0") and (order == "" or "<" in text):
                return _DECLARED.sub("", text.removeprefix("\ufeff"))
    return None


def with_xmp_orientation(packet: bytes | None, orientation: int, size: tuple[int, int]) -> bytes | None:
    """The packet for a file whose pixels are looked at by an orientation, where it speaks of that.

    Args:
        size: height and width of the pixels as stored.
    """
    if not packet:
        return packet
    try:
        text = packet.decode()
    except UnicodeDecodeError:
        return packet
    text = _ORIENTATION.sub(rf"\g<1>{orientation}", text)
    return _HEIGHT.sub(rf"\g<1>{size[0]}", _WIDTH.sub(rf"\g<1>{size[1]}", text)).encode()


def _without_false(text: str, lost: set[str]) -> tuple[str, bool]:
    """The text without false elements and attributes, and whether every element that went had an end."""
    if not any(f"{prefix}:" in text for prefix in FALSE) and not any(name in text for name in _NAMES):
        return text, True
    pieces = text.split("<")
    kept, skipped, depth = [pieces[0]], "", 0
    for piece in pieces[1:]:
        tag, end, behind = piece.partition(">")
        name = tag[:120].rstrip("/").lstrip("/").split(None, 1)[0] if tag.strip("/ ") else ""
        closes, empty = tag.startswith("/"), tag.endswith("/")
        if skipped:
            if name == skipped and not empty:
                depth += -1 if closes else 1
            if not depth:
                skipped = ""
                kept.append(behind)
            continue
        prefix = name.partition(":")[0]
        if end and not closes and (prefix in FALSE or name in _NAMES):
            lost.add(FALSE.get(prefix, ""))
            if empty:
                kept.append(behind)
            else:
                skipped, depth = name, 1
            continue
        kept += ("<", _without_attributes(tag, lost), end, behind)
    return "".join(kept), not skipped


def _without_attributes(tag: str, lost: set[str]) -> str:
    if len(tag) > _LARGEST_TAG or ":" not in tag:
        return tag
    for found in _ATTRIBUTES.finditer(tag):
        lost.add(FALSE.get(found["prefix"] or "", ""))
    return _ATTRIBUTES.sub("", tag)
