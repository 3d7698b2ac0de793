"""What the suites report alike: the result's first entries, the table, and the sheet of pictures."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from s2edit_plugin.evaluation.kept import Pictures
from s2edit_plugin.evaluation.methods import Method
from s2edit_plugin.imaging.contact_sheet import Cell, contact_sheet

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

__all__ = ["COLUMNS", "SHOWN_PEOPLE", "Column", "Shown", "header", "headline", "sheet", "table"]

SHOWN_PEOPLE = 3
"""The first people, who are on the sheet."""

Column = tuple[str, str, str]
"""Figure, title, format."""

COLUMNS: tuple[Column, ...] = (
    ("success_drawn", "present, drawn", "{:.0%}"),
    ("success_pasted", "present, pasted", "{:.0%}"),
    ("identity_drawn", "same person, drawn", "{:.0%}"),
    ("identity_pasted", "same person, pasted", "{:.0%}"),
    ("joint_pasted", "both, pasted", "{:.0%}"),
    ("answer_pasted", "cosine to answer", "{:.3f}"),
    ("first_pasted", "found first of 16", "{:.0%}"),
    ("rank_pasted", "rank of 16", "{:.1f}"),
    ("kept_pasted", "rest kept", "{:.1%}"),
    ("psnr_outside_pasted", "PSNR outside", "{:.1f}"),
    ("psnr_to_answer", "PSNR to answer", "{:.1f}"),
    ("ssim_to_answer", "SSIM to answer", "{:.3f}"),
    ("region_overlap", "region IoU", "{:.2f}"),
    ("seconds", "s", "{:.1f}"),
    ("forwards", "forwards", "{:.0f}"),
    ("memory", "MB", "{:.0f}"),
)


@dataclass(frozen=True)
class Shown:
    """What the sheet shows of an edit beside the results: its kind, the source, and the right answer where there is one."""

    kind: str
    source: np.ndarray
    answer: np.ndarray | None = None


def header(suite: str, identities: int, seed: int, model: Backbone, started: float) -> dict[str, Any]:
    """The first entries of every suite's result. started: `time.monotonic` at the beginning."""
    return {
        "suite": suite,
        "identities": identities,
        "seed": seed,
        "model": model.name,
        "seconds": round(time.monotonic() - started, 1),
    }


def headline(values: dict[str, Any], of: str = "people never trained on") -> str:
    """The first line above a table. of: what the ``identities`` are."""
    return (
        f"{values['identities']} {of}, suite {values['suite']}, seed {values['seed']}, "
        f"model {values['model']}, {values['seconds']:.0f} s"
    )


def table(
    values: dict[str, Any],
    methods: Sequence[Method],
    columns: Sequence[Column] = COLUMNS,
    of: str = "people never trained on",
    notes: Sequence[str] = (),
) -> str:
    """The figures of all methods as a Markdown table, all edits first, then each kind; below, paired differences.

    Columns that no method has a figure for are left out.
    """
    columns = [c for c in columns if any(c[0] in values["methods"][m.name] for m in methods)]
    lines = [
        headline(values, of),
        "",
        "| method | edit | n | " + " | ".join(title for _, title, _ in columns) + " |",
        "|---|---|---|" + "---|" * len(columns),
    ]
    lines += [_line(method.name, "all", values["methods"][method.name], columns) for method in methods]
    for method in methods:
        edits = values["methods"][method.name]["edits"]
        lines += [_line(method.name, kind, row, columns) for kind, row in edits.items()]
    for name, paired in values["paired"].items():
        intervals = ", ".join(f"{figure} {low:+.3f} to {high:+.3f}" for figure, (low, high) in paired.items())
        chance = values["mcnemar"].get(name)
        test = "" if chance is None else f"; McNemar's test p = {chance:.3f}"
        lines.append(f"\nours minus {name}, 95 % intervals: {intervals}{test}")
    lines += ["", *(f"{method.name}: {method.words}" for method in methods)]
    return "\n".join([*lines, *([""] if notes else []), *notes])


def _line(name: str, kind: str, row: dict[str, Any], columns: Sequence[Column]) -> str:
    cells = [pattern.format(row[key]) if key in row else "-" for key, _, pattern in columns]
    return f"| {name} | {kind} | {row['edits_made']:.0f} | {' | '.join(cells)} |"


def sheet(
    seen: Sequence[tuple[list[Shown], dict[str, list[Pictures]]]], methods: Sequence[Method]
) -> bytes | None:
    """PNG: source, right answer, region, and what every method drew and pasted; an edit a row. None where nothing is shown.

    Args:
        seen: for every subject its edits, and the pictures of each method in the order of the edits.
    """
    rows: list[list[Cell]] = []
    for edits, pictures in seen:
        drew = [m for m in methods if len(pictures[m.name]) == len(edits)]
        drew = [m for m in drew if m.shows == "edit"] or drew
        for place, edit in enumerate(edits if drew else []):
            answer = edit.source if edit.answer is None else edit.answer
            region = pictures[drew[0].name][place][2]
            row = [
                Cell("source", edit.source),
                Cell(f"answer: {edit.kind}" if edit.answer is not None else edit.kind, answer),
                Cell("region", np.repeat((region * 255).astype(np.uint8)[..., None], 3, axis=2)),
            ]
            for method in drew:
                drawn, pasted, _ = pictures[method.name][place]
                row += [Cell(f"{method.name} drawn", drawn), Cell(f"{method.name} pasted", pasted)]
            rows.append(row)
    if not rows:
        return None
    return contact_sheet([cell for row in rows for cell in row], columns=max(map(len, rows)), side=128)
