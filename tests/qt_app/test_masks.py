"""Painting on masks, and undo."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from qt_app.model.mask_paint import (
    Rect,
    _blend,
    _Dab,
    flood,
    paint_ellipse,
    paint_polygon,
    paint_rectangle,
    paint_segment,
)
from qt_app.model.masks import MaskPair


def blank(height: int = 60, width: int = 80) -> np.ndarray:
    return np.zeros((height, width), np.uint8)


def test_a_hard_dab_covers_its_disc_and_nothing_else() -> None:
    mask = blank()
    rect = paint_segment(mask, (40, 30), (40, 30), (10, 10))
    y, x = np.mgrid[0:60, 0:80] + 0.5
    distance = np.hypot(x - 40, y - 30)
    assert (mask[distance < 9.4] == 255).all()
    assert (mask[distance > 10.6] == 0).all()
    outside = mask.copy()
    outside[rect.window] = 0
    assert not outside.any()


def test_a_segment_is_the_union_of_its_dabs_and_pressure_tapers_it() -> None:
    mask = blank()
    paint_segment(mask, (10, 30), (70, 30), (8, 2))
    assert (mask[30, 10:70] == 255).all()
    assert mask[24, 12] == 255
    assert mask[24, 66] == 0


def test_a_soft_brush_fades_from_its_middle() -> None:
    mask = blank()
    paint_segment(mask, (40, 30), (40, 30), (20, 20), hardness=0)
    row = mask[30, 40:62].astype(int)
    assert row[0] > 240
    assert (np.diff(row) <= 0).all()
    assert 100 < row[10] < 150


def test_erasing_takes_away_what_painting_added() -> None:
    mask = blank()
    paint_segment(mask, (40, 30), (40, 30), (10, 10))
    paint_segment(mask, (40, 30), (40, 30), (14, 14), erase=True)
    assert not mask.any()


@pytest.mark.parametrize("place", [(-5.0, 30.0), (85.0, 30.0), (40.0, -5.0), (40.0, 65.0)])
def test_a_brush_over_the_edge_paints_the_part_inside(place: tuple[float, float]) -> None:
    mask = blank()
    paint_segment(mask, place, place, (10, 10))
    assert mask.any()
    assert paint_segment(mask, (-500, -500), (-400, -500), (5, 5)).is_empty


def test_shapes_cover_their_area() -> None:
    square, disc, triangle = blank(), blank(), blank()
    paint_rectangle(square, (60, 40), (20, 10))
    assert square.sum() / 255 == 40 * 30
    paint_ellipse(disc, (20, 10), (60, 50))
    assert disc.sum() / 255 == pytest.approx(np.pi * 400, rel=0.01)
    paint_polygon(triangle, [(10, 10), (50, 10), (10, 50)])
    assert triangle.sum() / 255 == pytest.approx(800, rel=0.03)  # its outline counts as inside
    paint_polygon(triangle, [(0, 0), (80, 0), (80, 60), (0, 60)], erase=True)
    assert not triangle.any()
    assert paint_polygon(triangle, [(0, 0), (5, 5)]).is_empty


def test_the_wand_takes_what_is_alike_and_hangs_together() -> None:
    rgb = np.full((20, 30, 3), 100, np.uint8)
    rgb[:, 10:12] = 200
    rgb[:, 12:] = 110
    assert flood(rgb, (0, 0), 5).sum() == 200
    assert flood(rgb, (0, 0), 20).sum() == 200
    assert flood(rgb, (0, 0), 20, contiguous=False).sum() == 560
    assert flood(rgb, (0, 0), 255).all()
    assert not flood(rgb, (30, 0), 5).any()


def test_a_stroke_is_one_step_of_undo(qtbot: QtBot) -> None:
    masks, heard = MaskPair((300, 400)), []
    masks.layer.changed.connect(heard.append)
    layer = masks.begin()
    for start in range(10, 300, 20):
        masks.touch(paint_segment(layer.pixels, (start, 50), (start + 20, 60), (9, 9)))
    masks.commit("Brush")
    painted = layer.pixels.copy()
    assert masks.undo.count() == 1
    assert masks.undo.undoText() == "Brush"
    masks.undo.undo()
    assert not layer.pixels.any()
    assert not layer.touched
    masks.undo.redo()
    assert np.array_equal(layer.pixels, painted)
    assert layer.touched
    assert len(heard) == 17


def test_a_change_given_up_leaves_no_trace(qtbot: QtBot) -> None:
    masks = MaskPair((50, 50))
    layer = masks.begin()
    masks.touch(paint_rectangle(layer.pixels, (5, 5), (20, 20)))
    masks.rollback()
    assert not layer.pixels.any()
    assert not layer.touched
    masks.commit("nothing")
    assert masks.undo.count() == 0


def test_many_random_changes_undo_and_redo_exactly(qtbot: QtBot) -> None:
    rng = np.random.default_rng(0)
    masks = MaskPair((200, 260))
    states = []
    for _ in range(40):
        masks.active = str(rng.choice(["subject", "region"]))
        states.append({name: layer.pixels.copy() for name, layer in masks.layers.items()})
        layer = masks.begin()
        a, b = (tuple(rng.uniform(-20, 280, 2)) for _ in range(2))
        masks.touch(paint_segment(layer.pixels, a, b, (12, 3), 0.5, bool(rng.integers(2))))
        masks.commit("Brush")
        if masks.undo.count() < len(states):
            states.pop()
    for state in reversed(states):
        masks.undo.undo()
        for name, pixels in state.items():
            assert np.array_equal(masks.layers[name].pixels, pixels)


def test_whole_masks_are_replaced_transformed_and_cleared_with_undo(qtbot: QtBot) -> None:
    masks = MaskPair((40, 40))
    masks.replace("subject", np.full((40, 40), 255, np.uint8), "Automatic")
    masks.active = "subject"
    masks.transform("Invert", lambda mask: 1 - mask)
    assert not masks.layer.pixels.any()
    masks.undo.undo()
    assert masks.layer.pixels.all()
    masks.clear("Clear")
    assert masks.layer.as_png() is None
    masks.undo.undo()
    assert masks.layer.as_png() is not None


def test_rectangles_unite_and_empty_ones_count_for_nothing() -> None:
    empty, some = Rect(0, 0, 0, 0), Rect(5, 6, 7, 8)
    assert empty.united(some) == some
    assert some.united(empty) == some
    assert some.united(Rect(1, 7, 6, 20)) == Rect(1, 6, 7, 20)


@pytest.mark.parametrize("hardness", [0.0, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("erase", [False, True])
def test_a_large_brush_done_in_squares_is_the_brush_pixel_by_pixel(hardness: float, erase: bool) -> None:
    shape = (500, 600)
    mask = np.full(shape, 255 if erase else 0, np.uint8)
    plain = mask.copy()
    whole = Rect(0, 0, shape[1], shape[0])
    at, continued = (200.0, 220.0), False
    for step in ((0.0, 0.0), (37.5, 20.0), (12.0, -31.0), (-55.0, 40.0), (0.0, 0.0), (90.0, 3.0)):
        to = at[0] + step[0], at[1] + step[1]
        before = mask.copy()
        rect = paint_segment(mask, at, to, (150.0, 150.0), hardness, erase, continued)
        _blend(plain, whole, _Dab(at, to, (150.0, 150.0), hardness).cover(whole), erase)
        before[rect.window] = mask[rect.window]
        assert np.array_equal(before, mask), "something outside the told rectangle was changed"
        at, continued = to, True
    assert np.abs(mask.astype(int) - plain).max() <= 1


def test_flat_squares_of_a_mask_are_kept_in_one_byte_and_come_back(qtbot: QtBot) -> None:
    masks = MaskPair((300, 400))
    made = np.zeros((300, 400), np.uint8)
    made[40:260, 50:390] = 255
    masks.replace("region", made, "all")
    masks.undo.undo()
    assert not masks.layers["region"].pixels.any()
    masks.undo.redo()
    assert np.array_equal(masks.layers["region"].pixels, made)
