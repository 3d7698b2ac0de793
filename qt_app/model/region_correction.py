"""The regions that running edits determined: shown before the denoising begins, and corrected by hand while the edits run.

Any change of the found mask (a stroke, a refinement, undo) restarts the edits with the changed mask. The engine caches the
photo's inversion, so that little work is lost.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

import numpy as np

from qt_app.model.background import Background
from qt_app.model.decoding import decoded_mask
from qt_app.model.document import Document
from qt_app.model.jobs import JobItem, Jobs
from qt_app.model.masks import MaskLayer
from qt_app.observable import Connections, Observable, Property, delayed
from s2edit_plugin import api

__all__ = ["RegionCorrection"]

DELAY_MS = 300  # after a stroke, since another one may follow at once

Submit = Callable[[api.ApplyEdit], None]


@dataclasses.dataclass
class _Run:
    """A running edit. submit: starts it with another request. version: of its mask. correctable: its region was not painted."""

    document: Document
    request: api.ApplyEdit
    submit: Submit
    version: int
    correctable: bool

    @property
    def layer(self) -> MaskLayer:
        return self.document.masks.layers["region"]

    @property
    def is_stale(self) -> bool:
        """Whether the mask has changed. One that is equal to the found region has not."""
        layer = self.layer
        if not self.correctable or layer.version == self.version:
            return False
        if self.request.region_mask is not None:
            return True
        return layer.touched and not (layer.found is not None and np.array_equal(layer.pixels, layer.found))


class RegionCorrection(Observable):
    """The regions of this window's running edits.

    Attributes:
        hint: that the region can be corrected, "" while none is shown.
    """

    hint = Property("")

    def __init__(self, jobs: Jobs, background: Background) -> None:
        super().__init__()
        self._jobs, self._background = jobs, background
        self._runs: dict[str, _Run] = {}
        self._connections = Connections()
        self._timer = delayed(self, DELAY_MS, self._restart_changed)

    def watch(
        self,
        item: JobItem,
        document: Document,
        request: api.ApplyEdit,
        submit: Submit,
        corrected: bool = False,
    ) -> None:
        """Show the region of a running edit, and restart the edit when the region is corrected.

        Args:
            submit: starts the edit with another request. corrected: its mask is a correction of a found region.
        """
        run = _Run(document, request, submit, document.masks.layers["region"].version, corrected)
        if not self._runs:
            self._connections.add(document.masks.undo.indexChanged, self._mask_changed)
        self._runs[item.id] = run
        item.region_changed.connect(lambda picture: self._decode(item.id, picture))
        if item.region:
            self._decode(item.id, item.region)
        self._update_hint()

    def end(self, job_ids: Iterable[str]) -> None:
        """Forget edits that are over, and hide their regions."""
        for run in [run for job_id in job_ids if (run := self._runs.pop(job_id, None)) is not None]:
            if not any(other.document is run.document for other in self._runs.values()):
                run.layer.found = None
        if not self._runs:
            self._connections.clear()
        self._update_hint()

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
        run.layer.found = pixels
        self._update_hint()

    def _mask_changed(self, _: int) -> None:
        self._timer.start()

    def _restart_changed(self) -> None:
        """Restart the edits whose mask has changed; later, if a stroke is being drawn."""
        if any(run.document.masks.changing for run in self._runs.values()):
            self._timer.start()
            return
        stale = {job_id: run for job_id, run in self._runs.items() if run.is_stale}
        for job_id, run in stale.items():
            run.correctable = False  # its successor is
            self._jobs.cancel(job_id)
            self._encode_and_restart(run)

    def _encode_and_restart(self, run: _Run) -> None:
        def restart(_: None) -> None:
            run.submit(dataclasses.replace(run.request, region="auto", region_mask=run.layer.as_png()))

        self._background.run(run.document.masks.encode, restart)

    def _update_hint(self) -> None:
        shown = any(run.correctable and run.layer.shown is not None for run in self._runs.values())
        self.hint = (
            self.tr("The coloured part may change. Paint to correct it; the edit begins anew with it.")
            if shown
            else ""
        )
