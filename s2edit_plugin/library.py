"""People and their tokens on disk: ``library/<person>/<name>.safetensors`` under the data folder.

Where a file lies is its name; the record inside follows. Every change is one atomic write or rename, what is deleted or
replaced goes to the trash, and `Library.forget` removes a person for good.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from s2edit_plugin.errors import InputError, ResourceError, TokenDamagedError, TokenError, TokenNotFoundError
from s2edit_plugin.paths import DataFolder, data_folder
from s2edit_plugin.prompts import TokenRef, check_name, parse_ref
from s2edit_plugin.tokenfile import Token, TokenRecord, read_record, read_token, write_token

__all__ = ["Entry", "Forgotten", "Library"]

SUFFIX = ".safetensors"
# Larger files under the data folder are pictures or weights; they are found by their place, not by a look inside.
MAX_SEARCHED = 256 * 1024 * 1024


@dataclass(frozen=True)
class Entry:
    """One token file of the library. ``record`` is None and ``problem`` a sentence where it is damaged."""

    person: str
    name: str
    path: Path
    size_bytes: int
    record: TokenRecord | None
    problem: str = ""

    @property
    def full_name(self) -> str:
        """``person/name``."""
        return f"{self.person}/{self.name}"


Entries = list[Entry]  # inside the class, `list` is the method


@dataclass(frozen=True)
class Forgotten:
    """What `Library.forget` removed."""

    person: str
    tokens: int
    trashed: int
    other_files: int


class Library:
    """The tokens of one data folder.

    Args:
        home: the data folder; None: ``$S2EDIT_HOME`` or the platform's.
    """

    def __init__(self, home: Path | DataFolder | None = None) -> None:
        self.folder = home if isinstance(home, DataFolder) else data_folder(home)

    # ------------------------------------------------------------------ reading

    def path(self, full_name: str | TokenRef) -> Path:
        """Where the token ``person/name`` lies or would lie.

        Raises:
            InputError: no valid name.
        """
        ref = parse_ref(full_name) if isinstance(full_name, str) else full_name
        person, name = check_name(ref.person, "person's name"), check_name(ref.name, "token name")
        return self.folder.library / person / f"{name}{SUFFIX}"

    def get(self, full_name: str) -> Token:
        """The token with its tensors.

        Raises:
            TokenNotFoundError: the library holds no such token.
            TokenDamagedError: its file is damaged.
            InputError: no valid name.
        """
        path = self._existing(full_name)
        token = read_token(path)
        return Token(_named_by_place(token.record, path), token.tensors)

    def record(self, full_name: str) -> TokenRecord:
        """The record alone, without reading tensors. Raises as `get`."""
        path = self._existing(full_name)
        return _named_by_place(read_record(path), path)

    def list(self, person: str | None = None) -> Entries:
        """All tokens, or one person's, sorted by name; damaged ones are listed with their problem."""
        people = [check_name(person, "person's name")] if person is not None else self.people()
        return [_entry(path) for one in people for path in sorted(self._files(self.folder.library / one))]

    def people(self) -> Sequence[str]:
        """Names of the people who have tokens."""
        if not self.folder.library.is_dir():
            return []
        return sorted(p.name for p in self.folder.library.iterdir() if p.is_dir() and any(self._files(p)))

    def trashed(self, person: str | None = None) -> Entries:
        """Deleted tokens that can be restored, the newest last."""
        if not self.folder.trash.is_dir():
            return []
        folders = sorted(p for p in self.folder.trash.iterdir() if p.is_dir() and person in (None, p.name))
        return [
            _trash_entry(path) for folder in folders for path in sorted(self._files(folder), key=_trash_key)
        ]

    def check(self) -> Entries:
        """Read every token of library and trash completely; the damaged ones, with their problem."""
        damaged = []
        for entry in [*self.list(), *self.trashed()]:
            try:
                read_token(entry.path)
            except TokenError as error:
                damaged.append(
                    Entry(
                        entry.person, entry.name, entry.path, entry.size_bytes, entry.record, error.sentence
                    )
                )
        return damaged

    # ------------------------------------------------------------------ changing

    def add(self, record: TokenRecord, tensors: Mapping[str, Any], *, replace: bool = True) -> Path:
        """Save a token under its record's name; a token that was there goes to the trash.

        Raises:
            InputError: no valid name, or the name is taken and ``replace`` is off.
            NumericalError, ResourceError: as `tokenfile.write_token`.
        """
        path = self.path(TokenRef(record.person, record.name))
        if path.exists() and not replace:
            raise InputError(
                f"There is a token {record.full_name} already.", "Choose another name or delete it first."
            )
        if path.exists():
            # A copy, so that there is no moment without a token of this name: the write below takes its place.
            self._to_trash(path, keep=True)
        write_token(path, record.replace(person=path.parent.name, name=path.stem), tensors)
        return path

    def rename(self, old: str, new: str) -> Path:
        """Give a token another name, or another person with ``new = "person/name"``.

        Raises:
            TokenNotFoundError, TokenDamagedError: as `get`.
            InputError: the new name is not valid or taken.
        """
        token = self.get(old)
        ref = parse_ref(new if "/" in new else f"{token.record.person}/{new}")
        path = self.add(token.record.replace(person=ref.person, name=ref.name), token.tensors, replace=False)
        self._remove(self.path(old))
        return path

    def tag(self, full_name: str, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> TokenRecord:
        """Add and remove tags; returns the new record. Raises as `get`, and InputError for a tag that is no name."""
        token = self.get(full_name)
        tags = {*token.record.tags, *(check_name(tag, "tag") for tag in add)} - set(remove)
        record = token.record.replace(tags=tuple(sorted(tags)))
        write_token(self.path(full_name), record, token.tensors)
        return record

    def delete(self, full_name: str) -> Path:
        """Move a token to the trash, damaged or not; returns where it lies now.

        Raises:
            TokenNotFoundError: the library holds no such token.
        """
        path = self._existing(full_name)
        trashed = self._to_trash(path)
        _remove_if_empty(path.parent)
        return trashed

    def restore(self, full_name: str) -> Path:
        """Bring back the token of this name that was deleted last.

        Raises:
            TokenNotFoundError: the trash holds none.
            InputError: the name is in use again.
        """
        path = self.path(full_name)
        found = [entry for entry in self.trashed(path.parent.name) if entry.name == path.stem]
        if not found:
            raise TokenNotFoundError(f"There is no token {full_name} in the trash.", self._hint_known())
        if path.exists():
            raise InputError(f"There is a token {full_name} already.", "Rename or delete it first.")
        with _disk("The token could not be restored"):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.replace(found[-1].path, path)
        _remove_if_empty(found[-1].path.parent)
        return path

    def export(self, full_name: str, out: Path, *, private: bool = False, overwrite: bool = False) -> Path:
        """Write a token to a file for somebody else: without thumbnail, masks and source hash unless ``private``.

        Raises:
            TokenNotFoundError, TokenDamagedError: as `get`.
            InputError: the file is there and ``overwrite`` is off.
        """
        token = self.get(full_name)
        if out.is_dir():
            out = out / f"{token.record.person}-{token.record.name}{SUFFIX}"
        if out.exists() and not overwrite:
            raise InputError(f"{out} exists already.", "Choose another file name, or add --overwrite.")
        record = token.record
        if not private:
            record = record.replace(thumbnail="", source_image_hash="", subject_mask="", crop=None, tags=())
        write_token(out, record, token.tensors)
        return out

    def import_(
        self, file: Path, person: str | None = None, name: str | None = None, *, replace: bool = False
    ) -> Path:
        """Take a token file in, under the name it carries or another one.

        Raises:
            TokenNotFoundError: no such file.
            TokenDamagedError: no sound token file.
            InputError: the name is not valid, or taken and ``replace`` is off.
        """
        token = read_token(file)
        record = token.record.replace(person=person or token.record.person, name=name or token.record.name)
        return self.add(record, token.tensors, replace=replace)

    def rename_person(self, old: str, new: str) -> int:
        """Give a person another name; returns how many tokens moved.

        Raises:
            TokenNotFoundError: nobody of this name has tokens.
            InputError: the new name is not valid or taken.
        """
        old, new = check_name(old, "person's name"), check_name(new, "person's name")
        if old not in self.people():
            raise TokenNotFoundError(f"There is no person '{old}'.", self._hint_people())
        if (self.folder.library / new).exists() or (self.folder.trash / new).exists():
            raise InputError(f"There is a person '{new}' already.", "Choose another name.")
        with _disk("The person could not be renamed"):
            for place in self._places():
                if (place / old).is_dir():
                    os.replace(place / old, place / new)
        moved = list(self._files(self.folder.library / new))
        for path in [*moved, *self._files(self.folder.trash / new)]:
            # A damaged file keeps its old record; its place is what counts.
            with contextlib.suppress(TokenDamagedError):
                token = read_token(path)
                write_token(path, token.record.replace(person=new), token.tensors)
        return len(moved)

    def forget(self, person: str) -> Forgotten:
        """Remove a person from the data folder for good: tokens, trash, caches, checkpoints, results.

        Files are found by a folder or file of the person's name, and by what carries the ids or source hashes of the
        person's tokens in its name or content (latents decode to the face).

        Raises:
            TokenNotFoundError: nothing of this person is there.
            ResourceError: a file could not be removed; what could be is gone.
        """
        person = check_name(person, "person's name")
        tokens = list(self._files(self.folder.library / person))
        trashed = list(self._files(self.folder.trash / person))
        marks = _marks([*tokens, *trashed])
        doomed = [path for path in self._all_files() if self._belongs(path, person, marks)]
        if not doomed:
            raise TokenNotFoundError(f"There is no person '{person}'.", self._hint_people())
        with _disk(f"Not everything of '{person}' could be removed"):
            for path in doomed:
                path.unlink(missing_ok=True)
            for place in self._places():
                shutil.rmtree(place / person, ignore_errors=True)
        return Forgotten(person, len(tokens), len(trashed), len(doomed) - len(tokens) - len(trashed))

    # ------------------------------------------------------------------ helpers

    def _places(self) -> tuple[Path, ...]:
        folder = self.folder
        return (folder.library, folder.trash, folder.cache, folder.checkpoints, folder.results)

    def _all_files(self) -> Iterator[Path]:
        for place in self._places():
            for root, _, names in os.walk(place):
                yield from (Path(root) / name for name in names)

    def _belongs(self, path: Path, person: str, marks: Sequence[bytes]) -> bool:
        relative = unicodedata.normalize("NFC", str(path.relative_to(self.folder.root)))
        if person in Path(relative).parts[1:-1] or Path(relative).stem == person:
            return True
        if any(mark.decode() in relative for mark in marks):
            return True
        if not marks or path.stat().st_size > MAX_SEARCHED:
            return False
        content = path.read_bytes()
        return any(mark in content for mark in marks)

    def _existing(self, full_name: str) -> Path:
        path = self.path(full_name)
        if not path.is_file():
            raise TokenNotFoundError(f"There is no token {full_name} in the library.", self._hint_known())
        return path

    def _hint_known(self) -> str:
        names = [entry.full_name for entry in self.list()]
        if not names:
            return "The library is empty; `s2edit learn` makes a token."
        return f"There are: {', '.join(names[:8])}{', …' if len(names) > 8 else ''}."

    def _hint_people(self) -> str:
        people = self.people()
        return f"There are: {', '.join(people[:8])}{', …' if len(people) > 8 else ''}." if people else ""

    @staticmethod
    def _files(folder: Path) -> Iterator[Path]:
        return folder.glob(f"*{SUFFIX}") if folder.is_dir() else iter(())

    def _to_trash(self, path: Path, *, keep: bool = False) -> Path:
        """Move (or with ``keep`` hard-link) a token file into the trash."""
        target = self.folder.trash / path.parent.name / f"{path.stem}.{time.time_ns()}{SUFFIX}"
        with _disk("The token could not be moved to the trash"):
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not keep:
                os.replace(path, target)
                return target
            try:
                os.link(path, target)
            except OSError:  # a file system without hard links
                shutil.copy2(path, target)
        return target

    def _remove(self, path: Path) -> None:
        with _disk("The token could not be removed"):
            path.unlink(missing_ok=True)
        _remove_if_empty(path.parent)


def _entry(path: Path) -> Entry:
    """The entry of a file in the library."""
    return _read_entry(path, path.stem)


def _trash_entry(path: Path) -> Entry:
    """The entry of a file in the trash, ``<name>.<time>.safetensors``."""
    return _read_entry(path, path.stem.rpartition(".")[0] or path.stem)


def _read_entry(path: Path, name: str) -> Entry:
    size = path.stat().st_size if path.exists() else 0
    try:
        record = read_record(path).replace(person=path.parent.name, name=name)
    except TokenError as error:
        return Entry(path.parent.name, name, path, size, None, error.sentence)
    return Entry(path.parent.name, name, path, size, record)


def _trash_key(path: Path) -> tuple[int, str]:
    time_ns = path.stem.rpartition(".")[2]
    return (int(time_ns) if time_ns.isdigit() else 0, path.name)


def _named_by_place(record: TokenRecord, path: Path) -> TokenRecord:
    return record.replace(person=path.parent.name, name=path.stem)


def _marks(paths: list[Path]) -> list[bytes]:
    """Ids and source hashes of the tokens: what files made from them carry."""
    marks: set[str] = set()
    for path in paths:
        with contextlib.suppress(TokenError):
            record = read_record(path)
            marks.update((record.id, record.source_image_hash))
    return [mark.encode() for mark in sorted(marks) if len(mark) >= 16]  # a short one would match by chance


def _remove_if_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


@contextlib.contextmanager
def _disk(what: str) -> Iterator[None]:
    """Failures of the disk as one sentence."""
    try:
        yield
    except OSError as error:
        raise ResourceError(
            f"{what} ({error.strerror or type(error).__name__}).", "Check the data folder."
        ) from error
