"""Learning runs on disk: the data to resume after a cancel, a crash or a power cut. No model is loaded here.

    checkpoints/<person>/<token>.request        the request with its photo, kept from the first step until the token is stored
    checkpoints/<person>/<token>.safetensors    the state after some step, see `s2edit_plugin.method.checkpoint`
    checkpoints/.locks/<salted hash>.lock       exists during the run and prevents a second one

Both files are private, written atomically, are below a folder with the person's name (so renaming and forgetting a person
includes them), and are removed when the token is in the library. If the request disappears during the run, the person was
renamed or forgotten.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import logging
import re
import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from s2edit_plugin.api import LearnSettings, LearnToken
from s2edit_plugin.api.prompts import check_name
from s2edit_plugin.api.queries import Resumable
from s2edit_plugin.errors import BusyError, CancelledError, InputError, ResourceError, Sentence, TokenError
from s2edit_plugin.storage.locks import file_lock
from s2edit_plugin.storage.paths import DataFolder, write_atomic
from s2edit_plugin.tokens.file import FOREIGN_DTYPES, read_arrays, read_record, read_table

__all__ = ["CHECKPOINT_KEY", "Kept", "Run", "discard_run", "find_run", "resumable"]

CHECKPOINT_KEY = "checkpoint"
"""Metadata of a checkpoint that holds its JSON: ``step``, ``total`` and more."""
REQUEST_KEY = "s2edit_run"
FORMAT = 1
_DTYPES = FOREIGN_DTYPES | {"U8": np.dtype("u1")}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kept:
    """The stored request of a run.

    Attributes:
        request: complete, with the photo. id: of the future token.
        model: name or folder of the base model, "" for the bundled one. total: steps of the whole run.
        facts: everything that affects the result, see `workflows.resuming`.
    """

    request: LearnToken
    id: str
    model: str
    facts: dict[str, str]
    total: int


class Run:
    """Files of one token's learning run. Raises InputError for an invalid name, which could lead to other files."""

    def __init__(self, folder: DataFolder, person: str, token: str) -> None:
        self.folder = folder
        self.person, self.token = check_name(person, "person's name"), check_name(token, "token name")
        self.checkpoint = folder.checkpoints / self.person / f"{self.token}.safetensors"
        self.request = folder.checkpoints / self.person / f"{self.token}.request"
        self._kept = False

    @property
    def name(self) -> str:
        """``person/token``."""
        return f"{self.person}/{self.token}"

    @contextlib.contextmanager
    def hold(self, timeout: float = 0.0) -> Iterator[bool]:
        """Hold the lock of this run; yields False if this thread holds it already.

        Raises:
            BusyError: another process or thread holds it.
        """
        with contextlib.ExitStack() as stack:
            try:
                lock = file_lock(self._lock(), timeout=timeout, remove=True)
                first = stack.enter_context(lock)
            except BusyError as error:
                raise BusyError(
                    Sentence("The token {} is being learned by another process.", self.name),
                    "Wait until it has finished, or choose another name.",
                ) from error
            if first:
                self._sweep()
            yield first

    def _lock(self) -> Path:
        """The lock's file. Its name is a salted hash and does not reveal the person."""
        place = self.folder.checkpoints / ".locks"
        digest = hashlib.sha256(_salt(place) + self.name.encode()).hexdigest()
        return place / f"{digest[:32]}.lock"

    def keep(self, kept: Kept) -> None:
        """Store the request. Raises ResourceError if it cannot be written."""
        tensors: dict[str, np.ndarray] = {}
        values: dict[str, Any] = {}
        digest = hashlib.sha256()
        for field in dataclasses.fields(kept.request):
            value = getattr(kept.request, field.name)
            if isinstance(value, bytes):
                tensors[field.name] = np.frombuffer(value, np.uint8)
                digest.update(value)
            else:
                values[field.name] = dataclasses.asdict(value) if isinstance(value, LearnSettings) else value
        record = {
            "format": FORMAT,
            "id": kept.id,
            "model": kept.model,
            "facts": kept.facts,
            "total": kept.total,
            "request": values,
            "sha256": digest.hexdigest(),
        }
        data = safetensors.numpy.save(tensors, metadata={REQUEST_KEY: json.dumps(record)})
        write_atomic(self.request, data, private=True)
        self._kept = True

    def adopt(self) -> None:
        """Use the stored request as that of this object."""
        self._kept = True

    def kept(self) -> Kept | None:
        """The stored request, with the names of its path; None if missing or unreadable."""
        try:
            with self.request.open("rb") as stream:
                size = self.request.stat().st_size
                metadata, table = read_table(stream, size, self.request.name, _DTYPES)
                arrays = read_arrays(stream, table, self.request.name, _DTYPES)
            return self._parse(json.loads(metadata[REQUEST_KEY]), arrays)
        except FileNotFoundError:
            return None
        except (OSError, TokenError, KeyError, TypeError, ValueError, AttributeError):
            log.info("The request of an interrupted run cannot be read.")
            return None

    def step(self) -> int:
        """Steps done according to the checkpoint, 0 if there is none or it cannot be read."""
        try:
            with self.checkpoint.open("rb") as stream:
                size = self.checkpoint.stat().st_size
                metadata, _ = read_table(stream, size, self.checkpoint.name, _DTYPES)
            return max(0, int(json.loads(metadata[CHECKPOINT_KEY])["step"]))
        except (OSError, TokenError, KeyError, TypeError, ValueError):
            return 0

    def require_kept(self) -> None:
        """Stop a run whose person was renamed or forgotten, so that no file is stored under the old name.

        Raises:
            CancelledError: the request was written by this object and no longer exists.
        """
        if self._kept and not self.request.exists():
            raise CancelledError(
                Sentence("Learning {} was stopped: the person was renamed or forgotten meanwhile.", self.name)
            )

    def discard(self) -> bool:
        """Remove request and checkpoint; returns whether one existed.

        Raises:
            ResourceError: the disk refused.
        """
        removed = False
        for path in (self.request, self.checkpoint):
            try:
                path.unlink()
                removed = True
            except FileNotFoundError:
                continue
            except OSError as error:
                raise ResourceError(
                    Sentence("{} could not be removed ({}).", path, error.strerror), "Remove it by hand."
                ) from error
        self._kept = False
        with contextlib.suppress(OSError):
            self.request.parent.rmdir()  # the last one of the person
        return removed

    def is_stored(self, id: str) -> bool:
        """Whether the token of this id is in the library: then the run was interrupted after storing it."""
        try:
            return read_record(self.folder.library / self.person / f"{self.token}.safetensors").id == id
        except TokenError:
            return False

    def _parse(self, record: dict[str, Any], arrays: dict[str, np.ndarray]) -> Kept:
        pictures = {name: array.tobytes() for name, array in arrays.items()}
        digest = hashlib.sha256()
        for field in dataclasses.fields(LearnToken):
            digest.update(pictures.get(field.name, b""))
        if record["format"] != FORMAT or record["sha256"] != digest.hexdigest():
            raise ValueError("another format, or damaged")
        values = dict(record["request"])
        old = f"<{values['person']}/{values['token']}>"
        if values.get("prompt"):
            values["prompt"] = values["prompt"].replace(old, f"<{self.name}>")
        values |= {"person": self.person, "token": self.token}
        values["attribute_words"] = tuple(values["attribute_words"])
        values["settings"] = LearnSettings(**values["settings"])
        request = LearnToken(**(values | pictures))
        facts = {str(fact): str(value) for fact, value in record["facts"].items()}
        return Kept(request, str(record["id"]), str(record["model"]), facts, int(record["total"]))

    def _sweep(self) -> None:
        """Remove temporary files of a killed run."""
        for path in (self.request, self.checkpoint):
            half = re.compile(re.escape(f".{path.name}.") + r"[a-z0-9_]{8}\.part")
            with contextlib.suppress(OSError):
                for leftover in path.parent.iterdir():
                    if half.fullmatch(leftover.name):
                        leftover.unlink(missing_ok=True)


