"""The journal as the window shows it: results found, starred, annotated, deleted, brought back, opened again, compared."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PyQt6.QtCore import QTimer, pyqtSignal

from qt_app.engine import EngineLink
from qt_app.model.document import Document, Documents, Result
from qt_app.model.editing import EditState
from qt_app.model.jobs import Jobs
from qt_app.model.messages import Messages
from qt_app.model.observable import Observable, Property
from qt_app.model.pictures import decoded_mask, decoded_result
from qt_app.model.tasks import Background
from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.errors import S2EditError

__all__ = ["PAGE", "Comparison", "HistoryState", "differences"]

PAGE = 60
MOST = 1000  # what one question may bring
DEBOUNCE_MS = 80
THUMBNAILS_AT_ONCE = 64


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two results and in what their making differed, see `differences`."""

    entries: tuple[queries.HistoryEntry, queries.HistoryEntry]
    results: tuple[Result, Result]

    @property
    def differences(self) -> list[tuple[str, str, str]]:
        """In what the requests differ."""
        return differences(self.results[0].request, self.results[1].request)


class HistoryState(Observable):
    """The journal.

    Signals:
        ``<name>_changed`` of each; thumbnail(str, bytes): one came in, by the result's id. deleted(tuple[str]): ids now in the
        trash. reopened(Document): a result is on show again, its settings are in the edit panel. compared(Comparison).

    Attributes:
        entries: the newest first. total: how many there are, shown or not. loading: an answer is awaited.
        search: words. starred: only those with a star. this_photo: only those of the open photo.
        may_open: asked before another photo takes the place of the open one.
    """

    entries_changed = pyqtSignal(object)
    total_changed = pyqtSignal(object)
    loading_changed = pyqtSignal(object)
    search_changed = pyqtSignal(object)
    starred_changed = pyqtSignal(object)
    this_photo_changed = pyqtSignal(object)
    thumbnail = pyqtSignal(str, bytes)
    deleted = pyqtSignal(object)
    reopened = pyqtSignal(object)
    compared = pyqtSignal(object)
    entries = Property[tuple[queries.HistoryEntry, ...]](())
    total = Property(0)
    loading = Property(False)
    search = Property("")
    starred = Property(False)
    this_photo = Property(False)

    def __init__(
        self, link: EngineLink, jobs: Jobs, documents: Documents, editing: EditState, background: Background,
        messages: Messages,
    ) -> None:  # fmt: skip
        super().__init__()
        self._link, self._jobs, self._documents, self._editing = link, jobs, documents, editing
        self._background, self._messages = background, messages
        self.thumbnails: dict[str, bytes] = {}
        self.may_open: Callable[[], bool] = lambda: True
        self._asked: set[str] = set()
        self._next = ""
        self._wanted = PAGE
        self._question = 0
        self._pending: queries.HistoryDetails | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DEBOUNCE_MS)
        self._timer.timeout.connect(self.refresh)
        for signal in (self.search_changed, self.starred_changed, self.this_photo_changed):
            signal.connect(lambda _: self._from_the_top())
        documents.document_changed.connect(self._document_changed)
        link.happened.connect(lambda event: self._timer.start() if event.kind == "history" else None)
        link.state_changed.connect(lambda state: self._timer.start() if state == "connected" else None)

    # ------------------------------------------------------------------ reading

    @property
    def has_more(self) -> bool:
        """Whether there are older ones than those shown."""
        return bool(self._next)

    def entry(self, result: str) -> queries.HistoryEntry | None:
        """What is known of a result on the list."""
        return next((entry for entry in self.entries if entry.id == result), None)

    def refresh(self) -> None:
        """Ask anew what is there."""
        self._ask(min(self._wanted, MOST), "")

    def more(self) -> None:
        """Fetch the next older ones."""
        if self._next and not self.loading:
            self._wanted += PAGE
            self._ask(PAGE, self._next)

    def want_thumbnails(self, results: Sequence[str]) -> None:
        """Have thumbnails fetched; each comes by the signal ``thumbnail``."""
        missing = [result for result in results if result not in self._asked]
        self._asked.update(missing)
        for start in range(0, len(missing), THUMBNAILS_AT_ONCE):
            names = tuple(missing[start : start + THUMBNAILS_AT_ONCE])
            self._link.ask(queries.Thumbnails(names, what="history"), self._got_thumbnails)

    def forget_pictures(self) -> None:
        """Keep no thumbnail; those that are shown are fetched again."""
        self.thumbnails.clear()
        self._asked.clear()

    # ------------------------------------------------------------------ changing

    def star(self, results: Sequence[str], starred: bool) -> None:
        """Give results a star or take it away."""
        self._change(queries.ChangeHistory(tuple(results), starred=starred))

    def annotate(self, result: str, note: str) -> None:
        """Set a result's note."""
        self._change(queries.ChangeHistory((result,), note=note))

    def delete(self, results: Sequence[str]) -> None:
        """Move results to the trash; ``deleted`` tells, so that it can be undone."""
        names = tuple(results)
        self._link.ask(queries.ChangeHistory(names, delete=True), lambda _: self.deleted.emit(names))

    def restore(self, results: Sequence[str]) -> None:
        """Bring results back from the trash."""
        self._change(queries.ChangeHistory(tuple(results), restore=True))

    # ------------------------------------------------------------------ using

    def reopen(self, result: str) -> None:
        """Show a result on its photo again, with its masks, and its settings in the edit panel."""
        self._link.ask(queries.ShowHistory(result), self._reopen)

    def bring(self, document: Document, results: Sequence[str], shown: int) -> None:
        """Take results into a document again, one after the other; those that are gone from the journal are left out.

        Args:
            shown: index of the one to be on show at the end, -1: the photo.
        """
        wanted = results[shown] if 0 <= shown < len(results) else ""

        def next_one(left: tuple[str, ...]) -> None:
            if not left:
                ids = [one.made.history_id for one in document.results]
                document.shown = ids.index(wanted) if wanted in ids else -1
                return

            def got(details: queries.HistoryDetails) -> None:
                self._background.run(lambda: _decoded(details), lambda result: put(result, left[1:]))

            self._link.ask(queries.ShowHistory(left[0]), got, lambda _: next_one(left[1:]))

        def put(result: Result, left: tuple[str, ...]) -> None:
            _put(document, result, undoable=False)
            next_one(left)

        next_one(tuple(results))

    def compare(self, one: str, other: str) -> None:
        """Fetch two results; ``compared`` tells when they are there."""

        def got_one(first: queries.HistoryDetails) -> None:
            self._link.ask(queries.ShowHistory(other), lambda second: self._compare(first, second))

        self._link.ask(queries.ShowHistory(one), got_one)

    def rerun(self, result: str) -> None:
        """Make a result again and say whether the same came out."""
        self._jobs.start(
            api.RerunResult(result),
            lambda report: self._messages.note(report.sentence),
            title=self.tr("Make a result again"),
        )

    # ------------------------------------------------------------------ inside

    def _from_the_top(self) -> None:
        self._wanted = PAGE
        self._timer.start()

    def _document_changed(self, document: Document | None) -> None:
        if self.this_photo:
            self._from_the_top()
        pending = self._pending
        if document is not None and pending is not None and document.data == pending.request.photo:
            self._pending = None
            self._show(document, pending)

    def _ask(self, limit: int, before: str) -> None:
        self._question += 1
        question = self._question
        document = self._documents.document
        photo = hashlib.sha256(document.data).hexdigest() if self.this_photo and document is not None else ""
        request = queries.ListHistory(
            search=self.search.strip(), starred=self.starred, photo_hash=photo, limit=limit, before=before
        )

        def got(page: queries.HistoryPage) -> None:
            if question != self._question:
                return  # another question is under way, its answer is the newer one
            self._next, self.total = page.next, page.total
            self.loading = False
            self.entries = (*self.entries, *page.entries) if before else page.entries
            self._forget_thumbnails()

        def failed(error: S2EditError) -> None:
            if question == self._question:
                self.loading = False
                self._messages.error(error)

        self.loading = True
        self._link.ask(request, got, failed)

    def _change(self, request: queries.ChangeHistory) -> None:
        self._link.ask(request)

    def _got_thumbnails(self, answer: queries.Pictures) -> None:
        for name, picture in answer.pictures.items():
            self.thumbnails[name] = picture
            self.thumbnail.emit(name, picture)

    def _forget_thumbnails(self) -> None:
        there = {entry.id for entry in self.entries}
        self._asked &= there
        self.thumbnails = {name: picture for name, picture in self.thumbnails.items() if name in there}

    def _reopen(self, details: queries.HistoryDetails) -> None:
        document = self._documents.document
        if document is not None and document.data == details.request.photo:
            self._show(document, details)
        elif self.may_open():
            self._pending = details
            self._documents.open_bytes(details.request.photo, self.tr("Photo from the history"))

    def _show(self, document: Document, details: queries.HistoryDetails) -> None:
        size = (document.rgb.shape[0], document.rgb.shape[1])
        request = details.request
        encoded = {"subject": request.subject_mask, "region": request.region_mask}

        def read() -> tuple[Result, dict[str, np.ndarray]]:
            masks = {name: decoded_mask(data, size, "the mask") for name, data in encoded.items() if data}
            return _decoded(details), masks

        def ready(made: tuple[Result, dict[str, np.ndarray]]) -> None:
            result, masks = made
            for name, layer in document.masks.layers.items():
                if name in masks:
                    document.masks.replace(name, masks[name], self.tr("Mask of a result"))
                    layer.keep()
                elif layer.touched:  # it was found by itself then, and is to be so now
                    document.masks.replace(
                        name, np.zeros_like(layer.pixels), self.tr("Mask of a result"), touched=False
                    )
            self._editing.edit_again(request)
            _put(document, result)
            self.reopened.emit(document)

        self._background.run(read, ready)

    def _compare(self, first: queries.HistoryDetails, second: queries.HistoryDetails) -> None:
        def ready(results: tuple[Result, Result]) -> None:
            self.compared.emit(Comparison((first.entry, second.entry), results))

        self._background.run(lambda: (_decoded(first), _decoded(second)), ready)


