"""A data folder and the command line for the tests of base models."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s2edit_plugin.cli.main import main
from s2edit_plugin.paths import DataFolder, data_folder

Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def folder(data_home: Path) -> DataFolder:
    return data_folder()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command: its exit code and its JSON, or with ``text=True`` both streams as text."""

    def call(*arguments: str, text: bool = False) -> tuple[int, Any]:
        code = main([*arguments] if text else [*arguments, "--json"])
        captured = capsys.readouterr()
        return code, captured.out + captured.err if text else json.loads(captured.out)

    return call
