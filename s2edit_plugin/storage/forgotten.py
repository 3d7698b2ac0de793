"""Notices of forgotten people, for programs that keep data of their own. Standard library only.

``forgotten.json`` in the data folder holds, for thirty days, salted hashes of a forgotten person's name, of the ids of their
tokens and of their photos. A program with data of its own (a window's session and list of recent photos) checks these
notices, also after a time without an engine. The hashes reveal no names.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from s2edit_plugin.storage.paths import DataFolder, write_atomic

__all__ = ["Notice", "announce", "notices", "stamp"]

FILE = "forgotten.json"
DAYS = 30
MOST = 200
MAX_FILE = 16 << 20


@dataclass(frozen=True)
class Notice:
    """Notice that a person was forgotten. ``salt``: different in every notice. ``at``: seconds since 1970."""

    salt: str
    digests: frozenset[str]
    at: float

    def concerns(self, texts: Iterable[str]) -> bool:
        """Whether one of these is the person's name, the id of a token of theirs or the hash of a photo of theirs."""
        return any(_digest(self.salt, text) in self.digests for text in texts)


def announce(folder: DataFolder, person: str, marks: Iterable[str]) -> None:
    """Add a notice that a person was forgotten. The caller holds the library's lock.

    Args:
        marks: ids and photo hashes of the person's tokens.

    Raises:
        ResourceError: the disk refused.
    """
    salt = secrets.token_hex(16)
    new = Notice(salt, frozenset(_digest(salt, text) for text in (person, *marks)), time.time())
    recent = [one for one in notices(folder) if one.at > new.at - DAYS * 86_400]
    values = [
        {"salt": one.salt, "digests": sorted(one.digests), "at": one.at} for one in [*recent, new][-MOST:]
    ]
    write_atomic(folder.root / FILE, json.dumps(values).encode(), private=True)


def notices(folder: DataFolder) -> tuple[Notice, ...]:
    """Notices of the last days, the newest last; none if the file cannot be read."""
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError, RecursionError):
        with (folder.root / FILE).open("rb") as stream:
            values: Any = json.loads(stream.read(MAX_FILE))
        return tuple(
            Notice(str(one["salt"]), frozenset(str(text) for text in one["digests"]), float(one["at"]))
            for one in values
        )
    return ()


def stamp(folder: DataFolder) -> tuple[int, int]:
    """A value that changes with every `announce`."""
    try:
        status = (folder.root / FILE).stat()
    except OSError:
        return 0, 0
    return status.st_ino, status.st_mtime_ns


def _digest(salt: str, text: str) -> str:
    return hashlib.sha256(f"{salt} {text.casefold()}".encode()).hexdigest()
