"""Reading PIE-Bench (Ju et al. 2023, "PnP Inversion") as it is downloaded.

    DIR/mapping_file.json       {id: {"image_path", "original_prompt", "editing_prompt", "editing_type_id", "mask"}}
    DIR/annotation_images/      the pictures, 512 x 512

A mask is a list of starts and lengths of runs in the picture read row by row; it says where the edit belongs. Brackets in the
prompts mark the words that change. Its own code draws a frame of one pixel into every mask; here masks are as they are stored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from s2edit_plugin.errors import ImageError, Sentence, UsageError
from s2edit_plugin.imaging.crop import central_square
from s2edit_plugin.imaging.files import read_photo_file
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.storage.paths import read_limited

__all__ = ["KINDS", "PieCase", "decode_mask", "read_pie_bench"]

MAPPING, PICTURES = "mapping_file.json", "annotation_images"
KINDS = (
    "random", "change_object", "add_object", "delete_object", "change_content", "change_pose", "change_color",
    "change_material", "change_background", "change_style",
)  # fmt: skip
_MOST_BYTES = 200_000_000
_SIDE = 512


@dataclass(frozen=True)
class PieCase:
    """One picture and its edit.

    Attributes:
        picture: uint8 (S, S, 3). source, target: prompts without brackets. region: (S, S) bool, where the edit belongs.
        edited: words of the target in brackets, "" if there are none.
    """

    name: str
    kind: str
    picture: np.ndarray
    source: str
    target: str
    region: np.ndarray
    edited: str


@dataclass(frozen=True)
class PieEntry:
    """A line of the mapping file whose picture is there; read when it is wanted. index: its place in the file."""

    index: int
    name: str
    values: Mapping[str, Any]
    file: Path

    def read(self) -> PieCase:
        """The case. Raises UsageError for values that are not as they should be, ImageError for a damaged picture."""
        try:
            source, target = str(self.values["original_prompt"]), str(self.values["editing_prompt"])
            runs = [int(number) for number in self.values["mask"]]
            kind = int(self.values.get("editing_type_id", 0))
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(
                Sentence("The entry '{}' of {} lacks prompts or a mask.", self.name, MAPPING),
                "Download PIE-Bench again.",
            ) from error
        picture = read_photo(read_photo_file(self.file), str(self.file)).as_uint8_rgb()
        region = decode_mask(runs, (picture.shape[0], picture.shape[1]))
        named = KINDS[kind] if 0 <= kind < len(KINDS) else str(kind)
        parts = target.split("[")[1:]
        edited = " ".join(part.split("]")[0] for part in parts)
        return PieCase(
            self.name,
            named,
            central_square(picture),
            _plain(source),
            _plain(target),
            central_square(region),
            _plain(edited),
        )


def read_pie_bench(folder: Path, count: int, seed: int) -> tuple[list[PieEntry], int]:
    """Entries of PIE-Bench, and how many have no picture.

    Args:
        count: at most so many, drawn by the seed; in the file's order.

    Raises:
        UsageError: the folder does not hold PIE-Bench.
    """
    file = folder / MAPPING
    if not file.is_file():
        raise UsageError(
            Sentence("{} holds no {}.", folder, MAPPING),
            Sentence("Name the folder of PIE-Bench that holds it and {}.", PICTURES),
        )
    try:
        values = json.loads(read_limited(file, _MOST_BYTES))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(Sentence("{} cannot be read.", file), "Download PIE-Bench again.") from error
    if not isinstance(values, dict) or not values or not all(isinstance(v, dict) for v in values.values()):
        raise UsageError(Sentence("{} is not PIE-Bench's list of edits.", file), "Download PIE-Bench again.")
    entries = []
    for index, (name, entry) in enumerate(values.items()):
        path = Path(str(entry.get("image_path", "")))
        inside = not path.is_absolute() and ".." not in path.parts and path.name != ""
        if inside and (folder / PICTURES / path).is_file():
            entries.append(PieEntry(index, str(name), entry, folder / PICTURES / path))
    if not entries:
        raise UsageError(
            Sentence("{} holds none of the pictures that {} names.", folder / PICTURES, MAPPING),
            "Download PIE-Bench again.",
        )
    missing = len(values) - len(entries)
    if count < len(entries):
        chosen = np.random.default_rng(seed).permutation(len(entries))[:count]
        entries = [entries[i] for i in sorted(chosen)]
    return entries, missing


def decode_mask(runs: list[int], shape: tuple[int, int]) -> np.ndarray:
    """(H, W) bool from starts and lengths. Masks are stored for 512 x 512; other pictures get them resized."""
    from PIL import Image

    flat = np.zeros(_SIDE * _SIDE, bool)
    for start, length in zip(runs[::2], runs[1::2], strict=False):
        if start < 0 or length < 0:
            raise ImageError("A mask of PIE-Bench has a negative run.")
        flat[start : start + length] = True
    mask = flat.reshape(_SIDE, _SIDE)
    if shape == mask.shape:
        return mask
    resized = Image.fromarray(mask.astype(np.uint8)).resize((shape[1], shape[0]), Image.Resampling.NEAREST)
    return np.asarray(resized) > 0


def _plain(prompt: str) -> str:
    return " ".join(prompt.replace("[", "").replace("]", "").replace("<", " ").replace(">", " ").split())
