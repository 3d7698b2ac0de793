"""The history: results in and out, listed, searched, changed, and gone when they should be."""

from __future__ import annotations

import dataclasses
import json
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.errors import InputError, ResourceError, UsageError
from s2edit_plugin.history import History, Record
from s2edit_plugin.history.database import Database
from tests.fakes.results import ANNA, BEN, LIPS, made, picture, put, request


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "home")


@pytest.fixture
def again(history: History) -> Callable[[], History]:
    """The same history as another process sees it first."""
    return lambda: History(history.store.root.parent)


def listed(history: History, **query: object) -> list[str]:
    return [entry.id for entry in history.list(queries.ListHistory(**query)).entries]  # type: ignore[arg-type]


def files_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_looking_into_an_empty_journal_creates_nothing(history: History) -> None:
    assert history.list() == queries.HistoryPage((), 0)
    assert history.thumbnails(["20261125-101010123456-abcdef"]) == {}
    assert history.size_bytes() == 0
    history.rename_person("anna", "eva")
    with pytest.raises(UsageError, match="no such result"):
        history.find("last")
    assert not history.store.root.exists()


def test_a_result_comes_back_as_it_went_in(history: History) -> None:
    settings = api.EditSettings(steps=7, guidance=3.5, weights={"red": 1.5}, seed=4)
    asked = request(3, settings=settings, subject_mask=picture(77), source_prompt="auto")
    name = history.record(
        asked,
        made(
            3, warnings=("The face is small.",), identity=0.75, source_prompt="a photo of a <anna/me> woman"
        ),
    )

    details = history.show(name)
    assert details.image == picture(3)
    assert details.region == picture(3003, 100)
    assert details.warnings == ("The face is small.",)
    assert details.entry.prompt == asked.prompt
    assert details.entry.source_prompt == "a photo of a <anna/me> woman"
    assert (details.entry.tokens, details.entry.model, details.entry.identity) == (
        ("anna/me",),
        "small",
        0.75,
    )
    assert (details.entry.seconds, details.entry.kind) == (1.5, "edit")
    # What was found for "auto" is asked for when it is made again.
    assert history.request(name) == dataclasses.replace(asked, source_prompt="a photo of a <anna/me> woman")
    assert history.thumbnails([name, "../../etc/passwd", "20261125-101010123456-abcdef"]) == {
        name: picture(4003, 60)
    }
    record = history.details(name)
    assert record.tokens == (ANNA.id,)
    assert (record.machine.model_hash, record.machine.device, record.machine.threads) == ("f" * 64, "cpu", 2)
    assert "anna" not in record.to_json().decode()


def test_a_learned_token_is_a_row_that_an_edit_can_begin_with(history: History) -> None:
    asked = api.LearnToken(
        picture(1), "anna", "me", class_noun="woman", prompt="a photo of a woman", consent=True
    )
    name = history.record(asked, made(1, source_prompt="a photo of a woman", learned={"loss_last": 0.1}))
    assert listed(history) == []
    assert listed(history, kind="learn") == listed(history, kind="") == [name]
    assert history.learned(name) == asked
    assert history.request(name) == api.ApplyEdit(
        picture(1), ("anna/me",), "a photo of a woman", "a photo of a woman"
    )
    edit = put(history)
    with pytest.raises(UsageError, match="is an edit"):
        history.learned(edit)


def test_photos_and_masks_are_kept_once(history: History) -> None:
    for number in range(6):
        put(history, number, photo=picture(1), subject_mask=picture(2))
    originals = files_below(history.store.root / "originals")
    assert len(originals) == 2 + 3  # request() has three masks of regions


def test_everything_is_readable_by_the_user_alone(history: History) -> None:
    put(history)
    for path in history.store.root.rglob("*"):
        if path.is_file() and path.name not in (".lock",):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE(history.store.root.stat().st_mode) == 0o700


