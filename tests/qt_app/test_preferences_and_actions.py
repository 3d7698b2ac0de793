"""Preferences survive a restart and damage; shortcuts can be changed and never clash."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtCore import QObject
from pytestqt.qtbot import QtBot

from qt_app.model.preferences import RECENT, Preferences
from qt_app.ui.actions import Actions, ActionSpec


def test_preferences_come_back(tmp_path: Path, qtbot: QtBot) -> None:
    first = Preferences(tmp_path / "window.json")
    first.theme = "dark"
    first.add_recent("/a.png")
    first.add_recent("/b.png")
    first.add_recent("/a.png")
    second = Preferences(tmp_path / "window.json")
    assert (second.theme, second.recent) == ("dark", ("/a.png", "/b.png"))
    for number in range(20):
        second.add_recent(f"/{number}.png")
    assert len(second.recent) == RECENT


@pytest.mark.parametrize("text", ["", "[]", "{", '{"theme": 3, "recent": "x", "shortcuts": [1]}'])
def test_a_damaged_file_gives_defaults(tmp_path: Path, text: str, qtbot: QtBot) -> None:
    (tmp_path / "window.json").write_text(text)
    got = Preferences(tmp_path / "window.json")
    assert (got.theme, got.recent, got.shortcuts) == ("system", (), {})


def test_a_shortcut_can_be_changed_and_is_kept_but_never_taken_twice(tmp_path: Path, qtbot: QtBot) -> None:
    preferences, owner, ran = Preferences(tmp_path / "window.json"), QObject(), []
    actions = Actions(preferences, owner)
    opened = actions.add(ActionSpec("file.open", "&Open…", "Ctrl+O"), lambda: ran.append("open"))
    actions.add(ActionSpec("file.save", "&Save", "Ctrl+S"))
    assert actions.change_shortcut("file.open", "Ctrl+S") == "file.save"
    assert actions.change_shortcut("file.open", "Ctrl+Shift+O") == ""
    assert opened.shortcut().toString() == "Ctrl+Shift+O"
    assert "Open (Ctrl+Shift+O)" in opened.toolTip()
    opened.trigger()
    assert ran == ["open"]
    again = Actions(Preferences(tmp_path / "window.json"), owner)
    again.add(ActionSpec("file.open", "&Open…", "Ctrl+O"))
    assert again["file.open"].shortcut().toString() == "Ctrl+Shift+O"
    again.reset_shortcuts()
    assert again["file.open"].shortcut().toString() == "Ctrl+O"
