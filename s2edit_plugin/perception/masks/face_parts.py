"""Parts of a face by the best available method for the kind of picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from s2edit_plugin.errors import MaskError
from s2edit_plugin.perception.masks.drawn import drawn_regions
from s2edit_plugin.perception.masks.photograph import Photograph
from s2edit_plugin.perception.networks.installed import Networks

__all__ = ["FaceParts", "face_parts"]


_CERTAIN = 0.75  # at 0.5 the cascade detects drawn mouths as faces


@dataclass(frozen=True)
class FaceParts:
    """Masks (H, W) float32 in [0, 1] by name. exact: they follow the picture's own edges."""

    masks: dict[str, np.ndarray]
    exact: bool


def face_parts(rgb: np.ndarray, names: tuple[str, ...], networks: Networks | None) -> FaceParts | None:
    """Parts, of `word_regions.PARTS`, of a picture, uint8 (H, W, 3); None without a certain face.

    For drawn pictures from the bundled network; for photographs from an installed face parser, else by proportions and colours
    around a certain face.
    """
    photograph = Photograph(rgb, networks)
    parsed = photograph.has_better("face")
    drawn = drawn_regions(rgb, lambda: photograph.box, surely=parsed)
    if drawn is not None:
        return FaceParts(drawn, exact=False)
    if photograph.box is None or photograph.box.confidence < _CERTAIN:
        return None
    try:
        masks = photograph.regions(tuple(name for name in names if name != "subject"))
        if "subject" in names:
            masks["subject"] = photograph.subject().mask
    except MaskError:
        return None
    return FaceParts(masks, exact=True)
