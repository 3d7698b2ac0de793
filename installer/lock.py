"""Write the lock files from pyproject.toml: exact versions and the sha256 of every wheel a supported machine may take.

    python installer/lock.py              add and remove what pyproject.toml says, keep the versions that are locked
    python installer/lock.py --upgrade    take the newest versions
    python installer/lock.py windows      only one platform's

Writes `locks/linux.lock`, `macos.lock`, `windows.lock`, `dev.lock` (the tests' tools, Linux) and `uv.lock` (uv itself).
Covered: CPython 3.11 to 3.14. torch and onnxruntime are not locked: which build is right depends on the machine's
accelerator, see `locks/<platform>-<accelerator>.txt`; what only they need on a GPU is left to them.

Needs uv and pip: uv resolves for each platform and Python, the index says which wheels there are.
"""

from __future__ import annotations

import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from packaging import tags
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import Version

LOCKS = Path(__file__).resolve().parent / "locks"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
# A machine takes the wheel with the newest tag its C library allows: all of them need their hash.
NEWEST_GLIBC = 44
NEWEST_MACOS = (26, 0)
OLDEST_MACOS = "14.0"  # that torch and onnxruntime are built for
OPTIONAL = {"jpeglib", "pi-heif"}  # may lack wheels for a machine: the program does without
NOT_LOCKED = re.compile(r"torch|onnxruntime(-gpu)?|triton.*|pytorch-triton.*|nvidia-.*|cuda-.*")

HEADER = """\
# Written by installer/lock.py; do not edit. Install with: pip install --no-deps --require-hashes -r {name}
# Covers CPython {pythons} on {platform} ({machines}); torch and onnxruntime are in the files of the accelerators.
"""


@dataclass(frozen=True)
class Platform:
    """A system that there are locks for.

    Attributes:
        machines: what `platform.machine` says there, each with uv's name of the platform.
    """

    name: str
    title: str
    machines: dict[str, str]

    def tags(self, machine: str, python: str) -> set[tags.Tag]:
        """The wheel tags that such a machine may accept."""
        if self.name == "linux":
            platforms = [f"manylinux_2_{minor}_{machine}" for minor in range(NEWEST_GLIBC, 4, -1)]
            platforms += [f"manylinux2014_{machine}", f"manylinux2010_{machine}", f"linux_{machine}"]
        elif self.name == "macos":
            platforms = list(tags.mac_platforms(NEWEST_MACOS, machine))
        else:
            platforms = ["win_amd64"]
        number = tuple(int(part) for part in python.split("."))
        found = {*tags.cpython_tags(number, platforms=platforms)}
        return found | {*tags.compatible_tags(number, f"cp{number[0]}{number[1]}", platforms)}


LINUX = Platform("linux", "Linux", {"x86_64": "x86_64-manylinux_2_40", "aarch64": "aarch64-manylinux_2_40"})
PLATFORMS = (
    LINUX,
    Platform("macos", "macOS", {"arm64": "aarch64-apple-darwin"}),
    Platform("windows", "Windows", {"AMD64": "x86_64-pc-windows-msvc"}),
)


@dataclass
class Pin:
    """One package of a lock."""

    name: str
    version: str
    pythons: set[str] = field(default_factory=set)  # that need it
    hashes: set[str] = field(default_factory=set)
    machines: set[str] = field(default_factory=set)  # that have a wheel


