"""File locks between threads and processes. Standard library only.

The operating system releases a lock when its process ends, also after a crash. The holder of a lock may remove its file. So
after locking it is checked that the path still leads to the locked file; otherwise two processes could hold locks on two
files of the same name.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from s2edit_plugin.errors import BusyError, ResourceError, Sentence
from s2edit_plugin.storage.disk import make_private

__all__ = ["file_lock", "open_lock_file", "try_lock"]

WAIT_SECONDS = 30.0
_PAUSES = (0.001, 0.005, 0.02, 0.05)  # seconds between tries; the last one repeats
# Errors of file systems without locks (some network drives).
_UNSUPPORTED = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}
_held = threading.local()


@contextlib.contextmanager
def file_lock(
    path: Path, *, timeout: float = WAIT_SECONDS, what: str = "the data folder", remove: bool = False
) -> Iterator[bool]:
    """Hold the lock of a file while the block runs; reentrant for the same thread.

    Yields whether this is the outermost hold of the thread. On a file system
    without locks the block runs without one.

    Args:
        path: the lock file, created with its folder, private to the user.
        timeout: seconds to wait for the lock; 0: do not wait.
        what: what the lock protects, for the error's sentence. remove: remove the file at the end.

    Raises:
        BusyError: another thread or process holds it. ResourceError: the lock file cannot be created.
    """
    key = os.path.realpath(path)
    depths: dict[str, int] = _held.__dict__.setdefault("depths", {})
    if depths.get(key, 0):
        depths[key] += 1
        try:
            yield False
        finally:
            depths[key] -= 1
        return
    handle = _take(path, timeout, what)
    try:
        depths[key] = 1
        try:
            yield True
        finally:
            del depths[key]
            if remove:
                with contextlib.suppress(OSError):  # Windows removes no file that is open
                    path.unlink()
            _unlock(handle)
    finally:
        os.close(handle)


def _take(path: Path, timeout: float, what: str) -> int:
    """Open and lock the file; repeated until the path leads to the locked file."""
    end = time.monotonic() + timeout
    while True:
        handle = _open(path, what)
        try:
            _wait(handle, end - time.monotonic(), what)
            if _is_named(handle, path):
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # the previous holder removed the file


def _is_named(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except OSError:
        return False


def _open(path: Path, what: str) -> int:
    try:
        return open_lock_file(path)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ResourceError(
                Sentence("The disk is full: {} cannot be changed.", what), "Free some space."
            ) from error
        reason = error.strerror or type(error).__name__
        raise ResourceError(
            Sentence("{}{} cannot be changed ({}).", what[:1].upper(), what[1:], reason),
            Sentence("Make {} writable, or choose another folder.", path.parent),
        ) from error


def _wait(handle: int, timeout: float, what: str) -> None:
    end = time.monotonic() + timeout
    tries = 0
    while True:
        try:
            try_lock(handle)
            return
        except OSError as error:
            if error.errno in _UNSUPPORTED:
                logging.getLogger(__name__).info("The file system has no locks; going on without one.")
                return
            if error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
                raise ResourceError(Sentence("{}{} cannot be locked.", what[:1].upper(), what[1:])) from error
        left = end - time.monotonic()
        if left <= 0:
            raise BusyError(
                Sentence("Another process is changing {}.", what),
                "Wait until it has finished, then try again.",
            )
        time.sleep(min(left, _PAUSES[min(tries, len(_PAUSES) - 1)]))
        tries += 1


def open_lock_file(path: Path) -> int:
    """Open a lock file, created with its folder for the user alone; returns its descriptor. Raises OSError."""
    make_private(path.parent)
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
    return os.open(path, flags, 0o600)


def try_lock(handle: int, *, shared: bool = False) -> None:
    """Lock an open file without waiting. ``shared``: beside others who do; Windows has exclusive locks only.

    Raises:
        OSError: it is locked, or the file system has no locks.
    """
    _lock(handle, shared)


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int, shared: bool) -> None:
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def _unlock(handle: int) -> None:
        with contextlib.suppress(OSError):
            os.lseek(handle, 0, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _lock(handle: int, shared: bool) -> None:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)

    def _unlock(handle: int) -> None:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_UN)
