"""Pictures that GIMP hands over: opened, edited, sent back; or not."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qt_app.app import make_window
from qt_app.model.decoding import decoded_result
from qt_app.model.document import Document
from qt_app.ui.main_window import MainWindow
from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.errors import EngineError
from tests.fakes.engine_client import FakeClient
from tests.fakes.pictures import mask_png, photo_png

Settled = Callable[[Callable[[], bool]], None]


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, data_home: Path, engine: FakeClient) -> Iterator[MainWindow]:
    window = make_window(qapp, "light", lambda: engine)
    window.studio.link.start()
    qtbot.waitUntil(lambda: window.studio.link.state == "connected")
    yield window
    window.close()
    window.deleteLater()


def given_back(engine: FakeClient) -> list[queries.GiveBack]:
    return [request for request in engine.asked if isinstance(request, queries.GiveBack)]


def from_gimp(window: MainWindow, engine: FakeClient, settled: Settled) -> Document:
    engine.call(queries.HandOver(photo_png(), mask_png(), "holiday.xcf"))
    settled(lambda: bool(window.studio.gimp_transfer.current) and window.studio.background.is_idle)
    document = window.studio.documents.document
    assert document is not None
    return document


def test_a_picture_from_gimp_is_opened_with_the_selection_as_edit_region(
    window: MainWindow, engine: FakeClient, settled: Settled
) -> None:
    document = from_gimp(window, engine, settled)
    assert (document.data, document.name) == (photo_png(), "holiday.xcf")
    region = document.masks.layers["region"]
    assert region.touched
    with Image.open(io.BytesIO(mask_png())) as mask:
        assert np.array_equal(region.pixels, np.asarray(mask))
    assert window.actions_by_id["file.to-gimp"].isVisible()
    assert window.panels.currentWidget() is window.edit_panel


def test_the_result_on_show_goes_back_without_its_pictures(
    window: MainWindow, engine: FakeClient, settled: Settled
) -> None:
    document = from_gimp(window, engine, settled)
    transfer = window.studio.gimp_transfer
    transfer.send_back()
    assert window.studio.messages.current is not None
    assert "Show a result first" in window.studio.messages.current.sentence
    request = api.ApplyEdit(document.data, ("anna/me",), "smiling", subject_mask=mask_png())
    made = api.EditResult(photo_png(seed=1), mask_png(), 1.0, False, "a", "b")
    document.add_result(decoded_result(made, request))
    document.masks.layers["region"].mark_saved(-1)  # as one that was recovered after a crash
    assert document.masks.layers["region"].unsaved
    window.actions_by_id["file.to-gimp"].trigger()
    settled(lambda: not transfer.current)
    assert not document.masks.layers["region"].unsaved
    (given,) = given_back(engine)
    assert (given.image, given.region) == (made.image, made.region)
    assert given.edit == api.ApplyEdit(b"", ("anna/me",), "smiling")
    assert document.saved
    assert not window.actions_by_id["file.to-gimp"].isVisible()


def test_gimp_hears_when_another_photo_takes_the_pictures_place(
    window: MainWindow, engine: FakeClient, settled: Settled
) -> None:
    from_gimp(window, engine, settled)
    window.studio.documents.open_bytes(photo_png(seed=2))
    settled(lambda: bool(given_back(engine)))
    assert given_back(engine)[0].image == b""
    assert not window.studio.gimp_transfer.current


def test_gimp_hears_when_the_window_is_closed(
    window: MainWindow, engine: FakeClient, settled: Settled
) -> None:
    from_gimp(window, engine, settled)
    window.close()
    assert [given.image for given in given_back(engine)] == [b""]


def test_a_window_that_keeps_its_photo_gives_the_picture_back(
    window: MainWindow, engine: FakeClient, settled: Settled
) -> None:
    window.studio.documents.guards.append(lambda: False)
    engine.call(queries.HandOver(photo_png()))
    settled(lambda: bool(given_back(engine)))
    assert window.studio.documents.document is None
    window.studio.documents.guards.clear()


def test_a_picture_that_cannot_be_read_is_given_back(
    window: MainWindow, engine: FakeClient, settled: Settled
) -> None:
    engine.call(queries.HandOver(b"no picture"))
    settled(lambda: bool(given_back(engine)))
    assert not window.studio.gimp_transfer.current
    from_gimp(window, engine, settled)


def test_a_picture_that_gimp_does_not_wait_for_any_more_stays_with_a_sentence(
    window: MainWindow, engine: FakeClient, settled: Settled
) -> None:
    document = from_gimp(window, engine, settled)
    made = api.EditResult(photo_png(seed=1), mask_png(), 1.0, False, "a", "b")
    document.add_result(decoded_result(made, api.ApplyEdit(document.data, ("anna/me",), "b")))
    engine.answers[queries.GiveBack] = EngineError("Nobody waits for this picture any more.")
    window.studio.gimp_transfer.send_back()
    settled(
        lambda: (
            window.studio.messages.current is not None
            and "Nobody waits" in window.studio.messages.current.sentence
        )
    )
    assert not document.saved


def test_a_picture_that_waited_before_the_window_was_there_is_opened(
    qtbot: QtBot, qapp: QApplication, data_home: Path, engine: FakeClient, settled: Settled
) -> None:
    engine.call(queries.HandOver(photo_png(), b"", ""))
    window = make_window(qapp, "light", lambda: engine)
    window.studio.link.start()
    settled(lambda: bool(window.studio.gimp_transfer.current))
    document = window.studio.documents.document
    assert document is not None
    assert document.name == "Picture from GIMP"
    assert not document.masks.layers["region"].touched
    window.close()
    window.deleteLater()
