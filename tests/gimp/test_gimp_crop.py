"""What the engine gets of a layer, also where there is no subject to be found."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from gimp_bridge import png as real_png
from s2edit_plugin import api
from s2edit_plugin.errors import MaskError
from tests.fakes.fake_gi import fake_gi

SIDE = 3000


class FakeEngine:
    """An engine that finds nothing."""

    def __init__(self) -> None:
        self.ran: list[Any] = []

    def run(self, request: Any, title: str) -> api.MaskResult:
        self.ran.append(request)
        raise MaskError("No person was found.")


class FakeView:
    """A large layer of one colour, with or without a selection."""

    width = height = SIDE
    icc = b""

    def __init__(self, crop_box: ModuleType, png: ModuleType, selected: tuple[int, ...] = ()) -> None:
        self.whole = crop_box.Box(0, 0, SIDE, SIDE)
        self._png = png
        box = crop_box.Box(*selected) if selected else None
        self._selection = crop_box.Selection(box, b"\xff" * (box.width * box.height)) if box else None

    def selection(self) -> Any:
        return self._selection

    def overview(self) -> Any:
        return self._png.Pixels(64, 64, 3, 8, bytes(64 * 64 * 3))

    def read(self, box: Any) -> tuple[Any, bytes]:
        return self._png.Pixels(box.width, box.height, 1, 8, bytes(box.width * box.height)), b""


@pytest.fixture
def crop() -> Iterator[ModuleType]:
    with fake_gi():
        yield importlib.import_module("gimp_bridge.crop")


def view(*selected: int) -> FakeView:
    return FakeView(
        importlib.import_module("gimp_bridge.crop_box"), importlib.import_module("gimp_bridge.png"), selected
    )


def test_without_a_subject_the_surroundings_of_the_selection_serve(crop: ModuleType) -> None:
    layer = view(1000, 1200, 1400, 1400)
    made = crop.crop_layer(layer, "auto", layer.selection(), FakeEngine())
    assert (made.box.left, made.box.top, made.box.right, made.box.bottom) == (800, 900, 1600, 1700)
    assert (made.subject, made.subject_mask) == ("region", None)
    mask = real_png.decode(made.region_mask)
    assert mask.data.count(255) == 400 * 200


def test_without_subject_and_selection_everything_is_sent(crop: ModuleType) -> None:
    made = crop.crop_layer(view(), "auto", None, FakeEngine())
    assert (made.box.width, made.subject, made.subject_mask, made.region_mask) == (SIDE, "auto", None, None)


def test_a_subject_that_was_asked_for_must_be_found(crop: ModuleType) -> None:
    with pytest.raises(MaskError, match="No person was found"):
        crop.crop_layer(view(), "face", None, FakeEngine())
    with pytest.raises(MaskError, match="Nothing is selected"):
        crop.crop_layer(view(), "selection", None, FakeEngine())


def test_the_selection_is_the_subject_and_nothing_is_looked_for(crop: ModuleType) -> None:
    layer, engine = view(1000, 1200, 1400, 1400), FakeEngine()
    made = crop.crop_layer(layer, "selection", None, engine)
    assert not engine.ran
    assert (made.box.left, made.box.right) == (900, 1500)
    assert real_png.decode(made.subject_mask).data.count(255) == 400 * 200


def test_a_region_that_is_named_does_without_the_selection(crop: ModuleType) -> None:
    layer = view(1000, 1200, 1400, 1400)
    assert crop.region_selection(layer, "auto") is layer.selection()
    assert crop.region_selection(layer, "face") is None
    with pytest.raises(MaskError, match="Nothing is selected"):
        crop.region_selection(view(), "selection")
