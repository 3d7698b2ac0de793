from __future__ import annotations

import time
import tracemalloc
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from s2edit_plugin.errors import MaskError, NumericalError
from s2edit_plugin.imaging import paste
from s2edit_plugin.imaging import photo as photos
from s2edit_plugin.imaging.crop import (
    Crop,
    extract,
    extract_photo,
    fitted,
    place,
    place_mask,
    resample_part,
    subject_crop,
    window_of,
)
from s2edit_plugin.imaging.detail import CropChange
from s2edit_plugin.imaging.paste import paste_change
from s2edit_plugin.imaging.photo import Photo
from tests.imaging.picture_files import noise, psnr, soft


def box_mask(height: int, width: int, top: int, bottom: int, left: int, right: int) -> np.ndarray:
    mask = np.zeros((height, width), np.float32)
    mask[top:bottom, left:right] = 1
    return mask


def test_the_crop_has_a_margin_and_lies_inside() -> None:
    assert subject_crop(box_mask(1000, 2000, 400, 600, 900, 1100)) == Crop(850, 350, 300)
    assert subject_crop(box_mask(1000, 2000, 0, 200, 0, 200)) == Crop(0, 0, 300)
    assert subject_crop(box_mask(1000, 2000, 800, 1000, 1800, 2000)) == Crop(1700, 700, 300)


def test_the_crop_takes_the_edit_region_in() -> None:
    crop = subject_crop(box_mask(900, 900, 400, 500, 400, 500), box_mask(900, 900, 300, 310, 600, 700) * 0.1)
    assert crop.x <= 400
    assert crop.x + crop.side >= 700
    assert crop.y <= 300


def test_a_crop_leaves_the_picture_only_where_it_must() -> None:
    assert subject_crop(np.ones((128, 128), np.float32)) == Crop(0, 0, 128)
    assert subject_crop(box_mask(300, 400, 0, 300, 100, 300)) == Crop(50, 0, 300)
    assert subject_crop(np.ones((300, 400), np.float32)) == Crop(0, -50, 400)


@pytest.mark.parametrize("seed", range(30))
def test_any_crop_holds_both_masks_and_is_square(seed: int) -> None:
    rng = np.random.default_rng(seed)
    height, width = rng.integers(16, 300, 2)
    masks = []
    for _ in range(2):
        top, left = rng.integers(0, height), rng.integers(0, width)
        masks.append(
            box_mask(height, width, top, rng.integers(top, height) + 1, left, rng.integers(left, width) + 1)
        )
    crop = subject_crop(*masks)
    rows, columns = window_of(crop, (height, width))
    for mask in masks:
        assert mask[rows, columns].sum() == mask.sum()
    if crop.side <= min(height, width):
        assert (rows.stop - rows.start, columns.stop - columns.start) == (crop.side, crop.side)
    assert extract(masks[0], crop, 24).shape == (24, 24)


def test_an_empty_subject_is_refused() -> None:
    with pytest.raises(MaskError, match="subject mask is empty"):
        subject_crop(np.zeros((50, 50), np.float32))


def test_extraction_at_the_crops_own_size_copies() -> None:
    image = noise(60, 80).astype(np.float32)
    np.testing.assert_array_equal(extract(image, Crop(10, 20, 32), 32), image[20:52, 10:42])


def test_extraction_repeats_the_edge_outside() -> None:
    image = noise(30, 40).astype(np.float32)
    result = extract(image, Crop(0, -5, 40), 40)
    np.testing.assert_array_equal(result[:5], np.repeat(image[:1], 5, axis=0))
    np.testing.assert_array_equal(result[-5:], np.repeat(image[-1:], 5, axis=0))


def test_shrinking_averages_areas_exactly() -> None:
    image = noise(96, 96).astype(np.float32)
    np.testing.assert_allclose(
        fitted(image, (32, 32)), image.reshape(32, 3, 32, 3, 3).mean(axis=(1, 3)), rtol=1e-5
    )
    assert fitted(image, (37, 37)).mean() == pytest.approx(image.mean(), rel=1e-3)


@pytest.mark.parametrize("side", [128, 200, 517, 90])
def test_extract_and_place_undo_each_other_on_smooth_pictures(side: int) -> None:
    picture = soft(600, 700).astype(np.float32)
    crop = Crop(37, 61, side)
    back = place(extract(picture, crop, 128), crop, (600, 700))
    window = window_of(crop, (600, 700))
    assert psnr(back[window], picture[window]) > 45
    outside = np.ones((600, 700), bool)
    outside[window] = False
    assert not back[outside].any()


