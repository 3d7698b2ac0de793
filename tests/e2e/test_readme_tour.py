"""README's tour, as it is written there: every command in its order, with fewer steps than a user takes."""

from __future__ import annotations

import argparse
import dataclasses
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s2edit_plugin.cli import photos
from s2edit_plugin.cli.main import main
from s2edit_plugin.cli.output import Output

ROOT = Path(__file__).resolve().parents[2]
ALIAS = "alias s2edit='sh installer/run.sh'"


def tour() -> list[list[str]]:
    """The words of each command of the tour."""
    text = (ROOT / "README.md").read_text()
    (block,) = re.findall(r"## A three-minute tour\n+```\n(.*?)```", text, re.DOTALL)
    lines = block.replace("\\\n", " ").splitlines()
    assert lines[0] == ALIAS
    commands = [shlex.split(line, comments=True) for line in lines[1:]]
    return [words for words in commands if words]


def quick(settings: Callable[[argparse.Namespace], Any], **steps: int) -> Callable[[argparse.Namespace], Any]:
    """What a command computes with, but with so many steps."""
    return lambda args: dataclasses.replace(settings(args), **steps)


def test_every_command_of_the_tour_does_what_it_says(
    tmp_path: Path, data_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        photos, "_learn_settings", quick(photos._learn_settings, steps_token=2, steps_joint=2)
    )
    monkeypatch.setattr(photos, "edit_settings", quick(photos.edit_settings, steps=3))
    asked: list[str] = []  # at a terminal; the user says yes
    monkeypatch.setattr(Output, "confirm", lambda self, question, sentence: asked.append(question))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").symlink_to(ROOT / "models")
    commands = tour()
    assert len(commands) >= 12
    for words in commands:
        assert words[0] == "s2edit"
        capsys.readouterr()
        code = main(words[1:])
        said = capsys.readouterr()
        assert code == 0, f"{shlex.join(words)}\n{said.out}{said.err}"
        if "--out" in words:
            assert (tmp_path / words[words.index("--out") + 1]).stat().st_size > 0
    assert {path.name for path in tmp_path.iterdir()} >= {"blonde.png", "smile.png", "makeup.png", "hair.png"}
    assert len(asked) == 1
    assert not [path for path in data_home.rglob("*") if "anna" in path.name]
