"""Which photos are meant: folders, patterns, tables, odd names, results among them."""

from __future__ import annotations

import os
from pathlib import Path, PurePath

import pytest

from s2edit_plugin.batch.photos import LEDGER_FOLDER, Found, Passed, Row, find_photos, result_name
from s2edit_plugin.errors import UsageError

ODD = ("a b.png", "größe.JPG", "line\nbreak.png", "brackets[1].webp", "quo'te\".tif")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "my photos"
    for name in (
        *ODD,
        "notes.txt",
        ".hidden.png",
        "sub/inner.heic",
        "old/x.png",
        f"old/{LEDGER_FOLDER}/l",
        "out/y.png",
    ):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(b"x")
    return place


def find(folder: Path, *names: str, recursive: bool = False) -> tuple[list[Found], Passed]:
    passed = Passed()
    return list(find_photos(names, folder / "out", passed, recursive=recursive)), passed


def test_a_folder_is_its_photos_by_name_whatever_they_are_called(folder: Path) -> None:
    found, passed = find(folder, str(folder))
    assert [str(one.place) for one in found] == sorted(ODD)
    assert all(one.source.is_absolute() and one.source.is_file() for one in found)
    assert (passed.others, passed.folders) == (1, 2)
    assert len(passed.sentences()) == 2


def test_folders_inside_on_demand_but_never_results(folder: Path) -> None:
    found, passed = find(folder, str(folder), recursive=True)
    assert [str(one.place) for one in found] == [*sorted(ODD), "sub/inner.heic"]
    assert passed.results == 1


def test_patterns_and_single_files_and_nothing_twice(folder: Path) -> None:
    found, _ = find(folder, str(folder / "*.png"), str(folder / "a b.png"))
    assert sorted(str(one.place) for one in found) == ["a b.png", "line\nbreak.png"]
    nested, _ = find(folder, str(folder / "**" / "*.heic"))
    assert [str(one.place) for one in nested] == ["sub/inner.heic"]
    literal, _ = find(folder, str(folder / "brackets[1].webp"))
    assert len(literal) == 1


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.png")
    try:
        (tmp_path / name).write_bytes(b"x")
    except OSError:
        pytest.skip("the file system wants names in UTF-8")
    found, _ = find(tmp_path, str(tmp_path))
    assert [one.source.name for one in found] == [name]


@pytest.mark.parametrize("names", [("none.png",), ("*.jpeg",)])
def test_what_is_not_there_is_said(folder: Path, names: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        find(folder, *(str(folder / name) for name in names))


def test_a_table_names_photos_beside_it_with_what_is_different(folder: Path) -> None:
    table = folder / "list.csv"
    table.write_bytes(
        "photo;prompt;tokens;strength;out\na b.png;with; anna/me mia/lips;0,5;one.png\n\n".encode("utf-8-sig")
        + "größe.JPG;;;;\n".encode()
    )
    (first, second), _ = find(folder, str(table))
    assert first.source == folder / "a b.png"
    assert first.row == Row("with", tokens=("anna/me", "mia/lips"), strength=0.5, out="one.png")
    assert first.place == PurePath("one.png")
    assert (second.source.name, second.row) == ("größe.JPG", Row())
    table.write_bytes("photo,prompt\ngröße.JPG,blond\n".encode("cp1252"))
    assert find(folder, str(table))[0][0].source.name == "größe.JPG"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "no column 'photo'"),
        ("photo,seed\nx.png,many\n", "Line 2 of .*'many' is no number"),
        ("photo,out\nx.png,../y.png\n", "outside the folder"),
        ('photo,prompt\nx.png,"open\n', "cannot be read"),
        ("", "no column 'photo'"),
    ],
)
def test_a_wrong_table_is_refused_by_name(folder: Path, text: str, said: str) -> None:
    (folder / "t.csv").write_text(text)
    with pytest.raises(UsageError, match=said) as error:
        find(folder, str(folder / "t.csv"))
    assert "t.csv" in error.value.sentence


def test_what_is_only_read_becomes_png() -> None:
    assert result_name(PurePath("sub/a.heic")) == PurePath("sub/a.heic.png")
    assert result_name(PurePath("a.JPG")) == PurePath("a.JPG")
