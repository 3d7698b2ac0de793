"""The exception tree: all errors shown to users, each with one sentence and one hint.

    S2EditError
    ├── InputError                the user's input cannot be used
    │   ├── ImageError            not there, not an image, too small, too large
    │   ├── MaskError             empty, wrong size, unknown method
    │   ├── PromptError           too long, class noun missing, unknown token reference
    │   └── UsageError            wrong combination of arguments (exit code 2)
    ├── SafetyError               nudity or sex, asked for or in the result
    ├── ConsentError              an identity token without the person's consent (exit code 2)
    ├── TokenError
    │   ├── TokenNotFoundError
    │   ├── TokenDamagedError     truncated, malformed, NaN inside
    │   │   └── TokenTooNewError  sound, but written by a newer version of this program
    │   └── WrongModelError       learned on another base model
    ├── ModelError                base model missing or unusable
    │   ├── DownloadError         it did not arrive; what came is kept for the next try
    │   └── LicenceError          its licence was not accepted yet (exit code 2)
    ├── ResourceError             disk full, out of memory
    │   └── BusyError             a needed resource is locked by another process
    ├── NumericalError            NaN or infinity while computing
    ├── EngineError               the engine cannot be started, reached or understood
    │   ├── EngineGoneError       it ended, or the connection was lost
    │   └── EngineVersionError    it is another version than the program that calls it
    └── CancelledError            the user stopped the job

Standard library only: the GIMP bridge carries a copy of this file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = [
    "BusyError",
    "CancelledError",
    "ConsentError",
    "DownloadError",
    "EngineError",
    "EngineGoneError",
    "EngineVersionError",
    "ImageError",
    "InputError",
    "LicenceError",
    "MaskError",
    "ModelError",
    "NumericalError",
    "PromptError",
    "ResourceError",
    "S2EditError",
    "SafetyError",
    "Sentence",
    "TokenDamagedError",
    "TokenError",
    "TokenNotFoundError",
    "TokenTooNewError",
    "UsageError",
    "WrongModelError",
]


# Line breaks, terminal control characters and changes of the writing direction.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Sentence(str):
    """A sentence with values in it. It keeps its template, by which the window finds its translation.

    Args:
        template: the sentence, with ``{}`` for each value.
        values: what is said there; a sentence with a template keeps it, other text loses its control characters.

    Raises:
        ValueError: not one value for each gap.
    """

    template: str
    values: tuple[str, ...]

    def __new__(cls, template: str, *values: object) -> Sentence:
        """Fill the template."""
        parts = template.split("{}")
        if len(parts) != len(values) + 1:
            raise ValueError(f"{len(values)} values for {len(parts) - 1} gaps: {template}")
        filled = tuple(v if isinstance(v, Sentence) else _CONTROL.sub("?", str(v)) for v in values)
        sentence = super().__new__(cls, "".join(a + b for a, b in zip(parts, (*filled, ""), strict=True)))
        sentence.template, sentence.values = template, filled
        return sentence

    def __reduce__(self) -> tuple[type[Sentence], tuple[str, ...]]:
        return Sentence, (self.template, *self.values)


def _templates(text: str) -> object:
    """A text for JSON: a sentence as a list of its template and its values, other text as it is."""
    if not isinstance(text, Sentence):
        return text
    return [text.template, *(_templates(value) for value in text.values)]


def _filled(value: object, otherwise: str) -> str:
    """The text that `_templates` described, ``otherwise`` where it is no such thing."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list) or not value:
        return otherwise
    try:
        template, values = str(value[0]), [_filled(one, str(one)) for one in value[1:]]
        return Sentence(_CONTROL.sub("?", template), *values)
    except (ValueError, RecursionError):
        return otherwise


class S2EditError(Exception):
    """Base of all errors shown to a user.

    Args:
        sentence: one clear sentence about the problem, ending with a full stop; a `Sentence` where values stand in it.
        hint: what the user can do, "" for none; likewise.
    """

    exit_code = 1

    def __init__(self, sentence: str, hint: str = "") -> None:
        # Plain text may quote what nobody checked.
        self.sentence = sentence if isinstance(sentence, Sentence) else _CONTROL.sub("?", sentence)
        self.hint = hint
        super().__init__(self.sentence)

    def __str__(self) -> str:
        return f"{self.sentence} {self.hint}".strip()

    def to_json(self) -> dict[str, object]:
        """The error as the command line's ``--json`` and the engine print it.

        ``templates`` has a sentence and a hint with values in them as a list of template and values.
        """
        said = {"sentence": self.sentence, "hint": self.hint}
        templates = {name: _templates(text) for name, text in said.items() if isinstance(text, Sentence)}
        values: dict[str, object] = {"error": type(self).__name__, **said}
        return values | {"templates": templates} if templates else values

    @staticmethod
    def from_json(values: Mapping[str, object]) -> S2EditError:
        """The exception that `to_json` described; an unknown class becomes the base class."""
        kind = globals().get(str(values.get("error", "")))
        if not (isinstance(kind, type) and issubclass(kind, S2EditError)):
            kind = S2EditError
        sentence = str(values.get("sentence", "")) or "Something went wrong."
        hint = str(values.get("hint", ""))
        templates = values.get("templates")
        if isinstance(templates, Mapping):
            sentence = _filled(templates.get("sentence", sentence), sentence)
            hint = _filled(templates.get("hint", hint), hint)
        return kind(sentence, hint)


class InputError(S2EditError):
    """The user's input cannot be used."""


class ImageError(InputError):
    """A picture is not there, is no picture, or is too small or too large."""


class MaskError(InputError):
    """A mask is empty, has another size than its picture, or its method is unknown."""


class PromptError(InputError):
    """A prompt is too long, lacks the class noun, or names a token that is not there."""


class UsageError(InputError):
    """Arguments that do not go together."""

    exit_code = 2


class SafetyError(S2EditError):
    """Nudity or sex: asked for with a person's token, or found in a result by the base model's safety checker."""


class ConsentError(S2EditError):
    """An identity token was asked for without the person's consent."""

    exit_code = 2


class TokenError(S2EditError):
    """A token cannot be used."""


class TokenNotFoundError(TokenError):
    """The library holds no token of this name."""


class TokenDamagedError(TokenError):
    """A token file is truncated, malformed, or holds numbers that are not finite."""


class TokenTooNewError(TokenDamagedError):
    """A token file was written by a newer version of this program, which can read it."""


class WrongModelError(TokenError):
    """A token was learned on another base model than the one in use."""


class ModelError(S2EditError):
    """A base model is missing, incomplete or of an unknown kind."""


class DownloadError(ModelError):
    """A download was interrupted. The received part is kept, and the next try continues there."""


class LicenceError(ModelError):
    """A model's licence must be accepted first."""

    exit_code = 2


class ResourceError(S2EditError):
    """The disk is full, or memory ran out and no fallback helped."""


class BusyError(ResourceError):
    """A needed resource is locked by another process."""


class NumericalError(S2EditError):
    """A computation gave NaN or infinity."""


class EngineError(S2EditError):
    """The engine cannot be started, reached or understood."""


class EngineGoneError(EngineError):
    """The engine ended, or the connection to it was lost."""


class EngineVersionError(EngineError):
    """The running engine is another version than the program that calls it."""


class CancelledError(S2EditError):
    """The user stopped the job."""

    exit_code = 130

    def __init__(self, sentence: str = "Cancelled.", hint: str = "") -> None:
        super().__init__(sentence, hint)
