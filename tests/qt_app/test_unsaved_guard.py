"""What is in no file does not go without a question; undo goes over results; results can be copied; keys go where one is."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from qt_app.app import make_window
from qt_app.model.document import Document
from qt_app.ui.features import features_of
from qt_app.ui.main_window import MainWindow
from qt_app.ui.unsaved_guard import UnsavedGuard
from s2edit_plugin import api
from tests.fakes.engine_client import FakeClient

SIZE = (60, 40)
ASK = UnsavedGuard.ask


def picture(colour: tuple[int, int, int] = (200, 120, 90)) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", SIZE, colour).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def window(
    qapp: QApplication, engine: FakeClient, data_home: Path, tmp_path: Path, qtbot: QtBot
) -> Iterator[MainWindow]:
    """A window with a photo."""
    made = make_window(qapp, "light", lambda: engine)
    made.show()
    (tmp_path / "one.png").write_bytes(picture())
    made.studio.documents.open_file(str(tmp_path / "one.png"))
    qtbot.waitUntil(lambda: made.studio.documents.document is not None)
    yield made
    made.studio.documents.guards.clear()
    made.close()
    made.deleteLater()


@pytest.fixture
def document(window: MainWindow) -> Document:
    """The photo."""
    document = window.studio.documents.document
    assert document is not None
    return document


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked; the user stays."""
    said: list[str] = []

    def ask(_: UnsavedGuard, words: list[str]) -> str:
        said.extend(words)
        return "stay"

    monkeypatch.setattr(UnsavedGuard, "ask", ask)
    return said


def paint(document: Document, layer: str = "region") -> None:
    document.masks.replace(layer, np.tile(np.arange(60, dtype=np.uint8), (40, 1)), "painted")


def edit(
    window: MainWindow, engine: FakeClient, qtbot: QtBot, colour: tuple[int, int, int], history: str
) -> None:
    """Run an edit; ``history``: its id there, "" where it could not be written."""
    document = window.studio.documents.document
    assert document is not None
    before = len(document.results)
    window.studio.editing.prompt = "a photo of a woman smiling"
    window.studio.editing.start()
    qtbot.waitUntil(lambda: engine.running is not None)
    made = api.EditResult(picture(colour), b"", 1.0, False, "a", "b")
    engine.finish(dataclasses.replace(made, history_id=history))
    qtbot.waitUntil(lambda: len(document.results) > before)


def leave(window: MainWindow, way: str, tmp_path: Path) -> None:
    """Do what would take the photo away."""
    if way == "quit":
        window.close()
    elif way == "open":
        (tmp_path / "two.png").write_bytes(picture((1, 2, 3)))
        window.studio.documents.open_file(str(tmp_path / "two.png"))
    else:
        window.studio.documents.open_picture(picture((1, 2, 3)))


@pytest.mark.parametrize("way", ["quit", "open", "paste"])
def test_a_painted_mask_does_not_go_without_a_question(
    window: MainWindow, document: Document, asked: list[str], tmp_path: Path, way: str
) -> None:
    paint(document)
    leave(window, way, tmp_path)
    assert len(asked) == 1
    assert "1 painted mask" in asked[0]
    assert window.isVisible()
    assert not window.studio.documents.opening
    assert window.studio.documents.document is document


def test_what_is_saved_or_kept_with_a_result_goes_without_one(
    window: MainWindow, document: Document, engine: FakeClient, asked: list[str], tmp_path: Path, qtbot: QtBot
) -> None:
    assert features_of(window).saving.unsaved_guard.may_close()
    paint(document)
    window.studio.masking.save(str(tmp_path / "mask.png"))
    qtbot.waitUntil(lambda: not document.masks.layers["region"].unsaved)
    assert features_of(window).saving.unsaved_guard.may_close()
    paint(document, "subject")
    edit(window, engine, qtbot, (1, 2, 3), "kept")  # its masks lie in the history, too
    assert not document.masks.layers["subject"].unsaved
    document.mark_saved(document.results[0])
    assert features_of(window).saving.unsaved_guard.may_close()
    assert not asked


