"""The history: what it lists, how it is searched, starred and deleted, and how a result is opened again and compared."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot

from qt_app.engine import EngineLink
from qt_app.model.history import PAGE, Comparison, differences
from qt_app.model.studio import StudioState
from qt_app.ui.compare_dialog import CompareDialog
from qt_app.ui.history_panel import HistoryPanel
from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.errors import S2EditError
from tests.fakes.engine_client import FakeClient

SIZE = (60, 40)


def picture(colour: tuple[int, int, int] = (200, 120, 90)) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", SIZE, colour).save(stream, "PNG")
    return stream.getvalue()


def mask() -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.tile(np.uint8([0, 255]), (SIZE[1], SIZE[0] // 2))).save(
        stream, "PNG", compress_level=1
    )
    return stream.getvalue()


def edit(prompt: str, photo: bytes | None = None, **more: object) -> api.ApplyEdit:
    return api.ApplyEdit(photo or picture(), ("anna/me",), prompt, **more)  # type: ignore[arg-type]


@pytest.fixture
def studio(engine: FakeClient, tmp_path: Path, qtbot: QtBot) -> Iterator[StudioState]:
    state = StudioState(EngineLink(lambda: engine), tmp_path)
    state.link.start()
    qtbot.waitUntil(lambda: state.link.state == "connected")
    yield state
    state.close()


@pytest.fixture
def panel(studio: StudioState, qtbot: QtBot) -> HistoryPanel:
    panel = HistoryPanel(studio.history)
    qtbot.addWidget(panel)
    panel.resize(320, 400)
    panel.show()
    panel.activateWindow()
    panel.list.setFocus()
    return panel


def test_the_newest_result_is_first_and_a_new_one_appears_by_itself(
    panel: HistoryPanel, engine: FakeClient, qtbot: QtBot
) -> None:
    assert panel.empty.isVisible()
    engine.world.add_result(edit("smiling"), picture((1, 2, 3)))
    engine.world.add_result(edit("older"), picture(), note="for the cover")
    qtbot.waitUntil(lambda: panel.list.count() == 2)
    assert [panel._entry(row).prompt for row in range(2)] == ["older", "smiling"]
    assert not panel.empty.isVisible()
    assert panel.count.text() == "2 of 2"
    qtbot.waitUntil(lambda: not panel.list.item(0).icon().isNull())
    translated = panel.list.item(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "older" in translated
    assert "for the cover" in translated


def test_older_results_come_when_the_end_is_near(
    panel: HistoryPanel, studio: StudioState, engine: FakeClient, qtbot: QtBot
) -> None:
    for number in range(PAGE * 2 + 5):
        engine.world.add_result(edit(f"edit {number}"), picture())
    qtbot.waitUntil(lambda: panel.list.count() == PAGE)
    assert len(studio.history.entries) < studio.history.total
    bar = panel.list.verticalScrollBar()
    bar.setValue(bar.maximum())
    qtbot.waitUntil(lambda: panel.list.count() == PAGE * 2)
    bar.setValue(bar.maximum())
    qtbot.waitUntil(lambda: panel.list.count() == PAGE * 2 + 5)
    assert len(studio.history.entries) == studio.history.total
    # What is loaded stays when something changes, and so does the place.
    place = bar.value()
    engine.world.add_result(edit("another"), picture())
    qtbot.waitUntil(lambda: panel._entry(0).prompt == "another")
    assert panel.list.count() == PAGE * 2 + 6
    assert bar.value() == place


def test_search_star_and_photo_narrow_the_list(
    panel: HistoryPanel, studio: StudioState, engine: FakeClient, qtbot: QtBot
) -> None:
    other = picture((0, 0, 0))
    engine.world.add_result(edit("smiling"), picture())
    engine.world.add_result(edit("older", other), picture(), starred=True)
    qtbot.waitUntil(lambda: panel.list.count() == 2)
    panel.search.setText("smil")
    qtbot.waitUntil(lambda: panel.list.count() == 1)
    panel.search.setText("nothing like it")
    qtbot.waitUntil(lambda: panel.empty.isVisible())
    assert "found" in panel.empty.text()
    panel.search.clear()
    panel.starred.click()
    qtbot.waitUntil(lambda: [entry.prompt for entry in studio.history.entries] == ["older"])
    panel.starred.click()
    studio.documents.open_bytes(picture())
    qtbot.waitUntil(lambda: studio.documents.document is not None)
    panel.this_photo.click()
    qtbot.waitUntil(lambda: [entry.prompt for entry in studio.history.entries] == ["smiling"])


def test_star_note_delete_and_undo_by_keys(
    panel: HistoryPanel,
    studio: StudioState,
    engine: FakeClient,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = engine.world.add_result(edit("smiling"), picture())
    engine.world.add_result(edit("older"), picture())
    qtbot.waitUntil(lambda: panel.list.count() == 2)
    panel.select(first)
    QTest.keyClick(panel.list, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: engine.world.history[first].entry.starred)
    qtbot.waitUntil(lambda: panel._entry(1).starred)
    assert panel.selected() == (first,)
    panel.star_selected()
    qtbot.waitUntil(lambda: not engine.world.history[first].entry.starred)
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, text: (text + "the best", True))
    QTest.keyClick(panel.list, Qt.Key.Key_F2)
    qtbot.waitUntil(lambda: engine.world.history[first].entry.note == "the best")
    QTest.keyClick(panel.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: panel.list.count() == 1 and panel.undo_bar.isVisible())
    panel.undo_bar.button.click()
    qtbot.waitUntil(lambda: panel.list.count() == 2)
    assert not panel.undo_bar.isVisible()


def test_a_result_is_opened_again_on_its_photo_with_masks_and_settings(
    panel: HistoryPanel, studio: StudioState, engine: FakeClient, qtbot: QtBot
) -> None:
    request = edit(
        "a photo of a <anna/me> woman smiling",
        source_prompt="a photo of a woman",
        region_mask=mask(),
        settings=api.EditSettings(strength=0.5, seed=7, weights={"smiling": 1.5}),
    )
    name = engine.world.add_result(request, picture((0, 255, 0)))
    qtbot.waitUntil(lambda: panel.list.count() == 1)
    panel.select(name)
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: studio.documents.document is not None and bool(studio.documents.document.results))
    document = studio.documents.document
    assert document is not None
    assert document.result is not None
    assert document.result.rgb[0, 0].tolist() == [0, 255, 0]
    assert document.result.output.history_id == name
    assert document.name == "Photo from the history"
    assert document.masks.layers["region"].pixels[0, :2].tolist() == [0, 255]
    assert not document.masks.layers["subject"].touched
    edited = studio.editing
    assert (edited.prompt, edited.source_prompt) == (request.prompt, "a photo of a woman")
    assert (edited.strength, edited.seed, edited.weights) == (0.5, 7, {"smiling": 1.5})
    assert edited.request(document, 7) == request
    # Again: it is shown, not taken in twice.
    document.shown = -1
    panel.reopen_selected()
    qtbot.waitUntil(lambda: document.shown == 0)
    assert len(document.results) == 1


def test_masks_that_were_found_then_are_found_again(
    panel: HistoryPanel, studio: StudioState, engine: FakeClient, qtbot: QtBot
) -> None:
    name = engine.world.add_result(edit("smiling"), picture((0, 255, 0)))
    studio.documents.open_bytes(picture())
    qtbot.waitUntil(lambda: studio.documents.document is not None)
    document = studio.documents.document
    assert document is not None
    document.masks.replace("region", np.full(SIZE[::-1], 255, np.uint8), "all")
    studio.history.reopen(name)
    qtbot.waitUntil(lambda: bool(document.results))
    assert not document.masks.layers["region"].touched
    document.masks.undo.undo()  # the result that came is a step of undo too
    document.masks.undo.undo()
    assert document.masks.layers["region"].pixels.min() == 255


def test_a_photo_that_must_stay_is_not_replaced(
    studio: StudioState, engine: FakeClient, qtbot: QtBot
) -> None:
    name = engine.world.add_result(edit("smiling"), picture())
    asked: list[bool] = []

    def no() -> bool:
        asked.append(True)
        return False

    studio.documents.guards.append(no)
    studio.history.reopen(name)
    qtbot.waitUntil(lambda: bool(asked))
    assert studio.documents.opening == ""


def test_two_results_are_compared_with_what_differs(
    panel: HistoryPanel, studio: StudioState, engine: FakeClient, qtbot: QtBot
) -> None:
    one = engine.world.add_result(edit("smiling"), picture((255, 0, 0)))
    other = engine.world.add_result(edit("older", settings=api.EditSettings(seed=3)), picture((0, 0, 255)))
    qtbot.waitUntil(lambda: panel.list.count() == 2)
    assert not panel.compare.isEnabled()
    panel.select(one, other)
    assert panel.compare.isEnabled()
    heard: list[Comparison] = []
    studio.history.compared.connect(heard.append)
    panel.compare.click()
    qtbot.waitUntil(lambda: bool(heard))
    assert heard[0].differences == [("prompt", "older", "smiling"), ("seed", "3", "0")]
    dialog = CompareDialog(heard[0])
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.table.item(1, 0).text() == "Seed"
    pictures = dialog.pictures
    pictures.setFocus()
    middle = pictures.rect().center()

    def colours() -> list[tuple[int, ...]]:
        shot = pictures.grab().toImage()
        return [shot.pixelColor(middle.x() + by, middle.y()).getRgb()[:3] for by in (-30, 30)]

    assert colours() == [(0, 0, 255), (255, 0, 0)]
    QTest.mouseClick(pictures, Qt.MouseButton.LeftButton, pos=pictures.rect().topLeft() + middle * 2)
    assert pictures.split == 1.0
    QTest.keyClick(pictures, Qt.Key.Key_Left)
    assert pictures.split == pytest.approx(0.98)
    dialog.side_by_side.click()
    assert pictures.side_by_side


def test_masks_and_photos_are_named_by_their_hash_when_compared() -> None:
    found = differences(edit("a", region_mask=mask()), edit("a", picture((9, 9, 9)), region="face"))
    assert [row[0] for row in found] == ["photo", "region", "region_mask"]
    assert found[0][1].startswith("#")
    assert found[2][2] == "–"


def test_the_menu_offers_what_is_possible_and_making_again_reports(
    panel: HistoryPanel, studio: StudioState, engine: FakeClient, qtbot: QtBot
) -> None:
    one = engine.world.add_result(edit("smiling"), picture())
    other = engine.world.add_result(edit("older"), picture())
    qtbot.waitUntil(lambda: panel.list.count() == 2)
    panel.select(one, other)
    menu = panel.make_menu()
    assert [action.text() for action in menu.actions() if action.isEnabled()] == ["Compare", "Star", "Delete"]
    panel.select(one)
    again = panel.make_menu().actions()[2]
    again.trigger()
    qtbot.waitUntil(lambda: engine.running is not None)
    engine.finish()
    qtbot.waitUntil(lambda: studio.messages.current is not None)
    assert studio.messages.current is not None
    assert studio.messages.current.sentence == "Every pixel is the same."


def test_a_list_that_cannot_be_had_says_why(studio: StudioState, engine: FakeClient, qtbot: QtBot) -> None:
    engine.answers[queries.ListHistory] = S2EditError("The journal is damaged.", "Repair it.")
    studio.history.refresh()
    qtbot.waitUntil(lambda: studio.messages.current is not None)
    assert not studio.history.loading
