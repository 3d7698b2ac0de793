"""Pictures and files in what is dropped or pasted."""

from __future__ import annotations

from PyQt6.QtCore import QBuffer, QIODevice, QMimeData
from PyQt6.QtGui import QImage

__all__ = ["SUFFIXES", "files_in", "is_picture", "picture_in"]

SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".gif", ".bmp", ".dib",
    ".apng", ".mpo",
)  # fmt: skip
_RAW = (
    "image/png",
    "image/jpeg",
    "image/webp",
    "image/tiff",
    "image/heic",
    "image/avif",
    "image/gif",
    "image/bmp",
)


def is_picture(path: str) -> bool:
    """Whether a file is one of the kinds that are read, by its name."""
    return path.lower().endswith(SUFFIXES)


def files_in(data: QMimeData | None) -> list[str]:
    """Paths of the files on this machine that are carried."""
    if data is None or not data.hasUrls():
        return []
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile()]


def picture_in(data: QMimeData | None) -> bytes | str | None:
    """A picture file as bytes, or the path of one; None where there is neither.

    A file keeps what a copied picture has lost (profile, EXIF, depth), and an encoded picture more than a bitmap.
    """
    if data is None:
        return None
    path = next((path for path in files_in(data) if is_picture(path)), None)
    if path is not None:
        return path
    for kind in _RAW:
        if data.hasFormat(kind) and not (raw := data.data(kind)).isEmpty():
            return bytes(raw.data())
    if data.hasImage():
        image = QImage(data.imageData())
        if not image.isNull():
            return _encoded(image)
    return None


def _encoded(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG", 90)  # little compression: this is for the memory
    return bytes(buffer.data().data())
