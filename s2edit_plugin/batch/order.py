"""A complete batch in one call, with its report. Photos that are done already are skipped."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

from s2edit_plugin.batch.ledger import Ledger
from s2edit_plugin.batch.photos import Passed, find_photos
from s2edit_plugin.batch.recipe import read_recipe
from s2edit_plugin.batch.report import Summary, write_report
from s2edit_plugin.batch.result_files import Job
from s2edit_plugin.batch.runner import Batch, OnOutcome, OnState
from s2edit_plugin.batch.worker import PhotoWorker, find_facts
from s2edit_plugin.engine.client.interface import Client
from s2edit_plugin.errors import S2EditError, Sentence, UsageError
from s2edit_plugin.imaging.credentials.signing import with_credentials
from s2edit_plugin.storage.paths import DataFolder

__all__ = ["Order", "carry_out", "enlisted"]


@dataclass(frozen=True)
class Order:
    """The input of a batch.

    Attributes:
        recipe: a TOML file. photos: files, folders, patterns, tables. results: folder.
        recursive: include subfolders. overwrite: replace files of other programs in the results' folder.
    """

    recipe: Path
    photos: tuple[str, ...]
    results: Path
    recursive: bool = False
    overwrite: bool = False


@contextlib.contextmanager
def enlisted(order: Order, passed: Passed) -> Iterator[tuple[Ledger, int]]:
    """The ledger with the photos of a new run, and their number. The run is ended when the block ends.

    Args:
        passed: counts the files that were passed over.

    Raises:
        UsageError: no photo was found, or a named file does not exist. ResourceError: the results' folder cannot be used.
    """
    results = order.results.expanduser().absolute()
    if results.exists() and not results.is_dir():
        raise UsageError(Sentence("{} is a file.", results), "Name a folder for the results.")
    photos = find_photos(order.photos, results, passed, recursive=order.recursive)
    first = next(photos, None)  # before a folder is created for a mistyped name
    if first is None:
        sentences_text = " ".join(passed.sentences())
        raise UsageError(
            f"No photos were found. {sentences_text}".rstrip(), "Name photos, folders or a CSV table."
        )
    ledger = Ledger(results)
    try:
        yield ledger, ledger.enlist(chain((first,), photos))
    finally:
        try:
            ledger.leave()
        finally:
            ledger.close()


def carry_out(
    client: Client,
    order: Order,
    folder: DataFolder,
    *,
    stop: threading.Event,
    on_state: OnState,
    on_outcome: OnOutcome,
    most: int | None = None,
) -> tuple[Summary, Path]:
    """Run a batch with an engine, continuing earlier runs; returns the summary and the path of the report.

    Args:
        folder: whose key signs the results. stop: set it to pause within a step. most: maximum number of photos.

    Raises:
        CancelledError: ``stop`` was set. S2EditError: the batch cannot continue; a report is written in this case too.
    """
    recipe = read_recipe(order.recipe)
    began, ended = time.monotonic(), ""
    with enlisted(order, Passed()) as (ledger, total):
        facts = find_facts(client, recipe)
        beside = order.recipe.absolute().parent
        job = Job(recipe, facts, beside, order.overwrite, partial(with_credentials, folder))
        batch = Batch(job, ledger, total, stop=stop, on_state=on_state, on_outcome=on_outcome)

        def summary() -> Summary:
            seconds = time.monotonic() - began
            return Summary(total, batch.done, batch.failed, batch.skipped, seconds, facts.model, ended)

        try:
            batch.tell()
            batch.run(PhotoWorker(client, recipe, facts, beside), most=most)
        except S2EditError as error:
            ended = str(error)
            with contextlib.suppress(S2EditError):  # the first error is the one to report
                write_report(ledger, recipe, summary())
            raise
        return summary(), write_report(ledger, recipe, summary())
