"""The engine with a real (tiny) model on the network: what it promises about jobs, counted in predictions of the model."""

from __future__ import annotations

import dataclasses
import io
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin import api
from s2edit_plugin.api import Event, Request, queries
from s2edit_plugin.engine.client.interface import Job
from s2edit_plugin.engine.client.remote import RemoteClient
from s2edit_plugin.engine.server import job_queue, worker
from s2edit_plugin.engine.server.studios import make_studio
from s2edit_plugin.errors import CancelledError
from s2edit_plugin.library import Library
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.storage.settings import change_settings
from s2edit_plugin.workflows import learning
from tests.engine.conftest import Running, start_engine
from tests.fakes.pictures import mask_png, photo_png
from tests.fakes.tiny_model import write_tiny_model

pytestmark = pytest.mark.usefixtures("one_thread")

WAIT = 120.0
LEARN = api.LearnToken(
    photo_png(), "anna", "me", class_noun="woman", subject_mask=mask_png(), consent=True,
    settings=api.LearnSettings(steps_token=3, steps_joint=3, batch=1),
)  # fmt: skip
EDIT = api.ApplyEdit(
    photo_png(), ("anna/me",), "a photo of a woman smiling", source_prompt="a photo of a woman", subject_mask=mask_png(),
    settings=api.EditSettings(steps=3),
)  # fmt: skip
NULL_TEXT = dataclasses.replace(EDIT, settings=api.EditSettings(steps=2, inversion="null_text"))
BY_WORD = dataclasses.replace(EDIT, subject_mask=None, subject="word:hair")
LOOK = api.ShowAttention(photo_png(), "smiling", "a photo of a woman smiling", ("anna/me",), mask_png())
WORD = api.MakeMask(photo_png(), "word:hair")


class Watched:
    """A running engine whose model's predictions are counted.

    Attributes:
        count: predictions so far. at: what to do, on the gpu thread, right after the prediction of this number.
        previews: whether somebody wants them.
    """

    def __init__(self, running: Running) -> None:
        self.running = running
        self.count = 0
        self.at: dict[int, Callable[[], object]] = {}
        self.previews = False

    @property
    def folder(self) -> DataFolder:
        return DataFolder(self.running.root)

    def watch(self) -> None:
        """Begin to count; the model must be loaded."""
        backbone = self.running.service.engine.keeper._studio.backbone
        predict = backbone.predict

        def counted(*arguments: Any) -> Any:
            predicted = predict(*arguments)
            self.count += 1
            self.at.pop(self.count, lambda: None)()
            return predicted

        backbone.predict = counted

    def reset(self) -> None:
        """Count from nothing, with an empty cache of inversions."""
        self.count, self.previews = 0, False
        self.at.clear()
        shutil.rmtree(self.folder.cache, ignore_errors=True)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """One engine for all; its model is loaded and the token ``anna/me`` learned."""
    model = write_tiny_model(tmp_path_factory.mktemp("models") / "tiny")
    root = tmp_path_factory.mktemp("home") / "s2edit"
    change_settings(DataFolder(root), model=str(model), device="cpu")
    with pytest.MonkeyPatch.context() as monkeypatch:
        running = start_engine(root, monkeypatch, make=make_studio)
    running.warm_up()
    running.service.engine.wants_previews = lambda: watched.previews
    watched = Watched(running)
    with running.client() as client:
        client.run(LEARN)
    watched.watch()
    yield watched
    running.end()


@pytest.fixture
def client(engine: Watched) -> Iterator[RemoteClient]:
    """A client of it."""
    engine.reset()
    with engine.running.client() as client:
        yield client
    engine.running.service.engine.queue._resume_delay = 0.0


def submit_held(
    client: RemoteClient, request: Request[Any], watched: Watched, at: int, act: Callable[[Job[Any]], object]
) -> Job[Any]:
    """Submit a job and do something with it right after a prediction of the model."""
    submitted = threading.Event()
    jobs: list[Job[Any]] = []

    def on_gpu() -> None:
        assert submitted.wait(WAIT)
        act(jobs[0])

    watched.at[at] = on_gpu
    jobs.append(client.submit(request))
    submitted.set()
    return jobs[0]


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


# ---------------------------------------------------------------------- cancel


