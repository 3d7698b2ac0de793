"""A grey photo stays grey, and where the prompt asks for colours that is said."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.workflows.grey import about_grey

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
