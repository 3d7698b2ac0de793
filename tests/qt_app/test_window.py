"""The window as a whole: opening, tools and keys, masks, results, comparing, tokens, panels, the engine's death, closing."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QFileDialog, QInputDialog
from pytestqt.qtbot import QtBot

from qt_app.engine import EngineLink
from qt_app.i18n.loading import install_language
from qt_app.model.document import Document
from qt_app.model.studio import StudioState
from qt_app.model.tools import TOOLS
from qt_app.ui.main_window import MainWindow
from qt_app.ui.mime_data import is_picture, picture_in
from s2edit_plugin import api
from s2edit_plugin.api import queries
from tests.fakes.engine_client import FakeClient

WIDTH, HEIGHT = 240, 160


def picture(colour: tuple[int, int, int] = (200, 120, 90), size: tuple[int, int] = (WIDTH, HEIGHT)) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, colour).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def window(engine: FakeClient, tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    """A window on a fake engine with one token, shown."""
    engine.world.add_token("anna/me", source_prompt="a photo of a woman in a forest")
    window = MainWindow(StudioState(EngineLink(lambda: engine), tmp_path))
    window.resize(1280, 800)
    window.show()
    qtbot.waitUntil(lambda: bool(window.studio.library.tokens))
    yield window
    window.studio.learning.job = None
    window.close()
    window.deleteLater()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A file to open."""
    path = tmp_path / "photo.png"
    path.write_bytes(picture())
    return path


@pytest.fixture
def document(window: MainWindow, photo: Path, qtbot: QtBot) -> Document:
    """The photo, open in the window."""
    window.studio.documents.open_file(str(photo))
    qtbot.waitUntil(lambda: window.studio.documents.document is not None)
    assert window.studio.documents.document is not None
    return window.studio.documents.document


def edited(window: MainWindow, engine: FakeClient, qtbot: QtBot, colour: tuple[int, int, int]) -> None:
    """Run an edit to its end."""
    studio = window.studio
    document = studio.documents.document
    assert document is not None
    before = len(document.results)
    studio.editing.prompt = studio.editing.prompt or "a photo of a <anna/me> woman smiling"
    studio.editing.start()
    qtbot.waitUntil(lambda: engine.running is not None)
    engine.finish(
        api.EditResult(picture(colour), b"", 1.0, False, "a", "b", identity_note="The same person.")
    )
    qtbot.waitUntil(lambda: len(document.results) > before)


def key(
    window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.keyClick(window.workspace.view, key, modifier)


# ---------------------------------------------------------------------- opening


def test_the_start_page_invites_and_goes_when_a_photo_is_open(window: MainWindow, document: Document) -> None:
    workspace = window.workspace
    assert workspace.pages.currentWidget() is workspace.view
    assert window.windowTitle().startswith("photo.png")
    assert f"{WIDTH} × {HEIGHT}" in window.photo_label.text()
    window.studio.documents.document = None
    assert workspace.pages.currentWidget() is workspace.start
    assert not workspace.tool_bar.isEnabled()


def test_the_start_pages_buttons_do_what_they_say(
    window: MainWindow, photo: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = window.workspace.start
    assert not start.recent_title.isVisible()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(photo), ""))
    start.open.click()
    qtbot.waitUntil(lambda: window.studio.documents.document is not None)
    window.studio.documents.document = None
    assert start.recent_title.isVisible()
    start.sample.click()
    qtbot.waitUntil(lambda: window.windowTitle().startswith("anna.png"))
    menu = window.commands._recent
    assert [action.text() for action in menu.actions()] == ["anna.png", "photo.png"]


