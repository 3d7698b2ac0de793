"""Result files of a batch: which photos are done already, and writing a result.

Each photo gets exactly one result: the result depends on the photo and the request only; it is written to a temporary file and
renamed; and its hash is in the ledger before it is written, so that the file is recognised after a crash.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from s2edit_plugin.batch.entries import Entry, Pictures, Stamp
from s2edit_plugin.batch.keys import Facts, hash_of, job_hash, with_row
from s2edit_plugin.batch.ledger import Ledger
from s2edit_plugin.batch.recipe import Recipe
from s2edit_plugin.batch.worker import Made, Task, mask_files
from s2edit_plugin.errors import ResourceError, S2EditError, Sentence, UsageError
from s2edit_plugin.imaging.files import is_ours, read_photo_file
from s2edit_plugin.storage.paths import write_atomic

__all__ = ["CHANGED_BY_HAND", "Job", "Outcome", "ResultFiles"]

MAX_CRASHES = 3
MAX_PICTURES = 2000
CHANGED_BY_HAND = "The result was changed by another program and is left as it is."

Sign = Callable[[bytes, bytes, bytes], tuple[bytes, str]]


@dataclass(frozen=True)
class Job:
    """What a batch does to every photo.

    Attributes:
        beside: the recipe's folder. overwrite: whether existing files of other programs are replaced.
        sign: adds Content Credentials: called with the file, the exact result and the photo, it returns the file and a
            sentence if it could not be signed. Called on this machine, where the key is, not where photos are edited.
    """

    recipe: Recipe
    facts: Facts
    beside: Path
    overwrite: bool = False
    sign: Sign = lambda file, exact, photo: (file, "")


@dataclass
class Outcome:
    """What was done for a photo. ``entry``: as it is now. ``skipped``: the result existed. ``pictures``: None if unknown."""

    entry: Entry
    skipped: bool = False
    notes: list[str] = field(default_factory=list)
    pictures: Pictures | None = None


class ResultFiles:
    """The result files of one batch and their entries in the ledger."""

    def __init__(self, job: Job, ledger: Ledger) -> None:
        self._job, self._ledger = job, ledger
        self._jobs: dict[tuple[str, str], str] = {}

    def is_unchanged(self, entry: Entry) -> bool:
        """Whether a photo is done and neither photo, request nor result has changed; reads no file's content."""
        try:
            job = self._job_of(entry)
        except S2EditError:
            return False
        return (
            entry.state == "done"
            and entry.job == job
            and entry.stamp == Stamp.of(entry.source) is not None
            and entry.result_stamp == Stamp.of(self._path(entry)) is not None
        )

    def settled(self, entry: Entry) -> Outcome | None:
        """The outcome of a leased photo that need not be edited: its result exists, or that of an identical photo.

        The lease ends then. None: the photo must be edited.

        Raises:
            S2EditError: the photo cannot be edited.
        """
        target = self._path(entry)
        if _is_same(entry.source, target):
            raise UsageError(
                "The result would be written over the photo itself.", "Choose another folder for the results."
            )
        if entry.state == "leased" and entry.attempts >= MAX_CRASHES:
            raise S2EditError(
                Sentence("The program ended {} times while it worked on this photo.", MAX_CRASHES),
                "Look at the photo; the next run tries it again.",
            )
        job, stamp = self._job_of(entry), Stamp.of(entry.source)
        if entry.job == job and entry.result and stamp is not None and self._exists(entry):
            unchanged = stamp == entry.stamp
            if unchanged or hash_of(read_photo_file(entry.source)) == entry.photo:
                notes = self._change_notes(entry)
                self._ledger.done(entry, stamp, job, kept=bool(notes))
                return Outcome(self._ledger.entry(entry), True, notes)
        if target.exists() and not self._job.overwrite and not self._is_own(entry):
            raise UsageError(
                Sentence("{} is there already, and this program did not write it.", target),
                "Move it away, choose another folder, or add --overwrite.",
            )
        return self._copy_of_twin(entry, job, stamp)

    def task_of(self, entry: Entry) -> tuple[Task, str, Stamp | None]:
        """The task of a photo, the hash of its request, and the photo's stamp before it was read. Raises ImageError."""
        stamp = Stamp.of(entry.source)
        existing_key = entry.key if entry.result and self._exists(entry) else ""
        with_pictures = self._ledger.picture_count() < MAX_PICTURES
        data = read_photo_file(entry.source)
        return (
            Task(data, entry.row, entry.out.suffix, existing_key, with_pictures),
            self._job_of(entry),
            stamp,
        )

    def write(self, entry: Entry, task: Task, job: str, made: Made) -> list[str]:
        """Sign and write a new result; returns notes. Raises ResourceError: it cannot be written."""
        file, unsigned = self._job.sign(made.file, made.exact, task.data)
        self._ledger.announce(entry, hash_of(task.data), job, made.key, hash_of(file))
        write_atomic(self._path(entry), file)
        return [unsigned] if unsigned else []

    def check_existing(self, entry: Entry) -> list[str]:
        """Notes about an existing result that need not be made again. Raises ResourceError: it has been removed."""
        if not self._exists(entry):
            raise ResourceError(Sentence("{} has gone.", self._path(entry)), "Run the batch again.")
        return self._change_notes(entry)

    def _path(self, entry: Entry) -> Path:
        return self._ledger.results / entry.out

    def _copy_of_twin(self, entry: Entry, job: str, stamp: Stamp | None) -> Outcome | None:
        """Copy the result of another photo with the same bytes and the same request."""
        photo = hash_of(read_photo_file(entry.source))
        for twin in self._ledger.twins(photo, entry):
            path = self._path(twin)
            if twin.job != job or not path.is_file():
                continue
            data = read_photo_file(path)
            if hash_of(data) == twin.result:
                self._ledger.announce(entry, photo, job, twin.key, twin.result)
                write_atomic(self._path(entry), data)
                details = (twin.details or {}) | {"copy_of": str(twin.out)}
                self._ledger.done(entry, stamp, job, details=details, pictures=self._ledger.pictures(twin))
                return Outcome(self._ledger.entry(entry))
        return None

    def _job_of(self, entry: Entry) -> str:
        cached = (entry.row.to_text(), entry.out.suffix.lower())
        if cached not in self._jobs:
            recipe = with_row(self._job.recipe, entry.row)
            masks = {name: hash_of(data) for name, data in mask_files(recipe, self._job.beside).items()}
            self._jobs[cached] = job_hash(recipe, self._job.facts, cached[1], masks)
        return self._jobs[cached]

    def _exists(self, entry: Entry) -> bool:
        """Whether the result exists, as written or changed by another program since."""
        path = self._path(entry)
        stamp = Stamp.of(path)
        if stamp is None:
            return False
        if stamp == entry.result_stamp:
            return True
        try:
            data = read_photo_file(path)
        except S2EditError:
            return False
        # The hash identifies a result whose stamp was not recorded because of a crash.
        return hash_of(data) == entry.result or (entry.result_stamp is not None and not is_ours(path))

    def _is_own(self, entry: Entry) -> bool:
        """Whether this program wrote the file at the path of the result."""
        path = self._path(entry)
        unchanged = entry.result_stamp is not None and Stamp.of(path) == entry.result_stamp
        return unchanged or is_ours(path)

    def _change_notes(self, entry: Entry) -> list[str]:
        path = self._path(entry)
        if Stamp.of(path) == entry.result_stamp or hash_of(read_photo_file(path)) == entry.result:
            return []
        return [CHANGED_BY_HAND]


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
