"""The token file: one ``.safetensors`` a token, its record as JSON in the header. Never pickle.

    8 bytes   length of the header, little endian
    header    {"__metadata__": {"s2edit_token": "<the record as JSON>"}, "<tensor>": {"dtype", "shape", "data_offsets"}, ...}
    data      fp16 or fp32 tensors

A record can be read without the tensors, and nothing here imports torch.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import json
import math
import struct
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from s2edit_plugin.errors import (
    InputError,
    NumericalError,
    TokenDamagedError,
    TokenNotFoundError,
    WrongModelError,
)
from s2edit_plugin.paths import write_atomic

__all__ = [
    "FORMAT_VERSION",
    "Token",
    "TokenRecord",
    "check_model",
    "read_record",
    "read_token",
    "write_token",
]

FORMAT_VERSION = 1
METADATA_KEY = "s2edit_token"
# A record holds a thumbnail and a mask; what is larger is damaged or hostile, and is not read into memory.
MAX_HEADER = 4 * 1024 * 1024
MAX_FILE = 1024 * 1024 * 1024
_ITEM_SIZES = {"F16": 2, "F32": 4}


@dataclass(frozen=True)
class TokenRecord:
    """What is known about a token beside its tensors.

    Attributes:
        kind: ``identity`` or ``attribute``.
        person, name: its place in the library, ``person/name``.
        class_noun: the noun it stands before in prompts, e.g. ``woman``.
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
        id: never changes, whatever the token is called.
        thumbnail: base64 of a PNG, "" in exports.
        subject_mask: base64 of a grey PNG, at most 256 px a side, of the area ``crop``; "" if none.
        crop: left, top, right, bottom in the source photo's pixels; may reach beyond the photo.
        tags: the user's own labels.
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
    format_version: int = FORMAT_VERSION

    @property
    def full_name(self) -> str:
        """``person/name``."""
        return f"{self.person}/{self.name}"

    @property
    def thumbnail_png(self) -> bytes:
        """The thumbnail as an encoded PNG, ``b""`` if there is none."""
        return base64.b64decode(self.thumbnail)

    @property
    def subject_mask_png(self) -> bytes:
        """The subject mask as an encoded PNG, ``b""`` if there is none."""
        return base64.b64decode(self.subject_mask)

    def replace(self, **changes: Any) -> TokenRecord:
        """A copy with some fields changed."""
        return dataclasses.replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """The record as JSON values."""
        return dataclasses.asdict(self)


@dataclass(frozen=True)
class Token:
    """A token file in memory. Tensors are numpy arrays, fp16 or fp32."""

    record: TokenRecord
    tensors: dict[str, np.ndarray]


def write_token(path: Path, record: TokenRecord, tensors: Mapping[str, Any]) -> None:
    """Write a token file, atomically and readable by the user alone.

    Args:
        tensors: numpy arrays or torch tensors on any device; fp16 and fp32 are kept, other floats become fp32.

    Raises:
        NumericalError: a tensor or the record holds NaN or infinity; nothing is written.
        InputError: no tensors, or the record is too large.
        ResourceError: the disk refused.
    """
    arrays = {name: _to_numpy(name, tensor) for name, tensor in tensors.items()}
    if not arrays:
        raise InputError("A token without tensors cannot be saved.")
    values = record.replace(format_version=FORMAT_VERSION).to_json()
    try:
        text = json.dumps(values, ensure_ascii=True, allow_nan=False, sort_keys=True)
    except ValueError as error:
        raise NumericalError(
            f"The token {record.full_name} has a loss that is not finite and was not saved."
        ) from error
    if len(text) > MAX_HEADER // 2:
        raise InputError(
            f"The record of token {record.full_name} is too large to be saved.", "Use a smaller thumbnail."
        )
    write_atomic(Path(path), safetensors.numpy.save(arrays, metadata={METADATA_KEY: text}), private=True)


def read_record(path: Path) -> TokenRecord:
    """The record alone: reads the header, checks that the tensors it lists fit the file, reads none of them.

    Raises:
        TokenNotFoundError: no such file.
        TokenDamagedError: truncated, malformed, or written by a newer version.
    """
    return _read_header(Path(path))[0]


def read_token(path: Path) -> Token:
    """The record and all tensors.

    Raises:
        TokenNotFoundError: no such file.
        TokenDamagedError: truncated, malformed, NaN or infinity inside, or written by a newer version.
    """
    path = Path(path)
    record, _ = _read_header(path)
    try:
        tensors = safetensors.numpy.load(path.read_bytes())
    except (SafetensorError, ValueError, KeyError, OSError) as error:
        raise _damaged(path, "its tensors cannot be read") from error
    for name, array in tensors.items():
        if not np.isfinite(array).all():
            raise _damaged(path, f"tensor '{name[:40]}' holds numbers that are not finite")
    return Token(record, tensors)


def check_model(record: TokenRecord, model_name: str, model_hash: str) -> None:
    """Refuse a token that was learned on other weights than the ones in use.

    Raises:
        WrongModelError: the hashes differ.
    """
    if record.base_model_hash == model_hash:
        return
    if record.base_model == model_name:
        sentence = f"The token {record.full_name} was learned on another version of the model '{model_name}'."
    else:
        sentence = f"The token {record.full_name} was learned on the model '{record.base_model}', not on '{model_name}'."
    raise WrongModelError(sentence, "Learn it again on this model, or use the model it was learned on.")


