"""A client without an engine, for tests of windows and plug-ins: jobs advance when told, errors come when wanted.

    client = FakeClient()
    client.world.add_token("anna/me")
    job = client.submit(api.ApplyEdit(photo, ("anna/me",), "smiling"))      # runs at once if nothing else does
    client.step(3, preview=png)                                             # three steps, then a preview
    client.finish()                                                         # done, with a plausible result
    client.answers[queries.ListTokens] = EngineError("The library is locked.")
    client.die("The engine ended unexpectedly.")                            # every listener hears it; calls raise
    client.revive()

Queue, priorities, pause and events are the engine's own. With ``auto=0.01`` jobs advance by themselves on a thread.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from s2edit_plugin import api
from s2edit_plugin.api import REGION, Event, JobInfo, Progress, Request, operations, queries
from s2edit_plugin.api.operations import Lane
from s2edit_plugin.engine.client.interface import Client, Job, OnEvent, Subscription, without_log
from s2edit_plugin.engine.server.events import EventLog
from s2edit_plugin.engine.server.job import QueuedJob
from s2edit_plugin.engine.server.job_queue import JobQueue
from s2edit_plugin.errors import EngineGoneError, S2EditError, UsageError
from tests.fakes.engine_world import FakeWorld

__all__ = ["FakeClient"]

R = TypeVar("R")
STEPS = 10
LANES: tuple[Lane, ...] = ("gpu", "disk")


class FakeClient(Client):
    """A scriptable client.

    Args:
        auto: seconds a step of jobs that advance by themselves; None: they advance when told.

    Attributes:
        world: people, tokens, journal, models, settings; change them freely.
        answers: by class of a call or job: a value to answer with, an exception to raise, or a function of the request. What
            is not listed is answered from the world.
        asked, submitted: every call and every job so far.
    """

    def __init__(self, auto: float | None = None) -> None:
        self.events = EventLog()
        self.world = FakeWorld(lambda kind: self.tell(Event(kind)))
        self.answers: dict[type, Any] = {}
        self.asked: list[Any] = []
        self.submitted: list[Any] = []
        self._queue = JobQueue(self.events, resume_delay=0.0)
        self._running: dict[str, QueuedJob] = {}
        self._listeners: list[OnEvent] = []
        self._lock = threading.RLock()
        self._told = 0
        self._gone = ""
        self._closed = threading.Event()
        self._auto = auto
        self._thread: threading.Thread | None = None
        if auto is not None:
            self._thread = threading.Thread(target=self._advance_by_itself, name="fake engine", daemon=True)
            self._thread.start()

    # ------------------------------------------------------------------ what programs use

    def call(self, request: Request[R]) -> R:
        """Answer from ``answers``, else from the world."""
        self._check()
        self.asked.append(request)
        if type(request) not in operations.QUERIES:
            raise UsageError(f"{type(request).__name__} is no call.", "Submit it.")
        if isinstance(request, queries.ListJobs) and queries.ListJobs not in self.answers:
            jobs: Any = queries.JobList(self._queue.infos())
            return jobs  # type: ignore[no-any-return]
        result: R = self._scripted(request, self.world.answer)
        return result

    def submit(
        self, request: Request[R], *, keep: bool = False, priority: int | None = None, title: str = ""
    ) -> Job[R]:
        """Queue a job; it runs at once if nothing goes before it."""
        self._check()
        if type(request) not in operations.JOBS:
            raise UsageError(f"{type(request).__name__} is no job.", "Call it.")
        self.submitted.append(request)
        with self._lock:
            info = self._queue.add(request, keep=keep, priority=priority, title=title)
            self._settle()
        self._dispatch()
        return Job(self, info.id)

    def attach(self, job_id: str) -> Job[Any]:
        """A handle on a job."""
        self.job_info(job_id)
        return Job(self, job_id)

    def control(self, job_id: str, action: str) -> None:
        """Takes effect at once: between two steps."""
        self._check()
        with self._lock:
            self._queue.control(job_id, action)
            self._settle()
        self._dispatch()

    def fetch_result(self, job_id: str) -> Any:
        """The result of a job that is done."""
        self._check()
        return self._queue.result(job_id)

    def job_info(self, job_id: str) -> JobInfo:
        """A job as it is now."""
        self._check()
        return self._queue.info(job_id)

    def subscribe(self, listener: OnEvent, *, log: bool = False) -> Subscription:
        """Hear every event, on the thread that made it happen."""
        self._check()
        hears = listener if log else without_log(listener)
        with self._lock:
            self._listeners.append(hears)

        def unsubscribe() -> None:
            with self._lock:
                if hears in self._listeners:
                    self._listeners.remove(hears)

        return unsubscribe

    def close(self) -> None:
        """End; jobs that were not submitted with ``keep`` are cancelled."""
        if self._closed.is_set():
            return
        self._closed.set()
        with self._lock:
            self._queue.leave("")
            self._listeners.clear()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    # ------------------------------------------------------------------ what tests use

    @property
    def running(self) -> JobInfo | None:
        """The job that runs on the GPU, else the one that downloads, else None."""
        with self._lock:
            job = next((self._running[lane] for lane in LANES if lane in self._running), None)
            return None if job is None else job.info()

    def step(
        self,
        count: int = 1,
        *,
        total: int = 0,
        stage: str = "",
        loss: float | None = None,
        seconds_left: float | None = None,
        preview: bytes = b"",
        region: bytes = b"",
        job_id: str = "",
    ) -> JobInfo:
        """Let a running job (the first, or the one of this id) do some steps, then show a preview and a region if given."""
        with self._lock:
            job = self._job(job_id)
            before = job.progress
            total = total or (before.total if before else _steps_of(job.request))
            stage = stage or (before.stage if before else _stage_of(job.request))
            done = before.step if before and before.stage == stage else 0
            for number in range(done + 1, min(done + count, total) + 1):
                job.last_published = 0.0  # publish every step
                self._queue.report(job, Progress(stage, number, total, loss, seconds_left))
            if preview:
                self.events.publish(Event("preview", job=job.info(), picture=preview))
            if region:
                self.events.publish(Event("preview", job=job.info(), picture=region, text=REGION))
            info = job.info()
        self._dispatch()
        return info

    def finish(self, result: Any = None, job_id: str = "") -> JobInfo:
        """End a running job with a result; None: from ``answers``, else a plausible one."""
        with self._lock:
            job = self._job(job_id)
        # Without the lock: what the world changes is heard at once, and a listener may ask for anything.
        error: S2EditError | None = None
        made = result
        if result is None:
            try:
                made = self._scripted(job.request, self.world.finish)
            except S2EditError as raised:
                error = raised
        with self._lock:
            if self._running.get(job.lane) is job:
                self._queue.done(job, made) if error is None else self._queue.failed(job, error)
                del self._running[job.lane]
            info = job.info()
            self._settle()
        self._dispatch()
        return info

    def fail(self, error: S2EditError, job_id: str = "") -> JobInfo:
        """End a running job with an error."""
        with self._lock:
            job = self._job(job_id)
            self._queue.failed(job, error)
            del self._running[job.lane]
            info = job.info()
            self._settle()
        self._dispatch()
        return info

    def tell(self, event: Event) -> None:
        """Have everybody hear an event, a note for example."""
        self.events.publish(event)
        self._dispatch()

    def die(self, sentence: str = "The engine ended unexpectedly.") -> None:
        """End as a crashed engine does: listeners hear it once, everything raises EngineGoneError, running jobs are lost."""
        with self._lock:
            self._gone = sentence
            self._running.clear()
            self._queue = JobQueue(self.events, resume_delay=0.0)
            listeners = list(self._listeners)
            self._listeners.clear()
        for listener in listeners:
            listener(Event("state", text=sentence))

    def revive(self) -> None:
        """Answer again, as a restarted engine: what is in the world is there, jobs are not."""
        with self._lock:
            self._gone = ""

    # ------------------------------------------------------------------ inside

    def _check(self) -> None:
        if self._gone:
            raise EngineGoneError(self._gone, "Start it again.")

    def _scripted(self, request: Any, otherwise: Callable[[Any], Any]) -> Any:
        answer = self.answers.get(type(request))
        if isinstance(answer, BaseException):
            raise answer
        if answer is None:
            return otherwise(request)
        return answer(request) if callable(answer) else answer

    def _job(self, job_id: str) -> QueuedJob:
        for lane in LANES:
            job = self._running.get(lane)
            if job is not None and job_id in ("", job.id):
                return job
        raise UsageError("No such job is running.")

    def _settle(self) -> None:
        """What the worker would do between two steps: stop what was asked to stop, start what is next. Under the lock."""
        for lane in LANES:
            running = self._running.get(lane)
            if running is not None and running.requested_action:
                self._queue.stopped(running)
                del self._running[lane]
            if lane not in self._running:
                started = self._queue.take(lane, wait=False)
                if started is not None:
                    self._running[lane] = started

    def _dispatch(self) -> None:
        with self._lock:
            heard = self.events.after(self._told).events
            self._told = self.events.number
            listeners = list(self._listeners)
        for event in heard:
            for listener in listeners:
                listener(event)

    def _advance_by_itself(self) -> None:
        while not self._closed.wait(self._auto):
            for lane in LANES:
                job = self._running.get(lane)
                progress = job.progress if job is not None else None
                with contextlib.suppress(UsageError):  # it was cancelled in between
                    if job is None:
                        continue
                    if progress is not None and progress.step >= progress.total:
                        self.finish(job_id=job.id)
                    else:
                        self.step(job_id=job.id)


def _steps_of(request: Any) -> int:
    if isinstance(request, api.LearnToken):
        return request.settings.steps_token + request.settings.steps_joint
    return request.settings.steps if isinstance(request, api.ApplyEdit) else STEPS


def _stage_of(request: Any) -> str:
    match request:
        case api.LearnToken():
            return "learning"
        case api.ApplyEdit():
            return "editing"
        case api.InstallModel():
            return "downloading"
    return "working"
