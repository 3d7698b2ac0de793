"""Finding the engine, and starting one. Standard library only: the GIMP bridge carries a copy of this file.

In the data folder of a user lies ``engine/`` with

    engine.json   port, pid, secret, version of the running engine, name of its socket; readable by the user alone
    engine.sock   its Unix socket, where the system has such; nobody else can take its place in this folder
    engine.lock   held by the engine as long as it lives: whoever can take it knows that a file beside it is stale
    start.lock    held by whoever starts an engine, so that several programs starting at once start one
    program.json  how an engine is started, for programs that have no Python of their own for it (the GIMP plug-in)
    output.log    what a started engine printed; engine.log: its log; window.log: what a window that GIMP opened printed

A lock says more than a pid: the system lets go of it however the process ends, and pids are used again, and mean nothing inside
a Flatpak.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from s2edit_plugin.errors import EngineError
from s2edit_plugin.storage.disk import make_private

__all__ = [
    "Endpoint",
    "Lock",
    "LockState",
    "clean_environment",
    "data_root",
    "default_command",
    "hold_environment",
    "is_alive",
    "is_sandboxed",
    "last_words",
    "lock_state",
    "read_endpoint",
    "socket_path",
    "start_process",
    "start_window",
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
"""``free``: no engine lives. ``held``: one does. ``unknown``: the file system has no locks."""


# ---------------------------------------------------------------------- where


def data_root(
    environ: Mapping[str, str] | None = None, platform: str | None = None, home: str | None = None
) -> Path:
    """The user's data folder as ``storage.paths.data_folder`` finds it, but under the REAL home from inside a sandbox too.

    Args:
        environ, platform, home: of this process by default; tests name others. ``home``: from the user database.
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
    """Whether this process runs in a Flatpak or Snap, where home and data folder are other ones and nothing can be started."""
    if environ is None:
        environ = os.environ
        if os.path.exists("/.flatpak-info"):
            return True
    return bool(environ.get("FLATPAK_ID") or environ.get("SNAP_USER_DATA"))


def _real_home() -> str:
    """The home of the user database: a sandbox changes ``$HOME``, not this."""
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_dir
    except (ImportError, KeyError):
        return os.path.expanduser("~")


# ---------------------------------------------------------------------- who


@dataclass(frozen=True)
class Endpoint:
    """Where an engine listens and what it wants to hear.

    Attributes:
        started: seconds since 1970. socket: name of its Unix socket beside the file, "" for none.
    """

    port: int
    pid: int
    secret: str = field(repr=False)
    version: str
    started: float = 0.0
    socket: str = ""

    def to_bytes(self) -> bytes:
        """As the file holds it."""
        return json.dumps(asdict(self)).encode()


def read_endpoint(folder: Path) -> Endpoint | None:
    """What the discovery file says; None where it is not there, damaged, or another user's."""
    values = _read_json(folder / ENDPOINT_NAME)
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
    """The Unix socket of an engine in this folder; None where it has none, or this system knows none."""
    return folder / endpoint.socket if endpoint.socket and hasattr(socket, "AF_UNIX") else None


def _read_json(path: Path) -> Any:
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError):
        return None
    with os.fdopen(handle, "rb") as stream:
        if hasattr(os, "getuid") and os.getuid() not in (0, os.fstat(stream.fileno()).st_uid):
            return None  # somebody else's: what it names would get our photos
        try:
            return json.loads(stream.read(MAX_FILE).decode("utf-8"))
        except (OSError, ValueError, RecursionError):
            return None


# ---------------------------------------------------------------------- locks


