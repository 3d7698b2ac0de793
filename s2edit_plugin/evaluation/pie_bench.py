"""``s2edit eval --suite pie-bench --data DIR``: the editing benchmark of real and drawn pictures that published tables use.

Where the edit belongs is known (a mask), what it should look like is not: the background must stay, the structure should, and
the picture should show what the target prompt says. Figures of what is drawn and of what is pasted: PSNR, SSIM and mean squared
error of the background; structure distance and CLIP similarity where their networks are installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from s2edit_plugin.api import prompts
from s2edit_plugin.errors import MaskError
from s2edit_plugin.evaluation.asked import Run
from s2edit_plugin.evaluation.benchmark import Plan, Result, compare
from s2edit_plugin.evaluation.figures import Row, cost_of
from s2edit_plugin.evaluation.methods import METHODS, Method, choose_methods
from s2edit_plugin.evaluation.metrics import mse, psnr, ssim
from s2edit_plugin.evaluation.pie_data import PieCase, PieEntry, read_pie_bench
from s2edit_plugin.evaluation.report import Column, Shown
from s2edit_plugin.evaluation.scores import ClipScore, StructureScore, find_clip, find_dino
from s2edit_plugin.evaluation.suites import AskedEdit, Shot, Subject
from s2edit_plugin.evaluation.trials import Outcome, Trials
from s2edit_plugin.perception.masks.refine import overlap
from s2edit_plugin.perception.masks.resolve import search_mask
from s2edit_plugin.perception.networks.installed import Networks

__all__ = ["COLUMNS", "real_methods", "run", "subject_mask"]

COLUMNS: tuple[Column, ...] = tuple(
    (f"{figure}_{name}", f"{title}, {name}", pattern)
    for name in ("drawn", "pasted")
    for figure, title, pattern in (
        ("structure", "structure x1000", "{:.2f}"),
        ("psnr", "PSNR", "{:.2f}"),
        ("mse", "MSE x10^4", "{:.2f}"),
        ("ssim", "SSIM x100", "{:.2f}"),
        ("clip_whole", "CLIP, whole", "{:.2f}"),
        ("clip_edited", "CLIP, edited", "{:.2f}"),
        ("levels_inside", "change inside, levels", "{:.1f}"),
    )
) + (
    ("region_overlap", "region IoU", "{:.2f}"),
    ("seconds", "s", "{:.1f}"),
    ("forwards", "forwards", "{:.0f}"),
)
PAIRED = (
    "psnr_drawn",
    "ssim_drawn",
    "psnr_pasted",
    "clip_whole_pasted",
    "clip_edited_pasted",
    "structure_pasted",
)
DISCLOSED = (
    "Background figures are over background pixels alone and masks have no drawn frame; PIE-Bench's own code zeroes masked "
    "pixels and averages over the whole picture, which gives higher PSNR and SSIM. LPIPS is left out: its network is not part "
    "of this program."
)


def real_methods() -> dict[str, Method]:
    """The methods that need no right answer."""
    return {name: m for name, m in METHODS.items() if m.shows != "answer" and not m.oracle}


def subject_mask(networks: Networks | None) -> Any:
    """Gives the subject's mask (H, W) on a picture; the whole picture where no subject is found."""

    def find(picture: np.ndarray) -> np.ndarray:
        try:
            return search_mask(picture, "auto", networks=networks).mask
        except MaskError:
            return np.ones(picture.shape[:2], np.float32)

    return find


def run(asked: Run) -> dict[str, Any]:
    """Run the suite; ``identities`` are pictures.

    Raises:
        UsageError: the folder does not hold PIE-Bench.
    """
    assert asked.data is not None
    entries, missing = read_pie_bench(asked.data, asked.identities, asked.seed)
    clip, dino, networks = find_clip(), find_dino(), Networks()
    notes = [DISCLOSED]
    if missing:
        notes.append(f"{missing} pictures that the list names are not in the folder and were left out.")
    if clip is None:
        notes.append("CLIP similarity is left out: CLIP ViT-L/14 is not installed.")
    if dino is None:
        notes.append("Structure distance is left out: DINO ViT-B/8 is not installed.")
    return compare(
        replace(asked, identities=len(entries)),
        Plan(
            entries,
            choose_methods(asked.methods, real_methods(), asked.main),
            lambda entry: _Pie(asked, entry, clip, dino, networks),
            lambda entry: _shown(entry.read()),
            COLUMNS,
            PAIRED,
            "",
            "pictures of PIE-Bench",
            tuple(notes),
            (asked.data.resolve(), clip is None, dino is None),
        ),
    )


def _shown(case: PieCase) -> list[Shown]:
    return [Shown(case.kind, case.picture)]


class _Pie:
    def __init__(
        self,
        asked: Run,
        entry: PieEntry,
        clip: ClipScore | None,
        dino: StructureScore | None,
        networks: Networks,
    ) -> None:
        self.case, self.clip, self.dino = entry.read(), clip, dino
        case = self.case
        shot = Shot(case.picture, case.source, (AskedEdit(case.kind, case.target),), True)
        # A token needs a word to stand before that both prompts have.
        common = [w for w in prompts.words(case.source) if w in prompts.words(case.target)]
        self.noun = next((w for w in common if prompts.is_telling(w)), "")
        subject = Subject(entry.index, self.noun, case.picture, case.source, (shot,))
        self.trials = Trials(asked.backbone, subject, mask_of=subject_mask(networks), networks=networks)

    def results(self, method: Method) -> Iterator[Result]:
        learns = method.learn is not None or method.tuned is not None
        made = next(
            self.trials.outcomes(
                replace(method, learn=None, tuned=None) if learns and not self.noun else method
            )
        )
        yield Result(self.case.kind, self._row(made), (made.drawn, made.pasted, made.region))

    def _row(self, made: Outcome) -> Row:
        case = self.case
        background = ~case.region
        row: Row = {"region_overlap": overlap(made.region > 0.5, case.region)}
        for name, picture in (("drawn", made.drawn), ("pasted", made.pasted)):
            if background.any():
                row[f"psnr_{name}"] = psnr(picture, case.picture, background)
                row[f"mse_{name}"] = 1e4 * mse(picture, case.picture, background)
                row[f"ssim_{name}"] = 100 * ssim(picture, case.picture, background)
            if case.region.any():
                changed = np.abs(picture.astype(np.float32) - case.picture)
                row[f"levels_inside_{name}"] = float(changed[case.region].mean())
            if self.dino is not None:
                row[f"structure_{name}"] = 1000 * self.dino.distance(case.picture, picture)
            if self.clip is not None:
                row[f"clip_whole_{name}"] = self.clip.similarity(picture, case.target)
                edited = np.where(case.region[..., None], picture, 0).astype(np.uint8)
                row[f"clip_edited_{name}"] = self.clip.similarity(edited, case.target)
        return row | cost_of(made)
