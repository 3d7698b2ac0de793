"""Pictures and files in dropped or pasted data."""

from __future__ import annotations

from PyQt6.QtCore import QBuffer, QIODevice, QMimeData
from PyQt6.QtGui import QImage

from s2edit_plugin.api.picture_formats import READ_SUFFIXES

__all__ = ["SUFFIXES", "files_in", "is_picture", "picture_in"]

SUFFIXES = (*sorted(READ_SUFFIXES), ".apng", ".mpo")
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
    """Whether a file has the suffix of a readable format."""
    return path.lower().endswith(SUFFIXES)


def files_in(data: QMimeData | None) -> list[str]:
    """Paths of local files in the data."""
    if data is None or not data.hasUrls():
        return []
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile()]


def picture_in(data: QMimeData | None) -> bytes | str | None:
    """The path of a picture file, or an encoded picture; None if there is neither.

    A file is preferred, since it has profile, EXIF and bit depth; an encoded picture is preferred to a bitmap.
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
    image.save(buffer, "PNG", 90)  # fast, little compression
    return bytes(buffer.data().data())
