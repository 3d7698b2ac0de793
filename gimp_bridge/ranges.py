"""Ranges of an edit's numbers: of the procedures' arguments, and of settings read from an image."""

from __future__ import annotations

from s2edit_plugin.api import EditSettings
from s2edit_plugin.api.limits import EDIT_RANGES, MAX_EDIT_STEPS

__all__ = ["GUIDANCE", "LIMITS"]

GUIDANCE = EditSettings.guidance

LIMITS: dict[str, tuple[float, float]] = {
    "strength": EDIT_RANGES["strength"], "guidance": EDIT_RANGES["guidance"], "seed": (0, 2**31 - 1), "variants": (1, 8),
    "steps": (0, MAX_EDIT_STEPS), "layer": (0, 2**32 - 1),
}  # fmt: skip
"""Least and greatest value of every number of `EditValues`."""
