"""What running edits have found to change: shown before the long part begins, and corrected by hand while they run.

Whatever changes the found mask (a stroke, a refinement, undo) begins the edits anew with it. The photo's inversion is kept by
the engine, so that costs little of what was done.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

import numpy as np
from PyQt6.QtCore import QTimer, pyqtSignal

from qt_app.model.document import Document
from qt_app.model.jobs import JobItem, Jobs
from qt_app.model.masks import MaskLayer
from qt_app.model.observable import Connections, Observable, Property
from qt_app.model.pictures import decoded_mask
from qt_app.model.tasks import Background
from s2edit_plugin import api

__all__ = ["CorrectingState"]

PAUSE_MS = 300  # after a stroke: the next one may follow at once

Again = Callable[[api.ApplyEdit], None]


@dataclasses.dataclass
class _Run:
    """A running edit. version: of the mask it runs with. correctable: what it may change was found, not painted."""

    document: Document
    request: api.ApplyEdit
    again: Again
    version: int
    correctable: bool

    @property
    def layer(self) -> MaskLayer:
        return self.document.masks.layers["region"]

    @property
    def is_stale(self) -> bool:
        """Whether the mask is another one by now; what was found and is only taken over is the same."""
        layer = self.layer
        if not self.correctable or layer.version == self.version:
            return False
        if self.request.region_mask is not None:
            return True
        return layer.touched and not (layer.found is not None and np.array_equal(layer.pixels, layer.found))


class CorrectingState(Observable):
    """The regions of this window's running edits.

    Signals: hint_changed(str).

    Attributes:
        hint: what the user can do about what is shown, "" while nothing is.
    """

    hint_changed = pyqtSignal(object)
    hint = Property("")

    def __init__(self, jobs: Jobs, background: Background) -> None:
        super().__init__()
        self._jobs, self._background = jobs, background
        self._runs: dict[str, _Run] = {}
        self._connections = Connections()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._take_up)

    def watch(
        self, item: JobItem, document: Document, request: api.ApplyEdit, again: Again, corrected: bool = False
    ) -> None:
        """Follow an edit that the engine has.

        Args:
            again: submits it with another request. corrected: its mask is a correction of what was found.
        """
        run = _Run(document, request, again, document.masks.layers["region"].version, corrected)
        if not self._runs:
            self._connections.add(document.masks.undo.indexChanged, self._changed)
        self._runs[item.id] = run
        item.region_changed.connect(lambda picture: self._decode(item.id, picture))
        if item.region:
            self._decode(item.id, item.region)
        self._tell()

    def over(self, job_ids: Iterable[str]) -> None:
        """Edits that are over."""
        for run in [run for job_id in job_ids if (run := self._runs.pop(job_id, None)) is not None]:
            if not any(other.document is run.document for other in self._runs.values()):
                run.layer.show_found(None)
        if not self._runs:
            self._connections.clear()
        self._tell()

    def _decode(self, job_id: str, picture: bytes) -> None:
        run = self._runs.get(job_id)
        if run is None:
            return
        shape = run.document.rgb.shape
        size = (shape[0], shape[1])
        self._background.run(
            lambda: decoded_mask(picture, size, "the region"), lambda pixels: self._show(job_id, pixels)
        )

    def _show(self, job_id: str, pixels: np.ndarray) -> None:
        run = self._runs.get(job_id)
        if run is None or run.layer.touched or run.request.region_mask is not None:
            return
        run.correctable = True
        run.layer.show_found(pixels)
        self._tell()

    def _changed(self, _: int) -> None:
        self._timer.start()

    def _take_up(self) -> None:
        """Begin the edits anew whose mask is another one by now; after the stroke, if one is being drawn."""
        if any(run.document.masks.changing for run in self._runs.values()):
            self._timer.start()
            return
        stale = {job_id: run for job_id, run in self._runs.items() if run.is_stale}
        for job_id, run in stale.items():
            run.correctable = False  # the next one is
            self._jobs.cancel(job_id)
            self._encode(run)

    def _encode(self, run: _Run) -> None:
        self._background.run(run.document.masks.encode, lambda _: self._again(run))

    def _again(self, run: _Run) -> None:
        run.again(dataclasses.replace(run.request, region="auto", region_mask=run.layer.as_png()))

    def _tell(self) -> None:
        shown = any(run.correctable and run.layer.shown is not None for run in self._runs.values())
        self.hint = (
            self.tr("The coloured part may change. Paint to correct it; the edit begins anew with it.")
            if shown
            else ""
        )