def main(arguments: list[str]) -> int:
    """Resolve, collect hashes, write all files."""
    project = tomllib.loads((LOCKS.parents[1] / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"]
    base = [*project["project"]["dependencies"], *extras["app"], *project["build-system"]["requires"]]
    locker = Locker({} if "--upgrade" in arguments else kept_versions())
    named = [platform for platform in PLATFORMS if platform.name in arguments]
    for platform in named or PLATFORMS:
        pins = locker.resolve(platform, base)
        if platform is LINUX:
            everything = locker.resolve(platform, [*base, *extras["dev"]])
            dev = {name: pin for name, pin in everything.items() if name not in pins}
            locker.lock(platform, dev, "dev.lock")
        locker.lock(platform, {**pins, **locker.without_dependencies()}, f"{platform.name}.lock")
    locker.lock_uv()
    for line in locker.missing:
        print(f"not covered: {line}", file=sys.stderr)
    return 0


class Locker:
    """Resolves and collects hashes, with the same versions everywhere.

    Attributes:
        versions: of packages, that are to stay, and that were chosen. missing: what has no wheel somewhere.
    """

    def __init__(self, versions: dict[str, str]) -> None:
        self.versions = versions
        self.missing: list[str] = []
        self._index = Index()

    def resolve(self, platform: Platform, requirements: list[str]) -> dict[str, Pin]:
        """What these requirements need on a platform, without the packages that are not locked."""
        unlocked = _lines(LOCKS / f"{platform.name}-{'mps' if platform.name == 'macos' else 'cpu'}.txt")
        pins: dict[str, Pin] = {}
        for target in platform.machines.values():
            for version in PYTHONS:
                for name, found in self._compile([*requirements, *unlocked], target, version).items():
                    if not NOT_LOCKED.fullmatch(name):
                        pins.setdefault(name, Pin(name, found)).pythons.add(version)
        return pins

    def _compile(self, requirements: list[str], target: str, version: str) -> dict[str, str]:
        with tempfile.TemporaryDirectory() as folder:
            wanted, limits = Path(folder, "wanted.txt"), Path(folder, "limits.txt")
            wanted.write_text("\n".join(requirements))
            limits.write_text("\n".join(f"{name}=={found}" for name, found in self.versions.items()))
            command = [
                "uv",
                "pip",
                "compile",
                "--quiet",
                "--no-header",
                "--no-annotate",
                "--only-binary",
                ":all:",
            ]
            command += ["--python-platform", target, "--python-version", version, "--constraint", str(limits)]
            environment = {**os.environ, "MACOSX_DEPLOYMENT_TARGET": OLDEST_MACOS}
            done = subprocess.run(
                [*command, str(wanted)], env=environment, stdout=subprocess.PIPE, text=True, check=True
            )
        found = {
            canonicalize_name(name): number
            for name, number in re.findall(r"^([\w.-]+)==([^\s;]+)", done.stdout, re.MULTILINE)
        }
        self.versions |= {name: number for name, number in found.items() if not NOT_LOCKED.fullmatch(name)}
        return found

    def without_dependencies(self) -> dict[str, Pin]:
        """The locks are installed with ``--no-deps`` anyway, so these need nothing but their line."""
        found = {}
        for line in _lines(LOCKS / "extra-no-deps.txt"):
            name = canonicalize_name(re.split(r"[<>=~! ]", line)[0])
            if name not in self.versions:
                self.versions[name] = self._index.newest(name)
            found[name] = Pin(name, self.versions[name], set(PYTHONS))
        return found

    def lock(self, platform: Platform, pins: dict[str, Pin], file: str) -> None:
        """Add the hash of each wheel that a machine may take, and write the file."""
        self._index.read(pins)
        for machine in platform.machines:
            for python in PYTHONS:
                accepted = platform.tags(machine, python)
                for pin in (pin for pin in pins.values() if python in pin.pythons):
                    found = self._index.wheels(pin, accepted)
                    pin.hashes |= found
                    if found:
                        pin.machines.add(machine)
                    elif pin.name not in OPTIONAL:
                        self.missing.append(f"{pin.name}, Python {python}, {platform.title} on {machine}")
        write(LOCKS / file, platform, pins.values())

    def lock_uv(self) -> None:
        """uv for every platform, in one file."""
        pin = Pin("uv", self.versions.get("uv") or self._index.newest("uv"), set(PYTHONS))
        self._index.read(["uv"])
        for platform in PLATFORMS:
            for machine in platform.machines:
                pin.hashes |= self._index.wheels(pin, platform.tags(machine, PYTHONS[0]))
        every = {machine: "" for platform in PLATFORMS for machine in platform.machines}
        write(LOCKS / "uv.lock", Platform("all", "Linux, macOS and Windows", every), [pin])


class Index:
    """The package index that pip uses: which wheels there are, by package."""

    def __init__(self) -> None:
        self._files: dict[str, list[dict[str, Any]]] = {}

    @cached_property
    def _address(self) -> str:
        command = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
        said = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
        if said:
            return said.rstrip("/")
        code = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"
        return subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()

    def read(self, names: Iterable[str]) -> None:
        """Fetch what is not here yet, several at a time."""
        missing = [name for name in names if name not in self._files]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            self._files |= dict(zip(missing, pool.map(self._read_one, missing), strict=True))

    def _read_one(self, name: str) -> list[dict[str, Any]]:
        accepts = {"Accept": "application/vnd.pypi.simple.v1+json"}
        with urllib.request.urlopen(
            urllib.request.Request(f"{self._address}/{name}/", headers=accepts)
        ) as answer:
            files: list[dict[str, Any]] = json.load(answer)["files"]
        return [entry for entry in files if not entry.get("yanked")]

    def newest(self, name: str) -> str:
        """The newest release of a package."""
        self.read([name])
        wheels = [_parsed(entry["filename"]) for entry in self._files[name]]
        return str(max(found[0] for found in wheels if found and not found[0].is_prerelease))

    def wheels(self, pin: Pin, accepted: set[tags.Tag]) -> set[str]:
        """sha256 of the wheels of a version that fit."""
        return {
            entry["hashes"]["sha256"]
            for entry in self._files[pin.name]
            if (found := _parsed(entry["filename"]))
            and found[0] == Version(pin.version)
            and found[1] & accepted
        }


def _parsed(filename: str) -> tuple[Version, frozenset[tags.Tag]] | None:
    try:
        _, version, _, found = parse_wheel_filename(filename)
    except InvalidWheelFilename:  # a source distribution
        return None
    return version, found


def kept_versions() -> dict[str, str]:
    """The versions of all locks that are there."""
    text = "\n".join(path.read_text() for path in sorted(LOCKS.glob("*.lock")))
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", text, re.MULTILINE))


def _lines(path: Path) -> list[str]:
    lines = [line.partition("#")[0].strip() for line in path.read_text().splitlines()]
    return [line for line in lines if line]


def write(path: Path, platform: Platform, pins: Iterable[Pin]) -> None:
    """One package a paragraph, sorted: a change of one version is a small diff."""
    pythons, machines = f"{PYTHONS[0]} to {PYTHONS[-1]}", ", ".join(platform.machines)
    lines = [HEADER.format(name=path.name, pythons=pythons, machines=machines, platform=platform.title)]
    for pin in sorted(pins, key=lambda pin: pin.name):
        if pin.hashes:
            hashes = [f"    --hash=sha256:{sha}" for sha in sorted(pin.hashes)]
            lines.append(" \\\n".join([f"{pin.name}=={pin.version}{marker(pin, platform)}", *hashes]) + "\n")
    path.write_text("".join(lines))


def marker(pin: Pin, platform: Platform) -> str:
    """Where a package is left out: on machines without a wheel (those that may), on Pythons that do not need it."""
    clauses = []
    if pin.name in OPTIONAL and len(pin.machines) == 1 < len(platform.machines):
        clauses.append(f'platform_machine == "{next(iter(pin.machines))}"')
    if pin.pythons != set(PYTHONS):
        clauses.append(" or ".join(f'python_version == "{version}"' for version in sorted(pin.pythons)))
    return f" ; {' and '.join(clauses)}" if clauses else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
