"""Record of unfinished moves of the models' folder: a JSON file in the data folder.

The target folder has a marker file with the move's random number, by which another folder at the same path (e.g. on another
disk) is recognised. All other data are in the data folder, so that a foreign folder cannot decide what is deleted.
"""

from __future__ import annotations

import contextlib
import json
import uuid
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from s2edit_plugin.base_models.records import is_model_name
from s2edit_plugin.storage.paths import DataFolder, read_limited, write_atomic

__all__ = ["MARK", "Move", "begin", "begun", "finished", "forget", "keep"]

MARK = ".moving.json"
_MOST_MOVES = 16  # including abandoned ones
_MAX_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Move:
    """A move from one models' folder to another.

    Attributes:
        id: random number in the marker file of ``target``.
        copied: the models that may be deleted in ``source``; None while they are being copied.
    """

    id: str
    source: Path
    target: Path
    copied: tuple[str, ...] | None = None

    def finished(self, copied: list[str]) -> Move:
        """The move after these models were copied."""
        return replace(self, copied=tuple(copied))


def begin(folder: DataFolder, source: Path, target: Path) -> Move:
    """Start a move: recorded here, then marked in the target folder.

    Raises:
        ResourceError: a disk error.
    """
    move = Move(uuid.uuid4().hex, source, target)
    keep(folder, move)
    write_atomic(target / MARK, json.dumps({"move": move.id}).encode())
    return move


def begun(folder: DataFolder, source: Path, target: Path) -> Move | None:
    """The interrupted move between two folders, if the target has its marker."""
    found = [move for move in _moves(folder) if (move.source, move.target) == (source, target)]
    return found[0] if found and _marked(found[0]) else None


def finished(folder: DataFolder, target: Path) -> Move | None:
    """The completed move to a folder whose source models are still to be deleted."""
    found = [move for move in _moves(folder) if move.target == target and move.copied is not None]
    return found[0] if found and _marked(found[0]) else None


def keep(folder: DataFolder, move: Move) -> None:
    """Store the state of a move, replacing previous moves to the same folder.

    Raises:
        ResourceError: a disk error.
    """
    others = [other for other in _moves(folder) if other.target != move.target]
    _write(folder, [move, *others][:_MOST_MOVES])


def forget(folder: DataFolder, move: Move) -> None:
    """Remove a finished move.

    Raises:
        ResourceError: a disk error.
    """
    with contextlib.suppress(OSError):
        (move.target / MARK).unlink(missing_ok=True)
    _write(folder, [other for other in _moves(folder) if other.id != move.id])


def _file(folder: DataFolder) -> Path:
    return folder.root / "models-move.json"


def _write(folder: DataFolder, moves: list[Move]) -> None:
    if not moves:
        with contextlib.suppress(OSError):
            _file(folder).unlink(missing_ok=True)
        return
    values = [asdict(move) | {"source": str(move.source), "target": str(move.target)} for move in moves]
    write_atomic(_file(folder), json.dumps({"moves": values}).encode(), private=True)


def _moves(folder: DataFolder) -> list[Move]:
    try:
        values = json.loads(read_limited(_file(folder), _MAX_BYTES))["moves"]
        return [_move(**value) for value in values]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []


def _move(id: str, source: str, target: str, copied: list[str] | None) -> Move:
    if copied is not None and not all(isinstance(name, str) and is_model_name(name) for name in copied):
        raise ValueError("no model's name")
    return Move(str(id), Path(source), Path(target), None if copied is None else tuple(copied))


def _marked(move: Move) -> bool:
    try:
        mark: Any = json.loads(read_limited(move.target / MARK, _MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(mark, dict) and mark.get("move") == move.id
