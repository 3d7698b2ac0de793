"""kill -9 and full disks at any moment: no row without its picture, no picture without its row, nothing half-written."""

from __future__ import annotations

import os
import random
import select
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s2edit_plugin.api import queries
from s2edit_plugin.errors import ResourceError
from s2edit_plugin.history import History, database
from tests.fakes.results import ANNA, BEN, LIPS, picture, put
from tests.fakes.small_disk import small_disk
from tests.history.soundness import assert_sound

ROOT = Path(__file__).resolve().parents[2]

# Writes, changes, removes and renames for ever. "+" a result is in the history, "-" it is about to leave it.
CHILD = """
import contextlib, random, sys
from pathlib import Path
from s2edit_plugin.api import queries
from s2edit_plugin.errors import BusyError, ConsentError, UsageError
from s2edit_plugin.history import History
from tests.fakes.results import ANNA, BEN, LIPS, put
chance = random.Random(int(sys.argv[2]))
history = History(Path(sys.argv[1]))
mine = []
def say(sign, names):
    print(*(sign + name for name in names), flush=True)
print("ready", flush=True)
while True:
  with contextlib.suppress(BusyError, UsageError, ConsentError):  # the other process was quicker; ben was forgotten
    number = chance.randrange(10**6)
    name = put(history, number, tokens=chance.choice([(ANNA,), (ANNA, LIPS), (BEN,)]))
    say("+", [name])
    mine.append(name)
    match chance.randrange(8):
        case 0 | 1:
            history.change(queries.ChangeHistory((chance.choice(mine),), starred=True, note=str(number)))
        case 2:
            history.change(queries.ChangeHistory((chance.choice(mine),), delete=True))
        case 3:
            history.rename_person("anna", chance.choice(["eva", "anna"]))
        case 4 if len(mine) > 10:
            say("-", mine[:-1])
            history.prune(history.size_bytes() // 2, keep=name)
            mine = [name]
        case 5 if chance.random() < 0.3:
            say("-", mine)
            history.forget("ben", [BEN.id])
            mine = []
"""


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    return 200 if request.config.getoption("--all") else 5


def test_no_kill_loses_or_halves_a_result(kills: int, tmp_path: Path) -> None:
    chance, home = random.Random(11), tmp_path / "home"
    safe: set[str] = set()
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    for round_ in range(kills):
        # Now and then two processes at once.
        children = [
            subprocess.Popen(
                [sys.executable, "-c", CHILD, str(home), str(2 * round_ + n)],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, cwd=ROOT,
            )
            for n in range(1 + round_ % 2)
        ]  # fmt: skip
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n", child.stderr and child.stderr.read()
        assert children[0].stdout is not None
        select.select([children[0].stdout], [], [], 30)  # until the first result is there
        time.sleep(chance.uniform(0.0, 0.5))
        for child in children:
            child.kill()
        outputs = [child.communicate() for child in children]
        ended = [child.returncode for child in children]
        assert ended == [-9] * len(children), [err.decode()[-800:] for _, err in outputs]
        said = [out.decode() for out, _ in outputs]
        safe = _still_promised(safe, said)
        there = assert_sound(home)
        assert safe <= there, "a result was lost"
        safe = there
    assert len(safe) > 1


def _still_promised(safe: set[str], said: list[str]) -> set[str]:
    """Results that must be there: those said to be in the history and not said to be about to leave it."""
    words = " ".join(text.rpartition("\n")[0] for text in said).split()
    leaving = any(word[0] == "-" for word in words)
    # Pruning and forgetting may take older results and those of the other process as well.
    came = {word[1:] for word in words if word[0] == "+"} - {word[1:] for word in words if word[0] == "-"}
    return set() if leaving else safe | came


# ---------------------------------------------------------------------- full disks


