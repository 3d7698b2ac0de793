"""``s2edit desktop``: the menu entry, with icon, file types, links and the man page."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s2edit_plugin.cli.output import Output

if TYPE_CHECKING:
    from s2edit_plugin.tools.desktop.entries import Entry

__all__ = ["register"]


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands to the parser."""
    family = commands.add_parser(
        "desktop", parents=[common], help="the entry in the desktop's menu", allow_abbrev=False
    )
    verbs = family.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, summary, run in (
        ("install", "make the menu entry: icon, file types, s2edit: links, man page", run_install),
        ("uninstall", "take the menu entry away", run_uninstall),
        ("show", "say what belongs to it, and whether it is there", run_show),
    ):
        parser = verbs.add_parser(
            name, parents=[common], help=summary, description=f"{summary}.", allow_abbrev=False
        )
        parser.add_argument(
            "--prefix",
            type=Path,
            metavar="DIR",
            help="the environment that the entry starts (default: this program's)",
        )
        parser.set_defaults(run=run)


def run_install(args: argparse.Namespace, output: Output) -> int:
    """``s2edit desktop install``."""
    from s2edit_plugin.tools.desktop.placing import place

    entry = _entry(args)
    place(entry)
    places = [str(path) for path in entry.places]
    output.result({"written": places}, "The menu has an entry for S²Edit Studio.")
    return 0


def run_uninstall(args: argparse.Namespace, output: Output) -> int:
    """``s2edit desktop uninstall``."""
    from s2edit_plugin.tools.desktop.placing import remove

    found = [str(path) for path in remove(_entry(args))]
    output.result({"removed": found}, "The menu entry is gone." if found else "There was no menu entry.")
    return 0


def run_show(args: argparse.Namespace, output: Output) -> int:
    """``s2edit desktop show``: no files are written."""
    from s2edit_plugin.tools.desktop.placing import is_placed

    entry = _entry(args)
    exists = is_placed(entry)
    lines = [str(path) for path in entry.places] + [
        rf"HKEY_CURRENT_USER\{key}" for key, _, _ in entry.registry
    ]
    lines.append(
        "The menu entry is there." if exists else "The menu entry is not there: s2edit desktop install"
    )
    output.result({"placed": exists, "places": lines[:-1]}, "\n".join(lines))
    return 0


def _entry(args: argparse.Namespace) -> Entry:
    from s2edit_plugin.cli.manual import man_page
    from s2edit_plugin.tools.desktop.entries import make_entry
    from s2edit_plugin.tools.desktop.placing import find_prefix

    return make_entry(args.prefix.absolute() if args.prefix else find_prefix(), man_page(args.parser))