def _to_numpy(name: str, tensor: Any) -> np.ndarray:
    """One tensor as a contiguous finite fp16 or fp32 array."""
    if hasattr(tensor, "detach"):  # torch, recognised without importing it; numpy knows no bfloat16
        tensor = tensor.detach().cpu()
        tensor = (tensor.float() if "bfloat16" in str(tensor.dtype) else tensor).numpy()
    array = np.asarray(tensor)
    if array.dtype not in (np.float16, np.float32):
        array = array.astype(np.float32)
    if not np.isfinite(array).all():
        raise NumericalError(
            f"The token was not saved because '{name}' holds numbers that are not finite.",
            "Learn it again with a smaller learning rate.",
        )
    return np.ascontiguousarray(array)


def _read_header(path: Path) -> tuple[TokenRecord, dict[str, Any]]:
    """The record and the table of tensors, both checked."""
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            prefix = stream.read(8)
            length = struct.unpack("<Q", prefix)[0] if len(prefix) == 8 else 0
            if not 2 <= length <= MAX_HEADER or 8 + length > size or size > MAX_FILE:
                raise _damaged(path, "it is cut off or no token file")
            raw = stream.read(length)
    except FileNotFoundError as error:
        raise TokenNotFoundError(f"There is no token file {path}.") from error
    except OSError as error:
        raise _damaged(path, f"it cannot be read ({error.strerror or type(error).__name__})") from error
    header = _parse_json(path, raw)
    metadata = header.pop("__metadata__", None)
    _check_tensor_table(path, header, size - 8 - length)
    text = metadata.get(METADATA_KEY) if isinstance(metadata, dict) else None
    if not isinstance(text, str):
        raise _damaged(path, "it has no token record")
    return _record_from_json(path, _parse_json(path, text.encode())), header


def _parse_json(path: Path, raw: bytes) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} in JSON")

    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=refuse)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise _damaged(path, "its header is malformed") from error
    if not isinstance(value, dict):
        raise _damaged(path, "its header is malformed")
    return value


def _check_tensor_table(path: Path, table: dict[str, Any], data_size: int) -> None:
    """Types, shapes and offsets; the tensors must fill the file without gaps or overlaps."""
    spans: list[tuple[int, int]] = []
    for entry in table.values():
        try:
            dtype, shape, (start, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
            numbers = [*shape, start, end]
        except (TypeError, KeyError, ValueError) as error:
            raise _damaged(path, "its header is malformed") from error
        if any(type(n) is not int or n < 0 for n in numbers):
            raise _damaged(path, "its header is malformed")
        if not isinstance(dtype, str) or dtype not in _ITEM_SIZES:
            raise _damaged(path, f"it holds numbers of an unknown type '{str(dtype)[:16]}'")
        if end - start != math.prod(shape) * _ITEM_SIZES[dtype]:
            raise _damaged(path, "its tensors do not fit their shapes")
        spans.append((start, end))
    position = 0
    for start, end in sorted(spans):
        if start != position:
            raise _damaged(path, "its tensors overlap or leave gaps")
        position = end
    if not spans or position != data_size:
        raise _damaged(path, "it is cut off or has something appended")


def _record_from_json(path: Path, values: dict[str, Any]) -> TokenRecord:
    """The record, migrated to today's format and checked field by field."""
    version = values.get("format_version")
    if type(version) is not int or version < 0:
        raise _damaged(path, "it has no format version")
    if version > FORMAT_VERSION:
        raise TokenDamagedError(
            f"The token file {path.name} was written by a newer version of S2Edit Studio (format {version}).",
            "Update S2Edit Studio to read it.",
        )
    try:
        for step in range(version, FORMAT_VERSION):
            values = _MIGRATIONS[step](values)
        known = {f.name for f in dataclasses.fields(TokenRecord)}
        record = TokenRecord(**{key: _freeze(value) for key, value in values.items() if key in known})
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(path, "its record is incomplete") from error
    _check_record(path, record)
    return record.replace(format_version=FORMAT_VERSION)


def _freeze(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _check_record(path: Path, record: TokenRecord) -> None:
    """Field types as declared; the pictures inside must be base64."""
    for f in dataclasses.fields(TokenRecord):
        value = getattr(record, f.name)
        checks: dict[str, Callable[[Any], bool]] = {
            "str": lambda v: isinstance(v, str),
            "int": lambda v: type(v) is int,
            "float": lambda v: type(v) in (int, float),
            "dict[str, Any]": lambda v: isinstance(v, dict),
            "tuple[str, ...]": lambda v: isinstance(v, tuple) and all(isinstance(x, str) for x in v),
            "tuple[int, int, int, int] | None": lambda v: (
                v is None or (isinstance(v, tuple) and len(v) == 4 and all(type(x) is int for x in v))
            ),
        }
        if not checks[str(f.type)](value):
            raise _damaged(path, f"its field '{f.name}' has a wrong type")
    if record.kind not in ("identity", "attribute"):
        raise _damaged(path, "its kind is unknown")
    for text in (record.thumbnail, record.subject_mask):
        try:
            base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise _damaged(path, "its pictures are malformed") from error


def _damaged(path: Path, why: str) -> TokenDamagedError:
    return TokenDamagedError(
        f"The token file {path.name} is damaged: {why}.", "Restore it from a backup or learn the token again."
    )


# One function a version: _MIGRATIONS[n] turns a record of format n into one of format n + 1.
_MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