def differences(one: api.ApplyEdit, other: api.ApplyEdit) -> list[tuple[str, str, str]]:
    """In what two requests differ: name of the field, its value in the one and in the other. Pictures are not shown, only that
    they differ."""
    found = []
    for field in dataclasses.fields(api.ApplyEdit):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if field.name not in ("settings", "source_suggested") and a != b:
            found.append((field.name, _in_words(a), _in_words(b)))
    for field in dataclasses.fields(api.EditSettings):
        a, b = getattr(one.settings, field.name), getattr(other.settings, field.name)
        if a != b:
            found.append((field.name, _in_words(a), _in_words(b)))
    return found


def _in_words(value: object) -> str:
    match value:
        case bytes():
            return f"#{hashlib.sha256(value).hexdigest()[:6]}" if value else "–"
        case None | "":
            return "–"
        case tuple():
            return ", ".join(str(item) for item in value)
        case dict():
            return ", ".join(f"{key}={item:g}" for key, item in value.items()) or "–"
        case float():
            return f"{value:g}"
    return str(value)


def _decoded(details: queries.HistoryDetails) -> Result:
    entry, request = details.entry, details.request
    made = api.EditResult(
        details.image,
        details.region,
        entry.seconds,
        False,
        entry.source_prompt,
        entry.prompt,
        details.warnings,
        entry.identity,
        history_id=entry.id,
    )
    return decoded_result(made, request)


def _put(document: Document, result: Result, undoable: bool = True) -> None:
    """Show a result; one that is there already is not taken in twice."""
    ids = [one.made.history_id for one in document.results]
    if result.made.history_id in ids:
        document.shown = ids.index(result.made.history_id)
    else:
        document.add_result(result, undoable)
        document.keep(result)  # it lies in the journal; nothing new has come
