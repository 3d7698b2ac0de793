"""Trash and quarantine have bounds: by age, number and size; the oldest go first."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from s2edit_plugin.library import Library, tidying
from s2edit_plugin.library.tidying import Bound
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.workflows import tidying as everything

DAY = 86_400


def put(place: Path, person: str, days: float, size: int = 10, name: str = "me") -> Path:
    """A file that was put away so many days ago."""
    path = place / person / f"{name}.{time.time_ns() - int(days * DAY * 1e9)}.safetensors"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))
    return path


@pytest.mark.parametrize("name", ["trash", "quarantine"])
def test_the_old_and_the_oldest_of_too_many_go(
    library: Library, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    place: Path = getattr(library.folder, name)
    monkeypatch.setattr(tidying, name.upper(), Bound(days=30, files=3, size=1000))
    old = [put(place, "zoe", 31), put(place, "zoe", 400)]
    young = [put(place, "anna", days) for days in (1, 2, 3)]
    assert library.tidy() == 2
    assert not any(path.exists() for path in old)
    assert not (place / "zoe").exists()
    more = put(place, "bob", 0.5)
    assert library.tidy() == 1
    assert [path.exists() for path in (more, *young)] == [True, True, True, False]
    put(place, "bob", 0.1, size=985)
    assert library.tidy() == 2, "too many bytes, too"
    assert library.tidy() == 0
    assert library.record("anna/me"), "the library itself is not touched"


def test_what_does_not_say_when_it_was_put_away_is_as_old_as_its_file(library: Library) -> None:
    path = library.folder.quarantine / "anna" / "odd"
    path.mkdir(parents=True)
    (path / "inside").write_bytes(b"x")
    assert library.tidy() == 0
    assert (path / "inside").exists()


def test_a_link_in_the_trash_is_removed_and_not_followed(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "TRASH", Bound(days=90, files=0, size=0))
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "keep").write_bytes(b"x")
    put(library.folder.trash, "anna", 1)
    (library.folder.trash / "anna" / "link").symlink_to(outside)
    (library.folder.trash / "bob").symlink_to(outside)
    assert library.tidy() == 2
    assert (outside / "keep").exists()


def test_deleted_tokens_can_be_restored_within_the_bounds(library: Library) -> None:
    library.delete("anna/me")
    everything.tidy(library.folder)
    assert library.restore("anna/me").is_file()


def test_what_programs_print_is_shortened_while_they_go_on(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.engine.mkdir(parents=True)
    path = folder.engine / "window.log"
    with path.open("ab", buffering=0) as program:
        for number in range(130_000):
            program.write(b"warning %06d\n" % number)
        everything.tidy(folder)
        assert path.stat().st_size <= everything.KEPT_PRINTED
        program.write(b"the last\n")
    lines = path.read_bytes().split(b"\n")
    assert lines[-3:] == [b"warning 129999", b"the last", b""]
    assert lines[0].startswith(b"warning 1")
