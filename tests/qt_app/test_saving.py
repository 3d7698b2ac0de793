"""Saving the result on show: what lies in the file, what is asked first, and what happens when it fails."""

from __future__ import annotations

import errno
import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from qt_app.app import make_window
from qt_app.model.decoding import decoded_result
from qt_app.model.document import Document
from qt_app.model.saving import FORMATS, SUFFIXES, SaveOptions, encoded
from qt_app.ui.features import Features
from qt_app.ui.main_window import MainWindow
from qt_app.ui.save_dialog import SaveDialog
from s2edit_plugin import api
from s2edit_plugin.imaging.credentials.inspection import inspect_picture
from s2edit_plugin.imaging.provenance import NOTICE, Provenance
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.imaging.writing import encode_exactly
from s2edit_plugin.storage.paths import data_folder
from s2edit_plugin.storage.settings import change_settings
from tests.fakes.engine_client import FakeClient

ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
SIZE = (60, 40)
NAMES = ("Photo", "Result", "Region")


def photo_file(format: str = "JPEG") -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    stream = io.BytesIO()
    ramp = np.tile(np.arange(SIZE[0], dtype=np.uint8) * 4, (SIZE[1], 1))
    with Image.fromarray(np.stack([ramp, ramp[:, ::-1], ramp], axis=2)) as image:
        image.save(stream, format, icc_profile=ICC, exif=exif)
    return stream.getvalue()


def made_of(data: bytes) -> api.EditResult:
    photo = read_photo(data, "photo")
    pixels = photo.pixels.copy()
    pixels[10:20, 10:30] = 255 - pixels[10:20, 10:30]
    region = np.zeros(SIZE[::-1], np.uint8)
    region[10:20, 10:30] = 255
    stream = io.BytesIO()
    Image.fromarray(region).save(stream, "PNG")
    image = encode_exactly(photo, pixels, provenance=Provenance("small"))
    return api.EditResult(image, stream.getvalue(), 1.0, False, "a", "b")


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, data_home: Path, tmp_path: Path) -> Iterator[MainWindow]:
    """A window with a JPEG and one result of it, in a folder of its own; files are not signed, which takes another process."""
    change_settings(data_folder(), content_credentials=False)
    engine = FakeClient()
    window = make_window(qapp, "light", lambda: engine)
    (tmp_path / "anna.jpg").write_bytes(photo_file())
    window.studio.documents.open_file(str(tmp_path / "anna.jpg"))
    qtbot.waitUntil(lambda: window.studio.documents.document is not None)
    yield window
    window.close()
    window.deleteLater()


@pytest.fixture
def document(window: MainWindow) -> Document:
    document = window.studio.documents.document
    assert document is not None
    made = made_of(document.data)
    document.add_result(decoded_result(made, api.ApplyEdit(document.data, ("anna/me",), "b")))
    return document


def dialog_of(window: MainWindow) -> SaveDialog:
    features = window.findChild(Features)
    assert features is not None
    window.actions_by_id["file.save"].trigger()
    dialog = features.saving.save_dialog
    assert dialog is not None
    return dialog


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("source", ["JPEG", "PNG"])
def test_every_format_keeps_profile_exif_and_says_what_it_is(format: str, source: str) -> None:
    data = photo_file(source)
    made = made_of(data)
    written = encoded(read_photo(data, "photo"), made, SaveOptions(format), NAMES, data)
    if format == "ORA":
        with zipfile.ZipFile(io.BytesIO(written)) as file:
            written = file.read("mergedimage.png")
    elif format == "PNG":
        assert written == made.image
    got = read_photo(written, "result")
    assert got.format == ("PNG" if format == "ORA" else format)
    assert got.icc == ICC
    assert got.exif is not None
    assert b"Maker" in got.exif
    assert NOTICE.encode() in (got.xmp or b"")
    wanted = read_photo(made.image, "result").pixels
    if format in ("PNG", "TIFF", "ORA"):
        np.testing.assert_array_equal(got.pixels, wanted)


def test_webp_without_loss_has_every_pixel() -> None:
    data = photo_file()
    made = made_of(data)
    written = encoded(read_photo(data, "photo"), made, SaveOptions("WEBP", lossless=True), NAMES)
    np.testing.assert_array_equal(read_photo(written, "x").pixels, read_photo(made.image, "x").pixels)


