"""The demo: learn a token from the bundled portrait, edit her, transfer a makeup, and lay it all out on one sheet."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from s2edit_plugin import api
from s2edit_plugin.contact_sheet import Cell, contact_sheet
from s2edit_plugin.paths import models_package, write_atomic

if TYPE_CHECKING:
    from s2edit_plugin.studio import Studio

__all__ = ["EDITS", "run"]

EDITS: tuple[tuple[str, str], ...] = (
    ("blonde hair", "a photo of a young woman with long blonde hair {place}"),
    ("black hair", "a photo of a young woman with long black hair {place}"),
    ("smiling", "a photo of a young woman with long brown hair smiling {place}"),
    ("glasses", "a photo of a young woman with long brown hair wearing glasses {place}"),
    ("sunglasses", "a photo of a young woman with long brown hair wearing sunglasses {place}"),
    ("red lipstick", "a photo of a young woman with long brown hair wearing red lipstick {place}"),
    ("a red hat", "a photo of a young woman with long brown hair in a red hat {place}"),
)
"""Name and target prompt of every edit of the sheet; ``{place}`` is the scene of the photo's caption."""

MAKEUP_PROMPT = "a photo of a young woman with short black hair wearing lipstick {place}"
THUMBNAIL = 256


def run(out: Path, on_progress: api.OnProgress, studio: Studio) -> dict[str, Any]:
    """Run the demo and write ``sheet.png`` and every single picture below ``out``.

    Returns:
        paths and figures as JSON values: ``sheet``, ``files``, ``tokens``, ``seconds``.

    Raises:
        ModelError: the bundled model or sample pictures are missing. Others as in `Studio`.
    """
    started = time.monotonic()
    out.mkdir(parents=True, exist_ok=True)
    samples = models_package() / "samples"
    captions = json.loads((samples / "captions.json").read_text())
    photo, second, reference = ((samples / f"{n}.png").read_bytes() for n in ("anna", "anna_second", "mia_makeup"))
    files: dict[str, Path] = {}
    cells: list[Cell] = []

    def keep(name: str, label: str, picture: bytes, before: bytes | None = None) -> None:
        files[name] = out / f"{name}.png"
        write_atomic(files[name], picture)
        cells.append(Cell(label, _rgb(picture)))
        if before is not None:
            cells.append(Cell("difference x3", _difference(before, picture)))

    keep("source", "the one photo", photo)
    for method in ("subject", "face", "hair", "lips"):
        keep(f"mask_{method}", f"mask: {method}", studio.mask(api.MakeMask(photo, method)).mask)
    consent = True  # the person is drawn by a program
    identity = studio.learn(
        api.LearnToken(photo, "anna", "me", "identity", "woman", prompt=captions["anna"]["caption"], consent=consent),
        on_progress,
    )
    cells.append(Cell("attention of [I]", _attention_overlay(studio, photo)))
    place = captions["anna"]["caption"].split("hair ", 1)[1]
    for name, prompt in EDITS:
        request = api.ApplyEdit(photo, ("anna/me",), prompt.format(place=place))
        keep(f"edit_{name.replace(' ', '_')}", name, studio.edit(request, on_progress).image, photo)

    mia_place = captions["mia_makeup"]["caption"].split("blush ", 1)[1]
    makeup = studio.learn(
        api.LearnToken(
            reference, "mia", "makeup", "attribute", "lipstick", "face",
            prompt=MAKEUP_PROMPT.format(place=mia_place), attribute_words=("black hair", "short hair", "smiling", "glasses"),
        ),
        on_progress,
    )  # fmt: skip
    keep("makeup_reference", "makeup from her", reference)
    transfer = api.ApplyEdit(photo, ("anna/me", "mia/makeup"), captions["anna"]["caption"], region="face")
    keep("makeup_transfer", "anna with that makeup", studio.edit(transfer, on_progress).image, photo)

    keep("second_source", "another photo of her", second)
    again = api.ApplyEdit(
        second,
        ("anna/me",),
        "a photo of a young woman with long blonde hair in a studio",
        captions["anna_second"]["caption"],
    )
    keep("second_blonde_hair", "same token: blonde hair", studio.edit(again, on_progress).image, second)

    sheet = out / "sheet.png"
    write_atomic(sheet, contact_sheet(cells, columns=6, side=THUMBNAIL))
    return {
        "sheet": str(sheet),
        "files": {name: str(path) for name, path in files.items()},
        "tokens": [
            {"name": t.name, "bytes": t.size_bytes, "loss_first": t.loss_first, "loss_last": t.loss_last}
            for t in (identity, makeup)
        ],
        "seconds": round(time.monotonic() - started, 1),
    }


def _rgb(picture: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(picture)) as image:
        return np.asarray(image.convert("RGB"))


def _difference(before: bytes, after: bytes) -> np.ndarray:
    change = np.abs(_rgb(after).astype(np.int16) - _rgb(before).astype(np.int16)) * 3
    return np.clip(change, 0, 255).astype(np.uint8)


def _attention_overlay(studio: Studio, photo: bytes) -> np.ndarray:
    """Where [I] looks, as a red veil over the greyed photo."""
    heat = studio.attention(photo, "anna/me")
    grey = _rgb(photo).mean(axis=2, keepdims=True).repeat(3, axis=2) * 0.6
    grey[..., 0] += heat * 160
    return np.clip(grey, 0, 255).astype(np.uint8)
