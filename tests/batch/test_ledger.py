"""The ledger: leases that run out, names settled once, damage that costs no picture."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePath

import pytest

from s2edit_plugin.batch.entries import Counts, Stamp
from s2edit_plugin.batch.leases import is_free
from s2edit_plugin.batch.ledger import Ledger
from s2edit_plugin.batch.photos import LEDGER_FOLDER, Found, Row
from s2edit_plugin.errors import ResourceError, S2EditError


def found(*names: str) -> list[Found]:
    return [Found(Path("/photos") / name, PurePath(Path(name).name)) for name in names]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    one = Ledger(tmp_path)
    yield one
    one.close()


def other(tmp_path: Path, owner: str = "elsewhere boot 1", seconds: float = 60.0) -> Ledger:
    return Ledger(tmp_path, owner=owner, lease_seconds=seconds)


def test_photos_keep_their_order_and_the_names_of_their_results(ledger: Ledger, tmp_path: Path) -> None:
    assert ledger.enlist(found("a/x.jpg", "b/x.jpg", "c/X.JPG", "d/y.heic")) == 4
    names = [str(entry.out) for entry in ledger.each()]
    assert names == ["x.jpg", "x-2.jpg", "X-3.JPG", "y.heic.png"]
    ledger.leave()
    again = other(tmp_path)
    again.enlist(found("d/y.heic", "b/x.jpg", "e/x.jpg"))
    assert [str(entry.out) for entry in again.each()] == ["y.heic.png", "x-2.jpg", "x-4.jpg"]
    again.close()


def test_one_photo_with_two_rows_is_two_results(ledger: Ledger) -> None:
    source = Path("/photos/x.jpg")
    ledger.enlist([Found(source, PurePath("x.jpg")), Found(source, PurePath("x.jpg"), Row("red"))])
    entries = list(ledger.each())
    assert [entry.row for entry in entries] == [Row(), Row("red")]
    assert len({entry.out for entry in entries}) == 2


def test_what_another_holds_is_not_taken_until_its_lease_runs_out(ledger: Ledger, tmp_path: Path) -> None:
    ledger.enlist(found("a.png"))
    theirs = other(tmp_path, seconds=5.0)
    theirs.enlist(found("a.png"))
    (entry,) = theirs.each()
    assert theirs.take(entry)
    assert not ledger.take(entry)
    theirs.lease_seconds = 60.0
    theirs.renew()
    assert not ledger.take(entry)
    theirs.lease_seconds = -1.0
    theirs.renew()
    assert ledger.take(ledger.entry(entry))
    assert ledger.entry(entry).attempts == 2
    theirs.give_back(entry)  # it is not theirs any more
    assert ledger.entry(entry).state == "leased"
    theirs.close()


def test_what_a_killed_process_of_this_machine_held_is_free_at_once(ledger: Ledger, tmp_path: Path) -> None:
    dead = subprocess.run(
        [sys.executable, "-c", "from s2edit_plugin.batch.leases import this_process; print(this_process())"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    theirs = other(tmp_path, dead)
    theirs.enlist(found("a.png"))
    (entry,) = theirs.each()
    assert theirs.take(entry)
    ledger.enlist(found("a.png"))
    assert ledger.take(ledger.entry(entry))
    assert theirs.wanted() == []  # the dead run's list went with it
    theirs.close()


def test_the_same_process_number_after_a_restart_of_the_machine_is_nobody() -> None:
    me = f"host boot-2 {os.getpid()}"
    assert is_free(f"host boot-1 {os.getpid()} run", 9e12, me)
    assert not is_free(f"host boot-2 {os.getpid()} run", 9e12, me)
    assert not is_free("another boot-1 1 run", 9e12, me)
    assert is_free("another boot-1 1 run", 0.0, me)


def test_leaving_frees_what_was_held(ledger: Ledger, tmp_path: Path) -> None:
    ledger.enlist(found("a.png"))
    (entry,) = ledger.each()
    assert ledger.take(entry)
    ledger.leave()
    assert ledger.entry(entry).state == "waiting"
    assert ledger.wanted() == []


def test_a_failure_keeps_what_is_known_of_the_result_before(ledger: Ledger, tmp_path: Path) -> None:
    ledger.enlist(found("a.png"))
    (entry,) = ledger.each()
    ledger.take(entry)
    ledger.announce(entry, "photo", "job", "key", "result")
    assert ledger.entry(entry).result_stamp is None
    (tmp_path / "a.png").write_bytes(b"result")
    ledger.done(entry, Stamp(1, 2), "job", seconds=1.5, details={"notes": []})
    ledger.take(entry)
    ledger.failed(entry, S2EditError("It failed.", "Try again."))
    now = ledger.entry(entry)
    assert (now.state, now.key, now.job, now.stamp) == ("failed", "key", "job", Stamp(1, 2))
    assert now.result_stamp == Stamp.of(tmp_path / "a.png")
    assert now.error == {"error": "S2EditError", "sentence": "It failed.", "hint": "Try again."}
    assert ledger.counts() == Counts(1, 0, 1)


@pytest.mark.parametrize(
    "damage", [b"this is no database at all" * 40, b"SQLite format 3\0" + b"\xff" * 4000]
)
def test_a_damaged_ledger_is_kept_and_a_new_one_begun(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / LEDGER_FOLDER).mkdir()
    (tmp_path / LEDGER_FOLDER / "ledger.sqlite").write_bytes(damage)
    one = Ledger(tmp_path)
    assert "damaged" in one.notice
    assert one.enlist(found("a.png")) == 1
    one.close()
    assert [p.read_bytes() for p in (tmp_path / LEDGER_FOLDER).glob("ledger-damaged-*")] == [damage]


def test_a_newer_ledger_is_left_alone(tmp_path: Path) -> None:
    one = Ledger(tmp_path)
    one._connection.execute("PRAGMA user_version = 9")
    one.close()
    with pytest.raises(ResourceError, match="newer version"):
        Ledger(tmp_path)


def test_many_photos_are_listed_quickly(ledger: Ledger) -> None:
    assert ledger.enlist(found(*(f"{number}.png" for number in range(3000)))) == 3000
    assert sum(1 for _ in ledger.each()) == 3000
