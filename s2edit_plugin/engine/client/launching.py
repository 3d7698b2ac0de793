"""Starting the engine and the window as separate processes. Standard library only: the GIMP plug-in carries a copy."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from s2edit_plugin.engine.client.discovery import (
    HOME_VARIABLE,
    OUTPUT_NAME,
    PROGRAM_NAME,
    WINDOW_OUTPUT_NAME,
    is_sandboxed,
    read_json,
)
from s2edit_plugin.errors import EngineError, Sentence
from s2edit_plugin.storage.disk import make_private

__all__ = [
    "clean_environment",
    "default_command",
    "is_alive",
    "last_words",
    "start_process",
    "start_window",
]


def default_command(folder: Path) -> list[str]:
    """Command that starts the command line: this Python if it has the whole program, else the command in program.json.

    Raises:
        EngineError: program.json has no command.
    """
    if _is_whole():
        return [sys.executable, "-m", "s2edit_plugin"]
    values = read_json(folder / PROGRAM_NAME)
    command = values.get("command") if isinstance(values, dict) else None
    if isinstance(command, list) and command and all(isinstance(part, str) for part in command):
        place, name = os.path.split(command[0])
        # Resolve links now: they may later point to a newer environment.
        return [os.path.join(os.path.realpath(place), name), *command[1:]]
    raise EngineError("The engine is not running.", "Start S2Edit Studio once, then try again.")


def _is_whole() -> bool:
    """Whether this file belongs to the installed program, not to the copy in the GIMP plug-in."""
    return Path(__file__).resolve().parents[1].joinpath("server").is_dir()


def _package_root() -> str:
    return str(Path(__file__).resolve().parents[3])


def clean_environment(root: Path, *, whole: bool, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Environment variables for an engine, without those of the starting program (GIMP's Python and libraries).

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


# Set by GIMP, its packages (AppImage, macOS) and its Python for their own libraries and modules.
_FOREIGN_BEGINNINGS = ("BABL_", "DYLD_", "GEGL_", "GIMP", "LD_", "PYTHON")
_FOREIGN = frozenset({
    "APPDIR", "APPIMAGE", "ARGV0", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "GDK_PIXBUF_MODULEDIR", "GDK_PIXBUF_MODULE_FILE",
    "GIO_EXTRA_MODULES", "GIO_MODULE_DIR", "GI_TYPELIB_PATH", "GSETTINGS_SCHEMA_DIR", "GTK_DATA_PREFIX", "GTK_EXE_PREFIX",
    "GTK_IM_MODULE_FILE", "GTK_PATH", "OWD", "QT_PLUGIN_PATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__",
})  # fmt: skip
_SYSTEM_PATHS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")


def start_process(root: Path, command: Sequence[str] | None = None) -> int:
    """Start an engine, detached from this process; returns its pid without waiting.

    Args:
        root: the data folder. command: starts the command line, None: `default_command`.

    Raises:
        EngineError: it cannot be started.
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
            Sentence("The engine could not be started ({}).", reason),
            "Run `s2edit doctor`, or `s2edit engine run`.",
        ) from error


def start_window(root: Path, command: Sequence[str] | None = None) -> int:
    """Open the desktop window, detached from this process; returns its pid without waiting.

    Args:
        root, command: as for `start_process`.

    Raises:
        EngineError: it cannot be opened.
    """
    if is_sandboxed():
        raise EngineError("The window cannot be opened from inside this sandbox.", "Start S2Edit Studio.")
    try:
        return _start(root, command, (), WINDOW_OUTPUT_NAME)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise EngineError(
            Sentence("The window could not be opened ({}).", reason), "Start S2Edit Studio."
        ) from error


def last_words(path: Path) -> str:
    """The last line of output of a started process, usually its error message, at most 200 characters; "" for none."""
    try:
        lines = path.read_text("utf-8", "replace").split("\n")
    except OSError:
        return ""
    printed = [line.strip() for line in lines if line.strip()]
    return printed[-1][:200] if printed else ""


def is_alive(pid: int) -> bool:
    """Whether a started process still runs; True if that cannot be found out."""
    if sys.platform == "win32":
        return _runs_on_windows(pid)
    try:
        os.kill(pid, 0)
        # A zombie has ended, but its parent has not waited for it.
        return b") Z " not in Path(f"/proc/{pid}/stat").read_bytes()
    except ProcessLookupError:
        return False
    except OSError:
        return True


def _runs_on_windows(pid: int) -> bool:
    import ctypes

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 (Windows only)
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
    # In append mode the file can be truncated while the process writes to it.
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
        process.returncode = 0  # no warning about a child that is not waited for
        return process.pid
    # The shell ends at once, so the engine is no child of this process: no zombie, and no signals of its terminal.
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec 3>&1 1>&2; "$@" 3>&- & echo $! >&3', "sh", *words],
        cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=output,
        start_new_session=True, check=True, timeout=10,
    )  # fmt: skip
    return int(done.stdout)
