"""What must hold of a history after anything whatsoever has happened to the process that wrote it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path

from s2edit_plugin.api import queries
from s2edit_plugin.history import History


def assert_sound(home: Path) -> set[str]:
    """Open the history as a new process does and check every row, file and photo; returns the ids it holds."""
    history = History(home)
    root = history.store.root
    listed = {
        entry.id
        for trash in (False, True)
        for entry in history.list(queries.ListHistory(kind="", limit=1000, trash=trash)).entries
    }
    if not root.exists():
        return set()
    for name in listed:
        record = history.details(name)
        place = history.store.folders.of(name)
        assert sorted(path.name for path in place.iterdir()) == sorted([*record.files, "record.json"]), name
        for file, expected in record.files.items():
            assert hashlib.sha256((place / file).read_bytes()).hexdigest() == expected, (name, file)
        assert history.show(name).image
        assert history.token_names(record)
    needed = {one for name in listed for one in history.details(name).originals}
    there = {path.name: path for path in (root / "originals").rglob("*") if path.is_file()}
    assert there.keys() == needed
    for name, path in there.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == name
    folders = {path.name for path in (root / "results").glob("*/*")}
    assert folders == listed
    beside = {path.name for path in root.iterdir()} | {path.name for path in (root / "results").glob(".*")}
    assert beside <= {".lock", "journal.sqlite", "names.json", "results", "originals"}
    if (root / "names.json").exists():
        assert isinstance(json.loads((root / "names.json").read_text()), dict)
    if (root / "journal.sqlite").exists():
        connection = sqlite3.connect(root / "journal.sqlite")
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = {name for (name,) in connection.execute("SELECT id FROM results")}
        connection.close()
        assert rows == listed
    assert history.check() == []
    return listed
