"""Detects drawn pictures, on which the bundled region network was trained, by the network's own certainty."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image

from s2edit_plugin.errors import ModelError
from s2edit_plugin.perception.masks.face import FaceBox
from s2edit_plugin.perception.masks.grabcut import small_copy

__all__ = ["FindFace", "drawn_regions", "sure_regions"]

FindFace = Callable[[], FaceBox | None]

_INSIDE = 0.5
# On photographs the network is uncertain, fills the picture, or finds no one. Certainty, the mean of |2 p - 1|, of
# subject, face and hair: at least 0.97, 0.98 and 0.96 on 120 drawn pictures, also compressed, darkened, noisy or blurred; at
# most 0.93, 0.96 and 0.93 on photographs of people, cats and cups; 0.967, 0.953 and 0.933 on a portrait before a plain wall.
_LEAST_CERTAIN = {"subject": 0.92, "face": 0.96, "hair": 0.94}
_QUITE_CERTAIN = {"subject": 0.96, "face": 0.97, "hair": 0.95}
_SUBJECT_SHARE = (0.03, 0.97)
# In the area of the subject the network is certain on drawn pictures (at least 0.929 on 240) and uncertain on photographs: moon
# 0.66, a rocket 0.62, a horse 0.84, a cup 0.90, although it is as certain that the sky around them is background.
_INSIDE_CERTAIN, _POSSIBLE = 0.91, 0.1
_LONGEST = 512
_LEAST_FACE_SHARE = 0.3


def drawn_regions(
    rgb: np.ndarray, find_face: FindFace, *, surely: bool = False, names: Sequence[str] | None = None
) -> dict[str, np.ndarray] | None:
    """The bundled network's regions of a drawn picture.

    Args:
        rgb: uint8 (H, W, 3).
        find_face: face detection for photographs; called only if the network is uncertain.
        surely: accept certain results only, because a better method for photographs is installed.
        names: the wanted regions, None: all.

    Returns:
        float32 masks (H, W) in [0, 1] by region; None if the network is missing or too uncertain.
    """
    try:
        # Imported here because it loads onnxruntime.
        from s2edit_plugin.perception.masks.regions import find_regions

        small = _reduced(rgb)
        regions = find_regions(small)
    except (ImportError, ModelError):
        return None
    scale = (small.shape[1] / rgb.shape[1], small.shape[0] / rgb.shape[0])
    if not _is_believable(regions, lambda: _scaled(find_face(), scale), surely):
        return None
    wanted = [name for name in regions if names is None or name in names]
    return {name: _enlarged(regions[name], rgb.shape[:2]) for name in wanted}


def _reduced(rgb: np.ndarray) -> np.ndarray:
    """A reduced copy, still larger than the network's input, to save memory for six masks of a large photo."""
    if max(rgb.shape[:2]) <= _LONGEST:
        return rgb
    return np.rint(small_copy(rgb, _LONGEST) * 255).astype(np.uint8)


def _scaled(box: FaceBox | None, scale: tuple[float, float]) -> FaceBox | None:
    return None if box is None else box.scaled(*scale)


def _enlarged(mask: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    if mask.shape == shape:
        return mask
    with Image.fromarray(mask) as picture:
        return np.asarray(picture.resize((shape[1], shape[0]), Image.Resampling.BILINEAR))


def sure_regions(rgb: np.ndarray, names: Sequence[str] | None = None) -> dict[str, np.ndarray] | None:
    """`drawn_regions` of a picture, uint8 (H, W, 3), that is certainly drawn; None for photographs."""
    return drawn_regions(rgb, lambda: None, surely=True, names=names)


def _is_believable(regions: dict[str, np.ndarray], find_face: FindFace, surely: bool) -> bool:
    share = float((regions["subject"] >= _INSIDE).mean())
    if (
        not _SUBJECT_SHARE[0] < share < _SUBJECT_SHARE[1]
        or _certainty_inside(regions["subject"]) < _INSIDE_CERTAIN
    ):
        return False
    # The cascade has false positives on drawn cars, so it is used only if the network is uncertain.
    if _certain(regions, _QUITE_CERTAIN):
        return True
    if surely or not _certain(regions, _LEAST_CERTAIN):
        return False
    box = find_face()
    if box is None:
        return True
    rows = slice(max(round(box.y), 0), round(box.y + box.height))
    columns = slice(max(round(box.x), 0), round(box.x + box.width))
    return float((regions["face"][rows, columns] >= _INSIDE).mean()) >= _LEAST_FACE_SHARE


def _certainty_inside(mask: np.ndarray) -> float:
    """Mean certainty in the area of possible foreground; the background is always certain."""
    possible = mask[mask > _POSSIBLE]
    return float(np.abs(2 * possible - 1).mean()) if possible.size else 0.0


def _certain(regions: dict[str, np.ndarray], least: dict[str, float]) -> bool:
    return all(float(np.abs(2 * regions[name] - 1).mean()) >= bar for name, bar in least.items())
