"""Finding the engine. Standard library only: the GIMP plug-in carries a copy of this file.

The folder ``engine/`` of the user's data folder holds

    engine.json   port, pid, secret and version of the running engine, name of its socket; readable by the user only
    engine.sock   its Unix socket, where the system supports them; other users cannot create files in this folder
    engine.lock   held by the engine while it runs: if the lock is free, the files beside it are stale
    start.lock    held by a program while it starts the engine, so that programs starting at once start only one
    program.json  command that starts the engine, for programs without their own Python for it (the GIMP plug-in)
    output.log    output of a started engine; engine.log: its log; window.log: output of a window that GIMP opened

A lock is more reliable than a pid: the system releases it however the process ends. Pids are reused, and are different inside a
Flatpak.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from s2edit_plugin.errors import EngineError, Sentence
from s2edit_plugin.storage.locks import open_lock_file, try_lock

__all__ = [
    "Endpoint",
    "Lock",
    "LockState",
    "data_root",
    "hold_environment",
    "is_sandboxed",
    "lock_state",
    "read_endpoint",
    "read_json",
    "socket_path",
]

APP_NAME = "s2edit-studio"  # as in s2edit_plugin.storage.paths, which needs more than the standard library
HOME_VARIABLE = "S2EDIT_HOME"
ENDPOINT_NAME, LOCK_NAME, START_LOCK_NAME = "engine.json", "engine.lock", "start.lock"
SOCKET_NAME = "engine.sock"
MAX_SOCKET_PATH = 100  # bytes; systems allow 104 and more
PROGRAM_NAME, OUTPUT_NAME, WINDOW_OUTPUT_NAME = "program.json", "output.log", "window.log"
IN_USE_NAME = ".s2edit-in-use"  # as in installer/s2edit_setup/store.py
MAX_FILE = 64 * 1024

LockState = str
"""``free``: no engine runs. ``held``: one does. ``unknown``: the file system does not support locks."""


def data_root(
    environ: Mapping[str, str] | None = None, platform: str | None = None, home: str | None = None
) -> Path:
    """The user's data folder, as ``storage.paths.data_folder``; inside a sandbox too it is the one in the real home folder.

    Args:
        environ, platform, home: those of this process by default. ``home``: from the user database.
    """
    environ = os.environ if environ is None else environ
    platform = sys.platform if platform is None else platform
    chosen = environ.get(HOME_VARIABLE)
    if chosen:
        return Path(os.path.abspath(os.path.expanduser(chosen)))
    if platform == "win32":
        local = environ.get("LOCALAPPDATA") or os.path.join(
            environ.get("USERPROFILE", ""), "AppData", "Local"
        )
        return Path(local) / APP_NAME
    sandboxed = is_sandboxed(environ)
    data = environ.get("HOST_XDG_DATA_HOME" if sandboxed else "XDG_DATA_HOME", "")
    if os.path.isabs(data):
        return Path(data) / APP_NAME
    own = environ.get("HOME", "")
    base = own if os.path.isabs(own) and not sandboxed else (home or _real_home())
    inside = ("Library", "Application Support") if platform == "darwin" else (".local", "share")
    return Path(base, *inside, APP_NAME)


def is_sandboxed(environ: Mapping[str, str] | None = None) -> bool:
    """Whether this process runs in a Flatpak or Snap: these have another home folder and cannot start the engine."""
    if environ is None:
        environ = os.environ
        if os.path.exists("/.flatpak-info"):
            return True
    return bool(environ.get("FLATPAK_ID") or environ.get("SNAP_USER_DATA"))


def _real_home() -> str:
    """The home folder in the user database, which a sandbox does not change as it does ``$HOME``."""
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_dir
    except (ImportError, KeyError):
        return os.path.expanduser("~")


@dataclass(frozen=True)
class Endpoint:
    """Address and secret of a running engine.

    Attributes:
        secret: every connection must present it. started: seconds since 1970. socket: name of its Unix socket, "" for none.
    """

    port: int
    pid: int
    secret: str = field(repr=False)
    version: str
    started: float = 0.0
    socket: str = ""

    def to_bytes(self) -> bytes:
        """Content of the discovery file."""
        return json.dumps(asdict(self)).encode()


def read_endpoint(folder: Path) -> Endpoint | None:
    """The endpoint in the discovery file; None if it is missing, damaged, or owned by another user."""
    values = read_json(folder / ENDPOINT_NAME)
    if not isinstance(values, dict):
        return None
    kinds: dict[str, type] = {"port": int, "pid": int, "secret": str, "version": str}
    if any(type(values.get(name)) is not kind for name, kind in kinds.items()):
        return None
    if not (0 < values["port"] < 65536 and values["pid"] > 0 and len(values["secret"]) >= 16):
        return None
    if not (values["secret"].isascii() and values["secret"].isprintable()):
        return None
    started = values.get("started")
    known = {name: values[name] for name in kinds}
    return Endpoint(
        **known,
        started=float(started) if isinstance(started, int | float) else 0.0,
        socket=SOCKET_NAME if values.get("socket") == SOCKET_NAME else "",
    )


def socket_path(endpoint: Endpoint, folder: Path) -> Path | None:
    """The Unix socket of an engine in this folder; None if it has none, or the system does not support them."""
    return folder / endpoint.socket if endpoint.socket and hasattr(socket, "AF_UNIX") else None


def read_json(path: Path) -> Any:
    """The value in a JSON file of at most `MAX_FILE` bytes; None if missing, damaged, or owned by another user."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError):
        return None
    with os.fdopen(handle, "rb") as stream:
        if hasattr(os, "getuid") and os.getuid() not in (0, os.fstat(stream.fileno()).st_uid):
            return None  # another user's engine would receive the photos
        try:
            return json.loads(stream.read(MAX_FILE).decode("utf-8"))
        except (OSError, ValueError, RecursionError):
            return None


class Lock:
    """A file lock, held until it is released or the process ends. The file is not removed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None
        self.supported = True

    def acquire(self, *, shared: bool = False) -> bool:
        """Acquire the lock without waiting; returns whether it was free. ``shared``: several processes may hold it.

        Raises:
            EngineError: the lock file cannot be created.
        """
        try:
            handle = open_lock_file(self._path)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise EngineError(
                Sentence("The folder {} cannot be used ({}).", self._path.parent, reason),
                Sentence("Make it writable, or set {} to another folder.", HOME_VARIABLE),
            ) from error
        try:
            try_lock(handle, shared=shared)
        except OSError as error:
            if isinstance(error, BlockingIOError | PermissionError) or os.name == "nt":
                os.close(handle)
                return False
            self.supported = False
        self._handle = handle
        return True

    def release(self) -> None:
        """Release the lock if it is held."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def lock_state(folder: Path) -> LockState:
    """Whether an engine runs for this folder."""
    if not (folder / LOCK_NAME).exists():
        return "free"
    lock = Lock(folder / LOCK_NAME)
    if not lock.acquire(shared=True):
        return "held"
    lock.release()
    return "free" if lock.supported else "unknown"


def hold_environment(environment: Path | None = None) -> Lock | None:
    """Hold a shared lock on a Python environment: run.sh does not remove an environment that is in use.

    Args:
        environment: None: the one this Python runs in.

    Returns:
        The lock; None if run.sh did not create the environment, or it belongs to another user.
    """
    path = Path(sys.prefix if environment is None else environment, IN_USE_NAME)
    lock = Lock(path)
    try:
        return lock if path.exists() and lock.acquire(shared=True) else None
    except EngineError:
        return None
