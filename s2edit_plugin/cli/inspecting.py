"""``s2edit inspect``: the provenance data of a picture, and whether its signature is valid."""

from __future__ import annotations

import argparse
from typing import Any

from s2edit_plugin.cli.files import read_photo
from s2edit_plugin.cli.output import Output

__all__ = ["register"]


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "inspect",
        parents=[common],
        help="show what a picture says about its making, and verify its signature",
        description="Shows whether a picture says that AI made or changed it, with what, where, and by whom that is signed; "
        "pictures of other programs too. Nothing is fetched from the network.",
        allow_abbrev=False,
    )
    parser.add_argument("file", metavar="FILE", help="a picture")
    parser.set_defaults(run=run_inspect)


def run_inspect(args: argparse.Namespace, output: Output) -> int:
    """``s2edit inspect``: exit code 0 also for an invalid signature: see ``state`` with --json.

    Raises:
        ImageError: there is no such file, or it is no picture.
    """
    from s2edit_plugin.imaging.credentials.inspection import inspect_picture

    found = inspect_picture(read_photo(args.file), args.file)
    size = f", {found.size[0]} x {found.size[1]} pixels" if found.size else ""
    lines = [f"{args.file} ({found.format}{size})", *found.sentences]
    output.result({"file": args.file} | found.to_json(), "\n".join(lines))
    return 0
