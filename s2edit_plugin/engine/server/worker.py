"""The worker threads: ONE for jobs that use a model, one for downloads and similar jobs.

A worker runs the jobs of its lane one after another. An unexpected exception becomes one sentence for the user and a
traceback in the log.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from s2edit_plugin.api import REGION, Event, OnNote, OnProgress, Progress
from s2edit_plugin.api.operations import Lane, operation_of
from s2edit_plugin.backbones.device_memory import is_out_of_memory, release_memory
from s2edit_plugin.engine.server.events import EventLog
from s2edit_plugin.engine.server.job import QueuedJob
from s2edit_plugin.engine.server.job_queue import JobQueue
from s2edit_plugin.errors import CancelledError, ResourceError, S2EditError, Sentence

__all__ = ["Handler", "PreviewClock", "Worker", "unforeseen"]

log = logging.getLogger(__name__)

PREVIEW_EVERY = 0.7  # seconds
PREVIEW_SHARE = 0.05  # most of the time that previews may take


Handler = Callable[[Any, OnProgress, OnNote], Any]


class Worker:
    """One lane's thread.

    Args:
        handler_of: the function that executes a request, called on the worker thread with the request and two callbacks.
        previews: whether a client displays previews.
    """

    def __init__(
        self,
        lane: Lane,
        queue: JobQueue,
        events: EventLog,
        handler_of: Callable[[Any], Handler],
        previews: Callable[[], bool] = lambda: True,
    ) -> None:
        self._lane, self._queue, self._events = lane, queue, events
        self._handler_of, self._previews = handler_of, previews
        self._thread = threading.Thread(target=self._work, name=f"s2edit {lane}", daemon=True)

    def start(self) -> None:
        """Begin to take jobs."""
        self._thread.start()

    def join(self, timeout: float | None = None) -> bool:
        """Wait until the thread has ended, which it does once the queue is closed; whether it has."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while (job := self._queue.take(self._lane)) is not None:
            self._run(job)

    def _run(self, job: QueuedJob) -> None:
        name, started = f"{type(job.request).__name__} {job.id[:8]}", time.monotonic()
        log.info("%s starts", name)
        failure: S2EditError | None = None
        try:
            result = self._handler_of(job.request)(job.request, self._reporter(job), self._note_callback(job))
        except CancelledError as error:
            if error.sentence != CancelledError().sentence:
                self._note_callback(job)(error.sentence)  # not the user but something else stopped it
            self._queue.stopped(job)
        except S2EditError as error:
            failure = error.with_traceback(None)
        except BaseException as error:  # the thread must survive any exception
            failure = unforeseen(error)
        else:
            for change in operation_of(job.request).changes:
                self._events.publish(Event(change))
            self._queue.done(job, result)
        if failure is not None:
            failure.__cause__ = failure.__context__ = None
            self._queue.failed(job, failure)
            if self._lane == "gpu" and type(failure) in (ResourceError, S2EditError):
                release_memory()  # here, when no traceback holds the failed job's tensors any more
        log.info("%s is %s after %.1f s", name, job.state, time.monotonic() - started)

    def _reporter(self, job: QueuedJob) -> OnProgress:
        clock = PreviewClock()

        def on_progress(progress: Progress) -> None:
            self._queue.report(job, progress)
            if progress.region is not None and self._previews():
                self._show_region(job, progress.region)
            if progress.preview is not None and clock.is_due() and self._previews():
                picture = clock.measure(partial(progress.preview, partial(self._queue.check, job)))
                if picture:
                    self._events.publish(Event("preview", job=job.info(), picture=picture))

        return on_progress

    def _show_region(self, job: QueuedJob, make: Callable[[], bytes]) -> None:
        try:
            picture = make()
        except Exception as error:  # as for previews
            log.warning("The region could not be shown (%s).", type(error).__name__)
            return
        self._events.publish(Event("preview", job=job.info(), picture=picture, text=REGION))

    def _note_callback(self, job: QueuedJob) -> OnNote:
        def on_note(sentence: str) -> None:
            self._events.publish(Event("note", job=job.info(), text=sentence))

        return on_note


class PreviewClock:
    """Limits the rate of previews, and their share of the computing time.

    Args:
        now: a monotonic clock.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._last, self._cost = now(), 0.0

    def is_due(self) -> bool:
        """Whether it is time for the next one."""
        return self._now() - self._last >= max(PREVIEW_EVERY, self._cost / PREVIEW_SHARE)

    def measure(self, make: Callable[[], bytes]) -> bytes:
        """Make a preview and record its duration; b"" if it failed, and no further ones are made then.

        Raises:
            CancelledError: the job is to stop.
        """
        started = self._now()
        try:
            picture = make()
        except CancelledError:
            raise
        except Exception as error:  # a picture that is nice to have must not cost the job
            log.warning("A preview failed (%s).", type(error).__name__)
            self._cost = float("inf")
            return b""
        self._last = self._now()
        self._cost = self._last - started
        return picture


def unforeseen(error: BaseException) -> S2EditError:
    """Convert an unexpected exception to S2EditError; the traceback goes to the log."""
    if is_out_of_memory(error):
        log.warning("Out of memory.", exc_info=error)
        return ResourceError(
            "There was not enough memory.", "Close other programs, use a smaller photo, or a smaller model."
        )
    log.error("Unforeseen: %s.", type(error).__name__, exc_info=error)
    return S2EditError(
        Sentence("Something went wrong inside S2Edit ({}).", type(error).__name__),
        "The log says where: `s2edit engine status` names it, on the command line S2EDIT_DEBUG=1 shows it.",
    )