def test_pages_go_from_the_newest_to_the_oldest(history: History) -> None:
    names = [put(history, number) for number in range(7)]
    first = history.list(queries.ListHistory(limit=3))
    assert [entry.id for entry in first.entries] == names[:3:-1]
    assert (first.total, first.next) == (7, names[4])
    # A page does not shift when its last entry goes.
    history.change(queries.ChangeHistory((names[4],), delete=True))
    assert listed(history, limit=3, before=first.next) == [names[3], names[2], names[1]]
    last = history.list(queries.ListHistory(limit=3, before=names[1]))
    assert ([entry.id for entry in last.entries], last.next) == ([names[0]], "")


def test_results_are_found_by_words_tokens_people_photo_and_day(history: History) -> None:
    both = put(history, 1, tokens=(ANNA, LIPS), prompt="a <anna/me> woman in a café, 100 % red_hair")
    ben = put(history, 2, tokens=(BEN,), prompt="a <ben/me> man on a beach", photo=picture(99))
    history.change(queries.ChangeHistory((ben,), note="For the Exhibition"))
    assert listed(history, search="CAFE woman") == [both]
    assert listed(history, search="100 % red_") == [both]
    assert listed(history, search="r%d") == listed(history, search="woman desert") == []
    assert listed(history, search="exhibition") == listed(history, search="ben/") == [ben]
    assert listed(history, search="mia") == [both]
    assert listed(history, token="mia/lips") == listed(history, person="anna") == [both]
    assert listed(history, token="mia/lip") == listed(history, person="an") == []
    assert listed(history, photo_hash=history.show(ben).entry.photo_hash) == [ben]
    today = history.show(ben).entry.created[:10]
    assert listed(history, since=today, until=today) == [ben, both]
    assert listed(history, until="2020-01-01") == listed(history, since="2120-01-01") == []
    for wrong in ({"since": "yesterday"}, {"kind": "dance"}):
        with pytest.raises(UsageError):
            listed(history, **wrong)


def test_stars_and_notes_stay_when_the_index_is_lost(history: History, again: Callable[[], History]) -> None:
    name, other = put(history, 1), put(history, 2)
    assert history.change(queries.ChangeHistory((name,), starred=True, note="my favourite")).count == 1
    (history.store.root / "journal.sqlite").unlink()
    for journal in (history, again()):
        entries = {entry.id: entry for entry in journal.list().entries}
        assert (entries[name].starred, entries[name].note) == (True, "my favourite")
        assert not entries[other].starred
    assert listed(history, starred=True) == [name]
    with pytest.raises(InputError, match="at most"):
        history.change(queries.ChangeHistory((name,), note="x" * 10_001))


def test_what_was_deleted_can_be_restored(history: History) -> None:
    name = put(history)
    assert "restore" in history.change(queries.ChangeHistory((name,), delete=True)).sentence
    assert listed(history) == []
    assert listed(history, trash=True) == [name]
    history.change(queries.ChangeHistory((name,), restore=True))
    assert listed(history) == [name]


def test_a_change_of_several_results_is_refused_if_one_is_not_there(history: History) -> None:
    name = put(history)
    for wrong in ("20200101-101010123456-abcdef", "", "../x"):
        with pytest.raises(UsageError, match="no such result"):
            history.change(queries.ChangeHistory((name, wrong), delete=True))
        with pytest.raises(UsageError, match="no such result"):
            history.show(wrong)
    assert listed(history) == [name]


def test_a_result_is_found_by_a_part_of_its_id(history: History) -> None:
    names = [put(history, number) for number in range(2)]
    assert history.find("last") == names[1]
    assert history.find(names[0]) == history.find(names[0][-10:]) == names[0]
    for wrong in ("", "nothing", names[0][:8]):
        with pytest.raises(UsageError):
            history.find(wrong)


