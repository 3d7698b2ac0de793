"""The queue and the library as the window's models see them."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from qt_app.engine import EngineLink
from qt_app.model.jobs import JobItem, Jobs
from qt_app.model.library import LibraryState
from qt_app.model.messages import Messages
from s2edit_plugin import api
from s2edit_plugin.errors import CancelledError, EngineGoneError, MaskError, S2EditError
from tests.fakes.engine_client import FakeClient


@pytest.fixture
def messages() -> Messages:
    return Messages()


@pytest.fixture
def jobs(link: EngineLink, messages: Messages) -> Jobs:
    return Jobs(link, messages)


def test_a_job_is_followed_to_its_result(engine: FakeClient, jobs: Jobs, qtbot: QtBot) -> None:
    items: list[JobItem] = []
    results: list[Any] = []
    jobs.start(api.MakeMask(b"photo"), results.append, on_item=items.append)
    qtbot.waitUntil(lambda: bool(items))
    assert jobs.busy
    engine.step(3, preview=b"small")
    qtbot.waitUntil(lambda: items[0].preview == b"small")
    assert items[0].progress is not None
    assert items[0].progress.step == 3
    engine.finish(api.MaskResult(b"mask", "auto", 0.2))
    qtbot.waitUntil(lambda: bool(results))
    assert results[0].mask == b"mask"
    assert not jobs.busy
    jobs.clear_finished()
    assert jobs.items == {}


def test_losses_of_a_learning_run_are_collected(engine: FakeClient, jobs: Jobs, qtbot: QtBot) -> None:
    items: list[JobItem] = []
    jobs.start(api.LearnToken(b"photo", "anna", "me"), on_item=items.append)
    qtbot.waitUntil(lambda: bool(items))
    engine.step(1, loss=0.9)
    engine.step(1, loss=0.5)
    qtbot.waitUntil(lambda: items[0].losses == [(1, 0.9), (2, 0.5)])


def test_cancel_reaches_who_waits_and_is_no_error_on_show(
    engine: FakeClient, jobs: Jobs, messages: Messages, qtbot: QtBot
) -> None:
    items: list[JobItem] = []
    errors: list[S2EditError] = []
    jobs.start(api.MakeMask(b"photo"), failed=errors.append, on_item=items.append)
    jobs.start(api.MakeMask(b"photo"), on_item=items.append)
    qtbot.waitUntil(lambda: len(items) == 2)
    for item in items:
        jobs.cancel(item.id)
    qtbot.waitUntil(lambda: bool(errors) and not jobs.busy)
    assert isinstance(errors[0], CancelledError)
    assert messages.current is None


def test_a_failed_job_shows_its_sentence(
    engine: FakeClient, jobs: Jobs, messages: Messages, qtbot: QtBot
) -> None:
    jobs.start(api.MakeMask(b"photo"))
    qtbot.waitUntil(lambda: engine.running is not None)
    engine.fail(MaskError("Nothing was found.", "Paint it."))
    qtbot.waitUntil(lambda: messages.current is not None)
    assert messages.current is not None
    assert (messages.current.sentence, messages.current.hint) == ("Nothing was found.", "Paint it.")
    assert "MaskError" in messages.current.as_text()


def test_when_the_engine_dies_who_waits_is_told_and_the_list_is_empty(
    engine: FakeClient, link: EngineLink, jobs: Jobs, qtbot: QtBot
) -> None:
    errors: list[S2EditError] = []
    jobs.start(api.MakeMask(b"photo"), failed=errors.append)
    qtbot.waitUntil(lambda: engine.running is not None and bool(jobs.items))
    engine.die()
    engine.revive()
    qtbot.waitUntil(lambda: bool(errors))
    assert isinstance(errors[0], EngineGoneError)
    assert jobs.items == {}
    qtbot.waitUntil(lambda: link.state == "connected")


def test_the_library_follows_changes_and_searches(
    engine: FakeClient, link: EngineLink, messages: Messages, qtbot: QtBot
) -> None:
    library = LibraryState(link, messages)
    engine.world.add_token("anna/me")
    engine.world.add_token("bea/me")
    qtbot.waitUntil(lambda: len(library.tokens) == 2)
    qtbot.waitUntil(lambda: [person.name for person in library.people] == ["anna", "bea"])
    library.search = "bea"
    qtbot.waitUntil(lambda: [token.name for token in library.tokens] == ["bea/me"])
    library.search = ""
    deleted: list[tuple[str, ...]] = []
    library.deleted.connect(deleted.append)
    library.delete(("anna/me",))
    qtbot.waitUntil(lambda: [token.name for token in library.tokens] == ["bea/me"])
    qtbot.waitUntil(lambda: deleted == [("anna/me",)])
    library.restore(deleted[0])
    qtbot.waitUntil(lambda: len(library.tokens) == 2)


def test_thumbnails_are_asked_for_once(
    engine: FakeClient, link: EngineLink, messages: Messages, qtbot: QtBot
) -> None:
    library, heard = LibraryState(link, messages), []
    engine.world.add_token("anna/me", b"small")
    qtbot.waitUntil(lambda: bool(library.tokens))
    library.thumbnails.received.connect(lambda name, picture: heard.append(name))
    library.thumbnails.request(["anna/me"])
    library.thumbnails.request(["anna/me"])
    qtbot.waitUntil(lambda: bool(heard))
    qtbot.wait(20)
    assert heard == ["anna/me"]
