"""Notes on people: ``library/<person>/person.json``, only if there are notes."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

from s2edit_plugin.api.limits import MAX_NOTES
from s2edit_plugin.errors import InputError, Sentence
from s2edit_plugin.library.store import Store, disk
from s2edit_plugin.storage.paths import write_atomic

__all__ = [
    "FILE",
    "checked_notes",
    "notes_of",
    "notes_problem",
    "people_with_notes",
    "write_notes",
]

FILE = "person.json"
FORMAT = 1
MAX_FILE = 1024 * 1024


def checked_notes(notes: str) -> str:
    """Notes as they are stored: no spaces at the ends, no control characters but line breaks and tabs.

    Raises:
        InputError: too long.
    """
    text = "".join(c for c in notes.replace("\r\n", "\n") if c in "\n\t" or c.isprintable()).strip()
    if len(text) > MAX_NOTES:
        raise InputError(Sentence("Notes can have at most {} characters.", f"{MAX_NOTES:,}"), "Shorten them.")
    return text


def notes_of(folder: Path) -> str:
    """The notes in a person's folder, "" if there are none or they cannot be read."""
    try:
        return _read(folder / FILE)
    except (OSError, ValueError, RecursionError):
        return ""


def notes_problem(folder: Path) -> str:
    """A sentence if a person's notes are damaged, "" otherwise."""
    try:
        _read(folder / FILE)
    except FileNotFoundError:
        return ""
    except (OSError, ValueError, RecursionError):
        return f"The notes on {folder.name} are damaged."
    return ""


def write_notes(store: Store, folder: Path, notes: str) -> None:
    """Write a person's notes, or remove the file if they are empty. Damaged ones go to quarantine.

    Raises:
        ResourceError: the disk refused.
    """
    file = folder / FILE
    if notes_problem(folder):
        store.to_quarantine(file)
    if not notes:
        with disk("The notes could not be removed"):
            file.unlink(missing_ok=True)
        return
    text = json.dumps({"format_version": FORMAT, "notes": notes}, ensure_ascii=False, indent=1)
    write_atomic(file, text.encode(), private=True)


def people_with_notes(store: Store) -> dict[str, str]:
    """Folder name -> notes, of all people with notes."""
    found = {folder.name: notes_of(folder) for folder in store.people_in(store.folder.library)}
    return {name: notes for name, notes in found.items() if notes}


def _read(file: Path) -> str:
    status = os.lstat(file)
    if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_FILE:
        raise ValueError("no ordinary file")
    values = json.loads(file.read_text(encoding="utf-8"))
    notes = values["notes"] if isinstance(values, dict) and "notes" in values else None
    if not isinstance(notes, str):
        raise ValueError("no notes")
    notes.encode()  # half a character cannot be shown
    return notes
