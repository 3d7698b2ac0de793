"""Progress in GIMP's progress bar."""

from __future__ import annotations

from gi.repository import Gimp

from gimp_bridge.engine_client import ShowProgress

__all__ = ["progress_in_bar"]


def progress_in_bar(title: str) -> ShowProgress:
    """A function that shows progress in GIMP's progress bar."""
    last = ["", -1.0]
    Gimp.progress_init(title)

    def show(fraction: float, text: str, picture: bytes) -> None:
        if text and text != last[0]:
            last[0] = text
            Gimp.progress_set_text(text)
        if fraction < 0:
            Gimp.progress_pulse()
        elif fraction != last[1]:
            Gimp.progress_update(fraction)
        last[1] = fraction

    return show
