"""The queue as the window sees it: every job of the engine with its progress, preview and what to do when it is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PyQt6.QtCore import pyqtSignal

from qt_app.engine import EngineLink, OnError
from qt_app.model.messages import Messages
from qt_app.model.observable import Observable, Property
from s2edit_plugin.api import REGION, Event, JobInfo, Progress, Request, queries
from s2edit_plugin.errors import CancelledError, EngineGoneError, S2EditError

__all__ = ["JobItem", "Jobs"]


class JobItem(Observable):
    """A job of the engine.

    Signals:
        info_changed(JobInfo), preview_changed(bytes): a small encoded picture. region_changed(bytes): where an edit may change
        the photo, a grey PNG of its size, before the long part begins. losses_changed: see `losses`.

    Attributes:
        losses: (step, loss) of every report of a learning run, for its curve.
    """

    info_changed = pyqtSignal(object)
    preview_changed = pyqtSignal(object)
    region_changed = pyqtSignal(object)
    losses_changed = pyqtSignal(object)
    info = Property[JobInfo | None](None)
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
        return self.info.id if self.info else ""

    @property
    def progress(self) -> Progress | None:
        """The newest report."""
        return self.info.progress if self.info else None

    def hear(self, event: Event) -> None:
        """Take in an event of this job; one that was overtaken by a newer one changes nothing."""
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
class _Waiting:
    """Who waits for a job of this window."""

    then: Callable[[Any], None]
    failed: OnError
    item: Callable[[JobItem], None] | None = None


class Jobs(Observable):
    """All jobs of the engine, in the order they came.

    Signals:
        added(JobItem), removed(JobItem). busy_changed(bool): whether anything runs or waits.

    Attributes:
        lost: kinds of the jobs that ended with the engine when it was lost last.
    """

    added = pyqtSignal(object)
    removed = pyqtSignal(object)
    busy_changed = pyqtSignal(object)
    busy = Property(False)

    def __init__(self, link: EngineLink, messages: Messages) -> None:
        super().__init__()
        self._link, self._messages = link, messages
        self.items: dict[str, JobItem] = {}
        self._waiting: dict[str, _Waiting] = {}
        self.lost: tuple[str, ...] = ()
        link.happened.connect(self._hear)
        link.state_changed.connect(self._engine_state)

    def start(
        self,
        request: Request[Any],
        then: Callable[[Any], None] = lambda _: None,
        failed: OnError | None = None,
        *,
        on_item: Callable[[JobItem], None] | None = None,
        keep: bool = False,
        title: str = "",
    ) -> None:
        """Submit a job.

        Args:
            then: gets the result. failed: gets the error, also when it was cancelled (CancelledError) or the engine ended
                (EngineGoneError); None: errors are shown. on_item: gets the job's item as soon as the engine has it.
        """
        waiting = _Waiting(then, failed or self._messages.error, on_item)

        def submitted(job_id: str) -> None:
            self._waiting[job_id] = waiting
            item = self.items.get(job_id)
            if item is not None:
                self._introduce(item)
                self._settle(item)

        self._link.submit(request, submitted, waiting.failed, keep=keep, title=title)

    def cancel(self, job_id: str) -> None:
        """Stop a job within one step."""
        self._link.control(job_id, "cancel")

    def pause(self, job_id: str) -> None:
        """Pause a job; it stays in the queue."""
        self._link.control(job_id, "pause")

    def resume(self, job_id: str) -> None:
        """Let a paused job go on."""
        self._link.control(job_id, "resume")

    def clear_finished(self) -> None:
        """Take jobs that are over off the list."""
        self.remove(lambda _: True)

    def remove(self, doomed: Callable[[JobInfo], bool]) -> None:
        """Take some of the jobs that are over off the list."""
        for item in list(self.items.values()):
            if item.info is not None and item.info.is_over and doomed(item.info):
                del self.items[item.id]
                self.removed.emit(item)

    def _hear(self, event: Event) -> None:
        if event.job is None:
            return
        item = self.items.get(event.job.id)
        if item is None:
            item = self.items[event.job.id] = JobItem(event.job)
            self.added.emit(item)
            self._introduce(item)
        item.hear(event)
        if event.kind == "note" and event.text:
            self._messages.note(event.text)
        self._settle(item)

    def _introduce(self, item: JobItem) -> None:
        waiting = self._waiting.get(item.id)
        if waiting is not None and waiting.item is not None:
            waiting.item(item)
            waiting.item = None

    def _settle(self, item: JobItem) -> None:
        """Hand on the result of a job that is over to who waits for it."""
        self.busy = any(i.info is not None and not i.info.is_over for i in self.items.values())
        info = item.info
        if info is None or not info.is_over:
            return
        waiting = self._waiting.pop(item.id, None)
        if waiting is None:
            return
        if info.state == "cancelled":
            waiting.failed(CancelledError())
        elif info.state == "failed":
            waiting.failed(S2EditError.from_json(info.error))
        else:
            self._link.result(item.id, waiting.then, waiting.failed)

    def _engine_state(self, state: str) -> None:
        if state == "connected":
            self._link.ask(queries.ListJobs(), self._listed)
        elif state == "lost":
            # The engine's jobs ended with it; a learning run goes on from its checkpoint when it is started again.
            self.lost = tuple(
                item.info.kind
                for item in self.items.values()
                if item.info is not None and not item.info.is_over
            )
            waiting, self._waiting = self._waiting, {}
            for item in list(self.items.values()):
                del self.items[item.id]
                self.removed.emit(item)
            self.busy = False
            for one in waiting.values():
                one.failed(EngineGoneError("The engine ended while it worked.", "It is being started again."))

    def _listed(self, answer: queries.JobList) -> None:
        for info in answer.jobs:
            if info.id not in self.items:
                self._hear(Event("state", job=info))
