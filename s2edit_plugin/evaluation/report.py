"""The benchmark's table and its sheet of pictures."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2edit_plugin.evaluation.methods import Method
from s2edit_plugin.evaluation.trials import Outcome
from s2edit_plugin.imaging.contact_sheet import Cell, contact_sheet

__all__ = ["SHOWN_PEOPLE", "sheet", "table"]

SHOWN_PEOPLE = 3
"""The first people, who are on the sheet."""

_COLUMNS = (
    ("success_drawn", "present, drawn", "{:.0%}"),
    ("success_pasted", "present, pasted", "{:.0%}"),
    ("identity_drawn", "same person, drawn", "{:.0%}"),
    ("identity_pasted", "same person, pasted", "{:.0%}"),
    ("joint_pasted", "both, pasted", "{:.0%}"),
    ("answer_pasted", "cosine to answer", "{:.3f}"),
    ("first_pasted", "found first of 16", "{:.0%}"),
    ("kept_pasted", "rest kept", "{:.1%}"),
    ("psnr_outside_pasted", "PSNR outside", "{:.1f}"),
    ("psnr_to_answer", "PSNR to answer", "{:.1f}"),
    ("region_overlap", "region IoU", "{:.2f}"),
)


def table(values: dict[str, Any], methods: list[Method]) -> str:
    """The figures of all methods as a Markdown table, all edits first, then each kind; below, paired differences."""
    lines = [
        f"{values['identities']} people never trained on, suite {values['suite']}, seed {values['seed']}, "
        f"model {values['model']}, {values['seconds']:.0f} s",
        "",
        "| method | edit | n | " + " | ".join(title for _, title, _ in _COLUMNS) + " |",
        "|---|---|---|" + "---|" * len(_COLUMNS),
    ]
    lines += [_line(method.name, "all", values["methods"][method.name]) for method in methods]
    for method in methods:
        lines += [_line(method.name, *item) for item in values["methods"][method.name]["edits"].items()]
    for name, paired in values["paired"].items():
        told = ", ".join(f"{figure} {low:+.3f} to {high:+.3f}" for figure, (low, high) in paired.items())
        lines.append(f"\nours minus {name}, 95 % intervals: {told}")
    lines += ["", *(f"{method.name}: {method.words}" for method in methods)]
    return "\n".join(lines)


def _line(name: str, kind: str, row: dict[str, Any]) -> str:
    cells = [pattern.format(row[key]) if key in row else "-" for key, _, pattern in _COLUMNS]
    return f"| {name} | {kind} | {row['edits_made']:.0f} | {' | '.join(cells)} |"


def sheet(outcomes: list[Outcome], methods: list[Method]) -> bytes:
    """PNG: source, right answer, region, and what every method drew and pasted; an edit a row."""
    shown = [m for m in methods if m.shows == "edit"] or methods
    rows: dict[tuple[int, int], dict[str, Outcome]] = {}
    for outcome in outcomes:
        rows.setdefault((outcome.subject.index, id(outcome.case)), {})[outcome.method] = outcome
    cells = []
    for made in rows.values():
        first = next(iter(made.values()))
        cells += [
            Cell("source", first.shot.picture),
            Cell(f"answer: {first.case.kind}", first.case.answer.target.rgb),
            Cell("region", np.repeat((first.region * 255).astype(np.uint8)[..., None], 3, axis=2)),
        ]
        for method in shown:
            cells += [Cell(f"{method.name} drawn", made[method.name].drawn)]
            cells += [Cell(f"{method.name} pasted", made[method.name].pasted)]
    return contact_sheet(cells, columns=3 + 2 * len(shown), side=128)
