"""One entry for every way to find a mask: by networks, on photographs by face detection, by GrabCut, by a word."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from s2edit_plugin.errors import MaskError
from s2edit_plugin.masks.drawn import drawn_regions
from s2edit_plugin.masks.found import FoundMask
from s2edit_plugin.masks.grabcut import grabcut_subject
from s2edit_plugin.masks.photograph import Photograph
from s2edit_plugin.networks.installed import Networks

__all__ = ["METHODS", "WordAttention", "search_mask"]

METHODS = ("auto", "subject", "face", "hair", "lips", "eyes", "skin", "glasses", "hat", "grabcut", "word:W")
WordAttention = Callable[[str], np.ndarray]

_WORD = "word:"
_INSIDE = 0.5
_OTHER_WAY = "Paint the mask, or choose another method."


def search_mask(
    rgb: np.ndarray,
    method: str,
    word_attention: WordAttention | None = None,
    networks: Networks | None = None,
) -> FoundMask:
    """Find a mask.

    The order of trust: the bundled network for drawn pictures, then what is installed for photographs (face parser, rembg's
    networks), then the cascade, proportion and colour, and GrabCut.

    Args:
        rgb: uint8 (H, W, 3).
        method: one of `METHODS`. ``auto`` is the subject by whatever works.
        word_attention: gives the mask (H, W) of a word from the model's own attention, for ``word:W``.
        networks: what is installed, None: nothing.

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
    photograph = Photograph(rgb, networks)
    drawn = drawn_regions(rgb, lambda: photograph.box, surely=photograph.has_better(region))
    if drawn is not None and region in drawn:
        return _checked(drawn[region], rgb, region)
    if region == "subject":
        return _checked(photograph.subject(), rgb, region)
    return _checked(photograph.regions((region,))[region], rgb, region)


def _of_word(word: str, word_attention: WordAttention | None) -> np.ndarray:
    if not word:
        raise MaskError("The method word: lacks its word.", "Write for example word:hair.")
    if word_attention is None:
        raise MaskError("A word's mask comes from a model, and none is at hand here.", _OTHER_WAY)
    return word_attention(word)


def _checked(mask: np.ndarray, rgb: np.ndarray, what: str) -> FoundMask:
    if mask.shape != rgb.shape[:2]:
        raise MaskError(f"The mask of {what} came out at another size than the photo.", _OTHER_WAY)
    if not mask.size or mask.max() < _INSIDE:
        raise MaskError(f"The search for {what} found nothing in the photo.", _OTHER_WAY)
    return FoundMask(np.clip(mask, 0, 1, dtype=np.float32))
