"""Checking the library: finding and repairing damaged and misplaced files. No file with possible value is deleted.

Without repair there are no changes and the lock is not taken. With it, under the lock, a damaged token is replaced by its
newest valid copy in the trash, unreadable files go to the quarantine folder, and records are adapted to their paths.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from s2edit_plugin.api.prompts import MAX_NAME
from s2edit_plugin.errors import (
    InputError,
    TokenDamagedError,
    TokenError,
    TokenNotFoundError,
    TokenTooNewError,
)
from s2edit_plugin.library.entry import Entry, Finding, Report
from s2edit_plugin.library.intent import changing, pending
from s2edit_plugin.library.names import PERSON, SUFFIX, TOKEN, check_new, key, name_of_trashed, possible
from s2edit_plugin.library.people import FILE, notes_problem
from s2edit_plugin.library.store import Store, disk, named_by_place, normal, remove_if_empty
from s2edit_plugin.tokens.file import (
    FORMAT_VERSION,
    Token,
    read_record,
    read_token,
    stored_format,
    write_token,
)

__all__ = ["examine"]

# Temporary files elsewhere may be in use by another process.
LEFTOVER_AGE, LEFTOVER_AGE_ELSEWHERE = 60.0, 3600.0
_POSIX = sys.platform != "win32"


def examine(store: Store, repair: bool) -> Report:
    """Check every file of library and trash; see `Library.examine`."""
    interrupted = pending(store)
    if not repair:
        return _Check(store, False).run(interrupted)
    with changing(store):
        return _Check(store, True).run(interrupted)


class _Check:
    """One run over the library."""

    def __init__(self, store: Store, repair: bool) -> None:
        self.store, self.repair = store, repair
        self.findings: list[Finding] = []
        self.checked = 0

    def run(self, interrupted: bool) -> Report:
        """All checks, in an order in which later ones see earlier repairs."""
        if interrupted:
            done = "It was finished." if self.repair else ""
            place = self.store.folder.library
            self._found("interrupted", place, "A change of the library was interrupted.", done, damage=False)
        with disk("The library could not be checked"):
            self._leftovers()
            for place in self.store.token_places[:2]:
                self._links(place)
            self._names()
            self._each(self._sound)
            self._same_ids()  # before records are rewritten: the name in a record shows the file's origin
            self._each(self._adapt_record)
            for folder in self.store.people_in(self.store.folder.library):
                self._folder(folder)
            self._trash()
            self._index()
        return Report(self.checked, tuple(self.findings))

    # ------------------------------------------------------------------ files that are no tokens

    def _leftovers(self) -> None:
        """Half-written files: their writers were killed, the old file or none is in their place."""
        for place in self.store.places:
            inside = place in self.store.token_places
            age = LEFTOVER_AGE_ELSEWHERE if not inside else 0.0 if self.repair else LEFTOVER_AGE
            for path in _parts(place, time.time() - age):
                done = self._do(path.unlink, "It was removed.")
                self._found(
                    "leftover", path, f"The file {path.name} was only half written.", done, damage=False
                )

    def _links(self, place: Path) -> None:
        """Links, which could lead anywhere, are not followed."""
        for folder in [place, *self.store.people_in(place)]:
            for path in sorted(folder.iterdir()) if folder.is_dir() else []:
                if path.is_symlink():
                    done = self._do(partial(self.store.to_quarantine, path), "It was moved to quarantine.")
                    sentence = f"{path.relative_to(self.store.folder.root)} is a link, which the library does not follow."
                    self._found("link", path, sentence, done)

    def _folder(self, folder: Path) -> None:
        """Check a person's folder: notes, foreign files, permissions."""
        problem = notes_problem(folder)
        if problem:
            done = self._do(lambda: self.store.to_quarantine(folder / FILE), "They were moved to quarantine.")
            self._found("notes", folder / FILE, problem, done)
        for path in sorted(folder.iterdir()):
            if path.is_dir() or not (path.name == FILE or path.name.startswith(".") or path.suffix == SUFFIX):
                sentence = f"{path.relative_to(self.store.folder.root)} is no token; it is left alone."
                self._found("foreign", path, sentence, damage=False)
        self._mode(folder, 0o700)
        if self.repair:
            remove_if_empty(folder)

    def _index(self) -> None:
        """Recreate the index; it is a cache, so it is not reported."""
        if self.repair:
            self.store.index.remove()
            self.store.tokens()

    # ------------------------------------------------------------------ names

    def _names(self) -> None:
        """Check for folders and files with invalid names, or names that are equal on other systems."""
        library = self.store.folder.library
        seen: dict[str, str] = {}
        for folder in self.store.people_in(library):
            self._name(folder, PERSON, seen)
        for folder in self.store.people_in(library):
            tokens: dict[str, str] = {}
            for path in sorted(self.store.files(folder)):
                self._name(path, TOKEN, tokens)

    def _name(self, path: Path, what: str, seen: dict[str, str]) -> None:
        suffix = SUFFIX if what == TOKEN else ""
        name = path.name.removesuffix(suffix)
        if possible(name, what) and seen.setdefault(key(name), name) == name:
            return
        wanted = normal(name)
        if possible(wanted, what) and key(name) not in seen:
            sentence = f"The name of {self._shown(path)} is spelled as another system does."
        elif possible(wanted, what):
            sentence = f"{self._shown(path)} differs from '{seen[key(name)]}' in upper and lower case only."
        else:
            sentence = f"The name of {self._shown(path)} cannot be a {what}."
        new = _free(path, suffix, _usable(wanted, what))
        target = path.with_name(new + suffix)
        done = self._do(lambda: os.replace(path, target), f"It is called {new} now.")
        seen.setdefault(key(new), new)
        self._found("name", target if done else path, sentence, done)

    # ------------------------------------------------------------------ tokens

    def _each(self, look: Callable[[Path], None]) -> None:
        """Check every token file of the library."""
        for folder in self.store.people_in(self.store.folder.library):
            for path in sorted(self.store.files(folder)):
                with contextlib.suppress(FileNotFoundError, TokenNotFoundError):  # moved by another process
                    look(path)

    def _sound(self, path: Path) -> None:
        """A file that can be read, by its owner alone."""
        self.checked += 1
        self._mode(path, 0o600)
        try:
            read_token(path)
        except TokenTooNewError as error:
            self._found("newer", path, error.sentence, damage=False)
        except TokenDamagedError as error:
            self._damaged(path, error)

    def _adapt_record(self, path: Path) -> None:
        """Adapt a record to its path and the current format."""
        try:
            record, written = read_record(path), stored_format(path)
        except TokenDamagedError:  # reported already
            return
        if named_by_place(record, path) != record:
            sentence = f"The token {self._name_of(path)} calls itself {record.full_name} inside."
            self._found("misnamed", path, sentence, self._rewrite(path), damage=False)
        elif written < FORMAT_VERSION:
            sentence = f"The token {self._name_of(path)} is of an older format."
            self._found("old-format", path, sentence, self._rewrite(path), damage=False)

    def _rewrite(self, path: Path) -> str:
        def rewrite() -> None:
            token = read_token(path)
            write_token(path, named_by_place(token.record, path), token.tensors)

        return self._do(rewrite, "It was rewritten.")

    def _damaged(self, path: Path, error: TokenDamagedError) -> None:
        sentence = f"The token {self._name_of(path)} is damaged: {error.sentence.partition(': ')[2] or error.sentence}"
        if not os.access(path, os.R_OK):
            self._found("unreadable", path, sentence)
            return
        if not self.repair:
            self._found("damaged", path, sentence)
            return
        copy = self._sound_copy(path)
        if copy is None:
            self.store.to_quarantine(path)
            done = "It was moved to quarantine; there is no sound copy in the trash."
        else:
            self.store.to_quarantine(path, keep=True)
            os.replace(copy, path)
            done = "It was replaced by its newest sound copy from the trash."
            remove_if_empty(copy.parent)
        self._found("damaged", path, sentence, done)

    def _sound_copy(self, path: Path) -> Path | None:
        """The newest sound token in the trash that had this name."""
        person, name = normal(path.parent.name), normal(path.stem)
        for entry in reversed(self.store.trashed(person)):
            if entry.name == name:
                with contextlib.suppress(TokenError):
                    read_token(entry.path)
                    return entry.path
        return None

    def _same_ids(self) -> None:
        """Check for files with the same id: an interrupted rename of an older version, or a copied file."""
        by_id: dict[str, list[Path]] = {}
        for entry in self.store.tokens():
            if entry.record is not None:
                by_id.setdefault(entry.record.id, []).append(entry.path)
        for paths in by_id.values():
            if len(paths) > 1:
                oldest, *newer = sorted(paths, key=lambda path: path.stat().st_mtime_ns)
                for path in newer:
                    with contextlib.suppress(TokenError):  # damaged, reported already
                        oldest = self._resolve_duplicate(oldest, path)

    def _resolve_duplicate(self, older: Path, newer: Path) -> Path:
        """Resolve two files with the same id; returns the one that keeps the id."""
        sentence = f"{self._name_of(older)} and {self._name_of(newer)} are one token twice."
        tokens = read_token(older), read_token(newer)
        keeps = older
        renamed = _same(*tokens) and all(
            token.record.full_name == self._name_of(path)
            for token, path in zip(tokens, (older, newer), strict=True)
        )
        if renamed:
            done = self._do(
                lambda: self.store.to_trash(older), f"{self._name_of(older)} was moved to the trash."
            )
            keeps = newer
            if done:
                remove_if_empty(older.parent)
        else:
            record = tokens[1].record.with_new_id()
            done = self._do(
                lambda: write_token(newer, named_by_place(record, newer), tokens[1].tensors),
                f"{self._name_of(newer)} is a token of its own now.",
            )
        self._found("twice", newer, sentence, done, damage=False)
        return keeps

    def _trash(self) -> None:
        """Check for damaged files in the trash, and copies of tokens still in the library."""
        living = {entry.record.id: entry.path for entry in self.store.tokens() if entry.record is not None}
        for entry in self.store.trashed():
            with contextlib.suppress(FileNotFoundError, TokenNotFoundError):
                self._trashed(entry, living)
        if self.repair:
            for folder in self.store.people_in(self.store.folder.trash):
                remove_if_empty(folder)

    def _trashed(self, entry: Entry, living: dict[str, Path]) -> None:
        self.checked += 1
        self._mode(entry.path, 0o600)
        try:
            record = read_token(entry.path).record
        except TokenTooNewError:
            return
        except TokenDamagedError as error:
            clause = error.sentence.partition(": ")[2] or error.sentence
            done = self._do(partial(self.store.to_quarantine, entry.path), "It was moved to quarantine.")
            sentence = f"The deleted token {entry.full_name} is damaged: {clause}"
            self._found("damaged", entry.path, sentence, done)
            return
        twin = living.get(record.id)
        if twin is not None and twin.read_bytes() == entry.path.read_bytes():
            done = self._do(entry.path.unlink, "The one in the trash was removed.")
            sentence = f"The token {self._name_of(twin)} lies in the trash as well, unchanged."
            self._found("twice", entry.path, sentence, done, damage=False)

    # ------------------------------------------------------------------ helpers

    def _mode(self, path: Path, wanted: int) -> None:
        if not _POSIX:
            return
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077 or mode & wanted != wanted:
            done = self._do(lambda: path.chmod(wanted), "Now only you can.")
            sentence = (
                f"{self._shown(path)} can be read by other users of this computer."
                if mode & 0o077
                else f"{self._shown(path)} cannot be changed by you."
            )
            self._found("mode", path, sentence, done, damage=False)

    def _do(self, action: Callable[[], object], done: str) -> str:
        """Make a repair if repairing is on; returns a sentence."""
        if not self.repair:
            return ""
        try:
            action()
        except InputError:  # a record larger than one may be: it can be read and is left as it is
            return ""
        return done

    def _found(self, kind: str, path: Path, sentence: str, done: str = "", *, damage: bool = True) -> None:
        token = self._name_of(path) if path.suffix == SUFFIX else ""
        place = path.relative_to(self.store.folder.root).as_posix()
        self.findings.append(Finding(kind, place, sentence, done, damage, token))

    def _name_of(self, path: Path) -> str:
        stem = path.stem if path.parent.parent == self.store.folder.library else name_of_trashed(path.stem)
        return f"{normal(path.parent.name)}/{normal(stem)}"

    def _shown(self, path: Path) -> str:
        text = path.relative_to(self.store.folder.root).as_posix().removesuffix(SUFFIX)
        return "".join(c if c.isprintable() else "?" for c in text)


