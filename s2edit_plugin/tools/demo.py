"""The demo: learn a token from the bundled portrait, edit it, transfer makeup, and write a contact sheet."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from s2edit_plugin import api
from s2edit_plugin.imaging.contact_sheet import Cell, contact_sheet
from s2edit_plugin.storage.paths import write_atomic
from s2edit_plugin.tools.sample_images import Sample, sample

if TYPE_CHECKING:
    from s2edit_plugin.workflows.studio import Studio

__all__ = ["EDITS", "outputs", "run"]

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

MAKEUP_PROMPT = (
    "a photo of a young woman with short black hair wearing lipstick and green eyeshadow and blush {place}"
)
THUMBNAIL = 256
MASKS = ("subject", "face", "hair", "lips")
SAMPLES = {
    "source": "anna",
    "makeup_reference": "mia_makeup",
    "second_source": "anna_second",
    "hidden_source": "anna_sunglasses",
}
IDENTITY, MAKEUP = "anna/me", "mia/lips"
UNCOVERED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("uncovered_by_words", "off, by words alone", ()),
    ("uncovered_by_token", "off, with her token", (IDENTITY,)),
)
"""File, label and tokens of the pictures in which her sunglasses come off; ``anna_second`` is what is under them."""
MADE = ("makeup_transfer", "second_blonde_hair", *(name for name, _, _ in UNCOVERED), "sheet")


@dataclass
class _Sheet:
    """Writes every picture to its own file and adds it to the sheet."""

    folder: Path
    files: dict[str, Path] = field(default_factory=dict)
    cells: list[Cell] = field(default_factory=list)

    def keep(self, name: str, label: str, picture: bytes, before: bytes | None = None) -> None:
        """Add a picture file; with ``before`` also the difference from it."""
        self.files[name] = self.folder / f"{name}.png"
        write_atomic(self.files[name], picture)
        self.cells.append(Cell(label, _rgb(picture)))
        if before is not None:
            self.cells.append(Cell("difference x3", _difference(before, picture)))


def outputs(out: Path) -> list[Path]:
    """The picture files that `run` writes below a folder, without those that hold its sample pictures already."""
    names = [f"mask_{method}" for method in MASKS] + [_edit_file(name) for name, _ in EDITS]
    copies = {out / f"{name}.png": sample(of).picture for name, of in SAMPLES.items()}
    fresh = [path for path, picture in copies.items() if not path.is_file() or path.read_bytes() != picture]
    return [*fresh, *(out / f"{name}.png" for name in (*names, *MADE))]


def run(
    out: Path, on_progress: api.OnProgress, studio: Studio, learn: api.LearnSettings | None = None
) -> dict[str, Any]:
    """Run the demo and write ``sheet.png`` and every single picture below ``out``.

    Args:
        studio: of the loaded model; the demo's tokens are stored in a separate library, ``out/data``.
        learn: settings of the two tokens, None: the defaults.

    Returns:
        paths and figures as JSON values: ``sheet``, ``files``, ``tokens``, ``seconds``.

    Raises:
        ModelError: the bundled model or sample pictures are missing. Others as in `Studio`.
    """
    started = time.monotonic()
    out.mkdir(parents=True, exist_ok=True)
    studio = studio.with_home(out / "data")
    anna, mia = sample("anna"), sample("mia_makeup")
    settings, sheet = learn or api.LearnSettings(), _Sheet(out)

    sheet.keep("source", "the one photo", anna.picture)
    for method in MASKS:
        sheet.keep(f"mask_{method}", f"mask: {method}", studio.mask(api.MakeMask(anna.picture, method)).mask)
    identity = studio.learn(_identity(anna, settings), on_progress)
    sheet.cells.append(Cell("attention of [I]", _attention_overlay(studio, anna.picture)))
    for name, prompt in EDITS:
        request = api.ApplyEdit(anna.picture, (IDENTITY,), prompt.format(place=anna.place))
        made = studio.edit(request, on_progress)
        sheet.keep(_edit_file(name), name, made.image, anna.picture)

    makeup = studio.learn(_makeup(mia, settings), on_progress)
    sheet.keep("makeup_reference", "lip makeup from her", mia.picture)
    transfer = api.ApplyEdit(anna.picture, (IDENTITY, MAKEUP), anna.caption, region="lips")
    made = studio.edit(transfer, on_progress)
    sheet.keep("makeup_transfer", "anna with that makeup", made.image, anna.picture)

    _edit_her_other_photos(studio, sheet, on_progress)
    path = out / "sheet.png"
    write_atomic(path, contact_sheet(sheet.cells, columns=6, side=THUMBNAIL))
    return {
        "sheet": str(path),
        "files": {name: str(file) for name, file in sheet.files.items()},
        "tokens": [
            {"name": t.name, "bytes": t.size_bytes, "loss_first": t.loss_first, "loss_last": t.loss_last}
            for t in (identity, makeup)
        ],
        "seconds": round(time.monotonic() - started, 1),
    }


def _edit_her_other_photos(studio: Studio, sheet: _Sheet, on_progress: api.OnProgress) -> None:
    second, hidden = sample("anna_second"), sample("anna_sunglasses")
    sheet.keep("second_source", "another photo of her", second.picture)
    blonde = EDITS[0][1].format(place=second.place)
    made = studio.edit(api.ApplyEdit(second.picture, (IDENTITY,), blonde, second.caption), on_progress)
    sheet.keep("second_blonde_hair", "same token: blonde hair", made.image, second.picture)
    sheet.keep("hidden_source", "her in sunglasses", hidden.picture)
    for name, label, tokens in UNCOVERED:
        made = studio.edit(api.ApplyEdit(hidden.picture, tokens, second.caption, hidden.caption), on_progress)
        sheet.keep(name, label, made.image)
    sheet.cells.append(Cell("what is under them", _rgb(second.picture)))


def _edit_file(name: str) -> str:
    return f"edit_{name.replace(' ', '_')}"


def _identity(anna: Sample, settings: api.LearnSettings) -> api.LearnToken:
    person, token = IDENTITY.split("/")
    # Consent is given: the person is drawn by a program.
    return api.LearnToken(
        anna.picture, person, token, "identity", "woman", prompt=anna.caption, settings=settings, consent=True
    )


def _makeup(mia: Sample, settings: api.LearnSettings) -> api.LearnToken:
    person, token = MAKEUP.split("/")
    return api.LearnToken(
        mia.picture,
        person,
        token,
        "attribute",
        "lipstick",
        "lips",
        prompt=MAKEUP_PROMPT.format(place=mia.place),
        attribute_words=("black hair", "short hair", "smiling", "glasses", "green eyeshadow", "blush"),
        settings=settings,
    )


def _rgb(picture: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(picture)) as image:
        return np.asarray(image.convert("RGB"))


def _difference(before: bytes, after: bytes) -> np.ndarray:
    change = np.abs(_rgb(after).astype(np.int16) - _rgb(before).astype(np.int16)) * 3
    return np.clip(change, 0, 255).astype(np.uint8)


def _attention_overlay(studio: Studio, photo: bytes) -> np.ndarray:
    """Attention of [I] as a red overlay on the grey photo."""
    heat = studio.attention(photo, IDENTITY)
    grey = _rgb(photo).mean(axis=2, keepdims=True).repeat(3, axis=2) * 0.6
    grey[..., 0] += heat * 160
    return np.clip(grey, 0, 255).astype(np.uint8)
