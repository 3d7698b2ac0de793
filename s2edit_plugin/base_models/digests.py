"""Hashes of files, computed in pieces. Standard library only.

A digest is written ``kind:hex``: ``sha256``, ``md5``, or ``git``, git's blob hash, which hubs give for small files: sha1 over
``"blob <size>\\0"`` and the bytes.
"""

from __future__ import annotations

import errno
import hashlib
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

__all__ = ["KINDS", "digest_bytes", "file_digests"]

KINDS = ("sha256", "md5", "git")
_PIECE = 4 * 1024 * 1024


def file_digests(
    path: Path, kinds: Iterable[str], on_bytes: Callable[[int], None] | None = None
) -> dict[str, str]:
    """Digests of a file by kind, in one pass.

    Args:
        on_bytes: called with the number of bytes of each piece; may raise to stop.

    Raises:
        OSError: the file cannot be read, or is a device or pipe.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):  # devices and pipes may have no end
        raise OSError(errno.EINVAL, "no ordinary file", str(path))
    size = status.st_size
    states = {kind: _start(kind, size) for kind in kinds}
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            for state in states.values():
                state.update(piece)
            if on_bytes is not None:
                on_bytes(len(piece))
    return {kind: f"{kind}:{state.hexdigest()}" for kind, state in states.items()}


def digest_bytes(data: bytes, kind: str = "sha256") -> str:
    """The digest of bytes in memory."""
    state = _start(kind, len(data))
    state.update(data)
    return f"{kind}:{state.hexdigest()}"


def _start(kind: str, size: int) -> hashlib._Hash:
    if kind == "git":
        return hashlib.sha1(f"blob {size}\0".encode(), usedforsecurity=False)
    if kind == "md5":
        return hashlib.md5(usedforsecurity=False)
    return hashlib.sha256()
