"""Environments next to each other, and the link to the one in use.

A new environment is made next to the present one and replaces it by one rename when it is complete. None is changed, and
none is removed while a program uses it, so an interruption at any point leaves what worked. Who uses an environment holds a
shared lock on its `IN_USE` file: `run.sh`, and every program (`s2edit_plugin.engine.client.discovery`).

On Windows, where links want rights, a text file with the path (``.venv.txt``) stands for the link.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import string
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from s2edit_setup.speaking import SetupError, say

__all__ = ["IN_USE", "Environment", "Store"]

IN_USE = ".s2edit-in-use"
STAMP = ".s2edit-stamp-"
INCOMPLETE = ".s2edit-incomplete"  # an earlier version's mark of an environment that was being changed
WINDOWS = sys.platform == "win32"


class Environment:
    """One environment of Python's.

    Attributes:
        path: its own folder, behind any link.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._held: IO[bytes] | None = None

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.program("python")

    def program(self, name: str) -> Path:
        """The path of one of its programs."""
        return self.path / "Scripts" / f"{name}.exe" if WINDOWS else self.path / "bin" / name

    @property
    def is_complete(self) -> bool:
        """Whether it was set up to the end: the stamp is written last."""
        whole = self.stamp("base") and os.access(self.python, os.X_OK)
        return bool(whole) and not (self.path / INCOMPLETE).exists()

    def stamp(self, group: str) -> str:
        """What it was made from, "" where it is not complete."""
        try:
            return (self.path / f"{STAMP}{group}").read_text()
        except OSError:
            return ""

    def write_stamp(self, group: str, stamp: str) -> None:
        """Say what it was made from."""
        fresh = self.path / ".s2edit-stamp"
        fresh.write_text(stamp)
        os.replace(fresh, self.path / f"{STAMP}{group}")

    def version(self) -> str:
        """Version of its Python, "" where it does not start (the system's Python was replaced)."""
        command = [str(self.python), "-c", "import sys; print(sys.version)"]
        try:
            return subprocess.run(command, capture_output=True, text=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError):
            return ""

    def hold(self) -> bool:
        """Be among those who use it, also after the program has taken this process's place. False where it has just gone."""
        with contextlib.suppress(FileNotFoundError):
            self._held = (self.path / IN_USE).open("rb")
            _hold_with_others(self._held)
            os.set_inheritable(self._held.fileno(), True)
        return self.python.exists()


