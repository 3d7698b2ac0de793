"""A change of colour inside an outline: what a coarse model mixes at the edge comes from the part's inside."""

from __future__ import annotations

import numpy as np
from s2edit_models.drawing import Scene, counterfactual, split_seed
from scipy import ndimage

from s2edit_plugin.imaging import outline as module
from s2edit_plugin.imaging.crop import fitted
from s2edit_plugin.imaging.detail import crop_change
from s2edit_plugin.imaging.outline import continued

MODEL, SIDE = 64, 256


def _disk() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A striped disk on a plain ground, (S, S, 3), its matte, and the change that makes it lighter in proportion."""
    rows, columns = np.indices((SIDE, SIDE), dtype=np.float32)
    distance = np.hypot(rows - SIDE / 2, columns - SIDE / 2)
    matte = np.clip(80.5 - distance, 0, 1).astype(np.float32)
    stripes = 0.3 + 0.1 * np.sin(columns / 6)[..., None] * np.array([1, 0.8, 0.6], np.float32)
    picture = matte[..., None] * stripes + (1 - matte[..., None]) * np.array([0.6, 0.7, 0.8], np.float32)
    return picture.astype(np.float32), matte, (matte[..., None] * (0.1 + 0.5 * stripes)).astype(np.float32)


def test_near_the_edge_the_change_is_that_of_the_inside() -> None:
    picture, matte, wanted = _disk()
    coarse = ndimage.gaussian_filter(wanted, (8, 8, 0))  # two pixels of the model's square
    made = continued(coarse, picture, matte, MODEL)
    edge = (matte > 0.99) & (ndimage.distance_transform_edt(matte > 0.99) < 6)
    before, after = (np.abs(change - wanted)[edge].mean() for change in (coarse, made))
    assert after < 0.3 * before
    assert np.array_equal(made[matte == 0], coarse[matte == 0])


def test_it_is_the_weighted_local_linear_model() -> None:
    """At one pixel of the edge, by the formulas of the module's text."""
    picture, matte, wanted = _disk()
    coarse = ndimage.gaussian_filter(wanted, (8, 8, 0))
    reach = module._REACH * SIDE / MODEL
    weight = np.clip((module._mean(matte, reach) - module._INSIDE) / (1 - module._INSIDE), 0, 1) * (
        matte > 0.5
    )
    row, column = SIDE // 2, SIDE // 2 + 79
    half = round(1.2 * reach)
    # Two box filters are one filter with a triangle of weights.
    line = np.convolve(np.ones(2 * half + 1), np.ones(2 * half + 1))
    window = slice(row - 2 * half, row + 2 * half + 1), slice(column - 2 * half, column + 2 * half + 1)
    c = np.outer(line, line) * weight[window]
    for channel in range(3):
        x, y = picture[window][..., channel], coarse[window][..., channel]
        mean, moved = (c * x).sum() / c.sum(), (c * y).sum() / c.sum()
        variance, together = (c * x * x).sum() / c.sum() - mean**2, (c * x * y).sum() / c.sum() - mean * moved
        slope = np.clip(together / (variance + module._EPS), -1, 1)
        value = moved + slope * np.clip(
            picture[row, column, channel] - mean, -module._FARTHEST, module._FARTHEST
        )
        share = np.float32(weight[..., None])
        found = module._linear(coarse, picture, share, module._mean(share, reach), reach)
        assert abs(found[row, column, channel] - value) < 2e-3


def test_a_part_too_thin_to_have_an_inside_keeps_its_change() -> None:
    picture, matte, wanted = _disk()
    thin = np.zeros_like(matte)
    thin[100:104] = 1
    assert np.array_equal(continued(wanted, picture, thin, MODEL), wanted)


def test_a_change_that_is_right_at_the_edge_loses_nothing() -> None:
    """Drawn hair of another colour, from a model that only blurs."""
    errors = []
    for number in range(3):
        scene = Scene.of(
            split_seed("test", 99_000 + number), {"hair_color": "brown", "hair_style": "long"}, number
        )
        answer = counterfactual(scene, SIDE, hair_color="blonde")
        fine, truth = (p.rgb / np.float32(255) for p in (answer.source, answer.target))
        seen, wanted = (fitted(p, (MODEL, MODEL)).clip(0, 1) for p in (fine, truth))
        before, after = (ndimage.gaussian_filter(p, (1, 1, 0)) for p in (seen, wanted))
        hair = answer.source.masks["hair"]
        changes = [crop_change(seen, before, after, fine, outline).change for outline in (None, hair)]
        errors.append([np.square((fine + change - truth)[hair > 0.99]).mean() for change in changes])
    plain, ours = np.mean(errors, axis=0)
    assert ours < 1.05 * plain
