"""A batch as the window shows it: one recipe on many photos, the first three, then the rest; paused, gone on with, reported."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PyQt6.QtCore import pyqtSignal

from qt_app.engine import EngineLink, Tell
from qt_app.i18n.engine_words import spoken
from qt_app.model.document import Documents
from qt_app.model.messages import Messages
from qt_app.model.observable import Observable, Property
from qt_app.model.preferences import Preferences
from qt_app.model.tasks import Background
from s2edit_plugin.batch.recipe import SUFFIX, recipe_of, write_recipe
from s2edit_plugin.batch.report import Summary
from s2edit_plugin.batch.runner import PREVIEWED, Outcome, State
from s2edit_plugin.errors import CancelledError, EngineGoneError, S2EditError
from s2edit_plugin.storage.paths import DataFolder

__all__ = ["BatchState", "Failure", "Shown"]

MOST_FAILURES = 500  # in the list; the report has all
FOLDER = "results"


@dataclass(frozen=True)
class Shown:
    """A photo of the preview and its result, in small: encoded pictures."""

    name: str
    before: bytes
    after: bytes


@dataclass(frozen=True)
class Failure:
    """A photo that could not be done."""

    photo: str
    reason: str


class BatchState(Observable):
    """What the batch dialog shows.

    Signals: ``<name>_changed`` of each; saved(str): a recipe was written.

    Attributes:
        recipe, photos, results: paths that the user chose; ``photos`` is a folder or a CSV table.
        recursive: folders inside too.
        phase: ``idle``, ``running``, ``pausing``, ``paused``, ``previewed`` (the first three are there), ``done``, ``failed``.
        state: how far it is, None before. shown: the first photos with their results. failures: what could not be done.
        report: path of the report, "" while there is none. problem: why it stopped.
    """

    recipe_changed = pyqtSignal(object)
    photos_changed = pyqtSignal(object)
    results_changed = pyqtSignal(object)
    recursive_changed = pyqtSignal(object)
    phase_changed = pyqtSignal(object)
    state_changed = pyqtSignal(object)
    shown_changed = pyqtSignal(object)
    failures_changed = pyqtSignal(object)
    report_changed = pyqtSignal(object)
    problem_changed = pyqtSignal(object)
    saved = pyqtSignal(str)
    recipe = Property("")
    photos = Property("")
    results = Property("")
    recursive = Property(False)
    phase = Property("idle")
    state = Property[State | None](None)
    shown = Property[tuple[Shown, ...]](())
    failures = Property[tuple[Failure, ...]](())
    report = Property("")
    problem = Property("")

    def __init__(
        self,
        link: EngineLink,
        folder: DataFolder,
        documents: Documents,
        preferences: Preferences,
        background: Background,
        messages: Messages,
    ) -> None:
        super().__init__()
        self._link, self._folder, self._documents = link, folder, documents
        self._preferences, self._background, self._messages = preferences, background, messages
        self._stop = threading.Event()
        self._all = False  # whether the user wants more than the first three
        for signal in (self.recipe_changed, self.photos_changed, self.recursive_changed):
            signal.connect(lambda _: self._begin_anew())
        self.results_changed.connect(lambda _: self._begin_anew())
        self.photos_changed.connect(self._suggest_results)

    # ------------------------------------------------------------------ recipes

    def recipe_name(self) -> str:
        """Where the recipe of the result on show would go: beside what was saved last, after the photo."""
        document = self._documents.document
        folder = self._preferences.save_folder or str(Path.home())
        stem = Path(document.name).stem if document is not None else "recipe"
        return str(Path(folder) / f"{stem}{SUFFIX}")

    def save_recipe(self, path: str) -> None:
        """Write the recipe of the result on show; the batch dialog takes it at once."""
        document = self._documents.document
        if document is None or document.result is None:
            return
        target = Path(path) if Path(path).suffix else Path(f"{path}{SUFFIX}")
        recipe, notes = recipe_of(document.result.request)

        def done(_: None) -> None:
            self._messages.note(
                self.tr("Saved as {0}.").format(target), " ".join(spoken(one) for one in notes)
            )
            self.recipe = str(target)
            self.saved.emit(str(target))

        self._background.run(lambda: write_recipe(target, recipe), done)

    # ------------------------------------------------------------------ the batch

    @property
    def is_running(self) -> bool:
        """Whether photos are being done."""
        return self.phase in ("running", "pausing")

    @property
    def lacks(self) -> str:
        """What must be chosen before it can begin: ``recipe``, ``photos``, ``results``; "" for nothing."""
        for name in ("recipe", "photos", "results"):
            if not getattr(self, name).strip():
                return name
        return ""

    def preview(self) -> None:
        """Do the first three photos."""
        self._all = False
        self._go()

    def start(self) -> None:
        """Do all photos, or go on with them."""
        self._all = True
        self._go()

    def pause(self) -> None:
        """Stop within a step; `start` goes on."""
        if self.phase == "running":
            self.phase = "pausing"
            self._stop.set()

    def close(self) -> None:
        """The window goes: stop. What was done is in the results' folder, and the next start goes on."""
        self._stop.set()

    def _begin_anew(self) -> None:
        if not self.is_running:
            self.phase, self.state, self.shown, self.failures = "idle", None, (), ()
            self.report = self.problem = ""

    def _suggest_results(self, photos: str) -> None:
        if photos:
            place = Path(photos)
            self.results = str((place if place.is_dir() else place.parent) / FOLDER)

    def _go(self) -> None:
        if self.lacks or self.is_running:
            return
        from s2edit_plugin.batch.order import Order, carry_out

        order = Order(Path(self.recipe), (self.photos,), Path(self.results), self.recursive)
        most = None if self._all else PREVIEWED
        self._stop.clear()
        self.failures, self.problem, self.phase = (), "", "running"

        def work(client: Any, tell: Tell) -> tuple[Summary, Path]:
            return carry_out(
                client,
                order,
                self._folder,
                stop=self._stop,
                on_state=lambda state: tell(partial(setattr, self, "state", state)),
                on_outcome=lambda outcome: self._heard(tell, outcome),
                most=most,
            )

        self._link.carry_out(work, self._done, self._failed)

    def _heard(self, tell: Tell, outcome: Outcome) -> None:
        """On the batch's thread: what came of a photo goes to the window's."""
        entry = outcome.entry
        if entry.state == "failed":
            error = entry.error or {}
            reason = " ".join(spoken(error.get(part, "")) for part in ("sentence", "hint")).strip()
            tell(partial(self._add_failure, Failure(str(entry.source), reason)))
        elif len(self.shown) < PREVIEWED:
            made = outcome.pictures
            if made is not None:
                tell(partial(self._add_shown, Shown(entry.source.name, made.before, made.after)))

    def _add_failure(self, failure: Failure) -> None:
        if len(self.failures) < MOST_FAILURES:
            self.failures = (*self.failures, failure)

    def _add_shown(self, shown: Shown) -> None:
        if len(self.shown) < PREVIEWED and shown.name not in [one.name for one in self.shown]:
            self.shown = (*self.shown, shown)

    def _done(self, answer: tuple[Summary, Path]) -> None:
        summary, report = answer
        self.report = str(report)
        left = summary.total - summary.done - summary.failed
        self.phase = "previewed" if left else "done"
        if not left:
            words = self.tr("The batch is done: %n photo(s).", n=summary.done)
            self._messages.note(
                words, self.tr("%n could not be done.", n=summary.failed) if summary.failed else ""
            )

    def _failed(self, error: S2EditError) -> None:
        if isinstance(error, CancelledError):
            self.phase = "paused"
        elif isinstance(error, EngineGoneError) and self._link.state != "failed" and not self._stop.is_set():
            self.phase = "idle"  # the link starts another engine, and the work waits for it
            self._go()
        else:
            self.problem, self.phase = str(error), "failed"
