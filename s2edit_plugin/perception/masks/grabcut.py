"""GrabCut (Rother, Kolmogorov, Blake 2004) by OpenCV: foreground from background by colour models and a minimum cut.

The cut is computed on a small copy and fitted to the edges of the large picture.
"""

from __future__ import annotations

import numpy as np

from s2edit_plugin.errors import MaskError, Sentence
from s2edit_plugin.imaging.crop import fitted
from s2edit_plugin.perception.masks.refine import fill_holes, fit_to_picture, largest_component

__all__ = [
    "BACKGROUND",
    "FOREGROUND",
    "MAYBE_BACKGROUND",
    "MAYBE_FOREGROUND",
    "grabcut",
    "grabcut_subject",
    "small_copy",
]

BACKGROUND, FOREGROUND, MAYBE_BACKGROUND, MAYBE_FOREGROUND = range(4)

_WORKING_SIDE = 176
_FITTING_SIDE = 1024
_LONG = 2.0  # aspect ratio from which the small copy has a given area instead of a given longer side
_FEWEST_PIXELS = 20


def grabcut_subject(rgb: np.ndarray, border: float = 0.08) -> np.ndarray:
    """Segment the object in the middle of a picture without a network.

    Args:
        rgb: uint8 (H, W, 3).
        border: width of the frame assumed to be background, as a fraction of each side; none at the lower edge, where people
            are cut off.

    Returns:
        float32 (H, W) in [0, 1].

    Raises:
        MaskError: nothing differs from the border.
    """
    longer, shorter = max(rgb.shape[:2]), min(rgb.shape[:2])
    small = small_copy(rgb, round(_WORKING_SIDE * max(1.0, longer / shorter / _LONG) ** 0.5))
    height, width = small.shape[:2]
    labels = np.full((height, width), BACKGROUND, dtype=np.uint8)
    top, left = max(1, round(border * height)), max(1, round(border * width))
    labels[top:, left : width - left] = MAYBE_FOREGROUND
    return to_full_size(grabcut(small, labels), small, rgb, "in the middle of the photo")


def small_copy(rgb: np.ndarray, longest: int) -> np.ndarray:
    """A picture, uint8 (H, W, 3), as float32 in [0, 1] with no side longer than ``longest``, averaged over areas."""
    height, width = rgb.shape[:2]
    scale = min(1.0, longest / max(height, width))
    size = (max(1, round(height * scale)), max(1, round(width * scale)))
    return np.clip(fitted(rgb, size) / np.float32(255), 0, 1)


def to_full_size(inside: np.ndarray, small: np.ndarray, rgb: np.ndarray, where: str) -> np.ndarray:
    """A cut (h, w) of a small copy as a mask (H, W) of the picture: its largest part, without holes, edges fitted.

    Raises:
        MaskError: the cut is (nearly) empty; ``where`` names the place in the message.
    """
    if inside.sum() < _FEWEST_PIXELS:
        raise MaskError(
            Sentence("No subject was found {}.", where), "Paint the mask, or choose another way to find it."
        )
    mask = fill_holes(largest_component(inside.astype(np.float32)))
    fine = small_copy(rgb, _FITTING_SIDE)
    fitting = fit_to_picture(mask, small, fine)
    return np.clip(fitted(fitting, rgb.shape[:2]), 0, 1)


def grabcut(picture: np.ndarray, labels: np.ndarray, rounds: int = 4) -> np.ndarray:
    """Segment the foreground by GrabCut.

    Args:
        picture: float32 (h, w, 3) in [0, 1]; time grows slightly faster than the number of pixels.
        labels: uint8 (h, w) of `BACKGROUND` and `FOREGROUND`, which are fixed, and of `MAYBE_BACKGROUND` and
            `MAYBE_FOREGROUND`, the initial segmentation.
        rounds: iterations of colour models and cut.

    Returns:
        bool (h, w); the initial segmentation if one side has too few pixels for a colour model.
    """
    import cv2

    marks = labels.copy()  # OpenCV's numbers of the labels are ours
    inside = (marks == FOREGROUND) | (marks == MAYBE_FOREGROUND)
    if min(inside.sum(), (~inside).sum()) < _FEWEST_PIXELS:
        return np.asarray(inside)
    cv2.setRNGSeed(0)  # its clusters of colours begin at random
    pixels = np.round(picture * 255).astype(np.uint8)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(pixels, marks, (0, 0, 0, 0), *models, rounds, cv2.GC_INIT_WITH_MASK)
    return np.asarray((marks == FOREGROUND) | (marks == MAYBE_FOREGROUND))
