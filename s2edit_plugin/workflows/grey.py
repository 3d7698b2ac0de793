"""Grey photos: by default only the lightness is edited, with a note if the prompt names colours; or the result is in colour."""

from __future__ import annotations

import dataclasses

import numpy as np

from s2edit_plugin.api import prompts
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.perception.word_kinds import COLOURS, listed

__all__ = ["about_grey", "in_colour"]

_GREYS = listed("black white grey gray silver dark light platinum")
_COLOURS = (COLOURS - _GREYS) | listed(
    "tan tanned colour color coloured colored colourful colorful",
)


def in_colour(photo: Photo) -> Photo:
    """A grey photo converted to sRGB; other photos unchanged."""
    if not photo.grey:
        return photo
    pixels = photo.pixels
    if not photo.space.is_srgb:
        levels = photo.as_float_rgb()
        levels *= photo.white
        pixels = np.rint(levels, out=levels).astype(pixels.dtype)
    return dataclasses.replace(photo, pixels=pixels, grey=False, icc=None, jpeg=None)


def about_grey(photo: Photo, wanted: str, shown: str) -> tuple[str, ...]:
    """Notes for the user on the edit of a photo.

    Args:
        wanted: the target prompt. shown: the source prompt.
    """
    before, after = ({word.lower() for word in prompts.words(prompt)} for prompt in (shown, wanted))
    if not photo.grey or not (after - before) & _COLOURS:
        return ()
    return (
        "The photo is grey and stays grey: a colour of the prompt shows as its lightness alone. "
        "Choose 'In colour' (--in-colour; in GIMP: Image > Mode > RGB) to give it colours.",
    )
