"""Small faces in large photos, large ones, and groups: the model's part replaced by the exact answer, blurred."""

from __future__ import annotations

import numpy as np
import pytest
from s2edit_models.drawing import Scene, counterfactual, split_seed

from s2edit_plugin.imaging.crop import Crop, extract, extract_photo, fitted, subject_crop
from s2edit_plugin.imaging.detail import CropChange, crop_change, pasting_side
from s2edit_plugin.imaging.paste import paste_change
from s2edit_plugin.imaging.photo import Photo
from tests.imaging.picture_files import psnr

MODEL = 128


def _person(number: int, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Photo, answer (blonde hair), where they differ, and the subject mask."""
    key = split_seed("test", 91_000 + number)
    made = counterfactual(Scene.of(key, {"hair_color": "brown"}, key), size, hair_color="blonde")
    return made.source.rgb, made.target.rgb, made.region, made.source.masks["subject"] / np.float32(255)


def _through(picture: np.ndarray) -> np.ndarray:
    return fitted(fitted(picture, (MODEL // 2, MODEL // 2)), (MODEL, MODEL)).clip(0, 1)


def _edited(
    photo: np.ndarray, answer: np.ndarray, mask: np.ndarray, crop: Crop, plain: bool = False
) -> np.ndarray:
    whole = Photo(photo, None, "PNG")
    seen, wanted = (extract_photo(Photo(p, None, "PNG"), crop, MODEL) for p in (photo, answer))
    fine = extract_photo(whole, crop, pasting_side(MODEL, crop.side))
    before, after = _through(seen), _through(wanted)
    change = CropChange(after - before) if plain else crop_change(seen, before, after, fine)
    return paste_change(whole, change, crop, mask)


@pytest.mark.parametrize(("size", "within"), [(60, 26.0), (128, 27.0), (700, 24.0)])
def test_a_face_of_any_size_comes_out_right(size: int, within: float) -> None:
    person, wanted, region, subject = _person(3, size)
    height, width = max(900, size), max(1200, size)
    photo = np.random.default_rng(0).integers(90, 110, (height, width, 3), dtype=np.uint8)
    answer, masks = photo.copy(), np.zeros((2, height, width), np.float32)
    place = (slice(height - size, height), slice(width // 2 - size // 2, width // 2 - size // 2 + size))
    photo[place], answer[place] = person, wanted
    masks[0][place], masks[1][place] = subject, region
    crop = subject_crop(masks[0], masks[1])
    # The face fills the model's square, whatever the photo's size.
    assert extract(masks[0], crop, MODEL).mean() > 0.15
    ours, plain = (_edited(photo, answer, masks[1], crop, way) for way in (False, True))
    inside = masks[1] > 0
    assert psnr(ours[inside] / 255, answer[inside] / 255) > within
    assert psnr(ours[inside] / 255, answer[inside] / 255) >= psnr(plain[inside] / 255, answer[inside] / 255)
    np.testing.assert_array_equal(ours[~inside], photo[~inside])


@pytest.mark.parametrize("whose", [0, 1, 2])
def test_in_a_group_the_person_of_the_mask_is_edited(whose: int) -> None:
    size = 160
    people = [_person(number, size) for number in (3, 4, 5)]
    photo = np.hstack([person[0] for person in people])
    answer = photo.copy()
    masks = np.zeros((2, *photo.shape[:2]), np.float32)
    place = (slice(None), slice(whose * size, (whose + 1) * size))
    answer[place] = people[whose][1]
    masks[0][place], masks[1][place] = people[whose][3], people[whose][2]
    crop = subject_crop(masks[0], masks[1])
    result = _edited(photo, answer, masks[1], crop)
    changed = (result != photo).any(axis=2)
    assert not changed[masks[1] == 0].any()
    assert changed[masks[1] > 0].mean() > 0.8
    inside = masks[1] > 0
    assert psnr(result[inside] / 255, answer[inside] / 255) > 23
    middle = crop.x + crop.side / 2
    assert whose * size < middle < (whose + 1) * size  # it is her that the model sees
