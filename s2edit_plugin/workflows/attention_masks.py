"""Masks from the model's own attention: where does a word, or a token, look?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from s2edit_plugin import api
from s2edit_plugin.api import prompts
from s2edit_plugin.api.prompt_syntax import clean, read_prompt
from s2edit_plugin.backbones.base import Backbone
from s2edit_plugin.base_models.catalogue import BUNDLED
from s2edit_plugin.errors import MaskError, PromptError
from s2edit_plugin.imaging.crop import Crop, extract_photo, place_mask, subject_crop
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.method import compose
from s2edit_plugin.method.conditioning import ActiveToken, build_condition
from s2edit_plugin.method.region import attention_of
from s2edit_plugin.method.text import word_columns
from s2edit_plugin.perception.masks.drawn import sure_regions
from s2edit_plugin.perception.masks.found import FoundMask
from s2edit_plugin.perception.masks.painted import read_subject_mask
from s2edit_plugin.storage.paths import models_package
from s2edit_plugin.tokens.file import Token
from s2edit_plugin.workflows.context import Context
from s2edit_plugin.workflows.crops import framing_of, latents_of, mask_on_crop
from s2edit_plugin.workflows.token_io import to_active

__all__ = ["attention_picture", "token_attention", "word_attention", "word_mask"]

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
        raise MaskError(f"The word '{word}' is not in the prompt.")
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
    """Why a word's mask (S, S) may be by chance, "" for no doubt: the most attention lies somewhere in any picture."""
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


def token_attention(context: Context, photo: Photo, token: Token) -> np.ndarray:
    """Attention (H, W) float32 in [0, 1] of a token on a photo under its own source prompt, masked as in an edit."""
    record, backbone = token.record, context.backbone
    subject = context.search_mask(photo, "auto").mask
    crop = subject_crop(subject, None)
    active = to_active(token, backbone, mask_on_crop(subject, crop, backbone))
    prompt = prompts.insert_token(record.source_prompt, record.class_noun, record.full_name)
    heat = attention_picture(backbone, photo, crop, prompt, f"<{record.full_name}>", [active])
    return place_mask(heat, crop, photo.size)


def word_attention(
    context: Context, request: api.ShowAttention, on_progress: api.OnProgress = lambda _: None
) -> np.ndarray:
    """Attention (H, W) float32 in [0, 1] of a word or token of a prompt on a photo, as in an edit.

    Raises:
        ImageError, MaskError, TokenError. PromptError: no word, or a reference to a token that was not named.
        CancelledError: through ``on_progress``.
    """
    word, asked = clean(request.word), read_prompt(request.prompt).prompt
    if not word.startswith("<"):
        word = word.lower()
    if not word:
        raise PromptError("No word was given.", "Name a word of the prompt, or a token as <person/name>.")
    photo, backbone = read_photo(request.photo), context.backbone
    mentioned = [ref.full_name for ref in prompts.references(f"{word} {asked}")]
    tokens = [context.library.get(name) for name in dict.fromkeys([*request.tokens, *mentioned])]
    if request.subject_mask is not None:
        subject = read_subject_mask(request.subject_mask, photo.size).mask
    else:
        subject = context.search_mask(photo, "auto").mask
    crop = subject_crop(subject, None)
    mask = mask_on_crop(subject, crop, backbone)
    prompt = asked or _prompt_for(word, tokens)
    if tokens:
        first, *others = (token.record for token in tokens)
        prompt = prompts.insert_token(prompt, first.class_noun, first.full_name)
        prompt = compose.with_attributes(prompt, [(other.full_name, other.class_noun) for other in others])
    active = [to_active(token, backbone, mask) for token in tokens]
    heat = attention_picture(backbone, photo, crop, prompt, word, active, on_progress)
    return place_mask(heat, crop, photo.size)


def _prompt_for(word: str, tokens: Sequence[Token]) -> str:
    """The first token's own source prompt if it holds the word, else one that does."""
    if tokens:
        plain = tokens[0].record.source_prompt
        if word.startswith("<") or word in prompts.words(plain):
            return plain
        return f"a photo of a {tokens[0].record.class_noun} with {word}"
    return f"a photo of a person with {word}"
