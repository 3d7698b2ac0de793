"""Details of a token, and tokens and people as files."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from qt_app.app import make_window
from qt_app.ui.features import Features
from qt_app.ui.main_window import MainWindow
from qt_app.ui.token_dialog import TokenDialog
from s2edit_plugin.api import queries
from s2edit_plugin.errors import ConsentError, TokenError
from tests.fakes.engine_client import FakeClient


def picture() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (40, 40), (200, 120, 90)).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, data_home: Path, engine: FakeClient) -> Iterator[MainWindow]:
    engine.world.add_token(
        "anna/me", picture(), picture(), source_prompt="a photo of a <b>woman</b>", loss=0.03, tags=("studio",),
        attribute_words=("smiling",), consent="Given.",
    )  # fmt: skip
    engine.world.add_token("anna/lips", kind="attribute", usable=False, base_model="sd15")
    window = make_window(qapp, "light", lambda: engine)
    window.show()
    qtbot.waitUntil(lambda: len(window.studio.library.tokens) == 2)
    yield window
    window.close()
    window.deleteLater()


@pytest.fixture
def features(window: MainWindow) -> Features:
    features = window.findChild(Features)
    assert features is not None
    return features


def details_of(window: MainWindow, name: str, qtbot: QtBot) -> TokenDialog:
    window.library_panel.select(name)
    window.actions_by_id["tokens.details"].trigger()
    qtbot.waitUntil(lambda: bool(window.findChildren(TokenDialog)))
    return window.findChildren(TokenDialog)[-1]


def test_details_show_all_there_is_and_never_as_markup(window: MainWindow, qtbot: QtBot) -> None:
    dialog = details_of(window, "anna/me", qtbot)
    labels = dialog.findChildren(QLabel)
    texts = [label.text() for label in labels]
    for words in ("a photo of a <b>woman</b>", "smiling", "0.0300", "Given."):
        assert words in texts
    marked = next(label for label in labels if "<b>" in label.text())
    assert marked.textFormat() == Qt.TextFormat.PlainText
    assert sum(not label.pixmap().isNull() for label in labels) == 2
    dialog.use.click()
    assert "<anna/me>" in window.studio.editing.prompt


def test_notes_and_tags_are_kept_when_the_dialog_closes(
    window: MainWindow, engine: FakeClient, qtbot: QtBot
) -> None:
    dialog = details_of(window, "anna/me", qtbot)
    dialog.notes.setPlainText("window light")
    dialog.tags.setText("portrait, studio , portrait")
    dialog.close()
    qtbot.waitUntil(lambda: engine.world.tokens["anna/me"].info.notes == "window light")
    qtbot.waitUntil(lambda: set(engine.world.tokens["anna/me"].info.tags) == {"studio", "portrait"})


def test_a_token_of_another_model_says_so_and_is_not_offered(window: MainWindow, qtbot: QtBot) -> None:
    window.library_panel._items["anna/lips"].setDisabled(False)
    dialog = details_of(window, "anna/lips", qtbot)
    assert any("sd15" in label.text() for label in dialog.findChildren(QLabel))
    assert not dialog.use.isEnabled()
    dialog.close()


def test_tokens_are_exported_one_file_each_and_nothing_is_overwritten(
    window: MainWindow,
    features: Features,
    engine: FakeClient,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    (tmp_path / "anna-me.safetensors").write_bytes(b"precious")
    dialog = features.tokens.export(names=("anna/me", "anna/lips"))
    dialog.private.setChecked(True)
    dialog.main_button.click()
    qtbot.waitUntil(lambda: window.studio.exporting.busy == 0 and len(list(tmp_path.iterdir())) == 3)
    assert (tmp_path / "anna-me.safetensors").read_bytes() == b"precious"
    assert (tmp_path / "anna-me-2.safetensors").read_bytes() == b"token"
    asked = [request for request in engine.asked if isinstance(request, queries.ExportToken)]
    assert sorted((one.name, one.format, one.private) for one in asked) == [
        ("anna/lips", "s2edit", True),
        ("anna/me", "s2edit", True),
    ]
    # What would show the person is off again the next time.
    features.tokens.export(names=("anna/me",))
    assert not dialog.private.isChecked()
    dialog.reject()


def test_options_go_with_the_format_they_belong_to(
    window: MainWindow,
    features: Features,
    engine: FakeClient,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    dialog, state = features.tokens.export(names=("anna/me",)), window.studio.exporting
    rows = (dialog.private, dialog.approximate, dialog.rank)
    assert [dialog.form.isRowVisible(row) for row in rows] == [True, False, False]
    state.private, state.format, state.rank, state.approximate = True, "lora", 8, True
    assert [dialog.form.isRowVisible(row) for row in rows] == [False, True, True]
    engine.answers[queries.ExportToken] = TokenError("A LoRA cannot hold this token.", "Export its vectors.")
    dialog.main_button.click()
    qtbot.waitUntil(lambda: window.studio.messages.current is not None and state.busy == 0)
    (request,) = [request for request in engine.asked if isinstance(request, queries.ExportToken)]
    assert request == queries.ExportToken("anna/me", "lora", private=False, approximate=True, rank=8)
    assert list(tmp_path.glob("*.safetensors")) == []


def test_a_person_is_exported_as_one_file(
    window: MainWindow, features: Features, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    window.library_panel.person_export_requested.emit("anna")
    dialog = features.tokens.export_dialog
    assert dialog is not None
    assert "anna" in dialog.what.text()
    assert not dialog.form.isRowVisible(dialog.format)
    dialog.main_button.click()
    qtbot.waitUntil(lambda: (tmp_path / "anna.zip").exists())


def test_files_are_imported_with_what_the_user_says_about_them(
    window: MainWindow,
    features: Features,
    engine: FakeClient,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "bea.safetensors"
    path.write_bytes(b"vectors")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(path)], ""))
    window.actions_by_id["tokens.import"].trigger()
    dialog = features.tokens.import_dialog
    assert dialog is not None
    assert not dialog.main_button.isEnabled()
    dialog.choose.click()
    assert dialog.files.item(0).text() == "bea.safetensors"
    dialog.name.setText("bea/me")
    dialog.noun.setText("woman")
    dialog.consent.setChecked(True)
    dialog.main_button.click()
    qtbot.waitUntil(lambda: window.library_panel.selected() == ("bea/me",))
    (request,) = [request for request in engine.asked if isinstance(request, queries.ImportFile)]
    assert request == queries.ImportFile(
        b"vectors", "bea.safetensors", "bea/me", "woman", "identity", replace=False, consent=True
    )
    window.actions_by_id["tokens.import"].trigger()
    assert not dialog.consent.isChecked()  # consent is for one person
    dialog.reject()


def test_of_several_files_each_that_is_refused_says_why_and_the_others_come(
    window: MainWindow, features: Features, engine: FakeClient, tmp_path: Path, qtbot: QtBot
) -> None:
    files = []
    for name in ("one", "two"):
        (tmp_path / f"{name}.safetensors").write_bytes(name.encode())
        files.append(str(tmp_path / f"{name}.safetensors"))

    def answer(request: queries.ImportFile) -> queries.Imported:
        if request.data == b"one":
            raise ConsentError("No consent was given.", "Ask the person.")
        return engine.world.answer(request)

    engine.answers[queries.ImportFile] = answer
    state = window.studio.importing
    features.tokens.import_files((files[0], str(tmp_path / "gone"), files[1]))
    state.name = "a/b"
    assert "own names" in state.problem
    state.name = ""
    state.start()
    qtbot.waitUntil(lambda: not state.busy)
    sentences = [message.sentence for message in window.studio.messages.log]
    assert "one.safetensors: No consent was given." in sentences
    assert any(sentence.startswith("gone: It cannot be read") for sentence in sentences)
    assert sentences[-1] == "1 token imported."


def test_without_a_selected_token_the_menu_says_what_to_do(window: MainWindow) -> None:
    window.library_panel.tree.clearSelection()
    window.actions_by_id["tokens.export"].trigger()
    assert window.studio.messages.current is not None
    assert "Choose a token" in window.studio.messages.current.sentence
