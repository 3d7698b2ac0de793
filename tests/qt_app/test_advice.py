"""A banner where the small model meets a photo, and hints that can be pressed instead of typed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qt_app.app import make_window
from qt_app.model.remedies import remedy_of
from qt_app.ui.banner import SmallModelBanner
from qt_app.ui.main_window import MainWindow
from s2edit_plugin.errors import ModelError, UsageError
from s2edit_plugin.storage.paths import models_package
from tests.e2e.scenes import MODELS
from tests.fakes.engine_client import FakeClient

SAMPLE = models_package() / "samples" / "anna.png"


@pytest.mark.parametrize(
    ("hint", "words", "action"),
    [
        ("Run `s2edit models install sd15` (2.7 GB to download).", "", "tokens.models"),
        ("`s2edit models list` shows what there is.", "", "tokens.models"),
        ("Import it: s2edit models import FILE.", "", "tokens.models"),
        ("Free some space, or use less. `s2edit models move` helps.", "Free some space, or use less.", "tokens.models"),
        ("Wait a little; `s2edit doctor` says more.", "Wait a little.", "help.diagnostics"),
        ("`s2edit engine status` names it.", "", "help.diagnostics"),
        ("Start the window, or run `s2edit engine start`.", "", "engine.restart"),
        ("Führen Sie `s2edit models install sd15` aus (2,7 GB).", "", "tokens.models"),
        ("Choose a smaller crop.", "Choose a smaller crop.", ""),
        ("`s2edit tokens check --repair` mends it.", "`s2edit tokens check --repair` mends it.", ""),
        ("", "", ""),
    ],
)  # fmt: skip
def test_hints_name_what_can_be_pressed(hint: str, words: str, action: str) -> None:
    assert remedy_of(hint) == (words, action)


@pytest.fixture
def window(qapp: QApplication, engine: FakeClient, data_home: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    engine.world.models = {model.name: model for model in MODELS}
    made = make_window(qapp, "light", lambda: engine)
    made.show()
    qtbot.waitUntil(lambda: bool(made.studio.models.models))
    yield made
    made.close()
    made.deleteLater()


def banners(window: MainWindow) -> list[SmallModelBanner]:
    return window.findChildren(SmallModelBanner)


def test_a_photo_with_the_small_model_gets_a_banner_with_a_button(
    window: MainWindow, engine: FakeClient, tmp_path: Path, qtbot: QtBot
) -> None:
    assert len(banners(window)) == 2  # before Learn and before Edit
    assert all(banner.isHidden() for banner in banners(window))
    photo = tmp_path / "photo.png"
    photo.write_bytes(SAMPLE.read_bytes())
    window.studio.documents.open_file(str(photo))
    qtbot.waitUntil(lambda: not any(banner.isHidden() for banner in banners(window)))
    assert window.learn_panel.findChild(SmallModelBanner) is not None
    edit = window.edit_panel.findChild(SmallModelBanner)
    assert edit is not None
    edit.main_button.click()
    qtbot.waitUntil(lambda: any(w.objectName() == "page-models" and w.isVisible() for w in qapp_widgets()))
    models = {
        name: dataclasses.replace(model, in_use=name == "sdxl") for name, model in engine.world.models.items()
    }
    engine.world.models = models
    window.studio.models.refresh()
    qtbot.waitUntil(lambda: all(banner.isHidden() for banner in banners(window)))


def qapp_widgets() -> list[object]:
    return list(QApplication.allWidgets())


def test_the_programs_own_pictures_get_none_and_it_can_be_dismissed(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window.studio.documents.open_file(str(SAMPLE))
    qtbot.waitUntil(lambda: window.studio.documents.document is not None)
    assert not window.studio.advice.small_model
    (tmp_path / "photo.png").write_bytes(SAMPLE.read_bytes())
    window.studio.documents.open_file(str(tmp_path / "photo.png"))
    qtbot.waitUntil(lambda: window.studio.advice.small_model)
    banners(window)[0].dismiss.click()
    assert all(banner.isHidden() for banner in banners(window))


def test_an_error_that_names_a_command_has_a_button_and_can_still_be_copied(
    window: MainWindow, qtbot: QtBot
) -> None:
    box, messages = window.message_box, window.studio.messages
    messages.error(
        ModelError("The model 'sd15' is not installed.", "Run `s2edit models install sd15` (2.7 GB).")
    )
    assert box.remedy.isVisibleTo(window)
    assert not box.hint.isVisibleTo(window)
    assert messages.current is not None
    assert "s2edit models install sd15" in messages.current.as_text()
    box.remedy.click()
    qtbot.waitUntil(lambda: any(w.objectName() == "page-models" and w.isVisible() for w in qapp_widgets()))
    messages.error(UsageError("No.", "Choose a smaller crop."))
    assert not box.remedy.isVisibleTo(window)
    assert box.hint.text() == "Choose a smaller crop."
