"""The engine's jobs with their progress and previews, and the callbacks of those that this window has started."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PyQt6.QtCore import pyqtSignal

from qt_app.engine import EngineLink, OnError
from qt_app.model.messages import Messages
from qt_app.observable import Observable, Property
from s2edit_plugin.api import REGION, Event, JobInfo, Progress, Request, queries
from s2edit_plugin.errors import CancelledError, EngineGoneError, S2EditError

__all__ = ["JobItem", "Jobs"]


class JobItem(Observable):
    """A job of the engine.

    Signals:
        losses_changed(list): see `losses`.

    Attributes:
        info: state and progress. preview: a small encoded picture. region: where an edit may change the photo, a grey PNG of
            its size, known before the denoising begins. losses: (step, loss) of every progress report of a learning run.
    """

    losses_changed = pyqtSignal(object)
    info = Property(JobInfo("", "", "", "queued", 0))
    preview = Property(b"")
    region = Property(b"")

    def __init__(self, info: JobInfo) -> None:
        super().__init__()
        self.info = info
        self.losses: list[tuple[int, float]] = []
        self._number = 0

    @property
    def id(self) -> str:
        """The engine's id of the job."""
        return self.info.id

    @property
    def progress(self) -> Progress | None:
        """The last progress report."""
        return self.info.progress

    def handle(self, event: Event) -> None:
        """Update from an event of this job; one older than the last event is ignored."""
        if event.number and event.number < self._number:
            return
        self._number = event.number
        if event.kind == "preview" and event.text == REGION:
            self.region = event.picture
        elif event.kind == "preview":
            self.preview = event.picture
        elif event.job is not None:
            self.info = event.job
            progress = event.job.progress
            if event.kind == "progress" and progress is not None and progress.loss is not None:
                self.losses.append((progress.step, progress.loss))
                self.losses_changed.emit(self.losses)


@dataclass
class _Callbacks:
    """The callbacks of a job of this window, see `Jobs.start`."""

    then: Callable[[Any], None]
    failed: OnError
    on_item: Callable[[JobItem], None] | None = None


class Jobs(Observable):
    """All jobs of the engine, in the order of their submission.

    Signals:
        added(JobItem), removed(JobItem).

    Attributes:
        busy: a job is running or queued. lost: kinds of the jobs that ended with the engine when it was lost last.
    """

    added = pyqtSignal(object)
    removed = pyqtSignal(object)
    busy = Property(False)

    def __init__(self, link: EngineLink, messages: Messages) -> None:
        super().__init__()
        self._link, self._messages = link, messages
        self.items: dict[str, JobItem] = {}
        self._callbacks: dict[str, _Callbacks] = {}
        self.lost: tuple[str, ...] = ()
        link.happened.connect(self._handle)
        link.connected.connect(lambda: link.ask(queries.ListJobs(), self._listed))
        link.state_changed.connect(lambda state: self._engine_lost() if state == "lost" else None)

    def start(
        self,
        request: Request[Any],
        then: Callable[[Any], None] = lambda _: None,
        failed: OnError | None = None,
        *,
        on_item: Callable[[JobItem], None] | None = None,
        on_busy: Callable[[bool], None] = lambda _: None,
        keep: bool = False,
        title: str = "",
    ) -> None:
        """Submit a job.

        Args:
            then: gets the result. failed: gets the error, also when it was cancelled (CancelledError) or the engine ended
                (EngineGoneError); None: errors are shown. on_item: gets the job's item as soon as the engine has it.
            on_busy: gets True now, and False when the job is over, before ``then`` or ``failed`` is called.
        """

        def over(call: Callable[[Any], None]) -> Callable[[Any], None]:
            def end(answer: Any) -> None:
                on_busy(False)
                call(answer)

            return end

        callbacks = _Callbacks(over(then), over(failed or self._messages.error), on_item)

        def submitted(job_id: str) -> None:
            self._callbacks[job_id] = callbacks
            item = self.items.get(job_id)
            if item is not None:
                self._call_on_item(item)
                self._finish(item)

        on_busy(True)
        self._link.submit(request, submitted, callbacks.failed, keep=keep, title=title)

    def cancel(self, job_id: str) -> None:
        """Stop a job within one step."""
        self._link.control(job_id, "cancel")

    def pause(self, job_id: str) -> None:
        """Pause a job; it stays in the queue."""
        self._link.control(job_id, "pause")

    def resume(self, job_id: str) -> None:
        """Resume a paused job."""
        self._link.control(job_id, "resume")

    def toggle_pause(self, item: JobItem) -> None:
        """Pause a running job, resume a paused one."""
        (self.resume if item.info.state == "paused" else self.pause)(item.id)

    def clear_finished(self) -> None:
        """Remove the jobs that are over from the list."""
        self.remove(lambda _: True)

    def remove(self, condition: Callable[[JobInfo], bool]) -> None:
        """Remove the jobs that are over and meet a condition from the list."""
        for item in list(self.items.values()):
            if item.info.is_over and condition(item.info):
                del self.items[item.id]
                self.removed.emit(item)

    def _handle(self, event: Event) -> None:
        if event.job is None:
            return
        item = self.items.get(event.job.id)
        if item is None:
            item = self.items[event.job.id] = JobItem(event.job)
            self.added.emit(item)
            self._call_on_item(item)
        item.handle(event)
        if event.kind == "note" and event.text:
            self._messages.note(event.text)
        self._finish(item)

    def _call_on_item(self, item: JobItem) -> None:
        callbacks = self._callbacks.get(item.id)
        if callbacks is not None and callbacks.on_item is not None:
            callbacks.on_item(item)
            callbacks.on_item = None

    def _finish(self, item: JobItem) -> None:
        """Call the callbacks of a job that is over."""
        self.busy = any(not one.info.is_over for one in self.items.values())
        info = item.info
        if not info.is_over:
            return
        callbacks = self._callbacks.pop(item.id, None)
        if callbacks is None:
            return
        if info.state == "cancelled":
            callbacks.failed(CancelledError())
        elif info.state == "failed":
            callbacks.failed(S2EditError.from_json(info.error))
        else:
            self._link.result(item.id, callbacks.then, callbacks.failed)

    def _engine_lost(self) -> None:
        """The engine's jobs ended with it; a learning run can be resumed from its checkpoint."""
        self.lost = tuple(item.info.kind for item in self.items.values() if not item.info.is_over)
        lost, self._callbacks = self._callbacks, {}
        for item in list(self.items.values()):
            del self.items[item.id]
            self.removed.emit(item)
        self.busy = False
        for one in lost.values():
            one.failed(EngineGoneError("The engine ended while it worked.", "It is being started again."))

    def _listed(self, answer: queries.JobList) -> None:
        for info in answer.jobs:
            if info.id not in self.items:
                self._handle(Event("state", job=info))
