"""Doing a batch: photo after photo by the ledger, until all are done or somebody stops it.

What makes every photo come out exactly once in the end: its result depends on nothing but the photo and what was asked; it is
written aside and renamed; and before that the ledger says what will be there, so that after a crash it is known for what it is.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

from s2edit_plugin.api import OnProgress, Progress
from s2edit_plugin.batch.keys import Facts, hash_of, job_hash, with_row
from s2edit_plugin.batch.ledger import Counts, Entry, Ledger, Pictures, Stamp
from s2edit_plugin.batch.recipe import Recipe
from s2edit_plugin.batch.worker import Made, Task, mask_files
from s2edit_plugin.errors import (
    BusyError,
    CancelledError,
    EngineGoneError,
    ModelError,
    ResourceError,
    S2EditError,
    UsageError,
)
from s2edit_plugin.imaging.files import is_ours, read_photo_file
from s2edit_plugin.storage.paths import write_atomic

__all__ = ["PREVIEWED", "Batch", "Editor", "Job", "Outcome", "State", "keep_leases"]

PREVIEWED = 3
"""So many photos are done before the user is asked whether the others shall follow."""
MOST_DEATHS = 3
MOST_PICTURES = 2000
RETRY_SECONDS = 2.0
MEASURED = 20  # of so many photos the time a photo takes is the mean
STOPPING = (CancelledError, ResourceError, EngineGoneError, ModelError)
"""What is not the photo's fault: the next would meet the same."""
CHANGED_BY_HAND = "The result was changed by another program and is left as it is."


class Editor(Protocol):
    """Does one photo; see `worker.PhotoWorker`."""

    def edit(self, task: Task, on_progress: OnProgress) -> Made:
        """Edit a photo. Raises S2EditError."""


Sign = Callable[[bytes, bytes, bytes], tuple[bytes, str]]


@dataclass(frozen=True)
class Job:
    """What a batch does to every photo.

    Attributes:
        beside: the recipe's folder. overwrite: files of other programs in the way are replaced.
        sign: puts Content Credentials into a file: given the file, the exact result and the photo, it returns the file, and a
            sentence where it could not. Here, not where photos are edited: the key stays on this machine.
    """

    recipe: Recipe
    facts: Facts
    beside: Path
    overwrite: bool = False
    sign: Sign = lambda file, exact, photo: (file, "")


@dataclass(frozen=True)
class State:
    """How far a batch is.

    Attributes:
        done: results that are there, with those of before. failed: photos that could not be done. skipped: of the done ones,
            those that were there already. seconds_left: None while unknown.
        photo: name of the one that is being edited, "" between two. progress: its newest report.
    """

    total: int
    done: int = 0
    failed: int = 0
    skipped: int = 0
    seconds_left: float | None = None
    photo: str = ""
    progress: Progress | None = None


@dataclass
class Outcome:
    """What a photo came to: its entry as it is now, whether its result was there already, both in small if that is known."""

    entry: Entry
    skipped: bool = False
    notes: list[str] = field(default_factory=list)
    pictures: Pictures | None = None


OnState = Callable[[State], None]
OnOutcome = Callable[[Outcome], None]


