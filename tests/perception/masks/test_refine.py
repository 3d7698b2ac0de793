from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from s2edit_plugin.imaging.crop import fitted
from s2edit_plugin.perception.masks.refine import (
    feather,
    fill_holes,
    fit_to_picture,
    grow,
    invert,
    largest_component,
    shrink,
)


def disc(radius: float, size: int = 101, centre: tuple[float, float] = (50, 50)) -> np.ndarray:
    rows, columns = np.indices((size, size))
    return (np.hypot(rows - centre[0], columns - centre[1]) <= radius).astype(np.float32)


@pytest.mark.parametrize("radius", [0, 1, 3.5, 12])
def test_every_operation_gives_a_mask(radius: float) -> None:
    mask = np.random.default_rng(0).random((37, 53)).astype(np.float32)
    for operation in (feather, grow, shrink):
        result = operation(mask, radius)
        assert result.shape == mask.shape
        assert result.dtype == np.float32
        assert result.min() >= 0
        assert result.max() <= 1
        assert result is not mask


def test_growing_a_disc_gives_the_larger_disc_and_shrinking_undoes_it() -> None:
    grown = grow(disc(20), 7)
    assert ((grown > 0.5) != disc(27)).sum() < 0.04 * disc(27).sum()
    assert np.abs(shrink(grown, 7) - disc(20)).sum() < 0.05 * disc(20).sum()
    assert not shrink(disc(5), 9).any()


def test_growing_at_the_border_and_of_nothing() -> None:
    assert grow(disc(4, centre=(0, 100)), 3).sum() > disc(4, centre=(0, 100)).sum()
    assert not grow(np.zeros((20, 20), np.float32), 5).any()


def test_feathering_softens_the_edge_only() -> None:
    soft = feather(disc(30), 6)
    assert soft[50, 50] == pytest.approx(1, abs=1e-5)
    assert soft[0, 0] == 0
    assert 0.3 < soft[50, 80] < 0.7


def test_inverting_twice_changes_nothing() -> None:
    np.testing.assert_array_equal(invert(invert(disc(20))), disc(20))


def test_holes_are_filled_and_bays_are_not() -> None:
    ring = disc(30) - disc(10)
    np.testing.assert_array_equal(fill_holes(ring), disc(30))
    ring[50:, 50] = 0
    np.testing.assert_array_equal(fill_holes(ring), ring)


def test_the_largest_part_stays_with_its_soft_edge() -> None:
    large, small = feather(disc(20, centre=(40, 40)), 4), feather(disc(6, centre=(85, 85)), 4)
    kept = largest_component(np.maximum(large, small))
    assert kept[85, 85] == 0
    np.testing.assert_allclose(kept[:62, :62], large[:62, :62])
    np.testing.assert_array_equal(largest_component(large), large)


def test_layers_see_areas() -> None:
    mask = np.zeros((128, 128), np.float32)
    mask[:64, :40] = 1
    coarse = fitted(mask, (4, 4))
    np.testing.assert_allclose(coarse[:2], [[1, 0.25, 0, 0]] * 2, atol=1e-6)
    assert not coarse[2:].any()


@pytest.mark.parametrize("side", [1, 2, 4, 16])
def test_a_tiny_region_is_not_lost_at_the_coarsest_layers(side: int) -> None:
    mask = np.zeros((128, 128), np.float32)
    mask[77, 31] = 1
    coarse = fitted(mask, (side, side))
    assert coarse.max() > 0
    assert coarse.argmax() == (77 * side // 128) * side + 31 * side // 128
    assert not fitted(np.zeros((128, 128), np.float32), (side, side)).any()


def test_edges_follow_the_larger_picture() -> None:
    truth = disc(60, 240, (120, 120))
    fine = np.repeat((0.2 + 0.6 * truth)[..., None], 3, axis=2)
    coarse = fine.reshape(60, 4, 60, 4, 3).mean(axis=(1, 3))
    rough = ndimage.shift(
        (coarse[..., 0] > 0.5).astype(np.float32), (1, 0)
    )  # a pixel off, four of the large picture
    fitted = fit_to_picture(rough, coarse, fine)
    wrong = np.abs((fitted > 0.5) - truth).sum()
    blunt = np.abs(rough.repeat(4, axis=0).repeat(4, axis=1) - truth).sum()
    assert wrong < 0.5 * blunt
