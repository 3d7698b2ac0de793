"""``s2edit identity``: whether two pictures show the same person."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from s2edit_plugin.cli.files import read_photo
from s2edit_plugin.cli.output import Output

__all__ = ["register"]


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "identity",
        parents=[common],
        help="how alike the faces of two pictures are",
        description="Compare the faces of two pictures, by YuNet and SFace; drawn pictures by the bundled judge.",
        allow_abbrev=False,
    )
    parser.add_argument("first", metavar="PHOTO")
    parser.add_argument("second", metavar="PHOTO")
    parser.set_defaults(run=run_identity)


def run_identity(args: argparse.Namespace, output: Output) -> int:
    """``s2edit identity``."""
    files = [read_photo(name) for name in (args.first, args.second)]
    from s2edit_plugin.identity import compare
    from s2edit_plugin.imaging.reading import read_photo as decoded
    from s2edit_plugin.networks.installed import Networks

    first, second = (decoded(data).as_uint8_rgb() for data in files)
    score = compare(first, second, Networks())
    output.result(dataclasses.asdict(score), score.sentence)
    return 0
