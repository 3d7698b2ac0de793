"""``s2edit eval --suite paste``: how well the model's small square comes back into the photo. No model edits anything.

The model's part is the perfectly edited picture: photo and exact answer at 128 and at 512 pixels, through the bundled
autoencoder. Figures, inside the true region unless they say otherwise:

* psnr, ssim to the exact answer
* ring: PSNR in a ring of 1 % of the crop's side on both sides of the region's edge, where halos are
* step: how much the error of one side of the edge differs from the other's, in levels of 255, where seams are
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from s2edit_plugin.api import OnProgress, Progress
from s2edit_plugin.api.progress import Stopwatch
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.errors import Sentence, UsageError
from s2edit_plugin.evaluation.metrics import psnr
from s2edit_plugin.evaluation.paste_cases import EDITS_A_PERSON, PasteCase, drawn, photographs
from s2edit_plugin.evaluation.paste_rivals import BASELINE, OURS, WAYS, Decoded
from s2edit_plugin.evaluation.report import header
from s2edit_plugin.evaluation.statistics import interval
from s2edit_plugin.imaging.crop import Crop, fitted, place_mask
from s2edit_plugin.perception.masks.refine import feather, grow
from s2edit_plugin.workflows.crops import latents_of
from s2edit_plugin.workflows.edit_region import FEATHER

__all__ = ["FIGURES", "MODEL_SIDES", "decoded", "figures", "run"]

MODEL_SIDES = (128, 512)
FIGURES = ("psnr", "ssim", "ring", "step")
RING = 0.01  # of the crop's side
PSNR_BAR, SSIM_BAR, WORST_BAR = 1.5, 0.05, -0.3

Row = dict[str, Any]


def run(
    methods: tuple[str, ...],
    identities: int,
    seed: int,
    on_progress: OnProgress,
    backbone: Backbone,
    quick: bool = False,
) -> dict[str, Any]:
    """Run the suite.

    Args:
        methods: ways to paste, or ``main`` or ``all``: all of them. Ours and the enlarged change are always among them.
        identities: drawn people, five edits each; beside them twelve edits of photographs.
        quick: the model's square at 128 pixels only.

    Returns:
        JSON values as `registry.run` gives them; ``bars``: what was asked, what was reached, and whether that is enough.

    Raises:
        UsageError: unknown method.
    """
    ways = _chosen(methods)
    sides = MODEL_SIDES[:1] if quick else MODEL_SIDES
    started = time.monotonic()
    rows: list[Row] = []
    watch = Stopwatch(total := identities * EDITS_A_PERSON + 12)
    for cases in (drawn(identities, seed), photographs()):
        for done, case in enumerate(cases, start=1 + len(rows) // (len(sides) * len(ways))):
            for side in sides:
                shown = decoded(backbone, case, side)
                for name, way in ways.items():
                    rows.append({"way": name, "kind": case.kind, "person": case.person, "photo": case.side,
                                 "model": side, **figures(way(shown), case)})  # fmt: skip
            on_progress(Progress("evaluating", done, total, None, watch.seconds_left(done)))
    values: dict[str, Any] = {
        **header("paste", identities, seed, backbone, started),
        "methods": {name: _summary([row for row in rows if row["way"] == name]) for name in ways},
        "paired": _paired(rows, [name for name in ways if name != OURS]),
    }
    values["bars"] = _bars(values["methods"])
    return {**values, "table": _table(values)}


def _chosen(methods: tuple[str, ...]) -> dict[str, Callable[[Decoded], np.ndarray]]:
    if set(methods) <= {"main", "all"}:
        return WAYS
    unknown = [name for name in methods if name not in WAYS]
    if unknown:
        raise UsageError(
            Sentence("The suite paste has no method '{}'.", unknown[0]),
            Sentence("Choose from: {}, all.", ", ".join(WAYS)),
        )
    return {name: way for name, way in WAYS.items() if name in (OURS, BASELINE, *methods)}


def decoded(backbone: Backbone, case: PasteCase, side: int) -> Decoded:
    """A case as the model's part would leave it, with the true region grown and feathered as edits do it."""
    seen, wanted = (
        fitted(picture.astype(np.float32) / 255, (side, side)).clip(0, 1)
        for picture in (case.photo, case.answer)
    )
    with torch.no_grad():
        before, after = (_through(backbone, picture) for picture in (seen, wanted))
    radius = FEATHER * side
    touched = (fitted(case.region.astype(np.float32), (side, side)) > 0).astype(np.float32)
    soft = feather(grow(touched, radius), radius)
    return Decoded(
        case.photo, seen, before, after, place_mask(soft, Crop(0, 0, case.side), case.photo.shape[:2])
    )


def _through(backbone: Backbone, picture: np.ndarray) -> np.ndarray:
    shown = backbone.decode_latents(latents_of(picture, backbone))[0] / 2 + 0.5
    return np.ascontiguousarray(shown.clamp(0, 1).permute(1, 2, 0).float().cpu().numpy())


def figures(made: np.ndarray, case: PasteCase) -> dict[str, float]:
    """The figures of one pasted picture, uint8 (s, s, 3)."""
    from skimage.metrics import structural_similarity

    rows, columns = _around(case.region, width := max(3, round(RING * case.side)))
    made, answer = made[rows, columns], case.answer[rows, columns]
    region = case.region[rows, columns]
    inner, outer = _rings(region, width)
    similar = structural_similarity(made, answer, channel_axis=2, full=True)[1].mean(axis=2)
    return {
        "psnr": psnr(made, answer, region),
        "ssim": float(similar[region].mean()),
        "ring": psnr(made, answer, inner | outer),
        "step": _step(made.astype(np.float32) - answer, inner, outer, width),
    }


