"""A whole person as one file: what goes out comes in, all or none, and nothing else a zip can be."""

from __future__ import annotations

import io
import json
import os
import stat
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s2edit_plugin.errors import (
    ConsentError,
    InputError,
    ResourceError,
    S2EditError,
    TokenDamagedError,
    TokenNotFoundError,
)
from s2edit_plugin.library import Library, is_person_file
from s2edit_plugin.tokens.file import token_bytes
from tests.fakes.tokens import TENSORS, make_record, names, snapshot
from tests.fakes.version_1 import version_1_bytes

HALF = b'{"s2edit_person": 1, "person": "a", "notes": "\\ud800"}'
INFO = {"s2edit_person": 1, "person": "anna", "notes": ""}


@pytest.fixture
def anna(library: Library) -> Library:
    library.add(make_record(name="hat", kind="attribute", consent="", tags=("x",), notes="n"), TENSORS)
    library.annotate_person("anna", "my sister")
    return library


@pytest.fixture
def other(tmp_path: Path) -> Library:
    return Library(tmp_path / "other")


def pack(members: dict[str, bytes], **how: Any) -> bytes:
    """A zip of these members, as `zipfile` writes it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", **how) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, how.get("compression"))
    return stream.getvalue()


def member(name: str = "me", **changes: Any) -> bytes:
    return token_bytes(make_record(name=name, **changes), TENSORS)


def person(**members: bytes) -> dict[str, bytes]:
    return {"person.json": json.dumps(INFO).encode()} | {
        f"tokens/{name}.safetensors": data for name, data in members.items()
    }


def test_a_person_goes_out_and_comes_in(anna: Library, other: Library, tmp_path: Path) -> None:
    file = anna.export_person("anna", tmp_path)
    assert file.name == "anna.s2edit-person.zip"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert is_person_file(file)
    came = other.import_person(file)

    assert (came.person, came.tokens, came.renamed, came.replaced) == (
        "anna",
        ("anna/hat", "anna/me"),
        {},
        (),
    )
    for name in ("anna/hat", "anna/me"):
        assert other.record(name) == anna.record(name).without_private()
    assert other.person_notes("anna") == ""
    assert sorted(path.name for path in (other.folder.library / "anna").iterdir()) == [
        "hat.safetensors",
        "me.safetensors",
    ]
    assert not list(other.folder.library.glob(".i*"))


def test_private_exports_carry_everything(anna: Library, other: Library, tmp_path: Path) -> None:
    name, data = anna.export_person_bytes("anna", private=True)
    assert name == "anna.s2edit-person.zip"
    assert data == anna.export_person("anna", tmp_path / "a", private=True).read_bytes(), (
        "the same every time"
    )
    other.import_person(data, "eva")
    assert other.person_notes("eva") == "my sister"
    assert other.record("eva/hat") == anna.record("anna/hat").replace(person="eva")
    with pytest.raises(InputError, match="exists already"):
        anna.export_person("anna", tmp_path / "a")


def test_clashes_are_refused_renamed_or_replaced(anna: Library, tmp_path: Path) -> None:
    file = anna.export_person("anna", tmp_path)
    before = snapshot(anna)
    with pytest.raises(InputError, match="already: anna/hat, anna/me"):
        anna.import_person(file)
    assert snapshot(anna) == before

    came = anna.import_person(file, on_clash="rename")
    assert came.renamed == {"hat": "hat-2", "me": "me-2"}
    assert anna.record("anna/me-2").id != anna.record("anna/me").id
    came = anna.import_person(file, on_clash="replace")
    assert came.replaced == ("anna/hat", "anna/me")
    assert anna.record("anna/hat").tags == ()
    assert names(anna.trashed()) == ["anna/hat", "anna/me"]
    assert anna.record("anna/me").id == json.loads(before_record(before))["id"]
    assert anna.person_notes("anna") == "my sister"


def before_record(files: dict[str, bytes]) -> str:
    raw = files["library/anna/me.safetensors"]
    length = struct.unpack("<Q", raw[:8])[0]
    text: str = json.loads(raw[8 : 8 + length])["__metadata__"]["s2edit_token"]
    return text


def test_names_that_differ_in_case_only_clash(anna: Library) -> None:
    data = pack(person(ME=member("ME")))
    with pytest.raises(InputError, match="already: anna/ME"):
        anna.import_person(data)
    assert anna.import_person(data, on_clash="rename").tokens == ("anna/ME-2",)
    assert anna.import_person(data, on_clash="replace").replaced == ("anna/me",)
    info = {"person.json": json.dumps(INFO | {"person": "ANNA"}).encode()}
    assert anna.import_person(pack(person(new=member("new")) | info)).person == "anna"
    with pytest.raises(InputError, match="person 'anna' already"):
        anna.import_person(data, "Anna")


def test_consent_goes_along_or_is_asked_for(other: Library) -> None:
    data = pack(person(a=member("a"), b=member("b", consent="")))
    with pytest.raises(ConsentError, match="anna/b carries no consent"):
        other.import_person(data)
    assert snapshot(other) == {}
    other.import_person(data, consent=True)
    assert other.record("anna/a").consent == "agreed"
    assert other.record("anna/b").consent.startswith("The user confirmed")


def test_tokens_of_older_formats_come_along(other: Library) -> None:
    other.import_person(pack(person(old=version_1_bytes())))
    assert other.record("anna/old").seed == 3


def test_one_damaged_token_keeps_the_whole_person_out(other: Library) -> None:
    data = pack(person(a=member("a"), b=member("b")[:-1], c=member("c")))
    with pytest.raises(TokenDamagedError, match=r"b\.safetensors in the person's file is damaged"):
        other.import_person(data)
    assert snapshot(other) == {}
    assert not (other.folder.library / ".incoming").exists()


def test_a_damaged_token_is_not_exported(anna: Library, tmp_path: Path) -> None:
    path = anna.path("anna/hat")
    path.write_bytes(path.read_bytes()[:-1] + b"")
    with pytest.raises(TokenDamagedError, match="anna/hat cannot be exported"):
        anna.export_person("anna", tmp_path)
    path.write_bytes(member("hat")[:-2] + b"\xff\xff")  # only the tensors
    with pytest.raises(TokenDamagedError):
        anna.export_person("anna", tmp_path)
    assert not list(tmp_path.glob("*.zip")) + list(tmp_path.glob(".*"))
    with pytest.raises(TokenNotFoundError):
        anna.export_person("bob", tmp_path)


def with_info(**changes: Any) -> dict[str, bytes]:
    return person(me=member()) | {"person.json": json.dumps(INFO | changes).encode()}


def packed(**changes: Any) -> bytes:
    """A zip whose token's directory entry is changed: ``flag_bits``, ``external_attr``, ..."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in person(me=member()).items():
            archive.writestr(zipfile.ZipInfo(name), data)
        info = archive.infolist()[1]
        for field, value in changes.items():
            setattr(info, field, value)
    return stream.getvalue()


