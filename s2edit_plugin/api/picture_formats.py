"""The picture formats: names, suffixes, MIME types, write support, depths and limits. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FORMATS", "OTHER_SUFFIXES", "READ_SUFFIXES", "WRITE_SUFFIXES", "PictureFormat", "format_named"]


@dataclass(frozen=True)
class PictureFormat:
    """A format that is read.

    Attributes:
        name: as in `imaging.photo.FileFormat` where photos are written in it. suffixes: lower case, the usual one first.
        written: whether results are saved in it. bits: most bits a channel that are written.
        longest: most pixels of a side, 0 for no limit of the format's.
    """

    name: str
    suffixes: tuple[str, ...]
    mime: str
    written: bool = False
    bits: int = 8
    longest: int = 0


FORMATS = (
    PictureFormat("PNG", (".png",), "image/png", written=True, bits=16),
    PictureFormat("JPEG", (".jpg", ".jpeg", ".jpe", ".jfif"), "image/jpeg", written=True, longest=65500),
    PictureFormat("WEBP", (".webp",), "image/webp", written=True, longest=16383),
    PictureFormat("TIFF", (".tif", ".tiff"), "image/tiff", written=True, bits=16),
    PictureFormat("HEIF", (".heic", ".heif"), "image/heif"),
    PictureFormat("AVIF", (".avif",), "image/avif"),
    PictureFormat("GIF", (".gif",), "image/gif"),
    PictureFormat("BMP", (".bmp", ".dib"), "image/bmp"),
)

WRITE_SUFFIXES = {suffix: known.name for known in FORMATS if known.written for suffix in known.suffixes}
"""Format by file name suffix."""

READ_SUFFIXES = frozenset(suffix for known in FORMATS for suffix in known.suffixes)

OTHER_SUFFIXES = frozenset(
    {
        ".avif",
        ".bmp",
        ".dng",
        ".exr",
        ".gif",
        ".heic",
        ".heif",
        ".jp2",
        ".jxl",
        ".pdf",
        ".psd",
        ".svg",
        ".tga",
        ".xcf",
    }
)
"""Picture formats that cannot be written, by suffix."""


def format_named(name: str) -> PictureFormat:
    """The format of this name. Raises KeyError."""
    return {known.name: known for known in FORMATS}[name]
