"""A grey photo stays grey, and where the prompt asks for colours that is said."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin.imaging.formats.icc import grey_profile
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.imaging.provenance import Provenance
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.imaging.saving import encode_result
from s2edit_plugin.imaging.writing import encode_exactly
from s2edit_plugin.workflows.grey import about_grey, in_colour

GREY = Photo(np.zeros((16, 16, 3), np.uint8), None, "JPEG", grey=True)


@pytest.mark.parametrize(
    ("wanted", "shown", "said"),
    [
        ("a photo of a woman with Blonde hair", "a photo of a woman with dark hair", True),
        ("a woman, colored photo", "a woman", True),
        ("a photo of a woman smiling", "a photo of a woman", False),
        ("a woman with brown hair smiling", "a woman with brown hair", False),
        ("a woman with black hair", "a woman with white hair", False),
    ],
)
def test_colours_in_a_prompt_for_a_grey_photo(wanted: str, shown: str, said: bool) -> None:
    notes = about_grey(GREY, wanted, shown)
    assert bool(notes) is said
    assert all("stays grey" in note for note in notes)
    assert about_grey(dataclasses.replace(GREY, grey=False), wanted, shown) == ()


@pytest.mark.parametrize("mode", ["L", "LA", "I;16"])
def test_a_grey_photo_becomes_one_that_takes_colours_and_looks_the_same(mode: str) -> None:
    ramp = np.tile(np.arange(64, dtype=np.uint8) * 4, (48, 1))
    image = Image.fromarray(ramp.astype(np.uint16) * 257 if mode == "I;16" else ramp)
    stream = io.BytesIO()
    (image if mode == "I;16" else image.convert(mode)).save(stream, "PNG")
    grey = read_photo(stream.getvalue())
    assert grey.grey
    made = in_colour(grey)
    assert not made.grey
    assert np.array_equal(made.pixels, grey.pixels)
    red = made.pixels.copy()
    red[10:20, 10:20] = (made.white, 0, 0)
    back = read_photo(encode_exactly(made, red, provenance=Provenance("small")))
    assert np.array_equal(back.pixels, red)
    assert back.depth == grey.depth
    assert in_colour(made) is made


def test_a_grey_photos_own_curve_becomes_srgb() -> None:
    curve = (1.8,)
    grey = Photo(np.full((8, 8, 3), 100, np.uint8), None, "PNG", grey=True, icc=grey_profile(curve))
    made = in_colour(grey)
    assert made.icc is None
    assert np.allclose(made.as_float_rgb(), grey.as_float_rgb(), atol=0.5 / 255)
    assert not np.array_equal(made.pixels, grey.pixels)


def test_a_grey_jpeg_with_colours_is_saved_as_a_colour_jpeg() -> None:
    stream = io.BytesIO()
    Image.fromarray(np.tile(np.arange(64, dtype=np.uint8) * 4, (64, 1))).save(stream, "JPEG", quality=90)
    made = in_colour(read_photo(stream.getvalue()))
    red = made.pixels.copy()
    red[16:48, 16:48] = (200, 30, 30)
    saved = read_photo(
        encode_result(
            encode_exactly(made, red, provenance=Provenance("small")), "JPEG", original=stream.getvalue()
        )
    )
    assert not saved.grey
    assert np.abs(saved.pixels[32, 32].astype(int) - (200, 30, 30)).max() < 12
