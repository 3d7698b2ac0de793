"""A whole person as one file: a zip of token files that any program can open, and that is taken in only if it is exactly that.

    person.json                     {"s2edit_person": 1, "person": ..., "notes": ...}
    tokens/<name>.safetensors       each as `transfer.export` writes it, not compressed

Members are not compressed, so none is larger than the file itself. Everything else a zip can do (encryption,
links, comments, several disks, members that share their bytes, names with folders in them) is refused.
"""

from __future__ import annotations

import json
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Literal

from s2edit_plugin.api.prompts import TokenRef
from s2edit_plugin.errors import InputError, Sentence, TokenDamagedError, TokenError, TokenNotFoundError
from s2edit_plugin.library.changes import free_name
from s2edit_plugin.library.entry import Imported
from s2edit_plugin.library.intent import Intent, changing, incoming, perform
from s2edit_plugin.library.names import PERSON, SUFFIX, TOKEN, check_new, key, usable
from s2edit_plugin.library.people import checked_notes, notes_of
from s2edit_plugin.library.store import Store, named_by_place, normal
from s2edit_plugin.library.transfer import with_consent
from s2edit_plugin.storage.paths import atomic_file
from s2edit_plugin.tokens.file import MAX_FILE, Token, parse_token, read_token, token_bytes, write_token
from s2edit_plugin.tokens.record import parse_json

__all__ = [
    "ARCHIVE_SUFFIX",
    "OnClash",
    "export_person",
    "export_person_bytes",
    "import_person",
    "is_person_file",
]

ARCHIVE_SUFFIX = ".s2edit-person.zip"
OnClash = Literal["refuse", "rename", "replace"]
INFO, FORMAT = "person.json", 1
MAX_TOKENS = 60_000
MAX_INFO = 1024 * 1024
_MEMBER = re.compile(r"tokens/([^/\\:]+)\.safetensors")
_FIRST, _END, _ZIP64 = b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x07"
_TABLE_ENTRY = re.compile(rb"PK\x01\x02.{42}" + re.escape(INFO.encode()), re.DOTALL)
MIN_MEMBER = 256
"""Minimum size of a token in a zip: limits the number of tokens, and so the memory for their records."""
_BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OverflowError,
    struct.error, zlib.error, OSError, KeyError,
)  # fmt: skip


# ---------------------------------------------------------------------- out


def export_person(store: Store, person: str, out: Path, private: bool, overwrite: bool) -> Path:
    """Write all tokens of a person to one file; see `Library.export_person`."""
    files = _files_of(store, person)
    if out.is_dir():
        out = out / f"{normal(files[0].parent.name)}{ARCHIVE_SUFFIX}"
    if out.exists() and not overwrite:
        raise InputError(Sentence("{} exists already.", out), "Choose another file name, or add --overwrite.")
    with atomic_file(out, private=True) as stream:
        _write(stream, files, private)
    return out


def export_person_bytes(store: Store, person: str, private: bool) -> tuple[str, bytes]:
    """All tokens of a person as one file: its name and its bytes; see `Library.export_person_bytes`."""
    files = _files_of(store, person)
    stream = BytesIO()
    _write(stream, files, private)
    return f"{normal(files[0].parent.name)}{ARCHIVE_SUFFIX}", stream.getvalue()


def _files_of(store: Store, person: str) -> list[Path]:
    entries = store.tokens(usable(person, PERSON))
    for entry in entries:
        if entry.problem:
            raise TokenDamagedError(
                Sentence("The token {} cannot be exported: {}", entry.full_name, entry.problem),
                "Run `s2edit tokens check --repair`, or delete it first.",
            )
    files = [entry.path for entry in entries]
    if not files:
        raise TokenNotFoundError(
            Sentence("There is no person '{}' with tokens.", person), store.hint_people()
        )
    if len(files) > MAX_TOKENS:
        raise InputError(
            Sentence("A person's file holds at most {} tokens.", f"{MAX_TOKENS:,}"), "Export them one by one."
        )
    return files


def _write(stream: BinaryIO, files: list[Path], private: bool) -> None:
    folder = files[0].parent
    values = {
        "s2edit_person": FORMAT,
        "person": normal(folder.name),
        "notes": notes_of(folder) if private else "",
    }
    try:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
            # ZipInfo's own date, 1980: the same tokens give the same file.
            archive.writestr(zipfile.ZipInfo(INFO), json.dumps(values, ensure_ascii=False))
            for file in files:
                token = read_token(file)
                record = named_by_place(token.record, file)
                data = token_bytes(record if private else record.without_private(), token.tensors)
                archive.writestr(zipfile.ZipInfo(f"tokens/{record.name}{SUFFIX}"), data)
    except zipfile.LargeZipFile as error:
        raise InputError("The tokens are larger than 4 GB together.", "Export them one by one.") from error


