"""Entry point for finding masks: by networks, face detection, GrabCut, or a word's attention."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from s2edit_plugin.api.regions import MASK_METHODS
from s2edit_plugin.errors import MaskError, Sentence
from s2edit_plugin.perception.masks.drawn import drawn_regions
from s2edit_plugin.perception.masks.face import FaceBox
from s2edit_plugin.perception.masks.found import FoundMask
from s2edit_plugin.perception.masks.grabcut import grabcut_subject
from s2edit_plugin.perception.masks.photograph import BY_COLOUR, Photograph
from s2edit_plugin.perception.networks.installed import Networks

__all__ = ["WordAttention", "search_mask"]

WordAttention = Callable[[str], FoundMask]

_WORD = "word:"
_INSIDE = 0.5
_OTHER_WAY = "Paint the mask, or choose another method."
MOST_OFFERED = 9
DOUBTFUL_FACE = "Not sure that this is a face. Look at the mask before you use it."


def search_mask(
    rgb: np.ndarray,
    method: str,
    word_attention: WordAttention | None = None,
    networks: Networks | None = None,
) -> FoundMask:
    """Find a mask.

    Order of methods: the bundled network for drawn pictures, then networks installed for photographs (face parser, rembg's
    networks), then the cascade, proportion and colour, and GrabCut.

    Args:
        rgb: uint8 (H, W, 3).
        method: one of `MASK_METHODS`; ``auto``: the subject by the first method that works. A number selects a person by the
            size of the face: ``face:2``, ``auto:2``.
        word_attention: mask of a word from the model's attention, for ``word:W``.
        networks: the installed ones, None: none.

    Raises:
        MaskError: an unknown method, or nothing was found.
    """
    if method.startswith(_WORD):
        return _checked(_of_word(method.removeprefix(_WORD).strip(), word_attention), rgb, method)
    name, number = _numbered(method)
    if name not in MASK_METHODS:
        raise MaskError(
            Sentence("There is no mask method {}.", repr(method)),
            Sentence("Use one of {}.", ", ".join(MASK_METHODS)),
        )
    if name == "grabcut":
        return _checked(FoundMask(grabcut_subject(rgb), (BY_COLOUR,), sure=False), rgb, name)
    region = "subject" if name == "auto" else name
    photograph = Photograph(rgb, networks, number or 1)
    # Pictures of the bundled network's domain show one person.
    if number < 2:
        surely = photograph.has_better(region)
        drawn = drawn_regions(rgb, lambda: photograph.sure_box, surely=surely, names=(region,))
        if drawn is not None and region in drawn:
            return _checked(FoundMask(drawn[region]), rgb, region)
    if region == "subject":
        found = photograph.subject()
    else:
        mask = photograph.regions((region,))[region]
        sure = photograph.sure_box is not None
        found = FoundMask(mask, () if sure else (DOUBTFUL_FACE,), sure)
    return _checked(found if number else _among(found, photograph.boxes, name), rgb, region)


def _numbered(method: str) -> tuple[str, int]:
    """``face:2`` -> ``("face", 2)``; 0: no number given, the largest face."""
    name, colon, number = method.partition(":")
    if not colon or name == "grabcut" or not re.fullmatch(r"[1-9][0-9]?", number):
        return method, 0
    return name, int(number)


def _among(found: FoundMask, faces: Sequence[FaceBox], name: str) -> FoundMask:
    """Add a note about the other people of a group photo and the methods that select them."""
    sure = [face for face in faces if face.sure]
    if len(sure) < 2:
        return found
    others = tuple(f"{name}:{number}" for number in range(2, min(len(sure), MOST_OFFERED) + 1))
    note = f"The photo shows {len(sure)} faces, and the largest was taken. The others are found as {', '.join(others)}."
    return replace(found, notes=(note, *found.notes), others=others)


def _of_word(word: str, word_attention: WordAttention | None) -> FoundMask:
    if not word:
        raise MaskError("The method word: lacks its word.", "Write for example word:hair.")
    if word_attention is None:
        raise MaskError("A word's mask comes from a model, and none is at hand here.", _OTHER_WAY)
    return word_attention(word)


def _checked(found: FoundMask, rgb: np.ndarray, what: str) -> FoundMask:
    mask = found.mask
    if mask.shape != rgb.shape[:2]:
        raise MaskError(Sentence("The mask of {} came out at another size than the photo.", what), _OTHER_WAY)
    if not mask.size or mask.max() < _INSIDE:
        raise MaskError(Sentence("The search for {} found nothing in the photo.", what), _OTHER_WAY)
    return replace(found, mask=np.clip(mask, 0, 1, dtype=np.float32))
