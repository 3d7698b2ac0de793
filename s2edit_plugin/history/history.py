"""`History`: results in, lists, pictures and requests out."""

from __future__ import annotations

import dataclasses
import hashlib
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from s2edit_plugin.api import ApplyEdit, LearnToken, queries
from s2edit_plugin.errors import ConsentError, InputError, ResourceError, S2EditError, Sentence, UsageError
from s2edit_plugin.history import changes, checking, listing
from s2edit_plugin.history.folders import REGION, THUMBNAIL
from s2edit_plugin.history.names import find_token, new_names
from s2edit_plugin.history.record import (
    ID,
    Made,
    Record,
    named,
    new_id,
    request_of,
    request_values,
    unnamed,
)
from s2edit_plugin.history.store import Store, names_in
from s2edit_plugin.storage.paths import DataFolder, data_folder

if TYPE_CHECKING:
    from s2edit_plugin.library import Library

__all__ = ["History"]

Problems = list[str]
SLACK_SECONDS = 60.0  # between a result's last second of work and its way into the history
Asked = TypeVar("Asked", ApplyEdit, LearnToken)


class History:
    """The history of one data folder. Safe for several threads and processes.

    No file is created before the first result. All methods raise ResourceError for failures of the disk, and if another
    process holds the history for half a minute.

    Args:
        home: the data folder; None: ``$S2EDIT_HOME`` or the platform's.
    """

    def __init__(self, home: Path | DataFolder | None = None) -> None:
        self.folder = home if isinstance(home, DataFolder) else data_folder(home)
        self.store = Store(self.folder.history)

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences about what had to be put right since this object was made."""
        return tuple(self.store.notices)

    # ------------------------------------------------------------------ writing

    def record(self, request: ApplyEdit | LearnToken, made: Made) -> str:
        """Write a result down, on the disk when this returns.

        Returns:
            its id.

        Raises:
            ResourceError: the disk refused; partial files are removed. ConsentError: the person was forgotten during the job.
        """
        store, name = self.store, new_id()
        with store.changing():
            try:
                hashes = {data: store.folders.keep_original(data) for data in _pictures_of(request)}
                record = _record(name, request, made, hashes)
                size = store.folders.put(record, _files(made))
                with store.rows() as connection:
                    _refuse_forgotten(connection, made)
                    sizes = {hashed: len(data) for data, hashed in hashes.items()}
                    store.insert(connection, record, sizes, {}, size)
                    renamed = _put_names(connection, {token.id: token.name for token in made.tokens})
                if renamed:
                    store.write_names()
            except S2EditError:
                self._withdraw(name)
                raise
        return name

    def change(self, request: queries.ChangeHistory) -> queries.Done:
        """Star, annotate, delete or restore results. Raises UsageError: there is no such result."""
        return changes.change(self.store, request)

    def prune(self, limit_bytes: int, keep: str = "") -> queries.Done:
        """Remove the oldest results until the history is no larger than ``limit_bytes``.

        Deleted ones go first, starred ones stay, and so does the result ``keep``.
        """
        return changes.prune(self.store, limit_bytes, keep)

    def forget(self, person: str, marks: Iterable[str] = ()) -> int:
        """Permanently remove all results made with a person's tokens, also from the free pages of the index.

        Also results made from a photo of theirs, unless another person's token was learned from it too; and results with a
        lost record, since it is unknown whom they show.

        Args:
            person: their name. marks: ids of their tokens, and hashes of the photos' pixels these were learned from.

        Returns:
            how many results were removed.
        """
        return changes.forget(self.store, person, frozenset(marks))

    def forgotten_since(self, marks: Iterable[str], since: float) -> bool:
        """Whether one of these token ids and photo hashes was forgotten after a moment (seconds since 1970)."""
        with self.store.reading() as connection:
            return connection is not None and changes.was_forgotten(connection, marks, since)

    def rename_person(self, old: str, new: str) -> None:
        """Follow a person's new name."""
        changes.rename_person(self.store, old, new)

    def rename_tokens(self, names: Mapping[str, str]) -> None:
        """Follow tokens' new names: id -> ``person/name``. Ids that no result refers to are left out."""
        changes.rename_tokens(self.store, names)

    def follow(self, library: Library) -> bool:
        """Follow tokens that were renamed without a word; returns whether there were any."""
        with self.store.reading() as connection:
            known = {} if connection is None else names_in(connection)
        renamed = new_names(library, known)
        if renamed:
            self.rename_tokens(renamed)
        return bool(renamed)

    def find_tokens(self, record: Record, library: Library) -> None:
        """Find a result's tokens by their ids, and update their names.

        Raises:
            TokenNotFoundError: one was deleted or replaced; the hint explains how to restore it.
        """
        called = zip(record.tokens, self.token_names(record), strict=True)
        self.rename_tokens({token: find_token(library, token, name) for token, name in called})

    # ------------------------------------------------------------------ reading

    def list(self, request: queries.ListHistory | None = None) -> queries.HistoryPage:
        """Results, the newest first. Raises UsageError: the request makes no sense."""
        with self.store.reading() as connection:
            if connection is None:
                return queries.HistoryPage((), 0)
            return listing.page(connection, request or queries.ListHistory())

    def show(self, name: str) -> queries.HistoryDetails:
        """A result with its picture and the request that made it.

        A learned token is shown as the edit one would begin with it: its photo and its source prompt.

        Raises:
            UsageError: there is no such result. ResourceError: it is damaged.
        """
        record, names = self._found(name)
        with self.store.reading() as connection:
            entry = listing.entry(connection, record.id)
        region = self.store.folders.read(record.id, REGION) if REGION in record.files else b""
        request = self._edit(record, names)
        return queries.HistoryDetails(entry, request, self.picture(record.id), region, record.warnings)

    def request(self, name: str) -> ApplyEdit:
        """The edit that made a result, with the source prompt that was used and the tokens as they are called now.

        Raises:
            UsageError: there is no such result. ResourceError: it is damaged.
        """
        return self._edit(*self._found(name))

    def learned(self, name: str) -> LearnToken:
        """The request that a token was learned by. Raises as `request`, and UsageError: the result is an edit."""
        record, names = self._found(name)
        if record.kind != "learn":
            raise UsageError(Sentence("The result {} is an edit, no learned token.", record.id))
        return self._request(LearnToken, record, names)

    def details(self, name: str) -> Record:
        """All that was written down, with ids of tokens and hashes of pictures. Raises as `request`."""
        return self._found(name)[0]

    def token_names(self, record: Record) -> Sequence[str]:
        """Known names of a result's tokens."""
        with self.store.reading() as connection:
            names = names_in(connection) if connection is not None else {}
        return [names.get(token, f"unknown/{token[:8]}") for token in record.tokens]

    def picture(self, name: str) -> bytes:
        """The result's picture, as it was given out.

        Raises:
            UsageError: there is no such result. ResourceError: it is missing or changed.
        """
        record, _ = self._found(name)
        data = self.store.folders.read(record.id, record.picture)
        expected = record.files.get(record.picture, "")
        if expected and hashlib.sha256(data).hexdigest() != expected:
            raise ResourceError(
                Sentence("The picture of the result {} was changed or is damaged.", record.id),
                "Make it again with rerun.",
            )
        return data

    def thumbnails(self, names: Iterable[str]) -> dict[str, bytes]:
        """Small pictures by id; what has none is left out."""
        found = {}
        for name in names:
            if ID.fullmatch(name):
                try:
                    found[name] = self.store.folders.read(name, THUMBNAIL)
                except ResourceError:
                    continue
        return found

    def find(self, text: str) -> str:
        """The id of a result by a part of it that no other has, or ``last``.

        Raises:
            UsageError: there is none, or there are several.
        """
        with self.store.reading() as connection:
            return listing.find(connection, text)

    def size_bytes(self) -> int:
        """Size of the history on the disk, without its index."""
        with self.store.reading() as connection:
            return 0 if connection is None else changes.total(connection)

    def check(self) -> Problems:
        """Problems of the history, one sentence each; empty if there are none.

        The state after an interrupted process is repaired first, as always. Then the index is compared with the folders, and
        every file against its hash. Losses that came to light on the way (`notices`) are problems, too.
        """
        before = len(self.store.notices)
        found = checking.problems(self.store)
        return [*self.store.notices[before:], *found]

    # ------------------------------------------------------------------ helpers

    def _found(self, name: str) -> tuple[Record, Sequence[str]]:
        if not ID.fullmatch(name) or not self.store.folders.of(name).is_dir():
            raise UsageError("There is no such result in the history.", "`s2edit history list` shows them.")
        record = self.store.folders.record(name)
        return record, self.token_names(record)

    def _edit(self, record: Record, names: Sequence[str]) -> ApplyEdit:
        if record.kind == "edit":
            request = self._request(ApplyEdit, record, names)
            return dataclasses.replace(request, source_prompt=named(record.source_prompt, names))
        asked = self._request(LearnToken, record, names)
        return ApplyEdit(asked.photo, tuple(names), record.source_prompt, record.source_prompt)

    def _request(self, kind: type[Asked], record: Record, names: Sequence[str]) -> Asked:
        return request_of(kind, record, names, self.store.folders.read_original)

    def _withdraw(self, name: str) -> None:
        """Take back a result that could not be written down completely. What cannot be removed is cleared away later."""
        try:
            self.store.remove([name])
        except (ResourceError, InputError):
            return