# ---------------------------------------------------------------------- in


def is_person_file(file: Path | bytes) -> bool:
    """Whether a file claims to hold a whole person (and may still be damaged); pickles in a zip do not."""
    try:
        with _stream(file) as (stream, size):
            first = stream.read(30 + len(INFO))  # as it is written here; a damaged end does not hide it
            if first[:4] == _FIRST and first[30:] == INFO.encode():
                return True
            start, length = _check_end(stream, size)
            stream.seek(start)
            return _TABLE_ENTRY.search(stream.read(length)) is not None
    except (*_BROKEN, TokenError):
        return False


def import_person(
    store: Store, file: Path | bytes, person: str | None, on_clash: OnClash, consent: bool
) -> Imported:
    """Import a person's tokens, all or none; see `Library.import_person`."""
    with changing(store), _opened(file) as opened, incoming(store) as folder:
        name = check_new(person or opened.person, PERSON)
        spelled = store.spelled_person(name)
        if spelled != name and person is not None:
            raise InputError(
                Sentence("There is a person '{}' already.", spelled),
                Sentence("Import them as '{}' instead.", spelled),
            )
        home = store.path(TokenRef(spelled, "any")).parent
        plan, renamed, replaced = _plan(store, spelled, list(opened.members), on_clash)
        ids = {
            entry.record.id
            for entry in store.tokens()
            if entry.record is not None and not (entry.person == spelled and entry.name in replaced)
        }
        staged = folder / spelled
        for old, new in plan.items():
            token = _checked(opened.token(old), spelled, new, consent, ids)
            ids.add(token.record.id)
            write_token(staged / f"{new}{SUFFIX}", token.record, token.tensors)
        root, notes = store.folder.root, opened.notes
        moves = ((staged / f"{new}{SUFFIX}", home / f"{new}{SUFFIX}") for new in plan.values())
        perform(
            store,
            Intent(
                moves=tuple(
                    (a.relative_to(root).as_posix(), b.relative_to(root).as_posix()) for a, b in moves
                ),
                notes=((home.relative_to(root).as_posix(), notes),) if notes else (),
            ),
        )
    return Imported(
        spelled,
        tuple(f"{spelled}/{new}" for new in plan.values()),
        renamed,
        tuple(f"{spelled}/{new}" for new in replaced),
    )


def _plan(
    store: Store, person: str, names: list[str], on_clash: OnClash
) -> tuple[dict[str, str], dict[str, str], list[str]]:
    """Name in the file -> name here; after renaming and replacing."""
    here = {key(entry.name): entry.name for entry in store.tokens(person)}
    clashes = [name for name in names if key(name) in here]
    if clashes and on_clash == "refuse":
        shown = ", ".join(f"{person}/{name}" for name in clashes[:8])
        raise InputError(
            Sentence(
                "There are tokens of these names already: {}{}.", shown, ", …" if len(clashes) > 8 else ""
            ),
            "Import with --on-clash rename or --on-clash replace, or under another person's name.",
        )
    if on_clash == "replace":
        plan = {name: here.get(key(name), name) for name in names}
        return plan, {}, [plan[name] for name in clashes]
    taken = frozenset(map(key, names))
    renamed: dict[str, str] = {}
    for name in clashes:
        renamed[name] = free_name(store, person, name, taken)
        taken |= {key(renamed[name])}
    return {name: renamed.get(name, name) for name in names}, renamed, []


def _checked(token: Token, person: str, name: str, consent: bool, ids: set[str]) -> Token:
    record = with_consent(token.record.replace(person=person, name=name), consent)
    if record.id in ids:
        record = record.with_new_id()
    return Token(record, token.tensors)


@dataclass
class _Opened:
    """A person's file that has the right form. ``members``: token name -> its place in the zip."""

    archive: zipfile.ZipFile
    person: str
    notes: str
    members: Mapping[str, zipfile.ZipInfo]

    def token(self, name: str) -> Token:
        """One token, read to the last byte. Raises TokenDamagedError."""
        try:
            data = self.archive.read(self.members[name])
        except _BROKEN as error:
            raise _refused(f"the token '{name}' in it cannot be read") from error
        return parse_token(data, f"{name}{SUFFIX} in the person's file")


