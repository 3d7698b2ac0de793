"""Batches in the window: a recipe of the result on show, the first three, pause, the rest, failures, an engine that dies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from qt_app.app import make_window
from qt_app.model.batch import BatchState
from qt_app.ui.batch_dialog import BatchDialog
from qt_app.ui.features import features_of
from qt_app.ui.main_window import MainWindow
from s2edit_plugin import api
from s2edit_plugin.batch.recipe import Recipe, read_recipe, write_recipe
from s2edit_plugin.errors import MaskError
from s2edit_plugin.storage.paths import models_package
from tests.e2e.looking import nameless
from tests.fakes.batch_studio import photo
from tests.fakes.engine_client import FakeClient

Settled = Callable[[Callable[[], bool]], None]
PHOTOS = 5


@pytest.fixture
def engines() -> Iterator[list[FakeClient]]:
    """Every engine so far; the last one is the window's."""
    made: list[FakeClient] = []
    yield made
    for client in made:
        client.close()


@pytest.fixture
def window(
    qtbot: QtBot, qapp: QApplication, data_home: Path, engines: list[FakeClient]
) -> Iterator[MainWindow]:
    def connect() -> FakeClient:
        engines.append(FakeClient(auto=0.001))
        engines[-1].world.add_token("anna/me")
        return engines[-1]

    window = make_window(qapp, "light", connect)
    window.show()
    qtbot.waitUntil(lambda: window.studio.link.state == "connected")
    yield window
    window.close()
    window.deleteLater()


