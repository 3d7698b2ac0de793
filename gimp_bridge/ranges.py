"""Which numbers an edit takes, in the procedures' arguments and in what is read back from an image."""

from __future__ import annotations

__all__ = ["LIMITS"]

LIMITS: dict[str, tuple[float, float]] = {
    "strength": (0.0, 2.0), "guidance": (1.0, 20.0), "seed": (0, 2**31 - 1), "variants": (1, 8), "steps": (0, 500),
    "layer": (0, 2**32 - 1),
}  # fmt: skip
"""Least and greatest value of every number of `EditValues`."""
