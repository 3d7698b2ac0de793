"""Removes a forgotten person's data from the window, whichever program forgot them, and whenever it did."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from qt_app.engine import EngineLink
from qt_app.model.background import Background
from qt_app.model.document import Document, Documents
from qt_app.model.editing import EditState
from qt_app.model.history import HistoryState
from qt_app.model.jobs import Jobs
from qt_app.model.learning import LearnState
from qt_app.model.messages import Messages
from qt_app.model.preferences import Preferences
from qt_app.model.session import SessionState
from s2edit_plugin.errors import S2EditError
from s2edit_plugin.storage import forgotten
from s2edit_plugin.storage.forgotten import Notice
from s2edit_plugin.storage.paths import DataFolder

if TYPE_CHECKING:
    from s2edit_plugin.imaging.photo import Photo

__all__ = ["Forgetting"]

MAX_FILE = 200 << 20
_REFERENCE = re.compile(r"<([^<>/]+)/")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


@dataclass(frozen=True)
class _Found:
    """The result of the search on a thread."""

    stamp: tuple[int, int]
    notices: tuple[Notice, ...]
    document: Document | None
    shown: bool
    recent: tuple[str, ...]


class Forgetting(QObject):
    """Removes forgotten people's data from the panels, the open photo, the lists and the preferences.

    Attributes:
        is_recent: a person was forgotten, after which the engine restarts.
    """

    def __init__(
        self, folder: DataFolder, link: EngineLink, documents: Documents, editing: EditState, learning: LearnState,
        history: HistoryState, jobs: Jobs, preferences: Preferences, session: SessionState, background: Background,
        messages: Messages,
    ) -> None:  # fmt: skip
        super().__init__()
        self._folder, self._documents, self._editing, self._learning = folder, documents, editing, learning
        self._history, self._jobs, self._preferences, self._session = history, jobs, preferences, session
        self._background, self._messages = background, messages
        self.is_recent = False
        self._known: set[str] = set()
        # Notices older than the preferences file were applied before.
        self._since = preferences.written
        link.on_event("forgotten", self.look)
        link.connected.connect(self._connected)
        session.outdated.connect(self.look)

    def look(self) -> None:
        """Look for people who were forgotten since, in the background."""
        document, known, since = self._documents.document, frozenset(self._known), self._since
        photo, recent = (document.photo if document is not None else None), self._preferences.recent

        def find() -> _Found:
            stamp = forgotten.stamp(self._folder)
            new = tuple(
                one for one in forgotten.notices(self._folder) if one.salt not in known and one.at > since
            )
            shown = photo is not None and bool(new) and _shows(photo, new)
            kept = tuple(path for path in recent if not _concerns_file(new, path)) if new else recent
            return _Found(stamp, new, document, shown, kept)

        self._background.run(find, self._apply)

    # ------------------------------------------------------------------ inside

    def _connected(self) -> None:
        self.is_recent = False
        self.look()

    def _apply(self, found: _Found) -> None:
        new = [one for one in found.notices if one.salt not in self._known]
        self._known.update(one.salt for one in new)
        if new:
            self.is_recent = True
            self._clear_panels(new)
            self._clear_lists(new)
            if found.recent != self._preferences.recent:
                self._preferences.recent = found.recent
                self._preferences.save()
            self._clear_document(found, new)
        if self._session.seen != found.stamp:
            self._session.forget(found.stamp)

    def _clear_panels(self, new: list[Notice]) -> None:
        edit, learn = self._editing, self._learning
        edit.tokens = tuple(name for name in edit.tokens if not _concerns(new, [name.partition("/")[0]]))
        edit.weights = {word: one for word, one in edit.weights.items() if not _named(word, new)}
        for name in ("prompt", "source_prompt"):
            if _named(getattr(edit, name), new):
                setattr(edit, name, "")
        if _concerns(new, [learn.person.strip()]):
            learn.person, learn.token, learn.prompt = "", "me", ""
        learn.resumable = tuple(one for one in learn.resumable if not _concerns(new, [one.person]))

    def _clear_lists(self, new: list[Notice]) -> None:
        self._history.thumbnails.clear()
        self._jobs.remove(lambda info: _concerns(new, _words(info.title)))
        self._messages.remove(lambda message: _concerns(new, _words(f"{message.sentence} {message.hint}")))

    def _clear_document(self, found: _Found, new: list[Notice]) -> None:
        document = self._documents.document
        if document is None:
            return
        if document is found.document and found.shown:
            self._documents.document = None
            self._messages.note(self.tr("The photo was closed: whom it shows was forgotten."))
            return
        kept = tuple(
            result
            for result in document.results
            if not _concerns(new, [name.partition("/")[0] for name in result.request.tokens])
            and not _named(f"{result.request.prompt} {result.request.source_prompt}", new)
        )
        if kept != document.results:
            document.shown, document.results = -1, kept


def _concerns(new: Iterable[Notice], texts: Iterable[str]) -> bool:
    texts = [text for text in texts if text]
    return any(one.concerns(texts) for one in new)


def _named(prompt: str, new: Iterable[Notice]) -> bool:
    """Whether a prompt refers to a token of a forgotten person."""
    return _concerns(new, _REFERENCE.findall(prompt))


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _shows(photo: Photo, new: Iterable[Notice]) -> bool:
    from s2edit_plugin.imaging.hashing import photo_hash

    return _concerns(new, [photo_hash(photo)])


def _concerns_file(new: tuple[Notice, ...], path: str) -> bool:
    """Whether a file is a photo of a forgotten person, or is named after one."""
    from s2edit_plugin.imaging.reading import read_photo

    file = Path(path)
    if _concerns(new, [*_words(file.stem), *re.findall(r"[^\W_]+", file.stem), file.stem]):
        return True
    try:
        return file.stat().st_size <= MAX_FILE and _shows(read_photo(file.read_bytes()), new)
    except (OSError, S2EditError, MemoryError):
        return False
