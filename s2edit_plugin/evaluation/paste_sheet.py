"""The sheet of the suite ``paste``: before, enlarged change, ours and the exact answer at 100 %.

``python -m s2edit_plugin.evaluation.paste_sheet docs/paste-sheet.jpg``: twelve edits of drawn people at 2048 pixels from a
square of 512, and one of each kind of photographs from a square of 128. Each row shows where the enlarged change errs most.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np

from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.evaluation.paste_cases import DRAWN, PasteCase, drawn_at, photographs
from s2edit_plugin.evaluation.paste_rivals import BASELINE, OURS, WAYS
from s2edit_plugin.evaluation.paste_suite import decoded
from s2edit_plugin.imaging.contact_sheet import Cell, contact_sheet
from s2edit_plugin.storage.paths import write_atomic

__all__ = ["cells_of", "main", "worst_place"]

SIDE, LARGE, SQUARES = 224, 2048, (512, 128)
TWELVE = tuple(kind for kind in DRAWN if kind != "hair_shorter")
PHOTOGRAPHED = ("photo_recolour", "photo_relight", "photo_thing_on", "photo_thing_off")
SEED, QUALITY = 1_000_000, 82


def cells_of(backbone: Backbone, case: PasteCase, square: int) -> list[Cell]:
    """The four pictures of a row, each uint8 (SIDE, SIDE, 3) or smaller."""
    shown = decoded(backbone, case, square)
    enlarged, ours = WAYS[BASELINE](shown), WAYS[OURS](shown)
    window = worst_place(np.abs(enlarged.astype(np.float32) - case.answer).mean(axis=2), SIDE)
    name = case.kind.replace("_", " ")
    labelled = ((f"{name}: before", case.photo), ("enlarged change", enlarged), ("now", ours),
                ("exact answer", case.answer))  # fmt: skip
    return [Cell(label, np.ascontiguousarray(picture[window])) for label, picture in labelled]


def worst_place(error: np.ndarray, side: int) -> tuple[slice, slice]:
    """The square window of an error (h, w) with the largest mean error."""
    sums = np.pad(error.astype(np.float64), ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    side = min(side, *error.shape)
    inside = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    top, left = np.unravel_index(int(inside.argmax()), inside.shape)
    return slice(int(top), int(top) + side), slice(int(left), int(left) + side)


@cache
def _backbone() -> Backbone:
    from s2edit_plugin.backbones.loading import load_backbone

    return load_backbone()


def _row(number: int) -> list[Cell]:
    """A row of the sheet: first the drawn people, then each kind of photographs."""
    if number < len(TWELVE):
        return cells_of(_backbone(), drawn_at(TWELVE[number], number, LARGE, SEED), SQUARES[0])
    kinds = {case.kind: case for case in reversed(list(photographs()))}
    return cells_of(_backbone(), kinds[PHOTOGRAPHED[number - len(TWELVE)]], SQUARES[1])


def main() -> None:
    """Write the sheet, two edits a line."""
    from PIL import Image

    parser = argparse.ArgumentParser(description="The sheet of the suite paste.")
    parser.add_argument("out", type=Path, help="JPEG to write")
    parser.add_argument("--jobs", type=int, default=2, help="processes; default: 2")
    args = parser.parse_args()
    # Started anew, not forked: torch has threads of its own.
    with ProcessPoolExecutor(args.jobs, multiprocessing.get_context("spawn")) as pool:
        rows = list(pool.map(_row, range(len(TWELVE) + len(PHOTOGRAPHED))))
    cells = [cell for row in rows for cell in row]
    with Image.open(io.BytesIO(contact_sheet(cells, columns=8, side=SIDE))) as sheet:
        stream = io.BytesIO()
        sheet.convert("RGB").save(stream, "JPEG", quality=QUALITY, optimize=True)
    write_atomic(args.out, stream.getvalue())


if __name__ == "__main__":
    main()
