"""The index of listings: fast where it is right, and never believed where it is not."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from s2edit_plugin.library import Library, index
from s2edit_plugin.tokens.file import write_token
from tests.fakes.tokens import TENSORS, make_record, names, snapshot

MANY = 300


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the token files opened since."""
    found: list[str] = []
    real = Path.open

    def counting(self: Path, *args: Any, **kwargs: Any) -> Any:
        if self.suffix == ".safetensors":
            found.append(self.name)
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", counting)
    return found


@pytest.fixture
def settled(library: Library, monkeypatch: pytest.MonkeyPatch) -> Library:
    """A library whose index is believed at once, however young the files are."""
    monkeypatch.setattr(index, "TICK_NS", 0)
    monkeypatch.setattr(index, "COARSE_TICK_NS", 0)
    return library


def index_file(library: Library) -> Path:
    return library.folder.cache / "library-index.sqlite3"


def test_a_listing_after_the_first_opens_no_token_file(settled: Library, opened: list[str]) -> None:
    for number in range(MANY):
        write_token(settled.path(f"p{number % 7}/t{number}"), make_record(notes=f"noted:{number}."), TENSORS)
    first = settled.list()
    assert len(opened) == len(first) == MANY + 1
    opened.clear()

    again = Library(settled.folder).list()
    assert opened == []
    assert again == first
    assert settled.search("noted:17. p3") == [e for e in first if e.full_name == "p3/t17"]
    assert settled.list("p3") == [e for e in first if e.person == "p3"]
    assert settled.people() == ["anna", *(f"p{n}" for n in range(7))]
    assert len(settled.overview()) == 8
    assert opened == []


def test_only_what_changed_is_opened(settled: Library, opened: list[str]) -> None:
    for name in ("a", "b", "c"):
        settled.add(make_record(name=name), TENSORS)
    settled.list()
    settled.tag("anna/b", ("x",))
    settled.rename("anna/c", "d")
    settled.delete("anna/a")
    settled.list()
    opened.clear()
    assert [(e.name, e.record.tags) for e in settled.list() if e.record] == [
        ("b", ("x",)),
        ("d", ()),
        ("me", ()),
    ]
    assert names(settled.trashed()) == ["anna/a"]
    settled.trashed()
    assert opened == ["a." + opened[0].split(".")[1] + ".safetensors"], "the trash, once"


def test_pictures_are_not_remembered(settled: Library) -> None:
    settled.list()
    (entry,) = settled.list()
    assert entry.record is not None
    assert (entry.record.thumbnail, entry.record.subject_mask, entry.has_thumbnail) == ("", "", True)
    assert entry.record == settled.record("anna/me").replace(thumbnail="", subject_mask="")
    assert b"iVBORw" not in index_file(settled).read_bytes()
    assert stat.S_IMODE(index_file(settled).stat().st_mode) == 0o600


def test_a_file_that_was_just_written_is_read_again(library: Library, opened: list[str]) -> None:
    """It could change once more within the same tick of the file system's clock."""
    library.list()
    opened.clear()
    library.list()
    assert opened == ["me.safetensors"]
    time.sleep(index.TICK_NS / 1e9 + 0.02)
    library.list()
    opened.clear()
    library.list()
    assert opened == []


def test_a_change_by_another_program_is_seen(settled: Library) -> None:
    settled.list()
    path = settled.path("anna/me")
    before = path.stat()
    data = path.read_bytes()
    path.write_bytes(data.replace(b'\\"woman\\"', b'\\"human\\"'))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    (entry,) = settled.list()
    assert entry.record is not None
    assert entry.record.class_noun == "human"
    path.write_bytes(data[:40])
    assert "damaged" in settled.list()[0].problem
    path.write_bytes(data)
    assert settled.list()[0].problem == ""


def truth(library: Library) -> list[Any]:
    """What a listing without any index gives."""
    shutil.rmtree(library.folder.cache, ignore_errors=True)
    return library.list()


def break_nothing_there(library: Library) -> None:
    index_file(library).unlink()


def break_other_file(library: Library) -> None:
    index_file(library).write_bytes(b"no database" * 500)


