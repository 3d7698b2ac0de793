"""Writes docs/commands.md from the definitions of the commands:

python installer/manual.py docs/commands.md
"""

from __future__ import annotations

import sys
from pathlib import Path

from s2edit_plugin.cli.main import build_parser
from s2edit_plugin.cli.manual import commands_page

if __name__ == "__main__":
    Path(sys.argv[1]).write_text(commands_page(build_parser()), encoding="utf-8")
