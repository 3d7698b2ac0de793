"""The engine in the caller's process, with a studio whose steps a test controls, and with a tiny model."""

from __future__ import annotations

import dataclasses
import io
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin import api
from s2edit_plugin.api import Event, queries
from s2edit_plugin.engine.server import worker
from s2edit_plugin.engine.server.core import Engine
from s2edit_plugin.engine.server.local import LocalClient
from s2edit_plugin.engine.server.worker import PreviewClock
from s2edit_plugin.errors import (
    CancelledError,
    EngineError,
    EngineGoneError,
    ImageError,
    ResourceError,
    S2EditError,
    UsageError,
)
from s2edit_plugin.storage.paths import DataFolder
from tests.fakes.fake_studio import FakeStudio
from tests.fakes.tiny_model import write_tiny_model

EDIT = api.ApplyEdit(b"photo", ("anna/me",), "smiling", settings=api.EditSettings(steps=5))
LEARN = api.LearnToken(
    b"photo", "anna", "me", class_noun="woman", settings=api.LearnSettings(steps_token=20, steps_joint=20)
)
MASK = api.MakeMask(b"photo")


@pytest.fixture
def studio() -> FakeStudio:
    return FakeStudio()


@pytest.fixture
def client(studio: FakeStudio) -> Iterator[LocalClient]:
    with LocalClient(make=studio.make, resume_delay=0.0) as client:
        yield client
        studio.release()


def test_jobs_run_on_one_thread_of_their_own(client: LocalClient, studio: FakeStudio) -> None:
    result = client.run(EDIT)
    assert result.target_prompt == "smiling"
    assert client.run(MASK).coverage == 0.5
    assert client.run(LEARN).steps == 40
    assert client.run(api.SuggestPrompt(b"photo", "man")).prompt == "a photo of a man"
    assert client.run(api.ShowAttention(b"photo", "hair")).word == "hair"
    assert studio.threads == {"s2edit gpu"}


def test_notes_of_a_job_reach_the_caller(client: LocalClient) -> None:
    heard: list[Event] = []
    client.run(LEARN, heard.append)
    assert [event.text for event in heard if event.kind == "note"] == ["Learning begins."]


def test_progress_reaches_the_caller_in_order(client: LocalClient, studio: FakeStudio) -> None:
    heard: list[Event] = []
    client.run(LEARN, heard.append)
    steps = [e.job.progress.step for e in heard if e.kind == "progress" and e.job and e.job.progress]
    assert steps == sorted(steps)
    assert steps[-1] == 40
    assert heard[-1].job is not None
    assert heard[-1].job.state == "done"


def test_an_edit_goes_before_a_learning_which_then_goes_on_where_it_stopped(
    client: LocalClient, studio: FakeStudio
) -> None:
    studio.hold()
    learning = client.submit(LEARN)
    studio.allow(3)
    edit, mask = client.submit(EDIT), client.submit(MASK)
    studio.release()
    assert edit.wait(20).image == b"photo"
    assert mask.wait(20).coverage == 0.5
    assert learning.wait(20).steps == 40
    kinds = [kind for kind, _ in studio.steps]
    first = kinds.index("mask")
    assert kinds[first : first + 6] == ["mask", *["editing"] * 5]
    assert [step for kind, step in studio.steps if kind == "learning"] == list(range(1, 41))


def test_cancelling_stops_within_one_step(client: LocalClient, studio: FakeStudio) -> None:
    studio.hold()
    job = client.submit(EDIT)
    studio.allow(2)
    job.cancel()
    studio.release()
    with pytest.raises(CancelledError):
        job.wait(20)
    assert studio.count("editing") <= 3
    assert client.run(MASK).coverage == 0.5


def test_a_paused_learning_goes_on_when_told(client: LocalClient, studio: FakeStudio) -> None:
    studio.hold()
    job = client.submit(LEARN)
    studio.allow(2)
    job.pause()
    studio.release()
    client.run(EDIT)
    assert job.info().state == "paused"
    assert studio.count("learning") <= 3
    job.resume()
    assert job.wait(20).steps == 40


