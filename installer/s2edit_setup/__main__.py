"""Started by a script as ``python installer/s2edit_setup COMMAND``: finds its own package and runs the command."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from s2edit_setup.command import main

sys.exit(main(sys.argv[1:]))
