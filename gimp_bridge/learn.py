"""Learning: a layer of a person or an attribute becomes a token of the library."""

from __future__ import annotations

import dataclasses
from typing import Any

from gi.repository import Gimp

from gimp_bridge.edit import CHANNEL, make_frame
from gimp_bridge.link import Link
from gimp_bridge.pixels import LayerView
from gimp_bridge.scene import Scene
from s2edit_plugin import api
from s2edit_plugin.errors import ConsentError, MaskError, UsageError

__all__ = ["asked_for", "learn_settings", "learn_token"]

SELECTION = "selection"
TOKEN_SHARE = 0.375  # of the steps, as the engine's defaults: 30 of 80


def asked_for(config: Any) -> api.LearnToken:
    """A procedure's arguments as a request without its picture."""
    text = {
        name: (config.get_property(name) or "").strip()
        for name in ("person", "name", "class-noun", "prompt", "subject")
    }
    return api.LearnToken(
        photo=b"",
        person=text["person"],
        token=text["name"],
        kind=config.get_property("kind"),
        class_noun=text["class-noun"],
        subject=text["subject"] or "auto",
        prompt=text["prompt"] or None,
        settings=learn_settings(config.get_property("steps"), config.get_property("seed")),
        consent=bool(config.get_property("consent")),
    )


def learn_settings(steps: int, seed: int) -> api.LearnSettings:
    """Settings for a number of steps in all; 0: the usual number."""
    settings = api.LearnSettings(seed=seed)
    if steps <= 0:
        return settings
    first = round(steps * TOKEN_SHARE)
    return dataclasses.replace(settings, steps_token=first, steps_joint=steps - first)


def learn_token(image: Gimp.Image, chosen: Gimp.Layer, asked: api.LearnToken, link: Link) -> api.LearnResult:
    """Learn a token from what is seen of a layer.

    Raises:
        ConsentError: a person's without consent. UsageError: a name is missing. S2EditError: what the engine says.
    """
    if not (asked.person and asked.token):
        raise UsageError("The person's or the token's name is missing.", "Fill in both.")
    if asked.kind == "identity" and not asked.consent:
        raise ConsentError(
            "Learning a person needs the person's consent.",
            "Tick the box if the person in the picture agrees.",
        )
    with Scene(image, chosen) as scene:
        request = _request(scene.view, asked, link)
    return link.run(request, "Learn a token in GIMP")


def _request(view: LayerView, asked: api.LearnToken, link: Link) -> api.LearnToken:
    if asked.subject == "auto" or asked.subject.startswith(CHANNEL):
        frame = make_frame(view, asked.subject, None, link)
        return dataclasses.replace(asked, photo=frame.photo, subject="auto", subject_mask=frame.subject_mask)
    # Lips or hair are learned in the picture of the whole person.
    if asked.subject != SELECTION:
        frame = make_frame(view, "auto", None, link)
        return dataclasses.replace(asked, photo=frame.photo)
    selection = view.selection()
    if selection is None:
        raise MaskError("Nothing is selected.", "Select what is to be learned.")
    frame = make_frame(view, "auto", selection, link)
    return dataclasses.replace(asked, photo=frame.photo, subject="auto", subject_mask=frame.region_mask)