def resumable(folder: DataFolder) -> list[Resumable]:
    """Interrupted runs that can be resumed, the newest first, without running ones."""
    with contextlib.suppress(OSError):
        runs = [_run_at(folder, path) for path in sorted(folder.checkpoints.glob("*/*.request"))]
        found = [one for run in runs if run is not None and (one := _resumable(run)) is not None]
        return sorted(found, key=lambda one: one.stopped, reverse=True)
    return []


def find_run(folder: DataFolder, person: str, token: str) -> Resumable | None:
    """The interrupted run of one token, None if there is none.

    Raises:
        InputError: invalid names. BusyError: it is running.
    """
    run = Run(folder, person, token)
    if not run.request.exists():
        return None
    with run.hold():
        return _describe(run)


def discard_run(folder: DataFolder, person: str, token: str) -> bool:
    """Discard an interrupted run; returns whether there was one.

    Raises:
        InputError: invalid names. BusyError: it is running. ResourceError: the disk refused.
    """
    run = Run(folder, person, token)
    with run.hold():
        return run.discard()


def _run_at(folder: DataFolder, path: Path) -> Run | None:
    try:
        person = check_name(unicodedata.normalize("NFC", path.parent.name))
        return Run(folder, person, check_name(unicodedata.normalize("NFC", path.stem)))
    except InputError:  # not a file of this program
        return None


def _resumable(run: Run) -> Resumable | None:
    try:
        with run.hold() as first:
            return _describe(run) if first else None
    except (BusyError, ResourceError):
        return None


def _describe(run: Run) -> Resumable | None:
    kept = run.kept()
    if kept is None:
        return None
    if run.is_stored(kept.id):
        run.discard()
        return None
    files = [path for path in (run.request, run.checkpoint) if path.exists()]
    stopped = datetime.fromtimestamp(max(path.stat().st_mtime for path in files), UTC)
    request = dataclasses.replace(kept.request, resume=True)
    return Resumable(
        run.person, run.token, run.step(), kept.total, stopped.isoformat(timespec="seconds"), request
    )


_SPARE_SALT = secrets.token_hex(16).encode()


def _salt(place: Path) -> bytes:
    """The salt of the lock names, created at the first use. If the disk is full, a salt for this process only: learning must
    not fail because of it, and other processes cannot start learning there either."""
    file = place / "salt"
    try:
        if not file.exists():
            with file_lock(place / "salt.lock"):
                if not file.exists():
                    write_atomic(file, secrets.token_hex(16).encode(), private=True)
        return file.read_bytes()
    except ResourceError:
        return _SPARE_SALT
