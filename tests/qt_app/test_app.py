"""The start: what is loaded before the window is there, no screen, a photo on the command line, what nobody foresaw."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QPalette
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qt_app.app import _reporting, build_parser, main, make_window
from qt_app.ui.file_open_events import FileOpenEvents
from tests.fakes.engine_client import FakeClient

PROBE = """
import sys
from PyQt6.QtWidgets import QApplication
from qt_app.app import make_window
from tests.fakes.engine_client import FakeClient
application = QApplication([])
window = make_window(application, "dark", FakeClient)
window.show()
application.processEvents()
heavy = "torch", "scipy", "skimage", "PIL", "diffusers", "transformers", "onnxruntime", "safetensors", "huggingface_hub"
print(*sorted(set(heavy) & set(sys.modules)), window.isVisible())
window.close()
"""


def test_the_window_is_there_before_anything_heavy_is_loaded() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.split() == ["True"], done.stderr


ENDED = """
import os, signal
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication
from qt_app.app import keep_when_ended, make_window
from qt_app.garbage_collector import GarbageCollector
from tests.fakes.engine_client import FakeClient
application = QApplication([])
window = make_window(application, "dark", FakeClient)
keep_when_ended(window)
collector = GarbageCollector()
window.show()
window.resize(901, 702)
QTimer.singleShot(50, lambda: os.kill(os.getpid(), signal.SIGTERM))
application.exec()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_signal_ends_the_window_and_its_arrangement_is_kept(data_home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ENDED], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == -signal.SIGTERM, done.stderr
    kept = json.loads((data_home / "window.json").read_text())
    assert kept["layout"]
    assert kept["geometry"]


def test_without_a_screen_the_window_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert main([]) == 1
    assert "needs a screen" in capsys.readouterr().err


def test_the_arguments_are_a_photo_and_a_theme() -> None:
    args = build_parser().parse_args(["a.jpg", "--theme", "dark"])
    assert (args.photo, args.theme) == ("a.jpg", "dark")


def test_what_macos_sends_is_opened(qapp: QApplication) -> None:
    opened: list[str] = []
    opening = FileOpenEvents(qapp, opened.append)
    for address in ("file:///a%20b.jpg", "s2edit:///c.png", "s2edit:///etc/passwd", "s2edit:"):
        opening.take(address)  # PyQt makes no such event, only macOS does
    assert opened == ["/a b.jpg", "/c.png"]
    assert opening.eventFilter(qapp, QEvent(QEvent.Type.User)) is False
    opening.stop()


def test_what_nobody_foresaw_is_said_in_the_window(
    qtbot: QtBot, qapp: QApplication, caplog: pytest.LogCaptureFixture
) -> None:
    window = make_window(qapp, "light", FakeClient)
    qtbot.addWidget(window)
    error = KeyError("lost")
    _reporting(window)(KeyError, error, error.__traceback__)  # type: ignore[arg-type]
    assert window.studio.messages.current is not None
    assert "KeyError" in window.studio.messages.current.sentence
    caplog.clear()
    window.close()


def test_the_theme_follows_the_user_and_where_wanted_the_desktop(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_dark() -> bool:
        return qapp.palette().color(QPalette.ColorRole.Window).lightness() < 128

    hints, scheme = qapp.styleHints(), Qt.ColorScheme.Light
    assert hints is not None
    monkeypatch.setattr(type(hints), "colorScheme", lambda _: scheme)
    window = make_window(qapp, "light", FakeClient)
    qtbot.addWidget(window)
    preferences = window.studio.preferences
    assert preferences.theme == "system"
    scheme = Qt.ColorScheme.Dark
    hints.colorSchemeChanged.emit(scheme)
    assert not is_dark(), "light was asked for, for this start"
    preferences.theme = "dark"
    assert is_dark()
    preferences.theme = "system"
    scheme = Qt.ColorScheme.Light
    hints.colorSchemeChanged.emit(scheme)
    assert not is_dark()
    scheme = Qt.ColorScheme.Dark
    hints.colorSchemeChanged.emit(scheme)
    assert is_dark()
    preferences.theme = "light"
    hints.colorSchemeChanged.emit(scheme)
    assert not is_dark()
    window.close()
