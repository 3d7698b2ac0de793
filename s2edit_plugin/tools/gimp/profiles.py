"""Where GIMP 3 keeps its plug-ins on this machine, and which program can be asked about them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Machine", "Profile", "Way", "find_profiles", "version_of"]

Way = str
"""How GIMP was installed: ``native``, ``flatpak``, ``snap``, or ``chosen`` by ``GIMP3_DIRECTORY``."""

FLATPAK_NAME = "org.gimp.GIMP"
PROFILE_VARIABLE = "GIMP3_DIRECTORY"
_VERSION = re.compile(r"3\.\d{1,3}")
_SAYS = re.compile(r"version (\d+\.\d+)")
_NAMES = ("gimp-console-3.2", "gimp-console-3.0", "gimp-console-3", "gimp-console")
_WINDOWS_NAMES = ("gimp-console-3.2.exe", "gimp-console-3.0.exe", "gimp-console-3.exe", "gimp-console.exe")
_SECONDS = 60.0


def _run(command: Sequence[str]) -> str:
    """What a program prints; "" if it cannot be run."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout + done.stderr if done.returncode == 0 else ""


@dataclass(frozen=True)
class Machine:
    """The machine as far as GIMP's places depend on it; tests make up others.

    Attributes:
        which: finds a program by name. run: what a command prints, "" where it fails.
    """

    platform: str = sys.platform
    home: Path = field(default_factory=Path.home)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    which: Callable[[str], str | None] = shutil.which
    run: Callable[[Sequence[str]], str] = _run


@dataclass(frozen=True)
class Profile:
    """One GIMP's own folder.

    Attributes:
        folder: that holds ``plug-ins``. version: ``3.0``, ``3.2`` ...
        console: command of a GIMP without a window of that version; empty where none was found.
    """

    folder: Path
    version: str
    way: Way = "native"
    console: tuple[str, ...] = ()

    @property
    def plugin(self) -> Path:
        """The plug-in's folder, whether it is there or not."""
        return self.folder / "plug-ins" / "s2edit"

    @property
    def title(self) -> str:
        """The profile in words."""
        extra = {"flatpak": " (Flatpak)", "snap": " (Snap)"}.get(self.way, "")
        return f"GIMP {self.version}{extra} in {self.folder}"


def version_of(console: Sequence[str], machine: Machine) -> str:
    """``3.0`` or the like of a GIMP, "" if it does not say or is none of 3.x."""
    found = _SAYS.search(machine.run([*console, "--version"]))
    version = found.group(1) if found else ""
    return version if _VERSION.fullmatch(version) else ""


def find_profiles(machine: Machine | None = None, console: Sequence[str] = ()) -> list[Profile]:
    """Every GIMP 3.x profile of the user: those that exist, and those that a GIMP which was never started would make.

    Args:
        console: a gimp-console to use in place of those that are found.
    """
    machine = machine or Machine()
    native = _native_consoles(machine, console)
    chosen = machine.environ.get(PROFILE_VARIABLE)
    if chosen and os.path.isabs(chosen):
        version, command = next(iter(native.items()), ("3.0", ()))
        return [Profile(Path(chosen), version, "chosen", command)]
    found = _profiles(_native_folder(machine), "native", native)
    if machine.platform not in ("win32", "darwin"):
        found += _profiles(
            machine.home / ".var" / "app" / FLATPAK_NAME / "config" / "GIMP",
            "flatpak",
            _flatpak_consoles(machine),
        )
        snap = machine.home / "snap" / "gimp" / "current" / ".config" / "GIMP"
        found += _profiles(snap, "snap", _snap_consoles(machine))
    # Flatpak's GIMP reads the native folder where it is allowed to; its own console can look into it then.
    flatpak = {profile.version: profile.console for profile in found if profile.way == "flatpak"}
    return [
        profile
        if profile.console or profile.way != "native"
        else Profile(profile.folder, profile.version, "native", flatpak.get(profile.version, ()))
        for profile in found
    ]


def _profiles(folder: Path, way: Way, consoles: Mapping[str, tuple[str, ...]]) -> list[Profile]:
    try:
        there = [path.name for path in folder.iterdir() if _VERSION.fullmatch(path.name) and path.is_dir()]
    except OSError:
        there = []
    versions = sorted({*there, *consoles}, key=lambda version: int(version.split(".")[1]))
    return [Profile(folder / version, version, way, consoles.get(version, ())) for version in versions]


def _native_folder(machine: Machine) -> Path:
    if machine.platform == "win32":
        base = machine.environ.get("APPDATA") or str(machine.home / "AppData" / "Roaming")
        return Path(base) / "GIMP"
    if machine.platform == "darwin":
        return machine.home / "Library" / "Application Support" / "GIMP"
    config = machine.environ.get("XDG_CONFIG_HOME", "")
    return (Path(config) if os.path.isabs(config) else machine.home / ".config") / "GIMP"


def _native_consoles(machine: Machine, given: Sequence[str]) -> dict[str, tuple[str, ...]]:
    if given:
        return {version_of(given, machine) or "3.0": tuple(given)}
    consoles: dict[str, tuple[str, ...]] = {}
    for command in _candidates(machine):
        version = version_of([command], machine)
        if version:
            consoles.setdefault(version, (command,))
    return consoles


def _candidates(machine: Machine) -> list[str]:
    if machine.platform == "win32":
        roots = [machine.environ.get(name, "") for name in ("ProgramFiles", "ProgramW6432")]
        roots.append(str(machine.home / "AppData" / "Local" / "Programs"))
        places = [Path(root) / "GIMP 3" / "bin" / name for root in roots if root for name in _WINDOWS_NAMES]
        return [str(path) for path in dict.fromkeys(places) if path.is_file()]
    if machine.platform == "darwin":
        inside = Path("Applications", "GIMP.app", "Contents", "MacOS", "gimp-console")
        return [str(path) for path in (Path("/") / inside, machine.home / inside) if path.is_file()]
    return [path for name in _NAMES if (path := machine.which(name)) is not None]


def _flatpak_consoles(machine: Machine) -> dict[str, tuple[str, ...]]:
    flatpak = machine.which("flatpak")
    if flatpak is None:
        return {}
    command = (flatpak, "run", "--command=gimp-console", FLATPAK_NAME)
    version = version_of(command, machine)
    return {version: command} if version else {}


def _snap_consoles(machine: Machine) -> dict[str, tuple[str, ...]]:
    if (
        machine.which("snap") is None
        or (program := machine.which("gimp.gimp") or machine.which("gimp")) is None
    ):
        return {}
    if "snap" not in Path(program).parts:
        return {}
    version = version_of((program,), machine)
    return {version: (program, "--no-interface")} if version else {}
