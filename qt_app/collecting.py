"""Python's garbage collector, on the window's thread only.

Objects of Qt that are part of a cycle (a photo that was closed, a dialog) go when the collector finds them. By itself it runs
on whatever thread happens to make the next object, and Qt's objects must not be deleted on a thread that is not theirs: that is
a crash at some later time. So it is switched off, and a timer of the window's thread does its work.
"""

from __future__ import annotations

import gc

from PyQt6.QtCore import QObject, QTimer

__all__ = ["Collector"]

EVERY_MS = 1000


class Collector(QObject):
    """From when it is made until `stop` nothing is collected but by its timer; make it on the window's thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()  # what is there now stays to the end: need not be looked through again and again
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect)
        self._timer.start(EVERY_MS)

    def collect(self) -> None:
        """What the collector would do now: each generation whose turn it is, the youngest first."""
        for generation, (count, threshold) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True)):
            if count <= threshold:
                return
            gc.collect(generation)

    def stop(self) -> None:
        """As before."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