class Lock:
    """A lock file that is held until it is released or the process ends. The file itself stays."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None
        self.supported = True

    def acquire(self, *, shared: bool = False) -> bool:
        """Take it without waiting; whether it was free. ``shared``: only to see, beside others who do.

        Raises:
            EngineError: the lock file cannot be made.
        """
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
        try:
            make_private(self._path.parent)
            handle = os.open(self._path, flags, 0o600)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise EngineError(
                f"The folder {self._path.parent} cannot be used ({reason}).",
                f"Make it writable, or set {HOME_VARIABLE} to another folder.",
            ) from error
        try:
            _try_lock(handle, shared)
        except OSError as error:
            if isinstance(error, BlockingIOError | PermissionError) or os.name == "nt":
                os.close(handle)
                return False
            self.supported = False
        self._handle = handle
        return True

    def release(self) -> None:
        """Let go of it; nothing happens if it is not held."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def lock_state(folder: Path) -> LockState:
    """Whether an engine of this folder lives."""
    if not (folder / LOCK_NAME).exists():
        return "free"
    lock = Lock(folder / LOCK_NAME)
    if not lock.acquire(shared=True):
        return "held"
    lock.release()
    return "free" if lock.supported else "unknown"


def hold_environment(environment: Path | None = None) -> Lock | None:
    """Be among those who use this program's environment, so that run.sh removes it only when this process has ended.

    Args:
        environment: None: the one this Python runs in. Returns: the lock, None where the environment is not of run.sh.
    """
    path = Path(sys.prefix if environment is None else environment, IN_USE_NAME)
    lock = Lock(path)
    try:
        return lock if path.exists() and lock.acquire(shared=True) else None
    except EngineError:  # somebody else's environment, which we may not lock
        return None


if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int, shared: bool) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try_lock(handle: int, shared: bool) -> None:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


# ---------------------------------------------------------------------- starting one


def default_command(folder: Path) -> list[str]:
    """How to start the command line: this Python where the whole program is installed, else what program.json names.

    Raises:
        EngineError: the program is not known.
    """
    if _is_whole():
        return [sys.executable, "-m", "s2edit_plugin"]
    values = _read_json(folder / PROGRAM_NAME)
    command = values.get("command") if isinstance(values, dict) else None
    if isinstance(command, list) and command and all(isinstance(part, str) for part in command):
        place, name = os.path.split(command[0])
        # A link may come to lead to a newer environment, which a program that runs must not meet.
        return [os.path.join(os.path.realpath(place), name), *command[1:]]
    raise EngineError("The engine is not running.", "Start S2Edit Studio once, then try again.")


def _is_whole() -> bool:
    """Whether this file is part of the installed program, not a copy that another program carries."""
    return Path(__file__).resolve().parents[1].joinpath("server").is_dir()


def _package_root() -> str:
    return str(Path(__file__).resolve().parents[3])