def break_cut(library: Library) -> None:
    index_file(library).write_bytes(index_file(library).read_bytes()[:5000])


def break_pages(library: Library) -> None:
    data = bytearray(index_file(library).read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)
    index_file(library).write_bytes(data)


def break_schema(library: Library) -> None:
    with closing(sqlite3.connect(index_file(library))) as database:
        database.execute("DROP TABLE tokens")
        database.execute("CREATE TABLE tokens (person TEXT)")
        database.commit()


def break_version(library: Library) -> None:
    with closing(sqlite3.connect(index_file(library))) as database:
        database.execute("PRAGMA user_version = 1")
        database.commit()


def break_rows(library: Library) -> None:
    with closing(sqlite3.connect(index_file(library))) as database:
        database.execute("UPDATE tokens SET record = '[1'")
        database.execute("UPDATE tokens SET read_at = 'yes' WHERE file = 'me.safetensors'")
        database.commit()


def break_words(library: Library) -> None:
    """Rows that can be read, with other words than were written."""
    with closing(sqlite3.connect(index_file(library))) as database:
        database.execute("UPDATE tokens SET record = replace(record, 'xxx', 'yyy')")
        database.commit()


def break_invent(library: Library) -> None:
    """Rows of tokens that are not there, and none of those that are."""
    with closing(sqlite3.connect(index_file(library))) as database:
        database.execute("UPDATE tokens SET file = 'ghost.safetensors', person = 'ghost' || rowid")
        database.commit()


def break_folder(library: Library) -> None:
    index_file(library).unlink()
    index_file(library).mkdir()


BREAKERS = [
    break_nothing_there, break_other_file, break_cut, break_pages, break_schema, break_version, break_rows, break_words,
    break_invent, break_folder,
]  # fmt: skip


@pytest.mark.parametrize("spoil", BREAKERS)
def test_a_broken_index_loses_and_invents_nothing(settled: Library, spoil: Any, opened: list[str]) -> None:
    for number in range(60):
        write_token(settled.path(f"p{number % 3}/t{number}"), make_record(notes="x" * 100), TENSORS)
    expected = truth(settled)
    settled.list()
    spoil(settled)
    for _ in range(3):
        assert settled.list() == expected
    if spoil is not break_folder:
        opened.clear()
        assert settled.list() == expected
        assert opened == [], "it was made anew"


def test_a_folder_that_cannot_be_written_can_be_listed(
    settled: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise sqlite3.OperationalError("unable to open database file")

    monkeypatch.setattr(sqlite3, "connect", refuse)
    assert names(settled.list()) == ["anna/me"]
    assert settled.overview()[0].tokens == 1


def test_an_index_that_is_in_use_is_done_without(settled: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    settled.list()
    monkeypatch.setattr(index, "WAIT_SECONDS", 0.01)
    settled.add(make_record(name="new"), TENSORS)
    with closing(sqlite3.connect(index_file(settled), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert names(settled.list()) == ["anna/me", "anna/new"]
        other.execute("ROLLBACK")
    assert names(settled.list()) == ["anna/me", "anna/new"]


def test_many_threads_list_while_tokens_come_and_go(library: Library) -> None:
    stop = threading.Event()
    failures: list[BaseException] = []

    def watch() -> None:
        try:
            while not stop.is_set():
                found = Library(library.folder).list()
                assert len([e for e in found if e.full_name == "anna/me"]) == 1
                assert all(e.record is not None and e.record.name == e.name for e in found)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=watch) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(15):
        library.add(make_record(name=f"t{number}"), TENSORS)
        library.rename(f"anna/t{number}", f"u{number}")
        library.delete(f"anna/u{number}")
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert names(library.list()) == ["anna/me"]
    assert len(library.trashed()) == 15


@pytest.fixture(autouse=True)
def untouched(library: Library) -> Iterator[None]:
    """Whatever is done to the index, the tokens stay as they were."""
    before = snapshot(library)["library/anna/me.safetensors"]
    yield
    after = snapshot(library).get("library/anna/me.safetensors")
    assert after is not None
    assert len(after) == len(before)
