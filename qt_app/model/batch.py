"""A batch: one recipe on many photos, the first three as a preview, then the rest; pause, resume, report."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PyQt6.QtCore import pyqtSignal

from qt_app.engine import EngineLink, RunOnGuiThread
from qt_app.i18n.engine_translation import translated
from qt_app.model.background import Background
from qt_app.model.document import Documents
from qt_app.model.messages import Messages
from qt_app.model.preferences import Preferences
from qt_app.observable import Observable, Property, follow
from s2edit_plugin.batch.recipe import SUFFIX, recipe_of, write_recipe
from s2edit_plugin.batch.report import Summary
from s2edit_plugin.batch.result_files import Outcome
from s2edit_plugin.batch.runner import PREVIEWED, State
from s2edit_plugin.errors import CancelledError, EngineGoneError, S2EditError
from s2edit_plugin.storage.paths import DataFolder

__all__ = ["BatchState", "Failure", "Preview"]

MOST_FAILURES = 500  # in the list; the report has all
FOLDER = "results"


@dataclass(frozen=True)
class Preview:
    """Thumbnails of a photo of the preview and its result, encoded."""

    name: str
    before: bytes
    after: bytes


@dataclass(frozen=True)
class Failure:
    """A photo that failed."""

    photo: str
    reason: str


class BatchState(Observable):
    """What the batch dialog shows.

    Signals: saved(str): a recipe was written.

    Attributes:
        recipe, photos, results: paths that the user chose; ``photos`` is a folder or a CSV table.
        recursive: include subfolders.
        phase: ``idle``, ``running``, ``pausing``, ``paused``, ``previewed`` (the first three are done), ``done``, ``failed``.
        state: progress, None before the start. shown: the first photos with their results. failures: photos that failed.
        report: path of the report, "" while there is none. problem: why it stopped.
    """

    saved = pyqtSignal(str)
    recipe = Property("")
    photos = Property("")
    results = Property("")
    recursive = Property(False)
    phase = Property("idle")
    state = Property[State | None](None)
    shown = Property[tuple[Preview, ...]](())
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
        self._all = False  # not only the first three
        follow(self, ("recipe", "photos", "recursive", "results"), self._reset, now=False)
        follow(self, "photos", self._suggest_results, now=False)

    # ------------------------------------------------------------------ recipes

    def recipe_name(self) -> str:
        """The suggested path for the recipe of the shown result: in the last save folder, named after the photo."""
        document = self._documents.document
        folder = self._preferences.save_folder or str(Path.home())
        stem = Path(document.name).stem if document is not None else "recipe"
        return str(Path(folder) / f"{stem}{SUFFIX}")

    def save_recipe(self, path: str) -> None:
        """Write the recipe of the shown result; it becomes the batch's recipe."""
        document = self._documents.document
        if document is None or document.result is None:
            return
        target = Path(path) if Path(path).suffix else Path(f"{path}{SUFFIX}")
        recipe, notes = recipe_of(document.result.request)

        def done(_: None) -> None:
            self._messages.note(
                self.tr("Saved as {0}.").format(target), " ".join(translated(one) for one in notes)
            )
            self.recipe = str(target)
            self.saved.emit(str(target))

        self._background.run(lambda: write_recipe(target, recipe), done)

    # ------------------------------------------------------------------ the batch

    @property
    def is_running(self) -> bool:
        """Whether photos are being edited."""
        return self.phase in ("running", "pausing")

    @property
    def missing(self) -> str:
        """What must be chosen before the start: ``recipe``, ``photos``, ``results``; "" for nothing."""
        for name in ("recipe", "photos", "results"):
            if not getattr(self, name).strip():
                return name
        return ""

    def preview(self) -> None:
        """Edit the first three photos."""
        self._all = False
        self._run()

    def start(self) -> None:
        """Edit all photos, or the remaining ones."""
        self._all = True
        self._run()

    def pause(self) -> None:
        """Stop within a step; `start` continues."""
        if self.phase == "running":
            self.phase = "pausing"
            self._stop.set()

    def close(self) -> None:
        """Stop, when the window is closed. The results so far are kept; the next start continues."""
        self._stop.set()

    def _reset(self) -> None:
        if not self.is_running:
            self.phase, self.state, self.shown, self.failures = "idle", None, (), ()
            self.report = self.problem = ""

    def _suggest_results(self, photos: str) -> None:
        if photos:
            place = Path(photos)
            self.results = str((place if place.is_dir() else place.parent) / FOLDER)

    def _run(self) -> None:
        if self.missing or self.is_running:
            return
        from s2edit_plugin.batch.order import Order, carry_out

        order = Order(Path(self.recipe), (self.photos,), Path(self.results), self.recursive)
        most = None if self._all else PREVIEWED
        self._stop.clear()
        self.failures, self.problem, self.phase = (), "", "running"

        def work(client: Any, run_on_gui: RunOnGuiThread) -> tuple[Summary, Path]:
            return carry_out(
                client,
                order,
                self._folder,
                stop=self._stop,
                on_state=lambda state: run_on_gui(partial(setattr, self, "state", state)),
                on_outcome=lambda outcome: self._add_outcome(run_on_gui, outcome),
                most=most,
            )

        self._link.run_work(work, self._done, self._failed)

    def _add_outcome(self, run_on_gui: RunOnGuiThread, outcome: Outcome) -> None:
        """Called on the batch's thread with the outcome of a photo."""
        entry = outcome.entry
        if entry.state == "failed":
            error = S2EditError.from_json(entry.error or {})
            reason = f"{translated(error.sentence)} {translated(error.hint)}".strip()
            run_on_gui(partial(self._add_failure, Failure(str(entry.source), reason)))
        elif len(self.shown) < PREVIEWED:
            made = outcome.pictures
            if made is not None:
                run_on_gui(partial(self._add_shown, Preview(entry.source.name, made.before, made.after)))

    def _add_failure(self, failure: Failure) -> None:
        if len(self.failures) < MOST_FAILURES:
            self.failures = (*self.failures, failure)

    def _add_shown(self, shown: Preview) -> None:
        if len(self.shown) < PREVIEWED and shown.name not in [one.name for one in self.shown]:
            self.shown = (*self.shown, shown)

    def _done(self, answer: tuple[Summary, Path]) -> None:
        summary, report = answer
        self.report = str(report)
        remaining = summary.total - summary.done - summary.failed
        self.phase = "previewed" if remaining else "done"
        if not remaining:
            words = self.tr("The batch is done: %n photo(s).", n=summary.done)
            self._messages.note(
                words, self.tr("%n could not be done.", n=summary.failed) if summary.failed else ""
            )

    def _failed(self, error: S2EditError) -> None:
        if isinstance(error, CancelledError):
            self.phase = "paused"
        elif isinstance(error, EngineGoneError) and self._link.state != "failed" and not self._stop.is_set():
            self.phase = "idle"  # the link starts another engine, which the work waits for
            self._run()
        else:
            self.problem, self.phase = str(error), "failed"
