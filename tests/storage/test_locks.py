"""Locks between threads and processes."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from s2edit_plugin.errors import BusyError, ResourceError
from s2edit_plugin.storage import locks
from s2edit_plugin.storage.locks import file_lock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "below" / ".lock"


def held_elsewhere(path: Path) -> bool:
    """Whether another thread finds the lock taken."""
    found = []

    def attempt() -> None:
        try:
            with file_lock(path, timeout=0):
                found.append(False)
        except BusyError:
            found.append(True)

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    return found[0]


def test_one_thread_holds_it_and_may_take_it_again(path: Path) -> None:
    with file_lock(path) as first:
        assert held_elsewhere(path)
        with file_lock(path) as again:
            assert (first, again) == (True, False)
        assert held_elsewhere(path)
    assert not held_elsewhere(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_exception_lets_go(path: Path) -> None:
    with pytest.raises(KeyError), file_lock(path), file_lock(path):
        raise KeyError
    assert not held_elsewhere(path)


def test_the_sentence_says_what_is_in_use(path: Path) -> None:
    caught: list[BusyError] = []

    def attempt() -> None:
        try:
            with file_lock(path, timeout=0.01, what="the library"):
                pass
        except BusyError as error:
            caught.append(error)

    with file_lock(path):
        thread = threading.Thread(target=attempt)
        thread.start()
        thread.join()
    assert caught[0].sentence == "Another process is changing the library."
    assert isinstance(caught[0], ResourceError)


def test_counting_under_the_lock_loses_nothing(path: Path, tmp_path: Path) -> None:
    counter = tmp_path / "count"
    counter.write_text("0")

    def count() -> None:
        for _ in range(25):
            with file_lock(path):
                counter.write_text(str(int(counter.read_text()) + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter.read_text() == "100"


def test_a_killed_process_leaves_no_lock_behind(path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from s2edit_plugin.storage.locks import file_lock\n"
        f"with file_lock(Path({str(path)!r})):\n    print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        assert held_elsewhere(path)
        process.kill()
        process.wait()
    assert not held_elsewhere(path)


def test_a_link_is_not_followed(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ResourceError), file_lock(path):
        pass
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(ResourceError, match="The library cannot be changed"),
        file_lock(tmp_path / "file" / "x", what="the library"),
    ):
        pass


@pytest.mark.parametrize(("number", "runs"), [(errno.ENOLCK, True), (errno.EIO, False)])
def test_a_file_system_without_locks_is_used_without(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int, runs: bool
) -> None:
    def fail(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(locks, "try_lock", fail)
    ran = False
    try:
        with file_lock(path):
            ran = True
    except ResourceError:
        pass
    assert ran == runs


def test_a_lock_that_leaves_no_file_is_still_held_by_one_at_a_time(tmp_path: Path) -> None:
    """The file is removed by its holder while another waits for it: that one must not hold what nobody finds any more."""
    path, inside, most, rounds = tmp_path / "lock", [0], [0], []

    def work() -> None:
        for _ in range(30):
            with file_lock(path, timeout=30, remove=True):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                time.sleep(0.0005)
                inside[0] -= 1
                rounds.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (most[0], len(rounds)) == (1, 120)
    assert not path.exists()
