"""``s2edit`` without a command: the window in another process, or one sentence why not."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys

import pytest

from s2edit_plugin.cli.main import main


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What would be started; it ends with exit code 0."""
    calls: list[list[str]] = []
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(subprocess, "call", lambda command: calls.append(command) or 0)
    return calls


def test_without_a_command_the_window_is_started(started: list[list[str]]) -> None:
    assert main([]) == 0
    assert started == [[sys.executable, "-m", "qt_app"]]


def test_without_a_screen_it_says_so(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert main([]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "needs a screen" in said.err
    assert "--help" in said.err
    assert started == []


def test_without_pyqt_it_says_how_to_get_it(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert main([]) == 1
    assert "s2edit-studio[app]" in capsys.readouterr().err
    assert started == []


def test_a_window_that_is_killed_is_one_sentence(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(subprocess, "call", lambda command: -6)
    assert main([]) == 1
    assert "signal 6" in capsys.readouterr().err


def test_json_wants_a_command(started: list[list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"] == "UsageError"
    assert started == []
