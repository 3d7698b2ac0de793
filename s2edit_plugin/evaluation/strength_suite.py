"""``s2edit eval --suite strength``: whether more strength is more of the edit.

Every edit of `suites.portraits` at rising strengths. At 0 the picture must come back; from there on the change must grow, and
so must the judge's belief that what was asked is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from s2edit_plugin.evaluation.asked import Run
from s2edit_plugin.evaluation.benchmark import Plan, Result, compare
from s2edit_plugin.evaluation.figures import Row
from s2edit_plugin.evaluation.methods import METHODS, Method, choose_methods
from s2edit_plugin.evaluation.metrics import psnr
from s2edit_plugin.evaluation.report import Column
from s2edit_plugin.evaluation.suites import portraits
from s2edit_plugin.evaluation.trials import Outcome, Trials
from s2edit_plugin.perception.judges import AttributeJudge

__all__ = ["STRENGTHS", "response", "run"]

STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
QUICK_STRENGTHS = (0.0, 0.5, 1.0)
_STILL = 0.05  # of the whole change: what may be lost on the way and still counts as no step back
_SURE = 0.02  # of the judge's belief, likewise

COLUMNS: tuple[Column, ...] = (
    ("psnr_at_0", "PSNR to the photo at 0", "{:.1f}"),
    ("rises", "the change never shrinks", "{:.0%}"),
    ("believed_rises", "the judge's belief never shrinks", "{:.0%}"),
    ("evenness", "evenness of the change", "{:.2f}"),
    ("change_at_1", "levels of 255 at 1", "{:.1f}"),
    ("believed_at_0", "belief at 0", "{:.2f}"),
    ("believed_at_0.5", "at 0.5", "{:.2f}"),
    ("believed_at_1", "at 1", "{:.2f}"),
    ("success_at_1", "present at 1", "{:.0%}"),
)
PAIRED = ("rises", "believed_rises", "evenness", "success_at_1")
NOTES = (
    "evenness: 1 where every step of strength brings the same share of the change, 0 where one step brings all of it. Drawn "
    "pictures, inside the true region.",
)


def run(asked: Run) -> dict[str, Any]:
    """Run the suite. Methods are those of the edits that edit with our procedure; ``quick`` looks at three strengths."""
    ours = {name: m for name, m in METHODS.items() if m.shows == "edit" and m.rival is None and not m.oracle}
    methods = choose_methods(asked.methods, ours, asked.main)
    judge = AttributeJudge.load()
    strengths = QUICK_STRENGTHS if asked.quick else STRENGTHS
    return compare(
        asked,
        Plan(
            portraits(asked.identities, asked.seed),
            methods,
            lambda subject: _Strengths(Trials(asked.backbone, subject), judge, strengths),
            columns=COLUMNS,
            paired=PAIRED,
            joint="rises",
            notes=NOTES,
        ),
    )


@dataclass(frozen=True)
class _Strengths:
    trials: Trials
    judge: AttributeJudge
    strengths: Sequence[float]

    def results(self, method: Method) -> Iterator[Result]:
        at = [replace(method, edit=replace(method.edit, strength=strength)) for strength in self.strengths]
        for outcomes in zip(*(self.trials.outcomes(one) for one in at), strict=True):
            yield Result(outcomes[0].case.kind, self._row(outcomes))

    def _row(self, outcomes: Sequence[Outcome]) -> Row:
        case, picture = outcomes[0].case.answered, outcomes[0].shot.picture
        region, drawn = case.answer.region, np.stack([o.drawn for o in outcomes])
        changes = [float(np.abs(d.astype(np.float32) - drawn[0])[region].mean()) for d in drawn]
        asked = [self.judge.probability(drawn, name, value) for name, value in case.changes.items()]
        belief = np.prod(asked, axis=0)
        shown = self.judge.predict(drawn[-1:])[0]
        row = response(changes, belief.tolist())
        row["psnr_at_0"] = psnr(outcomes[0].pasted, picture)
        row["change_at_1"] = changes[-1]
        row["success_at_1"] = float(all(shown.get(k, ("",))[0] == v for k, v in case.changes.items()))
        for strength, value in zip(self.strengths, belief, strict=True):
            row[f"believed_at_{strength:g}"] = float(value)
        return row


def response(changes: Sequence[float], belief: Sequence[float]) -> Row:
    """How an edit answers to rising strength.

    Args:
        changes: size of the change at each strength, 0 at the first. belief: of the judge, 0..1.
    """
    size, sure = np.asarray(changes), np.asarray(belief)
    steps, whole = np.diff(size), max(float(size.max()), 1e-9)
    shares = np.clip(steps, 0, None) / max(float(np.clip(steps, 0, None).sum()), 1e-9)
    even = 1 / len(steps)
    return {
        "rises": float((steps >= -_STILL * whole).all() and size[-1] > size[0]),
        "believed_rises": float((np.diff(sure) >= -_SURE).all()),
        "evenness": float(1 - np.abs(shares - even).sum() / (2 * (1 - even))),
    }
