"""Numbers as argparse types."""

from __future__ import annotations

import argparse
from collections.abc import Callable

__all__ = ["number", "whole_number"]


def whole_number(most: int) -> Callable[[str], int]:
    """A whole number from 1 to ``most``."""

    def read(text: str) -> int:
        value = int(text) if text.isascii() and text.isdigit() else 0
        if not 1 <= value <= most:
            raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 1 to {most:,}")
        return value

    return read


def number(low: float, high: float) -> Callable[[str], float]:
    """A number from ``low`` to ``high``."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"'{text}' is not a number from {low:g} to {high:g}")
        return value

    return read
