"""Which moves of the models' folder are under way: one JSON file in the data folder.

The folder that is being filled holds a mark with the move's random number, which shows that it is the folder meant and not
another one that came to the same path, on another disk for example. Everything else stands here: a folder of somebody else's
cannot say what is deleted.
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
_MOST_MOVES = 16  # those that were given up count too
_MAX_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Move:
    """A move from one models' folder to another.

    Attributes:
        id: the random number that the mark in ``target`` holds.
        copied: the models that may be deleted at the old place; None while they are still being copied.
    """

    id: str
    source: Path
    target: Path
    copied: tuple[str, ...] | None = None

    def finished(self, copied: list[str]) -> Move:
        """The same move once these models lie in the new folder."""
        return replace(self, copied=tuple(copied))


def begin(folder: DataFolder, source: Path, target: Path) -> Move:
    """A new move: written down here, then marked in the new folder.

    Raises:
        ResourceError: the disk refused.
    """
    move = Move(uuid.uuid4().hex, source, target)
    keep(folder, move)
    write_atomic(target / MARK, json.dumps({"move": move.id}).encode())
    return move


def begun(folder: DataFolder, source: Path, target: Path) -> Move | None:
    """The interrupted move between two folders, if the new one is the folder that it has begun to fill."""
    found = [move for move in _moves(folder) if (move.source, move.target) == (source, target)]
    return found[0] if found and _marked(found[0]) else None


def finished(folder: DataFolder, target: Path) -> Move | None:
    """The move that has filled a folder, if what it has left at the old place is still to be deleted."""
    found = [move for move in _moves(folder) if move.target == target and move.copied is not None]
    return found[0] if found and _marked(found[0]) else None


def keep(folder: DataFolder, move: Move) -> None:
    """Write down how far a move is, in place of what was known about one to the same folder.

    Raises:
        ResourceError: the disk refused.
    """
    others = [other for other in _moves(folder) if other.target != move.target]
    _write(folder, [move, *others][:_MOST_MOVES])


def forget(folder: DataFolder, move: Move) -> None:
    """The move is at its end.

    Raises:
        ResourceError: the disk refused.
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
