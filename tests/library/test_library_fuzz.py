"""Malformed token files and person's files by the hundred: one sentence each, no stray file, time and memory within bounds."""

from __future__ import annotations

import time
import tracemalloc
from collections import Counter
from pathlib import Path

import pytest

from s2edit_plugin.errors import S2EditError
from s2edit_plugin.library import Library, is_person_file
from s2edit_plugin.tokens.file import parse_token, read_record, read_token
from tests.fakes.fuzz_tokens import malformed_person, malformed_token
from tests.fakes.tokens import names, snapshot

TOKENS, PEOPLE = 400, 150  # with --all: 5,000 and 2,000
MOST_MEMORY = 8 * 1024 * 1024  # and `PER_BYTE` times what was handed in
PER_BYTE = 16
MOST_SECONDS = 5.0  # of the processor, while memory is traced; a scan that goes back and forth takes minutes


def count(request: pytest.FixtureRequest, few: int, many: int) -> int:
    return many if request.config.getoption("--all") else few


def check_refusal(error: S2EditError, number: int) -> None:
    """One sentence of sensible length that harms no terminal."""
    assert error.sentence.endswith("."), number
    assert len(error.sentence) < 400, number
    assert error.sentence.isprintable(), number


def stray(library: Library, before: set[Path]) -> set[str]:
    """Files that came since, but for token files in their places, the lock and the index."""
    new = set(library.folder.root.parent.rglob("*")) - before
    return {
        str(path.relative_to(library.folder.root.parent))
        for path in new
        if path.is_file()
        and path.name not in (".lock", "library-index.sqlite3")
        and not (path.suffix == ".safetensors" and path.parent.parent in library._store.token_places)
    }


def test_malformed_token_files_are_refused_in_one_sentence(
    library: Library, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    file = tmp_path / "given.safetensors"
    file.write_bytes(b"")
    library.list()
    before = set(tmp_path.rglob("*"))
    outcomes: Counter[str] = Counter()
    tracemalloc.start()
    try:
        for number in range(count(request, TOKENS, 5000)):
            data = malformed_token(number)
            file.write_bytes(data)
            tracemalloc.reset_peak()
            start, began = tracemalloc.get_traced_memory()[0], time.process_time()
            try:
                path = library.import_(file, consent=True, replace=True)
            except S2EditError as error:
                check_refusal(error, number)
                outcomes[type(error).__name__] += 1
            else:  # it was sound after all; then it can be read, changed and written like any other
                full_name = f"{path.parent.name}/{path.stem}"
                assert library.get(full_name).record.full_name == full_name, number
                library.annotate(full_name, "x")
                library.duplicate(full_name, "copy/of")
                library.delete("copy/of")
                outcomes["sound"] += 1
            taken = tracemalloc.get_traced_memory()[1] - start
            assert taken < MOST_MEMORY + PER_BYTE * len(data), (number, len(data))
            assert time.process_time() - began < MOST_SECONDS, number
    finally:
        tracemalloc.stop()
    assert stray(library, before) == set()
    assert library.check() == []
    assert library.examine().open == ()
    refused = sum(outcomes.values()) - outcomes["sound"]
    assert refused > 5 * outcomes["sound"] > 0, outcomes
    assert set(outcomes) <= {"sound", "TokenDamagedError", "TokenTooNewError", "InputError"}


def test_malformed_files_lying_in_the_library_are_listed_checked_and_put_away(
    library: Library, request: pytest.FixtureRequest
) -> None:
    """They did not come by the front door."""
    folder = library.folder.library / "anna"
    many = count(request, 120, 2000)
    for number in range(many):
        (folder / f"x{number}.safetensors").write_bytes(malformed_token(number))
        (folder / f"x{number}.safetensors").chmod(0o600)
    sound = library.record("anna/me")
    listed = library.list()
    assert len(listed) == many + 1
    assert all((entry.record is None) == bool(entry.problem) for entry in listed)
    library.search("anything")
    library.overview()
    library.check()
    library.examine(repair=True)

    again = library.examine()
    assert [finding for finding in again.findings if finding.kind != "newer"] == []
    kept = (
        len(library.list())
        + len(library.trashed())
        + len(list(library.folder.quarantine.rglob("*.safetensors")))
    )
    assert kept == many + 1, "nothing was deleted"
    assert library.record("anna/me") == sound
    library.forget("anna")
    assert not list(library.folder.root.rglob("*.safetensors"))


def test_malformed_peoples_files_are_taken_in_whole_or_not_at_all(
    library: Library, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    library.list()
    before_files = set(tmp_path.rglob("*"))
    outcomes: Counter[str] = Counter()
    tracemalloc.start()
    try:
        for number in range(count(request, PEOPLE, 2000)):
            data = malformed_person(number)
            before = snapshot(library)
            tracemalloc.reset_peak()
            start, began = tracemalloc.get_traced_memory()[0], time.process_time()
            is_person_file(data)
            try:
                came = library.import_person(data, "new", consent=True)
            except S2EditError as error:
                check_refusal(error, number)
                assert snapshot(library) == before, number
                outcomes[type(error).__name__] += 1
            else:
                assert names(library.list("new")) == list(came.tokens), number
                assert len(came.tokens) >= 3, number
                library.forget("new")
                outcomes["sound"] += 1
            taken = tracemalloc.get_traced_memory()[1] - start
            assert taken < MOST_MEMORY + PER_BYTE * len(data), (number, len(data))
            assert time.process_time() - began < MOST_SECONDS, number
    finally:
        tracemalloc.stop()
    assert stray(library, before_files) == set()
    assert names(library.list()) == ["anna/me"]
    assert outcomes["TokenDamagedError"] > outcomes["sound"], outcomes
    assert set(outcomes) <= {"sound", "TokenDamagedError", "TokenTooNewError", "InputError"}


@pytest.mark.parametrize("number", range(60))
def test_every_way_of_reading_agrees(tmp_path: Path, number: int) -> None:
    """From disk and from memory: the same token or the same refusal; the record alone refuses no more than the whole."""
    data = malformed_token(number)
    file = tmp_path / "t.safetensors"
    file.write_bytes(data)
    found = []
    for read in (
        lambda: read_token(file).record,
        lambda: parse_token(data, file.name).record,
        lambda: read_record(file),
    ):
        try:
            found.append(("record", read()))
        except S2EditError as error:
            found.append(("refused", error.sentence))
    assert found[0] == found[1]
    if found[0][0] == "record":
        assert found[2] == found[0]