def test_pictures_of_every_kind_that_is_read_can_be_chosen_and_any_other_file_too(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("RGB", (40, 30), (200, 120, 60)).save(tmp_path / "from the web.JFIF", "JPEG")
    asked: list[tuple[object, ...]] = []

    def choose(*options: object) -> tuple[str, str]:
        asked.append(options)
        return str(tmp_path / "from the web.JFIF"), ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", choose)
    window.commands.ask_open()
    qtbot.waitUntil(lambda: window.studio.documents.document is not None)
    photos, everything = str(asked[0][3]).split(";;")
    assert {"*.jfif", "*.heic", "*.avif", "*.gif", "*.tif"} <= set(photos[photos.index("(") + 1 : -1].split())
    assert everything == "All files (*)"
    assert is_picture("a/b.HEIC")
    assert not is_picture("a/b.pdf")


def test_a_file_that_is_no_picture_is_refused_with_a_sentence(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "text.png").write_text("no picture")
    window.studio.documents.open_file(str(tmp_path / "text.png"))
    qtbot.waitUntil(lambda: window.studio.messages.current is not None)
    assert window.message_box.isVisible()
    assert window.studio.documents.document is None
    assert window.workspace.start.open.isEnabled()


def test_files_and_pictures_can_be_dropped_and_pasted(window: MainWindow, photo: Path, qtbot: QtBot) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/nowhere/notes.txt"), QUrl.fromLocalFile(str(photo))])
    left, none, copy = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    enter = QDragEnterEvent(window.rect().center(), copy, data, left, none)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    window.dropEvent(QDropEvent(QPointF(5, 5), copy, data, left, none))
    qtbot.waitUntil(lambda: window.windowTitle().startswith("photo.png"))

    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    image = QImage(30, 20, QImage.Format.Format_RGB32)
    image.fill(0x336699)
    clipboard.setImage(image)
    key(window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "30 × 20" in window.photo_label.text())
    assert window.studio.documents.document is not None
    assert window.studio.documents.document.rgb[0, 0].tolist() == [0x33, 0x66, 0x99]
    clipboard.setText("words")
    window.commands.paste()
    assert window.studio.messages.current is not None


def test_an_encoded_picture_is_taken_as_it_is_and_text_is_none(photo: Path) -> None:
    data = QMimeData()
    data.setData("image/jpeg", b"\xff\xd8 as it was")
    assert picture_in(data) == b"\xff\xd8 as it was"
    text = QMimeData()
    text.setText("x")
    assert picture_in(text) is None
    assert picture_in(None) is None


def test_a_guard_keeps_the_open_photo(window: MainWindow, document: Document, tmp_path: Path) -> None:
    window.studio.documents.guards.append(lambda: False)
    window.studio.documents.open_file(str(tmp_path / "photo.png"))
    window.studio.documents.open_picture(picture())
    assert window.studio.documents.opening == ""
    assert window.studio.documents.document is document
    window.studio.documents.guards.clear()


def test_nothing_hears_of_a_photo_that_was_closed(
    window: MainWindow, document: Document, engine: FakeClient, qtbot: QtBot
) -> None:
    edited(window, engine, qtbot, (0, 255, 0))
    document.masks.replace("region", np.full((HEIGHT, WIDTH), 255, np.uint8), "all")
    window.studio.documents.document = None
    # What still heard of it would keep it in memory, some hundred megabytes for a large photo.
    old = document
    assert old.receivers(old.shown_changed) == 0
    assert old.receivers(old.results_changed) == 0
    assert old.masks.receivers(old.masks.active_changed) == 0
    for layer in old.masks.layers.values():
        assert layer.receivers(layer.changed) == 1  # itself
        assert layer.receivers(layer.visible_changed) == 0


# ---------------------------------------------------------------------- tools and keys


@pytest.mark.parametrize(("letter", "tool"), list(zip("HBELPROWC", TOOLS, strict=True)))
def test_letters_choose_tools(window: MainWindow, document: Document, letter: str, tool: str) -> None:
    window.studio.tools.tool = "hand" if tool != "hand" else "brush"
    key(window, Qt.Key(ord(letter)))
    assert window.studio.tools.tool == tool
    assert window.actions_by_id[f"tool.{tool}"].isChecked()
    in_hand = window.workspace.view.tool
    assert (in_hand is None) == (tool == "hand")


def test_letters_typed_into_a_field_stay_there(window: MainWindow, document: Document) -> None:
    window.show_panel("edit")
    field = window.edit_panel.prompt
    field.setFocus()
    QTest.keyClicks(field, "a brown [x] beard")
    assert field.toPlainText() == "a brown [x] beard"
    assert window.studio.tools.tool == "brush"


def test_brackets_change_the_brush_and_x_the_mask(window: MainWindow, document: Document) -> None:
    size = window.studio.tools.size
    key(window, Qt.Key.Key_BracketRight)
    assert window.studio.tools.size > size
    key(window, Qt.Key.Key_BracketLeft)
    key(window, Qt.Key.Key_BracketLeft)
    assert window.studio.tools.size < size
    assert document.masks.active == "region"
    key(window, Qt.Key.Key_X)
    assert document.masks.active == "subject"
    assert window.mask_panel.rows["subject"].choose.isChecked()


def test_only_the_settings_of_the_tool_in_hand_are_shown(window: MainWindow, document: Document) -> None:
    options, tools = window.workspace.options, window.studio.tools
    assert options.size_field.isVisible()
    assert not options.tolerance.isVisible()
    height = options.height()
    tools.tool = "wand"
    assert options.tolerance.isVisible()
    assert not options.size_field.isVisible()
    assert options.height() == height
    tools.tool = "click"
    assert "box" in options.hint.text()


def test_the_size_slider_is_fine_where_brushes_are_small(window: MainWindow, document: Document) -> None:
    field = window.workspace.options.size_field
    field.slider.setValue(500)
    assert window.studio.tools.size == round(1 + 1999 * 0.5**3)
    window.studio.tools.size = 2000
    assert field.slider.value() == 1000


def test_painting_on_the_canvas_can_be_undone_from_the_menu(window: MainWindow, document: Document) -> None:
    view = window.workspace.view
    undo = window.actions_by_id["edit.undo"]
    assert not undo.isEnabled()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.mapFromScene(QPointF(120, 80)))
    assert document.masks.layer.pixels[80, 120] == 255
    assert undo.isEnabled()
    assert "Brush" in undo.text()
    key(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not document.masks.layer.pixels.any()
    window.actions_by_id["edit.redo"].trigger()
    assert document.masks.layer.pixels[80, 120] == 255


def test_click_to_select_sends_a_click_and_a_drawn_box(
    window: MainWindow, document: Document, engine: FakeClient, qtbot: QtBot
) -> None:
    window.studio.tools.tool = "click"
    view = window.workspace.view
    viewport, left = view.viewport(), Qt.MouseButton.LeftButton
    QTest.mouseClick(viewport, left, pos=view.mapFromScene(QPointF(60.5, 40.5)))
    qtbot.waitUntil(lambda: len(engine.submitted) == 1)
    click = engine.submitted[0].points[0]
    assert abs(click.x - 60) <= 1
    assert abs(click.y - 40) <= 1
    engine.finish()
    QTest.mousePress(viewport, left, pos=view.mapFromScene(QPointF(50, 30)))
    QTest.mouseRelease(viewport, left, pos=view.mapFromScene(QPointF(150, 110)))
    qtbot.waitUntil(lambda: len(engine.submitted) == 2)
    assert engine.submitted[1].box == pytest.approx((50, 30, 150, 110), abs=1.5)
    engine.finish()
    qtbot.waitUntil(lambda: window.studio.masking.busy == 0)
    assert document.masks.layer.touched


# ---------------------------------------------------------------------- the mask panel


def test_the_mask_panel_shows_and_changes_both_masks(window: MainWindow, document: Document) -> None:
    panel, layers = window.mask_panel, document.masks.layers
    assert "found by itself" in panel.hint.text()
    panel.rows["subject"].choose.click()
    assert document.masks.active == "subject"
    panel.rows["subject"].shown.click()
    assert not layers["subject"].visible
    panel.opacity.number.setValue(0.9)
    assert layers["subject"].opacity == 0.9
    panel.rows["region"].choose.click()
    assert panel.opacity.number.value() == pytest.approx(0.45)
    window.actions_by_id["mask.all"].trigger()
    assert layers["region"].pixels.all()
    assert panel.hint.text() == ""
    key(window, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    assert not layers["region"].visible


def test_the_mask_panel_finds_and_shows_that_it_is_busy(
    window: MainWindow, document: Document, engine: FakeClient, qtbot: QtBot
) -> None:
    panel = window.mask_panel
    panel.word.setText("scarf")
    QTest.keyClick(panel.word, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: engine.running is not None)
    assert engine.submitted[-1].method == "word:scarf"
    assert panel.busy_row.isVisible()
    engine.finish()
    qtbot.waitUntil(lambda: not panel.busy_row.isVisible())
    window.actions_by_id["mask.find-hair"].trigger()
    qtbot.waitUntil(lambda: engine.running is not None)
    panel.stop.click()
    qtbot.waitUntil(lambda: not panel.busy_row.isVisible())


def test_masks_are_saved_and_loaded_by_dialog(
    window: MainWindow, document: Document, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mask.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file.with_suffix("")), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    window.actions_by_id["mask.all"].trigger()
    window.actions_by_id["mask.save"].trigger()
    qtbot.waitUntil(file.is_file)
    window.actions_by_id["mask.clear"].trigger()
    window.actions_by_id["mask.load"].trigger()
    qtbot.waitUntil(lambda: bool(document.masks.layer.pixels.all()))


# ---------------------------------------------------------------------- results


def test_results_come_as_a_strip_and_are_shown_by_click_and_key(
    window: MainWindow, document: Document, engine: FakeClient, qtbot: QtBot
) -> None:
    strip = window.workspace.results
    assert not strip.isVisible()
    edited(window, engine, qtbot, (0, 255, 0))
    edited(window, engine, qtbot, (0, 0, 255))
    assert strip.isVisible()
    assert strip.list.count() == 3
    assert strip.list.currentRow() == 2
    assert strip.about.text() == "1 s\nThe same person."
    strip.list.setCurrentRow(0)
    assert document.result is None
    assert not window.actions_by_id["edit.again"].isEnabled()
    key(window, Qt.Key.Key_PageDown)
    assert document.shown == 0
    key(window, Qt.Key.Key_PageUp)
    key(window, Qt.Key.Key_PageUp)
    assert document.shown == -1


def test_a_result_gives_its_settings_back_and_becomes_the_next_photo(
    window: MainWindow, document: Document, engine: FakeClient, qtbot: QtBot
) -> None:
    edit = window.studio.editing
    edit.prompt, edit.strength = "a photo of a <anna/me> woman with red hair", 0.4
    edited(window, engine, qtbot, (0, 255, 0))
    edit.prompt, edit.strength = "something else", 1.0
    window.actions_by_id["edit.again"].trigger()
    assert (edit.prompt, edit.strength) == ("a photo of a <anna/me> woman with red hair", 0.4)
    assert window.panels.currentWidget() is window.edit_panel
    window.actions_by_id["edit.continue"].trigger()
    qtbot.waitUntil(lambda: window.studio.documents.document is not document)
    assert window.studio.documents.document is not None
    assert window.studio.documents.document.rgb[0, 0].tolist() == [0, 255, 0]


def test_before_is_shown_while_the_key_is_held_and_split_stays(
    window: MainWindow, document: Document, engine: FakeClient, qtbot: QtBot
) -> None:
    view = window.workspace.view
    edited(window, engine, qtbot, (0, 255, 0))
    key(window, Qt.Key.Key_S)
    assert document.compare == "split"
    assert window.actions_by_id["view.split"].isChecked()
    QTest.keyPress(view, Qt.Key.Key_Backslash)
    assert document.compare == "before"
    QTest.keyRelease(view, Qt.Key.Key_Backslash)
    assert document.compare == "split"
    window.workspace.bar.before.pressed.emit()
    assert document.compare == "before"
    window.workspace.bar.before.released.emit()
    key(window, Qt.Key.Key_S)
    assert document.compare == "off"


def test_where_a_word_looks_is_shown_and_hidden(
    window: MainWindow, document: Document, engine: FakeClient, qtbot: QtBot
) -> None:
    bar, look = window.workspace.bar, window.actions_by_id["view.look"]
    look.trigger()
    assert window.studio.messages.current is not None
    assert not look.isChecked()
    window.studio.editing.prompt = "a photo of a <anna/me> woman smiling"
    offered = [bar.word.itemText(index) for index in range(bar.word.count())]
    assert offered == ["<anna/me>", "woman", "smiling"]
    bar.word.setEditText("smiling")
    look.trigger()
    qtbot.waitUntil(lambda: engine.running is not None)
    assert isinstance(engine.submitted[-1], api.ShowAttention)
    engine.finish()
    qtbot.waitUntil(lambda: document.heat is not None)
    assert look.isChecked()
    look.trigger()
    assert document.heat is None
    assert not look.isChecked()


def test_zoom_is_shown_and_changed(window: MainWindow, document: Document) -> None:
    bar, view = window.workspace.bar, window.workspace.view
    window.actions_by_id["view.actual"].trigger()
    assert view.zoom == pytest.approx(1.0)
    assert bar.zoom.text() == "100 %"
    key(window, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert view.zoom == pytest.approx(1.25)
    window.actions_by_id["view.fit"].trigger()
    assert view.zoom > 1.25


def test_before_does_not_stay_when_another_program_comes_to_the_front(
    window: MainWindow, document: Document, engine: FakeClient, qtbot: QtBot, qapp: QApplication
) -> None:
    edited(window, engine, qtbot, (0, 255, 0))
    QTest.keyPress(window.workspace.view, Qt.Key.Key_Backslash)
    assert document.compare == "before"
    qapp.sendEvent(qapp, QEvent(QEvent.Type.ApplicationDeactivate))
    assert document.compare == "off"


def test_the_wheel_changes_no_value_in_passing(window: MainWindow, document: Document) -> None:
    window.show_panel("edit")
    field = window.edit_panel.strength.slider
    turn = QWheelEvent(
        QPointF(5, 5), QPointF(field.mapToGlobal(field.rect().center())), QPoint(0, -120), QPoint(0, -120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    window.edit_panel.prompt.setFocus()
    QApplication.sendEvent(field, turn)
    assert window.studio.editing.strength == 1.0
    field.setFocus()
    QApplication.sendEvent(field, turn)
    assert window.studio.editing.strength < 1.0


def test_zoom_in_has_a_second_key_until_the_user_chooses_one(window: MainWindow, document: Document) -> None:
    view, actions = window.workspace.view, window.actions_by_id
    zoom = view.zoom
    key(window, Qt.Key.Key_Equal, Qt.KeyboardModifier.ControlModifier)
    assert view.zoom == pytest.approx(zoom * 1.25)
    assert actions.change_shortcut("view.zoom-in", "Ctrl+9") == ""
    key(window, Qt.Key.Key_Equal, Qt.KeyboardModifier.ControlModifier)
    assert view.zoom == pytest.approx(zoom * 1.25)
    key(window, Qt.Key.Key_9, Qt.KeyboardModifier.ControlModifier)
    assert view.zoom == pytest.approx(zoom * 1.25**2)


def test_files_dropped_on_the_prompt_are_not_written_into_it(window: MainWindow, photo: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(photo))])
    data.setText(str(photo))
    assert not window.edit_panel.prompt.canInsertFromMimeData(data)


# ---------------------------------------------------------------------- tokens and panels


def test_a_double_clicked_token_goes_before_its_noun(window: MainWindow, document: Document) -> None:
    window.show_panel("learn")
    window.library_panel.chosen.emit("anna/me")
    assert window.studio.editing.prompt == "a photo of a <anna/me> woman in a forest"
    assert window.panels.currentWidget() is window.edit_panel
    window.studio.editing.prompt = "a portrait"
    window.library_panel.chosen.emit("anna/me")
    assert window.studio.editing.prompt == "a portrait <anna/me>"


def test_a_learned_token_goes_into_the_prompt(
    window: MainWindow, document: Document, engine: FakeClient, qtbot: QtBot
) -> None:
    window.show_panel("learn")
    learn = window.studio.learning
    learn.person, learn.class_noun, learn.kind = "bea", "woman", "attribute"
    key(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: learn.job is not None and engine.running is not None)
    engine.finish()
    qtbot.waitUntil(lambda: "<bea/me>" in window.studio.editing.prompt)
    assert window.panels.currentWidget() is window.edit_panel


def test_the_layout_is_remembered_and_can_be_reset(
    window: MainWindow, engine: FakeClient, tmp_path: Path, qtbot: QtBot
) -> None:
    window.docks["jobs"].hide()
    window.close()
    again = MainWindow(StudioState(EngineLink(lambda: FakeClient()), tmp_path))
    qtbot.addWidget(again)
    again.show()
    assert again.docks["jobs"].isHidden()
    again.reset_layout()
    assert again.docks["jobs"].isVisible()
    again.close()


# ---------------------------------------------------------------------- the engine and the end


def test_an_engine_that_dies_shows_is_started_again_and_nothing_is_lost(
    window: MainWindow, document: Document, engine: FakeClient, qtbot: QtBot
) -> None:
    edited(window, engine, qtbot, (0, 255, 0))
    window.actions_by_id["mask.all"].trigger()
    engine.die()
    qtbot.waitUntil(lambda: "again" in window.engine_label.text())
    assert window.message_box.isVisible()
    engine.revive()
    qtbot.waitUntil(lambda: "ready" in window.engine_label.text(), timeout=8000)
    assert window.studio.documents.document is document
    assert len(document.results) == 1
    assert document.masks.layer.pixels.all()
    assert window.studio.editing.prompt
    edited(window, engine, qtbot, (0, 0, 255))


def test_an_engine_that_does_not_come_back_can_be_started_by_hand(
    window: MainWindow, engine: FakeClient, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qt_app.engine.RESTART_DELAYS_MS", (1, 1, 1))
    engine.die()
    qtbot.waitUntil(lambda: window.restart.isVisible(), timeout=8000)
    assert window.actions_by_id["engine.restart"].isEnabled()
    engine.revive()
    window.restart.click()
    qtbot.waitUntil(lambda: window.studio.link.state == "connected")
    assert not window.restart.isVisible()


@pytest.mark.parametrize("answer", ["keep", "stop", "stay"])
def test_closing_while_learning_asks_what_becomes_of_it(
    window: MainWindow,
    document: Document,
    engine: FakeClient,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
) -> None:
    learn = window.studio.learning
    learn.person, learn.kind = "bea", "attribute"
    learn.start()
    qtbot.waitUntil(lambda: learn.job is not None and engine.running is not None)
    monkeypatch.setattr(window, "ask_about_learning", lambda: answer)
    cancelled: list[str] = []
    engine.subscribe(lambda event: cancelled.append(event.job.state) if event.job else None)
    window.close()
    if answer == "stay":
        assert window.isVisible()
        assert not cancelled
    else:
        qtbot.waitUntil(lambda: not window.isVisible())
        assert ("cancelled" in cancelled) == (answer == "stop")


def test_closing_in_the_middle_of_an_edit_leaves_nothing_behind(
    window: MainWindow, document: Document, engine: FakeClient, qtbot: QtBot
) -> None:
    window.studio.editing.prompt = "a photo of a <anna/me> woman"
    window.studio.editing.start()
    window.studio.masking.find("face")
    qtbot.waitUntil(lambda: engine.running is not None)
    window.close()
    assert not window.isVisible()


# ---------------------------------------------------------------------- panels


def test_each_preset_shows_its_time_and_memory(
    window: MainWindow, engine: FakeClient, document: Document, qtbot: QtBot
) -> None:
    seconds = {40: 100.0, 100: 200.0, 300: 400.0}
    engine.answers[queries.EstimateJob] = lambda request: api.Estimate(
        seconds[request.learn.settings.steps_joint] if request.learn else 40.0,
        3_400_000_000,
        8 * 10**9,
        True,
        "CPU",
        "A guess.",
    )
    engine.tell(api.Event("models"))
    box, panel = window.learn_panel.preset, window.learn_panel
    wanted = [
        "quick · ≈ 2 min · 3.4 GB",
        "balanced · ≈ 3 min · 3.4 GB",
        "best · ≈ 7 min · 3.4 GB",
    ]
    qtbot.waitUntil(lambda: [box.itemText(row) for row in range(box.count())] == wanted)
    assert panel.estimate.text() == "about 3 min · 3.4 GB of memory, 8.0 GB are free · CPU\nA guess."
    window.studio.learning.preset = "best"
    assert panel.estimate.text().startswith("about 7 min")


def test_a_words_weight_is_a_slider_and_goes_with_its_word(window: MainWindow, document: Document) -> None:
    edit, field = window.studio.editing, window.edit_panel.weights
    edit.prompt = "a photo of a <anna/me> woman smiling"
    assert [field.words.itemText(row) for row in range(field.words.count())] == [
        "<anna/me>",
        "woman",
        "smiling",
    ]
    field.words.lineEdit().setText("Smiling")
    QTest.keyClick(field.words.lineEdit(), Qt.Key.Key_Return)
    assert edit.weights == {"smiling": 1.0}
    assert field.words.currentText() == ""
    field.rows["smiling"].number.setValue(1.5)
    assert edit.weights == {"smiling": 1.5}
    edit.weights = {"smiling": 0.5, "woman": 2.0}
    assert field.rows["smiling"].number.value() == 0.5
    edit.prompt = "a photo of a <anna/me> woman"
    assert not field.rows["smiling"].isEnabled()
    assert field.rows["woman"].isEnabled()
    field.remove("woman")
    assert list(edit.weights) == ["smiling"]


def test_people_have_pictures_and_say_how_many_tokens(
    window: MainWindow, engine: FakeClient, qapp: QApplication, qtbot: QtBot
) -> None:
    install_language(qapp, "en")
    engine.world.add_token("anna/smile", picture())
    engine.world.add_token("bea/me")
    engine.tell(api.Event("library"))
    panel = window.library_panel
    qtbot.waitUntil(lambda: len(window.studio.library.tokens) == 3)
    tree = panel.tree
    qtbot.waitUntil(
        lambda: [tree.topLevelItem(row).text(0) for row in (0, 1)] == ["anna\n2 tokens", "bea\n1 token"]
    )
    anna, bea = tree.topLevelItem(0), tree.topLevelItem(1)
    qtbot.waitUntil(lambda: not anna.icon(0).isNull() and not anna.child(1).icon(0).isNull())
    assert bea.icon(0).isNull()
    panel.search.setText("smile")
    qtbot.waitUntil(lambda: len(window.studio.library.tokens) == 1)
    assert tree.topLevelItem(0).text(0) == "anna\n2 tokens"
    assert not tree.topLevelItem(0).icon(0).isNull()


def test_the_librarys_keys_delete_and_rename(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel, library = window.library_panel, window.studio.library
    panel.select("anna/me")
    panel.tree.setFocus()
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("anna/other", True))
    QTest.keyClick(panel.tree, Qt.Key.Key_F2)
    qtbot.waitUntil(lambda: library.token("anna/other") is not None)
    panel.select("anna/other")
    QTest.keyClick(panel.tree, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: library.tokens == ())
    panel.undo_bar.button.click()
    qtbot.waitUntil(lambda: library.token("anna/other") is not None)
