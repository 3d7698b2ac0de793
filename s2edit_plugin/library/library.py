"""`Library`: the public interface of this package."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from s2edit_plugin.api.prompts import TokenRef
from s2edit_plugin.errors import S2EditError, Sentence, TokenError, TokenNotFoundError
from s2edit_plugin.library import archive, changes, tidying, transfer
from s2edit_plugin.library.archive import OnClash
from s2edit_plugin.library.entry import Entry, Forgotten, Imported, Person, Report, folded, matches
from s2edit_plugin.library.forget import ForgetElsewhere, forget
from s2edit_plugin.library.intent import changing
from s2edit_plugin.library.names import reference
from s2edit_plugin.library.people import notes_of, people_with_notes
from s2edit_plugin.library.repair import examine
from s2edit_plugin.library.store import Store, named_by_place, normal
from s2edit_plugin.storage.paths import DataFolder, data_folder
from s2edit_plugin.tokens.file import Token, TokenRecord, read_record, read_token

__all__ = ["Library"]

Entries = list[Entry]  # inside the class, `list` is the method


class Library:
    """The tokens of one data folder. Safe to use from several threads and processes at once.

    Methods with changes may raise `BusyError` (another process holds the lock for long) and `ResourceError` (the disk
    refused); then the library is unchanged.

    Args:
        home: the data folder; None: ``$S2EDIT_HOME`` or the platform's.
    """

    def __init__(self, home: Path | DataFolder | None = None) -> None:
        self.folder = home if isinstance(home, DataFolder) else data_folder(home)
        self._store = Store(self.folder)

    # ------------------------------------------------------------------ reading

    def path(self, full_name: str | TokenRef) -> Path:
        """Path of the token ``person/name``, existing or not. Raises InputError: invalid name."""
        return self._store.path(full_name)

    def get(self, full_name: str) -> Token:
        """The token with its tensors.

        Raises:
            TokenNotFoundError: the library holds no such token.
            TokenDamagedError: its file is damaged.
            InputError: no valid name.
        """
        path = self._store.existing(full_name)
        token = read_token(path)
        return Token(named_by_place(token.record, path), token.tensors)

    def record(self, full_name: str) -> TokenRecord:
        """The record alone, without reading tensors. Raises as `get`."""
        path = self._store.existing(full_name)
        return named_by_place(read_record(path), path)

    def thumbnail(self, full_name: str) -> bytes:
        """The thumbnail as an encoded PNG, ``b""`` if there is none. Raises as `get`."""
        return self.record(full_name).thumbnail_png

    def list(self, person: str | None = None) -> Entries:
        """All tokens, or one person's, sorted by name; damaged ones are listed with their problem.

        Ten thousand tokens take well under a second (``tests/benchmarks/library.py``): records come without pictures, and
        files that have not changed since an earlier listing are not opened.
        """
        return self._store.tokens(person)

    def search(self, text: str, person: str | None = None, *, trash: bool = False) -> Entries:
        """Tokens that contain every word of ``text``, in any order, ignoring case and accents.

        Searches the names of token and person, kind, class noun, tags, notes on both, and the source prompt.

        Args:
            text: "" finds all. trash: search deleted tokens instead.
        """
        words = folded(text).split()
        entries = self.trashed(person) if trash else self.list(person)
        if not words:
            return entries
        notes = {normal(name): folded(text) for name, text in people_with_notes(self._store).items()}
        return [entry for entry in entries if matches(entry, words, notes.get(entry.person, ""))]

    def people(self) -> Sequence[str]:
        """Names of the people with tokens."""
        return self._store.people()

    def overview(self) -> Sequence[Person]:
        """All people with tokens, deleted tokens or notes, sorted by name."""
        tokens, trashed = _by_person(self.list()), _by_person(self.trashed())
        notes = {normal(name): text for name, text in people_with_notes(self._store).items()}
        return [
            Person(
                name,
                len(tokens.get(name, [])),
                len(trashed.get(name, [])),
                notes.get(name, ""),
                _consent([*tokens.get(name, []), *trashed.get(name, [])]),
                next((entry.full_name for entry in tokens.get(name, []) if entry.has_thumbnail), ""),
            )
            for name in sorted({*tokens, *trashed, *notes})
        ]

    def person_notes(self, person: str) -> str:
        """The user's notes on a person, "" if there are none. Raises InputError, TokenNotFoundError."""
        folder = self._store.path(TokenRef(person, "any")).parent
        if not folder.is_dir():
            raise TokenNotFoundError(
                Sentence("There is no person '{}'.", normal(person)), self._store.hint_people()
            )
        return notes_of(folder)

    def consent_of(self, person: str) -> str:
        """The consent note of the person's newest identity token, deleted ones included; "" if there is none."""
        return _consent([*self.list(person), *self.trashed(person)])

    def trashed(self, person: str | None = None) -> Entries:
        """Deleted tokens that can be restored, by person, the newest last."""
        return self._store.trashed(person)

    def check(self) -> Entries:
        """Read every token of library and trash completely; the damaged ones, with their problem."""
        damaged = []
        for entry in [*self.list(), *self.trashed()]:
            try:
                read_token(entry.path)
            except TokenNotFoundError:  # moved by another process since it was listed
                continue
            except TokenError as error:
                problem = error.sentence
                damaged.append(
                    Entry(entry.person, entry.name, entry.path, entry.size_bytes, entry.record, problem)
                )
        return damaged

    def examine(self, *, repair: bool = False) -> Report:
        """Check every file of library and trash, and repair damage if ``repair`` is true.

        No file with possible value is deleted: unreadable ones are moved to the folder ``quarantine``.
        """
        return examine(self._store, repair)

    # ------------------------------------------------------------------ changing

    def check_new(self, full_name: str | TokenRef) -> None:
        """Refuse a name before work begins that a new token could not have; a token of exactly this name may be there.

        Raises:
            InputError: invalid name, a device name of Windows, or too similar to an existing name.
        """
        ref = reference(full_name)
        path = self._store.path(ref)
        self._store.new_path(ref, instead_of=path)

    def add(self, record: TokenRecord, tensors: Mapping[str, Any], *, replace: bool = True) -> Path:
        """Save a token under its record's name; a token that was there goes to the trash.

        It gets a new id if another token has its own: it was renamed after it had been read.

        Raises:
            InputError: no valid name, or the name is taken and ``replace`` is off.
            NumericalError, ResourceError: as `tokens.file.write_token`.
        """
        return changes.add(self._store, record, tensors, replace=replace)

    def rename(self, old: str, new: str) -> Path:
        """Give a token another name, or another person with ``new = "person/name"``.

        Raises:
            TokenNotFoundError, TokenDamagedError: as `get`.
            InputError: the new name is not valid or taken.
        """
        return changes.rename(self._store, old, new)

    def duplicate(self, full_name: str, new: str = "") -> Path:
        """Copy a token, with a new id and the same consent.

        Args:
            new: ``name`` or ``person/name``; "": the old name with a number.

        Raises:
            As `rename`.
        """
        return changes.duplicate(self._store, full_name, new)

    def tag(self, full_name: str, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> TokenRecord:
        """Add and remove tags; returns the new record. Raises as `get`, and InputError for a tag that is no name."""
        return changes.tag(self._store, full_name, add, remove)

    def annotate(self, full_name: str, notes: str) -> TokenRecord:
        """Set the user's notes on a token, "" for none; returns the new record. Raises as `get`; InputError: too long."""
        return changes.annotate(self._store, full_name, notes)

    def annotate_person(self, person: str, notes: str) -> str:
        """Set the user's notes on a person, "" for none; returns them as stored.

        Raises:
            TokenNotFoundError: no person of this name is in the library. InputError: too long.
        """
        return changes.annotate_person(self._store, person, notes)

    def delete(self, full_name: str) -> Path:
        """Move a token to the trash, damaged or not; returns its new path. Raises TokenNotFoundError.

        It can be restored for 90 days, unless many others are deleted after it (`tidying.TRASH`).
        """
        path = changes.delete(self._store, full_name)
        with contextlib.suppress(S2EditError):  # the rest is removed at the next call
            self.tidy()
        return path

    def restore(self, full_name: str) -> Path:
        """Bring back the token of this name that was deleted last.

        Raises:
            TokenNotFoundError: the trash holds none.
            InputError: the name is in use again.
        """
        return changes.restore(self._store, full_name)

    def empty_trash(self, person: str | None = None, *, older_than_days: float = 0.0) -> int:
        """Remove deleted tokens permanently, of all people or of one; returns their number."""
        return changes.empty_trash(self._store, person, older_than_days)

    def tidy(self) -> int:
        """Permanently remove files of trash and quarantine beyond their limits (`tidying`); returns their number."""
        return tidying.tidy(self._store)

    def rename_person(self, old: str, new: str) -> int:
        """Rename a person in all data; returns the number of moved tokens.

        Raises:
            TokenNotFoundError: no person of this name has tokens.
            InputError: the new name is not valid or taken.
        """
        return changes.rename_person(self._store, old, new)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the library's lock: no token is renamed, deleted or forgotten during the block.

        Raises:
            BusyError: another process holds it. ResourceError: the disk refused.
        """
        with changing(self._store):
            yield

    def forget(self, person: str, also: Iterable[ForgetElsewhere] = ()) -> Forgotten:
        """Remove a person from the data folder permanently: tokens, trash, quarantine, notes, caches, checkpoints, results.

        Files are found by the person's name in the path, and by ids or photo hashes of the person's tokens in their name or
        content (latents decode to the face). Tokens that the user stored under another person stay and are listed in the
        result.

        Args:
            also: removes the person's data elsewhere (the history), see `forget.ForgetElsewhere`; called first, while the
                person's tokens exist.

        Raises:
            TokenNotFoundError: there is no data of this person.
            ResourceError: a file could not be removed; the others are removed, and the call can be repeated.
        """
        return forget(self._store, person, also)

    # ------------------------------------------------------------------ in and out

    def export(self, full_name: str, out: Path, *, private: bool = False, overwrite: bool = False) -> Path:
        """Export a token to a file; returns its path.

        Args:
            out: a file, or a folder. private: with thumbnail, mask, source hash, tags and notes.

        Raises:
            TokenNotFoundError, TokenDamagedError: as `get`.
            InputError: the file is there and ``overwrite`` is off.
        """
        return transfer.export(self._store, full_name, out, private, overwrite)

    def export_bytes(self, full_name: str, *, private: bool = False) -> tuple[str, bytes]:
        """A token as a file to hand over: a name for it, and its bytes. Raises as `get`."""
        return transfer.export_bytes(self._store, full_name, private)

    def import_(
        self,
        file: Path | bytes,
        person: str | None = None,
        name: str | None = None,
        *,
        replace: bool = False,
        consent: bool = False,
    ) -> Path:
        """Import a token file, under its own name or another one.

        Args:
            replace: move an existing token of this name to the trash.
            consent: whether the user has the person's consent; needed for identity tokens without a consent note.

        Raises:
            TokenNotFoundError: no such file.
            TokenDamagedError: no sound token file.
            ConsentError: an identity token without consent.
            InputError: the name is not valid, or taken and ``replace`` is off.
        """
        return transfer.import_token(self._store, file, person, name, replace, consent)

    def export_person(
        self, person: str, out: Path, *, private: bool = False, overwrite: bool = False
    ) -> Path:
        """Write all tokens of a person to one file (a zip of token files); returns where.

        Args, Raises: as `export`; with ``private`` the notes on the person go along.
        """
        return archive.export_person(self._store, person, out, private, overwrite)

    def export_person_bytes(self, person: str, *, private: bool = False) -> tuple[str, bytes]:
        """All tokens of a person as one file to hand over: a name for it, and its bytes. Raises as `export_person`."""
        return archive.export_person_bytes(self._store, person, private)

    def import_person(
        self,
        file: Path | bytes,
        person: str | None = None,
        *,
        on_clash: OnClash = "refuse",
        consent: bool = False,
    ) -> Imported:
        """Import a person's file: all of its tokens, or none if one of them is invalid.

        Args:
            person: the person in the library; None: as in the file.
            on_clash: if a token of the same name exists: ``refuse`` all, ``rename`` the imported one, or ``replace`` the
                existing one, which goes to the trash.
            consent: as `import_`.

        Raises:
            TokenNotFoundError: no such file. TokenDamagedError: no sound person's file, or one of its tokens is damaged.
            ConsentError: an identity token in it without consent. InputError: names that are not valid, or taken.
        """
        return archive.import_person(self._store, file, person, on_clash, consent)


def _by_person(entries: Entries) -> dict[str, Entries]:
    found: dict[str, Entries] = {}
    for entry in entries:
        found.setdefault(entry.person, []).append(entry)
    return found


def _consent(entries: Entries) -> str:
    records = [entry.record for entry in entries if entry.record is not None]
    notes = [(record.created, record.consent) for record in records if record.kind == "identity"]
    return max(((created, note) for created, note in notes if note), default=("", ""))[1]
