"""Changes of tokens and people inside the library. Each holds the lock, and is one atomic step or an intent."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from s2edit_plugin.api.prompts import TokenRef, check_name, parse_ref
from s2edit_plugin.errors import InputError, Sentence, TokenDamagedError, TokenNotFoundError
from s2edit_plugin.library.intent import Intent, changing, perform
from s2edit_plugin.library.names import PERSON, check_new, key, reference, trashed_at, usable
from s2edit_plugin.library.people import checked_notes, write_notes
from s2edit_plugin.library.store import Store, disk, named_by_place, normal, remove_if_empty
from s2edit_plugin.storage.disk import make_private
from s2edit_plugin.tokens.file import TokenRecord, read_token, write_token

__all__ = [
    "add",
    "annotate",
    "annotate_person",
    "delete",
    "duplicate",
    "empty_trash",
    "free_name",
    "rename",
    "rename_person",
    "restore",
    "tag",
    "with_unique_id",
]


def add(store: Store, record: TokenRecord, tensors: Mapping[str, Any], *, replace: bool = True) -> Path:
    """Save a token under its record's name; see `Library.add`."""
    with changing(store):
        if not replace:
            path = store.new_path(TokenRef(record.person, record.name))
        else:
            # Learning took minutes: keep the token even if the name has problems.
            path = store.path(TokenRef(store.spelled_person(record.person), record.name))
        if path.exists():
            # A copy, so that a token of this name always exists: it is replaced by the write below.
            store.to_trash(path, keep=True)
        # A token that was read, renamed by another process and is saved again would be there twice.
        write_token(path, with_unique_id(store, named_by_place(record, path), path), tensors)
    return path


def rename(store: Store, old: str, new: str) -> Path:
    """Rename a token; see `Library.rename`."""
    with changing(store):
        source = store.existing(old)
        token = read_token(source)
        ref = parse_ref(new) if "/" in new else TokenRef(normal(source.parent.name), new)
        target = store.new_path(ref, instead_of=source)
        # First the record, then the place, which counts: after a crash in between the token has its old name.
        write_token(source, named_by_place(token.record, target), token.tensors)
        with disk("The token could not be renamed"):
            make_private(target.parent)
            os.replace(source, target)
        remove_if_empty(source.parent)
    return target


def duplicate(store: Store, full_name: str, new: str = "") -> Path:
    """Copy a token under another name and id; see `Library.duplicate`."""
    with changing(store):
        source = store.existing(full_name)
        token = read_token(source)
        person = normal(source.parent.name)
        if new:
            ref = parse_ref(new) if "/" in new else TokenRef(person, new)
        else:
            ref = TokenRef(person, free_name(store, person, normal(source.stem)))
        path = store.new_path(ref)
        record = named_by_place(token.record, path).with_new_id()
        write_token(path, record, token.tensors)
    return path


def tag(store: Store, full_name: str, add: tuple[str, ...], remove: tuple[str, ...]) -> TokenRecord:
    """Add and remove tags; see `Library.tag`."""
    added = {check_name(one, "tag") for one in add}
    return _rewrite(
        store, full_name, lambda r: r.replace(tags=tuple(sorted({*r.tags, *added} - set(remove))))
    )


def annotate(store: Store, full_name: str, notes: str) -> TokenRecord:
    """Set a token's notes; see `Library.annotate`."""
    text = checked_notes(notes)
    return _rewrite(store, full_name, lambda record: record.replace(notes=text))


def annotate_person(store: Store, person: str, notes: str) -> str:
    """Set the notes on a person; see `Library.annotate_person`."""
    text = checked_notes(notes)
    with changing(store):
        folder = store.path(TokenRef(person, "any")).parent
        if not folder.is_dir():
            raise TokenNotFoundError(
                Sentence("There is no person '{}'.", normal(person)), store.hint_people()
            )
        write_notes(store, folder, text)
        remove_if_empty(folder)
    return text


