"""Opening photos, results, and what is on show."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from qt_app.model.background import Background
from qt_app.model.document import Document, Documents, Result
from qt_app.model.messages import Messages
from qt_app.model.preferences import Preferences
from s2edit_plugin import api
from s2edit_plugin.errors import MaskError


def picture(width: int = 60, height: int = 40) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (width, height), (200, 120, 90)).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def messages() -> Messages:
    return Messages()


@pytest.fixture
def background(messages: Messages, qtbot: QtBot) -> Iterator[Background]:
    background = Background(messages.error)
    yield background
    background.close()


@pytest.fixture
def documents(background: Background, messages: Messages, tmp_path: Path) -> Documents:
    return Documents(background, messages, Preferences(tmp_path / "window.json"))


def test_a_file_is_opened_and_remembered(
    documents: Documents, tmp_path: Path, qtbot: QtBot, background: Background
) -> None:
    file = tmp_path / "anna.png"
    file.write_bytes(picture())
    documents.open_file(str(file))
    assert documents.opening == "anna.png"
    qtbot.waitUntil(lambda: documents.document is not None)
    document = documents.document
    assert document is not None
    assert (document.name, document.rgb.shape, document.data) == ("anna.png", (40, 60, 3), picture())
    assert documents.opening == ""
    assert documents._preferences.recent == (str(file),)


@pytest.mark.parametrize("content", [None, b"", b"no picture"])
def test_what_is_no_photo_gives_one_sentence_and_leaves_the_old_one(
    documents: Documents, messages: Messages, tmp_path: Path, qtbot: QtBot, content: bytes | None
) -> None:
    documents.open_bytes(picture())
    qtbot.waitUntil(lambda: documents.document is not None)
    before, file = documents.document, tmp_path / "x.png"
    if content is not None:
        file.write_bytes(content)
    documents.open_file(str(file))
    qtbot.waitUntil(lambda: messages.current is not None)
    assert documents.document is before
    assert documents.opening == ""


@pytest.mark.parametrize("picture_or_path", [picture(), "/anna.png"])
def test_a_guard_keeps_the_open_photo(documents: Documents, picture_or_path: bytes | str) -> None:
    asked: list[bool] = []
    documents.guards += [lambda: bool(asked.append(True)), lambda: True]
    documents.open_picture(picture_or_path)
    assert asked == [True]
    assert documents.opening == ""


def test_a_result_is_shown_and_unsaved(documents: Documents, qtbot: QtBot) -> None:
    documents.open_bytes(picture())
    qtbot.waitUntil(lambda: documents.document is not None)
    document = documents.document
    assert isinstance(document, Document)
    assert document.result is None
    made = api.EditResult(picture(), b"", 1.0, False, "a", "b")
    result = Result(made, api.ApplyEdit(b"", (), "b"), np.zeros((40, 60, 3), np.uint8))
    document.add_result(result)
    assert document.result is result
    assert not document.saved
    document.shown = -1
    assert document.result is None


def test_work_in_the_background_gives_answers_and_errors(
    background: Background, messages: Messages, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    answers: list[int] = []
    background.run(lambda: 6 * 7, answers.append)
    qtbot.waitUntil(lambda: answers == [42])

    def refuse() -> None:
        raise MaskError("Nothing there.")

    background.run(refuse)
    qtbot.waitUntil(lambda: messages.current is not None and messages.current.sentence == "Nothing there.")
    background.run(lambda: 1 // 0)
    qtbot.waitUntil(lambda: messages.current is not None and "ZeroDivision" in messages.current.sentence)
    assert background.is_idle
    caplog.clear()
