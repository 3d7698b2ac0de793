"""Masks from the model's own attention: where does a word, or a token, look?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from s2edit_plugin import prompts
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.conditioning import ActiveToken, build_condition
from s2edit_plugin.errors import MaskError
from s2edit_plugin.imaging.crop import Crop, extract_photo, place_mask, subject_crop
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.region import attention_of
from s2edit_plugin.text import word_columns
from s2edit_plugin.token_store import to_active
from s2edit_plugin.tokenfile import Token
from s2edit_plugin.workflows.crops import latents_of, mask_on_crop

if TYPE_CHECKING:
    from s2edit_plugin.studio import Studio

__all__ = ["attention_picture", "token_attention", "word_mask"]

WORD_THRESHOLD = 0.5


def attention_picture(
    backbone: Backbone, picture: np.ndarray, prompt: str, word: str, tokens: Sequence[ActiveToken] = ()
) -> np.ndarray:
    """Attention (S, S) float32 in [0, 1] of a word or reference of the prompt on a picture (S, S, 3) in [0, 1].

    Raises:
        MaskError: the word is not in the prompt.
    """
    condition = build_condition(backbone, prompt, tokens)
    columns = word_columns(condition.layout, word)
    if not columns:
        raise MaskError(f"The word '{word}' is not in the prompt.")
    attention = attention_of(backbone, latents_of(picture, backbone), condition, columns, tokens)
    size = (backbone.resolution, backbone.resolution)
    resized = torch.nn.functional.interpolate(
        attention[None, None], size, mode="bicubic", align_corners=False
    )
    return resized[0, 0].clamp(0, 1).cpu().numpy()


def word_mask(backbone: Backbone, photo: Photo, word: str) -> np.ndarray:
    """Mask (H, W) of a word on the whole photo, from the attention under ``"a photo of a person with <word>"``.

    Raises:
        MaskError: the word is empty or more than words.
    """
    wanted = [w for w in prompts.words(word) if w[0].isalnum()]
    if not wanted:
        raise MaskError("The mask method 'word:' needs a word after the colon.", "For example word:hair.")
    height, width = photo.size
    side = max(height, width)
    crop = Crop(x=(width - side) // 2, y=(height - side) // 2, side=side)
    picture = extract_photo(photo, crop, backbone.resolution)
    phrase = " ".join(wanted)
    attention = attention_picture(backbone, picture, f"a photo of a person with {phrase}", wanted[-1])
    soft = np.clip((attention - WORD_THRESHOLD) / 0.1 + 0.5, 0, 1).astype(np.float32)
    return place_mask(soft, crop, photo.size)


def token_attention(studio: Studio, photo: Photo, token: Token) -> np.ndarray:
    """Attention (H, W) float32 in [0, 1] of a token on a photo under its own source prompt, masked as in an edit."""
    record, backbone = token.record, studio.backbone
    subject = studio.find_mask(photo, "auto")
    crop = subject_crop(subject, None)
    active = to_active(token, backbone, mask_on_crop(subject, crop, backbone))
    prompt = prompts.insert_token(record.source_prompt, record.class_noun, record.full_name)
    picture = extract_photo(photo, crop, backbone.resolution)
    heat = attention_picture(backbone, picture, prompt, f"<{record.full_name}>", [active])
    return place_mask(heat, crop, photo.size)
