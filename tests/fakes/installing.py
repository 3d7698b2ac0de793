"""A checkout with a stand-in for Python, for tests of the set-up: nothing is installed, every call is noted."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INSTALLER = ROOT / "installer"

# `-m venv DIR` copies the stand-in to DIR/bin/python, `-m pip` and `-c` note their arguments and succeed, unless the file
# "broken" lies beside the notes; "killed" ends the whole set-up at the call of that number. What is ours really runs.
STAND_IN = """#!/bin/sh
notes='{notes}'
{{ printf '%s' "$*" | tr '\\n' ' '; echo; }} >>"$notes/calls"
[ "$(wc -l <"$notes/calls")" -ne "$(cat "$notes/killed" 2>/dev/null || echo 0)" ] || kill -9 0
case "$*" in
    *"/installer/s2edit_setup"*) exec '{python}' "$@" ;;
    "-c import sys; print(sys.version)") cat "$notes/version" ;;
    "-m venv "*)
        mkdir -p "$3/bin"
        cp "$0" "$3/bin/python"
        : >"$3/pyvenv.cfg"
        {{ printf '#!/bin/sh\\n# %s\\necho "$*" >>"%s/program"\\n' "$3/bin/python" "$notes"
            printf 'printf "s2edit in %%s:" "$PWD"\\nprintf " [%%s]" "$@"\\n'; }} >"$3/bin/s2edit"
        chmod +x "$3/bin/s2edit"
        for tool in ruff mypy lint-imports; do
            printf '#!/bin/sh\\nexit 0\\n' >"$3/bin/$tool"
            chmod +x "$3/bin/$tool"
        done ;;
    *"backbones.device"*) [ ! -e "$notes/no-kernel" ] && cat "$notes/kernel" ;;
    *CUDAExecutionProvider*) [ ! -e "$notes/no-onnx" ] ;;
    *"'samples' / 'anna.png'"*) echo "$notes/sample.png" ;;
    "-m s2edit_plugin edit "*) eval "out=\\${{$#}}"; [ ! -e "$notes/no-edit" ] && echo edited >"$out" ;;
    *"data_folder().root)"*) echo "$notes/data" ;;
    "-m pip config list") cat "$notes/settings" 2>/dev/null || true ;;
    "-m pip install "*uv.lock) [ -e "$notes/has-uv" ] ;;
    "-m pip install "*) [ ! -e "$notes/broken" ] ;;
    "-m uv pip install "*) [ ! -e "$notes/broken-uv" ] ;;
esac
"""


class Machine:
    """A checkout in a folder with spaces and a stand-in for Python."""

    def __init__(self, folder: Path) -> None:
        self.notes = folder / "notes"
        self.checkout = folder / "my check out"
        self.elsewhere = folder / "else where"
        for path in (self.notes, self.checkout, self.elsewhere):
            path.mkdir()
        shutil.copytree(
            INSTALLER, self.checkout / "installer", ignore=shutil.ignore_patterns("typing", "__pycache__")
        )
        shutil.copy(ROOT / "pyproject.toml", self.checkout)
        (self.notes / "version").write_text("3.11")
        (self.notes / "sample.png").write_text("a portrait")
        (self.notes / "kernel").write_text('{"device": "cpu", "name": "the CPU", "reason": ""}')
        self.python = folder / "stand in"
        self.python.write_text(STAND_IN.format(notes=self.notes, python=sys.executable))
        self.python.chmod(0o755)
        self.venv = self.checkout / ".venv"

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Call run.sh."""
        return self.call(self.checkout / "installer" / "run.sh", *arguments, **environment)

    def call(self, script: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Call a script of the installer's."""
        (self.notes / "calls").write_text("")
        clean = {key: value for key, value in os.environ.items() if not key.startswith("S2EDIT")}
        clean |= {"S2EDIT_ACCELERATOR": "cpu", "S2EDIT_APT": "no"}
        return subprocess.run(
            ["sh", str(script), *arguments],
            env=clean | {"S2EDIT_PYTHON": str(self.python)} | environment,
            cwd=self.elsewhere, capture_output=True, text=True, timeout=60, start_new_session=True,
        )  # fmt: skip

    @property
    def installs(self) -> list[str]:
        """The installations of the last run, without that of uv."""
        return [
            call
            for call in self.calls
            if re.match(r"-m (uv )?pip install", call) and not call.endswith("uv.lock")
        ]

    @property
    def calls(self) -> list[str]:
        """All that the last run asked Python for."""
        return (self.notes / "calls").read_text().splitlines()

    @property
    def environments(self) -> list[str]:
        """Names of the environments that are there."""
        return sorted(path.parent.name for path in self.checkout.glob(".venv.d/*/bin"))

    def change_lock(self) -> None:
        """What a newer version asks for."""
        with (self.checkout / "installer" / "locks" / "linux.lock").open("a") as stream:
            stream.write("\n# changed\n")