@contextmanager
def _opened(file: Path | bytes) -> Iterator[_Opened]:
    with _stream(file) as (stream, size):
        _check_end(stream, size)
        try:
            archive = zipfile.ZipFile(stream)
        except _BROKEN as error:
            raise _refused("it is no sound zip file") from error
        with archive:
            members = _members(archive, size)
            person, notes = _info(archive)
            yield _Opened(archive, person, notes, members)


@contextmanager
def _stream(file: Path | bytes) -> Iterator[tuple[BinaryIO, int]]:
    if isinstance(file, bytes):
        yield BytesIO(file), len(file)
        return
    try:
        if not stat.S_ISREG(os.stat(file).st_mode):
            raise _refused("it is no ordinary file")
        stream = file.open("rb")
    except FileNotFoundError as error:
        raise TokenNotFoundError(Sentence("There is no file {}.", file)) from error
    except OSError as error:
        raise _refused(f"it cannot be read ({error.strerror or type(error).__name__})") from error
    with stream:
        yield stream, os.fstat(stream.fileno()).st_size


def _check_end(stream: BinaryIO, size: int) -> tuple[int, int]:
    """The zip's last record, before its table of contents is read into memory: plain, and not longer than it may be.

    Returns:
        Where the table begins, and its length.
    """
    length = min(size, 42)
    stream.seek(size - length)
    tail = stream.read(length)
    end = tail[-22:]
    if len(end) < 22 or end[:4] != _END or end[20:] != b"\0\0" or tail[:-22][-20:][:4] == _ZIP64:
        raise _refused("it is no sound zip file")
    disk_number, first_disk, here, total, table = struct.unpack("<HHHHI", end[4:16])
    most = min(MAX_TOKENS, size // MIN_MEMBER) + 1
    if disk_number or first_disk or here != total or total > most or table > min(total * 1024, size - 22):
        raise _refused("it holds too much")
    return size - 22 - table, table


def _members(archive: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    found: dict[str, zipfile.ZipInfo] = {}
    seen: set[str] = set()
    total = 0
    for info in archive.infolist():
        if info.filename == INFO and info.file_size > MAX_INFO:
            raise _refused("its description is too large")
        kind = stat.S_IFMT(info.external_attr >> 16)
        if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
            raise _refused("another program has packed it")
        if info.flag_bits & 0x2061 or kind not in (0, stat.S_IFREG):  # encrypted, patched; links, devices
            raise _refused("it holds something that is no token")
        total += info.file_size
        if total > size or info.file_size > MAX_FILE:
            raise _refused("its members are larger than itself")
        name = _member_name(info)
        if key(info.filename) in seen:
            raise _refused(f"it holds '{info.filename[:40]}' twice")
        seen.add(key(info.filename))
        if name:
            found[name] = info
    if INFO not in seen:
        raise _refused("it has no description")
    if not found:
        raise _refused("there is no token in it")
    return found


def _member_name(info: zipfile.ZipInfo) -> str:
    """Name of the token, "" for the description."""
    if info.filename == INFO:
        return ""
    match = _MEMBER.fullmatch(info.filename)
    if match is None or info.orig_filename != info.filename:
        raise _refused("it holds something that is no token")
    try:
        return check_new(match.group(1), TOKEN)
    except InputError as error:
        raise _refused(f"one of its tokens cannot be taken in: {error.sentence[:-1]}") from error


def _info(archive: zipfile.ZipFile) -> tuple[str, str]:
    try:
        values: dict[str, Any] = parse_json(INFO, archive.read(INFO))
    except (*_BROKEN, TokenDamagedError) as error:
        raise _refused("its description is malformed") from error
    version, person, notes = values.get("s2edit_person"), values.get("person"), values.get("notes", "")
    if type(version) is not int or not isinstance(person, str) or not isinstance(notes, str):
        raise _refused("its description is malformed")
    if version > FORMAT:
        raise _refused("a newer version of S2Edit Studio has written it")
    try:
        return usable(person, PERSON), checked_notes(notes)
    except InputError as error:
        raise _refused(f"its description is malformed: {error.sentence[:-1]}") from error


def _refused(why: str) -> TokenDamagedError:
    return TokenDamagedError(
        Sentence("The person's file cannot be taken in: {}.", why),
        "Export the person again; nothing was changed here.",
    )