def _parts(place: Path, before: float) -> Iterator[Path]:
    """Check for old temporary files."""
    for root, _, names in os.walk(place):
        for name in sorted(names):
            if name.startswith(".") and name.endswith(".part"):
                path = Path(root) / name
                with contextlib.suppress(FileNotFoundError):
                    if path.lstat().st_mtime <= before:
                        yield path


def _same(one: Token, other: Token) -> bool:
    """Whether two tokens differ only in their names."""
    named = other.record.replace(person=one.record.person, name=one.record.name)
    return (
        named == one.record
        and set(one.tensors) == set(other.tensors)
        and all(array.tobytes() == other.tensors[name].tobytes() for name, array in one.tensors.items())
    )


def _usable(name: str, what: str) -> str:
    """A name as near to the given one as can be."""
    text = re.sub(r"[^\w.-]+", "_", name).strip("-._")[: MAX_NAME - 8] or "token"
    while len(text.encode()) > 160:
        text = text[:-1].rstrip("-.")
    try:
        return check_new(text, what)
    except InputError:  # a device of Windows
        return f"_{text}"


def _free(path: Path, suffix: str, name: str) -> str:
    """``name``, or the first of ``name-2``, ... that is free beside ``path``."""
    used = {key(other.removesuffix(suffix)) for other in os.listdir(path.parent) if other != path.name}
    number, candidate = 1, name
    while key(candidate) in used:
        number += 1
        candidate = f"{name}-{number}"
    return candidate
