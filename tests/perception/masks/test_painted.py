from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin.errors import MaskError
from s2edit_plugin.perception.masks.painted import encode_mask, read_mask, read_painted, read_subject_mask


def png(pixels: np.ndarray) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def a_disc(height: int = 40, width: int = 60) -> np.ndarray:
    rows, columns = np.indices((height, width))
    return ((rows - 20) ** 2 + (columns - 30) ** 2 < 100).astype(np.float32)


def test_a_mask_comes_back_as_it_was_saved() -> None:
    mask = np.linspace(0, 1, 40 * 60, dtype=np.float32).reshape(40, 60)
    again = read_mask(encode_mask(mask), (40, 60))
    assert again.dtype == np.float32
    assert np.abs(again - mask).max() <= 0.5 / 255 + 1e-6


def test_every_way_to_paint_one() -> None:
    disc = a_disc()
    grey = (disc * 255).astype(np.uint8)
    black = np.zeros_like(grey)
    full = np.full_like(grey, 255)
    ways = {
        "grey": grey,
        "16 bit": (disc * 65535).astype(np.uint16),
        "red on black": np.dstack([grey, black, black]),
        "black paint on a transparent layer": np.dstack([black, black, black, grey]),
        "white on black, opaque": np.dstack([grey, grey, grey, full]),
        "bilevel": disc > 0,
    }
    for name, pixels in ways.items():
        np.testing.assert_array_equal(read_mask(png(pixels), (40, 60)), disc, err_msg=name)


def test_a_mask_of_another_size_is_refused_with_both_sizes() -> None:
    with pytest.raises(MaskError, match=r"The mask has 60 x 40 pixels but the photo has 64 x 48\.") as caught:
        read_mask(encode_mask(a_disc()), (48, 64))
    assert caught.value.hint


def test_an_empty_mask_is_refused() -> None:
    for mask in (np.zeros((40, 60)), np.full((40, 60), 0.02)):
        with pytest.raises(MaskError, match="The subject mask is empty"):
            read_mask(encode_mask(mask), (40, 60), "the subject mask")


def test_what_is_no_picture_is_refused_as_a_mask() -> None:
    for data in (b"", b"text", encode_mask(a_disc())[:60]):
        with pytest.raises(MaskError):
            read_mask(data, (40, 60))


def test_a_smaller_copy_is_enlarged_where_that_is_meant() -> None:
    small = np.zeros((45, 60), np.uint8)
    small[10:30, 20:40] = 255
    data = png(small)
    large = read_mask(data, (1350, 1801), reduced=True)
    assert large.shape == (1350, 1801)
    assert large[600, 901] == 1
    assert large[100, 100] == 0
    assert abs(large.mean() - small.mean() / 255) < 0.01
    for size in ((1350, 1700), (30, 40)):
        with pytest.raises(MaskError, match="pixels but the photo has"):
            read_mask(data, size, reduced=True)
    with pytest.raises(MaskError, match="pixels but the photo has"):
        read_mask(data, (1350, 1800))


# ---------------------------------------------------------------------- what a user means


def a_picture(height: int = 40, width: int = 60) -> np.ndarray:
    """Something like a photo: colours that vary."""
    small = np.random.default_rng(1).integers(30, 230, (5, 6, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC))


def with_alpha(rgb: np.ndarray, alpha: np.ndarray) -> bytes:
    return png(np.dstack([rgb, np.rint(alpha * 255).astype(np.uint8)]))


def in_grey(mask: np.ndarray) -> np.ndarray:
    return np.repeat(np.rint(mask * 255).astype(np.uint8)[..., None], 3, axis=2)


@pytest.mark.parametrize("black", [1, 4, 8, 20])
def test_a_black_that_is_not_quite_black_is_black(black: int) -> None:
    disc = a_disc()
    pixels = np.where(disc > 0, 254, black).astype(np.uint8)
    np.testing.assert_array_equal(read_mask(png(pixels), (40, 60)), disc)


def test_the_noise_of_a_jpeg_is_no_mask() -> None:
    file = BytesIO()
    Image.fromarray(np.kron(in_grey(a_disc())[..., 0], np.ones((8, 8), np.uint8))).save(
        file, "JPEG", quality=60
    )
    mask = read_mask(file.getvalue(), (320, 480))
    assert (mask[:40] == 0).all()
    assert mask[160, 240] == 1


def test_soft_masks_stay_soft() -> None:
    from s2edit_plugin.perception.masks.refine import feather

    soft = feather(np.kron(a_disc(), np.ones((8, 8), np.float32)), 40)
    assert float(((soft > 0) & (soft < 1)).mean()) > 0.2
    again = read_painted(encode_mask(soft), (320, 480))
    assert np.abs(again.mask - soft).max() <= 0.5 / 255 + 1e-6
    assert again.notes == ()


def test_a_mask_painted_at_45_percent_is_no_empty_one() -> None:
    disc = a_disc()
    for data in (encode_mask(0.45 * disc), with_alpha(in_grey(np.zeros_like(disc)), 0.45 * disc)):
        painted = read_painted(data, (40, 60))
        assert np.abs(painted.mask - 0.45 * disc).max() < 0.5 / 255 + 1e-6
        (note,) = painted.notes
        assert note.startswith("The mask is at most 45 % white")
        # Where something is has no degrees.
        subject = read_subject_mask(data, (40, 60))
        np.testing.assert_array_equal(subject.mask, disc)
        assert subject.notes == ()


def test_one_pixel_of_alpha_254_changes_nothing() -> None:
    disc = a_disc()
    for value, share in ((254, 1), (0, 1), (254, 1200)):
        alpha = np.full(disc.shape, 255, np.uint8)
        alpha.flat[:share] = value
        np.testing.assert_array_equal(read_mask(png(np.dstack([in_grey(disc), alpha])), (40, 60)), disc)


def test_white_on_black_on_a_transparent_layer_is_both() -> None:
    disc = a_disc()
    alpha = np.zeros_like(disc)
    alpha[5:35, 10:50] = 1
    np.testing.assert_array_equal(read_mask(with_alpha(in_grey(disc), alpha), (40, 60)), disc)


def test_a_hole_erased_into_the_photo_is_the_mask() -> None:
    disc = a_disc()
    painted = read_painted(with_alpha(a_picture(), 1 - disc), (40, 60))
    np.testing.assert_array_equal(painted.mask, disc)
    assert painted.notes == (
        "The mask is a picture with a hole: the hole is the mask. Where the rest is meant, invert it.",
    )


def test_a_subject_cut_out_is_the_mask() -> None:
    disc = a_disc()
    painted = read_painted(with_alpha(a_picture(), disc), (40, 60))
    np.testing.assert_array_equal(painted.mask, disc)
    assert painted.notes[0].startswith("The mask is a picture cut out: what is visible of it is the mask.")


def test_what_may_not_be_meant_is_said() -> None:
    small = np.ones((40, 60))
    small[5:10, 5:10] = 0
    assert read_painted(encode_mask(small), (40, 60)).notes == (
        "The mask holds 99 % of the photo. Where the rest is meant, invert it.",
    )
    assert read_painted(encode_mask(np.ones((40, 60))), (40, 60)).notes == ()
    (note,) = read_painted(png(a_picture()), (40, 60)).notes[:1]
    assert note.startswith("The mask looks like a photo")
