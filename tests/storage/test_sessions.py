"""Forgetting a person reaches what windows keep of unsaved work."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.storage.sessions import forget_in_sessions

HASH = "ab12" * 16


def session(folder: DataFolder, name: str, values: Any) -> Path:
    place = folder.sessions / name
    place.mkdir(parents=True)
    (place / "session.json").write_text(values if isinstance(values, str) else json.dumps(values))
    for other in ("lock", "photo-ab", "region-1.png"):
        (place / other).write_bytes(b"x")
    return place


@pytest.mark.parametrize(
    ("values", "goes"),
    [
        ({"panels": {"edit": {"prompt": "a <Anna/me> woman"}}}, True),
        ({"panels": {"edit": {"tokens": ["anna/me"]}}}, True),
        ({"panels": {"edit": {"weights": {"<anna/me>": 2}}}}, True),
        ({"panels": {"learn": {"person": "anna"}}}, True),
        ({"photo": HASH}, True),
        ("{", True),
        ({"panels": {"edit": {"tokens": ["joanna/me", "ann/me"]}}}, False),
        ({"panels": {"learn": {"person": "bea", "prompt": "a photo of anna"}}}, True),
    ],
)
def test_a_session_with_part_of_the_person_goes_and_others_stay(
    tmp_path: Path, values: Any, goes: bool
) -> None:
    folder = DataFolder(tmp_path)
    place = session(folder, "1-a", values)
    assert forget_in_sessions(folder, "anna", frozenset({HASH})) == int(goes)
    # The lock stays: the window that holds it may be open.
    assert sorted(path.name for path in place.iterdir()) == (
        ["lock"] if goes else ["lock", "photo-ab", "region-1.png", "session.json"]
    )


def test_without_sessions_there_is_nothing_to_forget(tmp_path: Path) -> None:
    assert forget_in_sessions(DataFolder(tmp_path), "anna", frozenset()) == 0
