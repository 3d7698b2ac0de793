"""Attention maps of words and tokens of a prompt on a photo."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from s2edit_plugin import api
from s2edit_plugin.api import prompts
from s2edit_plugin.api.prompt_syntax import clean, read_prompt
from s2edit_plugin.errors import PromptError
from s2edit_plugin.imaging.crop import place_mask, subject_crop
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.method import compose
from s2edit_plugin.perception.masks.painted import read_subject_mask
from s2edit_plugin.tokens.file import Token
from s2edit_plugin.workflows.context import Context
from s2edit_plugin.workflows.crops import mask_on_crop
from s2edit_plugin.workflows.token_io import to_active
from s2edit_plugin.workflows.word_masks import attention_picture

__all__ = ["token_attention", "word_attention"]


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
