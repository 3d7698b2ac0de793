"""The token file: one ``.safetensors`` a token, its record as JSON in the header. Never pickle.

    8 bytes   length of the header, little endian
    header    {"__metadata__": {"s2edit_token": "<the record as JSON>"}, "<tensor>": {"dtype", "shape", "data_offsets"}, ...}
    data      fp16 or fp32 tensors

A record can be read without the tensors, and torch is not imported.
"""

from __future__ import annotations

import json
import math
import stat
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import safetensors.numpy

from s2edit_plugin.errors import InputError, NumericalError, Sentence, TokenNotFoundError, WrongModelError
from s2edit_plugin.storage.paths import write_atomic
from s2edit_plugin.tokens.record import (
    FORMAT_VERSION,
    TokenRecord,
    damaged,
    parse_json,
    picture_problem,
    record_from_json,
    too_long,
)

__all__ = [
    "FOREIGN_DTYPES",
    "FORMAT_VERSION",
    "MAX_FILE",
    "METADATA_KEY",
    "PARAMETERS",
    "Token",
    "TokenRecord",
    "check_model",
    "parse_token",
    "read_arrays",
    "read_record",
    "read_table",
    "read_token",
    "stored_format",
    "token_bytes",
    "write_token",
]

METADATA_KEY = "s2edit_token"
PARAMETERS = "parameters."
"""Prefix of the parameters' tensor names; ``vectors`` holds the embedding."""
# A record holds a thumbnail and a mask; larger ones are damaged or hostile and are not read.
MAX_HEADER = 4 * 1024 * 1024
MAX_FILE = 1024 * 1024 * 1024
_DTYPES: dict[str, np.dtype[Any]] = {"F16": np.dtype("<f2"), "F32": np.dtype("<f4")}
# Additional types in files of other programs. numpy has no bfloat16: its bits are the upper half of a float32.
FOREIGN_DTYPES = _DTYPES | {
    "BF16": np.dtype("<u2"),
    "F64": np.dtype("<f8"),
    "I64": np.dtype("<i8"),
    "I32": np.dtype("<i4"),
}


@dataclass(frozen=True)
class Token:
    """A token file in memory. Tensors are numpy arrays, fp16 or fp32."""

    record: TokenRecord
    tensors: dict[str, np.ndarray]


def token_bytes(record: TokenRecord, tensors: Mapping[str, Any]) -> bytes:
    """A token file's bytes, the same every time.

    Args:
        tensors: numpy arrays or torch tensors on any device; fp16 and fp32 are kept, other floats become fp32.

    Raises:
        NumericalError: a tensor or the record holds NaN or infinity.
        InputError: no tensors, or the record or a text in it is too large.
    """
    arrays = {name: _to_numpy(name, tensor) for name, tensor in tensors.items()}
    if not arrays:
        raise InputError("A token without tensors cannot be saved.")
    values = record.replace(format_version=FORMAT_VERSION).to_json()
    try:
        text = json.dumps(values, ensure_ascii=True, allow_nan=False, sort_keys=True)
    except ValueError as error:
        raise NumericalError(
            Sentence("The token {} has a loss that is not finite and was not saved.", record.full_name)
        ) from error
    long = too_long(record)
    if long:
        raise InputError(
            Sentence("The token {} cannot be saved: {}.", record.full_name[:80], long), "Shorten it."
        )
    if len(text) > MAX_HEADER // 2:
        raise InputError(
            Sentence("The record of token {} is too large to be saved.", record.full_name),
            "Use a smaller thumbnail.",
        )
    return safetensors.numpy.save(arrays, metadata={METADATA_KEY: text})


def write_token(path: Path, record: TokenRecord, tensors: Mapping[str, Any]) -> None:
    """Write a token file, atomically and readable by the user alone.

    Raises:
        NumericalError, InputError: as `token_bytes`; nothing is written.
        ResourceError: the disk refused.
    """
    write_atomic(Path(path), token_bytes(record, tensors), private=True)


def read_record(path: Path) -> TokenRecord:
    """The record alone: reads the header, checks that the tensors it lists fit the file, reads none of them.

    Raises:
        TokenNotFoundError: no such file.
        TokenDamagedError: truncated, malformed, or written by a newer version.
    """
    with _opened(Path(path)) as (stream, size, label):
        return record_from_json(label, _header(stream, size, label)[0])


def stored_format(path: Path) -> int:
    """Format version a sound token file was written in. Raises as `read_record`."""
    with _opened(Path(path)) as (stream, size, label):
        values, _ = _header(stream, size, label)
        record_from_json(label, values)
        return int(values["format_version"])


def read_token(path: Path) -> Token:
    """The record and all tensors.

    Raises:
        TokenNotFoundError: no such file.
        TokenDamagedError: truncated, malformed, NaN or infinity inside, or written by a newer version.
    """
    with _opened(Path(path)) as (stream, size, label):
        return _token(stream, size, label)


def parse_token(data: bytes, label: str) -> Token:
    """Parse the bytes of a token file. Args: label: its name in errors. Raises TokenDamagedError."""
    return _token(BytesIO(data), len(data), label)


def check_model(record: TokenRecord, model_name: str, model_hash: str) -> None:
    """Refuse a token that was learned on other weights than the ones in use.

    Raises:
        WrongModelError: the hashes differ.
    """
    if record.base_model_hash == model_hash:
        return
    if record.base_model == model_name:
        sentence = Sentence(
            "The token {} was learned on another version of the model '{}'.", record.full_name, model_name
        )
    else:
        sentence = Sentence(
            "The token {} was learned on the model '{}', not on '{}'.",
            record.full_name,
            record.base_model,
            model_name,
        )
    raise WrongModelError(sentence, "Learn it again on this model, or use the model it was learned on.")


