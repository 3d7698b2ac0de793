"""The record of one result: ``record.json`` beside its picture.

format 1   the first

Pictures and masks of a request are stored separately, once, under the sha256 of their bytes. In prompts the
reference to a token is kept as ``<#0>``, its place in the record's list of token ids: renaming a token changes no record.
"""

from __future__ import annotations

import dataclasses
import json
import math
import re
import secrets
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from s2edit_plugin import __version__
from s2edit_plugin.api import ApplyEdit, EditSettings, LearnSettings, LearnToken
from s2edit_plugin.errors import ResourceError, Sentence

__all__ = [
    "FORMAT_VERSION",
    "ID",
    "Machine",
    "Made",
    "Record",
    "TokenUsed",
    "created_of",
    "damaged",
    "named",
    "new_id",
    "request_of",
    "request_values",
    "unnamed",
]

FORMAT_VERSION = 1
ID = re.compile(r"\d{8}-\d{12}-[0-9a-f]{6}")
"""A result's id: when it was made (UTC, to the microsecond) and six random digits; ids sort by age."""
_REFERENCE = re.compile(r"<#(\d{1,4})>")
_SURROGATE = re.compile("[\0\ud800-\udfff]")  # neither UTF-8 nor a database holds them
_FILES = ("photo", "subject_mask", "region_mask")
Asked = TypeVar("Asked", ApplyEdit, LearnToken)


def new_id() -> str:
    """A new id, greater than all older ones."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S%f}-{secrets.token_hex(3)}"


def created_of(name: str) -> str:
    """When the result of this id was made: ISO 8601 in UTC, to the second."""
    return datetime.strptime(name[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC).isoformat()


@dataclass(frozen=True)
class TokenUsed:
    """A token that took part. ``name``: ``person/name`` at that time; it is kept beside the record, not in it."""

    id: str
    name: str
    kind: str = "identity"


@dataclass(frozen=True)
class Machine:
    """Environment of a result: device, number format, threads of the CPU, and the base model."""

    model: str
    model_hash: str
    device: str = "cpu"
    dtype: str = "float32"
    threads: int = 0


@dataclass(frozen=True)
class Made:
    """A result on its way into the journal.

    Attributes:
        picture: the encoded result; a token's thumbnail for learning. suffix: of its file name, ``.png``.
        region: the mask of what changed, an encoded PNG. thumbnail: a small encoded picture for lists.
        source_prompt, target_prompt: as used, with references. pixels: hash of the photo's pixels, as in tokens.
        identity, identity_note: similarity of the persons before and after, None if not measured; and the reason.
        seconds: working time, without suspension. began: start time, seconds since 1970, 0.0: ``seconds`` ago.
        learned: final values of learning, empty for edits.
    """

    picture: bytes
    suffix: str
    region: bytes
    thumbnail: bytes
    tokens: tuple[TokenUsed, ...]
    machine: Machine
    source_prompt: str = ""
    target_prompt: str = ""
    pixels: str = ""
    seconds: float = 0.0
    began: float = 0.0
    inversion_cached: bool = False
    warnings: tuple[str, ...] = ()
    identity: float | None = None
    identity_note: str = ""
    learned: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """The record of a result.

    Attributes:
        kind: ``edit`` or ``learn``. request: the request's fields without names; bytes as sha256, see `request_values`.
        tokens: ids of the tokens, in the request's order. photo: sha256 of the photo's bytes.
        picture: file name. files: file name -> sha256, of everything beside the record.
        starred, note, deleted: the user's own; ``deleted`` is when, ISO 8601, "" while it is not.
        version: of the program. format_version: of the record.
    """

    id: str
    kind: str
    request: dict[str, Any]
    tokens: tuple[str, ...]
    photo: str
    picture: str
    machine: Machine
    files: dict[str, str] = field(default_factory=dict)
    source_prompt: str = ""
    target_prompt: str = ""
    pixels: str = ""
    seconds: float = 0.0
    inversion_cached: bool = False
    warnings: tuple[str, ...] = ()
    identity: float | None = None
    identity_note: str = ""
    learned: dict[str, Any] = field(default_factory=dict)
    starred: bool = False
    note: str = ""
    deleted: str = ""
    version: str = __version__
    format_version: int = FORMAT_VERSION

    @property
    def originals(self) -> tuple[str, ...]:
        """sha256 of everything that came with the request."""
        return tuple(dict.fromkeys(self.request[name] for name in _FILES if self.request.get(name)))

    def to_json(self) -> bytes:
        """The record as stored on disk."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=True, indent=1).encode()

    @staticmethod
    def from_json(data: bytes, name: str) -> Record:
        """Read a record of any format.

        Args:
            name: the id that its folder has.

        Raises:
            ResourceError: damaged, of another result, or written by a newer version.
        """
        try:
            values = json.loads(data)
            version = values["format_version"]
            if version > FORMAT_VERSION:
                raise ResourceError(
                    Sentence("The result {} was written by a newer version of S2Edit Studio.", name),
                    "Update to read it.",
                )
            for step in range(version, FORMAT_VERSION):
                values = _MIGRATIONS[step](values)
            return _checked(values, name)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise damaged(name) from error