def doubled() -> bytes:
    """Ten tokens that are one and the same piece of the file."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in person(me=member()).items():
            archive.writestr(zipfile.ZipInfo(name), data)
        for number in range(10):
            twin = zipfile.ZipInfo(f"tokens/t{number}.safetensors")
            for field in ("header_offset", "CRC", "compress_size", "file_size"):
                setattr(twin, field, getattr(archive.infolist()[1], field))
            archive.filelist.append(twin)
    return stream.getvalue()


def with_end(position: int, data: bytes) -> bytes:
    """A sound file whose last record (22 bytes) is changed."""
    raw = bytearray(pack(person(me=member())))
    start = len(raw) - 22 + position
    raw[start : start + len(data)] = data
    return bytes(raw)


TRICKS: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "no zip": lambda: b"PK\x03\x04 a pickle",
    "cut": lambda: pack(person(me=member()))[:-30],
    "appended": lambda: pack(person(me=member())) + b"x",
    "a comment": lambda: with_end(20, b"\x05\0") + b"hello",
    "many disks": lambda: with_end(4, b"\x01\0"),
    "a wild count": lambda: with_end(8, b"\xff\xff\xff\xff"),
    "a wild table": lambda: with_end(12, b"\xff\xff\xff\x7f"),
    "zip64": lambda: pack(person(me=member()))[:-22] + b"PK\x06\x07" + bytes(16) + pack(person(me=member()))[-22:],
    "empty zip": lambda: pack({}),
    "no description": lambda: pack({"tokens/me.safetensors": member()}),
    "no tokens": lambda: pack(person()),
    "something else": lambda: pack(person(me=member()) | {"readme.txt": b"x"}),
    "a folder": lambda: pack(person(me=member()) | {"tokens/sub/": b""}),
    "deep": lambda: pack(person(me=member()) | {"tokens/a/b.safetensors": member()}),
    "upwards": lambda: pack(person(me=member()) | {"tokens/../../evil.safetensors": member()}),
    "absolute": lambda: pack(person(me=member()) | {"/tokens/x.safetensors": member()}),
    "a drive": lambda: pack(person(me=member()) | {"tokens/c:x.safetensors": member()}),
    "backslash": lambda: pack(person(me=member()) | {"tokens/..\\x.safetensors": member()}),
    "hidden": lambda: pack(person(me=member()) | {"tokens/.x.safetensors": member()}),
    "a device": lambda: pack(person(me=member()) | {"tokens/nul.safetensors": member()}),
    "case": lambda: pack(person(me=member()) | {"tokens/ME.safetensors": member()}),
    "accents": lambda: pack(person() | {f"tokens/{n}.safetensors": member() for n in ("\u00e9", "e\u0301")}),
    "compressed": lambda: pack(person(me=member()), compression=zipfile.ZIP_DEFLATED),
    "bomb": lambda: pack(person(me=bytes(20_000_000)), compression=zipfile.ZIP_DEFLATED),
    "lying size": lambda: packed(file_size=10**9, compress_size=10**9),
    "larger than packed": lambda: packed(file_size=10**6),
    "encrypted": lambda: packed(flag_bits=1),
    "a link": lambda: packed(external_attr=(stat.S_IFLNK | 0o777) << 16),
    "a pipe": lambda: packed(external_attr=(stat.S_IFIFO | 0o777) << 16),
    "wrong checksum": lambda: packed(CRC=1),
    "another place": lambda: packed(header_offset=3),
    "shared bytes": doubled,
    "no json": lambda: pack(person(me=member()) | {"person.json": b"{"}),
    "json of no kind": lambda: pack(person(me=member()) | {"person.json": b"[]"}),
    "deep json": lambda: pack(person(me=member()) | {"person.json": b'{"a":' * 100_000}),
    "large json": lambda: pack(person(me=member()) | {"person.json": b" " * 2_000_000}),
    "no person": lambda: pack(with_info(person=3)),
    "person upwards": lambda: pack(with_info(person="..")),
    "person with folder": lambda: pack(with_info(person="a/b")),
    "a person that is a device": lambda: pack(with_info(person="aux")),
    "endless notes": lambda: pack(with_info(notes="x" * 30_000)),
    "newer": lambda: pack(with_info(s2edit_person=2)),
    "half a character": lambda: pack(person(me=member()) | {"person.json": HALF}),
    "a damaged token": lambda: pack(person(me=member()[:-3])),
    "a token of a newer format": lambda: pack(person(me=member().replace(b'version\\": 2', b'version\\": 9'))),
}  # fmt: skip


@pytest.mark.parametrize("trick", TRICKS)
def test_everything_else_a_zip_can_be_is_refused(
    trick: str, library: Library, tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    data = TRICKS[trick]()
    recwarn.clear()  # zipfile warns of what it writes here
    before = snapshot(library)
    outside = set(tmp_path.rglob("*"))
    with pytest.raises(S2EditError) as caught:
        library.import_person(data, on_clash="replace")
    assert isinstance(caught.value, TokenDamagedError | InputError), caught.value
    assert snapshot(library) == before
    new = set(tmp_path.rglob("*")) - outside
    assert {path.name for path in new} <= {"cache", "library-index.sqlite3"}
    is_person_file(data)


def test_a_person_file_is_told_from_a_pickle(anna: Library, tmp_path: Path) -> None:
    pickle_zip = pack({"archive/data.pkl": b"\x80\x02"})
    assert not is_person_file(pickle_zip)
    assert not is_person_file(tmp_path / "none")
    assert not is_person_file(anna.path("anna/me"))
    with pytest.raises(TokenNotFoundError, match="There is no file"):
        anna.import_person(tmp_path / "none")
    with pytest.raises(TokenDamagedError, match="no ordinary file"):
        anna.import_person(tmp_path)


def empty_members(count: int) -> bytes:
    """A zip whose table of contents is nearly all of it."""
    return pack({f"tokens/{number}.safetensors": b"" for number in range(count)} | person(me=member()))


@pytest.mark.parametrize("read", ["is_person_file", "import_person"])
def test_a_table_of_contents_takes_no_more_memory_than_its_file(read: str, library: Library) -> None:
    """2.9 MB that took 33 MB before anything was checked."""
    data = empty_members(20_000)
    tracemalloc.start()
    try:
        if read == "is_person_file":
            is_person_file(data)
        else:
            with pytest.raises(TokenDamagedError, match="holds too much"):
                library.import_person(data)
        assert tracemalloc.get_traced_memory()[1] < 2 * len(data)
    finally:
        tracemalloc.stop()


def test_a_persons_file_is_known_wherever_its_description_lies(anna: Library, tmp_path: Path) -> None:
    with zipfile.ZipFile(anna.export_person("anna", tmp_path)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert is_person_file(pack(dict(reversed(files.items()))))
    assert is_person_file(pack(files)[:-30]), "damaged, but plainly one"
    assert not is_person_file(
        pack({"other.json": b"", "tokens/me.safetensors": files["tokens/me.safetensors"]})
    )


@pytest.mark.parametrize("fails_at", range(1, 14))
def test_a_disk_that_fails_anywhere_leaves_all_or_nothing(
    anna: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    """The n-th write or rename fails. Afterwards, or when the library is next changed, all has come in or nothing has."""
    file = anna.export_person("anna", tmp_path)
    anna.rename_person("anna", "old")
    before = set(snapshot(anna))
    real, count = os.replace, 0

    def replace(*args: Any, **kwargs: Any) -> None:
        nonlocal count
        count += 1
        if count == fails_at:
            raise OSError(28, "No space left on device")
        real(*args, **kwargs)

    monkeypatch.setattr(os, "replace", replace)
    failed = False
    try:
        anna.import_person(file)
    except ResourceError:
        failed = True
    monkeypatch.setattr(os, "replace", real)
    assert failed == (count >= fails_at)
    anna.annotate("old/me", "the next change")
    came = set(snapshot(anna)) - before
    assert came in (set(), {"library/anna/hat.safetensors", "library/anna/me.safetensors"})
    assert anna.check() == []
    assert not list(anna.folder.library.glob(".i*"))
