"""The first start: responsible use, which model, where models are kept, and what happens afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QApplication, QFileDialog, QWizard
from pytestqt.qtbot import QtBot

from qt_app.app import begin, make_window
from qt_app.model.preferences import Preferences
from qt_app.ui.features import features_of
from qt_app.ui.main_window import MainWindow
from qt_app.ui.wizard import Wizard
from s2edit_plugin import api
from s2edit_plugin.api import queries
from tests.fakes.engine_client import FakeClient

LARGE = queries.ModelInfo(
    "large", "Large", size_bytes=200_000_000_000, licence="L", licence_url="https://l.example", licence_text="Be kind.",
    commercial_use="no", memory_gb=12,
)  # fmt: skip


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, data_home: Path, engine: FakeClient) -> Iterator[MainWindow]:
    sd15 = engine.world.models["sd15"]
    engine.world.models["sd15"] = queries.ModelInfo(
        "sd15", sd15.title, size_bytes=sd15.size_bytes, licence="RAIL", licence_url="https://r.example", commercial_use="yes"
    )  # fmt: skip
    engine.world.models |= {
        "large": LARGE,
        "sam": queries.ModelInfo("sam", "SAM", kind="mask", licence_url="https://s"),
    }
    window = make_window(qapp, "light", lambda: engine)
    window.show()
    qtbot.waitUntil(lambda: bool(window.studio.models.models))
    yield window
    window.close()
    window.deleteLater()


@pytest.fixture
def wizard(window: MainWindow) -> Wizard:
    """At its second step."""
    wizard = features_of(window).help.show_wizard()
    assert not wizard.use_page.isComplete()
    wizard.use_page.agree.setChecked(True)
    wizard.next()
    assert wizard.currentPage() is wizard.model_page
    return wizard


def remembered(data_home: Path) -> bool:
    return Preferences(data_home / "window.json").wizard_done


def test_the_small_model_can_be_tried_at_once(
    window: MainWindow, wizard: Wizard, engine: FakeClient, data_home: Path, qtbot: QtBot
) -> None:
    assert not remembered(data_home)
    wizard.next()
    assert "Nothing is downloaded" in wizard.place_page.next.text()
    wizard.accept()
    qtbot.waitUntil(lambda: window.studio.documents.document is not None)
    assert window.windowTitle().startswith("anna.png")
    assert remembered(data_home)
    assert engine.submitted == []


def test_nothing_goes_on_without_agreeing_to_responsible_use(window: MainWindow) -> None:
    wizard = features_of(window).help.show_wizard()
    next_button = wizard.button(QWizard.WizardButton.NextButton)
    assert not next_button.isEnabled()
    assert wizard.use_page.problem.text()
    wizard.use_page.agree.setChecked(True)
    assert next_button.isEnabled()
    wizard.reject()


def test_a_model_is_downloaded_into_another_folder_and_used_when_it_is_there(
    window: MainWindow,
    wizard: Wizard,
    engine: FakeClient,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page, state = wizard.model_page, window.studio.first_start
    assert list(page.buttons) == ["sd15", "large"]
    assert page.buttons["large"].text() == "Large · 200 GB · needs 12 GB of memory · not for commercial use"
    page.download.click()
    assert not page.isComplete()
    page.accept.setChecked(True)
    assert page.isComplete()
    page.buttons["large"].click()
    assert not page.isComplete()  # each licence is accepted by itself
    page.buttons["sd15"].click()
    page.accept.setChecked(True)
    wizard.next()
    assert "2.7 GB" in wizard.place_page.room.text()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 10**10})())
    wizard.place_page.browse.click()
    assert state.place == str(tmp_path)
    wizard.place_page.sample.setChecked(False)
    wizard.accept()
    qtbot.waitUntil(lambda: engine.submitted == [api.MoveModels(str(tmp_path))])
    engine.finish()
    qtbot.waitUntil(lambda: engine.submitted[-1] == api.InstallModel("sd15", accept_licence=True))
    qtbot.waitUntil(lambda: engine.running is not None)
    engine.finish()
    qtbot.waitUntil(lambda: engine.world.settings["model"] == "sd15")
    assert window.studio.documents.document is None


def test_a_disk_without_room_keeps_one_from_going_on(window: MainWindow, wizard: Wizard) -> None:
    state = window.studio.first_start
    state.model, state.choice, state.accepted = "large", "download", True
    wizard.next()
    assert not wizard.place_page.isComplete()
    assert "not enough room" in wizard.place_page.problem.text()
    state.choice = "small"
    assert wizard.place_page.isComplete()


def test_a_model_of_this_machine_is_imported_and_used(
    window: MainWindow, wizard: Wizard, engine: FakeClient, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = wizard.model_page
    page.imported.click()
    assert not page.isComplete()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("/models/mine.safetensors", ""))
    page.file.click()
    assert page.isComplete()
    wizard.next()
    wizard.place_page.sample.setChecked(False)
    wizard.accept()
    qtbot.waitUntil(lambda: engine.submitted == [api.ImportModel("/models/mine.safetensors")])
    engine.finish()
    qtbot.waitUntil(lambda: engine.world.settings["model"] == "imported")


def test_an_installed_model_is_only_chosen(
    window: MainWindow, wizard: Wizard, engine: FakeClient, qtbot: QtBot
) -> None:
    engine.world.finish(api.InstallModel("sd15"))
    state = window.studio.first_start
    qtbot.waitUntil(lambda: state.offered[0].installed)
    wizard.model_page.download.click()
    assert wizard.model_page.isComplete()
    assert not wizard.model_page.accept.isVisible()
    wizard.next()
    wizard.accept()
    qtbot.waitUntil(lambda: engine.world.settings["model"] == "sd15")
    assert engine.submitted == []


def test_closing_it_uses_the_small_model_and_does_not_ask_again(
    window: MainWindow, wizard: Wizard, engine: FakeClient, data_home: Path
) -> None:
    wizard.reject()
    assert remembered(data_home)
    assert engine.submitted == []
    # It can be had again from the menu, from its beginning.
    window.actions_by_id["help.first-start"].trigger()
    assert wizard.currentPage() is wizard.use_page
    wizard.reject()


def test_it_comes_with_the_first_start_alone_and_not_before_a_photo(window: MainWindow) -> None:
    features = features_of(window)
    begin(window, "/photos/anna.jpg")
    assert features.help.wizard is None
    begin(window, None)
    assert features.help.wizard is not None
    assert features.help.wizard.isVisible()
    features.help.wizard.reject()
    begin(window, None)
    assert not features.help.wizard.isVisible()
