"""Panels stand where they stood: after two restarts, on a smaller screen, at another scale, and with a state nobody can read.

Every start is a window of its own with real geometry, on a screen of a size that the test says (`panel_starts`).
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Starts = Callable[..., list[dict[str, Any]]]
LARGE, SMALL = (1920, 1080), (1024, 700)


@pytest.fixture
def starts(tmp_path: Path) -> Starts:
    """Start windows one after the other in a new process: (what each does, size of the screen, scale) -> what was seen."""

    def run(*actions: str, screen: tuple[int, int] = LARGE, scale: float = 1.0) -> list[dict[str, Any]]:
        width, height = screen
        one = {
            "name": "one", "x": 0, "y": 0, "width": width, "height": height, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1
        }  # fmt: skip
        (tmp_path / "screen.json").write_text(json.dumps({"screens": [one]}))
        told = {
            "QT_QPA_PLATFORM": f"offscreen:configfile={tmp_path / 'screen.json'}",
            "S2EDIT_HOME": str(tmp_path / "home"),
            "QT_SCALE_FACTOR": str(scale),
        }
        command = [sys.executable, "-m", "tests.qt_app.panel_starts", *actions]
        ended = subprocess.run(
            command, env=os.environ | told, capture_output=True, text=True, timeout=120, check=False
        )
        assert ended.returncode == 0, ended.stderr[-2000:]
        found: list[dict[str, Any]] = json.loads(ended.stdout)
        return found

    return run


def without(seen: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in seen.items() if name not in names}


def test_everything_is_where_it_was_after_two_restarts_and_where_it_began_after_the_reset(
    starts: Starts,
) -> None:
    first, second, moved, again, third, reset, after = starts(
        "look", "look", "move", "look", "look", "reset", "look"
    )
    assert first["tabbed"] == ["history", "library"]
    assert all(first["docks"][name] for name in ("library", "masks", "work", "jobs"))
    assert without(second, "where") == without(first, "where")
    assert moved["floating"] == ["masks"]
    assert moved["docks"]["history"][0] > moved["centre"][0]  # right of the photo
    assert moved["docks"]["jobs"] is None
    assert again == moved
    assert third == moved
    assert reset["tabbed"] == first["tabbed"]
    assert reset["floating"] == []
    assert all(reset["docks"][name] for name in ("library", "masks", "work", "jobs"))
    assert after == reset
    assert all(seen["sound"] for seen in (first, second, moved, again, third, reset, after))


def test_what_was_kept_fits_a_smaller_screen_and_another_scale(starts: Starts) -> None:
    (moved,) = starts("move")
    for screen, scale in ((SMALL, 1.0), (LARGE, 1.6)):
        for seen in starts("look", "look", screen=screen, scale=scale):
            width, height = screen[0] / scale, screen[1] / scale
            assert seen["sound"]
            assert seen["window"][0] <= width
            assert seen["window"][1] <= height
            assert seen["where"][1] + seen["where"][3] <= height + 1
            left, top, across, down = seen["docks"]["masks"]
            assert (left + across, top + down) <= (width + 1, height + 1)
    (back,) = starts("look")
    assert back["sound"]
    assert back["floating"] == moved["floating"]


def test_three_columns_become_two_where_there_is_no_room(starts: Starts) -> None:
    starts("look")
    first, second = starts("look", "look", screen=SMALL)
    assert second["window"][0] <= SMALL[0]
    assert first["sound"]
    assert second["sound"]
    assert second["tabbed"] == ["history", "library", "masks", "work"]


def damaged(kept: dict[str, Any], damage: str) -> dict[str, Any]:
    """Preferences with layout and geometry that are not what was written."""
    made = {}
    for name in ("layout", "geometry"):
        check, _, text = kept[name].partition(":")
        data = bytearray(base64.b64decode(text))
        data[len(data) // 2 : len(data) // 2 + 4] = b"\x7f\xff\xff\xff"
        made[name] = {
            "flipped": f"{check}:{base64.b64encode(data).decode()}",  # Qt itself crashes of some of these
            "short": kept[name][:-7],
            "old": text,  # as versions before wrote it
            "none": "=:=",
        }[damage]
    return kept | made


def test_a_state_that_cannot_be_read_gives_the_first_arrangement(starts: Starts, tmp_path: Path) -> None:
    first, _ = starts("look", "move")
    file = tmp_path / "home" / "window.json"
    kept = json.loads(file.read_text())
    for damage in ("flipped", "short", "old", "none"):
        file.write_text(json.dumps(damaged(kept, damage)))
        (seen,) = starts("look")
        assert without(seen, "where") == without(first, "where"), damage
