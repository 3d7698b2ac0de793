"""The settings dialog: what engine and window share, look, shortcuts, base models."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import QProcess, Qt
from PyQt6.QtGui import QKeySequence
from PyQt6.QtWidgets import QApplication, QDialog, QFileDialog, QMessageBox, QProgressBar
from pytestqt.qtbot import QtBot

from qt_app.app import make_window
from qt_app.model.base_models import IMPORTING, MOVING
from qt_app.model.preferences import Preferences
from qt_app.ui.features import Features
from qt_app.ui.main_window import MainWindow
from qt_app.ui.models_page import LicenceDialog, ModelsPage
from qt_app.ui.settings_dialog import AppearancePage, ComputingPage, FilesPage, SettingsDialog
from qt_app.ui.shortcuts_page import ShortcutsPage
from qt_app.ui.widgets import show_progress
from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.errors import DownloadError
from s2edit_plugin.storage.paths import models_package
from tests.fakes.engine_client import FakeClient


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, data_home: Path, engine: FakeClient) -> Iterator[MainWindow]:
    window = make_window(qapp, "light", lambda: engine)
    window.show()
    qtbot.waitUntil(lambda: window.studio.settings.known and bool(window.studio.models.models))
    yield window
    window.close()
    window.deleteLater()


@pytest.fixture
def dialog(window: MainWindow) -> SettingsDialog:
    window.actions_by_id["edit.settings"].trigger()
    features = window.findChild(Features)
    assert features is not None
    assert features.settings.dialog is not None
    return features.settings.dialog


def test_a_changed_setting_goes_to_the_engine_and_is_kept(
    window: MainWindow, dialog: SettingsDialog, engine: FakeClient, qtbot: QtBot
) -> None:
    computing, files = dialog.findChild(ComputingPage), dialog.findChild(FilesPage)
    assert computing.memory.text() == "what is free"
    computing.memory.setValue(6.5)
    computing.device.setEditText("cuda:1")
    computing.device.lineEdit().editingFinished.emit()
    computing.safety.setChecked(False)
    files.embed.setChecked(True)
    files.keep.setChecked(False)
    assert not files.limit.isEnabled()
    files.mirror.setText("https://mirror.example")
    dialog.reject()  # what was typed last is not lost
    qtbot.waitUntil(lambda: engine.world.settings["mirror"] == "https://mirror.example")
    got = engine.world.settings
    assert (got["memory_limit_gb"], got["device"], got["safety_checker"]) == (6.5, "cuda:1", False)
    assert (got["embed_settings"], got["keep_history"]) == (True, False)
    changes = [request.changes for request in engine.asked if isinstance(request, queries.ChangeSettings)]
    assert len(changes) == 1  # one question for all of it


def test_what_the_engine_refuses_is_said_and_shown_as_it_was(
    window: MainWindow, dialog: SettingsDialog, engine: FakeClient, qtbot: QtBot
) -> None:
    engine.answers[queries.ChangeSettings] = DownloadError("That address is none.", "Write it as https://…")
    window.studio.settings.mirror = "nonsense"
    window.studio.settings.send()
    qtbot.waitUntil(lambda: window.studio.messages.current is not None)
    qtbot.waitUntil(lambda: window.studio.settings.mirror == "")


def test_what_others_change_is_shown_without_being_sent_back(
    window: MainWindow, dialog: SettingsDialog, engine: FakeClient, qtbot: QtBot
) -> None:
    engine.world.answer(queries.ChangeSettings({"precision": "fp32", "memory_limit_gb": 4}))
    qtbot.waitUntil(lambda: window.studio.settings.precision == "fp32")
    assert window.studio.settings.memory_limit_gb == 4.0
    assert dialog.findChild(ComputingPage).precision.currentData() == "fp32"
    dialog.close()
    assert not [request for request in engine.asked if isinstance(request, queries.ChangeSettings)]


def test_theme_and_language_are_remembered(
    window: MainWindow, dialog: SettingsDialog, data_home: Path
) -> None:
    look = dialog.findChild(AppearancePage)
    for box, value in ((look.theme, "dark"), (look.language, "de")):
        index = box.findData(value)
        box.setCurrentIndex(index)
        box.activated.emit(index)
    assert '"dark"' in (data_home / "window.json").read_text()
    assert window.studio.preferences.language == "de"
    assert window.palette().window().color().lightness() < 100


def test_pages_are_found_by_name(window: MainWindow, dialog: SettingsDialog) -> None:
    window.actions_by_id["edit.shortcuts"].trigger()
    assert isinstance(dialog.pages.currentWidget(), ShortcutsPage)
    window.actions_by_id["tokens.models"].trigger()
    assert isinstance(dialog.pages.currentWidget(), ModelsPage)


# ---------------------------------------------------------------------- shortcuts


def test_shortcuts_are_changed_refused_and_reset(window: MainWindow, dialog: SettingsDialog) -> None:
    page, actions = dialog.findChild(ShortcutsPage), window.actions_by_id
    dialog.show_page("shortcuts")
    page.select("file.open")
    page.keys.setKeySequence(QKeySequence("Ctrl+Alt+O"))
    page.keys.editingFinished.emit()
    assert actions["file.open"].shortcut().toString() == "Ctrl+Alt+O"
    item = page._items["file.open"]
    assert item.text(1) == "Ctrl+Alt+O"
    assert item.font(1).bold()
    page.keys.setKeySequence(QKeySequence("Ctrl+S"))
    page.keys.editingFinished.emit()
    assert "Save result" in page.problem.text()
    assert page.keys.keySequence().toString() == "Ctrl+Alt+O"
    page.none.click()
    assert actions["file.open"].shortcut().isEmpty()
    page.default.click()
    assert actions["file.open"].shortcut().toString() == "Ctrl+O"
    page.select("tool.brush")
    page.none.click()
    page.all_default.click()
    assert actions["tool.brush"].shortcut().toString() == "B"
    assert window.studio.preferences.shortcuts == {}


def test_shortcuts_are_searched_by_name_and_keys(window: MainWindow, dialog: SettingsDialog) -> None:
    page = dialog.findChild(ShortcutsPage)
    page.search.setText("ctrl+z")
    shown = [item.text(0) for item in page._items.values() if not item.isHidden()]
    assert "Undo" in shown
    assert "Brush" not in shown
    page.search.setText("brush smaller")
    assert [item.text(0) for item in page._items.values() if not item.isHidden()] == ["Smaller brush"]


# ---------------------------------------------------------------------- base models


@pytest.fixture
def page(dialog: SettingsDialog, window: MainWindow) -> ModelsPage:
    dialog.show_page("models")
    page = dialog.findChild(ModelsPage)
    assert page is not None
    return page


def shown(page: ModelsPage) -> list[str]:
    buttons = (page.use, page.install, page.verify, page.remove)
    return [button.text() for button in buttons if button.isVisible()]


def test_a_model_is_installed_after_its_licence_used_verified_and_removed(
    window: MainWindow, page: ModelsPage, engine: FakeClient, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = window.studio.models
    assert page._current().name == "small"
    assert shown(page) == []
    page.select("sd15")
    assert shown(page) == ["Install …"]
    asked: list[str] = []

    def no(self: LicenceDialog) -> int:
        asked.append(self.windowTitle())
        return int(QDialog.DialogCode.Rejected)

    monkeypatch.setattr(LicenceDialog, "exec", no)
    page.install.click()
    assert asked == ["Licence of Stable Diffusion 1.5"]
    assert engine.submitted == []
    monkeypatch.setattr(LicenceDialog, "exec", lambda _: QDialog.DialogCode.Accepted)
    page.install.click()
    qtbot.waitUntil(lambda: "sd15" in models.working and engine.running is not None)
    assert engine.submitted == [api.InstallModel("sd15", accept_licence=True)]
    assert page.work.isVisible()
    assert shown(page) == []
    engine.step(3)
    qtbot.waitUntil(lambda: page.work.bar.value() > 0)
    engine.finish()
    qtbot.waitUntil(lambda: shown(page) == ["Use", "Verify", "Remove …"])
    page.use.click()
    qtbot.waitUntil(lambda: models.in_use is not None and models.in_use.name == "sd15")
    assert shown(page) == ["Verify", "Remove …"]
    page.verify.click()
    qtbot.waitUntil(lambda: engine.running is not None)
    engine.finish()
    qtbot.waitUntil(lambda: models.working == {})
    monkeypatch.setattr(QMessageBox, "warning", lambda *_: QMessageBox.StandardButton.Yes)
    page.remove.click()
    qtbot.waitUntil(lambda: shown(page) == ["Install …"])
    models.use("small")
    qtbot.waitUntil(lambda: engine.world.settings["model"] == "")


def test_a_download_is_cancelled_or_fails_with_its_sentence(
    window: MainWindow, page: ModelsPage, engine: FakeClient, qtbot: QtBot
) -> None:
    models, messages = window.studio.models, window.studio.messages
    page.select("sd15")
    models.install("sd15", accept_licence=True)
    qtbot.waitUntil(lambda: page.work.isVisible())
    page.work.cancel.click()
    qtbot.waitUntil(lambda: models.working == {} and not page.work.isVisible())
    assert messages.current is None
    models.install("sd15", accept_licence=True)
    qtbot.waitUntil(lambda: engine.running is not None)
    engine.fail(DownloadError("The connection broke.", "Try again; it goes on where it was."))
    qtbot.waitUntil(lambda: messages.current is not None and models.working == {})
    assert messages.current is not None
    assert messages.current.sentence == "The connection broke."


def test_models_are_imported_and_moved(
    window: MainWindow, page: ModelsPage, engine: FakeClient, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = window.studio.models
    assert "100 GB are free" in page.place.text()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "/somewhere/model")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("/somewhere/m.safetensors", ""))
    for button, job, request in (
        (page.import_folder, IMPORTING, api.ImportModel("/somewhere/model")),
        (page.import_file, IMPORTING, api.ImportModel("/somewhere/m.safetensors")),
        (page.move_models, MOVING, api.MoveModels("/somewhere/model")),
    ):
        button.click()
        qtbot.waitUntil(lambda name=job: name in models.working and engine.running is not None)
        assert engine.submitted[-1] == request
        assert page.place_work.isVisible()
        assert not page.move_models.isEnabled()
        engine.finish()
        qtbot.waitUntil(lambda: models.working == {})


def test_the_licence_must_be_accepted_and_its_words_are_no_markup(qtbot: QtBot) -> None:
    model = queries.ModelInfo(
        "x", "X", licence="L", licence_text="No <b>harm</b>.", licence_url="javascript:x"
    )
    dialog = LicenceDialog(model)
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.main_button.isEnabled()
    assert dialog.words.textFormat() == Qt.TextFormat.PlainText
    dialog.agree.setChecked(True)
    assert dialog.main_button.isEnabled()
    dialog.main_button.click()
    assert dialog.result() == QDialog.DialogCode.Accepted


def test_what_a_catalogue_says_is_shown_as_text_never_as_markup(page: ModelsPage) -> None:
    evil = queries.ModelInfo(
        "x", "X", licence="<img src=x>", licence_url='https://x" onclick="', note="<script>"
    )
    page.about.set_lines(*page._about(evil))
    shown = page.about.text()
    assert "<img" not in shown
    assert "<script" not in shown
    assert 'onclick="' not in shown


def test_progress_in_bytes_fits_into_a_bar(qtbot: QtBot) -> None:
    bar = QProgressBar()
    qtbot.addWidget(bar)
    show_progress(bar, api.Progress("downloading", 3_450_000_000, 6_900_000_000, unit="bytes"))
    assert bar.value() / bar.maximum() == pytest.approx(0.5, abs=0.01)
    show_progress(bar, api.Progress("learning", 7, 10))
    assert (bar.value(), bar.maximum()) == (7, 10)
    show_progress(bar, None)
    assert bar.maximum() == 0
    show_progress(bar, None, over=True)
    assert bar.value() == bar.maximum() == 1


def test_another_language_is_there_after_a_start_that_is_one_click_away(
    window: MainWindow, dialog: SettingsDialog, data_home: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(
        QProcess, "startDetached", lambda program, arguments: started.append([program, *arguments])
    )
    sample = str(models_package() / "samples" / "anna.png")
    window.studio.documents.open_file(sample)
    qtbot.waitUntil(lambda: window.studio.documents.document is not None)
    look = dialog.appearance
    assert look.restart.isHidden()
    look.language.setCurrentIndex(look.language.findData("de"))
    look.language.activated.emit(look.language.currentIndex())
    assert not look.restart.isHidden()
    assert Preferences(data_home / "window.json").language == "de"
    window.studio.documents.guards.append(
        lambda: False
    )  # something is not saved yet, and the user wants to stay
    look.restart.click()
    assert started == []
    window.studio.documents.guards.pop()
    look.restart.click()
    assert started == [[sys.executable, "-m", "qt_app", sample]]
    assert not window.isVisible()


def test_another_language_while_learning_stops_comes_back_too(
    window: MainWindow,
    dialog: SettingsDialog,
    engine: FakeClient,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[str] = []
    monkeypatch.setattr(QProcess, "startDetached", lambda program, _: started.append(program))
    window.studio.documents.open_file(str(models_package() / "samples" / "anna.png"))
    learn = window.studio.learning
    qtbot.waitUntil(lambda: window.studio.documents.document is not None)
    learn.person, learn.kind = "bea", "attribute"
    learn.start()
    qtbot.waitUntil(lambda: learn.job is not None and engine.running is not None)
    for answer in ("stay", "stop"):
        monkeypatch.setattr(window, "ask_about_learning", lambda one=answer: one)
        dialog.appearance.restart_requested.emit()
        assert not started  # the user stays, or learning stops first
        if answer == "stay":
            assert window.when_closed is None
    qtbot.waitUntil(lambda: not window.isVisible())
    assert started == [sys.executable]
    window.close()  # once more, as the clock does that waits for learning
    assert started == [sys.executable]
