"""The sheet of the suite ``paste``: before, enlarged change, ours and the exact answer at 100 %.

``python -m s2edit_plugin.evaluation.paste_sheet docs/paste-sheet.jpg``: twelve edits of drawn people at 2048 pixels from a
square of 512, and one of each kind of photographs from a square of 128. Each row shows where the enlarged change errs most.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.contact_sheet import Cell, contact_sheet
from s2edit_plugin.evaluation.paste_cases import DRAWN, PasteCase, drawn_at, photographs
from s2edit_plugin.evaluation.paste_rivals import BASELINE, OURS, WAYS
from s2edit_plugin.evaluation.paste_suite import decoded
from s2edit_plugin.paths import write_atomic

__all__ = ["cells_of", "main", "worst_place"]

SIDE, LARGE, SQUARES = 224, 2048, (512, 128)
TWELVE = tuple(kind for kind in DRAWN if kind != "hair_shorter")
QUALITY = 82


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


def _rows(backbone: Backbone) -> Iterator[list[Cell]]:
    for person, kind in enumerate(TWELVE):
        yield cells_of(backbone, drawn_at(kind, person, LARGE, 1_000_000), SQUARES[0])
    kinds: set[str] = set()
    for case in photographs():
        if case.kind not in kinds:
            kinds.add(case.kind)
            yield cells_of(backbone, case, SQUARES[1])


def main() -> None:
    """Write the sheet, two edits a line."""
    from PIL import Image

    from s2edit_plugin.backbones.loading import load_backbone

    parser = argparse.ArgumentParser(description="The sheet of the suite paste.")
    parser.add_argument("out", type=Path, help="JPEG to write")
    out = parser.parse_args().out
    cells = [cell for row in _rows(load_backbone()) for cell in row]
    with Image.open(io.BytesIO(contact_sheet(cells, columns=8, side=SIDE))) as sheet:
        stream = io.BytesIO()
        sheet.convert("RGB").save(stream, "JPEG", quality=QUALITY, optimize=True)
    write_atomic(out, stream.getvalue())


if __name__ == "__main__":
    main()