@pytest.mark.parametrize("history", ["", "kept"])
def test_a_result_in_no_file_is_asked_about_and_where_it_is_kept_is_said(
    window: MainWindow, document: Document, engine: FakeClient, asked: list[str], qtbot: QtBot, history: str
) -> None:
    edit(window, engine, qtbot, (1, 2, 3), history)
    edit(window, engine, qtbot, (4, 5, 6), history)
    window.close()
    assert window.isVisible()
    assert len(asked) == 1
    assert asked[0].startswith("2 results")
    assert ("would be lost" in asked[0]) == (not history)
    assert ("stay in the history" in asked[0]) == bool(history)
    document.mark_saved(document.results[0])  # one is in a file: those in the history were tries
    assert features_of(window).saving.unsaved_guard.may_close() == bool(history)


@pytest.mark.parametrize("button", ["Save …", "Go on without saving", "Cancel"])
def test_the_question_saves_goes_on_or_stays(
    window: MainWindow,
    document: Document,
    engine: FakeClient,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    button: str,
) -> None:
    monkeypatch.setattr(UnsavedGuard, "ask", ASK)
    paint(document)
    edit(window, engine, qtbot, (1, 2, 3), "")
    mask = tmp_path / "mask.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(mask), ""))

    def answer() -> None:
        box = next(box for box in window.findChildren(QMessageBox) if box.isVisible())
        assert box.textFormat() == Qt.TextFormat.PlainText
        if button == "Save …":
            QTimer.singleShot(100, lambda: features_of(window).saving.save().save.click())
        next(one for one in box.buttons() if one.text().replace("&", "") == button).click()

    QTimer.singleShot(0, answer)
    window.close()
    assert window.isVisible() == (button == "Cancel")
    assert mask.exists() == (button == "Save …")
    assert (tmp_path / "one-edited.png").exists() == (button == "Save …")


# ---------------------------------------------------------------------- undo, copy, keys


def test_undo_and_redo_go_over_results_and_masks_in_the_order_they_came(
    window: MainWindow, document: Document, engine: FakeClient, qtbot: QtBot
) -> None:
    undo, redo = window.actions_by_id["edit.undo"], window.actions_by_id["edit.redo"]
    edit(window, engine, qtbot, (1, 2, 3), "a")
    paint(document)
    edit(window, engine, qtbot, (4, 5, 6), "b")
    first, second = document.results
    assert "edit" in undo.text()
    undo.trigger()
    assert document.result is first
    assert len(document.results) == 2  # it stays in the row
    undo.trigger()
    assert not document.masks.layers["region"].pixels.any()
    undo.trigger()
    assert document.result is None
    assert not undo.isEnabled()
    for _ in range(3):
        redo.trigger()
    assert document.result is second
    assert document.masks.layers["region"].pixels.any()
    document.shown = -1
    undo.trigger()
    assert document.result is first


def test_what_is_on_show_can_be_copied(
    window: MainWindow, document: Document, engine: FakeClient, qtbot: QtBot
) -> None:
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    window.actions_by_id["edit.copy"].trigger()
    assert clipboard.image().pixelColor(3, 3).getRgb()[:3] == (200, 120, 90)
    edit(window, engine, qtbot, (1, 2, 3), "a")
    QTest.keyClick(window.workspace.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    image = clipboard.image()
    assert (image.width(), image.height()) == SIZE
    assert image.pixelColor(59, 39).getRgb()[:3] == (1, 2, 3)
    window.studio.documents.document = None
    assert not window.actions_by_id["edit.copy"].isEnabled()


@pytest.mark.parametrize("name", ["panel.learn", "panel.edit", "panel.search"])
def test_what_is_typed_after_a_panels_shortcut_goes_into_the_panel(
    window: MainWindow, document: Document, qtbot: QtBot, name: str
) -> None:
    window.activateWindow()
    window.docks["history"].raise_()
    window.workspace.view.setFocus()
    window.actions_by_id[name].trigger()
    field = {
        "panel.learn": window.learn_panel.person,
        "panel.edit": window.edit_panel.prompt,
        "panel.search": window.library_panel.search,
    }[name]
    qtbot.waitUntil(field.hasFocus)
    tool = window.studio.tools.tool
    QTest.keyClicks(QApplication.focusWidget(), "bel")
    assert window.studio.tools.tool == tool
    text = field.toPlainText() if name == "panel.edit" else field.text()  # type: ignore[union-attr]
    assert text == "bel"
