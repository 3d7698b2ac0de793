"""Finds the regions of a portrait: subject, face, hair, lips, eyes and skin."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from s2edit_plugin.errors import ImageError
from s2edit_plugin.perception.masks import sessions

__all__ = ["find_regions"]

_lock = threading.Lock()
_sessions: dict[str, Any] = {}


def find_regions(rgb: np.ndarray) -> dict[str, np.ndarray]:
    """Segment a drawn picture.

    Args:
        rgb: uint8 ``(H, W, 3)`` of any size; it is fitted into a 128x128 square for the network.

    Returns:
        For each of `api.regions.DRAWN_REGIONS` a float32 mask 0..1 ``(H, W)``, near 0 without such a region.

    Raises:
        ImageError: `rgb` has another type or shape.
        ModelError: the bundled network is missing or damaged.
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or 0 in rgb.shape:
        raise ImageError("Regions are found in RGB pictures with 8 bits a channel.")
    with _lock:
        # One session for each process: opening takes longer than running.
        if sessions.OWN_SESSION not in _sessions:
            _sessions[sessions.OWN_SESSION] = sessions.open_session(sessions.OWN_SESSION)
        session = _sessions[sessions.OWN_SESSION]
    return session.maps(rgb)
