"""The queue: order, lanes, what stops for what, and what stays of a job that is over."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from s2edit_plugin import api
from s2edit_plugin.api import Progress, operations
from s2edit_plugin.engine.server import job_queue
from s2edit_plugin.engine.server.events import EventLog
from s2edit_plugin.engine.server.job import QueuedJob
from s2edit_plugin.engine.server.job_queue import JobQueue
from s2edit_plugin.errors import CancelledError, EngineError, ImageError, ResourceError, UsageError

LEARN = api.LearnToken(b"photo", "anna", "me", class_noun="woman")
EDIT = api.ApplyEdit(b"photo", ("anna/me",), "smiling")
MASK = api.MakeMask(b"photo")
DOWNLOAD = api.InstallModel("sd15")


@pytest.fixture
def events() -> EventLog:
    return EventLog()


@pytest.fixture
def queue(events: EventLog) -> JobQueue:
    return JobQueue(events, resume_delay=0.0)


def take(queue: JobQueue, lane: job_queue.Lane = "gpu") -> QueuedJob:
    job = queue.take(lane, wait=False)
    assert job is not None
    return job


def stops(queue: JobQueue, job: QueuedJob, step: int = 1) -> bool:
    """Whether a step of a running job stops it; the worker's part of it is done."""
    try:
        queue.report(job, Progress("learning", step, 10))
    except CancelledError:
        queue.stopped(job)
        return True
    return False


def test_smaller_priorities_go_first_and_equal_ones_in_their_order(queue: JobQueue) -> None:
    titles = ["learn", "edit 1", "edit 2", "mask", "rerun", "urgent learn"]
    for request, title in zip([LEARN, EDIT, EDIT, MASK, api.RerunResult("1"), LEARN], titles, strict=True):
        queue.add(request, title=title, priority=1 if title.startswith("urgent") else None)
    order = []
    while (job := queue.take("gpu", wait=False)) is not None:
        order.append(job.title)
        queue.done(job, "result")
    assert order == ["urgent learn", "mask", "edit 1", "edit 2", "rerun", "learn"]


def test_every_job_has_a_title_a_lane_and_a_place(queue: JobQueue) -> None:
    requests: list[Any] = [LEARN, EDIT, MASK, DOWNLOAD, api.SuggestPrompt(b""), api.ShowAttention(b"", "hair"),
                           api.RecognisePeople(b""), api.OpenModel(),
                           api.RerunResult("1"), api.ImportModel("/m"), api.VerifyModel("m"), api.MoveModels("/n")]  # fmt: skip
    for request in requests:
        assert operations.operation_of(request).title(request) != type(request).__name__
    assert [operations.operation_of(request).lane for request in requests].count("disk") == 4
    assert (
        operations.operation_of(MASK).priority
        < operations.operation_of(EDIT).priority
        < operations.operation_of(LEARN).priority
    )


def test_downloads_do_not_wait_for_the_gpu(queue: JobQueue) -> None:
    queue.add(LEARN)
    queue.add(DOWNLOAD)
    running = [take(queue), take(queue, "disk")]
    assert [job.state for job in running] == ["running", "running"]


def test_a_learning_stops_for_an_edit_and_goes_on_afterwards(queue: JobQueue) -> None:
    queue.add(LEARN)
    learning = take(queue)
    assert not stops(queue, learning)
    queue.add(EDIT)
    assert stops(queue, learning, 2)
    assert learning.state == "queued"
    assert learning.request.resume
    edit = take(queue)
    assert isinstance(edit.request, api.ApplyEdit)
    queue.done(edit, "result")
    assert take(queue) is learning
    assert learning.progress is not None
    assert learning.progress.step == 2


def test_nothing_but_a_learning_stops_for_others(queue: JobQueue) -> None:
    queue.add(EDIT)
    edit = take(queue)
    queue.add(MASK)
    assert not stops(queue, edit)
    queue.done(edit, "result")
    queue.add(LEARN, priority=0)
    take(queue)


