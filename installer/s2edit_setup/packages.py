"""Installs packages: by uv where there is one or the package index has it, else by pip.

uv takes seconds where pip takes more than a minute, resumes interrupted downloads and knows where the
builds of torch lie. Where pip's own settings say where packages come from (a mirror, a folder of wheels, a constraint),
they are the user's or the administrator's decision: torch's build is left to pip then, and uv gets the address of the index.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from s2edit_setup.locks import Locks
from s2edit_setup.machine import Choice
from s2edit_setup.speaking import SetupError, say

__all__ = ["Packages", "find_uv", "pip_settings"]

CUT = "Python packages could not be installed; check the network and free disk, then run the same command again."
HASHED = ("--no-deps", "--require-hashes", "--only-binary", ":all:")
PIP = ("install", "--no-compile", "--progress-bar")
OWN_SOURCES = ("index-url", "extra-index-url", "find-links", "no-index", "constraint")
FETCHING = re.compile(r"\s*Downloading (\S+) \(([\d.]+) ?([MG])i?B\)")
FETCHED = re.compile(r"\s*Downloaded (\S+)")
UNITS = {"M": 1.0, "G": 1000.0}
OLDEST_UV = (0, 8)
"""From here on uv knows the builds of torch for every accelerator."""


@dataclass
class Packages:
    """Installs into one environment.

    Attributes:
        python: the environment's. log: where the chatter goes. uv: the command, empty for pip alone.
    """

    python: Path
    log: Path
    uv: list[str] = field(default_factory=list)

    def get_uv(self, locks: Locks) -> None:
        """Have uv from the package index, into the environment, where the machine has none; without it pip does everything."""
        if self.uv or os.environ.get("S2EDIT_UV") == "no" or not self.has_pip():
            return
        if self._pip(["--quiet", *HASHED, "-r", str(locks.uv)]):
            self.uv = [str(self.python), "-m", "uv"]

    def libraries(self, name: str, lock: Path) -> None:
        """Install a lock with hashes."""
        say(f"  installing {name}")
        settings = self.pip_settings()
        if self.uv and "no-index" not in settings and self._uv([*HASHED, "-r", str(lock)], _for_uv(settings)):
            return
        self._by_pip([*HASHED, "-r", str(lock)])

    def computing(self, lock: Path, choice: Choice) -> None:
        """Install torch and onnxruntime in the builds for an accelerator."""
        size = _first(r"# About (.*) to fetch", lock.read_text("utf-8"))
        say(f"  installing torch and onnxruntime for {choice.accelerator}{f', up to {size}' if size else ''}")
        index = os.environ.get("S2EDIT_TORCH_INDEX")
        arguments = ["--only-binary", ":all:", "-r", str(lock)]
        if index:
            arguments += ["--extra-index-url", index]
        elif self.uv and not any(name in self.pip_settings() for name in OWN_SOURCES):
            backend = ["--torch-backend", choice.backend] if choice.backend else []
            if self._uv([*arguments, *backend]):
                return
        self._by_pip(arguments)

    def program(self, source: Path, *, editable: bool) -> None:
        """Install S2Edit Studio itself, from a checkout or a wheel, with what is there already."""
        say("  installing S2Edit Studio")
        arguments = ["--no-deps", "--no-build-isolation", *(["-e"] if editable else []), str(source)]
        if not (self.uv and self._uv(arguments)):
            self._by_pip(arguments)

    def replace(self, gone: str, requirement: str) -> None:
        """Take a distribution away, then install another: two of the same module would overwrite each other's files."""
        if self.uv:
            self._run([*self.uv, "pip", "uninstall", "--python", str(self.python), gone], {})
        else:
            self._run([str(self.python), "-m", "pip", "uninstall", "--yes", gone], {})
        arguments = ["--only-binary", ":all:", requirement]
        if not (self.uv and self._uv(arguments, _for_uv(self.pip_settings()))):
            self._by_pip(arguments)

    def has_pip(self) -> bool:
        """Whether the environment has pip: uv makes some without."""
        return self._run([str(self.python), "-m", "pip", "--version"], {}, quiet=True)

    def pip_settings(self) -> dict[str, str]:
        """pip's settings from its files and variables."""
        done = subprocess.run(
            [str(self.python), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
        )
        return pip_settings(done.stdout)

    def _by_pip(self, arguments: list[str]) -> None:
        if not self._pip(arguments):
            say(_tail(self.log))
            raise SetupError(f"{CUT} (The whole log: {self.log})")

    def _pip(self, arguments: list[str]) -> bool:
        more = {"PYTHONNOUSERSITE": "1", "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        bar = "on" if _at_terminal() else "off"
        return self._run([str(self.python), "-m", "pip", *PIP, bar, *arguments], more)

    def _uv(self, arguments: list[str], more: Mapping[str, str] | None = None) -> bool:
        command = [*self.uv, "pip", "install", "--python", str(self.python), *arguments]
        return self._run(command, {"UV_NO_PROGRESS": "" if _at_terminal() else "1", **(more or {})})

    def _run(self, command: list[str], more: Mapping[str, str], *, quiet: bool = False) -> bool:
        """Run a command. At a terminal its own bars say what is fetched and how much is left; elsewhere lines do."""
        environment = {**os.environ, **{name: value for name, value in more.items() if value}}
        with self.log.open("ab") as log:
            log.write(f"$ {' '.join(command)}\n".encode())
            log.flush()
            if _at_terminal() and not quiet:
                return (
                    subprocess.run(command, env=environment, stdout=sys.stderr, check=False).returncode == 0
                )
            with subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            ) as process:
                assert process.stdout is not None
                _follow(process.stdout, log, quiet)
        return process.returncode == 0


def find_uv() -> list[str]:
    """The person's own uv, empty for none; ``S2EDIT_UV`` names one, or says ``no``."""
    named = os.environ.get("S2EDIT_UV", "")
    if named == "no":
        return []
    found = shutil.which(named or "uv")
    if found is None:
        return []
    try:
        said = subprocess.run(
            [found, "--version"], capture_output=True, text=True, timeout=20, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return []
    version = re.search(r"uv (\d+)\.(\d+)", said)
    return [found] if version and (int(version[1]), int(version[2])) >= OLDEST_UV else []


def pip_settings(listing: str) -> dict[str, str]:
    """``pip config list`` by name: without the section, which says for which command; a variable goes before a file."""
    found: dict[str, str] = {}
    for line in listing.splitlines():
        name, _, value = line.partition("=")
        key = name.rpartition(".")[2].replace("_", "-")
        if key not in found or name.startswith(":env:"):
            found[key] = value.strip().strip("'\"")
    return found


def _for_uv(settings: Mapping[str, str]) -> dict[str, str]:
    """pip's settings as uv's variables, where those are not set."""
    pairs = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}
    return {
        variable: settings[name]
        for name, variable in pairs.items()
        if settings.get(name) and not os.environ.get(variable)
    }


def _follow(stream: IO[bytes], log: IO[bytes], quiet: bool) -> None:
    """Keep what a command prints; say what it fetches, and how much of that is left."""
    left: dict[str, float] = {}
    for line in stream:
        log.write(line)
        log.flush()
        text = line.decode(errors="replace").rstrip()
        if quiet:
            continue
        if begins := FETCHING.match(text):
            left[begins[1]] = float(begins[2]) * UNITS[begins[3]]
            say(f"    {text.strip()}")
        elif (ends := FETCHED.match(text)) and left.pop(ends[1], None):
            say(f"    {ends[1]} is here; {sum(left.values()):.0f} MB are left")


def _at_terminal() -> bool:
    return sys.stderr.isatty()


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return found[1] if found else ""


def _tail(log: Path) -> str:
    try:
        return "\n".join(log.read_text("utf-8", "replace").splitlines()[-5:])
    except OSError:
        return ""
