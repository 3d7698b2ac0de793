"""A folder that this machine shares with a GIMP in a chroot, and how that GIMP is run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from s2edit_plugin.engine.client import discovery
from s2edit_plugin.engine.client.remote import RemoteClient, connect

HERE = Path(__file__).parent
CAPTION = "a photo of a young woman with long brown hair in a forest"
BLONDE = CAPTION.replace("brown", "blonde")
START_SECONDS = 120
RUN_SECONDS = 420

# A mount namespace of its own: whatever happens, nothing stays mounted.
WRAPPER = """#!/bin/sh
exec unshare --mount --propagation private sh -c '
chroot=$0; work=$1; shift
mount --bind /proc "$chroot/proc" && mount --bind /dev "$chroot/dev" && mount -t tmpfs none "$chroot/tmp" &&
mkdir -p "$chroot$work" && mount --bind "$work" "$chroot$work" {mounts}|| exit 125
exec chroot "$chroot" env -i HOME="$work/home" PATH=/usr/bin:/bin LANG=C.UTF-8 XDG_CACHE_HOME="$work/cache" \\
    S2EDIT_TEST_FOLDER="$work"     GIMP3_DIRECTORY="$work/profile" {display} "$@"' '{chroot}' '{work}' {program} "$@"
"""


@dataclass
class Workplace:
    """A folder that this machine and the chroot share, with GIMP's profile and the engine's data in it."""

    chroot: Path
    folder: Path
    runs: int = 0
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def profile(self) -> Path:
        return self.folder / "profile"

    @property
    def data(self) -> Path:
        return self.folder / "s2edit"

    @property
    def console(self) -> Path:
        return self.folder / "gimp-console"

    def program(self, name: str, program: str, display: str = "", mounts: str = "") -> Path:
        """A script here that runs a program there.

        Args:
            display: variables for it, and words before it. mounts: shell commands of the form ``&& mount ... ``.
        """
        path = self.folder / name
        path.write_text(
            WRAPPER.format(
                chroot=self.chroot, work=self.folder, program=program, display=display, mounts=mounts
            )
        )
        path.chmod(0o755)
        return path

    def with_screen(self, variables: str = "") -> str:
        """A script that starts GIMP with its window, on a screen that nobody sees."""
        name = f"gimp{'-own' if variables else ''}"
        return str(self.program(name, "gimp-3.0", f'{variables} xvfb-run -a -s "-screen 0 1400x900x24"'))

    def begin(self, code: str, screen: bool = False, console: str = "") -> subprocess.Popen[str]:
        """Start a GIMP that runs these lines after the prelude. ``console``: made by `program`, "" for the usual one; with a
        screen it is made by `with_screen`."""
        self.runs += 1
        (self.folder / "answer.json").unlink(missing_ok=True)
        script = self.folder / f"script-{self.runs}.py"
        script.write_text(f"{(HERE / 'prelude.py').read_text()}\nguarded({code!r})\n")
        command = f"exec(open({str(script)!r}).read())"
        usual = console or (self.with_screen() if screen else str(self.console))
        program = [usual, "-dfs" if screen else "-idf"]
        words = [*program, "--batch-interpreter=python-fu-eval", "-b", command, "--quit"]
        gimp = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL
        )
        self.running.append(gimp)
        return gimp

    def end(self, gimp: subprocess.Popen[str]) -> dict[str, Any]:
        """Wait for it; what the lines put into FACTS."""
        timer = threading.Timer(RUN_SECONDS, gimp.kill)
        timer.start()
        output, _ = gimp.communicate()
        timer.cancel()
        timer.join()
        self.running.remove(gimp)
        answer = self.folder / "answer.json"
        assert answer.exists(), f"GIMP gave no answer:\n{output}"
        facts: dict[str, Any] = json.loads(answer.read_text())
        assert "error" not in facts, f"{facts.get('error')}\n{output}"
        return facts

    def run(self, code: str, screen: bool = False) -> dict[str, Any]:
        """Run lines in a GIMP; what they put into FACTS."""
        return self.end(self.begin(code, screen))

    def close(self) -> None:
        """End what still runs, after a test that failed."""
        for gimp in self.running:
            gimp.kill()
            gimp.communicate()
        self.kill_engine()

    def kept(self, name: str) -> bytes:
        """Bytes that a script gave by ``keep``."""
        return (self.folder / name).read_bytes()

    def client(self) -> RemoteClient:
        """A client of the engine."""
        return connect(start=False, data_folder=self.data, wait=5)

    def start_engine(self) -> None:
        """Start the engine on this machine, unless it runs."""
        if discovery.lock_state(self.data / "engine") == "held":
            return
        environment = os.environ | {"S2EDIT_HOME": str(self.data)}
        words = [sys.executable, "-m", "s2edit_plugin"]
        root = str(HERE.parent.parent.parent)
        environment["PYTHONPATH"] = os.pathsep.join([root, environment.get("PYTHONPATH", "")])
        command = ["/usr/bin/env", f"PYTHONPATH={environment['PYTHONPATH']}", *words]
        connect(data_folder=self.data, wait=START_SECONDS, command=command).close()

    def kill_engine(self) -> None:
        """As a crash does."""
        endpoint = discovery.read_endpoint(self.data / "engine")
        if endpoint is not None and discovery.lock_state(self.data / "engine") == "held":
            os.kill(endpoint.pid, signal.SIGKILL)
