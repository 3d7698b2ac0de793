"""How an engine is started, written down for programs that have no Python of their own for it (the GIMP plug-in)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from s2edit_plugin import __version__
from s2edit_plugin.engine.client import discovery
from s2edit_plugin.storage.paths import DataFolder, write_atomic

__all__ = ["write_program"]


def write_program(folder: DataFolder) -> None:
    """Write ``program.json`` into the data folder. Raises ResourceError where that is not possible."""
    program = {"command": [_python(), "-m", "s2edit_plugin"], "version": __version__}
    write_atomic(folder.engine / discovery.PROGRAM_NAME, json.dumps(program).encode(), private=True)


def _python() -> str:
    """This Python, by the link of run.sh where one leads to it: the environment behind the link is replaced by newer ones."""
    environment = Path(sys.prefix)
    link = environment.parent.with_suffix("")
    if environment.parent.suffix == ".d" and link.is_symlink() and link.resolve() == environment.resolve():
        return str(link / Path(sys.executable).relative_to(environment))
    return sys.executable
