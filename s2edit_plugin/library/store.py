"""Paths of token files, confined to the library; listings, and the trash.

No function takes the lock; callers with changes use `intent.changing`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
import unicodedata
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

from s2edit_plugin.api.prompts import TokenRef
from s2edit_plugin.errors import InputError, ResourceError, Sentence, TokenDamagedError, TokenNotFoundError
from s2edit_plugin.library.entry import Entry
from s2edit_plugin.library.index import Found, Index
from s2edit_plugin.library.names import (
    PERSON,
    SUFFIX,
    TOKEN,
    check_new,
    key,
    name_of_trashed,
    possible,
    reference,
    trashed_at,
    usable,
)
from s2edit_plugin.storage.disk import make_private, sync_file, sync_folder
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.tokens.file import TokenRecord

__all__ = ["Store", "disk", "named_by_place", "normal", "remove_if_empty"]

INDEX_NAME = "library-index.sqlite3"
SHOWN = 8  # names in a hint
_UNUSABLE = "Its file's name cannot be a token's; `s2edit tokens check --repair` gives it another."


class Store:
    """The files of one data folder's library."""

    def __init__(self, folder: DataFolder) -> None:
        self.folder = folder
        self.index = Index(folder.cache / INDEX_NAME)

    # ------------------------------------------------------------------ places

    @property
    def token_places(self) -> tuple[Path, ...]:
        """Folders that hold token files below a person's folder."""
        return (self.folder.library, self.folder.trash, self.folder.quarantine)

    @property
    def places(self) -> tuple[Path, ...]:
        """All folders with a person's files in them."""
        folder = self.folder
        return (*self.token_places, folder.cache, folder.checkpoints, folder.results)

    def path(self, full_name: str | TokenRef) -> Path:
        """Path of a token, existing or not; other Unicode forms of its name are found too.

        Raises:
            InputError: invalid name. TokenDamagedError: the path is a link.
        """
        ref = reference(full_name)
        folder = _same_name(self.folder.library, ref.person)
        path = _same_name(folder, f"{ref.name}{SUFFIX}")
        for part in (folder, path):
            if part.is_symlink():
                raise TokenDamagedError(
                    Sentence(
                        "The library does not follow the link {}.", part.relative_to(self.folder.library)
                    ),
                    "Put the files themselves there; `s2edit tokens check --repair` takes the link away.",
                )
        return path

    def existing(self, full_name: str | TokenRef) -> Path:
        """Path of an existing token. Raises InputError, TokenNotFoundError, TokenDamagedError (a link)."""
        path = self.path(full_name)
        with disk("The library cannot be read"):
            exists = path.is_file()
        if not exists:
            shown = full_name if isinstance(full_name, str) else full_name.full_name
            raise TokenNotFoundError(
                Sentence("There is no token {} in the library.", shown), self.hint_tokens()
            )
        return path

    def new_path(self, full_name: str | TokenRef, *, instead_of: Path | None = None) -> Path:
        """Where a new token goes.

        Args:
            instead_of: the file it replaces, which is no conflict.

        Raises:
            InputError: no valid name, one that is taken, or one that differs from a taken one in upper and lower case only.
        """
        ref = reference(full_name)
        check_new(ref.person, PERSON)
        check_new(ref.name, TOKEN)
        person = self.spelled_person(ref.person)
        if person not in (ref.person, instead_of.parent.name if instead_of else None):
            raise InputError(
                Sentence("There is a person '{}' already, which is too like '{}'.", person, ref.person),
                "Write the name the same way, or choose another.",
            )
        path = self.path(ref)
        for file in _names_in(path.parent):
            taken = file.removesuffix(SUFFIX)
            if taken != file and key(taken) == key(ref.name) and path.parent / file != instead_of:
                raise InputError(
                    Sentence("There is a token {}/{} already.", ref.person, normal(taken)),
                    "Choose another name or delete it first.",
                )
        return path

    def path_of_person(self, place: Path, person: str) -> Path:
        """A person's folder in a place, however the name's accents are written there."""
        return _same_name(place, person)

    def knows_person(self, person: str) -> bool:
        """Whether a person in library, trash or quarantine has this name, or one too similar."""
        return any(key(folder) == key(person) for place in self.token_places for folder in _folders(place))

    def spelled_person(self, person: str) -> str:
        """Spelling of a person in library or trash, ``person`` itself if there is none."""
        for place in self.token_places[:2]:
            if (place / person).is_dir():
                return person
        for place in self.token_places[:2]:
            for folder in _folders(place):
                if key(folder) == key(person):
                    return normal(folder)
        return person

    # ------------------------------------------------------------------ listing

    def people(self) -> list[str]:
        """Names of the people with a token file, sorted."""
        found = {file.person for file in self._scan(self.folder.library, None)}
        return sorted(found)

    def tokens(self, person: str | None = None) -> list[Entry]:
        """Tokens of the library, or one person's, sorted by name."""
        found = self._scan(self.folder.library, person)
        found.sort(key=lambda file: (file.person, file.name))
        return self._entries("library", person, found)

    def trashed(self, person: str | None = None) -> list[Entry]:
        """Tokens in the trash by person, the newest last."""
        found = self._scan(self.folder.trash, person)
        found.sort(key=lambda file: (file.person, trashed_at(file.path.stem), file.file))
        return self._entries("trash", person, found)

    def files(self, folder: Path) -> list[Path]:
        """Token files right inside a person's folder."""
        return [file.path for file in _files_of(folder)]

    def people_in(self, place: Path) -> list[Path]:
        """Folders of people in a place; links are left out."""
        return [place / name for name in _folders(place)]

    def hint_tokens(self) -> str:
        """Existing names, for an error's hint."""
        names = [f"{file.person}/{file.name}" for file in self._scan(self.folder.library, None)]
        if not names:
            return "The library is empty; `s2edit learn` makes a token."
        return _names_hint(sorted(names))

    def hint_people(self) -> str:
        """Existing people, for an error's hint."""
        people = self.people()
        return _names_hint(people) if people else ""

    def _scan(self, place: Path, person: str | None) -> list[Found]:
        if person is None:
            folders = self.people_in(place)
        else:
            folders = [_same_name(place, usable(person, PERSON))]
        return [file for folder in folders for file in _files_of(folder, trash=place == self.folder.trash)]

    def _entries(self, place: str, person: str | None, found: Sequence[Found]) -> list[Entry]:
        raw = found[0].path.parent.name if person is not None and found else person
        known = self.index.look_up(place, raw, found)
        entries = []
        for file, what in zip(found, known, strict=True):
            if what is None:
                continue
            problem = what.problem
            if not problem and not (possible(file.person, PERSON) and possible(file.name, TOKEN)):
                problem = _UNUSABLE
            record = what.record if not problem else None
            entries.append(
                Entry(
                    file.person,
                    file.name,
                    file.path,
                    file.status.st_size,
                    record,
                    problem,
                    what.has_thumbnail,
                )
            )
        return entries

    # ------------------------------------------------------------------ moving

    def to_trash(self, path: Path, *, keep: bool = False) -> Path:
        """Move a token file into the trash; with ``keep`` it stays where it is, too. Raises ResourceError."""
        return self._move_aside(path, self.folder.trash, keep)

    def to_quarantine(self, path: Path, *, keep: bool = False) -> Path:
        """Move an unreadable file to quarantine, since it may still have value. Raises ResourceError."""
        return self._move_aside(path, self.folder.quarantine, keep)

    def _move_aside(self, path: Path, place: Path, keep: bool) -> Path:
        with disk("The token could not be moved away"):
            # Items directly in the library are people's folders, or links in place of them.
            folder = place / (path.name if path.parent in self.token_places else path.parent.name)
            make_private(folder)
            name = name_of_trashed(path.stem)
            target = folder / f"{name}.{time.time_ns()}{path.suffix}"
            while os.path.lexists(target):
                target = folder / f"{name}.{time.time_ns()}{path.suffix}"
            if not keep:
                os.replace(path, target)
                return target
            try:
                os.link(path, target)
            except OSError:  # a file system without hard links
                half = target.with_name(f".{uuid.uuid4().hex}.part")
                try:
                    shutil.copy2(path, half)
                    sync_file(half)
                    os.replace(half, target)
                finally:
                    half.unlink(missing_ok=True)
            sync_folder(folder)  # before the original of this copy is rewritten
        return target


