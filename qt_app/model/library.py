"""The library: people and their tokens, refreshed on the engine's events."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import pyqtSignal

from qt_app.engine import EngineLink
from qt_app.model.messages import Messages
from qt_app.model.thumbnails import Thumbnails
from qt_app.observable import Observable, Property, delayed, follow
from s2edit_plugin.api import queries

__all__ = ["LibraryState"]

DEBOUNCE_MS = 60


class LibraryState(Observable):
    """The library.

    Signals:
        deleted(tuple[str]): names of tokens now in the trash.

    Attributes:
        tokens: those that the search finds. all: all tokens, by name. thumbnails: by token name.
    """

    deleted = pyqtSignal(object)
    tokens = Property[tuple[queries.TokenInfo, ...]](())
    all = Property[dict[str, queries.TokenInfo]]({})
    people = Property[tuple[queries.PersonInfo, ...]](())
    search = Property("")

    def __init__(self, link: EngineLink, messages: Messages) -> None:
        super().__init__()
        self._link, self._messages = link, messages
        self.thumbnails = Thumbnails(link, "tokens")
        self._timer = delayed(self, DEBOUNCE_MS, self.refresh)
        self._typing = delayed(self, DEBOUNCE_MS, self._find)
        follow(self, ("search",), self._typing.start, now=False)
        link.on_event(("library", "settings", "models"), self._changed)
        link.connected.connect(self._timer.start)

    # ------------------------------------------------------------------ reading

    def refresh(self) -> None:
        """Request tokens and people again."""
        self._link.ask(queries.ListTokens(), self._set_all)
        self._link.ask(queries.ListPeople(), lambda answer: setattr(self, "people", answer.people))

    def _set_all(self, answer: queries.TokenList) -> None:
        self.all = {token.name: token for token in answer.tokens}
        self._find()

    def _find(self) -> None:
        """Set ``tokens`` to the matches of the search."""
        search = self.search
        if not search:
            self.tokens = tuple(self.all.values())
            return

        def found(answer: queries.TokenList) -> None:
            if search == self.search:
                self.tokens = answer.tokens

        self._link.ask(queries.ListTokens(search=search), found)

    def token(self, name: str) -> queries.TokenInfo | None:
        """A token by its name, whether the search finds it or not."""
        return self.all.get(name)

    def fetch(self, name: str, then: Callable[[queries.TokenInfo | None], None]) -> None:
        """Fetch a token from the engine; one that was just learned is not in ``all`` yet. None: there is no such token."""

        def got(details: queries.TokenDetails) -> None:
            self.all = self.all | {name: details.info}
            then(details.info)

        self._link.ask(queries.ShowToken(name), got, lambda _: then(None))

    def show(self, name: str, then: Callable[[queries.TokenDetails], object]) -> None:
        """Fetch all details of a token."""
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
        """Move tokens to the trash, then emit ``deleted``."""
        self._link.ask(queries.DeleteTokens(names), lambda _: self.deleted.emit(names))

    def restore(self, names: tuple[str, ...]) -> None:
        """Restore tokens from the trash."""
        for name in names:
            self._link.ask(queries.RestoreToken(name))

    def rename_person(self, person: str, new: str) -> None:
        """Give a person another name."""
        self._link.ask(queries.ChangePerson(person, rename=new))

    def forget(self, person: str) -> None:
        """Remove a person for good."""
        self._link.ask(queries.ForgetPerson(person), lambda answer: self._messages.note(answer.sentence))

    # ------------------------------------------------------------------ inside

    def _changed(self) -> None:
        self.thumbnails.clear()
        self._timer.start()