def _pictures_of(request: ApplyEdit | LearnToken) -> Sequence[bytes]:
    values = (getattr(request, field.name) for field in dataclasses.fields(request))
    return list(dict.fromkeys(value for value in values if isinstance(value, bytes)))


def _files(made: Made) -> dict[str, bytes]:
    files = {f"picture{made.suffix}": made.picture, REGION: made.region, THUMBNAIL: made.thumbnail}
    return {name: data for name, data in files.items() if data or name.startswith("picture")}


def _record(name: str, request: ApplyEdit | LearnToken, made: Made, hashes: Mapping[bytes, str]) -> Record:
    names = [token.name for token in made.tokens]
    return Record(
        id=name,
        kind="edit" if isinstance(request, ApplyEdit) else "learn",
        request=request_values(request, hashes, names),
        tokens=tuple(token.id for token in made.tokens),
        photo=hashes[request.photo],
        picture=f"picture{made.suffix}",
        machine=made.machine,
        files={file: hashlib.sha256(data).hexdigest() for file, data in _files(made).items()},
        source_prompt=unnamed(made.source_prompt, names),
        target_prompt=unnamed(made.target_prompt, names),
        pixels=made.pixels,
        seconds=made.seconds,
        inversion_cached=made.inversion_cached,
        warnings=made.warnings,
        identity=made.identity,
        identity_note=made.identity_note,
        learned=made.learned,
    )


def _refuse_forgotten(connection: sqlite3.Connection, made: Made) -> None:
    """Refuse the result of a job that began before its person was forgotten."""
    marks = [*(token.id for token in made.tokens), made.pixels]
    began = time.time() - made.seconds
    if made.began:
        began = min(
            began, made.began
        )  # if the machine was suspended, the working time is less than the elapsed time
    if changes.was_forgotten(connection, marks, began - SLACK_SECONDS):
        raise ConsentError("A person of this result was forgotten while it was made.")


def _put_names(connection: sqlite3.Connection, names: Mapping[str, str]) -> bool:
    """Note what tokens are called; whether something was new."""
    return changes.write_names(connection, names) > 0
