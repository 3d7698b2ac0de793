"""Progress in GIMP's own bar."""

from __future__ import annotations

from gi.repository import Gimp

from gimp_bridge.link import Show

__all__ = ["in_bar"]


def in_bar(title: str) -> Show:
    """Shows progress in GIMP's bar: below the image, or in the error console of a batch run nowhere."""
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
