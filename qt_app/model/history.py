"""The history of results: search, star, annotate, delete, restore, reopen, compare, rerun."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PyQt6.QtCore import pyqtSignal

from qt_app.engine import EngineLink
from qt_app.model.background import Background
from qt_app.model.decoding import decoded_mask, decoded_result
from qt_app.model.document import Document, Documents, Result
from qt_app.model.editing import EditState
from qt_app.model.jobs import Jobs
from qt_app.model.messages import Messages
from qt_app.model.thumbnails import Thumbnails
from qt_app.observable import Observable, Property, delayed, follow
from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.errors import S2EditError

__all__ = ["PAGE", "Comparison", "HistoryState", "differences"]

PAGE = 60
MOST = 1000  # entries one request may return
DEBOUNCE_MS = 80


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two results and the `differences` of their requests."""

    entries: tuple[queries.HistoryEntry, queries.HistoryEntry]
    results: tuple[Result, Result]

    @property
    def differences(self) -> list[tuple[str, str, str]]:
        """How the requests differ."""
        return differences(self.results[0].request, self.results[1].request)


class HistoryState(Observable):
    """The history.

    Signals:
        deleted(tuple[str]): ids now in the trash. reopened(Document): a result is shown again, its settings are in the edit
        panel. compared(Comparison).

    Attributes:
        entries: the newest first. total: number of matches, shown or not. loading: a request is running.
        search: words. starred: only those with a star. this_photo: only those of the open photo.
        thumbnails: by result id.
    """

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
        self.thumbnails = Thumbnails(link, "history")
        self._next = ""
        self._length = PAGE  # entries to request
        self._request_number = 0
        self._reopening: queries.HistoryDetails | None = None
        self._timer = delayed(self, DEBOUNCE_MS, self.refresh)
        follow(self, ("search", "starred", "this_photo"), self._restart, now=False)
        follow(documents, "document", self._document_changed, now=False)
        link.on_event("history", self._timer.start)
        link.connected.connect(self._timer.start)

    # ------------------------------------------------------------------ reading

    def entry(self, result: str) -> queries.HistoryEntry | None:
        """A listed result by its id."""
        return next((entry for entry in self.entries if entry.id == result), None)

    def refresh(self) -> None:
        """Request the list again."""
        self._ask(min(self._length, MOST), "")

    def more(self) -> None:
        """Request the next older results."""
        if self._next and not self.loading:
            self._length += PAGE
            self._ask(PAGE, self._next)

    # ------------------------------------------------------------------ changing

    def star(self, results: Sequence[str], starred: bool) -> None:
        """Give results a star or remove it."""
        self._link.ask(queries.ChangeHistory(tuple(results), starred=starred))

    def annotate(self, result: str, note: str) -> None:
        """Set a result's note."""
        self._link.ask(queries.ChangeHistory((result,), note=note))

    def delete(self, results: Sequence[str]) -> None:
        """Move results to the trash, then emit ``deleted``."""
        names = tuple(results)
        self._link.ask(queries.ChangeHistory(names, delete=True), lambda _: self.deleted.emit(names))

    def restore(self, results: Sequence[str]) -> None:
        """Restore results from the trash."""
        self._link.ask(queries.ChangeHistory(tuple(results), restore=True))

    # ------------------------------------------------------------------ using

    def reopen(self, result: str) -> None:
        """Show a result on its photo again, with its masks, and its settings in the edit panel."""
        self._link.ask(queries.ShowHistory(result), self._reopen)

    def load_into(self, document: Document, results: Sequence[str], shown: int) -> None:
        """Add results to a document, one after the other; those that are not in the history any more are left out.

        Args:
            shown: index of the one to show at the end, -1: the photo.
        """
        wanted = results[shown] if 0 <= shown < len(results) else ""

        def load_next(remaining: tuple[str, ...]) -> None:
            if not remaining:
                ids = [one.output.history_id for one in document.results]
                document.shown = ids.index(wanted) if wanted in ids else -1
                return

            def decode(details: queries.HistoryDetails) -> None:
                self._background.run(lambda: _decoded(details), lambda result: add(result, remaining[1:]))

            self._link.ask(queries.ShowHistory(remaining[0]), decode, lambda _: load_next(remaining[1:]))

        def add(result: Result, remaining: tuple[str, ...]) -> None:
            _add(document, result, undoable=False)
            load_next(remaining)

        load_next(tuple(results))

    def compare(self, one: str, other: str) -> None:
        """Fetch two results, then emit ``compared``."""

        def fetch_other(first: queries.HistoryDetails) -> None:
            self._link.ask(queries.ShowHistory(other), lambda second: self._compare(first, second))

        self._link.ask(queries.ShowHistory(one), fetch_other)

    def rerun(self, result: str) -> None:
        """Compute a result again and show whether it is the same."""
        self._jobs.start(
            api.RerunResult(result),
            lambda report: self._messages.note(report.sentence),
            title=self.tr("Make a result again"),
        )

    # ------------------------------------------------------------------ inside

    def _restart(self) -> None:
        self._length = PAGE
        self._timer.start()

    def _document_changed(self, document: Document | None) -> None:
        if self.this_photo:
            self._restart()
        details = self._reopening
        if document is not None and details is not None and document.data == details.request.photo:
            self._reopening = None
            self._show(document, details)

    def _ask(self, limit: int, before: str) -> None:
        self._request_number += 1
        number = self._request_number
        document = self._documents.document
        photo = hashlib.sha256(document.data).hexdigest() if self.this_photo and document is not None else ""
        request = queries.ListHistory(
            search=self.search.strip(), starred=self.starred, photo_hash=photo, limit=limit, before=before
        )

        def got(page: queries.HistoryPage) -> None:
            if number != self._request_number:
                return  # outdated: a newer request is running
            self._next, self.total = page.next, page.total
            self.loading = False
            self.entries = (*self.entries, *page.entries) if before else page.entries
            self.thumbnails.keep_only({entry.id for entry in self.entries})

        def failed(error: S2EditError) -> None:
            if number == self._request_number:
                self.loading = False
                self._messages.error(error)

        self.loading = True
        self._link.ask(request, got, failed)

    def _reopen(self, details: queries.HistoryDetails) -> None:
        document = self._documents.document
        if document is not None and document.data == details.request.photo:
            self._show(document, details)
        elif self._documents.may_close():
            self._reopening = details
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
                    layer.mark_saved()
                elif layer.touched:  # the result's mask was determined automatically
                    document.masks.replace(
                        name, np.zeros_like(layer.pixels), self.tr("Mask of a result"), touched=False
                    )
            self._editing.edit_again(request)
            _add(document, result)
            self.reopened.emit(document)

        self._background.run(read, ready)

    def _compare(self, first: queries.HistoryDetails, second: queries.HistoryDetails) -> None:
        def ready(results: tuple[Result, Result]) -> None:
            self.compared.emit(Comparison((first.entry, second.entry), results))

        self._background.run(lambda: (_decoded(first), _decoded(second)), ready)


def differences(one: api.ApplyEdit, other: api.ApplyEdit) -> list[tuple[str, str, str]]:
    """How two requests differ: name of the field, its value in the one and in the other. Pictures are given by short hashes."""
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


def _add(document: Document, result: Result, undoable: bool = True) -> None:
    """Show a result, and add it to the document unless it is there already."""
    ids = [one.output.history_id for one in document.results]
    if result.output.history_id in ids:
        document.shown = ids.index(result.output.history_id)
    else:
        document.add_result(result, undoable)
        document.mark_saved(result)  # it is in the history
