"""Limits of trash and quarantine, by age, number and size; the oldest files are removed first."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from s2edit_plugin.library.intent import changing
from s2edit_plugin.library.names import trashed_at
from s2edit_plugin.library.store import Store, disk, remove_if_empty

__all__ = ["QUARANTINE", "TRASH", "Bound", "tidy"]


@dataclass(frozen=True)
class Bound:
    """Limits: days, number of files, bytes."""

    days: float
    files: int
    size: int


TRASH = Bound(90, 2000, 1 << 30)
PLAUSIBLE = 1.5e9  # seconds since 1970; a number in a file's name that is smaller is no time
QUARANTINE = Bound(180, 200, 512 << 20)


@dataclass(frozen=True)
class _Away:
    path: Path
    at: float
    size: int


def tidy(store: Store) -> int:
    """Permanently remove files of trash and quarantine beyond their limits, the oldest first; returns their number.

    Raises:
        BusyError: another process holds the library's lock. ResourceError: the disk refused.
    """
    places = ((store.folder.trash, TRASH), (store.folder.quarantine, QUARANTINE))
    if not any(_beyond(place, bound) for place, bound in places):
        return 0
    with changing(store), disk("The trash could not be tidied"):
        doomed = [away for place, bound in places for away in _beyond(place, bound)]
        for away in doomed:
            if away.path.is_dir() and not away.path.is_symlink():
                shutil.rmtree(away.path)
            else:
                away.path.unlink(missing_ok=True)
            remove_if_empty(away.path.parent)
    return len(doomed)


def _beyond(place: Path, bound: Bound) -> list[_Away]:
    """Files beyond the limits."""
    newest_first = sorted(_stored_files(place), key=lambda away: away.at, reverse=True)
    oldest, size, beyond = time.time() - bound.days * 86_400, 0, []
    for number, away in enumerate(newest_first):
        size += away.size
        if away.at < oldest or number >= bound.files or (number and size > bound.size):
            beyond.append(away)
    return beyond


def _stored_files(place: Path) -> Iterator[_Away]:
    with contextlib.suppress(OSError), os.scandir(place) as people:
        for person in people:
            if not person.is_dir(follow_symlinks=False):
                continue
            with os.scandir(person) as files:
                for file in files:
                    with contextlib.suppress(FileNotFoundError):
                        status = file.stat(follow_symlinks=False)
                        trashed = trashed_at(Path(file.name).stem) / 1e9
                        at = trashed if trashed > PLAUSIBLE else status.st_mtime
                        yield _Away(Path(file.path), at, status.st_size)