def _checked(values: dict[str, Any], name: str) -> Record:
    """A record with checked types of its fields. Raises ValueError, TypeError, KeyError."""
    known = _known(Record, values)
    known["machine"] = Machine(**_known(Machine, values["machine"]))
    for one in ("tokens", "warnings"):
        known[one] = tuple(str(item) for item in known.get(one, ()))
    record = Record(**known)
    texts = (
        "kind",
        "photo",
        "picture",
        "source_prompt",
        "target_prompt",
        "pixels",
        "note",
        "deleted",
        "identity_note",
    )
    wrong = [one for one in texts if not isinstance(getattr(record, one), str)]
    if (
        wrong
        or record.id != name
        or not isinstance(record.request, dict)
        or not isinstance(record.files, dict)
    ):
        raise ValueError("a field of a wrong type")
    if not all(isinstance(one, str) and re.fullmatch(r"[0-9a-f]{64}", one) for one in record.originals):
        raise ValueError("a hash that is none")
    numbers = [record.seconds, 0.0 if record.identity is None else record.identity]
    if not all(type(one) in (int, float) and math.isfinite(one) for one in numbers):
        raise ValueError("a number that is none")
    if not isinstance(record.machine.model, str) or not isinstance(record.machine.model_hash, str):
        raise ValueError("a model that is none")
    if not re.fullmatch(r"picture\.[a-z]{1,8}", record.picture):
        raise ValueError("a file name that is none")
    return record


# One function a version: _MIGRATIONS[n] turns a record of format n into one of format n + 1.
_MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def damaged(name: str) -> ResourceError:
    """The error for a result that cannot be read."""
    return ResourceError(
        Sentence("The result {} of the history is damaged.", name),
        "Delete it, or restore its folder from a backup.",
    )


# ---------------------------------------------------------------------- requests


_BEFORE: dict[str, Any] = {"influence": "joint", "offset": "both", "shapes": "kept"}
"""Settings of edits that came later: the values that results without them were made with."""


def request_values(
    request: ApplyEdit | LearnToken, hashes: Mapping[bytes, str], names: Sequence[str]
) -> dict[str, Any]:
    """A request as JSON values: bytes by their hash, prompts without names.

    Args:
        hashes: sha256 of the request's pictures. names: of the tokens, in the record's order.
    """
    values: dict[str, Any] = {}
    for field_ in dataclasses.fields(request):
        # Tokens are found by the record's ids; a name would have to follow every renaming.
        if field_.name in ("tokens", "person", "token"):
            continue
        value = getattr(request, field_.name)
        if isinstance(value, bytes):
            value = hashes[value]
        elif isinstance(value, str):
            value = unnamed(value, names)
        elif dataclasses.is_dataclass(value) and not isinstance(value, type):
            value = dataclasses.asdict(value)
            if weights := value.get("weights"):
                value["weights"] = {unnamed(word, names): factor for word, factor in weights.items()}
        values[field_.name] = value
    return values


def request_of(
    kind: type[Asked], record: Record, names: Sequence[str], read: Callable[[str], bytes]
) -> Asked:
    """The request again, with today's names.

    Args:
        names: of the record's tokens today. read: gives the bytes of a hash.

    Raises:
        ResourceError: the record is damaged, or what ``read`` raises.
    """
    values = _known(kind, record.request)
    for name, value in values.items():
        if name in _FILES and isinstance(value, str):
            values[name] = read(value)
        elif isinstance(value, str):
            values[name] = named(value, names)
        elif isinstance(value, list):
            values[name] = tuple(value)
    settings: type[EditSettings] | type[LearnSettings] = EditSettings if kind is ApplyEdit else LearnSettings
    try:
        kept = (_BEFORE if kind is ApplyEdit else {}) | _known(settings, record.request["settings"])
        if weights := kept.get("weights"):
            kept["weights"] = {named(word, names): factor for word, factor in weights.items()}
        values["settings"] = settings(**kept)
        if kind is ApplyEdit:
            values["tokens"] = tuple(names)
        else:
            values["person"], _, values["token"] = names[0].partition("/")
        return kind(**values)
    except (KeyError, TypeError, IndexError) as error:
        raise damaged(record.id) from error


def _known(kind: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values for fields of a dataclass; other versions may have written more."""
    fields = {one.name for one in dataclasses.fields(kind)}
    return {str(name): value for name, value in values.items() if name in fields}


# ---------------------------------------------------------------------- names


def unnamed(prompt: str, names: Sequence[str]) -> str:
    """A prompt with ``<person/name>`` as ``<#place>``; what no text can hold is replaced."""
    prompt = unicodedata.normalize("NFC", prompt)  # as names are
    for place, name in enumerate(names):
        prompt = prompt.replace(f"<{name}>", f"<#{place}>")
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", prompt)


def named(prompt: str, names: Sequence[str]) -> str:
    """A prompt with ``<#place>`` as ``<person/name>``."""

    def name(match: re.Match[str]) -> str:
        place = int(match.group(1))
        return f"<{names[place]}>" if place < len(names) else match.group()

    return _REFERENCE.sub(name, prompt)
