"""The hash that identifies a photo."""

from __future__ import annotations

import hashlib

import numpy as np

from s2edit_plugin.imaging.photo import Photo

__all__ = ["photo_hash"]


def photo_hash(photo: Photo) -> str:
    """sha256 of a photo's pixels, shape and depth, in hex: the same for every file that holds the same picture."""
    digest = hashlib.sha256(f"{photo.pixels.shape}{photo.pixels.dtype}".encode())
    digest.update(np.ascontiguousarray(photo.pixels).data)
    return digest.hexdigest()
