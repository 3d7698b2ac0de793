"""The check says what is wrong, and nothing of a history that is sound."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from s2edit_plugin.api import queries
from s2edit_plugin.history import History
from tests.fakes.results import ANNA, BEN, LIPS, put


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "home")


def test_an_empty_journal_is_sound_and_stays_unmade(history: History) -> None:
    assert history.check() == []
    assert not history.store.root.exists()


def test_a_used_journal_is_sound(history: History) -> None:
    names = [put(history, number, tokens=((ANNA, LIPS), (BEN,))[number % 2]) for number in range(12)]
    history.change(queries.ChangeHistory((names[0],), starred=True, note="Größe & <#0> 'quoted'"))
    history.change(queries.ChangeHistory(tuple(names[1:3]), delete=True))
    history.rename_person("anna", "eva")
    history.prune(history.size_bytes() // 2)
    assert history.check() == []
    assert History(history.folder).check() == []
    history.forget("eva", [ANNA.id])
    assert history.check() == []


def result(history: History) -> Path:
    return history.store.folders.of(history.find("last"))


def _lose_picture(history: History) -> None:
    (result(history) / "region.png").unlink()


def _change_picture(history: History) -> None:
    path = result(history) / "picture.png"
    path.write_bytes(path.read_bytes()[:-1] + b"x")


def _damage_record(history: History) -> None:
    (result(history) / "record.json").write_text("{")


def _change_record(history: History) -> None:
    path = result(history) / "record.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"note": "another"}))


def _put_file(history: History) -> None:
    (result(history) / "extra.txt").write_text("x")


def _lose_folder(history: History) -> None:
    result(history).rename(history.store.root.parent / "away")


def _lose_row(history: History) -> None:
    with history.store.rows() as connection:
        connection.execute("DELETE FROM results WHERE id = ?", (history.find("last"),))


def _lose_photo(history: History) -> None:
    next(path for path in history.store.folders.originals.glob("*/*")).unlink()


def _change_photo(history: History) -> None:
    next(path for path in history.store.folders.originals.glob("*/*")).write_bytes(b"another photo")


def _put_photo(history: History) -> None:
    history.store.folders.keep_original(b"nobody's photo")


def _leave_half(history: History) -> None:
    (history.store.folders.results / ".new-x").mkdir()


def _put_beside(history: History) -> None:
    (history.store.root / "notes.txt").write_text("x")


def _orphan_row(history: History) -> None:
    connection = sqlite3.connect(history.store.database.path)
    connection.execute("INSERT INTO used_tokens VALUES ('nothing', 0, 'token')")
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (_lose_picture, "has lost its region.png"),
        (_change_picture, "picture.png of the result"),
        (_damage_record, "is damaged"),
        (_change_record, "says something else"),
        (_put_file, "extra.txt"),
        (_lose_folder, "in the index and not on the disk"),
        (_lose_row, "on the disk and not in the index"),
        (_lose_photo, "of a result is not there"),
        (_change_photo, "was changed or is damaged"),
        (_put_photo, "belongs to no result"),
        (_leave_half, ".new-x lies in the history"),
        (_put_beside, "notes.txt lies in the history"),
        (_orphan_row, "belongs to no result"),
    ],
)
def test_what_is_wrong_is_said(history: History, harm: Callable[[History], None], words: str) -> None:
    for number in range(2):
        put(history, number)
    harm(history)
    problems = history.check()
    assert any(words in problem for problem in problems), problems
    assert all(problem.endswith(".") for problem in problems)


def test_a_result_that_lost_its_picture_is_reported_once(history: History) -> None:
    put(history, 0)
    name = put(history, 1)
    assert history.check() == []
    (history.store.folders.of(name) / "picture.png").unlink()
    (history.store.root / ".at-work").touch()  # somebody was killed
    fresh = History(history.folder)
    assert fresh.check() == [f"The result {name} had lost its picture and was taken out of the history."]
    assert fresh.check() == []
    assert fresh.list().total == 1
