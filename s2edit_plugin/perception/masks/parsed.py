"""Regions of a face from a face parser: the face is cropped as in the training data, its soft masks are mapped to the photo.

The parser was trained on CelebAMask-HQ, where a face fills about half of a square. For hair, necks and hats, which reach
beyond it, a second pass uses a larger square; its result counts outside the first square where connected to the first result.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from s2edit_plugin.imaging.crop import Crop, extract, fitted, place_mask
from s2edit_plugin.perception.masks.face import FaceBox, face_regions
from s2edit_plugin.perception.masks.refine import fit_to_picture

__all__ = ["PARSED_REGIONS", "framed", "parsed_regions"]

Parse = Callable[[np.ndarray], dict[str, np.ndarray]]
"""`FaceParser.parse`: a square picture uint8 (S, S, 3) to the probability (h, w) of each part."""

PARSED_REGIONS: dict[str, tuple[str, ...]] = {
    "face": ("skin", "nose", "eyes", "brows", "glasses", "mouth", "lips"),
    "hair": ("hair",),
    "lips": ("lips",),
    "eyes": ("eyes",),
    "skin": ("skin", "nose", "ears", "neck"),
    "glasses": ("glasses",),
    "hat": ("hat",),
}
"""Parts of each region, with the same meaning as the bundled network's regions."""

_WIDE_TIMES = 2.6
_FRAME = 512
_FINE_FRAME = 1024
_FIT_RADIUS = {"face": 5, "hair": 8, "lips": 3, "eyes": 3, "skin": 5, "glasses": 3, "hat": 6}
_INSIDE = 0.5
# Half of the classes are parts of a face: a random network has a probability of one half.
_FACE_FOR_SURE = 0.7
_LEAST_OF_CORE = 0.4
_LEAST_PIXELS = 12  # of the frame; fewer are a mistake
_SEAM = 0.06  # of the frame: width of the transition to the wide pass

# CelebA-HQ frames a face by its eyes and mouth: side and place in units of the distance from eyes to mouth.
_EYES_TO_MOUTH, _EYES_APART, _BETWEEN_EYES = 0.49, 0.46, (0.51, 0.35)


def framed(box: FaceBox, times: float = 1.0) -> Crop:
    """The square of a face as in CelebA-HQ (Karras et al. 2018, appendix C), enlarged by a factor ``times``."""
    down = _EYES_TO_MOUTH * box.height
    side = max(4.0 * _EYES_APART * box.width, 3.6 * down) * times
    x = box.x + _BETWEEN_EYES[0] * box.width
    y = box.y + _BETWEEN_EYES[1] * box.height + 0.1 * down
    whole = max(round(side), 16)
    return Crop(round(x - whole / 2), round(y - whole / 2), whole)


def parsed_regions(
    rgb: np.ndarray, names: tuple[str, ...], box: FaceBox, parse: Parse
) -> dict[str, np.ndarray] | None:
    """Regions of a face on a photograph.

    Args:
        rgb: uint8 (H, W, 3).
        names: of `PARSED_REGIONS`.
        box: where the face is.
        parse: the face parser.

    Returns:
        float32 (H, W) in [0, 1] for each region, all zero for regions that are not visible; None if the parser finds no face.
    """
    near = framed(box)
    chances = parse(_square(rgb, near, _FRAME))
    if not _sees_a_face(chances):
        return None
    found = {}
    wide: tuple[Crop, dict[str, np.ndarray]] | None = None
    for name in names:
        chance, crop = _region(chances, name), near
        if _reaches_out(chance):
            if wide is None:
                crop_wide = framed(box, _WIDE_TIMES)
                wide = crop_wide, parse(_square(rgb, crop_wide, _FRAME))
            crop, chance = wide[0], _joined(chance, near, _region(wide[1], name), wide[0])
        mask = _on_photo(chance, name, rgb, crop)
        if name == "eyes" and not mask.any() and _region(chances, "glasses").max() >= _INSIDE:
            # Behind glasses the parser finds glasses only: use the usual position of the eyes.
            mask = face_regions(rgb, ("eyes",), box)["eyes"]
        found[name] = mask
    return found


def _square(rgb: np.ndarray, crop: Crop, size: int) -> np.ndarray:
    return np.rint(np.clip(extract(rgb, crop, size), 0, 255)).astype(np.uint8)


def _region(chances: dict[str, np.ndarray], name: str) -> np.ndarray:
    """The probability of a region in the frame, float32 (512, 512), by linear interpolation, which stays in [0, 1]."""
    from PIL import Image

    parts = [chances[part] for part in PARSED_REGIONS[name] if part in chances]
    if not parts:
        return np.zeros((_FRAME, _FRAME), dtype=np.float32)
    total = np.ascontiguousarray(np.sum(parts, axis=0), dtype=np.float32)
    with Image.fromarray(total) as picture:
        return np.asarray(picture.resize((_FRAME, _FRAME), Image.Resampling.BILINEAR))


def _sees_a_face(chances: dict[str, np.ndarray]) -> bool:
    """Whether the middle of the frame is face."""
    middle = slice(round(0.38 * _FRAME), round(0.68 * _FRAME))
    return float((_region(chances, "face")[middle, middle] >= _FACE_FOR_SURE).mean()) >= _LEAST_OF_CORE


def _reaches_out(chance: np.ndarray) -> bool:
    edge = round(_SEAM * _FRAME)
    inner = chance[edge:-edge, edge:-edge]
    return bool((chance >= _INSIDE).sum() > (inner >= _INSIDE).sum())


def _joined(near: np.ndarray, near_crop: Crop, wide: np.ndarray, wide_crop: Crop) -> np.ndarray:
    """Both passes in the wide frame: the near one inside its frame, outside it the areas connected to it."""
    from scipy import ndimage

    scale = _FRAME / wide_crop.side
    left, top = round((near_crop.x - wide_crop.x) * scale), round((near_crop.y - wide_crop.y) * scale)
    side = round(near_crop.side * scale)
    window = (slice(top, top + side), slice(left, left + side))
    weight = np.zeros_like(wide)
    ramp = np.clip(np.minimum(np.arange(side) + 0.5, side - np.arange(side) - 0.5) / (_SEAM * side), 0, 1)
    weight[window] = np.minimum(ramp[:, None], ramp)
    placed = np.zeros_like(wide)
    placed[window] = np.clip(fitted(near, (side, side)), 0, 1)
    both = weight * placed + (1 - weight) * wide
    labels, _ = ndimage.label(both >= _INSIDE)
    own = np.unique(labels[(weight > 0.5) & (placed >= _INSIDE)])
    # Hair of other people is not connected.
    other = (labels > 0) & ~np.isin(labels, own)
    return np.where(ndimage.binary_dilation(other, iterations=2), np.float32(0), both)


def _on_photo(chance: np.ndarray, name: str, rgb: np.ndarray, crop: Crop) -> np.ndarray:
    """A region in the frame as a mask (H, W) of the photo, its edge fitted to the photo's edges."""
    shape = (rgb.shape[0], rgb.shape[1])
    if int((chance >= _INSIDE).sum()) < _LEAST_PIXELS:
        return np.zeros(shape, dtype=np.float32)
    coarse = np.clip(extract(rgb, crop, _FRAME) / np.float32(255), 0, 1)
    fine_side = min(max(crop.side, _FRAME), _FINE_FRAME)
    fine = np.clip(extract(rgb, crop, fine_side) / np.float32(255), 0, 1) if fine_side > _FRAME else coarse
    mask = fit_to_picture(chance, coarse, fine, radius=_FIT_RADIUS[name])
    return place_mask(mask, crop, shape)
