"""Diagnostics and about: what is found is shown, all of it can be copied, also when the engine does not start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from qt_app.app import make_window
from qt_app.ui.features import Features
from qt_app.ui.main_window import MainWindow
from s2edit_plugin import __version__
from s2edit_plugin.api import queries
from s2edit_plugin.errors import EngineError, S2EditError
from tests.fakes.engine_client import FakeClient

CHECKS = (
    queries.CheckInfo("Python", True, "3.11"),
    queries.CheckInfo("free disk", False, "0.4 GB", "Free some space."),
)


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, data_home: Path, engine: FakeClient) -> Iterator[MainWindow]:
    engine.answers[queries.Diagnose] = queries.Diagnosis(CHECKS)
    engine.answers[queries.GetStatus] = queries.EngineStatus(
        "9.9", 4711, 300.0, "CPU, 2 threads", "no GPU", model="small", memory_bytes=10**9
    )
    engine.world.log = "the engine started"
    window = make_window(qapp, "light", lambda: engine)
    window.show()
    qtbot.waitUntil(lambda: window.studio.link.state == "connected")
    yield window
    window.close()
    window.deleteLater()


def features_of(window: MainWindow) -> Features:
    features = window.findChild(Features)
    assert features is not None
    return features


def test_everything_is_shown_and_copied_at_once(window: MainWindow, qtbot: QtBot) -> None:
    window.studio.messages.error(S2EditError("Something broke.", "Mend it."))
    window.actions_by_id["help.diagnostics"].trigger()
    dialog = features_of(window).help.diagnostics_dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.checks.topLevelItemCount() == 2 and bool(dialog.log.toPlainText()))
    qtbot.waitUntil(lambda: window.studio.diagnostics.status is not None and not dialog.busy.isVisible())
    assert "✗" in dialog.checks.topLevelItem(1).text(0)
    assert "Free some space." in dialog.checks.topLevelItem(1).text(1)
    assert "Mend it." in dialog.messages.toPlainText()
    labels = [label.text() for label in dialog.findChildren(QLabel)]
    assert "9.9, pid 4711" in labels
    assert "no GPU" in labels
    dialog.copy.click()
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    for words in (
        "CPU, 2 threads",
        "BROKEN  free disk",
        "Something broke.",
        "the engine started",
        __version__,
    ):
        assert words in clipboard.text()
    dialog.close_button.click()
    assert not dialog.isVisible()


def test_an_engine_that_does_not_start_has_its_log_read_from_the_file(
    qtbot: QtBot, qapp: QApplication, data_home: Path
) -> None:
    def refuse() -> FakeClient:
        raise EngineError("The engine cannot be started.", "Look at the log.")

    (data_home / "engine").mkdir(parents=True)
    (data_home / "engine" / "output.log").write_text("ImportError: torch\n")
    window = make_window(qapp, "light", refuse)
    window.show()
    qtbot.waitUntil(lambda: window.studio.link.state == "failed")
    dialog = features_of(window).help.show_diagnostics()
    qtbot.waitUntil(lambda: "ImportError: torch" in dialog.log.toPlainText())
    assert "not running" in [label.text() for label in dialog.findChildren(QLabel)]
    assert "The engine cannot be started." in window.studio.diagnostics.as_text()
    assert not window.studio.diagnostics.checking
    window.close()
    window.deleteLater()


def test_a_check_that_fails_itself_ends_the_checking(
    window: MainWindow, engine: FakeClient, qtbot: QtBot
) -> None:
    engine.answers[queries.Diagnose] = S2EditError("Doctor is ill.")
    window.studio.diagnostics.refresh()
    qtbot.waitUntil(lambda: not window.studio.diagnostics.checking)


def test_about_names_version_method_and_licence(window: MainWindow) -> None:
    dialog = features_of(window).help.show_about()
    text = " ".join(label.text() for label in dialog.findChildren(QLabel))
    for words in (__version__, "arxiv.org", "GPL", "edited by AI"):
        assert words in text
    dialog.close()