def _to_numpy(name: str, tensor: Any) -> np.ndarray:
    """One tensor as a contiguous finite fp16 or fp32 array."""
    if hasattr(tensor, "detach"):  # torch, recognised without importing it; numpy has no bfloat16
        tensor = tensor.detach().cpu()
        tensor = (tensor.float() if "bfloat16" in str(tensor.dtype) else tensor).numpy()
    array = np.asarray(tensor)
    if array.dtype not in (np.float16, np.float32):
        array = array.astype(np.float32)
    if not np.isfinite(array).all():
        raise NumericalError(
            Sentence("The token was not saved because '{}' holds numbers that are not finite.", name),
            "Learn it again with a smaller learning rate.",
        )
    return np.ascontiguousarray(array)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, int, str]]:
    """The file, its size and its name. One open file for all that is read: a rename in between must not mix two tokens."""
    label = path.name
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe would be waited for, a device never ends
            raise damaged(label, "it is no ordinary file")
        with path.open("rb") as stream:
            yield stream, status.st_size, label
    except FileNotFoundError as error:
        raise TokenNotFoundError(Sentence("There is no token file {}.", path)) from error
    except OSError as error:
        raise damaged(label, f"it cannot be read ({error.strerror or type(error).__name__})") from error


def read_table(
    stream: BinaryIO, size: int, label: str, dtypes: Mapping[str, np.dtype[Any]] = _DTYPES
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Metadata and table of tensors of any safetensors file, the table checked; the stream is then at the start of the data.

    Raises:
        TokenDamagedError: cut off, malformed, or with numbers of a type that is not in ``dtypes``.
    """
    prefix = stream.read(8)
    length = struct.unpack("<Q", prefix)[0] if len(prefix) == 8 else 0
    if not 2 <= length <= MAX_HEADER or 8 + length > size or size > MAX_FILE:
        raise damaged(label, "it is cut off or no token file")
    table = parse_json(label, stream.read(length))
    metadata = table.pop("__metadata__", None)
    _check_tensor_table(label, table, size - 8 - length, dtypes)
    return metadata if isinstance(metadata, dict) else {}, table


def read_arrays(
    stream: BinaryIO, table: Mapping[str, Any], label: str, dtypes: Mapping[str, np.dtype[Any]] = _DTYPES
) -> dict[str, np.ndarray]:
    """The tensors of a table from `read_table`, aligned and writable; bfloat16 becomes float32.

    Raises:
        TokenDamagedError: cut off, or NaN or infinity inside.
    """
    data = stream.read()
    tensors: dict[str, np.ndarray] = {}
    for name, entry in table.items():
        dtype, (start, end) = dtypes[entry["dtype"]], entry["data_offsets"]
        if end > len(data):
            raise damaged(label, "it is cut off or has something appended")
        flat = np.frombuffer(data, dtype, (end - start) // dtype.itemsize, start)
        if entry["dtype"] == "BF16":
            flat = (flat.astype(np.uint32) << 16).view(np.float32)
        try:
            array = flat.reshape(entry["shape"]).copy()  # so the file's bytes can be freed
        except ValueError as error:  # empty, but with dimensions too large for numpy
            raise damaged(label, "its tensors do not fit their shapes") from error
        if not np.isfinite(array).all():
            raise damaged(label, f"tensor {name[:40]!a} holds numbers that are not finite")
        tensors[name] = array
    return tensors


def _header(stream: BinaryIO, size: int, label: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The record's JSON values and the table of tensors, the latter checked; the stream is then at the start of the data."""
    metadata, table = read_table(stream, size, label)
    text = metadata.get(METADATA_KEY)
    if not isinstance(text, str):
        raise damaged(label, "it has no token record")
    return parse_json(label, text.encode()), table


def _check_tensor_table(
    label: str, table: dict[str, Any], data_size: int, dtypes: Mapping[str, np.dtype[Any]]
) -> None:
    """Types, shapes and offsets; the tensors must fill the file without gaps or overlaps."""
    spans: list[tuple[int, int]] = []
    for entry in table.values():
        try:
            dtype, shape, (start, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
            numbers = [*shape, start, end]
        except (TypeError, KeyError, ValueError) as error:
            raise damaged(label, "its header is malformed") from error
        if any(type(n) is not int or n < 0 for n in numbers) or len(shape) > 8:
            raise damaged(label, "its header is malformed")
        if not isinstance(dtype, str) or dtype not in dtypes:
            raise damaged(label, f"it holds numbers of an unknown type '{str(dtype)[:16]}'")
        if end - start != math.prod(shape) * dtypes[dtype].itemsize:
            raise damaged(label, "its tensors do not fit their shapes")
        spans.append((start, end))
    position = 0
    for start, end in sorted(spans):
        if start != position:
            raise damaged(label, "its tensors overlap or leave gaps")
        position = end
    if not spans or position != data_size:
        raise damaged(label, "it is cut off or has something appended")


def _token(stream: BinaryIO, size: int, label: str) -> Token:
    values, table = _header(stream, size, label)
    record = record_from_json(label, values)
    problem = picture_problem(record)
    if problem:
        raise damaged(label, problem)
    return Token(record, read_arrays(stream, table, label))