def test_a_learning_does_not_stop_for_a_job_behind_it_or_for_a_download(queue: JobQueue) -> None:
    queue.add(LEARN)
    learning = take(queue)
    queue.add(LEARN)
    queue.add(DOWNLOAD, priority=0)
    assert not stops(queue, learning)


def test_a_learning_that_stopped_waits_a_moment_for_more_clicks(events: EventLog) -> None:
    queue = JobQueue(events, resume_delay=0.2)
    queue.add(LEARN)
    learning = take(queue)
    queue.add(MASK)
    assert stops(queue, learning)
    queue.done(take(queue), "mask")
    assert queue.take("gpu", wait=False) is None
    queue.add(MASK)
    queue.done(take(queue), "mask")
    started = time.monotonic()
    assert queue.take("gpu") is learning
    assert time.monotonic() - started > 0.1


def test_a_running_job_is_cancelled_at_its_next_step(queue: JobQueue) -> None:
    info = queue.add(EDIT)
    job = take(queue)
    assert not stops(queue, job, 1)
    queue.control(info.id, "cancel")
    assert stops(queue, job, 2)
    assert queue.info(info.id).state == "cancelled"
    with pytest.raises(CancelledError):
        queue.result(info.id)


def test_a_cancelled_learning_can_be_resumed(queue: JobQueue) -> None:
    info = queue.add(LEARN)
    job = take(queue)
    queue.control(info.id, "cancel")
    assert stops(queue, job)
    assert queue.info(info.id).resumable


def test_a_result_that_came_before_the_cancel_counts(queue: JobQueue) -> None:
    info = queue.add(EDIT)
    job = take(queue)
    queue.control(info.id, "cancel")
    queue.done(job, "result")
    assert queue.info(info.id).state == "done"
    assert queue.result(info.id) == "result"


def test_pause_and_resume_while_running(queue: JobQueue) -> None:
    info = queue.add(LEARN)
    job = take(queue)
    queue.control(info.id, "pause")
    assert stops(queue, job)
    assert queue.info(info.id).state == "paused"
    assert queue.take("gpu", wait=False) is None
    queue.control(info.id, "resume")
    assert take(queue) is job
    queue.control(info.id, "pause")
    queue.control(info.id, "resume")
    assert not stops(queue, job)


def test_pause_and_cancel_while_waiting(queue: JobQueue) -> None:
    info = queue.add(EDIT)
    queue.control(info.id, "pause")
    assert queue.take("gpu", wait=False) is None
    queue.control(info.id, "cancel")
    queue.control(info.id, "resume")
    queue.control(info.id, "pause")
    assert queue.info(info.id).state == "cancelled"


def test_a_cancel_is_not_undone_by_a_pause(queue: JobQueue) -> None:
    info = queue.add(LEARN)
    job = take(queue)
    queue.control(info.id, "cancel")
    queue.control(info.id, "pause")
    queue.control(info.id, "resume")
    assert stops(queue, job)
    assert queue.info(info.id).state == "cancelled"


def test_a_resumed_learning_still_makes_way_for_who_waits(queue: JobQueue) -> None:
    info = queue.add(LEARN)
    learning = take(queue)
    queue.control(info.id, "pause")
    queue.add(EDIT)
    queue.control(info.id, "resume")
    assert stops(queue, learning)
    assert isinstance(take(queue).request, api.ApplyEdit)


def test_a_client_that_leaves_takes_its_jobs_along_unless_they_are_kept(queue: JobQueue) -> None:
    mine = queue.add(EDIT, owner="me")
    kept = queue.add(EDIT, owner="me", keep=True)
    other = queue.add(EDIT, owner="you")
    queue.leave("me")
    assert [queue.info(i.id).state for i in (mine, kept, other)] == ["cancelled", "queued", "queued"]


def test_a_failed_job_gives_its_own_error(queue: JobQueue) -> None:
    info = queue.add(EDIT)
    queue.failed(take(queue), ImageError("This is no picture.", "Use another."))
    assert queue.info(info.id).error["error"] == "ImageError"
    with pytest.raises(ImageError, match="no picture"):
        queue.result(info.id)


