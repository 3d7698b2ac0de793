"""Thumbnails of tokens or results, fetched from the engine in groups and kept while they are listed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from PyQt6.QtCore import QObject, pyqtSignal

from qt_app.engine import EngineLink
from s2edit_plugin.api import queries

__all__ = ["Thumbnails"]

AT_ONCE = 64


class Thumbnails(QObject):
    """Encoded pictures by name.

    Signals:
        received(str, bytes): a thumbnail, by name.
    """

    received = pyqtSignal(str, bytes)

    def __init__(self, link: EngineLink, what: Literal["tokens", "history"]) -> None:
        super().__init__()
        self._link, self._what = link, what
        self._pictures: dict[str, bytes] = {}
        self._requested: set[str] = set()

    def get(self, name: str) -> bytes:
        """A thumbnail that was received, b"" if it was not."""
        return self._pictures.get(name, b"")

    def request(self, names: Sequence[str]) -> None:
        """Request thumbnails, those that were not requested yet; ``received`` is emitted for each."""
        missing = [name for name in names if name not in self._requested]
        self._requested.update(missing)
        for start in range(0, len(missing), AT_ONCE):
            request = queries.Thumbnails(tuple(missing[start : start + AT_ONCE]), what=self._what)
            self._link.ask(request, self._receive)

    def clear(self) -> None:
        """Keep none; they can be requested again."""
        self.keep_only(())

    def keep_only(self, names: Collection[str]) -> None:
        """Keep the thumbnails of these names."""
        self._requested &= set(names)
        self._pictures = {name: picture for name, picture in self._pictures.items() if name in names}

    def _receive(self, answer: queries.Pictures) -> None:
        for name, picture in answer.pictures.items():
            self._pictures[name] = picture
            self.received.emit(name, picture)
