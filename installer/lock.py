"""Write the lock files from pyproject.toml: exact versions and the sha256 of every wheel a supported machine may need.

    python installer/lock.py            resolve anew and write requirements.lock and requirements-dev.lock

Covered: CPython 3.11 to 3.14 on Linux, x86_64 and aarch64. torch and onnxruntime are not locked, see
requirements-torch.txt; what only they need on an NVIDIA machine is left to them. Standard library and pip only.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
MACHINES = ("x86_64", "aarch64")
# A machine picks the wheel with the newest tag its C library allows, so every generation's wheel needs its hash.
GLIBC_GENERATIONS = (17, 28, 36, 42)  # 2.17, 2.28 (RHEL 8), 2.36 (Debian 12), 2.42
OPTIONAL = {"jpeglib"}  # may lack wheels for a machine: the program does without
NOT_LOCKED = re.compile(r"torch|onnxruntime(-gpu)?|triton|nvidia-.*|cuda-.*")

HEADER = """\
# Written by installer/lock.py; do not edit. Install with: pip install --no-deps --require-hashes -r {name}
# Covers CPython {pythons} on Linux ({machines}); torch and onnxruntime are in requirements-torch.txt.
"""


@dataclass
class Pin:
    """One package of the lock."""

    name: str
    version: str
    hashes: set[str] = field(default_factory=set)
    pure: bool = False  # one wheel for every machine and Python
    only: str = ""  # the machine that alone has a wheel, where the package may be done without on others


def main() -> int:
    """Resolve, collect hashes, write both files."""
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"]
    base = [*project["project"]["dependencies"], *extras["app"], *project["build-system"]["requires"]]
    dev = extras["dev"]
    lines = (HERE / "requirements-torch.txt").read_text().splitlines()
    unlocked = [line for line in lines if line[:1].isalpha()]
    lines = (HERE / "extra-no-deps.txt").read_text().splitlines()
    without_deps = [line.partition("#")[0].strip() for line in lines if line[:1].isalpha()]
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder) / "bin" / "python")
        base_pins = resolve(python, [*base, *unlocked])
        all_pins = resolve(
            python, [*base, *unlocked, *dev, *(f"{p.name}=={p.version}" for p in base_pins.values())]
        )
        # requirements.lock is installed with --no-deps anyway, so these need nothing but their line.
        extra_pins = resolve(python, ["--no-deps", *without_deps])
        base_pins |= extra_pins
        all_pins |= extra_pins
        missing = collect_hashes(python, all_pins)
        for name in OPTIONAL & all_pins.keys():
            covered = [m for m in MACHINES if not any(f"{name} on" in line and m in line for line in missing)]
            all_pins[name].only = covered[0] if len(covered) == 1 else ""
    dev_pins = {name: pin for name, pin in all_pins.items() if name not in base_pins}
    write(HERE / "requirements.lock", {name: all_pins[name] for name in base_pins})
    write(HERE / "requirements-dev.lock", dev_pins)
    for line in missing:
        print(f"not covered: {line}", file=sys.stderr)
    return 0


def resolve(python: str, requirements: list[str]) -> dict[str, Pin]:
    """What pip would install for these requirements, without the packages that are not locked."""
    report = pip_report(python, ["--only-binary=:all:", *requirements])
    check_markers(report)
    pins: dict[str, Pin] = {}
    for item in report["install"]:
        name = canonical(item["metadata"]["name"])
        if not NOT_LOCKED.fullmatch(name):
            pure = item["download_info"]["url"].endswith("-none-any.whl")
            pins[name] = Pin(name, item["metadata"]["version"], {digest(item)}, pure)
    return pins


def check_markers(report: dict[str, Any]) -> None:
    """Name the dependencies that only some of the Pythons need: all get the same list, so somebody must look at them."""
    for item in report["install"]:
        name = canonical(item["metadata"]["name"])
        for requirement in item["metadata"].get("requires_dist", []):
            clause = re.search(r"python_(?:full_)?version\s*(\S+)\s*['\"]3\.(\d+)", requirement)
            if clause and "extra ==" not in requirement and not NOT_LOCKED.fullmatch(name):
                operator, minor = clause.group(1), int(clause.group(2))
                changes_at = minor + 1 if operator in ("<=", ">") else minor
                if int(PYTHONS[0][2:]) < changes_at <= int(PYTHONS[-1][2:]):
                    print(f"look at this one: {name} needs {requirement}", file=sys.stderr)


def collect_hashes(python: str, pins: dict[str, Pin]) -> list[str]:
    """Add the hash of each platform's wheel; return what has no wheel for a platform at all."""
    pins = {name: pin for name, pin in pins.items() if not pin.pure}
    found: dict[tuple[str, str], set[str]] = {}
    for version in PYTHONS:
        for machine in MACHINES:
            print(f"hashes of {len(pins)} packages for Python {version}, {machine}", file=sys.stderr)
            for newest in GLIBC_GENERATIONS:
                got = platform_hashes(python, pins, version, platform_tags(machine, newest))
                for name, sha in got.items():
                    pins[name].hashes.add(sha)
                    found.setdefault((version, machine), set()).add(name)
    return [
        f"{name} on Python {version}, {machine}"
        for (version, machine), names in sorted(found.items())
        for name in sorted(set(pins) - names)
    ]