class Batch:
    """One run of a batch over a ledger in which it is enlisted.

    Args:
        stop: set it, from any thread, to stop within a step of the photo that is being edited.
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
        self.stop = stop or threading.Event()
        self.on_state, self.on_outcome = on_state, on_outcome
        self._times: deque[float] = deque(maxlen=MEASURED)
        self.done = self.failed = self.skipped = self.edited = 0
        self.workers = 1  # how many photos are done at a time
        self._next = -1  # number of the last photo that was looked at
        self._numbers: dict[int, int] = {}  # of photos with a lease of this run, by their ids
        self._again: list[int] = []  # what was let go of in an earlier call
        self._busy: list[int] = []  # what others held when it was this run's turn
        self._jobs: dict[tuple[str, str], str] = {}

    # ------------------------------------------------------------------ for whoever edits

    def run(self, editor: Editor, *, most: int | None = None) -> bool:
        """Do photos one after the other, where the last call stopped.

        Args:
            most: so many of the list at most, done or not.

        Returns:
            Whether all are over.

        Raises:
            CancelledError: ``stop`` was set. ResourceError, ModelError, EngineError: nothing further can be done; what was
            done stays, and the same call goes on.
        """
        with keep_leases(self.ledger):
            for entry in self.turns(most):
                outcome = self.guarded(entry, partial(self._one, editor, entry))
                if outcome is not None:
                    self.note(outcome)
        return self.is_over

    def turns(self, most: int | None = None) -> Iterator[Entry]:
        """Photos whose turn it is, each with a lease of this run. What others hold comes again at the end."""
        last = self.total if most is None else min(self.total, most)
        while self._again:
            yield from self._leased(self._again.pop(0))
        while self._next + 1 < last:
            page = self.ledger.wanted(self._next, min(256, last - self._next - 1))
            if not page:
                break
            for number, entry in page:
                self._next = number
                if self._is_unchanged(entry):
                    # Of the first ones somebody may want to see the pictures.
                    small = self.ledger.pictures(entry) if number < PREVIEWED else None
                    self.note(Outcome(entry, skipped=True, pictures=small))
                else:
                    yield from self._leased(number)
        while most is None and self._busy:
            self.check_stop()
            before = len(self._busy)
            yield from self._leased(self._busy.pop(0))
            if len(self._busy) == before:
                self.tell()
                self.wait(RETRY_SECONDS / before)

    def wait(self, seconds: float) -> None:
        """Wait for others to be done with what they hold."""
        self.stop.wait(seconds)

    def _leased(self, number: int) -> Iterator[Entry]:
        (_, entry), *_ = self.ledger.wanted(number - 1, 1)
        if not self.ledger.take(entry):
            self._busy.append(number)
            return
        self._numbers[entry.id] = number
        yield entry

    def guarded(self, entry: Entry, work: Callable[[], Outcome | None]) -> Outcome | None:
        """Do something about a photo with a lease. What is its own fault is its outcome; with anything else it is given back.

        Raises:
            CancelledError: the batch is to stop. Whatever ``work`` raised that is not the photo's fault.
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

    def settled(self, entry: Entry) -> Outcome | None:
        """A photo with a lease that need not be edited: its result is there, or a twin's. Its lease ends with that.

        Raises:
            S2EditError: it cannot be edited, see `guarded`.
        """
        target = self.ledger.results / entry.out
        if _is_same(entry.source, target):
            raise UsageError(
                "The result would be written over the photo itself.", "Choose another folder for the results."
            )
        if entry.state == "leased" and entry.attempts >= MOST_DEATHS:
            raise S2EditError(
                f"The program ended {MOST_DEATHS} times while it worked on this photo.",
                "Look at the photo; the next run tries it again.",
            )
        job, stamp = self._job_of(entry), Stamp.of(entry.source)
        if entry.job == job and entry.result and stamp is not None and self._is_there(entry):
            unchanged = stamp == entry.stamp
            if unchanged or hash_of(read_photo_file(entry.source)) == entry.photo:
                notes = self._by_hand(entry)
                self.ledger.done(entry, stamp, job, kept=bool(notes))
                return Outcome(self.ledger.entry(entry), True, notes)
        if target.exists() and not self.job.overwrite and not self._is_mine(entry):
            raise UsageError(
                f"{target} is there already, and this program did not write it.",
                "Move it away, choose another folder, or add --overwrite.",
            )
        return self._from_twin(entry, job, stamp)

    def task_of(self, entry: Entry) -> tuple[Task, str, Stamp | None]:
        """What is to be done to a photo, the hash of what is asked, and its stamp before it was read. Raises ImageError."""
        stamp = Stamp.of(entry.source)
        known = entry.key if entry.result and self._is_there(entry) else ""
        wants = self.ledger.picture_count() < MOST_PICTURES
        data = read_photo_file(entry.source)
        return Task(data, entry.row, entry.out.suffix, known, wants), self._job_of(entry), stamp

    def finish(self, entry: Entry, task: Task, job: str, stamp: Stamp | None, made: Made) -> Outcome:
        """Write what came of a photo. Raises ResourceError: the disk refused."""
        notes = []
        if made.file:
            file, unsigned = self.job.sign(made.file, made.exact, task.data)
            notes += [unsigned] if unsigned else []
            self.ledger.announce(entry, hash_of(task.data), job, made.key, hash_of(file))
            write_atomic(self.ledger.results / entry.out, file)
            self._times.append(made.seconds)
            self.edited += 1
        elif not self._is_there(entry):
            raise ResourceError(f"{self.ledger.results / entry.out} has gone.", "Run the batch again.")
        else:
            notes += self._by_hand(entry)
        told = made.told | {"notes": [*made.told.get("notes", ()), *notes]} if made.file else None
        kept = bool(notes) and not made.file
        self.ledger.done(
            entry, stamp, job, seconds=made.seconds, told=told, pictures=made.pictures, kept=kept
        )
        return Outcome(self.ledger.entry(entry), not made.file, notes, made.pictures)

    def note(self, outcome: Outcome) -> None:
        """Count an outcome and tell of it."""
        self._numbers.pop(outcome.entry.id, None)
        if outcome.entry.state == "failed":
            self.failed += 1
        else:
            self.done += 1
            self.skipped += outcome.skipped
        self.on_outcome(outcome)
        self.tell()

    def tell(self, photo: str = "", progress: Progress | None = None) -> None:
        """Tell how far it is."""
        left = None
        if self._times:
            mean = sum(self._times) / len(self._times)
            left = mean * (self.total - self.done - self.failed) / self.workers
        state = State(self.total, self.done, self.failed, self.skipped, left, photo, progress)
        self.on_state(state)

    @property
    def is_over(self) -> bool:
        """Whether no photo is left for this run."""
        return self._next + 1 >= self.total and not (self._busy or self._again or self._numbers)

    def check_stop(self) -> None:
        """Raise CancelledError where the batch is to stop."""
        if self.stop.is_set():
            raise CancelledError("The batch is paused.", "The same command goes on.")

    def counts(self) -> Counts:
        """How far the run is, by the ledger."""
        return self.ledger.counts()

    # ------------------------------------------------------------------ one photo

    def _from_twin(self, entry: Entry, job: str, stamp: Stamp | None) -> Outcome | None:
        """The same photo once more, for which the same is asked: its result is a copy."""
        photo = hash_of(read_photo_file(entry.source))
        for twin in self.ledger.twins(photo, entry):
            path = self.ledger.results / twin.out
            if twin.job != job or not path.is_file():
                continue
            data = read_photo_file(path)
            if hash_of(data) == twin.result:
                self.ledger.announce(entry, photo, job, twin.key, twin.result)
                write_atomic(self.ledger.results / entry.out, data)
                told = (twin.told or {}) | {"copy_of": str(twin.out)}
                self.ledger.done(entry, stamp, job, told=told, pictures=self.ledger.pictures(twin))
                return Outcome(self.ledger.entry(entry))
        return None

    def _one(self, editor: Editor, entry: Entry) -> Outcome:
        return self.settled(entry) or self._edited(editor, entry)

    def _edited(self, editor: Editor, entry: Entry) -> Outcome:
        task, job, stamp = self.task_of(entry)

        def on_progress(progress: Progress) -> None:
            self.check_stop()
            self.tell(entry.source.name, progress)

        self.tell(entry.source.name)
        return self.finish(entry, task, job, stamp, self._asked(editor, task, on_progress))

    @staticmethod
    def _asked(editor: Editor, task: Task, on_progress: OnProgress) -> Made:
        """Ask for a photo; that there was too little memory for it says nothing of the next one."""
        try:
            return editor.edit(task, on_progress)
        except ResourceError as error:
            raise S2EditError(error.sentence, error.hint) from error

    def let_go(self, entry: Entry) -> None:
        """Give a photo back: not it is at fault. The next call of `run` begins with it."""
        self._again.append(self._numbers.pop(entry.id))
        with contextlib.suppress(S2EditError):  # the lease runs out by itself
            self.ledger.give_back(entry)

    def _job_of(self, entry: Entry) -> str:
        known = (entry.row.to_text(), entry.out.suffix.lower())
        if known not in self._jobs:
            recipe = with_row(self.job.recipe, entry.row)
            masks = {name: hash_of(data) for name, data in mask_files(recipe, self.job.beside).items()}
            self._jobs[known] = job_hash(recipe, self.job.facts, known[1], masks)
        return self._jobs[known]

    def _is_unchanged(self, entry: Entry) -> bool:
        """Whether a photo is done and nothing has changed since: told without reading or writing anything."""
        try:
            job = self._job_of(entry)
        except S2EditError:
            return False
        return (
            entry.state == "done"
            and entry.job == job
            and entry.stamp == Stamp.of(entry.source) is not None
            and entry.result_stamp == Stamp.of(self.ledger.results / entry.out) is not None
        )

    def _is_there(self, entry: Entry) -> bool:
        """Whether the result is on the disk: as it was written, or as somebody went on with it."""
        path = self.ledger.results / entry.out
        now = Stamp.of(path)
        if now is None:
            return False
        if now == entry.result_stamp:
            return True
        try:
            data = read_photo_file(path)
        except S2EditError:
            return False
        # After a crash between writing and noting it, the hash tells; what another program saved since is the user's work.
        return hash_of(data) == entry.result or (entry.result_stamp is not None and not is_ours(path))

    def _is_mine(self, entry: Entry) -> bool:
        path = self.ledger.results / entry.out
        unchanged = entry.result_stamp is not None and Stamp.of(path) == entry.result_stamp
        return unchanged or is_ours(path)

    def _by_hand(self, entry: Entry) -> list[str]:
        path = self.ledger.results / entry.out
        if Stamp.of(path) == entry.result_stamp or hash_of(read_photo_file(path)) == entry.result:
            return []
        return [CHANGED_BY_HAND]


@contextlib.contextmanager
def keep_leases(ledger: Ledger) -> Iterator[None]:
    """Renew the leases of a run while the block runs, on a thread of its own."""
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


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
