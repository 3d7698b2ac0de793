"""Requests and results as JSON, by the type hints of their dataclasses. Standard library only.

Pictures are sent separately: up to 64 KB inline as ``{"$b64": "..."}``, larger ones as ``{"$blob": "<sha256>"}`` whose bytes
are uploaded once and found again by their hash.

Decoding is strict, because the input is untrusted: unknown or missing fields, wrong types, numbers that are not finite, and
texts or lists beyond their limits are errors. Fields marked ``metadata={"wire": False}`` are not sent.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import functools
import hashlib
import json
import math
import re
import types
import typing
from collections.abc import Callable
from typing import Any, TypeVar

from s2edit_plugin.api.operations import JOBS, QUERIES
from s2edit_plugin.errors import S2EditError, Sentence, UsageError

__all__ = [
    "QUERIES_BY_NAME",
    "JOBS_BY_NAME",
    "RESULTS_BY_NAME",
    "Blobs",
    "Ending",
    "MissingBlobError",
    "Order",
    "decode",
    "dump",
    "encode",
    "hash_of",
    "is_hash",
    "parse",
    "plain",
]

INLINE_BYTES = 64 * 1024
MAX_DEPTH = 24
MAX_TEXT = 1_000_000  # characters of one text
MAX_ITEMS = 100_000  # of one list or dictionary
MAX_INT = 2**63 - 1

JOBS_BY_NAME: dict[str, type] = {kind.__name__: kind for kind in JOBS}
QUERIES_BY_NAME: dict[str, type] = {kind.__name__: kind for kind in QUERIES}

RESULTS_BY_NAME: dict[str, type] = {kind.__name__: kind for kind in (*JOBS.values(), *QUERIES.values())}

T = TypeVar("T")
Blobs = Callable[[str], bytes]
"""Gives the bytes of a sha256. Raises MissingBlobError."""

_HASH = re.compile(r"[0-9a-f]{64}\Z")
_FORBIDDEN = re.compile("[\0\ud800-\udfff]")  # no file name, database or UTF-8 can hold them


@dataclasses.dataclass(frozen=True)
class Order:
    """The body of a request that queues a job. ``request``: the fields of the job named ``kind``."""

    kind: str
    request: dict[str, Any]
    id: str
    keep: bool = False
    priority: int | None = None
    title: str = ""


@dataclasses.dataclass(frozen=True)
class Ending:
    """The body of a request that ends an engine. ``if_idle``: only if no client is connected and no job runs."""

    if_idle: bool = False


class MissingBlobError(UsageError):
    """Pictures a request refers to are not there (any more); ``missing`` lists their hashes."""

    def __init__(self, missing: tuple[str, ...] = ()) -> None:
        super().__init__("A picture of the request is not in the engine.", "Send it again.")
        self.missing = missing


def hash_of(data: bytes) -> str:
    """sha256 in hex."""
    return hashlib.sha256(data).hexdigest()


def is_hash(text: object) -> bool:
    """Whether this is a sha256 in lower-case hex."""
    return isinstance(text, str) and _HASH.match(text) is not None


# ---------------------------------------------------------------------- text <-> JSON


def dump(value: Any) -> bytes:
    """JSON values as UTF-8. Raises UsageError where a number is not finite."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except ValueError as error:
        raise UsageError("A value cannot be sent: it is no text or finite number.") from error


