"""A grey photo takes an edit's lightness alone; where the prompt asks for colours, that is said."""

from __future__ import annotations

from s2edit_plugin import prompts
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.word_kinds import COLOURS, listed

__all__ = ["about_grey"]

_GREYS = listed("black white grey gray silver dark light platinum")
_COLOURS = (COLOURS - _GREYS) | listed(
    "tan tanned colour color coloured colored colourful colorful",
)


def about_grey(photo: Photo, wanted: str, shown: str) -> tuple[str, ...]:
    """What to tell the user of an edit of a photo.

    Args:
        wanted: the target prompt. shown: the source prompt.
    """
    before, after = ({word.lower() for word in prompts.words(prompt)} for prompt in (shown, wanted))
    if not photo.grey or not (after - before) & _COLOURS:
        return ()
    return (
        "The photo is grey and stays grey: a colour of the prompt shows as its lightness alone. "
        "Save the photo as RGB in another program to give it colours.",
    )
