"""What the window's tests share: no screen is needed, a fake engine, and every link to it is closed at the end."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator

import pytest

from tests.fakes.offscreen import platform

os.environ["QT_QPA_PLATFORM"] = platform()

from PyQt6.QtCore import QCoreApplication, QEvent, QLocale
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qt_app.engine import EngineLink
from qt_app.i18n.loading import install_language
from tests.fakes.engine_client import FakeClient


@pytest.fixture(autouse=True)
def deleted_at_once() -> Iterator[None]:
    """Delete all Qt objects of a test at its end and on this thread: those with ``deleteLater``, for which no event loop runs,
    and those in cycles, which Python would collect on any thread (`qt_app.garbage_collector`)."""
    gc.disable()
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect(1)
    gc.enable()


@pytest.fixture(autouse=True)
def nothing_is_saved_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows that go with something unsaved do not wait for an answer."""
    monkeypatch.setattr("qt_app.ui.unsaved_guard.UnsavedGuard.ask", lambda *_: "leave")


@pytest.fixture
def english_again(qapp: QApplication) -> Iterator[None]:
    """What a test changed about the language does not stay."""
    before = QLocale()
    yield
    install_language(qapp, "en")
    QLocale.setDefault(before)


@pytest.fixture
def engine() -> Iterator[FakeClient]:
    """An engine that does what the test says."""
    client = FakeClient()
    yield client
    client.close()


@pytest.fixture
def link(engine: FakeClient, qtbot: QtBot) -> Iterator[EngineLink]:
    """The window's link to the fake engine, connected."""
    link = EngineLink(lambda: engine)
    link.start()
    qtbot.waitUntil(lambda: link.state == "connected")
    yield link
    link.close()


@pytest.fixture
def settled(qtbot: QtBot) -> Callable[[Callable[[], bool]], None]:
    """Let the window's thread work until something is so."""
    return lambda condition: qtbot.waitUntil(condition, timeout=5000)
