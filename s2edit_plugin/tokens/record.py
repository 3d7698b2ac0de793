"""The record of a token: all data of a token except its tensors, its checks, and the migrations of older formats.

format 1   the first
format 2   adds ``notes``, ``dtype`` and ``self_test``
"""

from __future__ import annotations

import binascii
import dataclasses
import json
import math
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from s2edit_plugin.api.limits import MAX_NOTES, MAX_NOUN, MAX_PROMPT
from s2edit_plugin.errors import Sentence, TokenDamagedError, TokenTooNewError
from s2edit_plugin.tokens.png_check import MAX_SIDE, png_problem, png_size

__all__ = [
    "FORMAT_VERSION",
    "PICTURES",
    "TokenRecord",
    "damaged",
    "parse_json",
    "picture_problem",
    "record_from_json",
    "too_long",
]

FORMAT_VERSION = 2
PICTURES = ("thumbnail", "subject_mask")
"""Fields that hold base64 of a PNG."""
KINDS = ("identity", "attribute")
_MAX_INT = 2**63  # json reads integers of any length; a record holds what other programs can read too
_MAX_DEPTH = 6  # of settings and self-tests, which have two levels
_MAX_VALUES = 200_000  # in JSON: a value takes up to thirty times the memory of its text
_MAX_CHARACTERS = {
    "person": 255, "name": 255, "class_noun": MAX_NOUN, "base_model": 255, "base_model_hash": 255, "source_prompt": MAX_PROMPT,
    "source_image_hash": 255, "region": 255, "consent": 2000, "created": 64, "id": 64, "notes": MAX_NOTES, "dtype": 32,
}  # fmt: skip
_MAX_WORDS = 1000  # attribute words, tags; each no longer than a noun
# Half of a surrogate pair cannot be printed or stored. JSON text can contain it only as an escape.
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True)
class TokenRecord:
    """All data of a token except its tensors.

    Attributes:
        kind: ``identity`` or ``attribute``.
        person, name: its place in the library, ``person/name``.
        class_noun: the noun that follows it in prompts, e.g. ``woman``.
        base_model, base_model_hash: the model it was learned on.
        source_prompt: prompt it was learned with, without the reference.
        attribute_words: words it was kept orthogonal to.
        settings: `api.LearnSettings` as a dict.
        seed, steps: of the learning run.
        loss: mean training loss at its end.
        orthogonality: mean squared cosine to the attribute words at its end.
        source_image_hash: sha256 of the photo's pixels, "" in exports.
        region: how the subject was found (``auto``, ``face``, ``word:hair``, ``file``).
        consent: the consent note, "" for attribute tokens of things.
        created: ISO 8601, UTC.
        id: unchanged when the token is renamed.
        thumbnail: base64 of a PNG, "" in exports.
        subject_mask: base64 of a grey PNG of the area ``crop``; "" if none.
        crop: left, top, right, bottom in the source photo's pixels; may reach beyond the photo.
        tags: the user's own labels.
        notes: the user's own words, any number of lines; "" in exports.
        dtype: number format the base model computed in while the token was learned (``float32``, ``bfloat16``,
            ``float16``), "" if unknown.
        self_test: effect of the token on its model, measured after learning, see `workflows.self_test`; empty if not
            measured.
        format_version: of the file the record was read from or will be written to.
    """

    kind: str
    person: str
    name: str
    class_noun: str
    base_model: str
    base_model_hash: str
    source_prompt: str = ""
    attribute_words: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    seed: int = 0
    steps: int = 0
    loss: float = 0.0
    orthogonality: float = 0.0
    source_image_hash: str = ""
    region: str = ""
    consent: str = ""
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    thumbnail: str = ""
    subject_mask: str = ""
    crop: tuple[int, int, int, int] | None = None
    tags: tuple[str, ...] = ()
    notes: str = ""
    dtype: str = ""
    self_test: dict[str, Any] = field(default_factory=dict)
    format_version: int = FORMAT_VERSION

    @property
    def full_name(self) -> str:
        """``person/name``."""
        return f"{self.person}/{self.name}"

    @property
    def thumbnail_png(self) -> bytes:
        """The thumbnail as an encoded PNG, ``b""`` if there is none."""
        return _decoded(self.thumbnail) or b""

    @property
    def subject_mask_png(self) -> bytes:
        """The subject mask as an encoded PNG, ``b""`` if there is none."""
        return _decoded(self.subject_mask) or b""

    def replace(self, **changes: Any) -> TokenRecord:
        """A copy with some fields changed."""
        return dataclasses.replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """The record as JSON values."""
        return dataclasses.asdict(self)

    def with_new_id(self) -> TokenRecord:
        """The record of a copy."""
        return self.replace(id=str(uuid.uuid4()))

    def without_private(self) -> TokenRecord:
        """The record for exports: without data of the photo and without the user's tags and notes."""
        return self.replace(thumbnail="", source_image_hash="", subject_mask="", crop=None, tags=(), notes="")


def damaged(label: str, why: str) -> TokenDamagedError:
    """The error of a damaged token file. Args: label: its name, as shown. why: a clause."""
    return TokenDamagedError(
        Sentence("The token file {} is damaged: {}.", label, why),
        "Restore it from a backup or learn the token again.",
    )


