"""Masks of words from the model's own attention."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from s2edit_plugin import api
from s2edit_plugin.api import prompts
from s2edit_plugin.api.prompt_syntax import clean
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.base_models.catalogue import BUNDLED
from s2edit_plugin.errors import MaskError, Sentence
from s2edit_plugin.imaging.crop import Crop, extract_photo, place_mask
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.method.conditioning import ActiveToken, build_condition
from s2edit_plugin.method.region import attention_of
from s2edit_plugin.method.text import word_columns
from s2edit_plugin.perception.masks.drawn import sure_regions
from s2edit_plugin.perception.masks.found import FoundMask
from s2edit_plugin.storage.paths import models_package
from s2edit_plugin.workflows.crops import framing_of, latents_of

__all__ = ["attention_picture", "word_mask"]

WORD_THRESHOLD = 0.5
SCATTERED, MOSTLY = 4, 0.6  # parts of a mask, and the share of the largest, that make it a find by chance


def attention_picture(
    backbone: Backbone,
    photo: Photo,
    crop: Crop,
    prompt: str,
    word: str,
    tokens: Sequence[ActiveToken] = (),
    on_progress: api.OnProgress = lambda _: None,
) -> np.ndarray:
    """Attention (S, S) float32 in [0, 1] of a word or reference of the prompt on a crop of a photo.

    Raises:
        MaskError: the word is not in the prompt. CancelledError: through ``on_progress``.
    """
    condition = build_condition(backbone, prompt, tokens, framing=framing_of(crop))
    columns = word_columns(condition.layout, word)
    if not columns:
        raise MaskError(Sentence("The word '{}' is not in the prompt.", word))
    latents = latents_of(extract_photo(photo, crop, backbone.resolution), backbone)
    attention = attention_of(backbone, latents, condition, columns, tokens, on_progress=on_progress)
    size = (backbone.resolution, backbone.resolution)
    resized = torch.nn.functional.interpolate(
        attention[None, None], size, mode="bicubic", align_corners=False
    )
    return resized[0, 0].clamp(0, 1).cpu().numpy()


def word_mask(
    backbone: Backbone, photo: Photo, word: str, on_progress: api.OnProgress = lambda _: None
) -> FoundMask:
    """Mask of a word on the whole photo, from the attention under ``"a photo of a person with <word>"``.

    Raises:
        MaskError: the word is empty or more than words. CancelledError: through ``on_progress``.
    """
    wanted = [w for w in prompts.words(clean(word)) if w[0].isalnum()]
    if not wanted:
        raise MaskError("The mask method 'word:' needs a word after the colon.", "For example word:hair.")
    height, width = photo.size
    side = max(height, width)
    crop = Crop(x=(width - side) // 2, y=(height - side) // 2, side=side)
    phrase = " ".join(wanted)
    prompt = f"a photo of a person with {phrase}"
    attention = attention_picture(backbone, photo, crop, prompt, wanted[-1], on_progress=on_progress)
    soft = np.clip((attention - WORD_THRESHOLD) / 0.1 + 0.5, 0, 1).astype(np.float32)
    doubt = _doubt_of(backbone, photo, phrase, soft)
    return FoundMask(place_mask(soft, crop, photo.size), (doubt,) if doubt else (), sure=not doubt)


def _doubt_of(backbone: Backbone, photo: Photo, word: str, mask: np.ndarray) -> str:
    """Why a word's mask (S, S) may be random, "" for no doubt: any picture has a maximum of attention."""
    if backbone.path == models_package() / BUNDLED and sure_regions(photo.as_uint8_rgb(), ()) is None:
        return (
            f"Not sure that this is '{word}': the bundled model knows drawn pictures, no photographs. "
            "Look at the mask before you use it."
        )
    from scipy import ndimage

    parts, count = ndimage.label(mask >= WORD_THRESHOLD)
    sizes = np.bincount(parts.ravel())[1:]
    if count >= SCATTERED and sizes.max() < MOSTLY * sizes.sum():
        return f"Not sure that this is '{word}': it was found in {count} places. Look at the mask before you use it."
    return ""
