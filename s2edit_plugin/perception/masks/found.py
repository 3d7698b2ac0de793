"""What a search for a mask gives: the mask, how sure it is, and what the user should know."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["FoundMask"]


@dataclass(frozen=True)
class FoundMask:
    """A mask that was found or read.

    Attributes:
        mask: float32 (H, W) in [0, 1]. notes: sentences for the user, a doubt among them.
        sure: False where the user should look before using it; a note says so.
        others: methods that find what could have been meant as well, e.g. ``face:2``.
    """

    mask: np.ndarray
    notes: tuple[str, ...] = ()
    sure: bool = True
    others: tuple[str, ...] = ()
