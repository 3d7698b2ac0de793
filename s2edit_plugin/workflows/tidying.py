"""Limits the size of trash, quarantine and the output of started programs."""

from __future__ import annotations

import contextlib
import logging
import os
from pathlib import Path

from s2edit_plugin.errors import S2EditError
from s2edit_plugin.library import Library
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.workflows.people import PRINTED

__all__ = ["MAX_PRINTED", "tidy"]

MAX_PRINTED, KEPT_PRINTED = 1_000_000, 100_000  # bytes of a file that a program prints into


def tidy(folder: DataFolder) -> None:
    """Bring everything back within its bounds; what cannot be done now is done another time."""
    try:
        count = Library(folder).tidy()
    except S2EditError as error:
        logging.getLogger(__name__).info("The trash was not tidied: %s", error.sentence)
    else:
        if count:
            logging.getLogger(__name__).info("Removed %d old files from trash and quarantine.", count)
    for name in PRINTED:
        with contextlib.suppress(OSError):
            _shorten(folder.engine / name)


def _shorten(path: Path) -> None:
    """Keep the last lines of a file that a program may be writing to: it appends."""
    if path.stat().st_size <= MAX_PRINTED:
        return
    with path.open("r+b") as stream:
        stream.seek(-KEPT_PRINTED, os.SEEK_END)
        kept = stream.read().partition(b"\n")[2]
        stream.seek(0)
        stream.truncate()
        stream.write(kept)
