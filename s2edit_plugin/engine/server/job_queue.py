"""The job queue: scheduling, preemption and results. Independent of models and connections.

Jobs run in two lanes, one after another in each: ``gpu`` for jobs that use a model, ``disk`` for downloads and similar jobs.
Smaller priorities run first, equal ones in order of arrival. A running learning job stops within one step for a job with
higher precedence, and resumes from its checkpoint afterwards; other running jobs are not preempted.
"""

from __future__ import annotations

import dataclasses
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

from s2edit_plugin import api
from s2edit_plugin.api import Event, JobInfo, JobState, Progress
from s2edit_plugin.api.limits import check_texts
from s2edit_plugin.api.operations import JOBS, Lane, operation_of
from s2edit_plugin.engine.server.events import EventLog
from s2edit_plugin.engine.server.job import (
    QueuedJob,
    bytes_of,
    without_pictures,
    without_words,
)
from s2edit_plugin.errors import CancelledError, EngineError, ResourceError, S2EditError, Sentence, UsageError

__all__ = ["ACTIONS", "RESUME_DELAY", "JobQueue"]

ACTIONS = ("cancel", "pause", "resume")

RESUME_DELAY = 1.0  # seconds until a preempted learning job resumes, so that a series of clicks does not stop it each time
QUIET = 0.02  # seconds between two progress events of a stage
MAX_QUEUED = 1000
FETCHED_WITHIN = 10.0  # seconds for clients to fetch the result of a finished job
KEPT_JOBS = 200  # jobs that are over
KEPT_BYTES = 256 * 1024 * 1024  # of their results


