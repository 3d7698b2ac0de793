"""Checking and repairing: each kind of damage is found, said in one sentence, and mended without losing anything."""

from __future__ import annotations

import json
import os
import stat
import time
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from s2edit_plugin.errors import ResourceError
from s2edit_plugin.library import Finding, Library
from s2edit_plugin.library import repair as repair_module
from s2edit_plugin.tokens.file import read_token, stored_format, token_bytes, write_token
from tests.fakes.tokens import TENSORS, make_record, names, snapshot
from tests.fakes.version_1 import version_1_bytes


def kinds(library: Library, repair: bool = False) -> list[str]:
    return [finding.kind for finding in library.examine(repair=repair).findings]


def the_finding(library: Library, kind: str) -> Finding:
    """The one thing that is wrong; before repair nothing is done about it, after it nothing is left to do."""
    before = snapshot(library)
    (found,) = library.examine().findings
    assert (found.kind, found.done) == (kind, "")
    assert found.sentence.endswith(".")
    assert snapshot(library) == before, "checking changes nothing"
    (mended,) = library.examine(repair=True).findings
    assert (mended.kind, mended.sentence) == (kind, found.sentence)
    assert library.examine().open == ()
    return mended


def test_a_sound_library_needs_nothing(library: Library) -> None:
    library.add(make_record(), TENSORS)
    library.annotate_person("anna", "x")
    before = snapshot(library)
    for repair in (False, True):
        report = library.examine(repair=repair)
        assert (report.checked, report.findings) == (2, ())
    assert snapshot(library) == before


def test_an_empty_library_needs_nothing(tmp_path: Path) -> None:
    assert Library(tmp_path).examine().checked == 0
    assert Library(tmp_path).examine(repair=True).findings == ()
    assert not any((tmp_path / "library").glob("[!.]*"))


def test_damage_is_mended_from_the_newest_sound_copy_in_the_trash(library: Library) -> None:
    library.add(make_record(seed=2), TENSORS)
    library.add(make_record(seed=3), TENSORS)
    library.add(make_record(seed=4), TENSORS)
    *_, newest = library.trashed()
    newest.path.write_bytes(newest.path.read_bytes()[:-1])  # the copy of seed 3
    path = library.path("anna/me")
    half = path.read_bytes()[:-9]
    path.write_bytes(half)

    sentences = {f.sentence: f.done for f in library.examine(repair=True).findings}
    done = sentences["The token anna/me is damaged: it is cut off or has something appended."]
    assert done == "It was replaced by its newest sound copy from the trash."
    assert library.record("anna/me").seed == 2
    assert [e.record.seed for e in library.trashed() if e.record] == [0]
    assert half in [file.read_bytes() for file in (library.folder.quarantine / "anna").iterdir()]
    assert library.check() == []


def test_what_cannot_be_mended_goes_to_quarantine(library: Library) -> None:
    path = library.path("anna/me")
    damaged = path.read_bytes()[:-2] + b"\xff\xff"
    path.write_bytes(damaged)
    found = the_finding(library, "damaged")
    assert (
        found.sentence == "The token anna/me is damaged: tensor 'vectors' holds numbers that are not finite."
    )
    assert found.token == "anna/me"
    (kept,) = (library.folder.quarantine / "anna").iterdir()
    assert kept.read_bytes() == damaged
    assert library.list() == []


def test_damage_in_the_trash_goes_to_quarantine(library: Library) -> None:
    path = library.delete("anna/me")
    path.write_bytes(b"x")
    assert the_finding(library, "damaged").sentence.startswith("The deleted token anna/me is damaged: ")
    assert library.trashed() == []
    assert len(list(library.folder.quarantine.rglob("*.safetensors"))) == 1


def test_a_token_of_a_newer_program_is_left_alone(library: Library) -> None:
    path = library.path("anna/me")
    data = path.read_bytes().replace(b'version\\": 2', b'version\\": 3')
    path.write_bytes(data)
    for repair in (False, True):
        report = library.examine(repair=repair)
        assert [f.kind for f in report.findings] == ["newer"]
        assert report.open == ()
    assert path.read_bytes() == data


def test_a_record_follows_its_place(library: Library) -> None:
    path = library.path("anna/me")
    write_token(path, make_record("eva", "x"), TENSORS)
    found = the_finding(library, "misnamed")
    assert str(found) == "The token anna/me calls itself eva/x inside. It was rewritten."
    assert not found.damage
    assert read_token(path).record.full_name == "anna/me"


