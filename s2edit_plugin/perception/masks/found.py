"""Result of a search for a mask: the mask, its confidence, and notes for the user."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["FoundMask"]


@dataclass(frozen=True)
class FoundMask:
    """A mask that was found or read.

    Attributes:
        mask: float32 (H, W) in [0, 1]. notes: sentences for the user.
        sure: False if the user should check it first; a note says so.
        others: methods that find other candidates, e.g. ``face:2``.
    """

    mask: np.ndarray
    notes: tuple[str, ...] = ()
    sure: bool = True
    others: tuple[str, ...] = ()
