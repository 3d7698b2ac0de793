"""People and their tokens as the window shows them, kept fresh by the engine's events."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtCore import QTimer, pyqtSignal

from qt_app.engine import EngineLink
from qt_app.model.messages import Messages
from qt_app.model.observable import Observable, Property
from s2edit_plugin.api import Event, queries

__all__ = ["LibraryState"]

DEBOUNCE_MS = 60
THUMBNAILS_AT_ONCE = 64


class LibraryState(Observable):
    """The library.

    Signals:
        tokens_changed(tuple[TokenInfo]): those the search finds. all_changed(dict[str, TokenInfo]): all, by name.
        people_changed(tuple[PersonInfo]).
        thumbnail(str, bytes): one came in, by token name. search_changed(str). deleted(tuple[str]): names now in the trash.
    """

    tokens_changed = pyqtSignal(object)
    all_changed = pyqtSignal(object)
    people_changed = pyqtSignal(object)
    search_changed = pyqtSignal(object)
    thumbnail = pyqtSignal(str, bytes)
    deleted = pyqtSignal(object)
    tokens = Property[tuple[queries.TokenInfo, ...]](())
    all = Property[dict[str, queries.TokenInfo]]({})
    people = Property[tuple[queries.PersonInfo, ...]](())
    search = Property("")

    def __init__(self, link: EngineLink, messages: Messages) -> None:
        super().__init__()
        self._link, self._messages = link, messages
        self.thumbnails: dict[str, bytes] = {}
        self._asked: set[str] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DEBOUNCE_MS)
        self._timer.timeout.connect(self.refresh)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(DEBOUNCE_MS)
        self._typing.timeout.connect(self._find)
        self.search_changed.connect(lambda _: self._typing.start())
        link.happened.connect(self._hear)
        link.state_changed.connect(lambda state: self._timer.start() if state == "connected" else None)

    # ------------------------------------------------------------------ reading

    def refresh(self) -> None:
        """Ask anew what is there."""
        self._link.ask(queries.ListTokens(), self._know)
        self._link.ask(queries.ListPeople(), lambda answer: setattr(self, "people", answer.people))

    def _know(self, answer: queries.TokenList) -> None:
        self.all = {token.name: token for token in answer.tokens}
        self._find()

    def _find(self) -> None:
        """Show what the search finds."""
        search = self.search
        if not search:
            self.tokens = tuple(self.all.values())
            return

        def found(answer: queries.TokenList) -> None:
            if search == self.search:
                self.tokens = answer.tokens

        self._link.ask(queries.ListTokens(search=search), found)

    def token(self, name: str) -> queries.TokenInfo | None:
        """What is known of a token, whether the search finds it or not."""
        return self.all.get(name)

    def fetch(self, name: str, then: Callable[[queries.TokenInfo | None], None]) -> None:
        """Have the engine say what a token is now: one that was just learned is on no list yet. None: it is not there."""

        def got(details: queries.TokenDetails) -> None:
            self.all = self.all | {name: details.info}
            then(details.info)

        self._link.ask(queries.ShowToken(name), got, lambda _: then(None))

    def want_thumbnails(self, names: Sequence[str]) -> None:
        """Have the thumbnails of these tokens fetched; each comes by the signal ``thumbnail``."""
        missing = [name for name in names if name not in self._asked]
        self._asked.update(missing)
        for start in range(0, len(missing), THUMBNAILS_AT_ONCE):
            self._link.ask(queries.Thumbnails(tuple(missing[start : start + THUMBNAILS_AT_ONCE])), self._got)

    def show(self, name: str, then: Callable[[queries.TokenDetails], None]) -> None:
        """Fetch everything known about a token."""
        self._link.ask(queries.ShowToken(name), then)

    # ------------------------------------------------------------------ changing

    def rename(self, name: str, new: str) -> None:
        """Give a token another name."""
        self._link.ask(queries.ChangeToken(name, rename=new))

    def tag(self, name: str, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> None:
        """Add and remove tags."""
        self._link.ask(queries.ChangeToken(name, add_tags=add, remove_tags=remove))

    def annotate(self, name: str, notes: str) -> None:
        """Set a token's notes."""
        self._link.ask(queries.ChangeToken(name, notes=notes))

    def delete(self, names: tuple[str, ...]) -> None:
        """Move tokens to the trash; ``deleted`` tells, so that it can be undone."""
        self._link.ask(queries.DeleteTokens(names), lambda _: self.deleted.emit(names))

    def restore(self, names: tuple[str, ...]) -> None:
        """Bring tokens back from the trash."""
        for name in names:
            self._link.ask(queries.RestoreToken(name))

    def duplicate(self, name: str, new: str) -> None:
        """Copy a token."""
        self._link.ask(queries.DuplicateToken(name, new))

    def rename_person(self, person: str, new: str) -> None:
        """Give a person another name."""
        self._link.ask(queries.ChangePerson(person, rename=new))

    def annotate_person(self, person: str, notes: str) -> None:
        """Set a person's notes."""
        self._link.ask(queries.ChangePerson(person, notes=notes))

    def forget(self, person: str) -> None:
        """Remove a person for good."""
        self._link.ask(queries.ForgetPerson(person), lambda answer: self._messages.note(answer.sentence))

    # ------------------------------------------------------------------ inside

    def _hear(self, event: Event) -> None:
        if event.kind in ("library", "settings", "models"):
            self.thumbnails.clear()
            self._asked.clear()
            self._timer.start()

    def _got(self, answer: queries.Pictures) -> None:
        for name, picture in answer.pictures.items():
            self.thumbnails[name] = picture
            self.thumbnail.emit(name, picture)
