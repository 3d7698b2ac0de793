"""The photo's own fine detail under a change, against exact answers drawn at four times the model's resolution."""

from __future__ import annotations

import numpy as np
import pytest
from s2edit_models.drawing import Scene, counterfactual, split_seed

from s2edit_plugin.imaging.crop import Crop, fitted
from s2edit_plugin.imaging.detail import CropChange, crop_change, pasting_side
from s2edit_plugin.imaging.paste import paste_change
from s2edit_plugin.imaging.photo import Photo

SMALL, LARGE = 64, 256


def _loses(picture: np.ndarray) -> np.ndarray:
    """What an autoencoder does to a picture, roughly: the finest detail is gone."""
    return fitted(fitted(picture, (SMALL // 2, SMALL // 2)), (SMALL, SMALL)).clip(0, 1)


def _errors(look: dict[str, str], change: dict[str, str]) -> tuple[float, float]:
    """Mean square error to the answer inside its region: with the detail treated, and with the change merely added."""
    ours, plain = [], []
    for number in range(3):
        scene = Scene.of(split_seed("test", 88_000 + number), {"hair_color": "brown", **look}, number)
        answer = counterfactual(scene, LARGE, **change)
        photo = Photo(answer.source.rgb, None, "PNG")
        seen, wanted = (
            fitted(p.rgb / np.float32(255), (SMALL, SMALL)).clip(0, 1) for p in (answer.source, answer.target)
        )
        before, after = _loses(seen), _loses(wanted)
        mask = answer.region.astype(np.float32)
        for errors, made in ((ours, crop_change(seen, before, after)), (plain, CropChange(after - before))):
            result = paste_change(photo, made, Crop(0, 0, LARGE), mask)
            errors.append(
                np.square(result[answer.region] - answer.target.rgb[answer.region].astype(float)).mean()
            )
    return float(np.mean(ours)), float(np.mean(plain))


@pytest.mark.parametrize(
    ("look", "change", "share"),
    [
        ({"hair_style": "long"}, {"hair_color": "blonde"}, 0.95),  # strands brighten in proportion
        ({"hat": "red"}, {"hat": "none"}, 0.9),  # what was there goes, its detail too
        ({"glasses": "sunglasses"}, {"glasses": "none"}, 0.95),
        ({"hair_style": "long"}, {"hair_style": "short"}, 0.9),
        ({}, {"expression": "smiling"}, 1.02),
        ({}, {"age": "old"}, 1.05),
    ],
)
def test_the_answer_is_nearer_than_by_adding_the_change(
    look: dict[str, str], change: dict[str, str], share: float
) -> None:
    ours, plain = _errors(look, change)
    assert ours <= share * plain


def test_without_a_change_there_is_no_gain() -> None:
    seen = np.random.default_rng(0).random((32, 32, 3)).astype(np.float32)
    nothing = crop_change(seen, seen * 0.9, seen * 0.9)
    assert not nothing.change.any()
    assert nothing.gain is None


def test_far_from_the_change_the_detail_stays() -> None:
    rng = np.random.default_rng(1)
    seen = rng.random((64, 64, 3)).astype(np.float32)
    after = seen.copy()
    after[:20] = 0.5
    made = crop_change(seen, seen, after)
    assert made.gain is not None
    assert not made.gain[32:].any()
    assert not made.change[32:].any()
    # Replaced by something that does not depend on it: all of it goes.
    assert made.gain[4:14].mean() < -0.95
    assert made.gain.min() >= -1
    assert made.gain.max() <= 1


def test_large_windows_are_done_in_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    from s2edit_plugin.imaging import paste

    rng = np.random.default_rng(2)
    photo = Photo(rng.integers(0, 256, (90, 80, 3), dtype=np.uint8), None, "PNG")
    before, after = (rng.random((16, 16, 3)).astype(np.float32) for _ in range(2))
    made = crop_change(before, before, after)
    mask = np.ones(photo.size, np.float32)
    whole = paste_change(photo, made, Crop(3, 5, 70), mask)
    monkeypatch.setattr(paste, "BAND", 7)
    banded = paste_change(photo, made, Crop(3, 5, 70), mask)
    # Resampling rounds a little differently where a band begins.
    assert np.abs(banded.astype(int) - whole).max() <= 1
    assert (banded != whole).mean() < 1e-3


@pytest.mark.parametrize(
    ("model", "crop", "side"), [(128, 60, 128), (128, 300, 300), (128, 3000, 512), (512, 4000, 1024)]
)
def test_small_faces_and_large_ones_get_a_fine_crop(model: int, crop: int, side: int) -> None:
    assert pasting_side(model, crop) == side


@pytest.mark.parametrize(
    ("look", "change"),
    [({"hat": "red"}, {"hat": "none"}), ({"glasses": "sunglasses"}, {"glasses": "none"})],
)
def test_the_finer_crop_brings_what_is_new_nearer(look: dict[str, str], change: dict[str, str]) -> None:
    errors = np.zeros(2)
    for number in range(3):
        scene = Scene.of(split_seed("test", 88_000 + number), {"hair_color": "brown", **look}, number)
        answer = counterfactual(scene, LARGE, **change)
        photo, target = (p.rgb / np.float32(255) for p in (answer.source, answer.target))
        seen, wanted = (fitted(p, (SMALL, SMALL)).clip(0, 1) for p in (photo, target))
        for index, fine in enumerate((None, photo)):
            made = crop_change(seen, _loses(seen), _loses(wanted), fine)
            whole = Photo(answer.source.rgb, None, "PNG")
            result = paste_change(whole, made, Crop(0, 0, LARGE), answer.region.astype(np.float32))
            errors[index] += np.square(result.astype(float) - answer.target.rgb).mean()
    assert errors[1] < errors[0]


def test_what_the_autoencoder_blurs_is_sharpened_alike() -> None:
    rng = np.random.default_rng(3)
    seen, wanted = (fitted(rng.random((16, 16, 3)).astype(np.float32), (64, 64)).clip(0, 1) for _ in range(2))
    made = crop_change(seen, _loses(seen), _loses(wanted))
    sharpened = np.square(seen + made.change - wanted).mean()
    assert sharpened < 0.5 * np.square(_loses(wanted) - wanted).mean()
