"""The counterfactual benchmark, ``s2edit eval``: subjects, edits by every method, judges, table.

What was judged is kept person by person, so that a run that was cut off goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s2edit_plugin.api import LearnSettings, OnProgress, Progress
from s2edit_plugin.api.progress import Stopwatch
from s2edit_plugin.evaluation import paste_suite, region_suite, token_suite
from s2edit_plugin.evaluation.figures import Row, figures_of, judged
from s2edit_plugin.evaluation.methods import Method, choose_methods
from s2edit_plugin.evaluation.report import SHOWN_PEOPLE, sheet, table
from s2edit_plugin.evaluation.statistics import interval, mcnemar
from s2edit_plugin.evaluation.suites import Subject, suite
from s2edit_plugin.evaluation.trials import Outcome, Trials
from s2edit_plugin.perception.judges import AttributeJudge, IdentityJudge
from s2edit_plugin.storage.paths import write_atomic

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

__all__ = ["FILES", "run"]

FILES = ("eval.json", "eval.png")
"""What `run` writes into its folder."""

OURS = "s2edit"
PAIRED = ("success_pasted", "identity_pasted", "joint_pasted", "answer_pasted", "psnr_to_answer")

Judged = list[tuple[int, str, str, Row]]
"""Person, method, kind of edit, figures."""


def run(
    suite_name: str,
    methods: tuple[str, ...],
    identities: int,
    seed: int,
    out: Path | None,
    on_progress: OnProgress,
    backbone: Backbone | None = None,
    quick: bool = False,
) -> dict[str, Any]:
    """Run the benchmark.

    Args:
        seed: below 1,000,000 for development; reported figures use others.
        out: folder for ``eval.json`` and ``eval.png`` (the first people), None: nowhere. A run of the same suite, methods,
            seed and model that was cut off there goes on.
        backbone: None: the bundled small model.
        quick: leave out what takes long, where a suite knows how to; fewer people are the caller's to ask for.

    Returns:
        JSON values: for every method figures over all edits and for every kind of edit; ``paired``, 95 % intervals of ours
        minus each other method; ``mcnemar``, p-values for joint success; ``table`` as text.

    Raises:
        UsageError: unknown suite or method. ModelError: model or judges missing.
    """
    from s2edit_plugin.backbones.loading import load_backbone

    model = backbone or load_backbone()
    if suite_name in ("token", "paste", "region"):
        if suite_name == "token":
            values = token_suite.run(identities, seed, on_progress, model, LearnSettings())
        elif suite_name == "paste":
            values = paste_suite.run(methods, identities, seed, on_progress, model, quick)
        else:
            wanted = [name for name in region_suite.METHODS if name in methods] or region_suite.METHODS
            values = region_suite.run(identities, seed, on_progress, model, wanted)
        if out is not None:
            write_atomic(out / FILES[0], json.dumps(values, indent=2).encode())
        return values
    chosen = choose_methods(methods)
    subjects = suite(suite_name, identities, seed)
    judges = AttributeJudge.load(), IdentityJudge.load()
    kept = _Kept(out, suite_name, seed, chosen, model.fingerprint)
    started, watch = time.monotonic(), Stopwatch(len(subjects))
    rows: Judged = []
    outcomes: list[Outcome] = []
    for done, subject in enumerate(subjects, start=1):
        shown = out is not None and subject.index < SHOWN_PEOPLE
        found = None if shown else kept.load(subject)
        if found is None:
            trials = Trials(model, subject)
            made = [outcome for method in chosen for outcome in trials.outcomes(method)]
            found = [(subject.index, o.method, o.case.kind, judged(o, *judges)) for o in made]
            kept.store(subject, found)
            outcomes += made if shown else []
        rows += found
        on_progress(Progress("evaluating", done, len(subjects), None, watch.seconds_left(done)))
    values = {
        "suite": suite_name,
        "identities": identities,
        "seed": seed,
        "model": model.name,
        "seconds": round(time.monotonic() - started, 1),
        "methods": {
            m.name: figures_of([(kind, row) for _, name, kind, row in rows if name == m.name]) for m in chosen
        },
        **_compared(rows, chosen),
    }
    values["table"] = table(values, chosen)
    if out is not None:
        write_atomic(out / FILES[0], json.dumps(values, indent=2).encode())
        write_atomic(out / FILES[1], sheet(outcomes, chosen))
        kept.clear()
    return values


def _compared(rows: Judged, methods: list[Method]) -> dict[str, Any]:
    """Ours against every other method, edit by edit."""
    by_method = {m.name: [(person, row) for person, name, _, row in rows if name == m.name] for m in methods}
    ours = by_method.get(OURS)
    paired: dict[str, dict[str, list[float]]] = {}
    chance: dict[str, float] = {}
    for name, theirs in by_method.items():
        if ours is None or name == OURS:
            continue
        people = [person for person, _ in ours]
        pairs = [(mine, other) for (_, mine), (_, other) in zip(ours, theirs, strict=True)]
        paired[name] = {}
        for figure in PAIRED:
            missing = float("nan")
            differences = [a.get(figure, missing) - b.get(figure, missing) for a, b in pairs]
            paired[name][figure] = [round(end, 4) for end in interval(people, differences)]
        joint = [[bool(row["joint_pasted"]) for row in side] for side in zip(*pairs, strict=True)]
        chance[name] = round(mcnemar(joint[0], joint[1]), 4)
    return {"paired": paired, "mcnemar": chance}


class _Kept:
    """Judged people of a run, a file each, in the run's folder."""

    def __init__(
        self, out: Path | None, suite_name: str, seed: int, methods: list[Method], model: str
    ) -> None:
        what = json.dumps([suite_name, seed, [repr(m) for m in methods], model])
        self.folder = (
            None if out is None else out / f".judged-{hashlib.sha256(what.encode()).hexdigest()[:12]}"
        )

    def load(self, subject: Subject) -> Judged | None:
        """What was judged of a subject before, or None."""
        file = None if self.folder is None else self.folder / f"{subject.index}.json"
        if file is None or not file.is_file():
            return None
        try:
            return [(person, name, kind, row) for person, name, kind, row in json.loads(file.read_bytes())]
        except ValueError:
            return None

    def store(self, subject: Subject, rows: Judged) -> None:
        """Keep what was judged of a subject."""
        if self.folder is not None:
            write_atomic(self.folder / f"{subject.index}.json", json.dumps(rows).encode())

    def clear(self) -> None:
        """Forget everything: the run is complete."""
        if self.folder is not None and self.folder.is_dir():
            for file in self.folder.iterdir():
                file.unlink()
            self.folder.rmdir()
