"""Which lock files belong to a machine, and what an environment made from them is stamped with."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from s2edit_setup.speaking import SetupError

__all__ = ["INSTALLER", "ROOT", "Locks", "locks_of"]

INSTALLER = Path(__file__).resolve().parents[1]
ROOT = INSTALLER.parent
NAMES = {"Linux": "linux", "Darwin": "macos", "Windows": "windows"}


@dataclass(frozen=True)
class Locks:
    """The lock files of a platform and an accelerator.

    Attributes:
        libraries: with hashes. computing: torch and onnxruntime, whose builds depend on the accelerator, without.
        tools: for the tests, with hashes. uv: the installer of packages itself, with hashes.
    """

    libraries: Path
    computing: Path
    tools: Path
    uv: Path

    def stamp(self, group: str, version: str, accelerator: str) -> str:
        """What an environment of a group (``base``, ``dev``) is made from, as one hash."""
        files = [ROOT / "pyproject.toml", self.libraries, self.computing]
        if group == "dev":
            files.append(self.tools)
        found = hashlib.sha256()
        for part in (str(ROOT), version, accelerator, *(path.read_text("utf-8") for path in files)):
            found.update(part.encode() + b"\0")
        return found.hexdigest()

    def requirement(self, name: str) -> str:
        """A line of the computing lock, by the start of its package's name."""
        lines = self.computing.read_text("utf-8").splitlines()
        return next(line.strip() for line in lines if line.startswith(name))


def locks_of(system: str, accelerator: str, folder: Path = INSTALLER / "locks") -> Locks:
    """The lock files for a system, as `platform.system` calls it.

    Raises:
        SetupError: there are none.
    """
    name = NAMES.get(system, "")
    locks = Locks(
        folder / f"{name}.lock", folder / f"{name}-{accelerator}.txt", folder / "dev.lock", folder / "uv.lock"
    )
    if not locks.libraries.exists() or not locks.computing.exists():
        raise SetupError(f"There are no lock files for {system} with {accelerator}.")
    return locks