class JobQueue:
    """All jobs of an engine. Every method may be called from any thread.

    Args:
        events: publishes the changes. resume_delay: see `RESUME_DELAY`.
    """

    def __init__(self, events: EventLog, resume_delay: float = RESUME_DELAY) -> None:
        self._events, self._resume_delay = events, resume_delay
        self._changed = threading.Condition()
        self._jobs: dict[str, QueuedJob] = {}
        self._numbers = 0
        self._quiet_since = 0.0  # when the last job of the gpu lane that was no learning ended, monotonic
        self._closed = False

    # ------------------------------------------------------------------ for clients

    def add(
        self,
        request: Any,
        *,
        job_id: str = "",
        owner: str = "",
        keep: bool = False,
        priority: int | None = None,
        title: str = "",
    ) -> JobInfo:
        """Queue a job. An existing job of this id is returned unchanged, so repeated requests do not start a second job.

        Raises:
            UsageError: it is no job, or its texts are beyond their limits. EngineError: the engine is ending.
            ResourceError: the queue is full.
        """
        if type(request) not in JOBS:
            raise UsageError(Sentence("{} is no job.", type(request).__name__))
        check_texts(request)
        with self._changed:
            known = self._jobs.get(job_id)
            if known is not None:
                return known.info()
            if self._closed:
                raise EngineError("The engine is ending.", "Try again in a moment.")
            if sum(not job.is_over for job in self._jobs.values()) >= MAX_QUEUED:
                raise ResourceError(
                    Sentence("{} jobs are waiting already.", MAX_QUEUED), "Wait, or cancel some."
                )
            self._numbers += 1
            operation = operation_of(request)
            job = QueuedJob(
                id=job_id or uuid.uuid4().hex,
                request=request,
                title=title or operation.title(request),
                priority=operation.priority if priority is None else priority,
                lane=operation.lane,
                number=self._numbers,
                owner=owner,
                keep=keep,
                created=time.time(),
            )
            self._jobs[job.id] = job
            self._publish(job)
            self._preempt(job)
            return job.info()

    def control(self, job_id: str, action: str) -> JobInfo:
        """``cancel``, ``pause`` or ``resume`` a job; no effect if its state does not allow the action.

        Raises:
            EngineError: there is no job of this id. UsageError: there is no such action.
        """
        if action not in ACTIONS:
            raise UsageError("A job can be cancelled, paused or resumed.")
        with self._changed:
            job = self._get(job_id)
            if action == "cancel":
                self._cancel(job)
            elif action == "pause":
                self._pause(job)
            else:
                self._resume(job)
            return job.info()

    def leave(self, owner: str) -> None:
        """Cancel the jobs of a lost client that were submitted without ``keep``."""
        with self._changed:
            for job in list(self._jobs.values()):
                if job.owner == owner and not job.keep:
                    self._cancel(job)

    def forget(self, concerns: Callable[[Any], bool]) -> None:
        """Cancel and drop the jobs that concern a forgotten person, and drop all finished jobs except newer ones.

        The request of a finished job has no photo, so it is unknown whether its result shows the person.

        Args:
            concerns: whether a request is about the person.
        """
        with self._changed:
            living = [job for job in self._jobs.values() if not job.is_over]
        doomed = {
            job.id for job in living if concerns(job.request)
        }  # it may decode pictures, so call it without the lock
        with self._changed:
            late = time.time() - FETCHED_WITHIN
            for job in list(self._jobs.values()):
                if job.id in doomed:
                    job.forgotten, job.title = True, ""
                    self._cancel(job)
                elif job.is_over and (job.ended < late or concerns(job.request)):
                    self._jobs.pop(job.id, None)

    def info(self, job_id: str) -> JobInfo:
        """The current state of a job. Raises EngineError if there is no job of this id."""
        with self._changed:
            return self._get(job_id).info()

    def infos(self) -> tuple[JobInfo, ...]:
        """All jobs: running, waiting in their order, paused, then those that are over, the newest first."""
        order = {"running": 0, "queued": 1, "paused": 2}
        with self._changed:
            waiting = [job for job in self._jobs.values() if not job.is_over]
            waiting.sort(key=lambda job: (order[job.state], job.priority, job.number))
            over = sorted((job for job in self._jobs.values() if job.is_over), key=lambda job: -job.ended)
            return tuple(job.info() for job in [*waiting, *over])

    def result(self, job_id: str) -> Any:
        """The result of a job that is done.

        Raises:
            CancelledError: it was cancelled. S2EditError: its own error if it failed. EngineError: it is unknown, not over, or
                its result was dropped.
        """
        with self._changed:
            job = self._get(job_id)
            if job.state == "cancelled":
                raise CancelledError()
            if job.state == "failed":
                raise S2EditError.from_json(job.error)
            if job.state != "done":
                raise EngineError("The job is not over yet.", "Wait for it.")
            if job.result is None:
                raise EngineError(
                    "The result of this job is not kept any more.", "Edits are in the history; run it again."
                )
            return job.result

    def counts(self) -> tuple[int, int]:
        """How many jobs run, and how many wait (paused ones not counted)."""
        with self._changed:
            states = [job.state for job in self._jobs.values()]
        return states.count("running"), states.count("queued")

    # ------------------------------------------------------------------ for the workers

    def take(self, lane: Lane, wait: bool = True) -> QueuedJob | None:
        """The next job of a lane, from now on running; waits for one. None once the queue is closed, or without ``wait``."""
        with self._changed:
            while not self._closed:
                job = self._next(lane)
                delay = self._delay(job)
                if job is not None and delay <= 0:
                    job.state, job.requested_action, job.yielded = "running", "", False
                    job.started = job.started or time.time()
                    self._publish(job)
                    return job
                if not wait:
                    break
                self._changed.wait(delay if job is not None else None)
            return None

    def report(self, job: QueuedJob, progress: Progress) -> None:
        """Take a running job's progress. Raises CancelledError where the job is to stop here."""
        with self._changed:
            before, job.progress = job.progress, dataclasses.replace(progress, preview=None, region=None)
            now = time.monotonic()
            news = before is None or before.stage != progress.stage or progress.step >= progress.total
            if news or now - job.last_published >= QUIET:
                job.last_published = now
                self._events.publish(Event("progress", job=job.info()))
            if job.requested_action:
                raise CancelledError()

    def check(self, job: QueuedJob) -> None:
        """Between two steps of something beside a running job: raises CancelledError where the job is to stop here."""
        with self._changed:
            if job.requested_action:
                raise CancelledError()

    def done(self, job: QueuedJob, result: Any) -> None:
        """A job has its result."""
        with self._changed:
            job.result = result
            self._end(job, "done")

    def failed(self, job: QueuedJob, error: S2EditError) -> None:
        """A job ended with an error."""
        with self._changed:
            job.error = error.to_json()
            self._end(job, "failed")

    def stopped(self, job: QueuedJob) -> None:
        """Handle a job that stopped on request: it is cancelled, paused, or resumes later."""
        with self._changed:
            requested, job.requested_action = job.requested_action, ""
            if isinstance(job.request, api.LearnToken):
                # The checkpoint now contains the progress.
                job.resumable = True
                job.request = dataclasses.replace(job.request, resume=True)
            if requested in ("", "cancel") or self._closed:
                self._end(job, "cancelled")
                return
            job.state, job.yielded = ("paused" if requested == "pause" else "queued"), requested == "yield"
            self._publish(job)

    def close(self) -> None:
        """Cancel all jobs, learning with a checkpoint, and end the workers after their current step."""
        with self._changed:
            self._closed = True
            for job in list(self._jobs.values()):
                self._cancel(job)
            self._changed.notify_all()

    # ------------------------------------------------------------------ inside, under the lock

    def _get(self, job_id: str) -> QueuedJob:
        try:
            return self._jobs[job_id]
        except KeyError:
            raise EngineError("The engine knows no such job.", "It may have been restarted.") from None

    def _next(self, lane: Lane) -> QueuedJob | None:
        waiting = [job for job in self._jobs.values() if job.state == "queued" and job.lane == lane]
        return min(waiting, key=lambda job: (job.priority, job.number), default=None)

    def _delay(self, job: QueuedJob | None) -> float:
        """Remaining seconds before a preempted job may resume."""
        if job is None or not job.yielded:
            return 0.0
        return self._quiet_since + self._resume_delay - time.monotonic()

    def _preempt(self, newcomer: QueuedJob) -> None:
        """Preempt a running learning job for a job with higher precedence."""
        for job in self._jobs.values():
            if (
                job.state == "running"
                and job.lane == newcomer.lane
                and isinstance(job.request, api.LearnToken)
                and newcomer.priority < job.priority
                and not job.requested_action
            ):
                job.requested_action = "yield"

    def _cancel(self, job: QueuedJob) -> None:
        if job.state == "running":
            job.requested_action = "cancel"
        elif not job.is_over:
            self._end(job, "cancelled")

    def _pause(self, job: QueuedJob) -> None:
        if job.state == "running" and job.requested_action != "cancel":
            job.requested_action = "pause"
        elif job.state == "queued":
            job.state, job.yielded = "paused", False
            self._publish(job)

    def _resume(self, job: QueuedJob) -> None:
        if job.state == "running" and job.requested_action == "pause":
            job.requested_action = ""
            for waiting in self._jobs.values():
                if waiting.state == "queued":
                    self._preempt(waiting)
        elif job.state == "paused":
            job.state = "queued"
            self._publish(job)
            self._preempt(job)

    def _end(self, job: QueuedJob, state: JobState) -> None:
        job.state, job.requested_action, job.ended = state, "", time.time()
        if job.lane == "gpu" and not isinstance(job.request, api.LearnToken):
            self._quiet_since = time.monotonic()
        if job.forgotten:
            job.request, job.result, job.error = without_words(job.request), None, {}
            self._jobs.pop(job.id, None)
        self._publish(job)
        self._forget_old()

    def _publish(self, job: QueuedJob) -> None:
        self._events.publish(Event("state", job=job.info()))
        self._changed.notify_all()

    def _forget_old(self) -> None:
        over = sorted((job for job in self._jobs.values() if job.is_over), key=lambda job: job.ended)
        for job in over[: max(0, len(over) - KEPT_JOBS)]:
            del self._jobs[job.id]
        held = 0
        for job in reversed(over):  # the newest result always stays
            size = bytes_of(job.result)
            if held and held + size > KEPT_BYTES:
                job.result = None
            held += size
            job.request = without_pictures(job.request)
