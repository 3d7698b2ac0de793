"""Folders of results, added and removed by one rename each.

    results/2026-11/<id>/   record.json, picture.png, region.png, thumbnail.jpg
    results/.new-<id>/      one that is being written       results/.gone-<id>/   one that is being removed
    originals/ab/<sha256>   photos and masks that came with requests, once each
    names.json              token id -> person/name, current names

Changes need the history's lock, so leftovers of an interrupted process can be removed by the next one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from s2edit_plugin.errors import ResourceError, Sentence
from s2edit_plugin.history.record import ID, Record, damaged
from s2edit_plugin.storage.disk import make_private, sync_folder
from s2edit_plugin.storage.paths import disk_error, write_atomic

__all__ = ["RECORD", "REGION", "THUMBNAIL", "Folders", "disk"]

RECORD, REGION, THUMBNAIL = "record.json", "region.png", "thumbnail.jpg"
NEW, GONE = ".new-", ".gone-"
MAX_RECORD = 16 * 1024 * 1024  # a request holds two prompts of at most a million characters


@contextlib.contextmanager
def disk(path: Path) -> Iterator[None]:
    """Failures of the disk as one sentence."""
    try:
        yield
    except OSError as error:
        raise disk_error(path, error) from error


class Folders:
    """The files of a history below ``root``."""

    def __init__(self, root: Path) -> None:
        self.root, self.results, self.originals = root, root / "results", root / "originals"

    def of(self, name: str) -> Path:
        """The folder of a result."""
        return self.results / f"{name[:4]}-{name[4:6]}" / name

    # ------------------------------------------------------------------ writing

    def put(self, record: Record, files: Mapping[str, bytes]) -> int:
        """Put a new result in place, whole and on the disk; returns its size in bytes.

        Raises:
            ResourceError: the disk refused; partial files are removed.
        """
        half, place = self.results / f"{NEW}{record.id}", self.of(record.id)
        size = 0
        try:
            with disk(place):
                make_private(half.parent)
                half.mkdir(mode=0o700)
                for file, data in {**files, RECORD: record.to_json()}.items():
                    _write_through(half / file, data)
                    size += len(data)
                sync_folder(half)
                place.parent.mkdir(exist_ok=True, mode=0o700)
                os.rename(half, place)
                sync_folder(place.parent)
                sync_folder(self.results)
        except ResourceError:
            shutil.rmtree(half, ignore_errors=True)
            raise
        return size

    def rewrite(self, record: Record) -> None:
        """Rewrite a result's record. Raises ResourceError."""
        write_atomic(self.of(record.id) / RECORD, record.to_json(), private=True)

    def keep_original(self, data: bytes) -> str:
        """Keep a photo or mask; returns its sha256. Raises ResourceError."""
        name = hashlib.sha256(data).hexdigest()
        path = self.original(name)
        try:
            exists = path.stat().st_size == len(data)
        except OSError:
            exists = False
        if not exists:
            write_atomic(path, data, private=True)
        return name

    def write_names(self, names: Mapping[str, str]) -> None:
        """Write down what tokens are called. Raises ResourceError."""
        text = json.dumps(dict(sorted(names.items())), ensure_ascii=True, indent=1)
        write_atomic(self.root / "names.json", text.encode(), private=True)

    # ------------------------------------------------------------------ removing

    def retire(self, name: str) -> None:
        """Remove a result by renaming its folder; this is final even after a crash. Raises ResourceError."""
        place = self.of(name)
        with disk(place), contextlib.suppress(FileNotFoundError):
            os.rename(place, self.results / f"{GONE}{name}")
            sync_folder(self.results)

    def drop_original(self, name: str) -> None:
        """Remove a photo or mask. Raises ResourceError."""
        path = self.original(name)
        with disk(path):
            path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            path.parent.rmdir()

    def clear(self) -> None:
        """Remove leftovers of interrupted writes and removals, and empty folders. Raises ResourceError."""
        for entry in _entries(self.results):
            if entry.name.startswith((NEW, GONE)):
                with disk(Path(entry.path)):
                    shutil.rmtree(entry.path)
            elif entry.is_dir(follow_symlinks=False):
                with contextlib.suppress(OSError):
                    os.rmdir(entry.path)
        for folder in [
            self.root,
            *(Path(entry.path) for entry in _entries(self.originals) if entry.is_dir()),
        ]:
            for entry in _entries(folder):
                # Temporary files of `storage.paths.write_atomic`.
                if entry.name.startswith(".") and entry.name.endswith(".part"):
                    with disk(Path(entry.path)):
                        os.unlink(entry.path)

    # ------------------------------------------------------------------ reading

    def ids(self) -> set[str]:
        """Ids of all results that are in place."""
        return {
            entry.name
            for month in _entries(self.results)
            if month.name[:1] != "." and month.is_dir(follow_symlinks=False)
            for entry in _entries(Path(month.path))
            if ID.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)
        }

    def originals_there(self) -> dict[str, int]:
        """sha256 -> bytes of all photos and masks."""
        return {
            entry.name: entry.stat(follow_symlinks=False).st_size
            for folder in _entries(self.originals)
            if folder.is_dir(follow_symlinks=False)
            for entry in _entries(Path(folder.path))
            if not entry.name.startswith(".")
        }

    def names(self) -> dict[str, str]:
        """Names of tokens; empty if the file is lost."""
        try:
            values = json.loads((self.root / "names.json").read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(values, dict):
            return {}
        return {token: name for token, name in values.items() if isinstance(name, str) and "/" in name}

    def record(self, name: str) -> Record:
        """A result's record. Raises ResourceError: it is damaged or gone."""
        path = self.of(name) / RECORD
        try:
            if path.stat().st_size > MAX_RECORD:
                raise damaged(name)
            data = path.read_bytes()
        except OSError as error:
            raise damaged(name) from error
        return Record.from_json(data, name)

    def read(self, name: str, file: str) -> bytes:
        """One of a result's files. Raises ResourceError: it is gone."""
        try:
            return (self.of(name) / file).read_bytes()
        except OSError as error:
            raise damaged(name) from error

    def read_original(self, name: str) -> bytes:
        """The bytes of a photo or mask. Raises ResourceError: they are gone or changed."""
        try:
            data = self.original(name).read_bytes()
        except OSError:
            data = b""
        if hashlib.sha256(data).hexdigest() != name:
            raise ResourceError(
                "The photo of this result is not in the history any more.", "Open the photo again."
            )
        return data

    def size(self, name: str) -> int:
        """Bytes of a result."""
        return sum(entry.stat(follow_symlinks=False).st_size for entry in _entries(self.of(name)))

    def original(self, name: str) -> Path:
        """The file of a photo or mask."""
        return self.originals / name[:2] / name


def _entries(folder: Path) -> Iterable[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise ResourceError(
            Sentence("The history cannot be read ({}).", error.strerror or type(error).__name__),
            Sentence("Check the folder {}.", folder),
        ) from error


def _write_through(path: Path, data: bytes) -> None:
    """Write a new file and wait until it is on the disk."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
