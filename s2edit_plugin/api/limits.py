"""Valid ranges of settings, checked before heavy modules load and again at the start of a job. Standard library only."""

from __future__ import annotations

import math

from s2edit_plugin.api import EditSettings, LearnSettings
from s2edit_plugin.errors import Sentence, UsageError

__all__ = [
    "EDIT_RANGES",
    "MAX_EDIT_STEPS",
    "MAX_NOTES",
    "MAX_NOUN",
    "MAX_PROMPT",
    "MAX_RANK",
    "check_edit_settings",
    "check_learn_settings",
    "check_texts",
    "default_rank",
]

MAX_RANK = {"kv_token": 2, "kv_lora": 64, "unet_lora": 64}
"""Largest rank of the variants of token parameters that have one."""
MAX_VECTORS = 8
MAX_BATCH = 64
MAX_STEPS = 100_000
# Models have a thousand noise levels; with more than half as many steps, steps have no effect.
MAX_EDIT_STEPS = 500
EDIT_RANGES: dict[str, tuple[float, float]] = {
    "strength": (0.0, 1.0), "guidance": (1.0, 20.0), "cross_steps": (0.0, 1.0), "self_steps": (0.0, 1.0),
    "token_guidance": (0.0, 20.0),
}  # fmt: skip
"""Least and greatest value of numbers of `EditSettings`, for the command line, the window, GIMP and the engine."""
LORA_RANK = 8
# Characters. Text encoders read 77 tokens, a few hundred characters; longer texts are mistakes or attacks.
MAX_PROMPT = 2000
MAX_NOUN = 100
MAX_NOTES = 20_000
MAX_WORDS = 1000
_MAX_TEXTS = {
    "prompt": MAX_PROMPT, "source_prompt": MAX_PROMPT, "class_noun": MAX_NOUN, "word": MAX_NOUN, "notes": MAX_NOTES,
    "person": 255, "token": 255, "name": 4096, "subject": MAX_PROMPT, "region": MAX_PROMPT, "method": MAX_PROMPT,
    "query": MAX_PROMPT, "attribute_words": MAX_NOUN, "tokens": 255, "add_tags": 255, "remove_tags": 255,
}  # fmt: skip


def default_rank(parameters: str) -> int:
    """Default rank of a variant: deltas for all columns need a higher rank than those of the token's columns."""
    return LORA_RANK if parameters in ("kv_lora", "unet_lora") else LearnSettings().rank


def check_learn_settings(settings: LearnSettings) -> None:
    """Check the settings of learning.

    Raises:
        UsageError: a number outside its range.
    """
    _check_range("vectors", settings.vectors, 1, MAX_VECTORS, "A token has 1 to 8 vectors.")
    _check_range("batch", settings.batch, 1, MAX_BATCH, Sentence("A batch has 1 to {} pictures.", MAX_BATCH))
    steps = (settings.steps_token, settings.steps_joint)
    if min(steps) < 0 or not 1 <= sum(steps) <= MAX_STEPS:
        raise UsageError(
            Sentence("Learning takes 1 to {} steps, not {}.", MAX_STEPS, sum(steps)), "Change --steps."
        )
    largest = MAX_RANK.get(settings.parameters)
    if largest is not None:
        sentence = Sentence("The rank of {} is 1 to {}.", settings.parameters, largest)
        _check_range("rank", settings.rank, 1, largest, sentence)
    _check_range(
        "copies",
        settings.copies,
        1,
        MAX_BATCH,
        Sentence("A token is learned from 1 to {} copies.", MAX_BATCH),
    )
    _check_range(
        "wordings", settings.wordings, 1, MAX_BATCH, Sentence("A prompt has 1 to {} wordings.", MAX_BATCH)
    )
    rates = (settings.lr_token, settings.lr_joint)
    if not all(math.isfinite(rate) and 0 <= rate <= 10 for rate in rates):
        raise UsageError("A learning rate is a number from 0 to 10.", "The defaults are 0.005 and 0.002.")


def check_edit_settings(settings: EditSettings) -> None:
    """Check the settings of an edit.

    Raises:
        UsageError: a number outside its range.
    """
    _check_range(
        "steps", settings.steps, 1, MAX_EDIT_STEPS, Sentence("An edit takes 1 to {} steps.", MAX_EDIT_STEPS)
    )
    low, high = EDIT_RANGES["guidance"]
    _check_range(
        "guidance",
        settings.guidance,
        low,
        high,
        Sentence("The guidance is a number from {} to {}.", f"{low:g}", f"{high:g}"),
    )
    low, high = EDIT_RANGES["token_guidance"]
    sentence = Sentence("The token's guidance is a number from {} to {}.", f"{low:g}", f"{high:g}")
    _check_range("token_guidance", settings.token_guidance, low, high, sentence)
    low, high = EDIT_RANGES["strength"]
    _check_range(
        "strength",
        settings.strength,
        low,
        high,
        Sentence("The strength is a number from {} to {}.", f"{low:g}", f"{high:g}"),
    )
    for name in ("cross_steps", "self_steps"):
        low, high = EDIT_RANGES[name]
        sentence = Sentence("The part of the steps is a number from {} to {}.", f"{low:g}", f"{high:g}")
        _check_range(name, getattr(settings, name), low, high, sentence)
    for word, weight in settings.weights.items():
        _check_range(word, weight, -100, 100, "The weight of a word is a number from -100 to 100.")


def check_texts(request: object) -> None:
    """Check the texts of a request: no characters that files or logs cannot store, and no excessive length.

    Args:
        request: a dataclass of `api` or `api.queries`.

    Raises:
        UsageError: a text is invalid.
    """
    for name, most in _MAX_TEXTS.items():
        value = getattr(request, name, None)
        what = name.replace("_", " ")
        if isinstance(value, tuple | list) and len(value) > MAX_WORDS:
            raise UsageError(
                Sentence("There are more than {} {}.", f"{MAX_WORDS:,}", what), "Leave some out."
            )
        texts = value if isinstance(value, tuple | list) else (value,)
        if any(isinstance(text, str) and len(text) > most for text in texts):
            raise UsageError(
                Sentence("The {} is longer than {} characters.", what, f"{most:,}"), "Shorten it."
            )
        if any(isinstance(text, str) and not _is_text(text) for text in texts):
            raise UsageError(Sentence("The {} holds bytes that are no text.", what), "Write it in UTF-8.")


def _is_text(text: str) -> bool:
    """Whether it can be written down: arguments of a command line may be any bytes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_range(name: str, value: float, low: float, high: float, sentence: str) -> None:
    if not low <= value <= high:
        raise UsageError(sentence, Sentence("{} was asked for as {}.", value, name))