def test_pruning_drops_the_oldest_but_nothing_that_is_starred(history: History) -> None:
    names = [put(history, number, photo=picture(number), region_mask=None) for number in range(6)]
    history.change(queries.ChangeHistory((names[0],), starred=True))
    history.change(queries.ChangeHistory((names[4],), delete=True))
    each = history.size_bytes() / 6
    assert history.prune(int(each * 4.5)).count == 2
    assert listed(history) == [names[5], names[3], names[2], names[0]]
    assert listed(history, trash=True) == []
    assert history.size_bytes() <= each * 4.5
    assert history.prune(0, keep=names[3]).count == 2
    assert listed(history) == [names[3], names[0]]
    assert len(files_below(history.store.root / "originals")) == 2


def test_pruning_keeps_a_photo_as_long_as_a_result_needs_it(history: History) -> None:
    old, new = put(history, 1, photo=picture(7)), put(history, 2, photo=picture(7))
    history.prune(0, keep=new)
    assert listed(history) == [new]
    assert history.request(new).photo == picture(7)
    assert not history.store.folders.of(old).exists()


def test_results_deleted_long_ago_go_with_the_next_pruning(history: History) -> None:
    old, fresh = put(history, 1), put(history, 2)
    history.change(queries.ChangeHistory((old, fresh), delete=True))
    record = history.details(old)
    history.store.folders.rewrite(dataclasses.replace(record, deleted="2020-01-01T00:00:00+00:00"))
    (history.store.root / "journal.sqlite").unlink()
    history.prune(10**12)
    assert listed(history, trash=True) == [fresh]


def test_renaming_changes_names_everywhere(history: History, again: Callable[[], History]) -> None:
    name = put(history, 1, tokens=(ANNA, LIPS), prompt="a <anna/me> woman with <mia/lips> lipstick")
    history.rename_person("anna", "eva")
    history.rename_tokens({LIPS.id: "mia/red", "unknown": "who/ever"})
    (history.store.root / "journal.sqlite").unlink()
    for journal in (history, again()):
        assert journal.request(name).prompt == "a <eva/me> woman with <mia/red> lipstick"
        assert journal.request(name).tokens == ("eva/me", "mia/red")
        assert listed(journal, person="eva") == [name]
        assert listed(journal, person="anna") == []
    content = b"".join(path.read_bytes() for path in history.store.root.rglob("*") if path.is_file())
    assert b"anna" not in content


def test_a_record_names_no_token_it_does_not_have(history: History) -> None:
    name = put(history, 1, prompt="a <#7> <anna/me> woman")
    assert history.request(name).prompt == "a <#7> <anna/me> woman"


def test_a_photo_that_was_taken_away_is_reported_in_one_sentence(history: History) -> None:
    name = put(history)
    for path in (history.store.root / "originals").rglob("*"):
        if path.is_file():
            path.write_bytes(b"something else")
    with pytest.raises(ResourceError, match="photo of this result is not in the history any more"):
        history.request(name)


def test_a_changed_picture_is_not_given_out(history: History) -> None:
    name = put(history)
    (history.store.folders.of(name) / "picture.png").write_bytes(b"something else")
    with pytest.raises(ResourceError, match="was changed or is damaged"):
        history.picture(name)


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"format_version": 1}',
        b'{"format_version": "x"}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_a_damaged_record_is_one_sentence_and_harms_no_other(
    history: History, again: Callable[[], History], damage: bytes
) -> None:
    name, other = put(history, 1), put(history, 2)
    (history.store.folders.of(name) / "record.json").write_bytes(damage)
    with pytest.raises(ResourceError, match=r"^The result \S+ of the history is damaged\."):
        history.show(name)
    (history.store.root / "journal.sqlite").unlink()
    journal = again()
    assert listed(journal) == [other, name]
    # The picture is still there to be saved.
    assert (journal.store.folders.of(name) / "picture.png").read_bytes() == picture(1)


