"""Windows without a screen, as if there were a large one: Qt's own choice of 800x800 is smaller than the window."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["platform"]

SCREENS = Path(__file__).with_suffix(".json")


def platform() -> str:
    """What QT_QPA_PLATFORM has to be before Qt is loaded, to draw into memory; what it is where it says something else."""
    told = os.environ.get("QT_QPA_PLATFORM", "offscreen")
    return f"offscreen:configfile={SCREENS}" if told == "offscreen" else told
