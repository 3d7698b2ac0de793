"""Picture files of the user: their bytes, and whether a file is an output of this program and may be overwritten."""

from __future__ import annotations

from pathlib import Path

from s2edit_plugin.errors import ImageError, Sentence
from s2edit_plugin.imaging.provenance import is_our_result
from s2edit_plugin.imaging.stamp import is_stamped

__all__ = ["LARGEST_FILE", "is_ours", "read_photo_file"]

LARGEST_FILE = 2 * 1024**3


def read_photo_file(name: str | Path) -> bytes:
    """The bytes of a photo.

    Raises:
        ImageError: no such file, a folder, empty, or not readable.
    """
    path = Path(name).expanduser()
    try:
        if not path.exists():
            raise ImageError(Sentence("There is no file {}.", name), "Check the path of the photo.")
        if path.is_dir():
            raise ImageError(Sentence("{} is a folder, not a photo.", name), "Name a picture file.")
        if path.is_char_device():  # some of them never end
            raise ImageError(Sentence("{} is a device, not a photo.", name), "Name a picture file.")
        if path.stat().st_size > LARGEST_FILE:
            raise ImageError(Sentence("{} is larger than 2 GB.", name), "Use a smaller picture.")
        data = path.read_bytes()
    except OSError as error:
        raise ImageError(
            Sentence("{} cannot be read ({}).", name, error.strerror or type(error).__name__)
        ) from error
    if not data:
        raise ImageError(Sentence("{} is empty.", name), "Name a picture file.")
    return data


def is_ours(path: Path) -> bool:
    """Whether a file may be overwritten: empty, or a result, mask or sheet written by this program and unchanged."""
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= LARGEST_FILE else b""
    except OSError:
        return False
    return not size or is_stamped(data) or is_our_result(data)
