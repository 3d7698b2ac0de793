"""Notes, copies, the trash, searching, and names that other systems cannot hold."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from s2edit_plugin.errors import ConsentError, InputError, TokenDamagedError, TokenNotFoundError
from s2edit_plugin.library import Library
from s2edit_plugin.tokens.file import read_token, stored_format
from tests.fakes.tokens import TENSORS, make_record, names, snapshot
from tests.fakes.version_1 import version_1_bytes, version_1_record


def test_notes_on_tokens_are_kept_with_them(library: Library) -> None:
    assert library.annotate("anna/me", "  for the book\r\nchapter 2\x07 ").notes == "for the book\nchapter 2"
    library.rename("anna/me", "eva/x")
    assert library.record("eva/x").notes == "for the book\nchapter 2"
    assert library.annotate("eva/x", "").notes == ""
    with pytest.raises(InputError, match=r"20,000"):
        library.annotate("eva/x", "x" * 20_001)


def test_notes_on_people_go_where_they_go(library: Library) -> None:
    assert library.person_notes("anna") == ""
    library.annotate_person("anna", "my sister")
    library.rename_person("anna", "eva")
    assert library.person_notes("eva") == "my sister"
    library.delete("eva/me")
    (eva,) = library.overview()
    assert (eva.name, eva.tokens, eva.trashed, eva.notes, eva.consent) == ("eva", 0, 1, "my sister", "agreed")
    assert library.annotate_person("eva", "") == ""
    assert not (library.folder.library / "eva").exists()
    for call in (lambda: library.person_notes("bob"), lambda: library.annotate_person("bob", "x")):
        with pytest.raises(TokenNotFoundError, match="no person 'bob'"):
            call()


def test_damaged_notes_are_never_overwritten(library: Library) -> None:
    file = library.folder.library / "anna" / "person.json"
    file.write_text('{"notes": "half')
    assert library.person_notes("anna") == ""
    library.annotate_person("anna", "new")
    assert library.person_notes("anna") == "new"
    (kept,) = (library.folder.quarantine / "anna").iterdir()
    assert kept.read_text() == '{"notes": "half'


def test_the_overview_names_a_thumbnail_and_the_consent(library: Library) -> None:
    library.add(make_record(name="a", thumbnail="", consent="", kind="attribute"), TENSORS)
    library.add(make_record("bob", thumbnail="", consent=""), TENSORS)
    anna, bob = library.overview()
    assert (anna.thumbnail_of, anna.consent, anna.tokens) == ("anna/me", "agreed", 2)
    assert (bob.thumbnail_of, bob.consent) == ("", "")
    assert library.thumbnail("anna/me") == library.record("anna/me").thumbnail_png != b""
    assert library.thumbnail("anna/a") == b""


def test_consent_is_remembered_from_the_newest_token(library: Library) -> None:
    assert library.consent_of("anna") == "agreed"
    library.add(make_record(name="later", created="2999-01-01T00:00:00+00:00", consent="again"), TENSORS)
    assert library.consent_of("anna") == "again"
    library.delete("anna/later")
    assert library.consent_of("anna") == "again"
    assert library.consent_of("nobody") == ""


def test_a_copy_has_its_own_id_and_the_same_consent(library: Library) -> None:
    path = library.duplicate("anna/me")
    assert path.stem == "me-2"
    assert library.duplicate("anna/me").stem == "me-3"
    assert library.duplicate("anna/me", "bob/x") == library.path("bob/x")
    one, other = library.get("anna/me"), library.get("bob/x")
    assert one.record.id != other.record.id
    assert other.record.consent == "agreed"
    assert np.array_equal(one.tensors["vectors"], other.tensors["vectors"])
    with pytest.raises(InputError, match="already"):
        library.duplicate("anna/me", "me-2")


def test_emptying_the_trash_is_for_good(library: Library) -> None:
    library.add(make_record("bob"), TENSORS)
    library.add(make_record("bob"), TENSORS)
    library.delete("anna/me")
    assert library.empty_trash(older_than_days=1) == 0
    assert library.empty_trash("bob") == 1
    assert names(library.trashed()) == ["anna/me"]
    assert library.empty_trash() == 1
    assert names(library.list()) == ["bob/me"]
    assert not list(library.folder.trash.iterdir())


def test_a_restored_token_never_shares_its_id(library: Library, tmp_path: Path) -> None:
    file = library.export("anna/me", tmp_path / "t.safetensors")
    library.delete("anna/me")
    library.import_(file, "eva", "x")
    library.restore("anna/me")
    assert library.record("anna/me").id != library.record("eva/x").id


def test_a_token_renamed_while_somebody_held_it_is_not_saved_twice(library: Library) -> None:
    token = library.get("anna/me")
    library.rename("anna/me", "eva/x")
    library.add(token.record, token.tensors)
    assert library.record("eva/x").id == token.record.id != library.record("anna/me").id


def test_importing_a_copy_of_what_is_here_gives_it_an_id_of_its_own(library: Library, tmp_path: Path) -> None:
    token_id = library.record("anna/me").id
    file = library.export("anna/me", tmp_path / "t.safetensors")
    library.import_(file, "eva", "x")
    library.import_(file, replace=True)
    assert library.record("eva/x").id != token_id == library.record("anna/me").id


def test_an_identity_token_without_consent_is_not_imported_silently(library: Library, tmp_path: Path) -> None:
    library.add(make_record("bob", consent=""), TENSORS)
    file = library.export("bob/me", tmp_path / "t.safetensors")
    before = snapshot(library)
    with pytest.raises(ConsentError, match="carries no consent"):
        library.import_(file, "eva")
    assert snapshot(library) == before
    library.import_(file, "eva", consent=True)
    assert library.record("eva/me").consent.startswith("The user confirmed")
    name, data = library.export_bytes("anna/me")
    assert name == "anna-me.safetensors"
    library.import_(data, "zoe")
    assert library.record("zoe/me").consent == "agreed"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["anna/hat", "anna/me", "Zoë/me"]),
        ("ZOE", ["Zoë/me"]),
        ("anna woman", ["anna/hat", "anna/me"]),
        ("brown  forest", ["anna/me"]),
        ("BÖOK chapter", ["anna/hat"]),
        ("sister", ["Zoë/me"]),
        ("holiday me", ["anna/me"]),
        ("anna zoe", []),
    ],
)
def test_search_finds_several_words_anywhere(library: Library, text: str, found: list[str]) -> None:
    library.add(make_record(source_prompt="a woman with brown hair in a forest", tags=("holiday",)), TENSORS)
    library.add(make_record(name="hat", notes="For the böok,\nchapter 2"), TENSORS)
    library.add(make_record("Zoë"), TENSORS)
    library.annotate_person("Zoë", "my sister")
    assert sorted(names(library.search(text)), key=str.casefold) == found


def test_search_in_one_person_and_in_the_trash(library: Library) -> None:
    library.add(make_record("bob"), TENSORS)
    library.delete("anna/me")
    assert names(library.search("woman", "bob")) == ["bob/me"]
    assert names(library.search("woman", trash=True)) == ["anna/me"]


# ---------------------------------------------------------------------- names


@pytest.mark.parametrize("name", ["con", "NUL.x", "com1", "x." * 40, "𠀀" * 60, "a\u202eb", "a ", "x.", "~"])
def test_names_that_some_system_cannot_hold_are_refused_before_work_begins(
    library: Library, name: str
) -> None:
    before = snapshot(library)
    calls = (
        lambda: library.check_new(f"anna/{name}"),
        lambda: library.check_new(f"{name}/me"),
        lambda: library.rename("anna/me", name),
        lambda: library.duplicate("anna/me", f"{name}/me"),
        lambda: library.rename_person("anna", name),
        lambda: library.import_(library.path("anna/me"), name),
    )
    for call in calls:
        with pytest.raises(InputError):
            call()
    assert snapshot(library) == before


def test_names_that_differ_in_case_only_are_taken(library: Library) -> None:
    library.check_new("anna/me")  # learning again is allowed
    for name in ("anna/ME", "Anna/x", "Anna/me"):
        with pytest.raises(InputError, match="already"):
            library.check_new(name)
    with pytest.raises(InputError, match="already"):
        library.duplicate("anna/me", "Me")
    library.add(make_record("bob"), TENSORS)
    with pytest.raises(InputError, match="already"):
        library.rename_person("bob", "ANNA")
    library.rename("anna/me", "ME")
    assert names(library.list("anna")) == ["anna/ME"]
    library.rename_person("anna", "Anna")
    assert names(library.list("Anna")) == ["Anna/ME"]
    assert library.get("Anna/ME").record.full_name == "Anna/ME"


def test_a_learned_token_is_kept_whatever_is_wrong_with_its_name(library: Library) -> None:
    """Minutes of work lie behind `add`; it takes the spelling that is there rather than refuse."""
    path = library.add(make_record("ANNA", "hat"), TENSORS)
    assert path.parent.name == "anna"
    assert library.record("anna/hat").person == "anna"


def test_accents_written_as_another_system_does_are_the_same_name(library: Library) -> None:
    apart = unicodedata.normalize("NFD", "Zoë")
    assert apart != "Zoë"
    library.add(make_record("Zoë", "frühling"), TENSORS)
    folder = library.folder.library
    os.rename(folder / "Zoë", folder / apart)
    old = folder / apart / "frühling.safetensors"
    os.rename(old, old.with_name(unicodedata.normalize("NFD", old.name)))

    assert names(library.list("Zoë")) == ["Zoë/frühling"]
    assert library.people() == ["Zoë", "anna"]
    assert library.get(f"{apart}/frühling").record.full_name == "Zoë/frühling"
    library.tag("Zoë/frühling", ("x",))
    assert names(library.list("Zoë")) == ["Zoë/frühling"]
    library.rename("Zoë/frühling", "sommer")
    library.delete("Zoë/sommer")
    library.restore("Zoë/sommer")
    assert library.forget("Zoë").tokens + library.list("anna").__len__() == 2


def test_links_are_not_followed(library: Library, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "me.safetensors").write_bytes(library.path("anna/me").read_bytes())
    (library.folder.library / "eva").symlink_to(outside)
    (library.folder.library / "anna" / "link.safetensors").symlink_to(outside / "me.safetensors")

    assert names(library.list()) == ["anna/me"]
    assert library.people() == ["anna"]
    for call in (
        lambda: library.get("eva/me"),
        lambda: library.get("anna/link"),
        lambda: library.add(make_record("eva"), TENSORS),
        lambda: library.rename("anna/me", "eva/x"),
        lambda: library.duplicate("anna/me", "eva/x"),
        lambda: library.delete("eva/me"),
    ):
        with pytest.raises(TokenDamagedError, match="does not follow the link"):
            call()
    assert [path.name for path in outside.iterdir()] == ["me.safetensors"]


# ---------------------------------------------------------------------- older formats


def test_tokens_of_format_1_live_on_and_are_rewritten_when_they_change(library: Library) -> None:
    path = library.folder.library / "anna" / "old.safetensors"
    path.write_bytes(version_1_bytes(name="old"))
    assert names(library.list()) == ["anna/me", "anna/old"]
    assert library.get("anna/old").record.tags == ("work",)
    assert stored_format(path) == 1, "reading changes nothing"

    library.annotate("anna/old", "kept")
    token = read_token(path)
    assert stored_format(path) == 2
    kept = version_1_record(name="old")
    assert {name: value for name, value in token.record.to_json().items() if name in kept} == {
        **kept,
        "format_version": 2,
        "attribute_words": ("smiling", "red"),
        "crop": (-3, 0, 128, 131),
        "tags": ("work",),
    }
    assert token.tensors["vectors"].tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_tokens_of_format_1_can_be_deleted_restored_moved_and_imported(
    library: Library, tmp_path: Path
) -> None:
    file = tmp_path / "old.safetensors"
    file.write_bytes(version_1_bytes())
    library.import_(file, "old", "me")
    library.path("old/me").write_bytes(version_1_bytes())
    library.delete("old/me")
    library.restore("old/me")
    library.rename_person("old", "new")
    assert library.record("new/me").source_prompt == "a photo of a woman"
