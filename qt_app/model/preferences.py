"""How this user likes the window: theme, language, shortcuts, recent files, sizes. A JSON file of its own."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from PyQt6.QtCore import pyqtSignal

from qt_app.model.observable import Observable, Property
from s2edit_plugin.errors import S2EditError
from s2edit_plugin.storage.paths import write_atomic

__all__ = ["Preferences"]

RECENT = 12


class Preferences(Observable):
    """The window's preferences; a damaged file gives the defaults.

    Signals: ``<name>_changed`` of each.

    Attributes:
        theme: ``system``, ``light`` or ``dark``. language: ``""`` for the system's, else ``en``, ``de``.
        shortcuts: action id -> key sequence as text, only those the user changed.
        recent: paths of photos, the newest first. geometry, layout: of the window and its docks, base64.
        wizard_done: the first start is over.
        written: when the file that was read was written, seconds since 1970, 0 for none.
        save_folder, save_format, save_quality: how a result was saved last.
    """

    theme_changed = pyqtSignal(object)
    language_changed = pyqtSignal(object)
    shortcuts_changed = pyqtSignal(object)
    recent_changed = pyqtSignal(object)
    geometry_changed = pyqtSignal(object)
    layout_changed = pyqtSignal(object)
    wizard_done_changed = pyqtSignal(object)
    save_folder_changed = pyqtSignal(object)
    save_format_changed = pyqtSignal(object)
    save_quality_changed = pyqtSignal(object)
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

    def opened(self, path: str) -> None:
        """Remember an opened photo."""
        self.recent = (path, *(old for old in self.recent if old != path))[:RECENT]
        self.save()

    def save(self) -> None:
        """Write the file; a disk that refuses costs the preferences, not the session."""
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
