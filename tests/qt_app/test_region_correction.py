"""The region that a running edit has found: shown, corrected by hand, and taken up at once."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from qt_app.engine import EngineLink
from qt_app.model.document import Document
from qt_app.model.mask_paint import paint_rectangle
from qt_app.model.studio import StudioState
from s2edit_plugin import api
from tests.fakes.engine_client import FakeClient

SHAPE = (40, 60)


def png(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def found() -> np.ndarray:
    mask = np.zeros(SHAPE, np.uint8)
    mask[5:20, 10:30] = 255
    return mask


@pytest.fixture
def studio(engine: FakeClient, tmp_path: Path, qtbot: QtBot) -> Iterator[StudioState]:
    """A studio on a fake engine, a photo open, an edit running."""
    state = StudioState(EngineLink(lambda: engine), tmp_path)
    state.link.start()
    state.documents.open_bytes(png(np.full((*SHAPE, 3), 120, np.uint8)))
    qtbot.waitUntil(lambda: state.documents.document is not None and state.link.state == "connected")
    state.editing.prompt = "a woman smiling"
    state.editing.start()
    qtbot.waitUntil(lambda: bool(state.editing.running))
    yield state
    state.close()


def opened(studio: StudioState) -> Document:
    document = studio.documents.document
    assert document is not None
    return document


def show(studio: StudioState, engine: FakeClient, qtbot: QtBot) -> None:
    engine.step(region=png(found()))
    layer = opened(studio).masks.layers["region"]
    qtbot.waitUntil(lambda: layer.found is not None)


def stroke(document: Document, *, erase: bool = False) -> None:
    layer = document.masks.begin()
    document.masks.touch(paint_rectangle(layer.pixels, (40, 30), (50, 35), erase))
    document.masks.commit("stroke")


def test_what_was_found_is_shown_until_the_edit_is_over_and_touches_no_mask(
    studio: StudioState, engine: FakeClient, qtbot: QtBot
) -> None:
    layer = opened(studio).masks.layers["region"]
    show(studio, engine, qtbot)
    assert np.array_equal(layer.shown, found())
    assert not layer.touched
    assert layer.as_png() is None
    assert "Paint" in studio.editing.region_correction.hint
    answer = png(np.zeros((*SHAPE, 3), np.uint8))
    engine.finish(api.EditResult(answer, b"", 1.0, False, "a", "b"))
    qtbot.waitUntil(lambda: opened(studio).result is not None)
    assert layer.shown is None
    assert studio.editing.region_correction.hint == ""
    assert len(engine.submitted) == 1


def test_a_stroke_on_it_begins_the_edit_anew_with_the_corrected_mask(
    studio: StudioState, engine: FakeClient, qtbot: QtBot
) -> None:
    show(studio, engine, qtbot)
    first = studio.editing.running
    stroke(opened(studio))
    qtbot.waitUntil(lambda: len(engine.submitted) == 2)
    qtbot.waitUntil(lambda: bool(studio.editing.running) and studio.editing.running != first)
    request = engine.submitted[1]
    assert (request.prompt, request.settings) == (engine.submitted[0].prompt, engine.submitted[0].settings)
    assert request.region_mask is not None
    with Image.open(io.BytesIO(request.region_mask)) as image:
        sent = np.asarray(image)
    assert np.array_equal(sent[:25], found()[:25])  # what was found is kept
    assert sent[32, 45] == 255  # and the stroke is in it
    assert len(studio.editing.running) == 1
    assert studio.messages.current is None  # the edit in between was stopped silently


def test_undo_takes_the_stroke_back_and_then_what_was_found(
    studio: StudioState, engine: FakeClient, qtbot: QtBot
) -> None:
    document = opened(studio)
    layer = document.masks.layers["region"]
    show(studio, engine, qtbot)
    stroke(document)
    qtbot.waitUntil(lambda: len(engine.submitted) == 2)
    qtbot.waitUntil(lambda: len(studio.editing.running) == 1)
    document.masks.undo.undo()
    assert np.array_equal(layer.pixels, found())
    qtbot.waitUntil(lambda: len(engine.submitted) == 3)  # taken up, too
    qtbot.waitUntil(lambda: len(studio.editing.running) == 1)
    document.masks.undo.undo()
    assert not layer.touched
    qtbot.waitUntil(lambda: len(engine.submitted) == 4)
    assert engine.submitted[3].region_mask is None  # found by itself again


def test_a_refinement_by_key_corrects_it_too(studio: StudioState, engine: FakeClient, qtbot: QtBot) -> None:
    show(studio, engine, qtbot)
    studio.masking.grow()
    qtbot.waitUntil(lambda: len(engine.submitted) == 2)
    with Image.open(io.BytesIO(engine.submitted[1].region_mask or b"")) as image:
        assert (np.asarray(image) > 127).sum() > (found() > 127).sum()


def test_a_mask_that_the_user_painted_is_left_alone(
    studio: StudioState, engine: FakeClient, qtbot: QtBot
) -> None:
    document = opened(studio)
    stroke(document)  # before anything was found
    painted = document.masks.layers["region"].pixels.copy()
    engine.step(region=png(found()))
    qtbot.wait(400)
    assert np.array_equal(document.masks.layers["region"].pixels, painted)
    assert document.masks.layers["region"].found is None
    assert len(engine.submitted) == 1