class Store:
    """The folder of environments.

    Attributes:
        link: what leads to the one in use. folder: where they lie, ``<link>.d``.
    """

    def __init__(self, link: Path) -> None:
        self.link = link
        self.folder = link.with_name(f"{link.name}.d")
        self._lock: IO[bytes] | None = None

    @property
    def log(self) -> Path:
        """Where the installation's chatter goes."""
        return self.folder / "s2edit-setup.log"

    def current(self) -> Path | None:
        """Where the link leads, None for nowhere."""
        if WINDOWS:
            try:
                return Path(self._pointer.read_text(encoding="utf-8").strip())
            except OSError:
                return None
        return self.link.resolve() if self.link.exists() else None

    @property
    def _pointer(self) -> Path:
        return self.link.with_name(f"{self.link.name}.txt")

    def environments(self) -> Iterator[Environment]:
        """Those that are complete, the one in use first."""
        places = [place for place in [self.current()] if place is not None]
        with contextlib.suppress(OSError):
            places += sorted(
                path for path in self.folder.iterdir() if path.is_dir() and path.name[:5] != "gone-"
            )
        for place in places:
            environment = Environment(place)
            if environment.is_complete:
                yield environment

    def open(self, *, wait: bool = True) -> bool:
        """Lock the store until `close`. False where another process holds the lock and we do not wait.

        Raises:
            SetupError: it cannot be written to, or the path is something else.
        """
        if not self.link.is_symlink():
            _refuse_foreign(self.link, "pyvenv.cfg")
        _refuse_foreign(self.folder, ".s2edit-lock")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = (self.folder / ".s2edit-lock").open("ab")
        except OSError as error:
            raise SetupError(
                f"The folder {self.folder} cannot be written to; set S2EDIT_VENV to another place."
            ) from error
        if not _hold_alone(self._lock, wait):
            self.close()
            return False
        return True

    def close(self) -> None:
        """Let others change it."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def clear_leavings(self) -> None:
        """Remove what an interrupted set-up left."""
        for folder in self.folder.iterdir():
            ours = len(folder.name) == 1 or folder.name.startswith("gone-")
            if ours and folder.is_dir() and not Environment(folder).is_complete:
                shutil.rmtree(folder, ignore_errors=True)

    def new_place(self) -> Path:
        """A folder for the next environment; it is not there yet."""
        for name in string.ascii_lowercase:
            if not (self.folder / name).exists():
                return self.folder.resolve() / name
        raise SetupError(
            f"Too many environments lie in {self.folder}; close all S2Edit programs and remove it."
        )

    def put_in_place(self, environment: Environment) -> None:
        """Make the link lead to an environment in one step, and remove those that are not in use any more."""
        try:
            if self._lead_to(environment.path):
                self._clear(environment.path)
        except OSError as error:  # found in the store all the same
            say(f"  {self.link} could not be made to lead to {environment.path} ({error.strerror}).")

    def _lead_to(self, place: Path) -> bool:
        if WINDOWS:
            fresh = self.folder / f"link-{os.getpid()}"
            fresh.write_text(str(place), encoding="utf-8")
            os.replace(fresh, self._pointer)
            return True
        if not self.link.is_symlink() and self.link.is_dir():
            # The environment of an earlier version of run.sh, which held no lock; or a folder that cannot be moved.
            if _runs_from(self.link):
                return False
            try:
                os.rename(self.link, self.folder / f"old-{os.getpid()}")
            except OSError:
                return False
        fresh = self.folder / f"link-{os.getpid()}"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.path.relpath(place, self.link.parent))
        os.replace(fresh, self.link)
        return True

    def _clear(self, keep: Path) -> None:
        """Remove every environment but one, unless it is in use."""
        for folder in self.folder.iterdir():
            if folder.is_symlink() or not folder.is_dir() or folder.name == keep.name or _runs_from(folder):
                continue
            with _alone(folder) as alone, contextlib.suppress(OSError):
                if alone:
                    # Under another name first: another process must not take a half removed one.
                    gone = self.folder / f"gone-{os.getpid()}-{folder.name}"
                    os.rename(folder, gone)
                    shutil.rmtree(gone, ignore_errors=True)


def _refuse_foreign(folder: Path, mark: str) -> None:
    """Never move or fill a folder that is not ours: S2EDIT_VENV may be mistyped."""
    if folder.exists() and not (folder / mark).exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SetupError(f"{folder} is not an environment of S2Edit Studio; choose an empty or new folder.")


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Hold an environment's lock for us alone while the block runs; whether we could."""
    path = folder / IN_USE
    if not path.exists():
        yield True
        return
    with path.open("rb") as stream:
        yield _hold_alone(stream, wait=False)


def _runs_from(folder: Path) -> bool:
    """Whether a process was started from an environment, as far as the system tells."""
    starts = tuple(f"{path}/bin/" for path in {folder.absolute(), folder.resolve()})
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            program = os.fsdecode(process.joinpath("cmdline").read_bytes().partition(b"\0")[0])
            started = os.path.join(os.readlink(process / "cwd"), program)
            if process.name != str(os.getpid()) and started.startswith(starts):
                return True
    return False


if sys.platform == "win32":
    import msvcrt

    def _hold_with_others(stream: IO[bytes]) -> None:
        """Nothing: a running program's files cannot be removed there anyway."""

    def _hold_alone(stream: IO[bytes], wait: bool) -> bool:
        while True:
            try:
                msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
                return True
            except OSError:
                if not wait:
                    return False
                time.sleep(0.5)
else:
    import fcntl

    def _hold_with_others(stream: IO[bytes]) -> None:
        fcntl.flock(stream, fcntl.LOCK_SH)

    def _hold_alone(stream: IO[bytes], wait: bool) -> bool:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError:
            return False
        return True
