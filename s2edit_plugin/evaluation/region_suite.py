"""Suite ``region`` of ``s2edit eval``: automatic edit regions against the true ones, without making the edits.

Drawn people (also other photos of them), drawn cars, and photographs with known masks (`region_photos`). Two rows: ``s2edit``,
the region that an edit takes, and ``model``, what the model alone would propose. The seconds of finding a region stand beside
those of a first edit.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from s2edit_plugin.api import EditSettings, OnProgress, Progress
from s2edit_plugin.api.progress import Stopwatch
from s2edit_plugin.errors import MaskError
from s2edit_plugin.evaluation.region_photos import photographs
from s2edit_plugin.evaluation.report import header, headline
from s2edit_plugin.evaluation.statistics import interval
from s2edit_plugin.evaluation.suites import suite
from s2edit_plugin.imaging.crop import Crop, extract, place_mask, subject_crop
from s2edit_plugin.method.conditioning import build_condition
from s2edit_plugin.method.edit import edit
from s2edit_plugin.method.invert import Inversion, invert
from s2edit_plugin.perception.masks.refine import overlap
from s2edit_plugin.perception.masks.resolve import search_mask
from s2edit_plugin.workflows.crops import latents_of
from s2edit_plugin.workflows.edit_region import fine_side, model_region, named_region

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

__all__ = ["FIGURES", "RegionCase", "cases_of", "measured", "run"]

FIGURES = ("iou", "recall", "precision")
METHODS = ("s2edit", "model")
SETTINGS = EditSettings()
MARGIN = 0.25  # around the subject, as an edit has it
_FEWER = 3  # people for one car and one photograph of each kind
_TIMED = 3  # first edits that are made to compare times


@dataclass(frozen=True)
class RegionCase:
    """An edit whose region is known.

    Attributes:
        group: ``portraits``, ``objects``, ``photographs`` or ``unknown`` (photographs of what no bundled network knows).
        person: edits of one picture share it. picture: uint8 (H, W, 3). region: (H, W) bool.
    """

    group: str
    kind: str
    person: int
    picture: np.ndarray
    source: str
    target: str
    region: np.ndarray


@dataclass(frozen=True)
class _Row:
    case: RegionCase
    method: str
    figures: dict[str, float]
    seconds: float


def cases_of(identities: int, seed: int) -> Iterator[list[RegionCase]]:
    """The cases, picture by picture: ``identities`` people, a third as many on other photos, cars, and photographs a kind."""
    fewer = max(1, identities // _FEWER)
    number = 0
    for name, group, count in (
        ("portraits", "portraits", identities),
        ("other-photo", "portraits", fewer),
        ("objects", "objects", fewer),
    ):
        for subject in suite(name, count, seed):
            for shot in subject.shots:
                yield [
                    RegionCase(group, c.kind, number, shot.picture, shot.prompt, c.prompt, c.answer.region)
                    for c in (case.answered for case in shot.cases)
                ]
            number += 1
    for photo in photographs(fewer, seed):
        group = "photographs" if photo.known else "unknown"
        yield [RegionCase(group, photo.kind, number, photo.picture, photo.prompt, photo.target, photo.region)]
        number += 1


def run(
    identities: int,
    seed: int,
    on_progress: OnProgress,
    backbone: Backbone,
    methods: Sequence[str] = METHODS,
) -> dict[str, Any]:
    """Figures of every kind and group; ``table`` as text. Nothing is drawn but the few edits that are timed.

    Args:
        methods: of `METHODS`; without ``model`` it takes a fourth of the time.
    """
    started = time.monotonic()
    pictures = list(cases_of(identities, seed))
    watch = Stopwatch(len(pictures))
    rows: list[_Row] = []
    first_edits: list[float] = []
    for done, cases in enumerate(pictures, start=1):
        found, seconds = measured(backbone, cases, methods, timed=len(first_edits) < _TIMED)
        rows += found
        first_edits += [seconds] if seconds else []
        on_progress(Progress("evaluating", done, len(pictures), None, watch.seconds_left(done)))
    values: dict[str, Any] = {
        **header("region", identities, seed, backbone, started),
        "first_edit_seconds": round(float(np.mean(first_edits)), 3),
        "methods": {name: _figures([row for row in rows if row.method == name]) for name in methods},
        "paired": {"model": _paired(rows)} if set(methods) == set(METHODS) else {},
    }
    for figures in values["methods"].values():
        figures["time_share"] = round(figures["seconds"] / values["first_edit_seconds"], 4)
    return {**values, "table": _table(values)}


def measured(
    backbone: Backbone, cases: list[RegionCase], methods: Sequence[str], timed: bool
) -> tuple[list[_Row], float]:
    """The rows of every case of one picture, and the seconds of a first edit of it (inversion, region, edit); 0: not timed.

    The picture is inverted only where the model is asked, or an edit is timed.
    """
    picture = cases[0].picture
    crop = _crop(picture)
    rgb = np.rint(_seen(picture, crop, fine_side(crop, backbone)) * 255).astype(np.uint8)
    source = build_condition(backbone, cases[0].source, [])
    began = time.monotonic()

    @cache
    def inverted() -> Inversion:
        latents = latents_of(_seen(picture, crop, backbone.resolution), backbone)
        return invert(backbone, latents, source, [], SETTINGS)

    if timed:
        inverted()
    first = time.monotonic() - began
    rows = []
    for case in cases:
        target = build_condition(backbone, case.target, [])
        for method in methods:
            began, named = time.monotonic(), None
            if method != "model":
                named = named_region(backbone, rgb, case.source, case.target, None)
            seconds, where = time.monotonic() - began, named
            if where is None:
                inversion = inverted()  # an edit has it anyway: its time is not the region's
                began = time.monotonic()
                where = model_region(backbone, inversion, source, target)
                seconds += time.monotonic() - began
            mask = place_mask(where.soft.cpu().numpy(), crop, picture.shape[:2]) >= 0.5
            rows.append(_Row(case, method, _compared(mask, case.region), seconds))
            if timed and case is cases[0] and method == methods[0]:
                first += seconds + _edit_seconds(backbone, inverted(), case, where.cells)
    return rows, first if timed else 0.0


def _seen(picture: np.ndarray, crop: Crop, side: int) -> np.ndarray:
    """The crop of a picture, uint8 (H, W, 3), at another size, in [0, 1]."""
    return extract(picture.astype(np.float32) / 255, crop, side).clip(0, 1)


def _crop(picture: np.ndarray) -> Crop:
    """What the model sees of a picture in an edit without a token."""
    try:
        found = search_mask(picture, "auto")
    except MaskError:
        return subject_crop(np.ones(picture.shape[:2], np.float32), margin=0)
    if not found.sure:
        return subject_crop(np.ones(picture.shape[:2], np.float32), margin=0)
    return subject_crop(found.mask, margin=MARGIN)


def _edit_seconds(backbone: Backbone, inversion: Inversion, case: RegionCase, cells: Any) -> float:
    began = time.monotonic()
    source, target = (build_condition(backbone, prompt, []) for prompt in (case.source, case.target))
    edit(backbone, inversion, source, target, [], cells, SETTINGS)
    return time.monotonic() - began


def _compared(mask: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    both = float((mask & truth).sum())
    return {
        "iou": overlap(mask, truth),
        "recall": both / max(float(truth.sum()), 1),
        "precision": both / max(float(mask.sum()), 1),
    }


def _figures(rows: list[_Row]) -> dict[str, Any]:
    """Means of all known, of each group, and of each kind. A mean of kinds counts every kind once."""
    groups: dict[str, dict[str, Any]] = {}
    for group in dict.fromkeys(row.case.group for row in rows):
        mine = [row for row in rows if row.case.group == group]
        kinds = {
            kind: _mean([row for row in mine if row.case.kind == kind])
            for kind in dict.fromkeys(row.case.kind for row in mine)
        }
        groups[group] = {**_mean(mine), "worst_kind": min(k["iou"] for k in kinds.values()), "edits": kinds}
    known = [row for row in rows if row.case.group != "unknown"]
    seconds = round(float(np.mean([row.seconds for row in rows])), 4)
    return {**_mean(known), "seconds": seconds, "groups": groups}


def _mean(rows: Iterable[_Row]) -> dict[str, float]:
    mine = list(rows)
    means = {name: round(float(np.mean([row.figures[name] for row in mine])), 4) for name in FIGURES}
    return {"edits_made": float(len(mine)), **means}


def _paired(rows: list[_Row]) -> dict[str, list[float]]:
    """95 % intervals of ours minus the model's, by person."""
    ours, theirs = ([row for row in rows if row.method == name] for name in METHODS)
    people = [row.case.person for row in ours]
    return {
        name: [
            round(end, 4)
            for end in interval(
                people, [a.figures[name] - b.figures[name] for a, b in zip(ours, theirs, strict=True)]
            )
        ]
        for name in FIGURES
    }


def _table(values: dict[str, Any]) -> str:
    lines = [
        f"{headline(values)}; a first edit takes {values['first_edit_seconds']:.1f} s",
        "",
        "| method | group | edit | n | IoU | recall | precision |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, figures in values["methods"].items():
        lines.append(_line(name, "all known", "all", figures))
        for group, mine in figures["groups"].items():
            lines.append(_line(name, group, "all", mine))
            lines += [_line(name, group, kind, row) for kind, row in mine["edits"].items()]
    lines += [
        f"\n{name}: {f['seconds']:.2f} s a region, {f['time_share']:.2f} of a first edit"
        for name, f in values["methods"].items()
    ]
    if not values["paired"]:
        return "\n".join(lines)
    intervals = ", ".join(
        f"{name} {low:+.3f} to {high:+.3f}" for name, (low, high) in values["paired"]["model"].items()
    )
    return "\n".join([*lines, f"\nours minus the model's proposal, 95 % intervals: {intervals}"])


def _line(method: str, group: str, kind: str, row: dict[str, Any]) -> str:
    shown = " | ".join(f"{row[name]:.2f}" for name in FIGURES)
    return f"| {method} | {group} | {kind} | {row['edits_made']:.0f} | {shown} |"