@pytest.mark.parametrize(
    ("request_", "slack"),
    [
        (EDIT, 0),
        (NULL_TEXT, 1),
        (BY_WORD, 0),
        (LOOK, 0),
        (WORD, 0),
        (dataclasses.replace(LEARN, token="other"), 0),
    ],
    ids=["edit", "null-text", "by word", "attention", "mask", "learning"],
)
def test_cancelling_stops_within_one_denoising_step(
    request_: Request[Any], slack: int, engine: Watched, client: RemoteClient
) -> None:
    """Wherever it comes: while inverting, finding the region, editing, optimizing, looking, learning.

    ``slack``: predictions that one step takes beyond the first.
    """
    learns = isinstance(request_, api.LearnToken)
    client.run(request_)
    total = engine.count
    assert total >= 4
    if learns:
        client.call(queries.DeleteTokens(("anna/other",)))
        total -= 2  # of the self-test
    for at in sorted({1, 2, total // 2, total - 2}):
        engine.reset()
        job = submit_held(client, request_, engine, at, lambda job: job.cancel())
        with pytest.raises(CancelledError):
            job.wait(WAIT)
        assert at <= engine.count <= at + slack, (at, total)
        assert job.info().resumable == learns
        if learns:
            client.call(queries.DropResumable("anna", "other"))


# ---------------------------------------------------------------------- priorities, pause


@pytest.fixture(scope="module")
def undisturbed(engine: Watched) -> dict[str, np.ndarray]:
    """The tensors of a learning that nothing disturbed."""
    return tensors(engine, "anna/me")


def tensors(engine: Watched, name: str) -> dict[str, np.ndarray]:
    return dict(Library(engine.folder).get(name).tensors)


def assert_same(found: dict[str, np.ndarray], wanted: dict[str, np.ndarray]) -> None:
    assert list(found) == list(wanted)
    assert all(np.array_equal(found[name], wanted[name]) for name in wanted)


def test_an_edit_goes_before_a_learning_that_runs_and_changes_nothing_of_its_token(
    engine: Watched, client: RemoteClient, undisturbed: dict[str, np.ndarray]
) -> None:
    engine.running.service.engine.queue._resume_delay = 0.0
    steps: list[int] = []
    states: list[str] = []
    edits: list[Job[Any]] = []

    def listen(event: Event) -> None:
        if event.job is not None and event.job.kind == "LearnToken":
            if event.kind == "progress" and event.job.progress is not None:
                steps.append(event.job.progress.step)
            elif event.kind == "state":
                states.append(event.job.state)

    client.subscribe(listen)
    learning = submit_held(
        client,
        dataclasses.replace(LEARN, token="slow"),
        engine,
        3,
        lambda _: edits.append(client.submit(EDIT)),
    )
    result = learning.wait(WAIT)
    edit, learned = edits[0].info(), learning.info()
    assert edit.state == "done"
    assert learned.started < edit.started < edit.ended < learned.ended
    wait_until(lambda: states[-1:] == ["done"])
    assert states == ["queued", "running", "queued", "running", "done"]
    assert steps == sorted(steps)
    assert result.resumed_at == 3
    assert_same(tensors(engine, "anna/slow"), undisturbed)
    client.call(queries.DeleteTokens(("anna/slow",)))


def test_a_paused_learning_lets_others_work_and_ends_in_the_same_token(
    engine: Watched, client: RemoteClient, undisturbed: dict[str, np.ndarray]
) -> None:
    learning = submit_held(
        client, dataclasses.replace(LEARN, token="slow"), engine, 2, lambda job: job.pause()
    )
    wait_until(lambda: learning.info().state == "paused")
    assert engine.count == 2
    assert client.run(EDIT).image
    assert learning.info().state == "paused"
    learning.resume()
    assert learning.wait(WAIT).resumed_at == 2
    assert_same(tensors(engine, "anna/slow"), undisturbed)
    client.call(queries.DeleteTokens(("anna/slow",)))


def test_a_paused_edit_starts_again_and_gives_the_same_picture(engine: Watched, client: RemoteClient) -> None:
    wanted = client.run(EDIT).image
    engine.reset()
    edit = submit_held(client, EDIT, engine, 2, lambda job: job.pause())
    wait_until(lambda: edit.info().state == "paused")
    assert engine.count == 2
    edit.resume()
    assert edit.wait(WAIT).image == wanted


# ---------------------------------------------------------------------- previews


def test_previews_come_every_few_steps(
    engine: Watched, client: RemoteClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "PREVIEW_EVERY", 0.0)
    monkeypatch.setattr(worker, "PREVIEW_SHARE", 1e9)
    engine.previews = True
    heard: list[Event] = []
    for request in (EDIT, dataclasses.replace(LEARN, token="shown")):
        heard.clear()
        client.run(request, heard.append)
        pictures = [event.picture for event in heard if event.kind == "preview"]
        assert pictures
        with Image.open(io.BytesIO(pictures[-1])) as picture:
            assert picture.format == "JPEG"
        assert all(event.job is not None for event in heard)
    client.call(queries.DeleteTokens(("anna/shown",)))


def test_cancelling_stops_a_preview_too(
    engine: Watched, client: RemoteClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a learning shows takes twelve predictions."""
    monkeypatch.setattr(worker, "PREVIEW_EVERY", 0.0)
    engine.previews = True
    job = submit_held(client, dataclasses.replace(LEARN, token="shown"), engine, 4, lambda job: job.cancel())
    with pytest.raises(CancelledError):
        job.wait(WAIT)
    assert engine.count == 4  # one of the learning, three of the preview
    assert "A preview failed" not in (engine.folder.engine / "engine.log").read_text("utf-8")
    assert [run.step for run in client.call(queries.ListResumable()).runs] == [1]
    client.call(queries.DropResumable("anna", "shown"))


# ---------------------------------------------------------------------- several clients


def test_three_clients_at_once_learn_edit_and_tidy_up(engine: Watched, client: RemoteClient) -> None:
    wanted = client.run(EDIT).image
    failures: list[BaseException] = []

    def learn(own: RemoteClient) -> None:
        assert own.run(dataclasses.replace(LEARN, person="bob")).name == "bob/me"
        own.call(queries.ForgetPerson("bob"))

    def edit(own: RemoteClient) -> None:
        for _ in range(3):
            assert own.run(EDIT).image == wanted

    def tidy(own: RemoteClient) -> None:
        for number in range(8):
            own.call(queries.DuplicateToken("anna/me", f"anna/copy-{number}"))
            own.call(queries.ChangeToken(f"anna/copy-{number}", rename=f"new-{number}", add_tags=("x",)))
            assert own.call(queries.Thumbnails(("anna/me", f"anna/new-{number}"))).pictures
            assert own.run(api.MakeMask(photo_png(), "word:hair")).mask
            own.call(queries.DeleteTokens((f"anna/new-{number}",)))

    def work(act: Callable[[RemoteClient], None]) -> None:
        try:
            with engine.running.client() as own:
                act(own)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(act,)) for act in (learn, edit, tidy)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    assert failures == []
    assert [token.name for token in client.call(queries.ListTokens()).tokens] == ["anna/me"]
    assert client.call(queries.CheckLibrary()).problems == ()


CLIENT = """
import sys
from pathlib import Path
from s2edit_plugin import api
from s2edit_plugin.engine.client.remote import connect
photo, mask = (Path(name).read_bytes() for name in sys.argv[2:4])
client = connect(start=False, data_folder=Path(sys.argv[1]))
settings = api.LearnSettings(steps_token=50_000, steps_joint=50_000, batch=1)
lost = client.submit(api.LearnToken(photo, "anna", "lost", class_noun="woman", subject_mask=mask, consent=True,
                                    settings=settings))
kept = client.submit(api.MakeMask(photo, "word:hair"), keep=True, priority=1000)
print(lost.id, kept.id, flush=True)
sys.stdin.readline()
"""


def test_a_client_that_is_killed_takes_its_job_along_but_not_what_is_to_be_kept(
    engine: Watched, client: RemoteClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.running.service.clients, "_grace", 0.2)
    photo, mask = tmp_path / "photo.png", tmp_path / "mask.png"
    photo.write_bytes(LEARN.photo)
    mask.write_bytes(LEARN.subject_mask or b"")
    client.subscribe(lambda _: None)
    words = [sys.executable, "-c", CLIENT, str(engine.running.root), str(photo), str(mask)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        lost, kept = (client.attach(name) for name in other.stdout.readline().split())
        wait_until(lambda: (progress := lost.info().progress) is not None and progress.step > 2)
        assert kept.info().state == "queued"
        os.kill(other.pid, signal.SIGKILL)
    with pytest.raises(CancelledError):
        lost.wait(WAIT)
    assert kept.wait(WAIT).mask
    (run,) = client.call(queries.ListResumable()).runs
    assert (run.person, run.token) == ("anna", "lost")
    assert run.step > 2
    client.call(queries.DropResumable("anna", "lost"))


# ---------------------------------------------------------------------- the path of a request


def test_a_request_passes_eight_functions_from_the_wire_to_learn(
    client: RemoteClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the program on the stack where the job is queued, and where learning begins."""
    stacks: dict[str, list[str]] = {}

    def recorded(where: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            frames = traceback.extract_stack()[:-1]
            stacks[where] = [frame.name for frame in frames if "s2edit_plugin" in frame.filename]
            return function(*arguments, **named)

        return call

    monkeypatch.setattr(job_queue, "operation_of", recorded("queued", job_queue.operation_of))
    monkeypatch.setattr(learning, "learn", recorded("learn", learning.learn))
    client.run(dataclasses.replace(LEARN, token="third"))
    client.call(queries.DeleteTokens(("anna/third",)))
    assert stacks["queued"][-1] == "add"
    assert stacks["learn"][-2:] == ["with_fallback", "job"]
    assert len(stacks["queued"]) + len(stacks["learn"]) <= 8, stacks
