"""The window's preferences: theme, language, shortcuts, recent files, layout. A JSON file of its own."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from qt_app.observable import Observable, Property
from s2edit_plugin.errors import S2EditError
from s2edit_plugin.storage.paths import write_atomic

__all__ = ["Preferences"]

RECENT = 12


class Preferences(Observable):
    """The window's preferences; a damaged file gives the defaults.

    Attributes:
        theme: ``system``, ``light`` or ``dark``. language: ``""`` for the system's, else ``en``, ``de``.
        shortcuts: action id -> key sequence as text, only those that the user has changed.
        recent: paths of photos, the newest first. geometry, layout: of the window and its docks, base64.
        wizard_done: the first start is completed. written: the file's modification time, seconds since 1970, 0 for no file.
        save_folder, save_format, save_quality: of the last saved result.
    """

    theme = Property("system")
    language = Property("")
    shortcuts = Property[dict[str, str]]({})
    recent = Property[tuple[str, ...]](())
    geometry = Property("")
    layout = Property("")
    wizard_done = Property(False)
    save_folder = Property("")
    save_format = Property("")
    save_quality = Property(95)

    NAMES = (
        "theme", "language", "shortcuts", "recent", "geometry", "layout", "wizard_done", "save_folder", "save_format",
        "save_quality",
    )  # fmt: skip

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self.written = path.stat().st_mtime if path.is_file() else 0.0
        self._load()

    def add_recent(self, path: str) -> None:
        """Add an opened photo to the recent files."""
        self.recent = (path, *(old for old in self.recent if old != path))[:RECENT]
        self.save()

    def save(self) -> None:
        """Write the file; if that fails, the preferences are lost, and the log says so."""
        values = {name: getattr(self, name) for name in self.NAMES}
        try:
            write_atomic(self._path, json.dumps(values, indent=2, ensure_ascii=False).encode(), private=True)
        except S2EditError as error:
            logging.getLogger(__name__).warning("%s", error)

    def _load(self) -> None:
        try:
            values: Any = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return
        for name in self.NAMES:
            value = values.get(name) if isinstance(values, dict) else None
            if isinstance(value, list):
                value = tuple(item for item in value if isinstance(item, str))
            if isinstance(value, dict):
                value = {key: text for key, text in value.items() if isinstance(text, str)}
            if type(value) is type(getattr(self, name)):
                setattr(self, name, value)