def test_older_formats_are_rewritten(library: Library) -> None:
    path = library.folder.library / "anna" / "me.safetensors"
    path.write_bytes(version_1_bytes())
    before = read_token(path)
    assert the_finding(library, "old-format").sentence == "The token anna/me is of an older format."
    assert stored_format(path) == 2
    assert read_token(path).record == before.record


def test_half_written_files_are_removed(library: Library) -> None:
    home = library.folder
    parts = [home.library / "anna" / ".me.x1.part", home.trash / "anna" / ".y.part", home.cache / ".z.part"]
    for path in parts:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    assert kinds(library) == [], "somebody may be writing them now"
    assert kinds(library, repair=True) == ["leftover"] * 2, "under the lock nobody is"
    assert [path.exists() for path in parts] == [False, False, True]
    long_ago = time.time() - 7200
    os.utime(parts[2], (long_ago, long_ago))
    assert the_finding(library, "leftover").sentence == "The file .z.part was only half written."


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX")
def test_only_the_user_can_read_the_files(library: Library) -> None:
    path = library.path("anna/me")
    path.chmod(0o644)
    assert "can be read by other users" in the_finding(library, "mode").sentence
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.parent.chmod(0o755)
    the_finding(library, "mode")
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o000)
    assert kinds(library, repair=True) == ["mode"]
    assert library.get("anna/me")


def test_a_rename_of_an_older_version_cut_in_half_leaves_one_token(library: Library) -> None:
    """It wrote the new file and was killed before it removed the old one."""
    record = library.record("anna/me")
    new = library.folder.library / "eva" / "portrait.safetensors"
    write_token(new, record.replace(person="eva", name="portrait"), TENSORS)
    os.utime(library.path("anna/me"), (time.time() - 5, time.time() - 5))
    found = the_finding(library, "twice")
    assert str(found) == "anna/me and eva/portrait are one token twice. anna/me was moved to the trash."
    assert names(library.list()) == ["eva/portrait"]
    assert names(library.trashed()) == ["anna/me"]


@pytest.mark.parametrize("changes", [{"name": "me"}, {"name": "copy", "seed": 9}])
def test_a_file_copied_by_hand_becomes_a_token_of_its_own(library: Library, changes: dict[str, Any]) -> None:
    record = library.record("anna/me")
    write_token(library.folder.library / "anna" / "copy.safetensors", record.replace(**changes), TENSORS)
    os.utime(library.path("anna/me"), (time.time() - 5, time.time() - 5))
    kinds(library, repair=True)
    kinds(library, repair=True)
    assert names(library.list()) == ["anna/copy", "anna/me"]
    assert library.record("anna/me").id == record.id != library.record("anna/copy").id
    assert library.examine().findings == ()


def test_a_replacement_cut_in_half_leaves_no_copy_in_the_trash(library: Library) -> None:
    library._store.to_trash(library.path("anna/me"), keep=True)
    found = the_finding(library, "twice")
    assert found.sentence == "The token anna/me lies in the trash as well, unchanged."
    assert library.trashed() == []
    assert names(library.list()) == ["anna/me"]


def test_links_are_taken_away(library: Library, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (library.folder.library / "eva").symlink_to(tmp_path / "outside")
    found = the_finding(library, "link")
    assert found.sentence == "library/eva is a link, which the library does not follow."
    assert not (library.folder.library / "eva").is_symlink()
    assert (tmp_path / "outside").is_dir()
    assert [path.is_symlink() for path in (library.folder.quarantine / "eva").iterdir()] == [True]
    (library.folder.library / "anna" / "x.safetensors").symlink_to(tmp_path / "none")
    the_finding(library, "link")


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("my token", "my_token"), ("nul", None), ("--x--", "x"), ("a\nb", "a_b"), ("é", "é"), ("§", "token")],
)
def test_names_that_cannot_be_used_are_changed(library: Library, wrong: str, right: str | None) -> None:
    wrong = unicodedata.normalize("NFD", wrong)
    path = library.folder.library / "anna" / f"{wrong}.safetensors"
    write_token(path, make_record("anna", wrong, id="1" * 32), TENSORS)
    (library.folder.library / "anna").rename(library.folder.library / "anna w")
    listed = library.list()
    assert all(e.record is None and "--repair" in e.problem for e in listed)
    library.examine(repair=True)
    expected = ["anna_w/me", f"anna_w/{right or wrong}"]
    assert sorted(names(library.list())) == sorted(expected)
    assert all(library.get(name) for name in expected)
    assert library.examine().findings == ()


