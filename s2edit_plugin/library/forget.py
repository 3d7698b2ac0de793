"""Removing a person from the data folder permanently."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from s2edit_plugin.errors import Sentence, TokenError, TokenNotFoundError
from s2edit_plugin.library.entry import Forgotten
from s2edit_plugin.library.intent import Intent, changing, pending, perform
from s2edit_plugin.library.names import PERSON, SUFFIX, usable
from s2edit_plugin.library.store import Store, disk, normal
from s2edit_plugin.tokens.file import TokenRecord, read_record

__all__ = ["MADE_FROM", "ForgetElsewhere", "forget", "marks_of"]

ForgetElsewhere = Callable[[str, frozenset[str]], int]
"""Removes a person from a place outside the library: gets the name and the ids and photo hashes of the person's tokens,
returns how many things it removed. It may be called again for the same person."""

MADE_FROM = "made_from"
"""Metadata of a cached file: the hash of the photo's pixels and the ids of all tokens it was made from, with spaces between."""

# Larger files in the data folder are pictures or weights; they are found by path, not by content.
MAX_SEARCHED = 256 * 1024 * 1024
HEAD = 64 * 1024  # of a cached file, with its metadata in it
MIN_MARK = 16  # a shorter one would be found by chance


def forget(store: Store, person: str, also: Iterable[ForgetElsewhere]) -> Forgotten:
    """Remove a person; see `Library.forget`."""
    person = usable(person, PERSON)
    interrupted = pending(store)
    with changing(store), disk(f"Not everything of '{person}' could be removed"):
        theirs = [path for place in store.token_places for path in _folder_files(store, place, person)]
        records = _records(theirs)
        marks = marks_of(records)
        elsewhere = sum(remove(person, marks) for remove in also)
        copies, kept = _copies(store, person, records)
        others = [path for path in _other_files(store) if _belongs(store, path, person, marks)]
        folders = [store.path_of_person(place, person) for place in store.places]
        existing = [folder for folder in folders if os.path.lexists(folder)]
        # Taking the lock has completed an interrupted earlier call.
        if not (theirs or copies or others or existing or elsewhere or interrupted):
            raise TokenNotFoundError(Sentence("There is no person '{}'.", person), store.hint_people())
        tokens, *put_away = (len(store.files(folder)) for folder in folders[: len(store.token_places)])
        # Tokens last: they are needed to find the files made with them.
        doomed = [*others, *copies, *reversed(existing)]
        perform(
            store, Intent(remove=tuple(path.relative_to(store.folder.root).as_posix() for path in doomed))
        )
        store.index.forget({person, *(folder.name for folder in folders)})
        if _mentions(store.index.files(), marks):
            store.index.remove()
    trashed = sum(put_away) + len(copies)
    rest = len({*others, *copies, *theirs}) - tokens - trashed
    return Forgotten(person, tokens, trashed, rest, elsewhere, kept)


def marks_of(records: Iterable[TokenRecord]) -> frozenset[str]:
    """Ids and photo hashes of tokens: stored in the files made with them."""
    marks = {mark for record in records for mark in (record.id, record.source_image_hash)}
    return frozenset(mark for mark in marks if len(mark) >= MIN_MARK)


def _records(paths: Iterable[Path]) -> list[TokenRecord]:
    found = []
    for path in paths:
        with contextlib.suppress(TokenError):
            found.append(read_record(path))
    return found


def _copies(store: Store, person: str, records: list[TokenRecord]) -> tuple[list[Path], tuple[str, ...]]:
    """Files with the person's tokens in other people's trash; and other people's tokens from the same photos, which stay."""
    ids = {record.id for record in records}
    photos = {record.source_image_hash for record in records} - {""}
    others = [entry for entry in store.tokens() if entry.person != person and entry.record is not None]
    living = {entry.record.id for entry in others if entry.record is not None}
    kept = tuple(
        entry.full_name
        for entry in others
        if entry.record is not None and (entry.record.id in ids or entry.record.source_image_hash in photos)
    )
    copies = []
    for place in store.token_places[1:]:
        for folder in store.people_in(place):
            if normal(folder.name) != person:
                for path in store.files(folder):
                    with contextlib.suppress(TokenError):
                        if read_record(path).id in ids - living:
                            copies.append(path)
    return copies, kept


def _folder_files(store: Store, place: Path, person: str) -> list[Path]:
    folder = store.path_of_person(place, person)
    if folder.is_symlink():
        return [folder]
    return list(_walk(folder))


def _other_files(store: Store) -> Iterator[Path]:
    own = set(store.index.files())
    for place in store.places:
        if place not in store.token_places:
            yield from (path for path in _walk(place) if path not in own)


def _walk(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        links = [name for name in folders if (Path(root) / name).is_symlink()]
        yield from (Path(root) / name for name in [*names, *links])


def _belongs(store: Store, path: Path, person: str, marks: frozenset[str]) -> bool:
    """Whether a file of a cache, checkpoint or result belongs to the person: by folder, name or content."""
    relative = path.relative_to(store.folder.root)
    parts = [normal(part) for part in relative.parts]
    if person in parts[1:-1] or person in (parts[-1], Path(parts[-1]).stem):
        return True
    if any(mark in str(relative) for mark in marks) or _mentions([path], marks):
        return True
    return store.folder.cache in path.parents and path.suffix == SUFFIX and not _lists_sources(path)


def _lists_sources(path: Path) -> bool:
    """Whether a cached file lists its sources; for other files it is unknown whom they show."""
    try:
        with path.open("rb") as stream:
            return f'"{MADE_FROM}"'.encode() in stream.read(HEAD)
    except OSError:
        return False


def _mentions(paths: Iterable[Path], marks: frozenset[str]) -> bool:
    for path in paths:
        with contextlib.suppress(FileNotFoundError):  # a cache may be cleared at the same time
            if not marks or path.is_symlink() or path.stat().st_size > MAX_SEARCHED:
                continue
            content = path.read_bytes()
            if any(mark.encode() in content for mark in marks):
                return True
    return False
