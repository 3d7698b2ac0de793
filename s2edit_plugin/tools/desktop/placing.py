"""Installs and removes a menu entry."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path, PurePath

from s2edit_plugin.storage.paths import disk_error, write_atomic
from s2edit_plugin.tools.desktop.entries import Entry

__all__ = ["find_prefix", "is_placed", "place", "remove"]

_SECONDS = 60.0
_SHORTCUT = (
    "$shell = New-Object -ComObject WScript.Shell; $link = $shell.CreateShortcut($env:S2EDIT_LINK); "
    "$link.TargetPath = $env:S2EDIT_TARGET; $link.Arguments = '-m qt_app'; $link.IconLocation = $env:S2EDIT_ICON; $link.Save()"
)


def find_prefix(prefix: Path | None = None) -> Path:
    """Where this program lies, by the path that stays when a newer environment is put in its place.

    Args:
        prefix: of the environment; None: this Python's.
    """
    prefix = Path(sys.prefix) if prefix is None else prefix
    link = prefix.parent.with_suffix("") if prefix.parent.suffix == ".d" else prefix
    return link if link.is_symlink() and link.resolve() == prefix.resolve() else prefix


def place(entry: Entry) -> None:
    """Write an entry; what was there of an earlier version is replaced.

    Raises:
        ResourceError: it cannot be written.
    """
    try:
        for path, content in entry.files.items():
            _write(Path(path), content)
        for path, source in entry.copies.items():
            _write(Path(path), source.read_bytes())
        for path in entry.executable:
            Path(path).chmod(0o755)
        for path, target in entry.shortcuts.items():
            _make_shortcut(path, target, next(iter(entry.copies)))
        for key, name, value in entry.registry:
            _set(key, name, value)
    except OSError as error:
        raise disk_error(Path(error.filename or entry.places[0]), error) from error
    _tell(entry.refresh)


def remove(entry: Entry) -> list[PurePath]:
    """Take an entry away; gives what was there."""
    found = [path for path in entry.places if os.path.lexists(path)]
    for path in found:
        Path(path).unlink()
    if entry.folder is not None:
        shutil.rmtree(entry.folder, ignore_errors=True)
    for key in entry.registry_trees:
        _forget(key)
    _tell(entry.after)
    return found


def is_placed(entry: Entry) -> bool:
    """Whether all of it is there."""
    return all(os.path.lexists(path) for path in entry.places)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, content)
    path.chmod(0o644)  # for every program of the desktop


def _make_shortcut(path: PurePath, target: PurePath, icon: PurePath) -> None:
    """A shortcut of Windows', whose format only Windows itself writes."""
    names = {"S2EDIT_LINK": str(path), "S2EDIT_TARGET": str(target), "S2EDIT_ICON": str(icon)}
    subprocess.run(
        ["powershell", "-NoProfile", "-NonInteractive", "-Command", _SHORTCUT],
        env={**os.environ, **names}, check=True, timeout=_SECONDS, capture_output=True,
    )  # fmt: skip


def _tell(commands: tuple[tuple[str, ...], ...]) -> None:
    for command in commands:
        if shutil.which(command[0]):
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                subprocess.run(
                    command, timeout=_SECONDS, capture_output=True, stdin=subprocess.DEVNULL, check=False
                )


if sys.platform == "win32":
    import winreg

    def _set(key: str, name: str, value: str) -> None:
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, key) as handle:
            winreg.SetValueEx(handle, name, 0, winreg.REG_SZ, value)

    def _forget(key: str) -> None:
        with contextlib.suppress(OSError):
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as handle:
                for _ in range(winreg.QueryInfoKey(handle)[0]):
                    _forget(rf"{key}\{winreg.EnumKey(handle, 0)}")
            winreg.DeleteKey(winreg.HKEY_CURRENT_USER, key)
else:

    def _set(key: str, name: str, value: str) -> None:
        raise NotImplementedError

    def _forget(key: str) -> None:
        raise NotImplementedError
