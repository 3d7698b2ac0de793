"""The interface of all engine clients: `Client` and `Job`. Standard library only.

`LocalClient` (engine/local.py) runs the worker in the caller's process, `RemoteClient` (engine/remote.py) connects to the
engine's process. Both return the same results, raise the same errors and report the same events.

    client = connect()                                    # attaches to the running engine, or starts one
    result = client.run(api.ApplyEdit(photo, ("anna/me",), prompt), on_event=show)
    tokens = client.call(queries.ListTokens()).tokens
    job = client.submit(api.LearnToken(...), keep=True)
    job.pause(); job.resume(); job.cancel(); job.wait()
"""

from __future__ import annotations

import queue
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from s2edit_plugin.api import Event, JobInfo, Request
from s2edit_plugin.errors import CancelledError, EngineGoneError, S2EditError

__all__ = ["Client", "Job", "OnEvent", "Subscription", "without_log"]

R = TypeVar("R")
OnEvent = Callable[[Event], None]
Subscription = Callable[[], None]
"""Call it to end the subscription."""


class Client(ABC):
    """Sends requests to the engine. Thread-safe.

    All methods raise EngineGoneError if the engine ended, and any `S2EditError` of the engine's answer.
    """

    @abstractmethod
    def call(self, request: Request[R]) -> R:
        """Run one of `api.operations.QUERIES` and wait for the answer: milliseconds, for `queries.Diagnose` some seconds."""

    @abstractmethod
    def submit(
        self, request: Request[R], *, keep: bool = False, priority: int | None = None, title: str = ""
    ) -> Job[R]:
        """Put one of `api.operations.JOBS` into the queue and return at once.

        Args:
            keep: continue the job when this client is closed or lost; otherwise it is cancelled.
            priority: smaller runs first; None: by the kind of job (masks, then edits, then learning).
            title: plain words for the queue, "": made from the request.
        """

    @abstractmethod
    def attach(self, job_id: str) -> Job[Any]:
        """A handle on an existing job. Raises EngineError if there is no job of this id."""

    @abstractmethod
    def control(self, job_id: str, action: str) -> None:
        """``cancel``, ``pause`` or ``resume`` a job; takes effect within one denoising step."""

    @abstractmethod
    def fetch_result(self, job_id: str) -> Any:
        """The result of a job that is done. Raises its error if it failed, CancelledError if it was cancelled."""

    @abstractmethod
    def job_info(self, job_id: str) -> JobInfo:
        """The current state of a job. Raises EngineError if there is no job of this id."""

    @abstractmethod
    def subscribe(self, listener: OnEvent, *, log: bool = False) -> Subscription:
        """Subscribe to all events of the engine. The listener is called on a thread of the client and must return quickly.

        Args:
            log: include new lines of the engine's log; `queries.ReadLog` returns earlier ones.

        After the connection is lost the listener gets a last event of the kind ``state`` without a job and with the
        sentence as ``text``.
        """

    @abstractmethod
    def close(self) -> None:
        """Leave: jobs of this client that were not submitted with ``keep`` are cancelled. May be called twice."""

    def run(
        self,
        request: Request[R],
        on_event: OnEvent = lambda event: None,
        *,
        keep: bool = False,
        title: str = "",
        on_job: Callable[[Job[R]], None] = lambda job: None,
    ) -> R:
        """Submit a job and wait for its result.

        Args:
            on_job: called with the job once it is in the queue.
            on_event: called with the job's events, on the calling thread. If it raises, also KeyboardInterrupt, the job is
                cancelled and the exception propagates.
        """
        events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        unsubscribe = self.subscribe(events.put)
        try:
            job = self.submit(request, keep=keep, title=title)
            try:
                on_job(job)
                self._handle_events(job, events, on_event)
            except EngineGoneError:
                raise
            except BaseException:
                job.cancel()
                raise
            return job.wait()
        finally:
            unsubscribe()

    def _handle_events(self, job: Job[Any], events: queue.SimpleQueue[Event], on_event: OnEvent) -> None:
        while True:
            try:
                event = events.get(timeout=POLL_SECONDS)
            except queue.Empty:
                # No event for a long time: query the state in case an event was missed.
                if job.info().is_over:
                    return
                continue
            if event.kind == "state" and event.job is None:
                raise EngineGoneError(event.text or "The engine has gone.", "Run the command again.")
            if event.job is not None and event.job.id == job.id:
                on_event(event)
                if event.job.is_over:
                    return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


POLL_SECONDS = 5.0


def without_log(listener: OnEvent) -> OnEvent:
    """A listener for all events except log lines."""

    def hear(event: Event) -> None:
        if event.kind != "log":
            listener(event)

    return hear


class Job(Generic[R]):
    """A job in an engine's queue."""

    def __init__(self, client: Client, job_id: str) -> None:
        self.client, self.id = client, job_id

    def info(self) -> JobInfo:
        """The job as it is now."""
        return self.client.job_info(self.id)

    def cancel(self) -> None:
        """Stop it within one step; a learning run keeps its checkpoint. No effect on a finished job."""
        self.client.control(self.id, "cancel")

    def pause(self) -> None:
        """Stop it within one step and free the GPU; it stays in the queue."""
        self.client.control(self.id, "pause")

    def resume(self) -> None:
        """Resume a paused job."""
        self.client.control(self.id, "resume")

    def wait(self, timeout: float | None = None) -> R:
        """Wait until the job is over and return its result.

        Raises:
            TimeoutError: not over after ``timeout`` seconds. CancelledError: it was cancelled. Its own error if it failed.
        """
        over = threading.Event()
        gone: list[str] = []

        def listen(event: Event) -> None:
            if event.job is None and event.kind == "state":
                gone.append(event.text)
                over.set()
            elif event.job is not None and event.job.id == self.id and event.job.is_over:
                over.set()

        unsubscribe = self.client.subscribe(listen)
        try:
            info = self.info()
            if not info.is_over and not over.wait(timeout):
                raise TimeoutError(f"The job {self.id} is not over after {timeout} seconds.")
            if gone:
                raise EngineGoneError(gone[0] or "The engine has gone.")
            info = self.info()
        finally:
            unsubscribe()
        if info.state == "cancelled":
            raise CancelledError()
        if info.state == "failed":
            raise S2EditError.from_json(info.error)
        result: R = self.client.fetch_result(self.id)
        return result
