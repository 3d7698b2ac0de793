"""Batches on a local Ray cluster of two workers: the same bits as without, a worker killed, the head killed and begun anew."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.fakes.batch_studio import DIARY, SECONDS, photo

pytest.importorskip("ray")
pytestmark = pytest.mark.slow

PHOTOS = 200
PORT = "6397"
RAY = [sys.executable, "-m", "ray.scripts.scripts"]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "photos").mkdir()
    for number in range(PHOTOS):
        (tmp_path / "photos" / f"{number:03}.png").write_bytes(photo(number + 10))
    (tmp_path / "hair.toml").write_text('prompt = "red hair"\n')
    return tmp_path


def environment(place: Path, seconds: float) -> dict[str, str]:
    folders = os.pathsep.join([os.getcwd(), *filter(None, [os.environ.get("PYTHONPATH")])])
    return os.environ | {
        SECONDS: str(seconds), DIARY: str(place / "diary"), "PYTHONPATH": folders, "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": "0123456789abcdef" * 4,
        "RAY_worker_niceness": "0",  # else they starve where other tests run
    }  # fmt: skip


def start(place: Path, out: str, *more: str, seconds: float = 0.0) -> subprocess.Popen[str]:
    program = "tests.fakes.ray_batch" if more else "tests.fakes.batch_studio"
    command = [sys.executable, "-m", program, "batch", "hair.toml", "photos", "--out", out, "--json", *more]
    return subprocess.Popen(
        command, cwd=place, env=environment(place, seconds), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = process.communicate(timeout=580)
    assert process.returncode == 0, out + err
    values: dict[str, Any] = json.loads(out)
    return values


def results(place: Path, out: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (place / out).glob("*.png")}


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 580
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def plain(place: Path) -> dict[str, bytes]:
    """What comes out without Ray."""
    assert finish(start(place, "plain"))["edited"] == PHOTOS
    (place / "diary").unlink()
    return results(place, "plain")


def workers(place: Path) -> set[int]:
    diary = place / "diary"
    return {int(line) for line in diary.read_text().split()} if diary.exists() else set()


def test_a_worker_killed_in_the_middle_costs_nothing(place: Path, plain: dict[str, bytes]) -> None:
    process = start(place, "byray", "--ray", "local", "--workers", "2", seconds=0.05)
    until(lambda: len(results(place, "byray")) > 40)
    assert len(workers(place)) == 2
    os.kill(min(workers(place)), signal.SIGKILL)
    done = finish(process)
    assert (done["total"], done["done"], done["failed"]) == (PHOTOS, PHOTOS, 0)
    assert results(place, "byray") == plain
    assert len(workers(place)) == 3  # another took the killed one's place
    again = finish(start(place, "byray", "--ray", "local", "--workers", "2"))
    assert (again["edited"], again["skipped"]) == (0, PHOTOS)


@pytest.fixture
def head(place: Path) -> Iterator[Callable[[], None]]:
    """Starts the head of a cluster, killing what there is of an earlier one."""
    started: list[subprocess.Popen[bytes]] = []

    def kill() -> None:
        for process in started:
            for below in (
                psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
            ):
                below.kill()
            process.kill()
            process.wait()
        started.clear()

    def begin() -> None:
        kill()
        command = [
            *RAY,
            "start",
            "--head",
            "--port",
            PORT,
            "--num-cpus",
            "2",
            "--include-dashboard=false",
            "--block",
        ]
        nowhere = subprocess.DEVNULL
        started.append(
            subprocess.Popen(command, env=environment(place, 0.05), stdout=nowhere, stderr=nowhere)
        )

    yield begin
    kill()


def test_the_head_killed_and_started_again(
    place: Path, plain: dict[str, bytes], head: Callable[[], None]
) -> None:
    def again() -> subprocess.Popen[str]:
        return start(place, "byray", "--ray", f"127.0.0.1:{PORT}", "--workers", "2")

    head()
    process = again()

    def is_under_way() -> bool:
        nonlocal process
        if process.poll() is not None:  # the head was not ready yet
            process.communicate()
            process = again()
        return len(results(place, "byray")) > 40

    until(is_under_way)
    head()  # kills the first one
    process.communicate(timeout=580)
    there = len(results(place, "byray"))
    assert there < PHOTOS
    done: dict[str, Any] = {}

    def has_finished() -> bool:
        nonlocal done
        process = again()
        out, _ = process.communicate(timeout=580)
        done = json.loads(out) if process.returncode == 0 else {}
        return bool(done)

    until(has_finished)
    assert (done["total"], done["done"], done["failed"]) == (PHOTOS, PHOTOS, 0)
    assert done["skipped"] >= 40
    assert results(place, "byray") == plain