def test_what_the_caller_raises_cancels_the_job(client: LocalClient, studio: FakeStudio) -> None:
    def interrupt(event: Event) -> None:
        if event.kind == "progress":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client.run(dataclasses.replace(LEARN, settings=api.LearnSettings(10_000, 10_000)), interrupt)
    client.run(MASK)
    (_, job) = client.call(queries.ListJobs()).jobs
    assert job.state == "cancelled"
    assert len(studio.steps) < 10_000


def test_an_error_of_a_job_is_the_callers_and_the_engine_goes_on(
    client: LocalClient, studio: FakeStudio
) -> None:
    studio.raises = ImageError("This is no picture.", "Use another.")
    with pytest.raises(ImageError, match="no picture"):
        client.run(EDIT)
    assert client.run(EDIT).image == b"photo"


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")]
)
def test_running_out_of_memory_is_one_sentence_and_the_engine_goes_on(
    client: LocalClient, studio: FakeStudio, error: Exception
) -> None:
    studio.raises = error
    with pytest.raises(ResourceError, match="not enough memory"):
        client.run(EDIT)
    assert client.run(EDIT).image == b"photo"


def test_what_nobody_foresaw_is_one_sentence_and_a_trace_in_the_log(
    client: LocalClient, studio: FakeStudio, caplog: pytest.LogCaptureFixture
) -> None:
    studio.raises = KeyError("anna/me")
    with pytest.raises(S2EditError, match="inside S2Edit") as caught:
        client.run(EDIT)
    assert "anna" not in str(caught.value)
    assert any(record.exc_info for record in caplog.records)
    caplog.clear()
    assert client.run(EDIT).image == b"photo"


def test_even_an_exit_out_of_a_library_does_not_end_the_thread(
    client: LocalClient, studio: FakeStudio, caplog: pytest.LogCaptureFixture
) -> None:
    studio.raises = SystemExit(3)
    with pytest.raises(S2EditError):
        client.run(EDIT)
    caplog.clear()
    assert client.run(EDIT).image == b"photo"


def test_the_studio_is_made_anew_when_the_settings_name_another_model(
    client: LocalClient, studio: FakeStudio
) -> None:
    client.run(MASK)
    client.run(MASK)
    client.call(queries.ChangeSettings({"device": "cpu", "history_limit_gb": 3}))
    client.run(MASK)
    client.call(queries.ChangeSettings({"history_limit_gb": 4}))
    client.run(MASK)
    assert studio.made_for == [("", "auto"), ("", "cpu")]


def test_what_the_caller_names_stands_above_the_settings(studio: FakeStudio) -> None:
    with LocalClient(make=studio.make, model="sd15", device="cpu") as client:
        client.call(queries.ChangeSettings({"device": "cuda"}))
        client.run(MASK)
    assert studio.made_for == [("sd15", "cpu")]


def test_previews_come_with_their_job(
    client: LocalClient, studio: FakeStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "PREVIEW_EVERY", 0.0)
    monkeypatch.setattr(worker, "PREVIEW_SHARE", 1e9)
    heard: list[Event] = []
    client.run(EDIT, heard.append)
    assert [event.picture for event in heard if event.kind == "preview"][-1] == b"preview 5"


def test_previews_never_take_more_than_their_share_of_the_time() -> None:
    now = [0.0]
    clock = PreviewClock(lambda: now[0])
    spent, made = 0.0, 0
    while now[0] < 1000:
        now[0] += 0.1

        def make() -> bytes:
            now[0] += 0.4
            return b"picture"

        if clock.is_due():
            assert clock.measure(make) == b"picture"
            spent, made = spent + 0.4, made + 1
    assert made > 10
    assert spent / now[0] < worker.PREVIEW_SHARE + 0.001


def test_a_preview_that_fails_is_the_last() -> None:
    now = [0.0]
    clock = PreviewClock(lambda: now[0])
    now[0] = 10.0
    assert clock.is_due()
    assert clock.measure(lambda: b"" + str(1 / 0).encode()) == b""
    now[0] = 1e9
    assert not clock.is_due()


