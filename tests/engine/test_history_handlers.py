"""The history, asked through the engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.cli.main import main
from s2edit_plugin.engine.protocol import wire
from s2edit_plugin.engine.server.local import LocalClient
from s2edit_plugin.errors import UsageError
from s2edit_plugin.history import History
from s2edit_plugin.library import Library
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.tokens.file import TokenRecord
from tests.engine.conftest import Running
from tests.fakes.fake_studio import FakeStudio
from tests.fakes.results import ANNA, BEN, picture, put
from tests.fakes.waiting import wait_until


@pytest.fixture
def history(data_home: Path) -> History:
    return History(DataFolder(data_home))


@pytest.fixture
def library(data_home: Path) -> Library:
    library = Library(DataFolder(data_home))
    for token in (ANNA, BEN):
        person, _, name = token.name.partition("/")
        record = TokenRecord(
            id=token.id, kind="identity", person=person, name=name, class_noun="woman",
            base_model="small", base_model_hash="00", source_image_hash="ab" * 32,
        )  # fmt: skip
        library.add(record, {"vectors": np.ones((2, 4), np.float16)})
    return library


@pytest.fixture
def heard() -> list[str]:
    return []


@pytest.fixture
def client(library: Library, heard: list[str]) -> Iterator[LocalClient]:
    with LocalClient(make=FakeStudio().make, resume_delay=0.0) as client:
        client.subscribe(lambda event: heard.append(event.kind))
        yield client


def test_an_empty_journal_is_listed_and_not_made(client: LocalClient, history: History) -> None:
    assert client.call(queries.ListHistory()) == queries.HistoryPage((), 0)
    assert client.call(queries.PruneHistory(0)).count == 0
    assert client.call(queries.Thumbnails(("x",), "history")).pictures == {}
    assert not history.folder.history.exists()


def test_results_are_listed_shown_changed_and_pruned(
    client: LocalClient, history: History, heard: list[str]
) -> None:
    names = [put(history, number) for number in range(5)]
    page = client.call(queries.ListHistory(limit=3))
    assert [entry.id for entry in page.entries] == names[:1:-1]
    rest = client.call(queries.ListHistory(limit=3, before=page.next))
    assert [entry.id for entry in rest.entries] == names[1::-1]
    details = client.call(queries.ShowHistory(names[2]))
    assert details.image == picture(2)
    assert details.request.photo == picture(1002)
    assert wire.decode(queries.HistoryDetails, wire.plain(details)) == details
    assert sorted(client.call(queries.Thumbnails(tuple(names), "history")).pictures) == names

    client.call(queries.ChangeHistory((names[0],), starred=True, note="the best"))
    assert client.call(queries.ListHistory(search="best")).entries[0].starred
    client.call(queries.ChangeHistory((names[1],), delete=True))
    assert [entry.id for entry in client.call(queries.ListHistory(trash=True)).entries] == [names[1]]
    client.call(queries.ChangeHistory((names[1],), restore=True))
    assert client.call(queries.PruneHistory(0)).count == 4
    assert [entry.id for entry in client.call(queries.ListHistory()).entries] == [names[0]]
    wait_until(lambda: heard.count("history") == 4)


def test_names_follow_the_library_whoever_renames(
    client: LocalClient, history: History, library: Library, heard: list[str]
) -> None:
    name = put(history, prompt="a photo of a <anna/me> woman")
    put(history, 1, tokens=(BEN,))
    client.call(queries.ChangeToken("anna/me", rename="summer"))
    assert history.show(name).entry.prompt == "a photo of a <anna/summer> woman"
    client.call(queries.ChangePerson("anna", rename="eva"))
    assert history.show(name).entry.tokens == ("eva/summer",)
    library.rename("eva/summer", "mia/winter")  # another process
    assert client.call(queries.ListHistory(token="mia/winter")).total == 1
    wait_until(lambda: heard.count("history") == 3)


def test_forgetting_clears_library_and_journal(client: LocalClient, history: History) -> None:
    put(history)
    kept = put(history, 1, tokens=(BEN,))
    client.call(queries.ForgetPerson("anna"))
    assert [entry.id for entry in client.call(queries.ListHistory()).entries] == [kept]
    assert [token.name for token in client.call(queries.ListTokens()).tokens] == ["ben/me"]


def test_a_person_forgotten_by_the_command_line_goes_from_a_running_engines_memory(
    running: Running, library: Library, history: History, capsys: pytest.CaptureFixture[str]
) -> None:
    put(history)
    edit = api.ApplyEdit(b"photo", ("anna/me",), "smiling", settings=api.EditSettings(steps=1))
    with running.client() as client:
        client.run(edit, keep=True)
        assert len(client.call(queries.ListJobs()).jobs) == 1
        assert main(["person", "forget", "anna", "--yes"]) == 0
        assert "1 tokens" in capsys.readouterr().out
        assert client.call(queries.ListJobs()).jobs == ()
        assert client.call(queries.ListHistory()).total == 0


@pytest.mark.parametrize(
    "request_",
    [
        queries.ShowHistory("20261125-101010123456-abcdef"),
        queries.ShowHistory("../../settings"),
        queries.ChangeHistory(("20261125-101010123456-abcdef",), starred=True),
        queries.ChangeHistory(("../x",), delete=True),
        queries.ChangeHistory(("x",) * 10_001),
        queries.PruneHistory(-1),
        queries.ListHistory(kind="novel"),
        queries.ListHistory(since="yesterday"),
        queries.Thumbnails(("x",) * 2001, "history"),
    ],
)
def test_what_makes_no_sense_is_refused(client: LocalClient, history: History, request_: object) -> None:
    put(history)
    with pytest.raises(UsageError):
        client.call(request_)  # type: ignore[arg-type]
    assert history.list().total == 1
