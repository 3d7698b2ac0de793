"""The man page and docs/commands.md come from the commands' own definitions."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from s2edit_plugin.cli.main import build_parser, commands_of
from s2edit_plugin.cli.manual import commands_page, describe, man_page

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_of_commands_is_current() -> None:
    assert (ROOT / "docs" / "commands.md").read_text("utf-8") == commands_page(build_parser()), (
        "run: python installer/manual.py docs/commands.md"
    )


def test_every_command_and_option_is_in_it() -> None:
    commands = {command.name: command for command in describe(build_parser())}
    assert {name.split()[1] for name in commands if " " in name} == commands_of(build_parser())
    assert "s2edit tokens list" in commands
    options = {option.names for option in commands["s2edit edit"].options}
    assert {"--prompt TEXT", "--out FILE"} <= options
    assert all(option.text and "%(" not in option.text for c in commands.values() for option in c.options)


def test_man_reads_the_page(tmp_path: Path) -> None:
    page = tmp_path / "s2edit.1"
    page.write_text(man_page(build_parser()), "utf-8")
    if shutil.which("man") is None:
        pytest.skip("man is not installed")
    environment = {"MANWIDTH": "100", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}
    command = ["man", "--warnings", "-l", str(page)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    for words in ("s2edit learn", "--yes-i-have-consent", "S2EDIT_HOME", "EXIT STATUS"):
        assert words in done.stdout
