"""What the judges say of every edit, and the means of it.

Success stands beside preservation: an editor that changes nothing wins every figure of preservation. ``joint`` counts the
edits that are both there and of the same person.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from s2edit_models.drawing import Scene, sample_identity

from s2edit_plugin.evaluation.cost import Cost
from s2edit_plugin.evaluation.metrics import psnr, ssim
from s2edit_plugin.evaluation.suites import SIZE
from s2edit_plugin.evaluation.trials import Outcome
from s2edit_plugin.perception.judges import AttributeJudge, IdentityJudge
from s2edit_plugin.perception.masks.refine import overlap

__all__ = ["Row", "cost_of", "figures_of", "judged", "mean_rows"]

Row = dict[str, float]
"""Figures of one edit by name; what has no meaning for it is left out."""

IMPOSTORS = 15


def judged(outcome: Outcome, attributes: AttributeJudge, identity: IdentityJudge) -> Row:
    """The figures of one edit.

    ``identity`` is the same person as in the picture the token was learned from, ``similarity`` its cosine, ``answer`` the
    cosine to the right answer, ``rank`` her place among others who look as the answer is asked to look (1 of 16 is the best),
    ``first`` whether that is the first, ``kept`` the share of attributes not asked for that are as in the answer. PSNR in dB.
    """
    case, shot = outcome.case.answered, outcome.shot
    answer, domain = case.answer, case.answer.source_scene.domain
    others = [_impostor(outcome, number) for number in range(IMPOSTORS)]
    faces = identity.embed(
        np.stack([outcome.subject.picture, answer.target.rgb, outcome.drawn, outcome.pasted, *others])
    )
    row: Row = {}
    people = domain == "portrait"
    shown = attributes.predict(np.stack([outcome.drawn, outcome.pasted]))
    threshold = identity.threshold_for(domain)
    for index, name in enumerate(("drawn", "pasted")):
        found, face = {key: value for key, (value, _) in shown[index].items()}, faces[2 + index]
        row[f"similarity_{name}"] = float(faces[0] @ face)
        row[f"answer_{name}"] = float(faces[1] @ face)
        row[f"identity_{name}"] = float(row[f"similarity_{name}"] >= threshold)
        row[f"rank_{name}"] = 1.0 + float((faces[4:] @ face >= faces[0] @ face).sum())
        row[f"first_{name}"] = float(row[f"rank_{name}"] == 1)
        row[f"success_{name}"] = float(all(found.get(key) == value for key, value in case.changes.items()))
        row[f"joint_{name}"] = row[f"success_{name}"] * row[f"identity_{name}"]
        rest = [
            found.get(key) == value
            for key, value in case.shown.items()
            if key not in case.changes and key in found
        ]
        if people and rest:
            row[f"kept_{name}"] = sum(rest) / len(rest)
    row["psnr_outside_drawn"] = psnr(outcome.drawn, shot.picture, ~answer.region)
    row["psnr_outside_pasted"] = psnr(outcome.pasted, shot.picture, ~answer.region)
    row["region_overlap"] = overlap(outcome.region > 0.5, answer.region)
    row["region_recall"] = float((outcome.region > 0.5)[answer.region].mean())
    if answer.determined:
        row["psnr_to_answer"] = psnr(outcome.pasted, answer.target.rgb, answer.settled)
        row["ssim_to_answer"] = ssim(outcome.pasted, answer.target.rgb, answer.settled)
    return row | cost_of(outcome)


def cost_of(outcome: Outcome) -> Row:
    """What an edit cost: its seconds and forwards, those of the inversion that it shares, and the most memory (MB)."""
    if outcome.cost is None:
        return {}
    cost, inversion = outcome.cost, outcome.inversion or Cost()
    return {
        "seconds": cost.seconds,
        "inversion_seconds": inversion.seconds,
        "forwards": float(cost.forwards + inversion.forwards),
        "memory": max(cost.memory, inversion.memory),
    }


def _impostor(outcome: Outcome, number: int) -> np.ndarray:
    """Somebody else of the same noun, as the answer is asked to look, in the same light and pose."""
    from s2edit_models.drawing import render

    scene = outcome.case.answered.answer.target_scene
    seeds = range(number * 64, number * 64 + 64)
    people = (sample_identity(seed, scene.domain) for seed in seeds if seed != scene.identity.seed)
    other = next(person for person in people if person.noun == scene.identity.noun)
    return render(Scene(other, scene.attributes, scene.nuisance), SIZE).rgb


def mean_rows(rows: list[Row]) -> dict[str, float]:
    """Mean of each figure over the rows that have it; NaN where none has."""
    means: dict[str, float] = {"edits_made": float(len(rows))}
    for key in dict.fromkeys(key for row in rows for key in row):
        found = [row[key] for row in rows if key in row and not math.isnan(row[key])]
        means[key] = round(sum(found) / len(found), 4) if found else float("nan")
    return means


def figures_of(rows: list[tuple[str, Row]]) -> dict[str, Any]:
    """Means over all (kind, row) of a method, and under ``edits`` over each kind of edit."""
    kinds = dict.fromkeys(kind for kind, _ in rows)
    edits = {kind: mean_rows([row for k, row in rows if k == kind]) for kind in kinds}
    return {**mean_rows([row for _, row in rows]), "edits": edits}
