"""A GIMP in the chroot that can start this machine's programs, the engine and the window, as it does where it is installed.

Its chroot has no Python that could run them. So a virtual environment of its own lies in the shared folder: on this machine
it sees the packages of the one that runs the tests, and in the chroot its Python is a script that leaves it and is that Python.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from dataclasses import dataclass
from pathlib import Path

from s2edit_plugin import __version__
from s2edit_plugin.engine.client import discovery
from s2edit_plugin.engine.client.remote import RemoteClient, connect
from s2edit_plugin.errors import EngineGoneError
from tests.e2e.gimp.workplace import HERE, Workplace

ROOT = HERE.parent.parent.parent
END_SECONDS = 60.0
LEAVING = """#!/bin/sh
# Without a command it is the window, and there a hand plays what the test wants.
[ $# -gt 2 ] || set -- -m tests.e2e.gimp.hand
exec /usr/sbin/chroot /mnt '{python}' "$@"
"""
MOUNTS = '&& mount --rbind / "$chroot/mnt" && mount --bind "$work/leaving" "$chroot$work/venv/bin" '
# What GIMP, its packages and its Python may set, with no effect on this one.
FOREIGN = {
    "GEGL_THREADS": "2", "GEGL_SOMETHING": "gimp", "BABL_SOMETHING": "gimp", "GIMP3_SOMETHING": "gimp", "GTK_PATH": "/gimp/gtk",
    "GI_TYPELIB_PATH": "/gimp/girepository", "LD_LIBRARY_PATH": "/gimp/lib", "PYTHONPATH": "/gimp/python", "APPDIR": "/gimp",
    "FONTCONFIG_FILE": "/etc/fonts/fonts.conf",
}  # fmt: skip


@dataclass
class Hosted:
    """Beside the others' data folder one that no test of theirs sees; and a screen for the window."""

    place: Workplace
    screen: str
    console: str = ""

    @property
    def data(self) -> Path:
        return self.place.folder / "hosted"

    @property
    def python(self) -> Path:
        return self.place.folder / "venv" / "bin" / "python"

    def prepare(self) -> None:
        """A library that others have filled, and a GIMP that finds the program but no engine."""
        shutil.copytree(self.place.data, self.data, ignore=shutil.ignore_patterns("engine", "sessions"))
        words = [sys.executable, "-m", "venv", "--without-pip", str(self.python.parent.parent)]
        subprocess.run(words, check=True)
        (packages,) = self.python.parent.parent.glob("lib/python*/site-packages")
        others = {sysconfig.get_path(kind) for kind in ("purelib", "platlib")}
        lines = [str(ROOT), *(f"import site; site.addsitedir({other!r})" for other in sorted(others))]
        (packages / "s2edit-tests.pth").write_text("\n".join(lines) + "\n")
        leaving = self.place.folder / "leaving" / "python"
        leaving.parent.mkdir()
        leaving.write_text(LEAVING.format(python=self.python))
        leaving.chmod(0o755)
        (self.data / "engine").mkdir()
        program = {"command": [str(self.python), "-m", "s2edit_plugin"], "version": __version__}
        (self.data / "engine" / discovery.PROGRAM_NAME).write_text(json.dumps(program))
        (self.data / "window.json").write_text(json.dumps({"wizard_done": True}))
        variables = FOREIGN | {"S2EDIT_HOME": str(self.data), "DISPLAY": self.screen}
        display = " ".join(f"{name}={value}" for name, value in variables.items())
        self.console = str(self.place.program("gimp-hosted", "gimp-console-3.0", display, MOUNTS))

    def tell(self, *stories: str) -> None:
        """What the hand does in the windows that GIMP opens from now on, a story a window; see `tests.e2e.gimp.hand`."""
        (self.place.folder / "stories").write_text("\n".join(stories))

    def client(self) -> RemoteClient:
        """A client of the engine that GIMP has started."""
        return connect(start=False, data_folder=self.data, wait=5)

    def close(self) -> None:
        """End what GIMP has started, also after a test that failed."""
        windows = self.place.folder / "windows"
        for pid in windows.read_text().split() if windows.exists() else ():
            with contextlib.suppress(OSError):
                if b"tests.e2e.gimp.hand" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(int(pid), signal.SIGKILL)
        self.end_engine()

    def end_engine(self) -> None:
        """End the engine if one runs, and wait for it."""
        try:
            with self.client() as client:
                client.end_engine()
        except EngineGoneError:
            return
        end = time.monotonic() + END_SECONDS
        while discovery.lock_state(self.data / "engine") == "held":
            if time.monotonic() > end:
                endpoint = discovery.read_endpoint(self.data / "engine")
                if endpoint is not None:
                    os.kill(endpoint.pid, signal.SIGKILL)
                raise AssertionError("the engine did not end")
            time.sleep(0.05)
