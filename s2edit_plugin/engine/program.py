"""How an engine is started, written down for programs that have no Python of their own for it (the GIMP plug-in)."""

from __future__ import annotations

import json
import sys

from s2edit_plugin import __version__
from s2edit_plugin.engine import discovery
from s2edit_plugin.paths import DataFolder, write_atomic

__all__ = ["write_program"]


def write_program(folder: DataFolder) -> None:
    """Write ``program.json`` into the data folder. Raises ResourceError where that is not possible."""
    program = {"command": [sys.executable, "-m", "s2edit_plugin"], "version": __version__}
    write_atomic(folder.engine / discovery.PROGRAM_NAME, json.dumps(program).encode(), private=True)
