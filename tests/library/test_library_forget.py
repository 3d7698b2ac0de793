"""Forgetting somebody: the data folder holds nothing of them any more, and everything of the others."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from s2edit_plugin.errors import ResourceError, TokenNotFoundError
from s2edit_plugin.library import MADE_FROM, Library, index
from tests.fakes.tokens import PHOTO_HASH, TENSORS, make_record, names

SECRET = "quaggajoghurt"  # nothing contains it by chance
OTHER_HASH = "cd" * 32


@pytest.fixture
def full(library: Library, monkeypatch: pytest.MonkeyPatch) -> Library:
    """A library in which the person has left traces everywhere."""
    monkeypatch.setattr(index, "TICK_NS", 0)
    library.forget("anna")
    for name in ("me", "hat", "old", "bad"):
        library.add(make_record(SECRET, name, notes=f"{SECRET} again", source_image_hash=PHOTO_HASH), TENSORS)
    library.add(make_record("bob", source_image_hash=OTHER_HASH), TENSORS)
    library.annotate_person(SECRET, f"all about {SECRET}")
    library.list()
    library.delete(f"{SECRET}/old")
    library.trashed()
    bad = library.path(f"{SECRET}/bad")
    bad.write_bytes(bad.read_bytes()[:-1])
    library.examine(repair=True)
    (library.folder.library / SECRET / ".me.abc.part").write_bytes(SECRET.encode())
    library.list()
    return library


def traces(library: Library, *marks: str) -> list[str]:
    """Files and folders below the data folder that mention any of the marks in name or content."""
    found = []
    for path in library.folder.root.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        if any(
            mark in str(path.relative_to(library.folder.root)) or mark.encode() in content for mark in marks
        ):
            found.append(str(path))
    return found


def test_nothing_of_the_person_stays(full: Library) -> None:
    marks = (SECRET, PHOTO_HASH, full.record(f"{SECRET}/me").id, full.trashed(SECRET)[0].record.id)  # type: ignore[union-attr]
    assert len(traces(full, *marks)) >= 8, "library, trash, quarantine, notes, half-written file, index"
    gone = full.forget(SECRET)
    assert (gone.tokens, gone.trashed, gone.kept) == (2, 2, ())
    assert traces(full, *marks) == []
    assert names(full.list()) == ["bob/me"]
    with pytest.raises(TokenNotFoundError):
        full.forget(SECRET)


def test_an_index_that_cannot_be_changed_is_removed(full: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.Index, "forget", lambda *_: None)
    full.forget(SECRET)
    assert traces(full, SECRET, PHOTO_HASH) == []


def test_what_others_keep_is_removed_first_and_counted(full: Library) -> None:
    asked: list[tuple[str, frozenset[str]]] = []

    def journal(person: str, marks: frozenset[str]) -> int:
        asked.append((person, marks))
        assert full.record(f"{person}/me"), "the tokens still say what to look for"
        return 7

    ids = {entry.record.id for entry in [*full.list(SECRET), *full.trashed(SECRET)] if entry.record}
    assert full.forget(SECRET, also=[journal]).elsewhere == 7
    ((person, marks),) = asked
    assert person == SECRET
    assert marks >= ids | {PHOTO_HASH}
    assert full.forget("ghost", also=[lambda person, marks: 1]).elsewhere == 1


def test_a_failure_elsewhere_keeps_the_tokens_for_another_try(full: Library) -> None:
    def journal(person: str, marks: frozenset[str]) -> int:
        raise ResourceError("The journal is locked.")

    with pytest.raises(ResourceError, match="locked"):
        full.forget(SECRET, also=[journal])
    assert full.record(f"{SECRET}/me")


def test_forgetting_can_be_tried_again_after_the_disk_refused(
    full: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    (full.folder.cache / "x.bin").write_bytes(PHOTO_HASH.encode())

    def fail(*_: Any, **__: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "unlink", fail)
    with pytest.raises(ResourceError, match="could not be finished"):
        full.forget(SECRET)
    monkeypatch.undo()
    assert full.forget(SECRET).person == SECRET
    assert traces(full, SECRET, PHOTO_HASH) == []


def test_a_failed_forgetting_is_finished_by_whatever_changes_the_library_next(
    full: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(shutil, "rmtree", fail)
    with pytest.raises(ResourceError):
        full.forget(SECRET)
    monkeypatch.undo()
    full.annotate("bob/me", "x")
    assert traces(full, SECRET, PHOTO_HASH) == []


def test_others_keep_what_is_theirs(library: Library) -> None:
    """A token called like the person, a photo that shows both, a copy filed under another name."""
    library.add(make_record("bob", "anna", source_image_hash=OTHER_HASH), TENSORS)
    library.add(make_record("bob", "same_photo"), TENSORS)
    library.add(make_record("eva", id=library.record("anna/me").id), TENSORS)
    for name in ("library/bob/anna.safetensors", "cache/bob/x", "cache/hannah/x"):
        path = library.folder.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.exists() or path.write_bytes(b"x")
    gone = library.forget("anna")
    assert gone.kept == ("bob/same_photo", "eva/me")
    assert names(library.list()) == ["bob/anna", "bob/same_photo", "eva/me"]
    assert (library.folder.cache / "bob" / "x").exists()
    assert (library.folder.cache / "hannah" / "x").exists()


def test_what_was_cached_under_another_name_goes_if_the_person_has_part_in_it(library: Library) -> None:
    """An edit of anna's photo with bob's token lies below bob; what does not say whom it shows goes too."""
    library.add(make_record("bob", source_image_hash=OTHER_HASH), TENSORS)
    mine = library.record("anna/me").id
    cached = {
        "her-photo": {MADE_FROM: f"{PHOTO_HASH} x"},
        "her-token": {MADE_FROM: f"{OTHER_HASH} x {mine}"},
        "unknown": {"method": "direct"},
        "his": {MADE_FROM: f"{OTHER_HASH} x"},
    }
    place = library.folder.cache / "bob"
    place.mkdir(parents=True)
    for name, metadata in cached.items():
        safetensors.numpy.save_file({"x": np.zeros(3, np.float32)}, place / f"{name}.safetensors", metadata)
    library.forget("anna")
    assert [path.stem for path in place.iterdir()] == ["his"]


def test_copies_in_the_trash_of_others_go_too(library: Library) -> None:
    library.add(make_record(), TENSORS)  # the older one is in anna's trash
    old = library.trashed()[0].record
    assert old is not None
    library.rename("anna/me", "eva/me")
    library.forget("eva")
    assert names(library.trashed()) == ["anna/me"], "another id, another token"
    library.restore("anna/me")
    library.rename("anna/me", "zoe/me")
    library.delete("zoe/me")
    library.add(make_record("anna", id=old.id), TENSORS)
    gone = library.forget("anna")
    assert (gone.tokens, gone.trashed) == (1, 1)
    assert library.trashed() == []


def test_links_named_like_the_person_are_removed_and_not_followed(library: Library, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "keep").write_bytes(b"x")
    for place in (library.folder.cache, library.folder.trash):
        place.mkdir(exist_ok=True)
        (place / "anna").symlink_to(outside)
    library.forget("anna")
    assert (outside / "keep").exists()
    assert not os.path.lexists(library.folder.cache / "anna")
    assert not os.path.lexists(library.folder.trash / "anna")