def _files_of(folder: Path, *, trash: bool = False) -> list[Found]:
    """Token files directly in a folder: regular files, no links or hidden files."""
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                file = entry.name
                if not file.endswith(SUFFIX) or file[0] == "." or not entry.is_file(follow_symlinks=False):
                    continue
                stem = file[: -len(SUFFIX)]
                with contextlib.suppress(FileNotFoundError):  # another process moved it away
                    status = entry.stat(follow_symlinks=False)
                    name = normal(name_of_trashed(stem) if trash else stem)
                    found.append(Found(folder / file, normal(folder.name), name, file, status))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise ResourceError(
            Sentence("The folder {} cannot be read ({}).", folder, error.strerror or type(error).__name__),
            "Check who may read it.",
        ) from error
    return found


def _folders(place: Path) -> list[str]:
    """Names of the people's folders in a place, sorted, without links and hidden ones."""
    try:
        with os.scandir(place) as entries:
            return sorted(e.name for e in entries if e.name[0] != "." and e.is_dir(follow_symlinks=False))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise ResourceError(
            Sentence("The folder {} cannot be read ({}).", place, error.strerror or type(error).__name__),
            "Check who may read it.",
        ) from error


def _names_in(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _same_name(folder: Path, name: str) -> Path:
    """The file or folder of this name, however its accents are written."""
    path = folder / name
    if not name.isascii() and not os.path.lexists(path):
        for other in _names_in(folder):
            if normal(other) == name:
                return folder / other
    return path


def normal(name: str) -> str:
    """A name from disk in its one spelling."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def _names_hint(names: Sequence[str]) -> str:
    return Sentence("There are: {}{}.", ", ".join(names[:SHOWN]), ", …" if len(names) > SHOWN else "")


def named_by_place(record: TokenRecord, path: Path) -> TokenRecord:
    """The record with the names that its place in the library gives it."""
    return record.replace(person=normal(path.parent.name), name=normal(path.stem))


def remove_if_empty(folder: Path) -> None:
    """Remove a person's folder if it is empty."""
    with contextlib.suppress(OSError):
        folder.rmdir()


@contextlib.contextmanager
def disk(what: str) -> Iterator[None]:
    """Failures of the disk as one sentence."""
    try:
        yield
    except OSError as error:
        raise ResourceError(
            Sentence("{} ({}).", what, error.strerror or type(error).__name__), "Check the data folder."
        ) from error
