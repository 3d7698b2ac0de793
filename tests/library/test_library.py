"""The library: people and tokens on disk, the trash, and forgetting somebody for good."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from s2edit_plugin.errors import InputError, ResourceError, TokenDamagedError, TokenNotFoundError
from s2edit_plugin.library import Library
from s2edit_plugin.storage.paths import data_folder
from s2edit_plugin.tokens.file import read_token, write_token
from tests.fakes.tokens import PHOTO_HASH, TENSORS, make_record


def all_files(library: Library) -> list[Path]:
    """What is of a person: neither the lock nor the index."""
    return [
        path
        for path in library.folder.root.rglob("*")
        if path.is_file() and path.name not in (".lock", "library-index.sqlite3")
    ]


def test_an_empty_library_is_no_error(tmp_path: Path) -> None:
    library = Library(tmp_path)
    assert library.list() == library.trashed() == library.check() == []
    assert library.people() == []
    with pytest.raises(TokenNotFoundError, match="no token anna/me") as caught:
        library.get("anna/me")
    assert "empty" in caught.value.hint


def test_the_home_variable_is_followed(data_home: Path) -> None:
    assert Library().folder == data_folder() == Library(data_folder()).folder
    assert Library().folder.root == data_home


def test_add_get_list(library: Library) -> None:
    library.add(make_record(name="hat", kind="attribute"), TENSORS)
    library.add(make_record(person="Zoë"), TENSORS)

    assert [entry.full_name for entry in library.list()] == ["Zoë/me", "anna/hat", "anna/me"]
    assert [entry.full_name for entry in library.list("anna")] == ["anna/hat", "anna/me"]
    assert library.people() == ["Zoë", "anna"]
    assert np.array_equal(library.get("anna/me").tensors["vectors"], TENSORS["vectors"])
    assert library.record("anna/me").class_noun == "woman"
    assert library.list()[0].size_bytes > 0


def test_a_missing_token_names_what_is_there(library: Library) -> None:
    with pytest.raises(TokenNotFoundError) as caught:
        library.get("anna/you")
    assert "anna/me" in caught.value.hint


@pytest.mark.parametrize("name", ["anna", "../x/y", "anna/..", "a/b/c", "/etc/passwd", "anna/me\0"])
def test_names_cannot_leave_the_library(library: Library, name: str) -> None:
    for call in (library.get, library.delete, library.restore, library.path):
        with pytest.raises(InputError):
            call(name)
    with pytest.raises(InputError):
        library.rename("anna/me", name if "/" in name else "..")


def test_learning_again_keeps_the_old_token_in_the_trash(library: Library) -> None:
    first = library.record("anna/me").id
    library.add(make_record(), TENSORS)

    assert library.record("anna/me").id != first
    assert [entry.record.id for entry in library.trashed() if entry.record] == [first]


def test_add_can_refuse_a_taken_name(library: Library) -> None:
    with pytest.raises(InputError, match="already"):
        library.add(make_record(), TENSORS, replace=False)


def test_rename_within_and_across_people(library: Library) -> None:
    library.rename("anna/me", "portrait")
    assert library.record("anna/portrait").name == "portrait"
    library.rename("anna/portrait", "eva/me")

    assert [entry.full_name for entry in library.list()] == ["eva/me"]
    assert read_token(library.path("eva/me")).record.full_name == "eva/me"
    assert not (library.folder.library / "anna").exists()


def test_rename_to_a_taken_name_changes_nothing(library: Library) -> None:
    library.add(make_record(name="hat"), TENSORS)
    with pytest.raises(InputError, match="already"):
        library.rename("anna/me", "hat")
    assert len(library.list()) == 2


def test_tags(library: Library) -> None:
    library.tag("anna/me", ("work", "2026"))
    assert library.tag("anna/me", ("x",), ("work",)).tags == ("2026", "x")
    with pytest.raises(InputError):
        library.tag("anna/me", ("a b",))
    assert library.record("anna/me").tags == ("2026", "x")


def test_delete_and_restore_bring_back_the_newest(library: Library) -> None:
    library.delete("anna/me")
    assert library.list() == []
    assert not (library.folder.library / "anna").exists()
    library.add(make_record(seed=7), TENSORS)
    library.delete("anna/me")
    library.restore("anna/me")

    assert library.record("anna/me").seed == 7
    assert len(library.trashed()) == 1
    with pytest.raises(InputError, match="already"):
        library.restore("anna/me")
    library.delete("anna/me")
    library.restore("anna/me")
    with pytest.raises(TokenNotFoundError, match="trash"):
        library.restore("anna/you")


def test_a_damaged_token_can_be_listed_found_and_deleted(library: Library) -> None:
    path = library.path("anna/me")
    path.write_bytes(path.read_bytes()[:-1])
    (entry,) = library.list()

    assert entry.record is None
    assert "damaged" in entry.problem
    assert [damaged.full_name for damaged in library.check()] == ["anna/me"]
    with pytest.raises(TokenDamagedError):
        library.get("anna/me")
    library.delete("anna/me")
    assert library.list() == []


def test_check_reads_the_tensors_too(library: Library) -> None:
    assert library.check() == []
    path = library.path("anna/me")
    path.write_bytes(path.read_bytes()[:-2] + np.float16("nan").tobytes())
    assert "not finite" in library.check()[0].problem


def test_export_leaves_the_photo_out_unless_asked(library: Library, tmp_path: Path) -> None:
    record = read_token(library.export("anna/me", tmp_path / "out.safetensors")).record
    assert (record.thumbnail, record.subject_mask, record.source_image_hash, record.crop) == (
        "",
        "",
        "",
        None,
    )
    assert record.id == library.record("anna/me").id

    assert library.export("anna/me", tmp_path, private=True) == tmp_path / "anna-me.safetensors"
    assert read_token(tmp_path / "anna-me.safetensors").record == library.record("anna/me")
    with pytest.raises(InputError, match="exists"):
        library.export("anna/me", tmp_path / "out.safetensors")
    library.export("anna/me", tmp_path / "out.safetensors", overwrite=True)


def test_import(library: Library, tmp_path: Path) -> None:
    file = library.export("anna/me", tmp_path / "out.safetensors")
    with pytest.raises(InputError, match="already"):
        library.import_(file)
    library.import_(file, "eva", "friend")
    library.import_(file, replace=True)

    assert [entry.full_name for entry in library.list()] == ["anna/me", "eva/friend"]
    assert library.record("eva/friend").person == "eva"
    with pytest.raises(TokenNotFoundError):
        library.import_(tmp_path / "none")
    (tmp_path / "bad").write_bytes(b"PK\x03\x04 a pickle in a zip")
    with pytest.raises(TokenDamagedError):
        library.import_(tmp_path / "bad")


def test_an_imported_record_cannot_leave_the_library(library: Library, tmp_path: Path) -> None:
    write_token(tmp_path / "evil", make_record(person="..", name="../../x"), TENSORS)
    with pytest.raises(InputError):
        library.import_(tmp_path / "evil")
    assert len(all_files(library)) == 1


def test_rename_person_takes_everything_along(library: Library) -> None:
    library.add(make_record(name="hat"), TENSORS)
    library.delete("anna/hat")
    (library.folder.cache / "anna").mkdir(parents=True)
    (library.folder.cache / "anna" / "latents").write_bytes(b"")

    assert library.rename_person("anna", "eva") == 1
    assert library.people() == ["eva"]
    assert read_token(library.path("eva/me")).record.person == "eva"
    library.restore("eva/hat")
    assert (library.folder.cache / "eva" / "latents").exists()
    assert not [path for path in all_files(library) if b"anna" in path.read_bytes() or "anna" in str(path)]


def test_rename_person_refuses(library: Library) -> None:
    library.add(make_record(person="eva"), TENSORS)
    for old, new in (("anna", "eva"), ("anna", "..")):
        with pytest.raises(InputError):
            library.rename_person(old, new)
    with pytest.raises(TokenNotFoundError):
        library.rename_person("bob", "rob")


def test_forget_leaves_no_trace(library: Library) -> None:
    token_id = library.record("anna/me").id
    library.add(make_record(name="hat"), TENSORS)
    library.delete("anna/hat")
    library.add(make_record(person="hannah", source_image_hash="cd" * 32), TENSORS)
    folder = library.folder
    kept = folder.cache / "hannah" / "latents"
    gone = [
        folder.cache / "anna" / "inversions" / "x.safetensors",
        folder.checkpoints / "anna" / "me.safetensors",
        folder.checkpoints / "anna.safetensors",
        folder.cache / f"{PHOTO_HASH}.bin",
        folder.cache / "deep" / "y.bin",
    ]
    for path in (kept, *gone):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"pixels")
    gone[-1].write_bytes(b"header " + token_id.encode() + b" pixels")

    report = library.forget("anna")

    assert (report.tokens, report.trashed, report.other_files) == (1, 1, 5)
    assert [path for path in all_files(library) if path != kept] == [library.path("hannah/me")]
    assert kept.exists()
    for path in [*folder.root.rglob("*")]:
        assert "anna" not in path.relative_to(folder.root).parts
        assert path.is_dir() or not any(
            m in path.read_bytes() for m in (token_id.encode(), PHOTO_HASH.encode(), b'"anna"')
        )
    with pytest.raises(TokenNotFoundError):
        library.forget("anna")


def test_forget_works_on_damaged_tokens_and_on_leftovers_alone(library: Library) -> None:
    library.path("anna/me").write_bytes(b"x")
    (library.folder.checkpoints / "bob").mkdir(parents=True)
    (library.folder.checkpoints / "bob" / "half").write_bytes(b"x")

    assert library.forget("anna").tokens == 1
    assert library.forget("bob").other_files == 1
    assert all_files(library) == []


def test_a_full_disk_keeps_the_token(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    for call in (lambda: library.delete("anna/me"), lambda: library.tag("anna/me", ("x",))):
        with pytest.raises(ResourceError):
            call()
    assert library.record("anna/me").tags == ()