def test_save_writes_the_engines_own_bytes_and_remembers_how(
    window: MainWindow, document: Document, tmp_path: Path, qtbot: QtBot
) -> None:
    assert not document.saved
    dialog = dialog_of(window)
    state = window.studio.saving
    assert (state.name, state.folder, state.format) == ("anna-edited.jpg", str(tmp_path), "JPEG")
    assert "that the edit does not touch stay as they are" in dialog.notes.text()
    assert "ICC + EXIF" in dialog.notes.text()
    dialog.save.click()
    qtbot.waitUntil(lambda: document.saved)
    assert document.result is not None
    before, wanted = read_photo(document.data), read_photo(document.result.output.image)
    written = read_photo((tmp_path / "anna-edited.jpg").read_bytes())
    changed = (written.pixels != before.pixels).any(axis=2)
    assert changed[10:20, 10:30].any()
    assert not changed[:, 34:].any()  # blocks of 16 pixels and what reaches out of them
    np.testing.assert_allclose(written.pixels[12:18, 12:28], wanted.pixels[12:18, 12:28].astype(int), atol=60)
    assert window.studio.messages.current is not None
    assert "anna-edited.jpg" in window.studio.messages.current.sentence
    # Next time another name is offered, in the same place.
    dialog_of(window)
    assert state.name == "anna-edited-2.jpg"
    state.format = "ORA"
    assert state.name == "anna-edited-2.ora"
    dialog.save.click()
    qtbot.waitUntil(lambda: not state.busy)
    assert zipfile.is_zipfile(tmp_path / "anna-edited-2.ora")
    dialog_of(window)
    assert (state.format, state.name) == ("ORA", "anna-edited.ora")
    dialog.reject()


def test_a_saved_file_is_signed_and_where_it_cannot_be_that_is_said(
    window: MainWindow, document: Document, tmp_path: Path, qtbot: QtBot
) -> None:
    change_settings(data_folder(), content_credentials=True)
    dialog_of(window).save.click()
    qtbot.waitUntil(lambda: document.saved, timeout=60_000)
    report = inspect_picture((tmp_path / "anna-edited.jpg").read_bytes()).credentials
    assert report is not None
    assert (report.state, report.chain[0].actions[1].areas) == ("intact", ((10.0, 10.0, 20.0, 10.0),))
    change_settings(data_folder(), certificate="gone.pem", certificate_key="gone.key")
    dialog_of(window).save.click()
    qtbot.waitUntil(lambda: not window.studio.saving.busy, timeout=60_000)
    said = [message.sentence for message in window.studio.messages.log]
    assert any(sentence.startswith("The file has no Content Credentials. ") for sentence in said)
    assert read_photo((tmp_path / "anna-edited-2.jpg").read_bytes()).size == (40, 60)


def test_only_settings_that_matter_are_shown(window: MainWindow, document: Document) -> None:
    dialog, state = dialog_of(window), window.studio.saving

    def shown() -> list[bool]:
        return [
            dialog.form.isRowVisible(row) for row in (dialog.lossless, dialog.own_quality, dialog.quality)
        ]

    assert shown() == [False, True, False]
    dialog.own_quality.setChecked(False)
    assert shown() == [False, True, True]
    dialog.quality.number.setValue(70)
    assert state.options == SaveOptions("JPEG", 70)
    dialog.format.setCurrentIndex(FORMATS.index("WEBP"))
    dialog.format.activated.emit(FORMATS.index("WEBP"))
    assert shown() == [True, False, True]
    dialog.lossless.setChecked(True)
    assert shown() == [True, False, False]
    assert state.options == SaveOptions("WEBP", None, True)
    state.format = "PNG"
    assert shown() == [False, False, False]
    assert state.options == SaveOptions("PNG")
    dialog.name.clear()
    assert not dialog.save.isEnabled()
    dialog.reject()


