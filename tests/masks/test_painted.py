from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin.errors import MaskError
from s2edit_plugin.masks.painted import encode_mask, read_mask


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
    for mask in (np.zeros((40, 60)), np.full((40, 60), 0.4)):
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