@pytest.mark.parametrize("crop", [Crop(10, 20, 100), Crop(-20, -3, 170), Crop(5, 5, 40)])
def test_a_part_has_the_values_of_the_whole(crop: Crop) -> None:
    change = np.random.default_rng(0).normal(size=(64, 64, 3)).astype(np.float32)
    whole = place(change, crop, (150, 140))
    rows, columns = window_of(crop, (150, 140))
    part = (slice(rows.start + 7, rows.stop - 4), slice(columns.start + 3, columns.stop - 9))
    np.testing.assert_allclose(resample_part(change, crop, part), whole[part], atol=1e-4)


def test_placed_masks_stay_masks() -> None:
    mask = place_mask(box_mask(16, 16, 4, 12, 4, 12), Crop(0, 0, 99), (99, 120))
    assert mask.min() == 0
    assert mask.max() == 1


def a_photo(dtype: type = np.uint8, size: tuple[int, int] = (151, 203), *, alpha: bool = False) -> Photo:
    return Photo(noise(*size, 3, dtype), noise(*size, 1, dtype) if alpha else None, "PNG")


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("size", [(151, 203), (64, 64), (33, 17), (500, 301)])
def test_outside_the_mask_every_bit_stays(dtype: type, size: tuple[int, int]) -> None:
    photo = a_photo(dtype, size, alpha=True)
    rng = np.random.default_rng(3)
    mask = np.clip(rng.normal(size=size), 0, 1).astype(np.float32)
    mask[: size[0] // 3] = 0
    change = rng.normal(size=(48, 48, 3)).astype(np.float32)
    before = photo.pixels.copy()
    result = paste_change(photo, CropChange(change), Crop(-3, 2, min(size)), mask)
    assert result.dtype == dtype
    np.testing.assert_array_equal(result[mask == 0], before[mask == 0])
    np.testing.assert_array_equal(photo.pixels, before)
    assert (result != before).any()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("side", [20, 64, 150, 333])
def test_no_change_changes_nothing_at_any_size(dtype: type, side: int) -> None:
    photo = a_photo(dtype)
    result = paste_change(
        photo,
        CropChange(np.zeros((64, 64, 3), np.float32)),
        Crop(-7, 3, side),
        np.ones(photo.size, np.float32),
    )
    np.testing.assert_array_equal(result, photo.pixels)
    assert result is not photo.pixels


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_plain_change_is_added_in_full(dtype: type) -> None:
    white = np.iinfo(dtype).max
    photo = Photo(np.full((100, 100, 3), white // 2, dtype), None, "PNG")
    change = np.full((32, 32, 3), 0.25, np.float32)
    mask = box_mask(100, 100, 30, 60, 30, 60)
    result = paste_change(photo, CropChange(change), Crop(0, 0, 100), mask)
    assert result[45, 45, 0] == pytest.approx(white // 2 + 0.25 * white, abs=1)
    half = paste_change(photo, CropChange(change), Crop(0, 0, 100), mask * 0.5)
    assert half[45, 45, 0] == pytest.approx(white // 2 + 0.125 * white, abs=1)
    clipped = paste_change(photo, CropChange(change * 4), Crop(0, 0, 100), mask)
    assert clipped[45, 45, 0] == white


def test_the_photos_own_detail_stays() -> None:
    photo = Photo((noise(400, 400) // 4 + 90).astype(np.uint8), None, "PNG")
    change = np.full((32, 32, 3), 0.1, np.float32)
    result = paste_change(photo, CropChange(change), Crop(0, 0, 400), np.ones((400, 400), np.float32))
    difference = result.astype(int) - photo.pixels
    assert difference.min() >= 25
    assert difference.max() <= 26


def test_there_is_no_seam_at_the_crops_border() -> None:
    photo = Photo(np.full((300, 300, 3), 100, np.uint8), None, "PNG")
    change = np.full((64, 64, 3), 0.3, np.float32)
    result = paste_change(
        photo, CropChange(change), Crop(0, 100, 150), np.ones((300, 300), np.float32)
    ).astype(int)
    assert result[175, 75, 0] > 170
    assert np.abs(np.diff(result, axis=0)).max() < 25
    assert np.abs(np.diff(result, axis=1)).max() < 25
    assert result[175, 0, 0] > 170  # the picture's own border is no seam


def test_grey_photos_stay_grey() -> None:
    grey = Photo(np.repeat(noise(60, 60, 1)[..., None], 3, axis=2), None, "PNG", grey=True)
    change = np.zeros((32, 32, 3), np.float32)
    change[..., 0] = 0.5
    result = paste_change(grey, CropChange(change), Crop(0, 0, 60), np.ones((60, 60), np.float32))
    assert (result == result[..., :1]).all()
    assert (result != grey.pixels).any()


def test_what_does_not_fit_is_refused() -> None:
    photo = a_photo()
    change = np.zeros((8, 8, 3), np.float32)
    with pytest.raises(MaskError, match="The mask has 5 x 4 pixels, the photo 203 x 151"):
        paste_change(photo, CropChange(change), Crop(0, 0, 50), np.ones((4, 5), np.float32))
    with pytest.raises(NumericalError):
        paste_change(photo, CropChange(change * np.nan), Crop(0, 0, 50), np.ones(photo.size, np.float32))


def test_a_small_edit_in_a_large_photo_costs_little() -> None:
    photo = Photo(np.full((3000, 4000, 3), 90, np.uint8), None, "PNG")
    mask = box_mask(3000, 4000, 1000, 1200, 2000, 2300)
    started = time.process_time()
    view = extract_photo(photo, Crop(1000, 200, 2000), 128)
    paste_change(photo, CropChange(np.full((128, 128, 3), 0.2, np.float32)), Crop(1000, 200, 2000), mask)
    assert time.process_time() - started < 2
    assert view.shape == (128, 128, 3)


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_bands_give_what_the_whole_gives(dtype: type, grey: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = replace(a_photo(dtype, (151, 203)), grey=grey)
    change = np.random.default_rng(3).normal(size=(48, 48, 3)).astype(np.float32)
    mask = box_mask(151, 203, 5, 150, 3, 190)
    made = []
    for rows in (1000, 16, 7):
        monkeypatch.setattr(paste, "BAND", rows)
        made.append(paste_change(photo, CropChange(change), Crop(20, 4, 140), mask).astype(np.int64))
    assert (
        max(np.abs(other - made[0]).max() for other in made) <= 1
    )  # where pixels lie is rounded in each band
    assert (made[0] != photo.pixels).any()


@pytest.mark.parametrize("top", [5, 40, 77])
def test_what_a_pixel_becomes_does_not_depend_on_the_mask_elsewhere(
    top: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paste, "BAND", 16)
    photo, crop = a_photo(np.uint16, (151, 203)), Crop(20, 4, 140)
    change = np.random.default_rng(3).normal(size=(48, 48, 3)).astype(np.float32)
    whole = paste_change(photo, CropChange(change), crop, box_mask(151, 203, 0, 151, 3, 190))
    part = paste_change(photo, CropChange(change), crop, box_mask(151, 203, top, 101, 3, 190))
    np.testing.assert_array_equal(part[top:101], whole[top:101])


def test_pasting_takes_little_more_than_its_result() -> None:
    photo, mask = (
        Photo(np.full((3000, 4000, 3), 90, np.uint8), None, "PNG"),
        np.ones((3000, 4000), np.float32),
    )
    change = np.full((128, 128, 3), 0.2, np.float32)
    tracemalloc.start()
    try:
        paste_change(photo, CropChange(change), Crop(0, -500, 4000), mask)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (
        peak / mask.size < 3 + 1 + 256 * 100 / 3000
    )  # bytes a pixel: the result, where the mask is, one band


@pytest.mark.parametrize("space", ["sRGB", "Display P3"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_converting_in_bands_gives_what_the_whole_gives(
    dtype: type, space: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if space != "sRGB":
        wide = SimpleNamespace(is_srgb=False, to_srgb=lambda values: values**0.5 * 1.1 - 0.05)
        monkeypatch.setattr(photos, "colour_space", lambda _: wide)
    photo = a_photo(dtype, (151, 203))
    expected = np.clip(photo.space.to_srgb(photo.pixels.astype(np.float32) / np.float32(photo.white)), 0, 1)
    for rows in (1000, 7):
        monkeypatch.setattr(photos, "BAND", rows)
        np.testing.assert_array_equal(photo.as_float_rgb(), expected)
        np.testing.assert_array_equal(photo.as_uint8_rgb(), np.rint(expected * 255))
    crop = Crop(-3, 10, 190)
    view = extract_photo(photo, crop, 64)
    np.testing.assert_array_equal(view, np.clip(extract(expected, crop, 64), 0, 1))
