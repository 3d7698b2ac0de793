"""Received and sent pictures in memory, by their sha256: a photo that is edited twice is sent once.

Jobs and results hold references to their bytes; everything else here is an LRU cache.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from s2edit_plugin.engine.protocol.wire import MissingBlobError, hash_of
from s2edit_plugin.errors import ResourceError

__all__ = ["MAX_BLOB", "BlobStore"]

MAX_BLOB = 1 << 30  # one picture file
KEPT_BYTES = 512 << 20  # kept for later
HELD_BYTES = 2 << 30  # on their way in, together


class BlobStore:
    """Bytes by sha256. Every method may be called from any thread.

    Args:
        kept, held: see `KEPT_BYTES`, `HELD_BYTES`.
    """

    def __init__(self, kept: int = KEPT_BYTES, held: int = HELD_BYTES) -> None:
        self._kept, self._held = kept, held
        self._blobs: OrderedDict[str, bytes] = OrderedDict()  # the longest unused first
        self._coming = 0
        self._size = 0
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Bytes held."""
        return self._size

    def has(self, name: str) -> bool:
        """Whether a blob is there; it counts as used."""
        with self._lock:
            if name not in self._blobs:
                return False
            self._blobs.move_to_end(name)
            return True

    def get(self, name: str) -> bytes:
        """The bytes of a hash. Raises MissingBlobError."""
        with self._lock:
            if name not in self._blobs:
                raise MissingBlobError((name,))
            self._blobs.move_to_end(name)
            return self._blobs[name]

    def put(self, data: bytes, name: str = "") -> str:
        """Keep bytes and return their hash, ``name`` if already computed. The newest is always kept."""
        name = name or hash_of(data)
        with self._lock:
            if name not in self._blobs:
                self._blobs[name] = data
                self._size += len(data)
            self._blobs.move_to_end(name)
            self._shrink(spare=name)
        return name

    def reserve(self, count: int) -> None:
        """Reserve memory for an upload; `release` ends the reservation.

        Raises:
            ResourceError: too much is held or on its way already.
        """
        with self._lock:
            if self._coming + count > self._held:
                raise ResourceError(
                    "The engine holds too many pictures at the moment.", "Wait until a job has ended."
                )
            self._coming += count

    def release(self, count: int) -> None:
        """The room is not needed any more."""
        with self._lock:
            self._coming -= count

    def clear(self) -> None:
        """Drop everything."""
        with self._lock:
            self._blobs.clear()
            self._size = 0

    def _shrink(self, spare: str = "") -> None:
        for name in list(self._blobs):
            if self._size <= self._kept:
                return
            if name != spare:
                self._size -= len(self._blobs.pop(name))
