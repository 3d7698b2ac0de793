"""Learning: a layer of a person or an attribute becomes a token of the library."""

from __future__ import annotations

import dataclasses
from typing import Any

from gi.repository import Gimp

from gimp_bridge.frame import CHANNEL, SELECTION, make_frame
from gimp_bridge.link import Link
from gimp_bridge.pixels import LayerView
from gimp_bridge.scene import Scene
from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.errors import ConsentError, MaskError, UsageError

__all__ = [
    "asked_for", "check_asked", "go_on", "is_there", "learn_settings", "learn_token", "stopped_run", "unfinished",
]  # fmt: skip

TITLE = "Learn a token in GIMP"
TOKEN_SHARE = 0.375  # of the steps, as the engine's defaults: 60 of 160


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


def check_asked(asked: api.LearnToken) -> None:
    """Raises ConsentError: a person's without consent. UsageError: a name is missing."""
    if not (asked.person and asked.token):
        raise UsageError("The person's or the token's name is missing.", "Fill in both.")
    if asked.kind == "identity" and not asked.consent:
        raise ConsentError(
            "Learning a person needs the person's consent.",
            "Tick the box if the person in the picture agrees.",
        )


def unfinished(link: Link) -> tuple[queries.Resumable, ...]:
    """Learning that was stopped and can go on, the newest first."""
    return link.call(queries.ListResumable()).runs


def stopped_run(asked: api.LearnToken, link: Link) -> queries.Resumable | None:
    """Learning of the same token that was stopped and can go on."""
    return next((run for run in unfinished(link) if _same(f"{run.person}/{run.token}", asked)), None)


def is_there(asked: api.LearnToken, link: Link) -> bool:
    """Whether the library holds a token of this name."""
    return any(_same(info.name, asked) for info in link.call(queries.ListTokens()).tokens)


def _same(name: str, asked: api.LearnToken) -> bool:
    return name.casefold() == f"{asked.person}/{asked.token}".casefold()


def go_on(run: queries.Resumable, link: Link) -> api.LearnResult:
    """Go on with learning that was stopped; its picture is kept with it."""
    return link.run(dataclasses.replace(run.request, resume=True), TITLE)


def learn_token(
    image: Gimp.Image, chosen: Gimp.Layer, asked: api.LearnToken, link: Link, replace: bool = False
) -> api.LearnResult:
    """Learn a token from what is seen of a layer.

    Args:
        replace: a token of the same name goes to the trash.

    Raises:
        ConsentError, UsageError: as `check_asked`, or there is a token of this name. S2EditError: what the engine says.
    """
    check_asked(asked)
    if not replace and is_there(asked, link):
        raise UsageError(
            f"Your library has a token {asked.person}/{asked.token} already.",
            "Choose another name, or replace it.",
        )
    with Scene(image, chosen) as scene:
        request = _request(scene.view, asked, link)
    return link.run(request, TITLE)


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
