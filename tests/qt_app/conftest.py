"""What the window's tests share: no screen is needed, a fake engine, and every link to it is closed at the end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from qt_app.engine import EngineLink
from s2edit_plugin.engine.fake import FakeClient


@pytest.fixture(autouse=True)
def deleted_at_once() -> Iterator[None]:
    """What was to be deleted later goes with its test: outside an event loop nobody else does it, and Python's collector would
    take windows apart in the middle of another test."""
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


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
