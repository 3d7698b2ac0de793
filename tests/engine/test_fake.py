"""The client without an engine: it behaves as one does, and does what a test tells it."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from s2edit_plugin import api
from s2edit_plugin.api import Event, operations, queries
from s2edit_plugin.errors import (
    CancelledError,
    EngineGoneError,
    ImageError,
    ResourceError,
    TokenNotFoundError,
    UsageError,
)
from tests.fakes.engine_client import FakeClient

EDIT = api.ApplyEdit(b"photo", ("anna/me",), "smiling")
LEARN = api.LearnToken(b"photo", "anna", "two", class_noun="woman")
REQUESTS: list[Any] = [
    LEARN,
    EDIT,
    api.MakeMask(b"photo"),
    api.SuggestPrompt(b"photo"),
    api.ShowAttention(b"photo", "hair"),
    api.RecognisePeople(b"photo"),
    api.OpenModel(),
    api.RerunResult("result-1"),
    api.InstallModel("sd15"),
    api.ImportModel("/m"),
    api.VerifyModel("small"),
    api.MoveModels("/n"),
]
ARGUMENTS: dict[type, tuple[Any, ...]] = {
    queries.ShowToken: ("anna/me",), queries.Thumbnails: (("anna/me",),), queries.ChangeToken: ("anna/me", "you"),
    queries.DeleteTokens: (("anna/you",),), queries.RestoreToken: ("anna/you",),
    queries.DuplicateToken: ("anna/you", "anna/me"),
    queries.ExportToken: ("anna/me",), queries.ExportPerson: ("anna",), queries.ImportFile: (b"data", "", "bob/me"),
    queries.DropResumable: ("anna", "me"),
    queries.ChangePerson: ("bob", None, "a note"), queries.ForgetPerson: ("bob",), queries.ShowHistory: ("result-1",),
    queries.ChangeHistory: (("result-1",), True), queries.PruneHistory: (10,), queries.AcceptLicence: ("sd15",),
    queries.UseModel: ("sd15",), queries.RemoveModel: ("sd15",), queries.ChangeSettings: ({"device": "cpu"},),
    queries.HandOver: (b"photo",), queries.AskHandover: ("handed0",), queries.GiveBack: ("handed0",),
}  # fmt: skip


@pytest.fixture
def client() -> FakeClient:
    client = FakeClient()
    client.world.add_token("anna/me", thumbnail=b"png")
    client.world.add_result(EDIT, b"picture")
    return client


def test_every_call_is_answered_with_its_own_class(client: FakeClient) -> None:
    for kind, answer in operations.QUERIES.items():
        assert type(client.call(kind(*ARGUMENTS.get(kind, ())))) is answer
    assert [type(request) for request in client.asked] == list(operations.QUERIES)


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: type(request).__name__)
def test_every_job_gives_its_own_class(client: FakeClient, request_: Any) -> None:
    job = client.submit(request_)
    assert job.info().state == "running"
    client.step(2)
    client.finish()
    assert type(job.wait()) is operations.JOBS[type(request_)]
    assert client.submitted == [request_]


def test_calls_are_not_submitted_and_jobs_not_called(client: FakeClient) -> None:
    with pytest.raises(UsageError):
        client.call(EDIT)
    with pytest.raises(UsageError):
        client.submit(queries.ListTokens())


def test_what_jobs_and_calls_change_is_seen_and_heard(client: FakeClient) -> None:
    heard: list[str] = []
    client.subscribe(lambda event: heard.append(event.kind))
    client.submit(LEARN)
    client.finish()
    names = [token.name for token in client.call(queries.ListTokens()).tokens]
    assert names == ["anna/me", "anna/two"]
    client.call(queries.DeleteTokens(("anna/two",)))
    assert [token.name for token in client.call(queries.ListTokens(trash=True)).tokens] == ["anna/two"]
    client.call(queries.RestoreToken("anna/two"))
    client.call(queries.ChangePerson("anna", rename="ann"))
    assert [p.name for p in client.call(queries.ListPeople()).people] == ["ann"]
    client.call(queries.ForgetPerson("ann"))
    assert client.call(queries.ListTokens()).tokens == ()
    assert heard == ["state", "state", "library", "state", *["library"] * 4, "history"]


def test_a_journal_is_paged(client: FakeClient) -> None:
    for number in range(4):
        client.world.add_result(EDIT, b"picture", prompt=f"prompt {number}")
    page = client.call(queries.ListHistory(limit=3))
    rest = client.call(queries.ListHistory(limit=3, before=page.next))
    assert [len(page.entries), len(rest.entries), page.total, rest.next] == [3, 2, 5, ""]
    assert page.entries[0].prompt == "prompt 3"


def test_an_edit_goes_before_a_learning(client: FakeClient) -> None:
    learning = client.submit(LEARN)
    client.step(3, loss=0.5)
    edit = client.submit(EDIT)
    assert [learning.info().state, edit.info().state] == ["queued", "running"]
    client.finish()
    assert learning.info().state == "running"
    info = client.step()
    assert info.progress == api.Progress("learning", 4, 160)


def test_jobs_are_paused_resumed_and_cancelled_at_once(client: FakeClient) -> None:
    job = client.submit(EDIT)
    job.pause()
    assert job.info().state == "paused"
    assert client.running is None
    job.resume()
    assert job.info().state == "running"
    job.cancel()
    with pytest.raises(CancelledError):
        job.wait()


def test_errors_come_when_told(client: FakeClient) -> None:
    job = client.submit(EDIT)
    client.fail(ResourceError("The disk is full."))
    with pytest.raises(ResourceError, match="full"):
        job.wait()
    client.answers[api.ApplyEdit] = ImageError("This is no picture.")
    job = client.submit(EDIT)
    client.finish()
    with pytest.raises(ImageError):
        job.wait()
    client.answers[queries.ListTokens] = EngineGoneError("Gone.")
    with pytest.raises(EngineGoneError):
        client.call(queries.ListTokens())
    client.answers[queries.ListTokens] = lambda request: queries.TokenList(
        (queries.TokenInfo(request.search, "x"),)
    )
    assert client.call(queries.ListTokens(search="s")).tokens[0].name == "s"
    with pytest.raises(TokenNotFoundError):
        client.call(queries.ShowToken("anna/nobody"))


def test_steps_and_previews_are_heard(client: FakeClient) -> None:
    heard: list[Event] = []
    unsubscribe = client.subscribe(heard.append)
    client.submit(EDIT)
    client.step(2, preview=b"png")
    client.tell(Event("note", text="Less memory is used now."))
    unsubscribe()
    client.step()
    assert [event.kind for event in heard] == ["state", "state", "progress", "progress", "preview", "note"]
    assert heard[4].picture == b"png"


def test_death_is_heard_once_and_after_it_everything_raises_until_it_is_back(client: FakeClient) -> None:
    heard: list[Event] = []
    client.subscribe(heard.append)
    job = client.submit(EDIT)
    heard.clear()
    client.die("It crashed.")
    assert heard == [Event("state", text="It crashed.")]
    for act in (job.info, lambda: client.submit(EDIT), lambda: client.call(queries.ListTokens())):
        with pytest.raises(EngineGoneError, match="crashed"):
            act()
    client.revive()
    assert client.call(queries.ListTokens()).tokens
    assert client.call(queries.ListJobs()).jobs == ()


def test_run_follows_a_job_that_advances_by_itself() -> None:
    with FakeClient(auto=0.001) as client:
        steps: list[int] = []

        def on_event(event: Event) -> None:
            if event.kind == "progress" and event.job and event.job.progress:
                steps.append(event.job.progress.step)

        result = client.run(EDIT, on_event)
    assert isinstance(result, api.EditResult)
    assert steps[-1] == EDIT.settings.steps


def test_what_a_listener_of_run_raises_cancels_the_job() -> None:
    with FakeClient(auto=0.001) as client:
        with pytest.raises(KeyboardInterrupt):
            client.run(EDIT, lambda event: (_ for _ in ()).throw(KeyboardInterrupt()))
        (job,) = client.call(queries.ListJobs()).jobs
        assert job.state == "cancelled"


def test_waiting_ends_when_the_engine_dies(client: FakeClient) -> None:
    job = client.submit(EDIT)
    caught: list[BaseException] = []
    waiting = threading.Event()

    def wait() -> None:
        unsubscribe = client.subscribe(lambda _: None)
        waiting.set()
        try:
            job.wait(5)
        except EngineGoneError as error:
            caught.append(error)
        unsubscribe()

    thread = threading.Thread(target=wait)
    thread.start()
    waiting.wait(5)
    while len(client._listeners) < 2:
        time.sleep(0.001)
    client.die("It crashed.")
    thread.join(5)
    assert [str(error) for error in caught] == ["It crashed."]


def test_closing_cancels_what_is_not_kept(client: FakeClient) -> None:
    mine, kept = client.submit(EDIT), client.submit(EDIT, keep=True)
    client.close()
    client.close()
    assert kept.info().state == "queued"
    assert mine.info().state in ("cancelled", "running")