def delete(store: Store, full_name: str) -> Path:
    """Move a token to the trash; see `Library.delete`."""
    with changing(store):
        path = store.existing(full_name)
        trashed = store.to_trash(path)
        remove_if_empty(path.parent)
    return trashed


def restore(store: Store, full_name: str) -> Path:
    """Restore a token from the trash; see `Library.restore`."""
    ref = reference(full_name)
    if not _newest_trashed(store, ref):
        raise TokenNotFoundError(
            Sentence("There is no token {} in the trash.", ref.full_name), store.hint_tokens()
        )
    with changing(store):
        source = _newest_trashed(store, ref)
        if source is None:  # another process was faster
            raise TokenNotFoundError(
                Sentence("There is no token {} in the trash.", ref.full_name), store.hint_tokens()
            )
        path = store.new_path(ref, instead_of=source)
        with contextlib.suppress(TokenDamagedError):  # a damaged one comes back as it was
            token = read_token(source)
            record = with_unique_id(store, token.record, path)
            if record is not token.record:  # rewritten where it is: at no moment are there two of one id
                write_token(source, record, token.tensors)
        with disk("The token could not be restored"):
            make_private(path.parent)
            os.replace(source, path)
        remove_if_empty(source.parent)
    return path


def empty_trash(store: Store, person: str | None, older_than_days: float) -> int:
    """Remove deleted tokens permanently; see `Library.empty_trash`."""
    before = time.time_ns() - int(older_than_days * 86_400e9)
    with changing(store), disk("The trash could not be emptied"):
        doomed = [entry.path for entry in store.trashed(person) if trashed_at(entry.path.stem) <= before]
        for path in doomed:
            path.unlink(missing_ok=True)
        for folder in {path.parent for path in doomed}:
            remove_if_empty(folder)
    return len(doomed)


def rename_person(store: Store, old: str, new: str) -> int:
    """Rename a person in all data; see `Library.rename_person`."""
    old, new = usable(old, PERSON), check_new(new, PERSON)
    with changing(store):
        folders = {place: store.path_of_person(place, old) for place in store.places}
        if not any(folders[place].is_dir() for place in store.token_places):
            raise TokenNotFoundError(Sentence("There is no person '{}'.", old), store.hint_people())
        if key(old) != key(new) and store.knows_person(new):
            raise InputError(Sentence("There is a person '{}' already.", new), "Choose another name.")
        root = store.folder.root
        there = [place for place, folder in folders.items() if folder.is_dir()]
        intent = Intent(
            moves=tuple(
                (folders[place].relative_to(root).as_posix(), f"{place.name}/{new}") for place in there
            ),
            rewrite=tuple(f"{place.name}/{new}" for place in there if place in store.token_places),
        )
        perform(store, intent)
        return len(store.files(store.folder.library / new))


def free_name(store: Store, person: str, name: str, taken: frozenset[str] = frozenset()) -> str:
    """``name``, or the first of ``name-2``, ``name-3``, ... that no token of the person has.

    Args:
        taken: further names (as `names.key`) that are not free.
    """
    folder = store.path(TokenRef(person, name)).parent
    used = {key(file.stem) for file in store.files(folder)} | taken
    number, candidate = 1, name
    while key(candidate) in used:
        number += 1
        candidate = f"{name[: 60 - len(str(number))]}-{number}"
    return candidate


def with_unique_id(store: Store, record: TokenRecord, path: Path) -> TokenRecord:
    """The record, with a new id if a token elsewhere in the library has the same: caches are found by it."""
    for entry in store.tokens():
        if entry.record is not None and entry.record.id == record.id and entry.path != path:
            return record.with_new_id()
    return record


def _newest_trashed(store: Store, ref: TokenRef) -> Path | None:
    found = [entry.path for entry in store.trashed(ref.person) if entry.name == ref.name]
    return found[-1] if found else None


def _rewrite(store: Store, full_name: str, change: Callable[[TokenRecord], TokenRecord]) -> TokenRecord:
    with changing(store):
        path = store.existing(full_name)
        token = read_token(path)
        record = change(named_by_place(token.record, path))
        write_token(path, record, token.tensors)
    return record