class Limit:
    """Lets so many writes happen and fails the next ones, like a disk that is full."""

    def __init__(self) -> None:
        self.left: int | None = None

    def spend(self) -> None:
        if self.left is not None:
            if self.left <= 0:
                raise OSError(28, "No space left on device")
            self.left -= 1


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> Limit:
    """Every call that can meet a full disk, counted: new files, folders, links and renames, writes, SQL statements."""
    limit = Limit()

    def counted(module: Any, name: str, writes: Callable[..., bool] = lambda *_, **__: True) -> None:
        real = getattr(module, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            if writes(*args, **kwargs):
                limit.spend()
            return real(*args, **kwargs)

        monkeypatch.setattr(module, name, call)

    counted(os, "mkdir")
    counted(os, "rename")
    counted(os, "replace")
    counted(os, "fsync")
    counted(os, "open", lambda path, flags, *_, **__: bool(flags & os.O_CREAT))

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
            self._spend(sql)
            return super().execute(sql, *args)

        def executemany(self, sql: str, *args: Any) -> sqlite3.Cursor:
            self._spend(sql)
            return super().executemany(sql, *args)

        def _spend(self, sql: str) -> None:
            if sql.lstrip().startswith(("INSERT", "UPDATE", "DELETE", "COMMIT", "VACUUM", "CREATE")):
                try:
                    limit.spend()
                except OSError as error:
                    raise sqlite3.OperationalError("database or disk is full") from error

    real = sqlite3.connect
    monkeypatch.setattr(
        database.sqlite3, "connect", lambda *args, **options: real(*args, factory=Connection, **options)
    )
    return limit


def _put(history: History, name: str) -> None:
    put(history, 50, tokens=(ANNA, LIPS), photo=picture(7777), subject_mask=picture(8888))


def _star(history: History, name: str) -> None:
    history.change(queries.ChangeHistory((name,), starred=True, note="my favourite"))


def _delete(history: History, name: str) -> None:
    history.change(queries.ChangeHistory((name,), delete=True))


def _prune(history: History, name: str) -> None:
    history.prune(0)


def _forget(history: History, name: str) -> None:
    history.forget("anna", [ANNA.id])


def _rename(history: History, name: str) -> None:
    history.rename_person("anna", "eva")


@pytest.mark.parametrize("act", [_put, _star, _delete, _prune, _forget, _rename])
@pytest.mark.parametrize("first", [True, False])
def test_a_disk_that_is_full_at_the_nth_write_harms_nothing(
    tmp_path: Path, limit: Limit, act: Callable[[History, str], None], first: bool
) -> None:
    """``first``: the process has not used the history before, or it has."""
    for count in range(200):
        home = tmp_path / str(count)
        history = History(home)
        names = [put(history, n, tokens=((ANNA,), (BEN,))[n % 2]) for n in range(3)]
        journal = History(home) if first else history
        limit.left = count
        failed = False
        try:
            act(journal, names[0])
        except ResourceError:
            failed = True
        limit.left = None
        there = assert_sound(home)
        if act is _put:
            assert there >= set(names)
            # Where even taking it back is refused, the whole result stays.
            assert len(there) in ((3, 4) if failed else (4,))
        elif act in (_star, _delete, _rename):
            assert there == set(names)
        else:
            assert there <= set(names)
        act(History(home), names[0]) if act in (_star, _delete) else None
        put(History(home), 99, tokens=(BEN,))  # anna may have been forgotten
        assert_sound(home)
        if not failed:
            break
    else:
        pytest.fail("it never succeeded")
    assert count > (3 if act is not _rename else 1)


def test_a_disk_that_is_full_gets_no_journal_at_all(tmp_path: Path, limit: Limit) -> None:
    for count in range(200):
        home = tmp_path / str(count)
        limit.left = count
        try:
            put(History(home))
        except ResourceError:
            limit.left = None
            # Where even taking it back is refused, the whole result stays.
            assert len(assert_sound(home)) <= 1
        else:
            limit.left = None
            break
    assert len(assert_sound(home)) == 1
    assert count > 10


@pytest.fixture
def rooms(request: pytest.FixtureRequest) -> int:
    return 4096 if request.config.getoption("--all") else 5 * 4096


def test_a_small_disk_is_full_at_every_write(rooms: int, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 2 * 1024 * 1024) as disk:
        home = disk.folder / "home"
        names = {put(History(home), number) for number in range(3)}
        refused = 0
        for room in range(0, 40 * 4096, rooms):
            with disk.leave(room):
                try:
                    names.add(put(History(home), 100 + room, photo=picture(room, 30_000)))
                except ResourceError:
                    refused += 1
            assert assert_sound(home) == names
        assert refused > 0
        names.add(put(History(home), 1))
        assert assert_sound(home) == names


def test_writing_waits_for_the_disk_before_the_result_is_given_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every file of the result, its folder and the folders above are synced before its rename counts."""
    done: list[str] = []
    real = os.rename
    monkeypatch.setattr(
        os, "fsync", lambda handle: done.append(Path(os.readlink(f"/proc/self/fd/{handle}")).name)
    )
    monkeypatch.setattr(os, "rename", lambda a, b: (done.append("rename"), real(a, b))[1])
    name = put(History(tmp_path / "home"))
    before, after = done[: done.index("rename")], done[done.index("rename") :]
    assert {"picture.png", "region.png", "thumbnail.jpg", "record.json", f".new-{name}"} <= set(before)
    assert {f"{name[:4]}-{name[4:6]}", "results"} <= set(after)
