"""Copies of the photo that a token is learned from."""

from __future__ import annotations

import pytest
import torch

from s2edit_plugin.method.augment import LARGEST, SHIFT, copies_of

SIDE = 64


def _spot(side: int = SIDE) -> tuple[torch.Tensor, torch.Tensor]:
    """A white square on grey in the middle, and its mask."""
    picture, mask = torch.full((3, side, side), 0.4), torch.zeros(side, side)
    low, high = 3 * side // 8, 5 * side // 8
    picture[:, low:high, low:high] = 0.9
    mask[low:high, low:high] = 1.0
    return picture, mask


def test_every_copy_is_a_changed_one() -> None:
    picture, mask = _spot()
    pictures, masks = copies_of(picture, mask, 5, seed=0)
    assert pictures.shape == (5, 3, SIDE, SIDE)
    assert masks.shape == (5, SIDE, SIDE)
    assert not any(torch.equal(copy, picture) for copy in pictures)
    assert not any(torch.equal(moved, mask) for moved in masks)
    with pytest.raises(ValueError, match="1 or more"):
        copies_of(picture, mask, 0, seed=0)


def test_copies_differ_and_stay_in_range() -> None:
    pictures, masks = copies_of(*_spot(), 6, seed=3)
    assert 0.0 <= float(pictures.min()) <= float(pictures.max()) <= 1.0
    assert 0.0 <= float(masks.min()) <= float(masks.max()) <= 1.0
    assert all(not torch.equal(pictures[a], pictures[b]) for a in range(6) for b in range(a))


def test_the_mask_moves_with_what_it_masks() -> None:
    pictures, masks = copies_of(*_spot(), 12, seed=1)
    for picture, mask in zip(pictures, masks, strict=True):
        inside, outside = picture[:, mask > 0.95].mean(), picture[:, mask < 0.05].mean()
        assert float(inside / outside) > 1.8  # 0.9 against 0.4, whatever the light
        area = float(mask.sum() / _spot()[1].sum())
        assert LARGEST**-2 * 0.9 < area < LARGEST**2 * 1.1


def test_nothing_moves_further_than_it_may() -> None:
    _, masks = copies_of(*_spot(), 20, seed=2)
    grid = torch.arange(SIDE).float()
    for mask in masks:
        middle = float((mask.sum(0) * grid).sum() / mask.sum())
        assert abs(middle - (SIDE - 1) / 2) <= 1.3 * SHIFT * SIDE * LARGEST


def test_a_seed_gives_the_same_copies() -> None:
    one, other = copies_of(*_spot(), 4, seed=7), copies_of(*_spot(), 4, seed=7)
    assert torch.equal(one[0], other[0])
    assert not torch.equal(one[0], copies_of(*_spot(), 4, seed=8)[0])
