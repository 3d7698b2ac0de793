"""Independent random streams, one for every part of a picture."""

from __future__ import annotations

from zlib import crc32

import numpy as np


def stream(seed: int, part: str) -> np.random.Generator:
    """Random stream of one part: the same (seed >= 0, part) always gives the same numbers.

    Parts never share a stream, so changing how much one part draws leaves all others as they were.
    """
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, crc32(part.encode())])))


class Draws:
    """Short names for the draws of one part stream; all results are plain Python numbers."""

    def __init__(self, seed: int, part: str) -> None:
        self.rng = stream(seed, part)

    def u(self, low: float, high: float) -> float:
        """Uniform number in [low, high)."""
        return low + (high - low) * float(self.rng.random())

    def pick(self, count: int) -> int:
        """Uniform integer in 0..count-1."""
        return int(self.rng.integers(count))

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return bool(self.rng.random() < probability)