def clean_environment(root: Path, *, whole: bool, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for an engine: without what belongs to the program that starts it (GIMP's Python and libraries).

    Args:
        root: the data folder. whole: whether the starting program runs in the engine's own environment.
    """
    environment = dict(os.environ if environ is None else environ)
    foreign = ["PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP"]
    if not whole:
        foreign += [name for name in environment if name in _FOREIGN or name.startswith(_FOREIGN_BEGINNINGS)]
        here = os.path.dirname(os.path.abspath(sys.executable))
        parts = environment.get("PATH", "").split(os.pathsep)
        ours = [
            part for part in parts if ("gimp" not in part.lower() and part != here) or part in _SYSTEM_PATHS
        ]
        environment["PATH"] = os.pathsep.join(ours)
    for name in foreign:
        environment.pop(name, None)
    if whole and "site-packages" not in _package_root():
        environment["PYTHONPATH"] = _package_root()  # a checkout that is not installed
    environment[HOME_VARIABLE] = str(root)
    return environment


# What GIMP, its packages (AppImage, macOS) and its Python set for themselves: other libraries and modules than ours.
_FOREIGN_BEGINNINGS = ("BABL_", "DYLD_", "GEGL_", "GIMP", "LD_", "PYTHON")
_FOREIGN = frozenset({
    "APPDIR", "APPIMAGE", "ARGV0", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "GDK_PIXBUF_MODULEDIR", "GDK_PIXBUF_MODULE_FILE",
    "GIO_EXTRA_MODULES", "GIO_MODULE_DIR", "GI_TYPELIB_PATH", "GSETTINGS_SCHEMA_DIR", "GTK_DATA_PREFIX", "GTK_EXE_PREFIX",
    "GTK_IM_MODULE_FILE", "GTK_PATH", "OWD", "QT_PLUGIN_PATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__",
})  # fmt: skip
_SYSTEM_PATHS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")


def start_process(root: Path, command: Sequence[str] | None = None) -> int:
    """Start an engine that outlives this process; returns its pid at once.

    Args:
        root: the data folder. command: how to start the command line, None: see `default_command`.

    Raises:
        EngineError: it cannot be started from here.
    """
    if is_sandboxed():
        raise EngineError(
            "The engine is not running, and it cannot be started from inside this sandbox.",
            "Start S2Edit Studio, then try again.",
        )
    try:
        return _start(root, command, ("engine", "run"), OUTPUT_NAME)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise EngineError(
            f"The engine could not be started ({reason}).", "Run `s2edit doctor`, or `s2edit engine run`."
        ) from error


def start_window(root: Path, command: Sequence[str] | None = None) -> int:
    """Open the desktop window, which outlives this process; returns its pid at once.

    Args:
        root, command: as for `start_process`.

    Raises:
        EngineError: it cannot be opened from here.
    """
    if is_sandboxed():
        raise EngineError("The window cannot be opened from inside this sandbox.", "Start S2Edit Studio.")
    try:
        return _start(root, command, (), WINDOW_OUTPUT_NAME)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise EngineError(f"The window could not be opened ({reason}).", "Start S2Edit Studio.") from error


def last_words(path: Path) -> str:
    """The last line a started process printed, which says what is wrong if anything does; "" for none."""
    try:
        lines = path.read_text("utf-8", "replace").split("\n")
    except OSError:
        return ""
    said = [line.strip() for line in lines if line.strip()]
    return said[-1][:200] if said else ""


def is_alive(pid: int) -> bool:
    """Whether a process that was started still runs; where that cannot be told it is said to."""
    if sys.platform == "win32":
        return _runs_on_windows(pid)
    try:
        os.kill(pid, 0)
        # A process that has ended stays in the list until its parent has looked at it.
        return b") Z " not in Path(f"/proc/{pid}/stat").read_bytes()
    except ProcessLookupError:
        return False
    except OSError:
        return True


def _runs_on_windows(pid: int) -> bool:
    import ctypes

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 (there is none elsewhere)
    synchronize, timed_out = 0x00100000, 0x102
    handle = kernel.OpenProcess(synchronize, False, pid)
    if not handle:
        return False
    try:
        return bool(kernel.WaitForSingleObject(handle, 0) == timed_out)
    finally:
        kernel.CloseHandle(handle)


def _start(root: Path, command: Sequence[str] | None, arguments: Sequence[str], output_name: str) -> int:
    folder = root / "engine"
    words = [*(default_command(folder) if command is None else command), *arguments]
    make_private(folder)
    # Appended, so that it can be shortened while it is written.
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
    output = os.open(folder / output_name, flags, 0o600)
    try:
        return _spawn(words, folder, clean_environment(root, whole=_is_whole()), output)
    finally:
        os.close(output)


def _spawn(words: list[str], folder: Path, environment: dict[str, str], output: int) -> int:
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        process = subprocess.Popen(
            words, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            creationflags=flags, close_fds=True,
        )  # fmt: skip
        process.returncode = 0  # it outlives us; nobody waits for it
        return process.pid
    # The shell ends at once, so that the engine is nobody's child: no zombie, and no signal of this program's terminal.
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec 3>&1 1>&2; "$@" 3>&- & echo $! >&3', "sh", *words],
        cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=output,
        start_new_session=True, check=True, timeout=10,
    )  # fmt: skip
    return int(done.stdout)