def test_a_repeated_request_starts_nothing_twice(queue: JobQueue) -> None:
    first = queue.add(EDIT, job_id="a" * 32)
    assert queue.add(EDIT, job_id="a" * 32) == first
    assert len(queue.infos()) == 1


def test_what_is_unknown_is_refused(queue: JobQueue) -> None:
    with pytest.raises(EngineError):
        queue.info("nobody")
    with pytest.raises(EngineError):
        queue.control("nobody", "cancel")
    info = queue.add(EDIT)
    with pytest.raises(UsageError):
        queue.control(info.id, "explode")
    with pytest.raises(EngineError, match="not over"):
        queue.result(info.id)


def test_the_queue_has_a_limit(queue: JobQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_queue, "MAX_QUEUED", 2)
    queue.add(EDIT)
    info = queue.add(EDIT)
    with pytest.raises(ResourceError):
        queue.add(EDIT)
    queue.control(info.id, "cancel")
    queue.add(EDIT)


def test_old_results_are_dropped_but_the_newest_stays(
    queue: JobQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_queue, "KEPT_BYTES", 100)
    monkeypatch.setattr(job_queue, "KEPT_JOBS", 3)
    infos = []
    for _ in range(5):
        infos.append(queue.add(EDIT))
        queue.done(take(queue), api.MaskResult(bytes(80), "auto", 0.5))
    assert len(queue.infos()) == 3
    assert queue.result(infos[-1].id).mask == bytes(80)
    with pytest.raises(EngineError, match="not kept"):
        queue.result(infos[-2].id)
    with pytest.raises(EngineError):
        queue.info(infos[0].id)


def test_a_job_that_is_over_holds_no_photo(queue: JobQueue) -> None:
    queue.add(EDIT)
    job = take(queue)
    queue.done(job, "result")
    assert job.request.photo == b""
    assert job.request.prompt == EDIT.prompt


def test_closing_wakes_the_workers_and_refuses_new_jobs(queue: JobQueue) -> None:
    taken: list[object] = []
    thread = threading.Thread(target=lambda: taken.append(queue.take("gpu")))
    thread.start()
    queue.close()
    thread.join(5)
    assert taken == [None]
    with pytest.raises(EngineError):
        queue.add(EDIT)


def test_a_learning_that_runs_when_the_engine_ends_is_resumable(queue: JobQueue) -> None:
    info = queue.add(LEARN, keep=True)
    job = take(queue)
    queue.close()
    assert stops(queue, job)
    assert queue.info(info.id).state == "cancelled"
    assert queue.info(info.id).resumable


def test_the_list_shows_what_runs_then_what_waits_then_what_is_over(queue: JobQueue) -> None:
    over = queue.add(EDIT)
    queue.done(take(queue), "result")
    paused = queue.add(EDIT)
    queue.control(paused.id, "pause")
    running = queue.add(LEARN)
    take(queue)
    last = queue.add(LEARN)
    first = queue.add(EDIT)
    assert [info.id for info in queue.infos()] == [running.id, first.id, last.id, paused.id, over.id]
    assert queue.counts() == (1, 2)


def test_events_tell_every_change_in_order(queue: JobQueue, events: EventLog) -> None:
    queue.add(LEARN)
    job = take(queue)
    for step in range(1, 4):
        job.last_published = 0.0
        queue.report(job, Progress("learning", step, 10))
    queue.done(job, "result")
    heard = events.after(0).events
    assert [event.number for event in heard] == list(range(1, len(heard) + 1))
    states = [event.job.state for event in heard if event.job and event.kind == "state"]
    assert states == ["queued", "running", "done"]
    assert [e.job.progress.step for e in heard if e.kind == "progress" and e.job and e.job.progress] == [
        1,
        2,
        3,
    ]


def test_quick_steps_are_not_all_told_but_the_last_is(queue: JobQueue, events: EventLog) -> None:
    queue.add(LEARN)
    job = take(queue)
    for step in range(1, 1001):
        queue.report(job, Progress("learning", step, 1000))
    told = [
        e.job.progress.step
        for e in events.after(0).events
        if e.kind == "progress" and e.job and e.job.progress
    ]
    assert told[-1] == 1000
    assert len(told) < 500
