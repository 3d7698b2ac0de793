"""Masks that are found, refined, loaded and saved: from the panel's state to the engine and back, one step of undo each."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PyQt6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from qt_app.engine import EngineLink
from qt_app.model.document import Document
from qt_app.model.studio import StudioState
from qt_app.ui.main_window import MainWindow
from s2edit_plugin import api
from s2edit_plugin.errors import MaskError
from tests.fakes.engine_client import FakeClient

HEIGHT, WIDTH = 40, 60


def png(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def box(left: int, top: int, right: int, bottom: int) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[top:bottom, left:right] = 255
    return mask


@pytest.fixture
def studio(engine: FakeClient, tmp_path: Path, qtbot: QtBot) -> Iterator[StudioState]:
    """A studio with an open photo: red on the left, blue on the right."""
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    rgb[:, :30, 0], rgb[:, 30:, 2] = 255, 255
    state = StudioState(EngineLink(lambda: engine), tmp_path)
    state.link.start()
    state.documents.open_bytes(png(rgb))
    qtbot.waitUntil(lambda: state.documents.document is not None and state.link.state == "connected")
    yield state
    state.close()


@pytest.fixture
def document(studio: StudioState) -> Document:
    assert studio.documents.document is not None
    return studio.documents.document


@pytest.fixture
def idle(studio: StudioState, qtbot: QtBot) -> Callable[[], None]:
    """Wait until every answer is there."""
    return lambda: qtbot.waitUntil(lambda: studio.masking.busy == 0)


def found(engine: FakeClient, qtbot: QtBot, mask: np.ndarray, note: str = "") -> api.MakeMask:
    """Let the engine find a mask; returns what it was asked."""
    qtbot.waitUntil(lambda: engine.running is not None)
    engine.finish(api.MaskResult(png(mask), "auto", 0.5, note))
    request = engine.submitted[-1]
    assert isinstance(request, api.MakeMask)
    return request


def test_an_automatic_mask_takes_the_place_of_the_active_one_and_can_be_undone(
    studio: StudioState, document: Document, engine: FakeClient, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    document.masks.active = "subject"
    studio.masking.find("face")
    assert studio.masking.busy == 1
    document.masks.active = "region"  # the answer belongs to the mask that was active when it was asked
    assert found(engine, qtbot, box(5, 5, 20, 20), "The face is turned away.").method == "face"
    idle()
    layers = document.masks.layers
    assert np.array_equal(layers["subject"].pixels, box(5, 5, 20, 20))
    assert layers["subject"].touched
    assert not layers["region"].touched
    assert studio.messages.current is not None
    assert studio.messages.current.sentence == "The face is turned away."
    document.masks.undo.undo()
    assert not layers["subject"].touched


@pytest.mark.parametrize(
    ("combine", "expected"),
    [("add", (5, 5, 30, 20)), ("subtract", (5, 5, 15, 20)), ("replace", (15, 5, 30, 20))],
)
def test_what_is_found_is_combined_as_asked(
    studio: StudioState,
    document: Document,
    engine: FakeClient,
    qtbot: QtBot,
    idle: Callable[[], None],
    combine: str,
    expected: tuple[int, int, int, int],
) -> None:
    document.masks.replace("region", box(5, 5, 25, 20), "start")
    studio.masking.combine, studio.masking.word = combine, " scarf "
    studio.masking.find_word()
    assert found(engine, qtbot, box(15, 5, 30, 20)).method == "word:scarf"
    idle()
    assert np.array_equal(document.masks.layer.pixels, box(*expected))


def test_clicks_and_boxes_select_and_take_away(
    studio: StudioState, document: Document, engine: FakeClient, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    studio.masking.select_at(7, 9, subtract=False)
    request = found(engine, qtbot, box(5, 5, 25, 20))
    assert (request.method, request.points) == ("click", (api.Click(7.5, 9.5),))
    idle()
    studio.masking.select_in((10.0, 4.0, 30.0, 22.0), subtract=True)
    assert found(engine, qtbot, box(10, 5, 25, 20)).box == (10.0, 4.0, 30.0, 22.0)
    idle()
    assert np.array_equal(document.masks.layer.pixels, box(5, 5, 10, 20))


def test_a_search_that_fails_says_why_and_one_that_is_cancelled_says_nothing(
    studio: StudioState, document: Document, engine: FakeClient, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    studio.masking.find("hat")
    qtbot.waitUntil(lambda: engine.running is not None)
    engine.fail(MaskError("There is no hat.", "Paint it."))
    idle()
    assert studio.messages.current is not None
    assert studio.messages.current.sentence == "There is no hat."
    studio.messages.dismiss()
    studio.masking.find("hair")
    qtbot.waitUntil(lambda: engine.running is not None and bool(studio.masking._running))
    studio.masking.cancel()
    idle()
    assert studio.messages.current is None
    studio.masking.word = " "
    studio.masking.find_word()
    assert studio.messages.current is not None


def test_the_wand_takes_a_colour_and_gives_it_back(
    studio: StudioState, document: Document, idle: Callable[[], None]
) -> None:
    studio.masking.wand_at(3, 3, subtract=False)
    idle()
    assert np.array_equal(document.masks.layer.pixels, box(0, 0, 30, HEIGHT))
    studio.masking.wand_at(3, 3, subtract=True)
    idle()
    assert not document.masks.layer.pixels.any()


def test_refinements_are_steps_of_undo(
    studio: StudioState, document: Document, idle: Callable[[], None]
) -> None:
    masks, masking = document.masks, studio.masking
    ring = box(10, 10, 30, 30)
    ring[18:22, 18:22] = 0
    masks.replace("region", ring, "start")
    masking.fill_holes()
    idle()
    assert np.array_equal(masks.layer.pixels, box(10, 10, 30, 30))
    masking.amount = 3
    masking.grow()
    idle()
    assert masks.layer.pixels[8, 20] == 255
    masking.shrink()
    idle()
    assert masks.layer.pixels[20, 10:30].all()
    assert not masks.layer.pixels[20, :9].any()
    masking.feather()
    idle()
    assert 100 < masks.layer.pixels[20, 10] < 200
    masking.invert()
    assert masks.layer.pixels[0, 0] == 255
    for _ in range(5):
        masks.undo.undo()
    assert np.array_equal(masks.layer.pixels, ring)


def test_a_stroke_during_a_refinement_is_kept(
    studio: StudioState, document: Document, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    masks = document.masks
    masks.replace("region", box(10, 10, 20, 20), "start")
    studio.masking.amount = 2
    studio.masking.grow()
    masks.replace("region", box(40, 10, 50, 20), "painted meanwhile")
    idle()
    assert masks.layer.pixels[15, 45] == masks.layer.pixels[15, 50] == 255
    assert masks.layer.pixels[15, 15] == 0


def test_masks_are_swapped_copied_filled_and_cleared(studio: StudioState, document: Document) -> None:
    masks, masking = document.masks, studio.masking
    masking.select_all()
    assert masks.layers["region"].pixels.all()
    masking.swap_layers()
    assert masks.active == "subject"
    masking.copy_from_other()
    assert masks.layers["subject"].pixels.all()
    masking.clear()
    assert not masks.layers["subject"].touched


def test_a_mask_is_saved_and_loaded_and_a_wrong_one_is_refused(
    studio: StudioState, document: Document, tmp_path: Path, idle: Callable[[], None]
) -> None:
    file = tmp_path / "mask.png"
    document.masks.replace("region", box(5, 5, 25, 20), "start")
    studio.masking.save(str(file))
    idle()
    studio.masking.clear()
    studio.masking.load(str(file))
    idle()
    assert np.array_equal(document.masks.layer.pixels, box(5, 5, 25, 20))
    file.write_bytes(png(np.zeros((5, 5), np.uint8)))
    studio.masking.load(str(file))
    idle()
    assert studio.messages.current is not None
    assert "5 x 5" in studio.messages.current.sentence
    studio.masking.load(str(tmp_path / "missing.png"))
    idle()
    assert "cannot be read" in studio.messages.current.sentence


def test_without_a_photo_nothing_is_asked(engine: FakeClient, tmp_path: Path, qtbot: QtBot) -> None:
    state = StudioState(EngineLink(lambda: engine), tmp_path)
    for name in ("feather", "invert", "clear", "select_all", "swap_layers", "copy_from_other"):
        getattr(state.masking, name)()
    state.masking.wand_at(1, 1, False)
    state.masking.find("auto")
    assert state.messages.current is not None
    assert engine.submitted == []
    state.close()


def test_on_a_group_photo_the_same_search_goes_on_to_the_next_person(
    studio: StudioState, document: Document, engine: FakeClient, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    def asked(method: str, *others: str) -> str:
        studio.masking.find(method)
        qtbot.waitUntil(lambda: engine.running is not None)
        request = engine.submitted[-1]
        engine.finish(api.MaskResult(png(box(5, 5, 20, 20)), request.method, 0.5, others=others))
        idle()
        return str(request.method)

    assert asked("face", "face:2", "face:3") == "face"
    assert [asked("face") for _ in range(4)] == ["face:2", "face:3", "face:1", "face:2"]
    assert asked("lips") == "lips"
    studio.documents.open_bytes(png(np.zeros((HEIGHT, WIDTH, 3), np.uint8)))
    qtbot.waitUntil(lambda: studio.documents.document not in (None, document))
    assert asked("face") == "face"


def test_what_was_taken_for_a_loaded_mask_is_said(
    studio: StudioState, document: Document, tmp_path: Path, idle: Callable[[], None]
) -> None:
    file = tmp_path / "faint.png"
    file.write_bytes(png((box(5, 5, 20, 20) * 0.45).astype(np.uint8)))
    studio.masking.load(str(file))
    idle()
    assert document.masks.layers["region"].pixels.max() == 114
    assert studio.messages.current is not None
    assert "at most 45 % white" in studio.messages.current.sentence


def test_a_doubtful_mask_says_so_and_others_that_may_be_meant_are_offered(
    studio: StudioState, document: Document, engine: FakeClient, qtbot: QtBot, idle: Callable[[], None]
) -> None:
    masking = studio.masking
    window = MainWindow(studio)
    qtbot.addWidget(window)
    panel = window.mask_panel
    assert panel.doubt.isHidden()
    assert panel.others.isHidden()
    masking.find("word:scarf")
    qtbot.waitUntil(lambda: engine.running is not None)
    engine.finish(
        api.MaskResult(png(box(0, 0, 9, 9)), "word:scarf", 0.1, "This may be by chance.", sure=False)
    )
    idle()
    assert panel.doubt.text() == "This may be by chance."
    assert not panel.doubt.isHidden()
    masking.find("face")
    assert panel.doubt.isHidden()  # that was another mask
    qtbot.waitUntil(lambda: engine.running is not None)
    engine.finish(
        api.MaskResult(png(box(0, 0, 9, 9)), "face", 0.1, "Three faces.", others=("face:2", "face:3"))
    )
    idle()
    assert panel.doubt.isHidden()
    buttons = panel.others.findChildren(QToolButton)
    assert [button.text() for button in buttons] == ["face 2", "face 3"]
    buttons[1].click()
    qtbot.waitUntil(lambda: engine.running is not None)
    request = engine.submitted[-1]
    assert isinstance(request, api.MakeMask)
    assert request.method == "face:3"