def _around(region: np.ndarray, margin: int) -> tuple[slice, slice]:
    """The part of the picture that holds the region and a margin of at least eight pixels."""
    spans = [np.flatnonzero(region.any(axis=axis)) for axis in (1, 0)]
    margin = max(margin + 1, 8)
    return (
        slice(max(0, spans[0][0] - margin), spans[0][-1] + 1 + margin),
        slice(max(0, spans[1][0] - margin), spans[1][-1] + 1 + margin),
    )


def _rings(region: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Pixels at most ``width`` from the region's edge, inside and outside."""
    from scipy import ndimage

    def near(where: np.ndarray) -> np.ndarray:
        if where.all():
            return np.zeros_like(where)
        return where & (ndimage.distance_transform_edt(where) <= width)

    return near(region), near(~region)


def _step(error: np.ndarray, inner: np.ndarray, outer: np.ndarray, width: int) -> float:
    """Mean over the edge of the difference between the mean errors of both sides near by, in levels."""
    from scipy import ndimage

    def blurred(values: np.ndarray) -> np.ndarray:
        return np.asarray(ndimage.uniform_filter(values.astype(np.float32), 2 * width + 1))

    near = [np.maximum(blurred(side), 1e-6) for side in (inner, outer)]
    edge = inner & (near[1] > 1e-3) & (near[0] > 1e-3)
    if not edge.any():
        return 0.0
    steps = [
        np.abs(blurred(error[..., c] * inner) / near[0] - blurred(error[..., c] * outer) / near[1])[edge]
        for c in range(3)
    ]
    return float(np.mean(steps))


def _means(rows: list[Row]) -> dict[str, float]:
    return {"edits_made": float(len(rows))} | {
        figure: round(float(np.mean([row[figure] for row in rows])), 4) for figure in FIGURES
    }


def _summary(rows: list[Row]) -> dict[str, Any]:
    kinds = dict.fromkeys(row["kind"] for row in rows)
    sizes = dict.fromkeys((row["model"], "photo" if row["person"] >= 1000 else row["photo"]) for row in rows)
    return {
        **_means(rows),
        "edits": {kind: _means([row for row in rows if row["kind"] == kind]) for kind in kinds},
        "sizes": {
            f"{photo} from {model}": _means(
                [r for r in rows if (r["model"], "photo" if r["person"] >= 1000 else r["photo"]) == (model, photo)]
            )
            for model, photo in sizes
        },
    }  # fmt: skip


def _paired(rows: list[Row], others: list[str]) -> dict[str, dict[str, list[float]]]:
    """95 % intervals of ours minus each other way, by people."""
    ours = [row for row in rows if row["way"] == OURS]
    people = [row["person"] for row in ours]
    paired: dict[str, dict[str, list[float]]] = {}
    for name in others:
        pairs = list(zip(ours, [row for row in rows if row["way"] == name], strict=True))
        paired[name] = {
            figure: [round(end, 4) for end in interval(people, [a[figure] - b[figure] for a, b in pairs])]
            for figure in FIGURES
        }
    return paired


def _bars(methods: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Ours against the enlarged change."""
    ours, before = methods[OURS], methods[BASELINE]
    kinds = ours["edits"]
    gains = {
        "psnr": ours["psnr"] - before["psnr"],
        "ssim": ours["ssim"] - before["ssim"],
        "worst_ring": min(kinds[k]["ring"] - before["edits"][k]["ring"] for k in kinds),
        "worst_psnr": min(kinds[k]["psnr"] - before["edits"][k]["psnr"] for k in kinds),
    }
    asked = {"psnr": PSNR_BAR, "ssim": SSIM_BAR, "worst_ring": 0.0, "worst_psnr": WORST_BAR}
    return {
        name: {"asked": asked[name], "reached": round(gain, 4), "met": gain >= asked[name]}
        for name, gain in gains.items()
    }


def _table(values: dict[str, Any]) -> str:
    lines = [
        f"{values['identities']} drawn people and three photographs, suite paste, seed {values['seed']}, "
        f"autoencoder {values['model']}, {values['seconds']:.0f} s",
        "",
        "| way | edit | n | PSNR | SSIM | PSNR in the ring | step |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, row in values["methods"].items():
        lines.append(_line(name, "all", row))
    for part in ("sizes", "edits"):
        for key in values["methods"][OURS][part]:
            lines += [_line(name, key, row[part][key]) for name, row in values["methods"].items()
                      if name in (OURS, BASELINE)]  # fmt: skip
    lines += ["", f"{OURS} minus {BASELINE}:"]
    words = {"psnr": "PSNR on average", "ssim": "SSIM on average", "worst_ring": "ring, worst kind",
             "worst_psnr": "PSNR, worst kind"}  # fmt: skip
    for name, bar in values["bars"].items():
        verdict = "met" if bar["met"] else "missed"
        lines.append(f"{words[name]}: {bar['reached']:+.3f} (asked: {bar['asked']:+g}, {verdict})")
    return "\n".join(lines)


def _line(name: str, kind: str, row: dict[str, float]) -> str:
    return (
        f"| {name} | {kind} | {row['edits_made']:.0f} | {row['psnr']:.2f} | {row['ssim']:.3f} "
        f"| {row['ring']:.2f} | {row['step']:.2f} |"
    )