def platform_hashes(python: str, pins: dict[str, Pin], version: str, tags: list[str]) -> dict[str, str]:
    """Hashes of the wheels a machine with these platform tags would take, for the packages that have one."""
    options = [
        "--no-deps",
        "--only-binary=:all:",
        "--implementation=cp",
        f"--python-version={version}",
        "--target=unused",
    ]
    options += [f"--platform={tag}" for tag in tags]
    wanted = [f"{pin.name}=={pin.version}" for pin in pins.values()]
    while wanted:
        try:
            report = pip_report(python, [*options, *wanted])
        except subprocess.CalledProcessError as error:
            absent = re.search(r"No matching distribution found for (\S+)", error.stderr)
            if absent is None or absent.group(1) not in wanted:
                raise
            wanted.remove(absent.group(1))
            continue
        return {canonical(item["metadata"]["name"]): digest(item) for item in report["install"]}
    return {}


def platform_tags(machine: str, newest: int) -> list[str]:
    """The tags a machine with glibc 2.``newest`` accepts, best first: pip takes ``--platform`` literally."""
    tags = [f"manylinux_2_{minor}_{machine}" for minor in range(newest, 4, -1)]
    return [*tags, f"manylinux2014_{machine}", f"linux_{machine}"]


def pip_report(python: str, arguments: list[str]) -> dict[str, Any]:
    """The JSON report of a dry run; packages that the interpreter has already do not count."""
    command = [python, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--report=-"]
    done = subprocess.run(
        [*command, *arguments], capture_output=True, text=True, check=True, cwd=tempfile.gettempdir()
    )
    report: dict[str, Any] = json.loads(done.stdout[done.stdout.index("{") :])
    return report


def canonical(name: str) -> str:
    """A package's name in the one spelling the index uses."""
    return re.sub(r"[-_.]+", "-", name).lower()


def digest(item: dict[str, Any]) -> str:
    """sha256 of the file pip chose."""
    return str(item["download_info"]["archive_info"]["hashes"]["sha256"])


def write(path: Path, pins: dict[str, Pin]) -> None:
    """One package a paragraph, sorted: a change of one version is a small diff."""
    pythons, machines = f"{PYTHONS[0]} to {PYTHONS[-1]}", ", ".join(MACHINES)
    lines = [HEADER.format(name=path.name, pythons=pythons, machines=machines)]
    for name in sorted(pins):
        pin = pins[name]
        hashes = [f"    --hash=sha256:{sha}" for sha in sorted(pin.hashes)]
        marker = f' ; platform_machine == "{pin.only}"' if pin.only else ""
        lines.append(" \\\n".join([f"{name}=={pin.version}{marker}", *hashes]) + "\n")
    path.write_text("".join(lines))


if __name__ == "__main__":
    sys.exit(main())
