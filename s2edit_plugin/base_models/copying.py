"""Copies of model files, and the free space for them."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from s2edit_plugin.errors import ResourceError, Sentence

__all__ = ["MARGIN", "copy_file", "free_bytes", "link_or_copy", "require_space", "size_in_words"]

MARGIN = 100_000_000
"""Bytes that must stay free on the disk."""
_PIECE = 4 * 1024 * 1024


def link_or_copy(source: Path, target: Path, on_bytes: Callable[[int], None]) -> bool:
    """Hard-link a file, or copy it if it is on another disk. Returns whether it was copied.

    Args:
        on_bytes: called with counts of bytes; may raise to stop, then the unfinished copy is deleted.

    Raises:
        OSError: a disk error.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        os.link(source, target)
        on_bytes(target.stat().st_size)
        return False
    copy_file(source, target, on_bytes)
    return True


def copy_file(source: Path, target: Path, on_bytes: Callable[[int], None]) -> None:
    """Copy a file and flush it to the disk; arguments and errors as `link_or_copy`."""
    if not source.is_file() and source.exists():  # a device or pipe: copying it would never end
        raise OSError(errno.EINVAL, "no ordinary file", str(source))
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with source.open("rb") as reader, target.open("wb") as writer:
            while piece := reader.read(_PIECE):
                writer.write(piece)
                on_bytes(len(piece))
            writer.flush()
            os.fsync(writer.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            target.unlink()
        raise


def free_bytes(path: Path) -> int:
    """Free bytes of the disk of an existing or future folder."""
    path = path.absolute()
    while not path.exists() and path != path.parent:
        path = path.parent
    return shutil.disk_usage(path).free


def require_space(root: Path, needed: int, what: str) -> None:
    """Check the free space.

    Raises:
        ResourceError: less than ``needed`` bytes and `MARGIN` are free.
    """
    free = free_bytes(root)
    if needed + MARGIN > free:
        needs, has = size_in_words(needed + MARGIN), size_in_words(free)
        raise ResourceError(
            Sentence("{} needs {} and only {} are free where models are kept ({}).", what, needs, has, root),
            "Free some space, remove a model, or `s2edit models move FOLDER` to another disk.",
        )


def size_in_words(size: int) -> str:
    """A size with its unit, e.g. ``4.3 GB``."""
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"
