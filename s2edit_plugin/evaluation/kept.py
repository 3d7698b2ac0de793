"""What a run has finished, kept in its folder until it is complete: a cell a subject and method."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from s2edit_plugin.evaluation.figures import Row
from s2edit_plugin.evaluation.methods import Method
from s2edit_plugin.storage.paths import write_atomic

__all__ = ["Cell", "Kept", "Pictures"]

Pictures = tuple[np.ndarray, np.ndarray, np.ndarray]
"""What was drawn and what was pasted, uint8 (H, W, 3), and the edit region (H, W)."""


@dataclass(frozen=True)
class Cell:
    """Figures of every edit of a subject by a method, each with its kind; and its pictures, where they are shown."""

    rows: list[tuple[str, Row]]
    pictures: list[Pictures]


class Kept:
    """The finished cells of a run."""

    def __init__(self, out: Path | None, *about: object) -> None:
        """Args: out: the run's folder, None: keep nothing. about: what the figures depend on beside subject and method."""
        digest = hashlib.sha256(json.dumps([repr(one) for one in about]).encode()).hexdigest()
        self.folder = None if out is None else out / f".judged-{digest[:12]}"

    def load(self, subject: int, method: Method, pictures: bool) -> Cell | None:
        """A cell, or None where it is not finished or damaged. pictures: those are wanted too."""
        file = self._file(subject, method)
        if file is None or not file.is_file():
            return None
        try:
            with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as stored:
                rows = [(kind, row) for kind, row in json.loads(bytes(stored["rows"]))]
                count = int(stored["pictures"])
                found = [
                    (stored[f"drawn{i}"], stored[f"pasted{i}"], stored[f"region{i}"]) for i in range(count)
                ]
        except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile, zlib.error):
            return None
        return None if pictures and len(found) != len(rows) else Cell(rows, found)

    def store(self, subject: int, method: Method, cell: Cell) -> None:
        """Keep a cell."""
        file = self._file(subject, method)
        if file is None:
            return
        arrays: dict[str, np.ndarray] = {
            "rows": np.frombuffer(json.dumps(cell.rows).encode(), np.uint8),
            "pictures": np.array(len(cell.pictures)),
        }
        for i, (drawn, pasted, region) in enumerate(cell.pictures):
            arrays |= {f"drawn{i}": drawn, f"pasted{i}": pasted, f"region{i}": region}
        stream = io.BytesIO()
        np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
        write_atomic(file, stream.getvalue())

    def clear(self, methods: Sequence[Method]) -> None:
        """Forget the cells of these methods: the run is complete."""
        if self.folder is None or not self.folder.is_dir():
            return
        ours = {self._digest(method) for method in methods}
        for file in self.folder.iterdir():
            if file.stem.partition("-")[2] in ours:
                file.unlink()
        if not any(self.folder.iterdir()):
            self.folder.rmdir()

    def _file(self, subject: int, method: Method) -> Path | None:
        return None if self.folder is None else self.folder / f"{subject}-{self._digest(method)}.npz"

    @staticmethod
    def _digest(method: Method) -> str:
        return hashlib.sha256(repr(method).encode()).hexdigest()[:12]
