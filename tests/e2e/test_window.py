"""The real window on a screen of its own (Xvfb), a real engine, the bundled model; driven by mouse and keyboard events."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from s2edit_plugin.api import queries
from s2edit_plugin.engine.client.remote import RemoteClient, connect
from s2edit_plugin.errors import S2EditError
from tests.e2e.screen import xvfb

SECONDS = 900
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def screen() -> Iterator[str]:
    """An X server of our own; the name of its display."""
    with xvfb() as display:
        yield display


@pytest.fixture
def engine_ends(data_home: Path) -> Iterator[None]:
    """No engine of the test is left behind."""
    yield
    try:
        client = connect(start=False)
    except S2EditError:
        return
    client.end_engine()
    client.close()


def play(story: str, screen: str, tmp_path: Path) -> list[str]:
    """Play a story of the robot's; what it saw."""
    environ = os.environ | {
        "DISPLAY": screen, "QT_QPA_PLATFORM": "xcb", "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path[1:]]),
        "PYTHONFAULTHANDLER": "1", "QT_LOGGING_RULES": "qt.qpa.*=false",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.window_robot", story],
        env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    seen = done.stdout.splitlines()
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr, done.stderr
    assert "QThread" not in done.stderr, done.stderr
    assert json.loads(seen[-1]) == {"platform": "xcb"}
    return [line[8:] for line in seen[:-1]]


def test_a_person_is_learned_and_a_photo_edited_by_mouse_and_keyboard(
    screen: str, tmp_path: Path, engine_ends: None
) -> None:
    seen = play("whole", screen, tmp_path)
    assert "nothing outside the mask was changed" in seen
    assert "the file holds every pixel of the result" in seen
    assert seen[-1] == "the window is closed"


def test_an_engine_killed_in_the_middle_costs_nothing_but_time(
    screen: str, tmp_path: Path, engine_ends: None
) -> None:
    seen = play("killed", screen, tmp_path)
    assert "learning goes on" in seen


def test_learning_goes_on_when_the_window_is_closed(screen: str, tmp_path: Path, engine_ends: None) -> None:
    play("closed", screen, tmp_path)
    with connect(start=False) as client:
        jobs = {job.kind: job for job in client.call(queries.ListJobs()).jobs}
        learning = jobs["LearnToken"]
        assert learning.state in ("running", "done")
        assert learning.keep
        if not learning.is_over:
            _goes_on(client, learning.id)


def _goes_on(client: RemoteClient, job_id: str) -> None:
    def step() -> int:
        progress = client.job_info(job_id).progress
        return progress.step if progress is not None else 0

    first, deadline = step(), time.monotonic() + 60
    while step() == first and not client.job_info(job_id).is_over:
        assert time.monotonic() < deadline, "learning stands still"
        time.sleep(0.05)
    client.control(job_id, "cancel")
