"""``s2edit`` without a command: the window in another process, or one sentence why not."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from s2edit_plugin.cli.main import build_parser, commands_of, main
from s2edit_plugin.cli.window import _forward_signals, window_arguments


class FakeWindow:
    """A process that has ended."""

    code = 0

    def __enter__(self) -> FakeWindow:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def wait(self) -> int:
        return self.code


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What would be started; it ends with exit code 0."""
    calls: list[list[str]] = []
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(FakeWindow, "code", 0)
    monkeypatch.setattr(subprocess, "Popen", lambda command: calls.append(command) or FakeWindow())
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
    monkeypatch.setattr(FakeWindow, "code", -6)
    assert main([]) == 1
    assert "signal 6" in capsys.readouterr().err


def test_json_wants_a_command(started: list[list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"] == "UsageError"
    assert started == []


def test_a_photo_a_language_and_a_theme_open_the_window(started: list[list[str]], tmp_path: Path) -> None:
    photo = tmp_path / "edit me.png"
    photo.write_bytes(b"picture")
    for arguments in ([str(photo)], ["--language", "de"], ["--theme=dark", str(photo), "--language=en"]):
        assert main(arguments) == 0
    assert [command[3:] for command in started] == [
        [str(photo)],
        ["--language", "de"],
        ["--theme=dark", str(photo), "--language=en"],
    ]


def test_a_command_is_a_command_also_where_a_file_is_called_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "doctor").touch()
    commands = commands_of(build_parser())
    assert window_arguments(["doctor"], commands) is None
    assert window_arguments(["--json", "tokens", "list"], commands) is None
    assert window_arguments(["--help"], commands) is None
    assert window_arguments([], commands) == []
    assert window_arguments(["./doctor"], commands) == ["./doctor"]


@pytest.mark.parametrize(
    ("word", "error", "said"),
    [
        ("gone.jpg", "ImageError", "There is no file gone.jpg."),
        ("folder/gone", "ImageError", "There is no file folder/gone."),
        ("lern", "UsageError", "There is no command 'lern', and no photo of this name."),
    ],
)
def test_what_is_neither_command_nor_photo_is_one_sentence(
    started: list[list[str]], capsys: pytest.CaptureFixture[str], word: str, error: str, said: str
) -> None:
    assert main([word, "--json"]) > 0
    told = json.loads(capsys.readouterr().out)
    assert (told["error"], told["sentence"]) == (error, said)
    assert started == []


def test_what_ends_the_command_ends_the_window() -> None:
    with subprocess.Popen(["sleep", "60"]) as window, _forward_signals(window) as came:
        os.kill(os.getpid(), signal.SIGTERM)
        assert window.wait(10) == -signal.SIGTERM
    assert came == [signal.SIGTERM]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
