"""Existing output files: the user's own are replaced only with ``--overwrite``."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from pathlib import Path

from s2edit_plugin.errors import Sentence, UsageError

__all__ = ["add_overwrite", "check_outputs", "check_replaceable"]

HINT = "Choose another name, or add --overwrite."


def add_overwrite(parser: argparse.ArgumentParser) -> None:
    """Add the option to a command that writes files."""
    parser.add_argument(
        "--overwrite", action="store_true", help="replace files that are there already, the photo itself too"
    )


def check_outputs(outputs: Iterable[Path | None], inputs: Iterable[str | None], *, overwrite: bool) -> None:
    """Before any work: no output destroys a file of the user's, or another output.

    Args:
        outputs: files to write, None for unused ones. inputs: names of the files the command reads; other texts are ignored.

    Raises:
        UsageError: it would.
    """
    targets = [path for path in outputs if path is not None]
    places = [os.path.normcase(path.absolute()) for path in targets]
    for index, place in enumerate(places):
        if place in places[:index]:
            raise UsageError(
                Sentence("Two results would be written to {}.", targets[index]), "Give each its own name."
            )
    if overwrite:
        return
    read = [Path(name).expanduser() for name in inputs if name]
    for path in targets:
        for source in read:
            if _is_same(path, source):
                raise UsageError(
                    Sentence("{} is what this command reads: it would be overwritten.", path), HINT
                )
        check_replaceable(path, overwrite=False)


def check_replaceable(path: Path, *, overwrite: bool, figures: bool = False) -> None:
    """Check that an existing file may be replaced: with ``overwrite``, or if this program made it and it is unchanged.

    Args:
        figures: the command writes figures as JSON, and may replace such files.

    Raises:
        UsageError: it may be the user's work.
    """
    if overwrite or not path.is_file() or _is_ours(path, figures):
        return
    raise UsageError(Sentence("{} is there already.", path), HINT)


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return False


def _is_ours(path: Path, figures: bool) -> bool:
    """Whether the file can be made again, as figures where they are asked for."""
    from s2edit_plugin.imaging.files import is_ours

    return (figures and _begins_as_json(path)) or is_ours(path)


def _begins_as_json(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(1) == b"{"
    except OSError:
        return False
