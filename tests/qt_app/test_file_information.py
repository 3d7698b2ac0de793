"""The dialog about a file: what it says of its making, in the window's language, as plain text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from qt_app.app import make_window
from qt_app.ui.features import Features
from qt_app.ui.file_information_dialog import FileInformationDialog
from qt_app.ui.main_window import MainWindow
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.imaging.provenance import Provenance
from s2edit_plugin.imaging.writing import encode_exactly
from tests.fakes.engine_client import FakeClient


@pytest.fixture
def window(qapp: QApplication) -> Iterator[MainWindow]:
    engine = FakeClient()
    window = make_window(qapp, "light", lambda: engine)
    yield window
    window.close()
    window.deleteLater()


def dialog_of(window: MainWindow) -> FileInformationDialog:
    window.actions_by_id["file.information"].trigger()
    features = window.findChild(Features)
    assert features is not None
    dialog = features.saving.information_dialog
    assert dialog is not None
    return dialog


def result_file() -> bytes:
    pixels = np.random.default_rng(0).integers(0, 255, (40, 60, 3), dtype=np.uint8)
    photo = Photo(pixels, None, "PNG", texts=(("parameters", "<b>a cat</b>, Steps: 20"),))
    return encode_exactly(photo, pixels, provenance=Provenance("small"))


def test_the_open_photos_file_is_shown_then_any_other(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog, state = dialog_of(window), window.studio.file_information
    assert dialog.title.text() == "No file"
    (tmp_path / "one.png").write_bytes(result_file())
    window.studio.documents.open_file(str(tmp_path / "one.png"))
    qtbot.waitUntil(lambda: window.studio.documents.document is not None)
    assert dialog_of(window) is dialog
    qtbot.waitUntil(lambda: not state.busy, timeout=60_000)
    said = dialog.text.text()
    assert "It says that it was edited by AI." in said
    assert "The base model was small." in said
    assert "It has no Content Credentials." in said
    assert "Stable Diffusion WebUI left its settings: <b>a cat</b>, Steps: 20." in said
    assert dialog.text.textFormat() == Qt.TextFormat.PlainText
    assert dialog.kind.text() == "PNG · 60 × 40"
    dialog.copy.click()
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text().startswith("one.png\nIt says")
    (tmp_path / "notes.txt").write_text("no picture")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "notes.txt"), ""))
    dialog.other.click()
    qtbot.waitUntil(lambda: not state.busy, timeout=60_000)
    assert dialog.text.text() == "notes.txt is not a picture that can be read. Name a picture file."
    assert not dialog.copy.isEnabled()