@pytest.mark.parametrize(
    "change",
    [
        {"photo": 5}, {"picture": "../../x.png"}, {"request": []}, {"request": {"photo": "../../etc/passwd"}},
        {"machine": {"model": 5, "model_hash": ""}}, {"machine": None}, {"seconds": "long"}, {"id": "another"},
        {"identity": float("nan")}, {"tokens": 7},
    ],
)  # fmt: skip
def test_a_record_with_impossible_values_is_damaged(history: History, change: dict[str, object]) -> None:
    name = put(history)
    values = json.loads(history.details(name).to_json()) | change
    with pytest.raises(ResourceError, match="damaged"):
        Record.from_json(json.dumps(values).encode(), name)


def test_a_record_of_a_newer_version_says_so(history: History) -> None:
    name = put(history)
    values = json.loads(history.details(name).to_json()) | {"format_version": 99}
    with pytest.raises(ResourceError, match="newer version"):
        Record.from_json(json.dumps(values).encode(), name)


def test_fields_of_other_versions_do_no_harm(history: History) -> None:
    name = put(history)
    values = json.loads(history.details(name).to_json())
    values["request"]["settings"] |= {"invented": 1}
    values |= {"mood": "good"}
    del values["warnings"], values["request"]["region"]
    (history.store.folders.of(name) / "record.json").write_text(json.dumps(values))
    assert history.request(name).region == "auto"


def test_a_result_from_before_a_setting_is_made_again_as_it_was(history: History) -> None:
    name = put(history)
    assert history.request(name).settings.influence == "plain"
    values = json.loads(history.details(name).to_json())
    del values["request"]["settings"]["influence"]
    (history.store.folders.of(name) / "record.json").write_text(json.dumps(values))
    assert history.request(name).settings.influence == "joint"


# ---------------------------------------------------------------------- what others may have done to the files


