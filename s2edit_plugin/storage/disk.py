"""Private folders, and flushing files and folders to the disk. Standard library only."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

__all__ = ["make_private", "sync_file", "sync_folder", "sync_tree"]

# Errors of file systems that cannot flush folders (some network drives).
_UNSUPPORTED = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EBADF, errno.EACCES, errno.EPERM}


def make_private(folder: Path) -> None:
    """Create a folder and its missing parents with mode 0700, independent of the umask.

    ``Path.mkdir`` gives its mode to the last folder only.

    Raises:
        OSError: the disk refused, or the path is a file.
    """
    missing = [folder]
    while not missing[-1].parent.exists() and missing[-1].parent != missing[-1]:
        missing.append(missing[-1].parent)
    for path in reversed(missing):
        path.mkdir(mode=0o700, exist_ok=True)


def sync_folder(folder: Path) -> None:
    """Wait until a folder's entries, such as a rename in it, are on the disk, where the system can do that.

    Raises:
        OSError: the disk refused.
    """
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Wait until a folder and all files and folders in it are on the disk: before a rename makes them visible.

    Raises:
        OSError: the disk refused.
    """
    for place, _, files in os.walk(folder, topdown=False):
        for name in files:
            sync_file(Path(place) / name)
        sync_folder(Path(place))


def sync_file(path: Path) -> None:
    """Wait until a file's content is on the disk.

    Raises:
        OSError: the disk refused.
    """
    # Windows flushes only handles opened for writing; read-only files were flushed before.
    with contextlib.suppress(PermissionError):
        handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