@pytest.mark.parametrize(
    ("name", "chosen", "file", "format"),
    [
        ("c.tif", "PNG", "c.tif", "TIFF"),
        ("c.TIFF", "PNG", "c.TIFF", "TIFF"),
        ("c.jpeg", "PNG", "c.jpeg", "JPEG"),
        ("c.jfif", "PNG", "c.jfif", "JPEG"),
        ("c", "WEBP", "c.webp", "WEBP"),
        ("v1.2 final", "TIFF", "v1.2 final.tif", "TIFF"),
        ("sub/c.png", "JPEG", "sub/c.png", "PNG"),
        ("{folder}/sub/c.ora", "JPEG", "sub/c.ora", "ORA"),
        ("sub/../c", "PNG", "c.png", "PNG"),
    ],
)
def test_the_name_says_where_and_in_which_format(
    window: MainWindow, document: Document, tmp_path: Path, qtbot: QtBot, name: str, chosen: str, file: str, format: str
) -> None:  # fmt: skip
    (tmp_path / "sub").mkdir()
    dialog, state = dialog_of(window), window.studio.saving
    state.format = chosen
    dialog.name.setFocus()
    dialog.name.selectAll()
    QTest.keyClicks(dialog.name, name.format(folder=tmp_path))
    QTest.keyClick(dialog.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: document.saved)
    assert not dialog.isVisible()
    written = (tmp_path / file).read_bytes()
    if format == "ORA":
        assert zipfile.is_zipfile(io.BytesIO(written))
    else:
        assert read_photo(written, "result").format == format
    assert state.format == format
    assert Path(state.folder).resolve() == (tmp_path / file).parent


@pytest.mark.parametrize(
    ("name", "said"), [("c.gif", ".gif"), ("c.HEIC", ".HEIC"), ("nowhere/c.png", "nowhere"), ("sub", "name"), ("sub/", "name")]
)  # fmt: skip
def test_a_name_that_cannot_be_written_is_refused_before_the_work(
    window: MainWindow, document: Document, tmp_path: Path, name: str, said: str
) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub.png").mkdir()
    dialog, state = dialog_of(window), window.studio.saving
    state.format = "PNG"
    dialog.name.setText(name)
    assert not dialog.save.isEnabled()
    assert said in state.problem
    QTest.keyClick(dialog.name, Qt.Key.Key_Return)
    assert dialog.isVisible()
    dialog.reject()


def test_an_existing_file_is_replaced_only_if_the_user_says_so(
    window: MainWindow, document: Document, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.jpg").write_bytes(b"precious")
    dialog = dialog_of(window)
    dialog.name.setText("mine.jpg")
    monkeypatch.setattr(QMessageBox, "warning", lambda *_: QMessageBox.StandardButton.Cancel)
    dialog.save.click()
    assert dialog.isVisible()
    assert (tmp_path / "mine.jpg").read_bytes() == b"precious"
    monkeypatch.setattr(QMessageBox, "warning", lambda *_: QMessageBox.StandardButton.Yes)
    dialog.save.click()
    qtbot.waitUntil(lambda: document.saved)
    assert (tmp_path / "mine.jpg").read_bytes() != b"precious"


def test_browsing_takes_folder_name_and_format(
    window: MainWindow, document: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog, state = dialog_of(window), window.studio.saving
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "sub" / "portrait.tiff"), "")
    )
    dialog.browse.click()
    assert (state.folder, state.name, state.format) == (str(tmp_path / "sub"), "portrait.tiff", "TIFF")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "v1.2 final"), ""))
    dialog.browse.click()
    assert state.name == "v1.2 final" + SUFFIXES["TIFF"]
    dialog.reject()


def test_a_full_disk_is_one_sentence_and_nothing_half_written_stays(
    window: MainWindow, document: Document, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    dialog = dialog_of(window)
    monkeypatch.setattr(os, "fsync", full)
    dialog.save.click()
    messages = window.studio.messages
    qtbot.waitUntil(lambda: messages.current is not None and messages.current.kind == "error")
    assert messages.current is not None
    assert messages.current.sentence.startswith("The disk is full")
    assert not document.saved
    assert not window.studio.saving.busy
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["anna.jpg"]


def test_without_a_result_there_is_nothing_to_save(window: MainWindow, document: Document) -> None:
    action = window.actions_by_id["file.save"]
    assert action.isEnabled()
    document.shown = -1
    assert not action.isEnabled()
    assert window.studio.saving.problem
    window.studio.documents.document = None
    assert not action.isEnabled()
    assert window.studio.saving.notes == []
    assert document.receivers(document.shown_changed) == 0