def parse_json(label: str, raw: bytes) -> dict[str, Any]:
    """A JSON object without NaN, infinity, overflowing numbers, unpaired surrogates or duplicate keys.

    Raises:
        TokenDamagedError: anything else.
    """
    try:
        text = raw.decode("utf-8")
        if sum(map(text.count, "[{,")) > _MAX_VALUES:
            raise ValueError("too many values")
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_unique_keys)
        if "\\u" in text and _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode("utf-8")  # whole pairs pass, halves raise
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise damaged(label, "its header is malformed") from error
    if not isinstance(value, dict):
        raise damaged(label, "its header is malformed")
    return value


def record_from_json(label: str, values: dict[str, Any]) -> TokenRecord:
    """The record, migrated to today's format and checked field by field.

    Raises:
        TokenDamagedError: a field is missing or wrong. TokenTooNewError: written by a newer version.
    """
    version = values.get("format_version")
    if type(version) is not int or version < 0:
        raise damaged(label, "it has no format version")
    if version > FORMAT_VERSION:
        raise TokenTooNewError(
            Sentence(
                "The token file {} was written by a newer version of S2Edit Studio (format {}).",
                label,
                version,
            ),
            "Update S2Edit Studio to read it.",
        )
    try:
        for step in range(version, FORMAT_VERSION):
            values = _MIGRATIONS[step](values)
        known = {key: _freeze(value) for key, value in values.items() if key in _CHECKS}
        record = TokenRecord(**known | {"format_version": FORMAT_VERSION})
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(label, "its record is incomplete") from error
    _check(label, record)
    return record


def too_long(record: TokenRecord) -> str:
    """Which text of a record is longer than any that is made here, as a clause; "" if none is."""
    for name, most in _MAX_CHARACTERS.items():
        if len(getattr(record, name)) > most:
            return f"its {name.replace('_', ' ')} is longer than {most:,} characters"
    for name in ("attribute_words", "tags"):
        words = getattr(record, name)
        if len(words) > _MAX_WORDS or any(len(word) > MAX_NOUN for word in words):
            return f"its {name.replace('_', ' ')} are too many or too long"
    return ""


def picture_problem(record: TokenRecord) -> str:
    """Problem of the embedded pictures, checked completely; "" if they are valid."""
    for name in PICTURES:
        data = _decoded(getattr(record, name))
        problem = "no base64" if data is None else png_problem(data) if data else ""
        if problem:
            return f"its {name.replace('_', ' ')} is {problem}"
    return ""


def _decoded(text: str) -> bytes | None:
    """Bytes of a base64 text, None where it is none."""
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except (binascii.Error, ValueError):
        return None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} in JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number without bounds in JSON")
    return value


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in JSON")
    return found


def _freeze(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _shallow(value: Any, depth: int) -> bool:
    """Whether JSON values are nested at most ``depth`` levels, so that they can be written again."""
    for item in value.values() if isinstance(value, dict) else value:
        kind = type(item)
        if kind is int:
            if not -_MAX_INT <= item < _MAX_INT:
                return False
        elif kind in (dict, list, tuple) and not (depth and _shallow(item, depth - 1)):
            return False
    return True


def _is_int(value: Any) -> bool:
    return type(value) is int and -_MAX_INT <= value < _MAX_INT


def _check(label: str, record: TokenRecord) -> None:
    """Field types as declared; the pictures inside must be base64 of PNGs that are not huge."""
    for name, sound in _CHECKS.items():
        if not sound(getattr(record, name)):
            raise damaged(label, f"its field '{name}' has a wrong type")
    long = too_long(record)
    if long:
        raise damaged(label, long)
    if record.kind not in KINDS:
        raise damaged(label, "its kind is unknown")
    for name in PICTURES:
        # A listing reads ten thousand of them: the beginning says how large a picture claims to be, and `read_token` looks
        # at the rest.
        text = getattr(record, name)
        start = _decoded(text[:64]) if len(text) % 4 == 0 and text.isascii() else None
        size = png_size(start) if start else None
        if start is None or (size is not None and max(size) > MAX_SIDE):
            raise damaged(label, "its pictures are malformed")


_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "str": lambda v: isinstance(v, str),
    "int": _is_int,
    "float": lambda v: type(v) is float or _is_int(v),
    "dict[str, Any]": lambda v: isinstance(v, dict) and _shallow(v, _MAX_DEPTH),
    "tuple[str, ...]": lambda v: isinstance(v, tuple) and all(isinstance(x, str) for x in v),
    "tuple[int, int, int, int] | None": lambda v: (
        v is None or (isinstance(v, tuple) and len(v) == 4 and all(map(_is_int, v)))
    ),
}
_CHECKS = {f.name: _TYPES[str(f.type)] for f in dataclasses.fields(TokenRecord)}


def _from_1(values: dict[str, Any]) -> dict[str, Any]:
    """Format 1 had no notes, number format or self-test."""
    return values | {"notes": "", "dtype": "", "self_test": {}, "format_version": 2}


# One function a version: _MIGRATIONS[n] turns a record of format n into one of format n + 1.
_MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _from_1}
