"""Records of installed models: a JSON file in each model's folder, written last.

A folder without a record is not an installed model. Models' folders are untrusted: names in a record are checked before they
are joined to a path, and a record must have the name of its folder.
"""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from s2edit_plugin.storage.paths import read_limited, write_atomic

__all__ = [
    "RECORD_NAME",
    "InstalledFile",
    "ModelRecord",
    "is_model_name",
    "read_record",
    "record_in",
    "records_in",
    "write_record",
]

RECORD_NAME = "s2edit_model.json"
FORMAT_VERSION = 1
_MAX_BYTES = 4 * 1024 * 1024
_MAX_TEXT = 4000  # characters
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


@dataclass(frozen=True)
class InstalledFile:
    """One file of an installed model.

    Attributes:
        path: below the model's folder, with slashes. size: bytes. sha256: of its content, hex.
        checked: reference of the content check at installation, e.g. ``"sha256 of the hub"``; "" if unchecked.
    """

    path: str
    size: int
    sha256: str
    checked: str = ""


@dataclass(frozen=True)
class ModelRecord:
    """An installed model.

    Attributes:
        kind, family: as in the catalogue. licence: title, "" if unknown.
        origin: in words: ``repository@commit``, addresses, or the name of the imported file or folder.
        hash_source: origin of its hashes, in words. files: all except the record itself.
        prediction: ``epsilon`` or ``v_prediction`` for imports that had to determine it, else "".
        installed: ISO 8601, UTC.
    """

    name: str
    title: str
    kind: str = "base"
    family: str = ""
    licence: str = ""
    origin: str = ""
    hash_source: str = ""
    prediction: str = ""
    files: tuple[InstalledFile, ...] = ()
    installed: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def is_model_name(name: str) -> bool:
    """Whether a name is a valid folder name on every system and no special path."""
    return bool(_NAME.fullmatch(name)) and not _RESERVED.fullmatch(name) and not name.endswith(".")


def record_in(root: Path, name: str) -> ModelRecord | None:
    """The record of the model ``name`` in a models' folder; None if it is missing or has another name."""
    record = read_record(root / name) if is_model_name(name) else None
    return record if record is not None and record.name == name else None


def records_in(root: Path) -> list[ModelRecord]:
    """The records of all models in a models' folder, by name; empty if the folder cannot be read."""
    try:
        names = sorted(place.name for place in root.iterdir())
    except OSError:
        return []
    return [record for name in names if (record := record_in(root, name)) is not None]


def write_record(folder: Path, record: ModelRecord) -> None:
    """Write the record into a model's folder, whose other files must be complete.

    Raises:
        ResourceError: a disk error.
    """
    values = {"format_version": FORMAT_VERSION} | dataclasses.asdict(record)
    write_atomic(folder / RECORD_NAME, (json.dumps(values, indent=2, ensure_ascii=False) + "\n").encode())


def read_record(folder: Path) -> ModelRecord | None:
    """The record of a folder; None if it is missing or invalid."""
    try:
        return _record(json.loads(read_limited(folder / RECORD_NAME, _MAX_BYTES).decode("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _record(values: dict[str, Any]) -> ModelRecord:
    if values["format_version"] != FORMAT_VERSION:
        raise ValueError("another format")
    files = tuple(_file(**file) for file in values["files"])
    texts = {f.name: values[f.name] for f in dataclasses.fields(ModelRecord) if f.name != "files"}
    if not all(isinstance(text, str) and len(text) <= _MAX_TEXT for text in texts.values()):
        raise TypeError("a field is no text, or longer than any that is written here")
    return ModelRecord(**texts, files=files)


def _file(path: str, size: int, sha256: str, checked: str) -> InstalledFile:
    parts = path.split("/")
    if not all(parts) or {".", ".."} & set(parts) or any("\\" in part or ":" in part for part in parts):
        raise ValueError("a path leads out of the folder")
    if type(size) is not int or size < 0 or not isinstance(sha256, str) or not isinstance(checked, str):
        raise TypeError("a wrong type")
    return InstalledFile(path, size, sha256, checked)
