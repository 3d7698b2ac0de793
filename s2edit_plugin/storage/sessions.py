"""Sessions: unsaved work of open windows in ``sessions/<id>/``, to be restored after a crash. Standard library only.

A window holds the lock of its session's folder and removes the folder when it closes. An unlocked folder is left from a
crash.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from s2edit_plugin.storage.paths import DataFolder

__all__ = ["LOCK", "RECORD", "forget_in_sessions", "remove_session"]

LOCK, RECORD = "lock", "session.json"


def forget_in_sessions(folder: DataFolder, person: str, marks: frozenset[str]) -> int:
    """Remove the sessions that a person has part in, with photo and masks; returns how many.

    Args:
        marks: ids and photo hashes of the person's tokens.
    """
    count = 0
    for session in _folders(folder.sessions):
        if _has_part(session / RECORD, person.casefold(), marks):
            remove_session(session, keep_lock=True)
            count += 1
    return count


def remove_session(session: Path, *, keep_lock: bool = False) -> None:
    """Remove a session's files. ``keep_lock``: its window may be open and write it again."""
    if not keep_lock:
        shutil.rmtree(session, ignore_errors=True)
        return
    with contextlib.suppress(FileNotFoundError):
        for path in session.iterdir():
            if path.name != LOCK:
                path.unlink(missing_ok=True)


def _folders(place: Path) -> Iterator[Path]:
    with contextlib.suppress(FileNotFoundError):
        yield from (path for path in sorted(place.iterdir()) if path.is_dir() and not path.is_symlink())


def _has_part(record: Path, person: str, marks: frozenset[str]) -> bool:
    """Whether a session names a person, a token of theirs, or a photo that one was learned from."""
    try:
        values = json.loads(record.read_text(encoding="utf-8"))
    except OSError:
        return False
    except ValueError:
        return True  # the state is unknown, so the session is not offered
    texts = [text.casefold() for text in _texts(values)]
    named = re.compile(rf"(?<![\w-]){re.escape(person)}(?:/|$)")
    return any(named.search(text) or any(mark.casefold() in text for mark in marks) for text in texts)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
