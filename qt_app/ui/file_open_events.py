"""File-open events: macOS sends files to a running program as events, not as arguments."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QCoreApplication, QEvent, QObject
from PyQt6.QtGui import QFileOpenEvent

from s2edit_plugin.cli.window import photo_of
from s2edit_plugin.errors import S2EditError

__all__ = ["FileOpenEvents"]


class FileOpenEvents(QObject):
    """Opens the files of file-open events.

    Args:
        open_file: called with a path.
    """

    def __init__(self, application: QCoreApplication, open_file: Callable[[str], object]) -> None:
        super().__init__(application)
        self._application = application
        self._open = open_file
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Handle file-open events."""
        if not isinstance(event, QFileOpenEvent):
            return False
        self.take(event.file() or event.url().toString())
        return True

    def take(self, address: str) -> None:
        """Open a path, a file URL or an ``s2edit:`` link; others are ignored."""
        try:
            photo = photo_of(address)
        except S2EditError:
            return
        if photo:
            self._open(photo)

    def stop(self) -> None:
        """Stop handling events."""
        self._application.removeEventFilter(self)