def test_a_preview_stops_with_its_job_and_is_no_failure() -> None:
    def make() -> bytes:
        raise CancelledError

    clock = PreviewClock(lambda: 10.0)
    with pytest.raises(CancelledError):
        clock.measure(make)


def test_a_finished_job_tells_what_it_changed(client: LocalClient) -> None:
    heard: list[str] = []
    client.run(EDIT)
    unsubscribe = client.subscribe(lambda event: heard.append(event.kind))
    client.run(LEARN)
    client.call(queries.ChangeSettings({"device": "cpu"}))
    client.run(MASK)
    unsubscribe()
    assert "library" in heard
    assert "settings" in heard
    assert heard.count("history") == 1  # the learning, not the mask


def test_a_listener_that_fails_does_not_silence_the_others(client: LocalClient) -> None:
    heard: list[Event] = []
    client.subscribe(lambda event: heard[len(heard)])  # type: ignore[arg-type, return-value]
    client.subscribe(heard.append)
    client.run(MASK)
    assert heard


def test_closing_stops_a_learning_with_its_checkpoint(studio: FakeStudio) -> None:
    client = LocalClient(make=studio.make)
    studio.hold()
    client.submit(LEARN, keep=True)
    studio.allow(3)
    closing = threading.Thread(target=client.close)
    closing.start()
    while not client._engine.queue._closed:
        time.sleep(0.001)
    studio.release()
    closing.join()
    client.close()
    assert studio.checkpoints["anna/me"] in (3, 4)
    for act in (lambda: client.submit(EDIT), lambda: client.call(queries.GetStatus())):
        with pytest.raises(EngineGoneError):
            act()


def test_jobs_and_calls_are_not_mixed_up(client: LocalClient) -> None:
    with pytest.raises(UsageError):
        client.submit(queries.ListJobs())
    with pytest.raises(UsageError):
        client.call(EDIT)
    with pytest.raises(EngineError):
        client.attach("nobody")


def test_an_unforeseen_error_of_a_call_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    engine = Engine(DataFolder(tmp_path))
    monkeypatch.setattr(engine.queue, "infos", lambda: 1 / 0)
    with pytest.raises(S2EditError, match="inside S2Edit"):
        engine.call(queries.ListJobs())
    caplog.clear()


def test_the_state_is_told_without_loading_anything(client: LocalClient) -> None:
    status = client.call(queries.GetStatus())
    assert not status.model_loaded
    assert status.memory_bytes > 1_000_000
    assert status.jobs_running == 0


# ---------------------------------------------------------------------- with a model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


def _png(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(array).save(stream, "PNG")
    return stream.getvalue()


@pytest.mark.usefixtures("one_thread")
def test_learning_editing_and_looking_with_a_real_model(model: Path) -> None:
    rng = np.random.default_rng(0)
    photo = _png(rng.integers(0, 255, (80, 60, 3), dtype=np.uint8))
    mask = np.zeros((80, 60), np.uint8)
    mask[20:60, 15:45] = 255
    learn = api.LearnToken(
        photo, "anna", "me", "identity", "woman", subject_mask=_png(mask),
        settings=api.LearnSettings(steps_token=2, steps_joint=2, batch=1), consent=True,
    )  # fmt: skip
    edit = api.ApplyEdit(
        photo, ("anna/me",), "a photo of a woman smiling", subject_mask=_png(mask), region_mask=_png(mask),
        settings=api.EditSettings(steps=3),
    )  # fmt: skip
    with LocalClient(model=str(model), device="cpu") as client:
        assert client.run(learn).name == "anna/me"
        assert client.run(edit).image.startswith(b"\x89PNG")
        look = api.ShowAttention(photo, "smiling", "a photo of a woman smiling", ("anna/me",), _png(mask))
        token = api.ShowAttention(photo, "<anna/me>", subject_mask=_png(mask))
        for request in (look, token, dataclasses.replace(token, word="hair", tokens=("anna/me",))):
            with Image.open(io.BytesIO(client.run(request).heat)) as heat:
                assert heat.size == (60, 80)
                assert heat.mode == "L"
        status = client.call(queries.GetStatus())
    assert status.model_loaded
    assert status.fingerprint
