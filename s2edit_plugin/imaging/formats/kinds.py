"""Recognises the kind of a file by its first bytes: supported pictures, and names of unsupported files."""

from __future__ import annotations

from typing import Literal, NamedTuple

__all__ = ["Kind", "UnreadFormat", "kind_of", "unread_format"]

Kind = Literal["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF", "HEIC"]

_CONVERT = "Save it as PNG, TIFF or JPEG in the program that made it."
_DEVELOP = "Develop it in a raw converter and save it as TIFF or JPEG."
_HDR = "Save it as TIFF or PNG with 16 bits a channel."
_JPEG_XL = "Convert it to PNG with djxl or GIMP."
_ISO_IMAGES = {b"avif": "AVIF", b"avis": "AVIF", b"heic": "HEIC", b"heix": "HEIC", b"heim": "HEIC", b"heis": "HEIC",
               b"hevc": "HEIC", b"hevx": "HEIC", b"mif1": "HEIC", b"msf1": "HEIC"}  # fmt: skip
_FILM = "Save one of its pictures as PNG or JPEG."


class UnreadFormat(NamedTuple):
    """A known but unsupported kind of file: its name, and advice."""

    name: str
    hint: str


_UNREAD: tuple[tuple[bytes, UnreadFormat], ...] = (
    (b"\xff\x0a", UnreadFormat("JPEG XL", _JPEG_XL)),
    (b"\0\0\0\x0cJXL \r\n\x87\n", UnreadFormat("JPEG XL", _JPEG_XL)),
    (b"\0\0\0\x0cjP  \r\n\x87\n", UnreadFormat("JPEG 2000", _CONVERT)),
    (b"\xff\x4f\xff\x51", UnreadFormat("JPEG 2000", _CONVERT)),
    (b"II\xbc\x01", UnreadFormat("JPEG XR", _CONVERT)),
    (b"8BPS", UnreadFormat("Photoshop", _CONVERT)),
    (b"gimp xcf", UnreadFormat("GIMP", _CONVERT)),
    (b"FUJIFILMCCD-RAW", UnreadFormat("camera raw", _DEVELOP)),
    (b"IIRO", UnreadFormat("camera raw", _DEVELOP)),
    (b"IIRS", UnreadFormat("camera raw", _DEVELOP)),
    (b"MMOR", UnreadFormat("camera raw", _DEVELOP)),
    (b"IIU\0", UnreadFormat("camera raw", _DEVELOP)),
    (b"\0MRM", UnreadFormat("camera raw", _DEVELOP)),
    (b"v/1\x01", UnreadFormat("OpenEXR", _HDR)),
    (b"#?RADIANCE", UnreadFormat("Radiance HDR", _HDR)),
    (b"#?RGBE", UnreadFormat("Radiance HDR", _HDR)),
    (b"%PDF-", UnreadFormat("PDF", _CONVERT)),
    (b"%!PS", UnreadFormat("PostScript", _CONVERT)),
    (b"\xc5\xd0\xd3\xc6", UnreadFormat("PostScript", _CONVERT)),
    (b"qoif", UnreadFormat("QOI", _CONVERT)),
    (b"DDS ", UnreadFormat("DDS", _CONVERT)),
    (b"\0\0\x01\0", UnreadFormat("icon", _CONVERT)),
    (b"farbfeld", UnreadFormat("farbfeld", _CONVERT)),
    (b"BPG\xfb", UnreadFormat("BPG", _CONVERT)),
    (b"\x8aMNG", UnreadFormat("MNG", _FILM)),
    (b"\x1aE\xdf\xa3", UnreadFormat("film", _FILM)),
    (b"AC10", UnreadFormat("AutoCAD", _CONVERT)),
)  # fmt: skip


def kind_of(data: bytes) -> Kind | None:
    """The kind of a supported picture, None for others."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+") and unread_format(data) is None:
        return "TIFF"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "GIF"
    if data[:2] == b"BM" and len(data) > 26 and data[6:10] == bytes(4):
        return "BMP"
    found = _ISO_IMAGES.get(_brand(data))
    return found if found in ("AVIF", "HEIC") else None  # type: ignore[return-value]


def unread_format(data: bytes) -> UnreadFormat | None:
    """The kind of an unsupported file, None if unknown."""
    for start, found in _UNREAD:
        if data.startswith(start):
            return found
    brand = _brand(data)
    if brand == b"crx " or data[8:10] == b"CR":
        return UnreadFormat("camera raw", _DEVELOP)
    if brand and brand not in _ISO_IMAGES:
        return UnreadFormat("film", _FILM)
    if data[:4] == b"RIFF" and data[8:12] == b"AVI ":
        return UnreadFormat("film", _FILM)
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<svg", b"<?xml", b"<!doctype svg")) and b"<svg" in data[:4096].lower():
        return UnreadFormat("SVG", _CONVERT)
    if head.startswith((b"<!doctype html", b"<html")):
        return UnreadFormat("web page", "Save the picture itself, not the page that shows it.")
    if data[:4] == b"PK\3\4" and data[30:54] == b"mimetypeimage/openraster":
        return UnreadFormat("OpenRaster", _CONVERT)
    if data[:4] == b"PK\3\4" and data[30:53] == b"mimetypeapplication/x-k":
        return UnreadFormat("Krita", _CONVERT)
    if len(data) > 3 and data[:1] == b"P" and data[1:2] in b"1234567" and data[2:3].isspace():
        return UnreadFormat("Netpbm", _CONVERT)
    return None


def _brand(data: bytes) -> bytes:
    """The major brand of an ISO media file; of the general brand of pictures, the compatible one that says more."""
    if data[4:8] != b"ftyp":
        return b""
    major = data[8:12]
    if major not in (b"mif1", b"msf1"):
        return major
    others = {data[at : at + 4] for at in range(16, min(int.from_bytes(data[:4]), 256), 4)}
    return next((brand for brand in (b"avif", b"avis", b"heic", b"heix") if brand in others), major)