def test_names_that_differ_in_case_only_are_told_apart(library: Library) -> None:
    write_token(
        library.folder.library / "anna" / "ME.safetensors", make_record(name="ME", id="2" * 32), TENSORS
    )
    found = library.examine(repair=True).findings[0]
    assert found.sentence == "library/anna/me differs from 'ME' in upper and lower case only."
    assert names(library.list()) == ["anna/ME", "anna/me-2"]
    assert library.examine().findings == ()


def test_damaged_notes_go_to_quarantine(library: Library) -> None:
    (library.folder.library / "anna" / "person.json").write_text("{")
    assert the_finding(library, "notes").sentence == "The notes on anna are damaged."
    assert [path.read_text() for path in (library.folder.quarantine / "anna").iterdir()] == ["{"]


def test_foreign_files_are_named_and_left_alone(library: Library) -> None:
    file = library.folder.library / "anna" / "holiday.jpg"
    file.write_bytes(b"x")
    for repair in (False, True):
        report = library.examine(repair=repair)
        assert [str(f) for f in report.findings] == [
            "library/anna/holiday.jpg is no token; it is left alone."
        ]
        assert report.open == ()
    assert file.exists()


def test_an_interrupted_change_is_finished(library: Library) -> None:
    library.add(make_record("old"), TENSORS)
    moves = [["library/old", "library/new"], ["trash/old", "trash/new"]]
    intent = {"moves": moves, "rewrite": ["library/new"], "notes": [], "remove": []}
    (library.folder.library / ".intent.json").write_text(json.dumps(intent))
    assert kinds(library) == ["interrupted"]
    assert str(library.examine(repair=True).findings[0]).endswith("It was finished.")
    assert names(library.list()) == ["anna/me", "new/me"]
    assert read_token(library.path("new/me")).record.person == "new"
    assert library.examine().findings == ()


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{", '{"moves": 3}',
        '{"moves": [["library/../../x", "library/anna/y"]], "rewrite": [], "notes": [], "remove": []}',
        '{"moves": [["/etc/passwd", "library/anna/y"]], "rewrite": [], "notes": [], "remove": []}',
        '{"moves": [["models/small", "library/anna"]], "rewrite": [], "notes": [], "remove": []}',
        '{"moves": [], "rewrite": [], "notes": [], "remove": ["library"]}',
        '{"moves": [], "rewrite": [], "notes": [], "remove": ["library/../models"]}',
        '{"moves": [["library", "trash/x"]], "rewrite": [], "notes": [], "remove": []}',
    ],
)  # fmt: skip
def test_a_change_that_nobody_wrote_down_is_not_made(library: Library, text: str) -> None:
    (library.folder.library / ".intent.json").write_text(text)
    library.annotate("anna/me", "x")
    assert names(library.list()) == ["anna/me"]
    assert not (library.folder.library / ".intent.json").exists()


def test_all_at_once(library: Library) -> None:
    """Damage does not hide other damage."""
    folder = library.folder.library / "anna"
    write_token(folder / "bad name.safetensors", make_record(id="3" * 32), TENSORS)
    (folder / "old.safetensors").write_bytes(version_1_bytes())
    (folder / "cut.safetensors").write_bytes(token_bytes(make_record(), TENSORS)[:-5])
    (folder / ".x.part").write_bytes(b"")
    (library.folder.cache).mkdir(exist_ok=True)
    (library.folder.cache / "library-index.sqlite3").write_bytes(b"no database")
    library.examine(repair=True)
    assert library.examine().findings == ()
    assert names(library.list()) == ["anna/bad_name", "anna/me", "anna/old"]


def test_a_full_disk_stops_the_repair_and_loses_nothing(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add(make_record(), TENSORS)
    path = library.path("anna/me")
    path.write_bytes(path.read_bytes()[:-1])
    before = sorted(snapshot(library).values())

    def fail(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(ResourceError):
        library.examine(repair=True)
    monkeypatch.undo()
    assert sorted(snapshot(library).values()) == before
    assert repair_module.examine(library._store, True).open == ()
    assert library.get("anna/me")
