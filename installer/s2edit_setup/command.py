"""The commands of run.sh and of the installers: sets up what they need, then becomes the program."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from s2edit_setup import application
from s2edit_setup.locks import ROOT
from s2edit_setup.setting_up import SettingUp
from s2edit_setup.speaking import SetupError, say
from s2edit_setup.store import Environment, Store
from s2edit_setup.system import System

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Run one command; its exit code."""
    try:
        return _run(list(arguments))
    except SetupError as error:
        say(f"s2edit: {error}")
        return 1
    except KeyboardInterrupt:
        return 130


def _run(arguments: list[str]) -> int:
    venv = Path(os.path.abspath(os.environ.get("S2EDIT_VENV") or ROOT / ".venv"))
    setting_up = SettingUp(Store(venv))
    command = arguments[0] if arguments else ""
    if command == "application":
        return application.run(arguments[1:])
    if command == "setup":
        setting_up.set_up("base")
        say(f"Set up in {venv}.")
        return 0
    if command == "repair":
        return _become(setting_up.set_up("base", fresh=True), "s2edit", "doctor")
    if command == "test":
        environment = setting_up.set_up("dev")
        System(setting_up.store.log).test_programs()
        return _test(environment, arguments[1:])
    try:
        environment = setting_up.set_up("base")
    except SetupError as error:
        before = setting_up.any()
        if before is None:
            raise
        say(f"s2edit: {error}")
        say("s2edit: Continuing with the earlier set-up.")
        environment = before
    return _become(environment, "s2edit", *arguments)


def _test(environment: Environment, arguments: Sequence[str]) -> int:
    """Lint and types first, because they are quick; pytest always runs, and its closing line is the last one printed."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.chdir(ROOT)
    checks = {
        "ruff check": ["ruff", "check", "--quiet", "."],
        "ruff format": ["ruff", "format", "--quiet", "--check", "."],
        "mypy": ["mypy"],
        "lint-imports": ["lint-imports", "--no-cache"],
    }
    failed = [name for name, words in checks.items() if not _passes(environment, name, words)]
    if failed:
        print(f"failed: {', '.join(failed)}", flush=True)
    # A process for each core, a file at a time; more than four want more memory than they save time.
    pytest = ["-m", "pytest", "--numprocesses", "auto", "--maxprocesses", "4", "--no-loadscope-reorder"]
    code = subprocess.run([str(environment.python), *pytest, *arguments], check=False).returncode
    return 1 if failed or code else 0


def _passes(environment: Environment, name: str, words: Sequence[str]) -> bool:
    command = [str(environment.program(words[0])), *words[1:]]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    text = "ok" if done.returncode == 0 else "FAILED"
    print(f"{done.stdout if done.returncode else ''}{name}: {text}", flush=True)
    return done.returncode == 0


def _become(environment: Environment, program: str, *arguments: str) -> int:
    """Give this process to a program of the environment; where there is no such call, wait for it."""
    command = [str(environment.program(program)), *arguments]
    if sys.platform == "win32":  # which has no such call
        return subprocess.run(command, check=False).returncode
    else:  # an explicit branch: mypy skips that of another system
        sys.stdout.flush()
        os.execv(command[0], command)
