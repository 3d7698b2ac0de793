"""The command that shows and changes settings."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s2edit_plugin.cli.main import main
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.storage.settings import load_settings

Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], data_home: Path) -> Run:
    def call(*arguments: str) -> tuple[int, Any]:
        code = main(["settings", *arguments, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return call


def test_all_settings_are_shown(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    code, values = run()
    assert (code, values["device"], values["safety_checker"]) == (0, "auto", True)
    assert main(["settings", "history_limit_gb"]) == 0
    text = capsys.readouterr().out
    assert "history_limit_gb  5" in text
    assert "device" not in text


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("safety_checker", "off", False),
        ("embed_settings", "Yes", True),
        ("history_limit_gb", "0.5", 0.5),
        ("precision", "bf16", "bf16"),
        ("mirror", "https://mirror.invalid", "https://mirror.invalid"),
    ],
)
def test_a_setting_is_changed_and_reset(
    run: Run, data_home: Path, name: str, text: str, value: object
) -> None:
    before = getattr(load_settings(DataFolder(data_home)), name)
    assert run(name, text) == (0, {name: value})
    assert getattr(load_settings(DataFolder(data_home)), name) == value
    assert run(name, "--reset") == (0, {name: before})


@pytest.mark.parametrize(
    "arguments",
    [
        ("nothing",),
        ("nothing", "1"),
        ("safety_checker", "perhaps"),
        ("history_limit_gb", "much"),
        ("history_limit_gb", "nan"),
        ("history_limit_gb", "inf"),
        ("precision", "int4"),
        ("--reset",),
        ("device", "cpu", "--reset"),
    ],
)
def test_what_cannot_be_set_is_refused(run: Run, data_home: Path, arguments: tuple[str, ...]) -> None:
    code, error = run(*arguments)
    assert (code, error["error"]) == (2, "UsageError")
    assert not DataFolder(data_home).settings.exists()


def test_a_certificate_that_cannot_sign_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settings", "certificate", "gone.pem"]) == 0
    assert "An own certificate needs its key" in capsys.readouterr().err
    assert main(["settings", "certificate_key", "gone.key"]) == 0
    assert "gone.pem cannot be read" in capsys.readouterr().err
    assert main(["settings", "certificate", "--reset"]) == 0
    assert main(["settings", "certificate_key", "--reset"]) == 0
    assert capsys.readouterr().err.count("needs its key") == 1