@pytest.mark.parametrize("how", ["garbage", "cut", "empty", "zeros", "rows", "folder gone"])
def test_a_damaged_index_is_made_anew_from_what_lies_there(
    history: History, again: Callable[[], History], how: str
) -> None:
    names = [put(history, number, tokens=(ANNA, LIPS)) for number in range(30)]
    history.change(queries.ChangeHistory((names[3],), starred=True))
    path = history.store.root / "journal.sqlite"
    data = bytearray(path.read_bytes())
    match how:
        case "garbage":
            path.write_bytes(os.urandom(len(data)))
        case "cut":
            path.write_bytes(data[: len(data) // 2])
        case "empty":
            path.write_bytes(b"")
        case "zeros":
            data[4096 : 4 * 4096] = bytes(3 * 4096)
            path.write_bytes(data)
        case "rows":
            with sqlite3.connect(path) as connection:
                connection.execute("DROP TABLE used_tokens")
            connection.close()
        case "folder gone":
            path.unlink()
    journal = again()
    assert listed(journal) == names[::-1]
    assert listed(journal, starred=True) == [names[3]]
    assert len(listed(journal, person="mia")) == 30
    aside = how in ("garbage", "cut", "zeros", "rows")
    assert any("was damaged" in notice for notice in journal.notices) == aside
    assert len(list(history.store.root.glob("journal.damaged-*"))) == aside
    assert put(journal, 31) in listed(journal)


def test_an_index_that_is_damaged_while_in_use_is_made_anew_at_the_next_try(history: History) -> None:
    names = [put(history, number) for number in range(3)]
    assert listed(history) == names[::-1]
    with sqlite3.connect(history.store.root / "journal.sqlite") as connection:
        connection.execute("DROP TABLE used_tokens")
    connection.close()
    with pytest.raises(ResourceError, match="index is damaged"):
        history.list()
    assert listed(history) == names[::-1]


def test_an_index_of_a_newer_version_is_left_alone(history: History, again: Callable[[], History]) -> None:
    put(history)
    path = history.store.root / "journal.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()
    before = path.read_bytes()
    for act in (lambda: again().list(), lambda: put(again())):
        with pytest.raises(ResourceError, match="newer version"):
            act()
    assert path.read_bytes() == before


def test_an_older_index_is_brought_to_todays_version_one_step_at_a_time(
    history: History, again: Callable[[], History], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = put(history)
    from s2edit_plugin.history import database

    def version_2(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE results ADD COLUMN mood TEXT NOT NULL DEFAULT ''")

    def version_3(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE results SET mood = 'good'")

    monkeypatch.setattr(database, "_MIGRATIONS", (*database._MIGRATIONS, version_2, version_3))
    assert listed(again()) == [name]
    with Database(history.store.root).reading() as connection:
        assert connection.execute("SELECT mood FROM results").fetchall() == [("good",)]
        assert connection.execute("PRAGMA user_version").fetchone() == (3,)


def test_folders_and_rows_that_somebody_removed_or_brought_back(
    history: History, again: Callable[[], History], tmp_path: Path
) -> None:
    names = [put(history, number) for number in range(3)]
    place = history.store.folders.of(names[1])
    place.rename(tmp_path / "away")
    assert listed(again()) == [names[2], names[0]]
    (tmp_path / "away").rename(place)
    assert listed(again()) == names[::-1]
    with pytest.raises(ResourceError, match="photo"):
        again().request(names[1])  # its photo went with its row
    assert again().picture(names[1]) == picture(1)


def test_a_folder_that_lost_its_picture_is_taken_out(history: History, again: Callable[[], History]) -> None:
    names = [put(history, number) for number in range(2)]
    (history.store.folders.of(names[0]) / "picture.png").unlink()
    (history.store.root / ".at-work").touch()
    journal = again()
    assert listed(journal) == [names[1]]
    assert "lost its picture" in journal.notices[0]


def test_half_written_files_are_cleared_away(history: History, again: Callable[[], History]) -> None:
    name = put(history)
    root = history.store.root
    before = files_below(root)
    (root / "results" / ".new-20261125-101010123456-abcdef").mkdir()
    (root / "results" / ".new-20261125-101010123456-abcdef" / "picture.png").write_bytes(b"half")
    (root / "results" / ".gone-20261125-101010123456-abcdef").mkdir()
    (root / "originals" / ("ab" * 32)[:2]).mkdir(exist_ok=True)
    (root / "originals" / "ab" / ("ab" * 32)).write_bytes(b"nobody needs it")
    (root / "originals" / "ab" / ".abab.x1.part").write_bytes(b"half")
    (root / ".names.json.x1.part").write_bytes(b"half")
    (history.store.folders.of(name) / ".record.json.x1.part").write_bytes(b"half")
    (root / ".at-work").touch()
    assert listed(again()) == [name]
    assert files_below(root) == before


def test_two_threads_and_two_objects_write_at_once(history: History, again: Callable[[], History]) -> None:
    names: list[str] = []
    failures: list[BaseException] = []

    def work(journal: History, first: int) -> None:
        try:
            for number in range(first, first + 5):
                names.append(put(journal, number))
                journal.list()
                journal.change(queries.ChangeHistory((names[-1],), note=f"{number}"))
        except BaseException as error:
            failures.append(error)

    journals = (history, history, again())
    threads = [threading.Thread(target=work, args=(one, 10 * n)) for n, one in enumerate(journals)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(listed(history), reverse=True) == sorted(names, reverse=True)
    assert len(names) == 15


def test_ten_thousand_results_list_quickly(history: History, again: Callable[[], History]) -> None:
    """The index alone: ten thousand folders would take longer to make than the rest of the suite."""
    name = put(history)
    record = history.details(name)
    with history.store.changing(), history.store.rows() as connection:
        for number in range(10_000):
            other = f"20200101-{number:012d}-abcdef"
            history.store.insert(
                connection, dataclasses.replace(record, id=other), {}, {ANNA.id: "anna/me"}, 1
            )
    started = time.perf_counter()
    page = history.list(queries.ListHistory(search="smiling anna"))
    assert (page.total, len(page.entries)) == (10_001, 100)
    assert time.perf_counter() - started < 60  # a hang, not a slow machine