@pytest.fixture
def client(window: MainWindow, engines: list[FakeClient]) -> FakeClient:
    return engines[-1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "photos"
    place.mkdir()
    for number in range(PHOTOS):
        (place / f"{number}.png").write_bytes(photo(number))
    write_recipe(
        tmp_path / "r.toml", Recipe("a photo", tokens=("anna/me",), settings=api.EditSettings(steps=2))
    )
    return place


@pytest.fixture
def batch(window: MainWindow, folder: Path) -> BatchState:
    state = window.studio.batch
    state.recipe, state.photos = str(folder.parent / "r.toml"), str(folder)
    return state


@pytest.fixture
def dialog(window: MainWindow, batch: BatchState) -> BatchDialog:
    return features_of(window).batch.show()


def until(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=20_000)


def press(qtbot: QtBot, button: QPushButton) -> None:
    assert button.isEnabled()
    qtbot.keyClick(button, Qt.Key.Key_Space)


def test_the_first_three_then_the_others(
    qtbot: QtBot, dialog: BatchDialog, batch: BatchState, folder: Path
) -> None:
    assert batch.results == str(folder / "results")
    press(qtbot, dialog.preview)
    until(qtbot, lambda: batch.phase == "previewed")
    assert len(list(Path(batch.results).glob("*.png"))) == 3
    assert [one.name for one in batch.shown] == ["0.png", "1.png", "2.png"]
    assert all(
        not label.pixmap().isNull() for before, after, _ in dialog.pictures for label in (before, after)
    )
    assert dialog.main_button.text() == "Do the others too"
    assert "Look at them" in dialog.status.text()
    press(qtbot, dialog.main_button)
    until(qtbot, lambda: batch.phase == "done")
    assert len(list(Path(batch.results).glob("*.png"))) == PHOTOS
    assert dialog.bar.value() == dialog.bar.maximum() == PHOTOS
    assert "3 were there already" in dialog.status.text()
    assert Path(batch.report).read_text().count("<figure>") == PHOTOS


def test_pause_and_go_on(
    qtbot: QtBot, dialog: BatchDialog, batch: BatchState, client: FakeClient, folder: Path
) -> None:
    def slowly(request: Any) -> Any:
        if len(list(Path(batch.results).glob("*.png"))) == 2:
            batch._stop.set()
        return client.world.finish(request)

    client.answers[api.ApplyEdit] = slowly
    press(qtbot, dialog.main_button)
    until(qtbot, lambda: batch.phase == "paused")
    assert 2 <= len(list(Path(batch.results).glob("*.png"))) < PHOTOS
    assert dialog.main_button.text() == "Go on"
    del client.answers[api.ApplyEdit]
    press(qtbot, dialog.main_button)
    until(qtbot, lambda: batch.phase == "done")
    assert len(list(Path(batch.results).glob("*.png"))) == PHOTOS


def test_the_pause_button_stops_a_running_batch(
    qtbot: QtBot, dialog: BatchDialog, batch: BatchState, client: FakeClient, folder: Path
) -> None:
    for number in range(60):
        (folder / f"more {number}.png").write_bytes(photo(number + 10))
    press(qtbot, dialog.main_button)
    until(qtbot, lambda: batch.state is not None and batch.state.done >= 1)
    assert not dialog.photos.isEnabled()
    press(qtbot, dialog.pause)
    until(qtbot, lambda: batch.phase == "paused")
    assert batch.state is not None
    assert batch.state.done < 60


def test_failures_are_listed_with_their_reason(
    qtbot: QtBot, dialog: BatchDialog, batch: BatchState, client: FakeClient, folder: Path
) -> None:
    (folder / "no photo.jpg").write_bytes(b"")
    bad = (folder / "1.png").read_bytes()

    def some(request: api.ApplyEdit) -> Any:
        if request.photo == bad:
            raise MaskError("Nothing was found.", "Paint it.")
        return client.world.finish(request)

    client.answers[api.ApplyEdit] = some
    press(qtbot, dialog.main_button)
    until(qtbot, lambda: batch.phase == "done")
    rows = [dialog.failures.topLevelItem(row) for row in range(dialog.failures.topLevelItemCount())]
    assert [row.text(0) for row in rows if row is not None] == ["1.png", "no photo.jpg"]
    assert rows[0] is not None
    assert rows[0].text(1) == "Nothing was found. Paint it."


def test_what_cannot_begin_says_why(
    qtbot: QtBot, dialog: BatchDialog, batch: BatchState, folder: Path
) -> None:
    (folder.parent / "r.toml").write_text("prompt = 3")
    press(qtbot, dialog.main_button)
    until(qtbot, lambda: batch.phase == "failed")
    assert "must be text" in dialog.status.text()
    batch.recipe = ""
    assert not dialog.main_button.isEnabled()
    assert "Choose a recipe" in dialog.status.text()


def test_an_engine_that_dies_is_followed_by_another(
    qtbot: QtBot, dialog: BatchDialog, batch: BatchState, client: FakeClient, folder: Path
) -> None:
    for number in range(20):
        (folder / f"more {number}.png").write_bytes(photo(number + 10))
    press(qtbot, dialog.main_button)
    until(qtbot, lambda: batch.state is not None and batch.state.done >= 2)
    client.die("The engine ended.")
    until(qtbot, lambda: batch.phase == "done")
    assert len(list(Path(batch.results).glob("*.png"))) == PHOTOS + 20


def test_the_recipe_of_the_result_on_show(
    qtbot: QtBot, window: MainWindow, batch: BatchState, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = window.actions_by_id["file.recipe"]
    assert not action.isEnabled()
    window.studio.documents.open_file(str(models_package() / "samples" / "anna.png"))
    until(qtbot, lambda: window.studio.documents.document is not None)
    editing = window.studio.editing
    editing.prompt, editing.steps = "a photo of a woman with red hair", 7
    editing.start()
    document = window.studio.documents.document
    assert document is not None
    until(qtbot, lambda: document.result is not None)
    target = tmp_path / "red hair"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    action.trigger()
    until(qtbot, lambda: target.with_suffix(".toml").exists())
    until(qtbot, lambda: batch.recipe == str(target.with_suffix(".toml")))
    recipe = read_recipe(target.with_suffix(".toml"))
    assert recipe.prompt == "a photo of a woman with red hair"
    assert recipe.settings.steps == 7
    until(qtbot, lambda: features_of(window).batch.show().isVisible())


def test_the_dialog_can_be_used_by_keyboard_and_by_ear(dialog: BatchDialog) -> None:
    assert nameless(dialog) == []
    assert dialog.main_button.isDefault()
    assert all(button.focusPolicy() & Qt.FocusPolicy.TabFocus for button in dialog.findChildren(QPushButton))
