"""Runs Python's garbage collector on the GUI thread only.

Qt objects in a reference cycle (a closed photo, a dialog) are deleted when the collector finds them. By default it runs on
whichever thread allocates next, but deleting a Qt object on another thread than its own crashes the program later. So automatic
collection is disabled, and a timer on the GUI thread collects instead.
"""

from __future__ import annotations

import gc

from PyQt6.QtCore import QObject, QTimer

__all__ = ["GarbageCollector"]

INTERVAL_MS = 1000


class GarbageCollector(QObject):
    """From its creation until `stop`, only its timer collects; create it on the GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()  # these objects stay until the end and need not be traversed each time
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect)
        self._timer.start(INTERVAL_MS)

    def collect(self) -> None:
        """Collect the generations that exceed their thresholds, as the automatic collection does."""
        for generation, (count, threshold) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True)):
            if count <= threshold:
                return
            gc.collect(generation)

    def stop(self) -> None:
        """Restore automatic collection."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
