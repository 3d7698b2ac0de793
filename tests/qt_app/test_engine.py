"""The link: answers, errors and events reach the window's thread, and a lost engine comes back."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from qt_app import engine as module
from qt_app.engine import EngineLink
from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.engine.client.interface import Client
from s2edit_plugin.errors import EngineError, EngineGoneError, S2EditError, TokenNotFoundError
from tests.fakes.engine_client import FakeClient


def test_an_answer_comes_on_the_windows_thread(engine: FakeClient, link: EngineLink, qtbot: QtBot) -> None:
    engine.world.add_token("anna/me")
    heard: list[Any] = []
    link.ask(queries.ListTokens(), lambda answer: heard.append((answer, threading.current_thread())))
    qtbot.waitUntil(lambda: bool(heard))
    assert [token.name for token in heard[0][0].tokens] == ["anna/me"]
    assert heard[0][1] is threading.main_thread()


def test_an_error_goes_to_who_asked_else_to_everybody(
    engine: FakeClient, link: EngineLink, qtbot: QtBot
) -> None:
    mine: list[S2EditError] = []
    everybody: list[S2EditError] = []
    link.failed.connect(everybody.append)
    link.ask(queries.ShowToken("nobody/me"), failed=mine.append)
    link.ask(queries.ShowToken("nobody/me"))
    qtbot.waitUntil(lambda: bool(mine) and bool(everybody))
    assert isinstance(mine[0], TokenNotFoundError)
    assert isinstance(everybody[0], TokenNotFoundError)


def test_events_and_results_of_a_job_arrive(engine: FakeClient, link: EngineLink, qtbot: QtBot) -> None:
    heard: list[api.Event] = []
    link.happened.connect(heard.append)
    ids: list[str] = []
    results: list[Any] = []
    link.submit(api.MakeMask(b"photo"), ids.append)
    qtbot.waitUntil(lambda: bool(ids))
    engine.step(2)
    engine.finish(api.MaskResult(b"mask", "auto", 0.5))
    link.result(ids[0], results.append)
    qtbot.waitUntil(lambda: bool(results))
    assert results[0].mask == b"mask"
    assert {event.kind for event in heard} >= {"state", "progress"}


def test_what_was_asked_before_the_engine_is_there_is_answered_then(engine: FakeClient, qtbot: QtBot) -> None:
    ready = threading.Event()

    def connect() -> Client:
        ready.wait(5)
        return engine

    link, heard = EngineLink(connect), []
    link.start()
    link.ask(queries.ListPeople(), heard.append)
    qtbot.wait(30)
    assert heard == []
    ready.set()
    qtbot.waitUntil(lambda: bool(heard))
    link.close()


def test_a_lost_engine_is_started_again_and_says_so(
    engine: FakeClient, link: EngineLink, qtbot: QtBot
) -> None:
    states: list[str] = []
    link.state_changed.connect(states.append)
    engine.die()
    fresh = FakeClient()
    link._connect = lambda: fresh
    qtbot.waitUntil(lambda: states == ["lost", "connected"])
    heard: list[Any] = []
    link.ask(queries.GetStatus(), heard.append)
    qtbot.waitUntil(lambda: bool(heard))
    fresh.close()


def test_an_engine_that_cannot_be_started_is_given_up_with_its_sentence(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> Client:
        raise EngineError("The engine cannot be started.", "Run s2edit doctor.")

    link, errors = EngineLink(refuse), []
    link.failed.connect(errors.append)
    link.start()
    qtbot.waitUntil(lambda: link.state == "failed")
    assert errors[0].sentence == "The engine cannot be started."
    link.close()


def test_an_engine_that_dies_again_and_again_is_given_up(
    engine: FakeClient, link: EngineLink, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RESTART_DELAYS_MS", (1,))
    made: list[FakeClient] = []

    def connect() -> Client:
        made.append(FakeClient())
        threading.Timer(0.01, made[-1].die).start()
        return made[-1]

    link._connect = connect
    engine.die()
    qtbot.waitUntil(lambda: link.state == "failed", timeout=10000)
    assert len(made) == module.RESTARTS
    for client in made:
        client.close()


def test_closing_twice_and_asking_afterwards_does_nothing(engine: FakeClient, link: EngineLink) -> None:
    link.close()
    link.ask(queries.ListPeople(), lambda _: pytest.fail("answered after closing"))
    link.close()


class Enders:
    """Stands for what ends engines; ``hangs``: how many of them do not answer."""

    def __init__(self, hangs: int = 0) -> None:
        self.hangs, self.ended = hangs, 0

    def end_hung(self) -> bool:
        if not self.hangs:
            return False
        self.hangs -= 1
        return True

    def end(self) -> object:
        self.ended += 1
        return None


def test_an_engine_that_hangs_is_ended_and_another_takes_its_place(engine: FakeClient, qtbot: QtBot) -> None:
    enders, tries, replaced = Enders(hangs=1), [0], []

    def connect() -> Client:
        tries[0] += 1
        if enders.hangs:
            raise EngineError("The engine does not answer.")
        return engine

    link = EngineLink(connect, ender=enders)
    link.replaced.connect(lambda: replaced.append(True))
    link.start()
    qtbot.waitUntil(lambda: link.state == "connected")
    assert tries[0] == 2
    qtbot.waitUntil(lambda: bool(replaced))
    assert not enders.ended
    link.close()


def test_one_that_answers_is_not_ended_because_connecting_failed(qtbot: QtBot) -> None:
    enders, errors = Enders(), []

    def connect() -> Client:
        raise EngineError("No engine here.")

    link = EngineLink(connect, ender=enders)
    link.failed.connect(errors.append)
    link.start()
    qtbot.waitUntil(lambda: bool(errors))
    assert (link.state, enders.ended) == ("failed", 0)
    link.close()


def test_the_user_can_have_the_engine_ended_and_started_again(engine: FakeClient, qtbot: QtBot) -> None:
    enders, states = Enders(), []
    link = EngineLink(lambda: engine, ender=enders)
    link.start()
    qtbot.waitUntil(lambda: link.state == "connected")
    link.state_changed.connect(states.append)
    engine.close = lambda: None  # type: ignore[method-assign]  # this one comes again
    link.restart()
    qtbot.waitUntil(lambda: link.state == "connected")
    assert (states, enders.ended) == (["lost", "connected"], 1)
    link.close()


def test_closing_waits_for_no_answer(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LAST_REQUEST_SECONDS", 0.1)
    closed = threading.Event()

    class Hanging(FakeClient):
        def call(self, request: Any) -> Any:
            closed.wait(20)
            raise EngineGoneError("This client was closed.")

        def close(self) -> None:
            closed.set()
            super().close()

    client = Hanging()
    link = EngineLink(lambda: client)
    link.start()
    qtbot.waitUntil(lambda: link.state == "connected")
    for _ in range(module.POOL + 1):
        link.ask(queries.ListPeople())
    began = time.monotonic()
    link.close(queries.ListPeople())
    assert time.monotonic() - began < 5


def test_closing_does_not_wait_for_an_engine_that_is_being_started(qtbot: QtBot) -> None:
    started, client = threading.Event(), FakeClient()

    def connect() -> Client:
        started.wait(20)
        return client

    link = EngineLink(connect)
    link.start()
    began = time.monotonic()
    link.close()
    assert time.monotonic() - began < 5
    started.set()
    qtbot.waitUntil(lambda: client._closed.is_set())


def test_questions_that_an_engine_takes_along_are_no_errors(
    engine: FakeClient, link: EngineLink, qtbot: QtBot
) -> None:
    errors: list[S2EditError] = []
    mine: list[S2EditError] = []
    link.failed.connect(errors.append)
    engine.close = lambda: None  # type: ignore[method-assign]  # this one comes again
    engine.die()
    link.ask(queries.ListTokens())
    link.ask(queries.ListPeople(), failed=mine.append)
    qtbot.waitUntil(lambda: bool(mine) or link.state == "lost")
    engine.revive()
    qtbot.waitUntil(lambda: link.state == "connected")
    qtbot.wait(50)
    assert errors == [], "that the engine has gone is said by its state, once"
