"""Running a batch: leases photo after photo from the ledger, until all are done or the batch is stopped."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from s2edit_plugin.api import OnProgress, Progress
from s2edit_plugin.batch.entries import Counts, Entry, Stamp
from s2edit_plugin.batch.ledger import Ledger
from s2edit_plugin.batch.result_files import Job, Outcome, ResultFiles
from s2edit_plugin.batch.worker import Made, Task
from s2edit_plugin.errors import (
    BusyError,
    CancelledError,
    EngineGoneError,
    ModelError,
    ResourceError,
    S2EditError,
)

__all__ = ["PREVIEWED", "Batch", "Editor", "State", "keep_leases"]

PREVIEWED = 3
"""Number of photos that are done before the user is asked whether to continue."""
RETRY_SECONDS = 2.0
TIMED_PHOTOS = 20
"""The estimate of the remaining time is the mean over this number of photos."""
STOPPING = (CancelledError, ResourceError, EngineGoneError, ModelError)
"""Errors that do not depend on the photo: they stop the batch."""


class Editor(Protocol):
    """Edits one photo; see `worker.PhotoWorker`."""

    def edit(self, task: Task, on_progress: OnProgress) -> Made:
        """Edit a photo. Raises S2EditError."""


@dataclass(frozen=True)
class State:
    """Progress of a batch.

    Attributes:
        done: number of photos with a result, including earlier runs. failed: number of photos with an error.
        skipped: number of done photos whose result existed already. seconds_left: estimate, None if unknown.
        photo: file name of the photo in work, "" for none. progress: its latest report.
    """

    total: int
    done: int = 0
    failed: int = 0
    skipped: int = 0
    seconds_left: float | None = None
    photo: str = ""
    progress: Progress | None = None


OnState = Callable[[State], None]
OnOutcome = Callable[[Outcome], None]


class Batch:
    """One run of a batch over a ledger to which its photos were added.

    Args:
        stop: event to set, from any thread, to stop within one step of the photo in work.
        on_state, on_outcome: called on the thread that calls `run`.
    """

    def __init__(
        self,
        job: Job,
        ledger: Ledger,
        total: int,
        *,
        stop: threading.Event | None = None,
        on_state: OnState = lambda state: None,
        on_outcome: OnOutcome = lambda outcome: None,
    ) -> None:
        self.job, self.ledger, self.total = job, ledger, total
        self.files = ResultFiles(job, ledger)
        self.stop = stop or threading.Event()
        self.on_state, self.on_outcome = on_state, on_outcome
        self._times: deque[float] = deque(maxlen=TIMED_PHOTOS)
        self.done = self.failed = self.skipped = self.edited = 0
        self.workers = 1  # number of photos edited in parallel
        self._position = -1  # number of the last photo that was looked at
        self._leased: dict[int, int] = {}  # photos leased by this run: id -> number
        self._released: list[int] = []  # photos released by an earlier call
        self._busy: list[int] = []  # photos leased by other runs

    def run(self, editor: Editor, *, most: int | None = None) -> bool:
        """Edit photos one after the other, starting where the last call stopped.

        Args:
            most: number of photos of the list to process at most, done or not.

        Returns:
            Whether all photos are finished.

        Raises:
            CancelledError: ``stop`` was set. ResourceError, ModelError, EngineError: no photo can be edited; finished
            photos stay, and the same call continues.
        """
        with keep_leases(self.ledger):
            for entry in self.turns(most):
                outcome = self.guarded(entry, partial(self._process, editor, entry))
                if outcome is not None:
                    self.note(outcome)
        return self.is_over

    def turns(self, most: int | None = None) -> Iterator[Entry]:
        """Photos to process, each leased by this run. Photos leased by other runs are tried again at the end."""
        end = self.total if most is None else min(self.total, most)
        while self._released:
            yield from self._lease(self._released.pop(0))
        while self._position + 1 < end:
            page = self.ledger.wanted(self._position, min(256, end - self._position - 1))
            if not page:
                break
            for number, entry in page:
                self._position = number
                if self.files.is_unchanged(entry):
                    # The first photos are previewed, so their thumbnails are needed.
                    pictures = self.ledger.pictures(entry) if number < PREVIEWED else None
                    self.note(Outcome(entry, skipped=True, pictures=pictures))
                else:
                    yield from self._lease(number)
        while most is None and self._busy:
            self.check_stop()
            before = len(self._busy)
            yield from self._lease(self._busy.pop(0))
            if len(self._busy) == before:
                self.tell()
                self.wait(RETRY_SECONDS / before)

    def wait(self, seconds: float) -> None:
        """Wait before leases of other runs are checked again; ends early when the batch is stopped."""
        self.stop.wait(seconds)

    def _lease(self, number: int) -> Iterator[Entry]:
        (_, entry), *_ = self.ledger.wanted(number - 1, 1)
        taken = self.ledger.take(entry)
        if taken is None:
            self._busy.append(number)
            return
        self._leased[taken.id] = number
        yield taken

    def guarded(self, entry: Entry, work: Callable[[], Outcome | None]) -> Outcome | None:
        """Run ``work`` for a leased photo. An error of the photo becomes its outcome; any other error releases the photo.

        Raises:
            CancelledError: the batch is to stop. Any other exception of ``work`` that does not depend on the photo.
        """
        try:
            self.check_stop()
            return work()
        except S2EditError as error:
            if isinstance(error, STOPPING) or self.stop.is_set():
                self.let_go(entry)
                raise
            self.ledger.failed(entry, error)
            return Outcome(self.ledger.entry(entry))
        except BaseException:
            self.let_go(entry)
            raise

    def finish(self, entry: Entry, task: Task, job: str, stamp: Stamp | None, made: Made) -> Outcome:
        """Write the result of a photo and record it. Raises ResourceError: it cannot be written."""
        details = None
        if made.file:
            notes = self.files.write(entry, task, job, made)
            self._times.append(made.seconds)
            self.edited += 1
            details = made.details | {"notes": [*made.details.get("notes", ()), *notes]}
        else:
            notes = self.files.check_existing(entry)
        kept = bool(notes) and not made.file
        self.ledger.done(
            entry, stamp, job, seconds=made.seconds, details=details, pictures=made.pictures, kept=kept
        )
        return Outcome(self.ledger.entry(entry), not made.file, notes, made.pictures)

    def note(self, outcome: Outcome) -> None:
        """Count and report an outcome."""
        self._leased.pop(outcome.entry.id, None)
        if outcome.entry.state == "failed":
            self.failed += 1
        else:
            self.done += 1
            self.skipped += outcome.skipped
        self.on_outcome(outcome)
        self.tell()

    def tell(self, photo: str = "", progress: Progress | None = None) -> None:
        """Report the progress to ``on_state``."""
        left = None
        if self._times:
            mean = sum(self._times) / len(self._times)
            left = mean * (self.total - self.done - self.failed) / self.workers
        self.on_state(State(self.total, self.done, self.failed, self.skipped, left, photo, progress))

    @property
    def is_over(self) -> bool:
        """Whether this run has finished all photos."""
        return self._position + 1 >= self.total and not (self._busy or self._released or self._leased)

    def check_stop(self) -> None:
        """Raise CancelledError if the batch is to stop."""
        if self.stop.is_set():
            raise CancelledError("The batch is paused.", "The same command goes on.")

    def counts(self) -> Counts:
        """Progress of the run as recorded in the ledger."""
        return self.ledger.counts()

    def let_go(self, entry: Entry) -> None:
        """Release a photo after an error that does not depend on it. The next call of `run` starts with it."""
        self._released.append(self._leased.pop(entry.id))
        with contextlib.suppress(S2EditError):  # otherwise the lease expires
            self.ledger.give_back(entry)

    def _process(self, editor: Editor, entry: Entry) -> Outcome:
        return self.files.settled(entry) or self._edit(editor, entry)

    def _edit(self, editor: Editor, entry: Entry) -> Outcome:
        task, job, stamp = self.files.task_of(entry)

        def on_progress(progress: Progress) -> None:
            self.check_stop()
            self.tell(entry.source.name, progress)

        self.tell(entry.source.name)
        try:
            made = editor.edit(task, on_progress)
        except ResourceError as error:  # too little memory for this photo may be enough for the next
            raise S2EditError(error.sentence, error.hint) from error
        return self.finish(entry, task, job, stamp, made)


@contextlib.contextmanager
def keep_leases(ledger: Ledger) -> Iterator[None]:
    """Renew the leases of a run on a background thread until the block ends."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(ledger.lease_seconds / 4):
            try:
                ledger.renew()
            except BusyError:
                continue
            except S2EditError as error:
                logging.getLogger(__name__).warning("The leases could not be renewed: %s", error.sentence)

    thread = threading.Thread(target=renew, name="s2edit leases", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
