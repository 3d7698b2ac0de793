"""Numbers as a person says them."""

from __future__ import annotations

from PyQt6.QtCore import QCoreApplication

__all__ = ["size_in_words", "time_left"]


def time_left(seconds: float | None) -> str:
    """``"2 min left"``, "" while unknown."""
    if seconds is None:
        return ""
    whole = max(0, round(seconds))
    translate = QCoreApplication.translate
    if whole < 60:
        return translate("wording", "%n s left", n=whole)
    if whole < 3600:
        return translate("wording", "%n min left", n=round(whole / 60))
    return translate("wording", "%n h left", n=round(whole / 3600))


def size_in_words(count: int) -> str:
    """Bytes as ``"3.4 GB"`` (10^9), ``"12 MB"`` or ``"80 KB"``."""
    for limit, unit in ((10**9, "GB"), (10**6, "MB"), (10**3, "KB")):
        if count >= limit:
            value = count / limit
            return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"
    return f"{count} B"
