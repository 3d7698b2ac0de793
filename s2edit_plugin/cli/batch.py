"""``s2edit batch``: one recipe on many photos."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s2edit_plugin.api import OnProgress, Progress
from s2edit_plugin.cli import clients
from s2edit_plugin.cli.output import Output
from s2edit_plugin.errors import CancelledError, EngineGoneError, S2EditError

if TYPE_CHECKING:
    from s2edit_plugin.batch.keys import Facts
    from s2edit_plugin.batch.ledger import Ledger
    from s2edit_plugin.batch.ray_cluster import Cluster
    from s2edit_plugin.batch.recipe import Recipe
    from s2edit_plugin.batch.report import Summary
    from s2edit_plugin.batch.result_files import Outcome
    from s2edit_plugin.batch.runner import Batch, State

__all__ = ["register"]

MOST_RESTARTS = 3
MOST_NAMED = 20  # results that the preview names


def register(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    batch = commands.add_parser(
        "batch",
        parents=[common],
        help="edit many photos by one recipe",
        description="Edits photos by a recipe, a TOML file as the window saves it from a result (or `s2edit history recipe`). "
        "The first three are shown before the others follow. Give the same command again to go on after Ctrl-C, a crash or a "
        "power cut: what is done is not done again.",
        allow_abbrev=False,
    )
    add = batch.add_argument
    add("recipe", metavar="RECIPE", help="a TOML file")
    add(
        "photos",
        metavar="PHOTO",
        nargs="+",
        help="photos, folders, quoted patterns, or a CSV table with a column 'photo'",
    )
    add("--out", metavar="DIR", help="folder of the results (default: the recipe's name with -results)")
    add("--recursive", action="store_true", help="look into folders inside folders too")
    add("--preview", action="store_true", help="do the first three photos alone, and stop")
    add("--yes", action="store_true", help="do not ask after the first three")
    add(
        "--report",
        metavar="FILE",
        help="where to write the report (default: report.html in the results' folder)",
    )
    add("--overwrite", action="store_true", help="replace files of other programs in the results' folder")
    add(
        "--ray", metavar="ADDRESS", help="on a Ray cluster: HOST:6379, auto, or local for one on this machine"
    )
    add(
        "--workers",
        type=int,
        default=0,
        metavar="N",
        help="with --ray: how many (default: one a GPU, else one a CPU)",
    )
    clients.add_options(batch, model="the recipe's, else the one in use")
    batch.set_defaults(run=run_batch)


def run_batch(args: argparse.Namespace, output: Output) -> int:
    """``s2edit batch``: exit code 1 if a photo could not be done."""
    from s2edit_plugin.batch.order import Order, enlisted
    from s2edit_plugin.batch.photos import Passed
    from s2edit_plugin.batch.recipe import read_recipe

    path = Path(args.recipe).expanduser()
    recipe = read_recipe(path)
    args.model = args.model or recipe.model or None
    results = Path(args.out) if args.out else Path(f"{path.stem}-results")
    order, passed = Order(path, tuple(args.photos), results, args.recursive, args.overwrite), Passed()
    with enlisted(order, passed) as (ledger, total):
        for sentence in (*((ledger.notice,) if ledger.notice else ()), *passed.sentences()):
            output.warning(sentence)
        return _Run(args, output, recipe, path.absolute().parent, ledger, total).run()


class _Run:
    """One run of the command."""

    def __init__(
        self,
        args: argparse.Namespace,
        output: Output,
        recipe: Recipe,
        beside: Path,
        ledger: Ledger,
        total: int,
    ) -> None:
        self._args, self._output, self._recipe, self._beside = args, output, recipe, beside
        self._ledger, self._total = ledger, total
        self._began = time.monotonic()
        self._batch: Batch | None = None
        self._failures: list[dict[str, object]] = []
        self._previewed: list[Path] = []
        self._model = ""

    def run(self) -> int:
        """Do it; returns the exit code."""
        ended = ""
        try:
            self._until_done()
        except KeyboardInterrupt:
            error: S2EditError = CancelledError(self._paused(), "The same command goes on.")
            ended = error.sentence
            raise error from None
        except S2EditError as error:
            ended = str(error)
            raise
        finally:
            report = self._report(ended)
        summary = self._summary("")
        self._output.result(self._values(summary, report), self._summary_text(summary, report))
        return 1 if summary.failed else 0

    def _until_done(self) -> None:
        """Run the batch, and restart it if the engine ends: the ledger has the progress."""
        restarts = 0
        while True:
            before = self._batch.edited if self._batch else 0
            try:
                self._work()
                return
            except EngineGoneError:
                restarts = 1 if self._batch and self._batch.edited > before else restarts + 1
                if restarts > MOST_RESTARTS:
                    raise
                self._output.warning("The engine has gone; the batch goes on with another.")

    def _work(self) -> None:
        from s2edit_plugin.batch.worker import PhotoWorker, find_facts

        with clients.open_client(self._args) as client, self._output.progress() as on_progress:
            if self._args.ray:
                # Ray prints what its workers go through; the output of this command holds its own reference to the stream.
                with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), self._cluster() as cluster:
                    self._do(cluster.find_facts(client), cluster.run, on_progress)
                return
            facts = find_facts(client, self._recipe, on_progress)
            worker = PhotoWorker(client, self._recipe, facts, self._beside)
            self._do(facts, lambda batch, most=None: batch.run(worker, most=most), on_progress)

    def _cluster(self) -> Cluster:
        from s2edit_plugin.batch.ray_cluster import Cluster, Setup
        from s2edit_plugin.storage.paths import data_folder

        args = self._args
        setup = Setup(self._recipe, self._beside, args.model, args.device)
        return Cluster(args.ray, setup, data_folder(), workers=max(args.workers, 0))

    def _do(self, facts: Facts, run: Callable[..., bool], on_progress: OnProgress) -> None:
        """The first photos, the question, the others. Args: run: runs a batch, for a maximum number of photos."""
        from s2edit_plugin.batch.result_files import Job
        from s2edit_plugin.batch.runner import PREVIEWED, Batch
        from s2edit_plugin.imaging.credentials.signing import with_credentials
        from s2edit_plugin.storage.paths import data_folder

        self._model = facts.model
        sign = partial(with_credentials, data_folder())
        job = Job(self._recipe, facts, self._beside, self._args.overwrite, sign)
        if self._batch is None:
            self._batch = Batch(job, self._ledger, self._total, on_outcome=self._on_outcome)
        self._batch.job, batch = job, self._batch
        batch.on_state = lambda state: _show(state, on_progress)
        if batch.edited == 0:
            run(batch, most=PREVIEWED)
        if self._args.preview:
            return
        if self._needs_confirmation(batch):
            self._ask(batch)
        run(batch)

    def _needs_confirmation(self, batch: Batch) -> bool:
        """Whether a user can look at the first three photos, and these are new."""
        return (
            not (self._args.yes or self._output.as_json)
            and bool(self._previewed)
            and batch.skipped == 0
            and batch.done + batch.failed < self._total
            and sys.stdin.isatty()
            and sys.stderr.isatty()
        )

    def _ask(self, batch: Batch) -> None:
        for path in self._previewed[:MOST_NAMED]:
            self._output.warning(f"Look at {path}")
        left = self._total - batch.done - batch.failed
        self._output.confirm(f"Do the other {left} photos too?", "Nobody can be asked.")
        self._previewed.clear()

    def _on_outcome(self, outcome: Outcome) -> None:
        entry = outcome.entry
        for note in outcome.notes:
            self._output.warning(f"{entry.source}: {note}")
        if entry.state == "failed":
            error = entry.error or {}
            self._failures.append({"photo": os.fspath(entry.source), **error})
            self._output.warning(f"{entry.source}: {error.get('sentence', '')}")
        elif not outcome.skipped:
            self._previewed.append(self._ledger.results / entry.out)

    def _report(self, ended: str) -> Path | None:
        """Write the report where something was done; a full disk must not hide why it ended."""
        from s2edit_plugin.batch.report import write_report

        if self._batch is None:
            return None
        path = Path(self._args.report).expanduser() if self._args.report else None
        try:
            return write_report(self._ledger, self._recipe, self._summary(ended), path)
        except S2EditError as error:
            self._output.warning(error.sentence)
            return None

    def _summary(self, ended: str) -> Summary:
        from s2edit_plugin.batch.report import Summary

        batch = self._batch
        done, failed, skipped = (batch.done, batch.failed, batch.skipped) if batch else (0, 0, 0)
        seconds = time.monotonic() - self._began
        return Summary(self._total, done, failed, skipped, seconds, self._model, ended)

    def _paused(self) -> str:
        done = self._batch.done if self._batch else 0
        return f"Paused: {done} of {self._total} photos are done."

    def _values(self, summary: Summary, report: Path | None) -> dict[str, Any]:
        return {
            "total": summary.total,
            "done": summary.done,
            "edited": summary.done - summary.skipped,
            "skipped": summary.skipped,
            "failed": summary.failed,
            "seconds": summary.seconds,
            "model": summary.model,
            "out": str(self._ledger.results),
            "report": str(report) if report else "",
            "failures": self._failures,
        }

    def _summary_text(self, summary: Summary, report: Path | None) -> str:
        there = f", {summary.skipped} were there already" if summary.skipped else ""
        failed = f", {summary.failed} could not be done" if summary.failed else ""
        left = summary.total - summary.done - summary.failed
        rest = f"\n{left} are left: the same command without --preview goes on." if left else ""
        edited = summary.done - summary.skipped
        where = f"\nLook at {report}" if report else ""
        return (
            f"{edited} of {summary.total} photos were edited{there}{failed}, in {summary.seconds:.0f} s.\n"
            f"The results are in {self._ledger.results}.{where}{rest}"
        )


def _show(state: State, on_progress: OnProgress) -> None:
    over = state.done + state.failed
    on_progress(Progress("editing photos", over, state.total, seconds_left=state.seconds_left))
