"""One entry for every way to find a mask: by the network, on photographs by face detection, by GrabCut, by a word."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from s2edit_plugin.errors import MaskError, ModelError
from s2edit_plugin.masks.face import FaceBox, face_regions, find_face, person_mask
from s2edit_plugin.masks.grabcut import grabcut_subject

__all__ = ["METHODS", "WordAttention", "find_mask"]

METHODS = ("auto", "subject", "face", "hair", "lips", "eyes", "skin", "grabcut", "word:W")
WordAttention = Callable[[str], np.ndarray]

_WORD = "word:"
_INSIDE = 0.5
_OTHER_WAY = "Paint the mask, or choose another method."

# The network knows drawn portraits. What it says of other pictures is hesitant, fills the picture, or finds no one.
# Certainty, the mean of |2 p - 1|: 0.95 to 0.99 on drawn pictures; 0.80, 0.84 and 0.95 on a cat, an astronaut, a cup.
_LEAST_CERTAIN = 0.92
_QUITE_CERTAIN = 0.96
_SUBJECT_SHARE = (0.03, 0.97)
_LEAST_FACE_SHARE = 0.3


def find_mask(rgb: np.ndarray, method: str, word_attention: WordAttention | None = None) -> np.ndarray:
    """Find a mask.

    Args:
        rgb: uint8 (H, W, 3).
        method: one of `METHODS`. ``auto`` is the subject by whatever works.
        word_attention: gives the mask (H, W) of a word from the model's own attention, for ``word:W``.

    Returns:
        float32 (H, W) in [0, 1].

    Raises:
        MaskError: the method is unknown, or what it looks for is not in the picture.
    """
    if method.startswith(_WORD):
        return _checked(_of_word(method.removeprefix(_WORD).strip(), word_attention), rgb, method)
    if method not in METHODS:
        raise MaskError(f"There is no mask method {method!r}.", f"Use one of {', '.join(METHODS)}.")
    if method == "grabcut":
        return _checked(grabcut_subject(rgb), rgb, method)
    region = "subject" if method == "auto" else method
    regions, box = _by_network(rgb)
    if regions is not None:
        return _checked(regions[region], rgb, region)
    if region == "subject":
        return _checked(person_mask(rgb, box) if box else grabcut_subject(rgb), rgb, region)
    return _checked(face_regions(rgb, (region,), box)[region], rgb, region)


def _of_word(word: str, word_attention: WordAttention | None) -> np.ndarray:
    if not word:
        raise MaskError("The method word: lacks its word.", "Write for example word:hair.")
    if word_attention is None:
        raise MaskError("A word's mask comes from a model, and none is at hand here.", _OTHER_WAY)
    return word_attention(word)


def _checked(mask: np.ndarray, rgb: np.ndarray, what: str) -> np.ndarray:
    if mask.shape != rgb.shape[:2]:
        raise MaskError(f"The mask of {what} came out at another size than the photo.", _OTHER_WAY)
    if not mask.size or mask.max() < _INSIDE:
        raise MaskError(f"The search for {what} found nothing in the photo.", _OTHER_WAY)
    return np.clip(mask, 0, 1, dtype=np.float32)


def _by_network(rgb: np.ndarray) -> tuple[dict[str, np.ndarray] | None, FaceBox | None]:
    """The network's regions, or None where it is missing or is not to be believed; and the cascade's face, if any."""
    box = find_face(rgb)
    try:
        # Here, not above: it brings in onnxruntime.
        from s2edit_plugin.masks.regions import find_regions

        regions = find_regions(rgb)
    except (ImportError, ModelError):
        return None, box
    return (regions if _is_believable(regions, box) else None), box


def _is_believable(regions: dict[str, np.ndarray], box: FaceBox | None) -> bool:
    subject = regions["subject"]
    share = float((subject >= _INSIDE).mean())
    certainty = float(np.abs(2 * subject - 1).mean())
    if not _SUBJECT_SHARE[0] < share < _SUBJECT_SHARE[1] or certainty < _LEAST_CERTAIN:
        return False
    # The cascade is mistaken at times too, on drawn cars: it is asked only where the network wavers.
    if box is None or certainty > _QUITE_CERTAIN:
        return True
    rows = slice(max(round(box.y), 0), round(box.y + box.height))
    columns = slice(max(round(box.x), 0), round(box.x + box.width))
    return float((regions["face"][rows, columns] >= _INSIDE).mean()) >= _LEAST_FACE_SHARE
