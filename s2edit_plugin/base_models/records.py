"""What is known about an installed model: one JSON file in its folder, written last.

A folder without a record is not an installed model, whatever it holds.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

__all__ = ["RECORD_NAME", "InstalledFile", "ModelRecord", "read_record", "write_record"]

RECORD_NAME = "s2edit_model.json"
FORMAT_VERSION = 1
_MAX_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class InstalledFile:
    """One file of an installed model.

    Attributes:
        path: below the model's folder, with slashes. size: bytes. sha256: of its content, hex.
        checked: what its content was compared with when it came, e.g. ``"sha256 of the hub"``; "" if with nothing.
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
        origin: where it came from, in words: ``repository@commit``, addresses, or the name of what was imported.
        hash_source: where its hashes come from, in words. files: all of them but the record itself.
        prediction: ``epsilon`` or ``v_prediction`` where an import had to find out, "" otherwise.
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


def write_record(folder: Path, record: ModelRecord) -> None:
    """Write the record into a model's folder, whose other files must be complete.

    Raises:
        ResourceError: the disk refused.
    """
    from s2edit_plugin.paths import write_atomic

    values = {"format_version": FORMAT_VERSION} | dataclasses.asdict(record)
    write_atomic(folder / RECORD_NAME, (json.dumps(values, indent=2, ensure_ascii=False) + "\n").encode())


def read_record(folder: Path) -> ModelRecord | None:
    """The record of a folder; None if it has none, or none that can be understood."""
    path = folder / RECORD_NAME
    try:
        if path.stat().st_size > _MAX_BYTES:
            return None
        values = json.loads(path.read_text(encoding="utf-8"))
        return _record(values)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _record(values: dict[str, Any]) -> ModelRecord:
    if values["format_version"] != FORMAT_VERSION:
        raise ValueError("another format")
    files = tuple(_file(**file) for file in values["files"])
    texts = {f.name: values[f.name] for f in dataclasses.fields(ModelRecord) if f.name != "files"}
    if not all(isinstance(text, str) for text in texts.values()):
        raise TypeError("a field is no text")
    return ModelRecord(**texts, files=files)


def _file(path: str, size: int, sha256: str, checked: str) -> InstalledFile:
    parts = path.split("/")
    if not all(parts) or {".", ".."} & set(parts) or any("\\" in part or ":" in part for part in parts):
        raise ValueError("a path leads out of the folder")
    if type(size) is not int or size < 0 or not isinstance(sha256, str) or not isinstance(checked, str):
        raise TypeError("a wrong type")
    return InstalledFile(path, size, sha256, checked)
