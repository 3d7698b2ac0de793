"""Learning from GIMP: checks before the request, and resuming."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.errors import ConsentError, UsageError
from tests.fakes.fake_gi import fake_gi

ASKED = api.LearnToken(b"", "Anna", "me", class_noun="woman", consent=True)
STOPPED = queries.Resumable("anna", "me", 30, 80, "2026-12-01", api.LearnToken(b"photo", "anna", "me"))


class FakeEngine:
    """An engine with a token anna/me, and a learning of it that was stopped."""

    def __init__(self) -> None:
        self.ran: list[Any] = []

    def call(self, request: Any) -> Any:
        if isinstance(request, queries.ListResumable):
            return queries.ResumableList((STOPPED,))
        return queries.TokenList((queries.TokenInfo("anna/me", "anna"),))

    def run(self, request: Any, title: str) -> api.LearnResult:
        self.ran.append(request)
        return api.LearnResult("anna/me", "", 1, 1.0, 1.0, 0.1, 1.0, 80)


@pytest.fixture
def learn() -> Iterator[ModuleType]:
    with fake_gi():
        yield importlib.import_module("gimp_bridge.learn")


def test_a_token_of_the_same_name_is_not_replaced_unasked(learn: ModuleType) -> None:
    engine = FakeEngine()
    assert learn.token_exists(ASKED, engine)
    with pytest.raises(UsageError, match="has a token Anna/me already"):
        learn.learn_token(None, None, ASKED, engine)
    assert not engine.ran


def test_what_is_missing_is_said_before_the_engine_is_asked(learn: ModuleType) -> None:
    with pytest.raises(ConsentError):
        learn.check_request(api.LearnToken(b"", "anna", "me"))
    with pytest.raises(UsageError, match="name is missing"):
        learn.check_request(api.LearnToken(b"", "anna", "", consent=True))


def test_learning_that_was_stopped_goes_on_with_its_own_picture(learn: ModuleType) -> None:
    engine = FakeEngine()
    run = learn.find_interrupted(ASKED, engine)
    assert run == STOPPED
    assert learn.resume_run(run, engine).name == "anna/me"
    (request,) = engine.ran
    assert (request.photo, request.resume) == (b"photo", True)


def test_zero_steps_are_the_usual_number_for_this_kind_of_token(learn: ModuleType) -> None:
    assert learn.learn_settings(0, 3) == api.LearnSettings(seed=3)
    some = learn.learn_settings(0, 0, "attribute")
    assert (some.steps_token, some.steps_joint) == (30, 50)
    for kind in ("identity", "attribute"):
        asked = learn.learn_settings(16, 0, kind)
        assert (asked.steps_token, asked.steps_joint) == (6, 10)
