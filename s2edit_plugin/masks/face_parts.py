"""The parts of a face in a picture, as far as something that knows the kind of picture is at hand."""

from __future__ import annotations

import numpy as np

from s2edit_plugin.errors import MaskError
from s2edit_plugin.masks.drawn import drawn_regions
from s2edit_plugin.masks.photograph import Photograph
from s2edit_plugin.masks.word_regions import PARTS
from s2edit_plugin.networks.installed import Networks

__all__ = ["face_parts"]


def face_parts(rgb: np.ndarray, networks: Networks | None) -> dict[str, np.ndarray] | None:
    """Masks (H, W) float32 of `word_regions.PARTS` of a picture, uint8 (H, W, 3).

    From the bundled network for drawn pictures, from an installed face parser for photographs; else None, for proportions alone
    are too rough to edit by.
    """
    photograph = Photograph(rgb, networks)
    parsed = photograph.has_better("face")
    drawn = drawn_regions(rgb, lambda: photograph.box, surely=parsed)
    if drawn is not None or not parsed:
        return drawn
    names = tuple(name for name in PARTS if name != "subject")
    try:
        parts = photograph.regions(names)
        return {**parts, "subject": photograph.subject().mask}
    except MaskError:
        return None
