"""Whether a picture is one the bundled network knows: drawn, as its training pictures are, not photographed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from s2edit_plugin.errors import ModelError
from s2edit_plugin.masks.face import FaceBox

__all__ = ["FindFace", "drawn_regions", "sure_regions"]

FindFace = Callable[[], FaceBox | None]

_INSIDE = 0.5
# What the network says of photographs is hesitant, fills the picture, or finds no one.
# Certainty, the mean of |2 p - 1|: 0.95 to 0.99 on drawn pictures; cat 0.82, astronaut 0.88, cup 0.93, rocket 0.955.
_LEAST_CERTAIN = 0.92
_QUITE_CERTAIN = 0.96
_SUBJECT_SHARE = (0.03, 0.97)
_LEAST_FACE_SHARE = 0.3


def drawn_regions(
    rgb: np.ndarray, find_face: FindFace, *, surely: bool = False
) -> dict[str, np.ndarray] | None:
    """The bundled network's regions of a drawn picture.

    Args:
        rgb: uint8 (H, W, 3).
        find_face: finds the face of a photograph; called only where the network wavers.
        surely: only where it does not waver, because something better is at hand for photographs.

    Returns:
        float32 masks (H, W) in [0, 1] by region; None where the network is missing or is not to be believed.
    """
    try:
        # Here, not above: it brings in onnxruntime.
        from s2edit_plugin.masks.regions import find_regions

        regions = find_regions(rgb)
    except (ImportError, ModelError):
        return None
    return regions if _is_believable(regions, find_face, surely) else None


def sure_regions(rgb: np.ndarray) -> dict[str, np.ndarray] | None:
    """`drawn_regions` of a picture, uint8 (H, W, 3), that certainly is a drawn one; None for photographs."""
    return drawn_regions(rgb, lambda: None, surely=True)


def _is_believable(regions: dict[str, np.ndarray], find_face: FindFace, surely: bool) -> bool:
    subject = regions["subject"]
    share = float((subject >= _INSIDE).mean())
    certainty = float(np.abs(2 * subject - 1).mean())
    if not _SUBJECT_SHARE[0] < share < _SUBJECT_SHARE[1]:
        return False
    # The cascade is mistaken at times too, on drawn cars: it is asked only where the network wavers.
    if certainty > _QUITE_CERTAIN:
        return True
    if surely or certainty < _LEAST_CERTAIN:
        return False
    box = find_face()
    if box is None:
        return True
    rows = slice(max(round(box.y), 0), round(box.y + box.height))
    columns = slice(max(round(box.x), 0), round(box.x + box.width))
    return float((regions["face"][rows, columns] >= _INSIDE).mean()) >= _LEAST_FACE_SHARE