def parse(data: bytes | bytearray) -> Any:
    """UTF-8 JSON -> values. Raises UsageError for anything else, NaN and infinity included."""
    try:
        return json.loads(data.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise UsageError("This is not JSON as the engine understands it.") from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


# ---------------------------------------------------------------------- dataclass -> JSON


def encode(value: Any, inline: int = INLINE_BYTES) -> tuple[Any, dict[str, bytes]]:
    """A dataclass as JSON values, and the blobs it refers to by sha256.

    Args:
        inline: bytes up to this length are written into the JSON.

    Raises:
        UsageError: a number is not finite, or a value has no form in JSON.
    """
    blobs: dict[str, bytes] = {}
    return _encoded(value, inline, blobs), blobs


def plain(value: Any) -> Any:
    """A dataclass that holds no large pictures as JSON values, everything inline. Raises UsageError."""
    return encode(value, inline=1 << 40)[0]


def _encoded(value: Any, inline: int, blobs: dict[str, bytes]) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise UsageError("A value cannot be sent: it is no finite number.")
        return value
    if isinstance(value, bytes):
        if len(value) <= inline:
            return {"$b64": base64.b64encode(value).decode("ascii")}
        name = hash_of(value)
        blobs[name] = value
        return {"$blob": name}
    if isinstance(value, tuple | list):
        return [_encoded(item, inline, blobs) for item in value]
    if isinstance(value, dict):
        return {str(key): _encoded(item, inline, blobs) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: _encoded(getattr(value, name), inline, blobs) for name, _, _ in _fields_of(type(value))}
    raise UsageError(Sentence("A value of the type {} cannot be sent.", type(value).__name__))


# ---------------------------------------------------------------------- JSON -> dataclass


def decode(kind: type[T], value: Any, blobs: Blobs | None = None) -> T:
    """JSON values -> a dataclass of the given class.

    Args:
        blobs: returns the bytes of a hash; None: no blobs.

    Raises:
        UsageError: the values do not fit the class. MissingBlobError: bytes are not there.
    """
    decoder = _Decoder(blobs)
    decoded: T = decoder.value(kind, value, kind.__name__, 0)
    if decoder.missing:
        raise MissingBlobError(tuple(dict.fromkeys(decoder.missing)))
    return decoded


@functools.cache
def _fields_of(kind: type) -> tuple[tuple[str, Any, bool], ...]:
    """Name, type hint and whether it must be given, of every field that travels."""
    hints = typing.get_type_hints(kind)
    return tuple(
        (
            field.name,
            hints[field.name],
            field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING,
        )
        for field in dataclasses.fields(kind)
        if field.metadata.get("wire", True)
    )


class _Decoder:
    """Decodes one message; collects all missing hashes, so that they are asked for at once."""

    def __init__(self, blobs: Blobs | None) -> None:
        self._blobs = blobs
        self.missing: list[str] = []

    def value(self, hint: Any, value: Any, where: str, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise UsageError(Sentence("{} is nested too deeply.", _short(where)))
        simple = _SIMPLE.get(hint)
        if simple is not None:
            return simple(value, where)
        if hint is bytes:
            return self._bytes(value, where)
        if hint is Any:
            return self._untyped(value, where, depth)
        if dataclasses.is_dataclass(hint):
            return self._dataclass(hint, value, where, depth)
        return self._generic(hint, value, where, depth)

    def _generic(self, hint: Any, value: Any, where: str, depth: int) -> Any:
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if origin is typing.Literal:
            if not isinstance(value, str) or value not in arguments:
                raise UsageError(
                    Sentence("{} must be one of {}.", _short(where), ", ".join(map(str, arguments)))
                )
            return value
        if origin in (typing.Union, types.UnionType):
            if value is None and type(None) in arguments:
                return None
            (inner,) = (argument for argument in arguments if argument is not type(None))
            return self.value(inner, value, where, depth)
        if origin is tuple:
            if not isinstance(value, list) or len(value) > MAX_ITEMS:
                raise _type_error(where, "a list")
            return tuple(self.value(arguments[0], item, f"{where}[]", depth + 1) for item in value)
        if origin is dict:
            return {
                key: self.value(arguments[1], item, f"{where}[]", depth + 1)
                for key, item in _dictionary(value, where).items()
            }
        raise TypeError(f"wire does not know {hint!r}")

    def _dataclass(self, kind: Any, value: Any, where: str, depth: int) -> Any:
        values = _dictionary(value, where)
        fields = _fields_of(kind)
        unknown = set(values) - {name for name, _, _ in fields}
        if unknown:
            raise UsageError(Sentence("{} has no field '{}'.", _short(where), _short(min(unknown))))
        given: dict[str, Any] = {}
        for name, hint, required in fields:
            if name in values:
                given[name] = self.value(hint, values[name], f"{where}.{name}", depth + 1)
            elif required:
                raise UsageError(Sentence("{} lacks the field '{}'.", _short(where), name))
        return kind(**given)

    def _bytes(self, value: Any, where: str) -> bytes:
        values = _dictionary(value, where)
        if len(values) == 1:
            text = values.get("$b64")
            if isinstance(text, str):
                try:
                    return base64.b64decode(text, validate=True)
                except (binascii.Error, ValueError):
                    raise _type_error(where, "base64") from None
            name = values.get("$blob")
            if isinstance(name, str) and is_hash(name):
                return self._blob(name)
        raise _type_error(where, "bytes")

    def _blob(self, name: str) -> bytes:
        try:
            if self._blobs is not None:
                return self._blobs(name)
        except MissingBlobError:
            pass
        self.missing.append(name)
        return b""

    def _untyped(self, value: Any, where: str, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise UsageError(Sentence("{} is nested too deeply.", _short(where)))
        if value is None or isinstance(value, bool):
            return value
        for kind in (int, float, str):
            if isinstance(value, kind):
                return _SIMPLE[kind](value, where)
        if isinstance(value, list) and len(value) <= MAX_ITEMS:
            return [self._untyped(item, where, depth + 1) for item in value]
        return {key: self._untyped(item, where, depth + 1) for key, item in _dictionary(value, where).items()}


def _dictionary(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict) or len(value) > MAX_ITEMS:
        raise _type_error(where, "an object")
    for key in value:
        _text(key, where)
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise _type_error(where, "text")
    if len(value) > MAX_TEXT:
        raise UsageError(Sentence("{} is too long.", _short(where)))
    if _FORBIDDEN.search(value):
        raise UsageError(Sentence("{} holds characters that are no text.", _short(where)))
    return value


def _whole(value: Any, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _type_error(where, "a whole number")
    if abs(value) > MAX_INT:
        raise UsageError(Sentence("{} is too large.", _short(where)))
    return value


def _number(value: Any, where: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _type_error(where, "a number")
    if isinstance(value, int):
        value = float(_whole(value, where))
    if not math.isfinite(value):
        raise _type_error(where, "a finite number")
    return value


def _yes_no(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise _type_error(where, "true or false")
    return value


_SIMPLE: dict[Any, Callable[[Any, str], Any]] = {str: _text, int: _whole, float: _number, bool: _yes_no}


def _type_error(where: str, wanted: str) -> S2EditError:
    return UsageError(Sentence("{} must be {}.", _short(where), wanted))


def _short(where: str) -> str:
    """A field's path for a message, shortened and with control characters replaced."""
    return "".join(c if c.isprintable() else "?" for c in where)[:80]
