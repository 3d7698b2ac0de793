"""Regions of objects named with a colour: "a red ball" is where the picture is red.

Used for nouns without a table entry, if an edit changes the object's colour or removes it.
"""

from __future__ import annotations

import numpy as np

from s2edit_plugin.api import prompts
from s2edit_plugin.imaging.crop import fitted
from s2edit_plugin.perception.masks.grabcut import small_copy
from s2edit_plugin.perception.masks.refine import fit_to_picture, grow

__all__ = ["COLOURS", "colour_segment", "coloured_thing"]

COLOURS: dict[str, tuple[float, float, float]] = {
    # Lightness, chroma and hue (degrees) of CIE Lab; chroma 0: grey.
    "red": (50, 65, 35),
    "orange": (65, 70, 60),
    "yellow": (85, 75, 92),
    "green": (50, 50, 140),
    "turquoise": (70, 40, 190),
    "blue": (40, 55, 285),
    "purple": (40, 50, 320),
    "pink": (70, 45, 350),
    "brown": (38, 28, 60),
    "black": (12, 0, 0),
    "white": (92, 0, 0),
    "grey": (55, 0, 0),
    "gray": (55, 0, 0),
}
_SIDE = 256
_LEAST = 0.003  # share of the picture
_HUE_SPREAD, _LIGHT_SPREAD = 22.0, 18.0
_LIKELY, _LIKELY_WITHIN = 0.35, 0.15
_SHADE = 45  # least lightness of white in the shade of a white object
_GROWN = 0.006  # of the longer side: an edge is of both colours
_OF_LARGEST = 0.12  # parts smaller than this share of the largest are ignored
_FIT_RADIUS = 3
_EDGE = 8.0  # penalty of a part for its share of the picture's edge
_INSIDE = 0.5


def coloured_thing(source: str, target: str) -> tuple[str, bool] | None:
    """The colour of the object an edit changes, and whether the object is removed; None for other edits.

    "a red ball" -> "a blue ball": ("red", False); -> "a photo of a table": ("red", True).
    """
    before, after = prompts.words(source), prompts.words(target)
    mapping = prompts.align_words(source, target)
    gone = [word for i, word in enumerate(before) if i not in mapping and prompts.is_telling(word)]
    new = [
        word
        for word, partner in zip(after, mapping, strict=True)
        if partner is None and prompts.is_telling(word)
    ]
    colours = [word for word in gone if word in COLOURS]
    if len(colours) != 1:
        return None
    if not new and gone[-1] != colours[0]:
        return colours[0], True
    return (colours[0], False) if gone == colours and all(word in COLOURS for word in new) else None


def colour_segment(
    rgb: np.ndarray, colour: str, within: np.ndarray | None = None, filled: bool = False
) -> np.ndarray | None:
    """Binary region (H, W) float32 of a colour; None if nothing or nearly everything has it.

    Args:
        rgb: uint8 (H, W, 3). within: (H, W) in [0, 1], area to search; None: everywhere.
        filled: include enclosed areas, e.g. highlights and prints.
    """
    from scipy import ndimage
    from skimage.color import rgb2lab

    fine = rgb.astype(np.float32) / 255 if max(rgb.shape[:2]) <= 2 * _SIDE else small_copy(rgb, 2 * _SIDE)
    small = small_copy(rgb, _SIDE)
    lab = rgb2lab(ndimage.gaussian_filter(small, (0.7, 0.7, 0)))
    likely = _likeness(lab, colour, shaded=within is not None)
    if within is None:  # wood is brown rather than red
        others = [_likeness(lab, name, shaded=False) for name in COLOURS if COLOURS[name] != COLOURS[colour]]
        likely = np.where(likely >= np.max(others, axis=0), likely, 0)
    if within is not None:
        likely = likely * (fitted(within, likely.shape) >= _INSIDE)
    found = ndimage.binary_opening(likely > (_LIKELY if within is None else _LIKELY_WITHIN), iterations=1)
    labels, count = ndimage.label(found)
    if not count:
        return None
    # Parts are weighted by the strength of the colour: a pale wall of the same hue counts little.
    weight = np.bincount(labels.ravel(), (likely**2).ravel(), minlength=count + 1)
    if within is None:  # parts along the picture's edge are background rather than objects
        edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
        weight *= np.exp(-_EDGE * np.bincount(edge, minlength=count + 1) / len(edge))
    weight[0] = 0
    keep = weight >= _OF_LARGEST * weight.max() if within is not None else weight == weight.max()
    found = keep[labels]
    found = ndimage.binary_fill_holes(found) if filled else ndimage.binary_closing(found, iterations=1)
    if not _LEAST < float(found.mean()) < 0.9:
        return None
    mask = fit_to_picture(found.astype(np.float32), small, fine, _FIT_RADIUS)
    mask = grow(np.clip(fitted(mask, rgb.shape[:2]), 0, 1), _GROWN * max(rgb.shape[:2]))
    return (mask >= _INSIDE).astype(np.float32)


def _likeness(lab: np.ndarray, colour: str, shaded: bool) -> np.ndarray:
    """Similarity 0..1 of each pixel in Lab, (h, w, 3), to a colour; shaded: white in the shade counts as white."""
    light, chroma = lab[..., 0], np.hypot(lab[..., 1], lab[..., 2])
    wanted_light, wanted_chroma, wanted_hue = COLOURS[colour]
    if not wanted_chroma:
        if shaded and colour == "white":
            wanted_light = np.clip(light, _SHADE, wanted_light)
        return np.exp(-(((light - wanted_light) / _LIGHT_SPREAD) ** 2) - (chroma / 14) ** 2)
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1]))
    away = (hue - wanted_hue + 180) % 360 - 180
    strong = np.clip(chroma / (0.55 * wanted_chroma), 0, 1) ** 2
    lightness = np.exp(-(((light - wanted_light) / 45) ** 2))
    return np.exp(-((away / _HUE_SPREAD) ** 2)) * strong * lightness
