"""Forgetting a person leaves no byte of them in the history; renaming one leaves no byte of the old name."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest

from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.errors import ConsentError
from s2edit_plugin.history import History
from tests.fakes.results import ANNA, BEN, LIPS, made, picture, pixels_of, put, request

PHOTO, OTHER = picture(5000, 9000), picture(6000, 9000)
SECRET = "a photo of a <anna/me> woman with a very particular scarf"


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "home")


def mentions(history: History, *marks: str | bytes) -> set[str]:
    """Files of the history that hold one of the marks, in their bytes or their names."""
    found = set()
    for path in history.store.root.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        for mark in marks:
            raw = mark.encode() if isinstance(mark, str) else mark
            if raw.lower() in data.lower() or raw in str(path.relative_to(history.store.root)).encode():
                found.add(path.name)
    return found


ANNAS = ("anna", ANNA.id, "particular scarf", PHOTO[2000:2100], picture(1)[:100], picture(4001, 60))


def test_nothing_of_a_forgotten_person_is_left(history: History) -> None:
    name = put(history, 1, photo=PHOTO, prompt=SECRET)
    history.change(queries.ChangeHistory((name,), note="anna in the garden"))
    put(history, 2, tokens=(ANNA, LIPS), photo=PHOTO)
    deleted = put(history, 3, photo=PHOTO, prompt=SECRET)
    history.change(queries.ChangeHistory((deleted,), delete=True))
    history.record(
        api.LearnToken(PHOTO, "anna", "me", class_noun="woman", prompt=SECRET),
        made(4, pixels=pixels_of(PHOTO)),
    )
    # Enough of somebody else that the index keeps pages in use.
    others = [
        put(history, 100 + n, tokens=(BEN,), photo=OTHER, prompt=f"a <ben/me> man {n}") for n in range(40)
    ]
    assert len(mentions(history, *ANNAS)) > 3

    assert history.forget("anna", [ANNA.id, pixels_of(PHOTO)]) == 4

    assert mentions(history, *ANNAS) == set()
    assert [entry.id for entry in history.list().entries] == others[::-1]
    assert history.request(others[0]).photo == OTHER
    assert mentions(history, "ben") != set()


def test_a_person_is_found_by_name_when_the_library_knows_them_no_more(history: History) -> None:
    put(history, 1, prompt=SECRET)
    assert history.forget("anna") == 1
    assert mentions(history, *ANNAS) == set()


def test_damaged_indexes_that_were_put_aside_go_too(history: History) -> None:
    name = put(history, 1, prompt=SECRET)
    path = history.store.root / "journal.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE used_tokens")
    connection.close()
    journal = History(history.store.root.parent)
    assert [entry.id for entry in journal.list().entries] == [name]
    assert len(mentions(history, "scarf")) > 2
    journal.forget("anna", [ANNA.id])
    assert mentions(history, *ANNAS) == set()


def test_results_without_a_record_go_because_nobody_knows_whom_they_show(history: History) -> None:
    name, ben = put(history, 1), put(history, 2, tokens=(BEN,))
    (history.store.folders.of(name) / "record.json").write_bytes(b"damaged")
    (history.store.root / "journal.sqlite").unlink()
    journal = History(history.store.root.parent)
    assert len(journal.list().entries) == 2
    journal.forget("eva", [])
    assert [entry.id for entry in journal.list().entries] == [ben]


def test_a_photo_of_the_person_goes_whatever_token_was_used_on_it(history: History) -> None:
    """``pixels`` is the hash of the photo that anna's token was learned from."""
    lips = history.record(
        request(1, tokens=("mia/lips",), photo=PHOTO), made(1, tokens=(LIPS,), pixels="a" * 64)
    )
    other = history.record(
        request(2, tokens=("mia/lips",), photo=OTHER), made(2, tokens=(LIPS,), pixels="b" * 64)
    )
    assert history.forget("anna", [ANNA.id, "a" * 64]) == 1
    assert [entry.id for entry in history.list().entries] == [other]
    assert mentions(history, PHOTO[2000:2100], lips) == set()


def test_a_photo_that_somebody_else_was_learned_from_stays_theirs(history: History) -> None:
    asked = api.LearnToken(PHOTO, "ben", "me", class_noun="man")
    history.record(asked, made(1, tokens=(BEN,), pixels="a" * 64))
    mine = history.record(
        request(2, tokens=("ben/me",), photo=PHOTO), made(2, tokens=(BEN,), pixels="a" * 64)
    )
    hers = history.record(request(3, photo=PHOTO), made(3, pixels="a" * 64))
    assert history.forget("anna", [ANNA.id, "a" * 64]) == 1
    assert [entry.id for entry in history.list().entries] == [mine]
    assert history.request(mine).photo == PHOTO
    assert mentions(history, "anna", ANNA.id, hers) == set()


def test_a_job_that_was_running_meanwhile_leaves_nothing(history: History) -> None:
    history.forget("anna", [ANNA.id, "9" * 64])
    for tokens, pixels in (((ANNA,), "1" * 64), ((BEN,), "9" * 64)):
        with pytest.raises(ConsentError, match="forgotten while it was made"):
            history.record(
                request(1, photo=PHOTO, prompt=SECRET), made(1, tokens=tokens, pixels=pixels, seconds=30.0)
            )
    assert mentions(history, *ANNAS) == set()
    # The same token, taken in again later on purpose.
    with history.store.changing(), history.store.rows() as connection:
        connection.execute("UPDATE forgotten SET at = at - 3600")
    assert put(history, 2, photo=PHOTO)


def test_a_machine_that_was_suspended_meanwhile_brings_nobody_back(history: History) -> None:
    """The work took three seconds, but began two hours ago; the person was forgotten one hour ago."""
    history.forget("anna", [ANNA.id])
    with history.store.changing(), history.store.rows() as connection:
        connection.execute("UPDATE forgotten SET at = at - 3600")
    assert history.forgotten_since([ANNA.id], time.time() - 7200)
    assert not history.forgotten_since([ANNA.id], time.time() - 60)
    late = made(1, tokens=(ANNA,), seconds=3.0, began=time.time() - 7200)
    with pytest.raises(ConsentError, match="forgotten while it was made"):
        history.record(request(1, photo=PHOTO, prompt=SECRET), late)
    assert mentions(history, *ANNAS) == set()


def test_an_old_name_is_in_no_file_after_renaming(history: History) -> None:
    for number in range(20):
        put(history, number, prompt="a photo of a <anna/me> woman")
    history.rename_person("anna", "eva")
    assert mentions(history, "anna") == set()
    assert history.list(queries.ListHistory(person="eva")).total == 20
