"""The benchmark, ``s2edit eval``: subjects, edits by every method, judges, table.

What is finished is kept by subject and method, so that a run that was cut off goes on where it stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from s2edit_plugin.api import Progress
from s2edit_plugin.api.progress import Stopwatch
from s2edit_plugin.evaluation.asked import FILES, Run
from s2edit_plugin.evaluation.figures import Row, figures_of, judged
from s2edit_plugin.evaluation.kept import Cell, Kept, Pictures
from s2edit_plugin.evaluation.methods import Method, choose_methods
from s2edit_plugin.evaluation.report import COLUMNS, SHOWN_PEOPLE, Column, Shown, header, sheet, table
from s2edit_plugin.evaluation.statistics import interval, mcnemar
from s2edit_plugin.evaluation.suites import Shot, Subject, suite
from s2edit_plugin.evaluation.trials import Trials
from s2edit_plugin.perception.judges import AttributeJudge, IdentityJudge
from s2edit_plugin.storage.paths import write_atomic

if TYPE_CHECKING:
    pass

__all__ = ["Maker", "Plan", "Result", "compare", "drawn_edits", "drawn_shown"]

OURS = "s2edit"
PAIRED = ("success_pasted", "identity_pasted", "joint_pasted", "answer_pasted", "psnr_to_answer")

Judged = list[tuple[int, str, str, Row]]
"""Subject, method, kind of edit, figures."""


@dataclass(frozen=True)
class Result:
    """One edit by one method: its kind, its figures, and its pictures where it has any."""

    kind: str
    row: Row
    pictures: Pictures | None = None


class Maker(Protocol):
    """Makes and judges the edits of one subject."""

    def results(self, method: Method) -> Iterator[Result]:
        """Every edit of the subject by a method, in the same order for all methods."""
        ...


@dataclass(frozen=True)
class Plan:
    """A comparison of methods on the same edits.

    Attributes:
        subjects: things with an ``index``; intervals draw them again as wholes. maker: gives a subject's maker; called only
            where something is left to do. shown: what the sheet shows of a subject beside the results, an entry an edit.
        columns: of the table. paired: figures of which differences are given. joint: figure of McNemar's test, "" for none.
        of: what the subjects are, in words. notes: lines below the table. about: what figures depend on beside the suite,
            its seed and model, the subject's index and the method; kept cells of other runs are not taken for these.
    """

    subjects: Sequence[Any]
    methods: list[Method]
    maker: Callable[[Any], Maker]
    shown: Callable[[Any], list[Shown]] = lambda _: []
    columns: tuple[Column, ...] = COLUMNS
    paired: tuple[str, ...] = PAIRED
    joint: str = "joint_pasted"
    of: str = "people never trained on"
    notes: tuple[str, ...] = ()
    about: tuple[object, ...] = ()


def drawn_edits(run: Run) -> dict[str, Any]:
    """The suites whose right answers the drawing program knows: `suites.SUITES`."""
    judges = AttributeJudge.load(), IdentityJudge.load()
    return compare(
        run,
        Plan(
            suite(run.suite, run.identities, run.seed),
            choose_methods(run.methods),
            lambda subject: _DrawnEdits(Trials(run.backbone, subject), judges),
            drawn_shown,
        ),
    )


@dataclass(frozen=True)
class _DrawnEdits:
    trials: Trials
    judges: tuple[AttributeJudge, IdentityJudge]

    def results(self, method: Method) -> Iterator[Result]:
        for made in self.trials.outcomes(method):
            yield Result(made.case.kind, judged(made, *self.judges), (made.drawn, made.pasted, made.region))


def drawn_shown(subject: Subject) -> list[Shown]:
    """Source and right answer of every edit of a subject."""

    def shown(shot: Shot) -> list[Shown]:
        cases = [case.answered for case in shot.cases]
        return [Shown(case.kind, shot.picture, case.answer.target.rgb) for case in cases]

    return [one for shot in subject.shots for one in shown(shot)]


def compare(run: Run, plan: Plan) -> dict[str, Any]:
    """Every edit of the plan by every method; the JSON values that `run` gives, and the sheet in the run's folder."""
    kept = Kept(run.out, run.suite, run.seed, run.quick, run.backbone.fingerprint, *plan.about)
    started, watch = time.monotonic(), Stopwatch(len(plan.subjects))
    rows: Judged = []
    seen: list[tuple[list[Shown], dict[str, list[Pictures]]]] = []
    for done, subject in enumerate(plan.subjects, start=1):
        shows = run.out is not None and done <= SHOWN_PEOPLE
        pictures: dict[str, list[Pictures]] = {}
        maker: Maker | None = None
        for method in plan.methods:
            cell = kept.load(subject.index, method, shows)
            if cell is None:
                maker = maker or plan.maker(subject)
                made = list(maker.results(method))
                drawn = [one.pictures for one in made if one.pictures is not None] if shows else []
                cell = Cell([(one.kind, one.row) for one in made], drawn)
                kept.store(subject.index, method, cell)
            rows += [(subject.index, method.name, kind, row) for kind, row in cell.rows]
            pictures[method.name] = cell.pictures
        if shows:
            seen.append((plan.shown(subject), pictures))
        run.on_progress(Progress("evaluating", done, len(plan.subjects), None, watch.seconds_left(done)))
    values = {
        **header(run.suite, run.identities, run.seed, run.backbone, started),
        "methods": {
            m.name: figures_of([(kind, row) for _, name, kind, row in rows if name == m.name])
            for m in plan.methods
        },
        **_compared(rows, plan),
    }
    values["table"] = table(values, plan.methods, plan.columns, plan.of, plan.notes)
    if run.out is not None:
        picture = sheet(seen, plan.methods)
        if picture is not None:
            write_atomic(run.out / FILES[1], picture)
        kept.clear(plan.methods)
    return values


def _compared(rows: Judged, plan: Plan) -> dict[str, Any]:
    """Ours against every other method, edit by edit."""
    by_method = {
        m.name: [(person, row) for person, name, _, row in rows if name == m.name] for m in plan.methods
    }
    ours = by_method.get(OURS)
    paired: dict[str, dict[str, list[float]]] = {}
    chance: dict[str, float] = {}
    for name, theirs in by_method.items():
        if ours is None or name == OURS:
            continue
        people = [person for person, _ in ours]
        pairs = [(mine, other) for (_, mine), (_, other) in zip(ours, theirs, strict=True)]
        paired[name] = {}
        for figure in plan.paired:
            missing = float("nan")
            differences = [a.get(figure, missing) - b.get(figure, missing) for a, b in pairs]
            if any(figure in a and figure in b for a, b in pairs):
                paired[name][figure] = [round(end, 4) for end in interval(people, differences)]
        both = [(a, b) for a, b in pairs if plan.joint in a and plan.joint in b]
        if both:
            joint = [[bool(row[plan.joint]) for row in side] for side in zip(*both, strict=True)]
            chance[name] = round(mcnemar(joint[0], joint[1]), 4)
    return {"paired": paired, "mcnemar": chance}
