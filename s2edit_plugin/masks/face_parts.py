"""The parts of a face in a picture, as far as something that knows the kind of picture is at hand."""

from __future__ import annotations

import numpy as np

from s2edit_plugin.errors import MaskError
from s2edit_plugin.masks.drawn import drawn_regions
from s2edit_plugin.masks.photograph import Photograph
from s2edit_plugin.masks.word_regions import PARTS
from s2edit_plugin.networks.installed import Networks

__all__ = ["face_parts"]


def face_parts(
    rgb: np.ndarray, networks: Networks | None, subject: bool = True
) -> dict[str, np.ndarray] | None:
    """Masks (H, W) float32 of `word_regions.PARTS` of a picture, uint8 (H, W, 3); None where no face is certain.

    From the bundled network for drawn pictures, for photographs from an installed face parser, else from proportions and
    colours around a face that was found for certain.

    Args:
        subject: find the subject of a photograph too, which takes longest; else it is empty.
    """
    photograph = Photograph(rgb, networks)
    parsed = photograph.has_better("face")
    drawn = drawn_regions(rgb, lambda: photograph.box, surely=parsed)
    if drawn is not None:
        return drawn
    if photograph.sure_box is None:
        return None
    names = tuple(name for name in PARTS if name != "subject")
    try:
        parts = photograph.regions(names)
        whole = photograph.subject().mask if subject else np.zeros(rgb.shape[:2], np.float32)
        return {**parts, "subject": whole}
    except MaskError:
        return None
