"""Learning: a layer of a person or an attribute becomes a token of the library."""

from __future__ import annotations

import dataclasses
from typing import Any

from gi.repository import Gimp

from gimp_bridge.crop import CHANNEL, SELECTION, crop_layer
from gimp_bridge.engine_client import EngineClient
from gimp_bridge.pixels import LayerView
from gimp_bridge.scene import Scene
from s2edit_plugin import api
from s2edit_plugin.api import presets, queries
from s2edit_plugin.errors import ConsentError, MaskError, UsageError

__all__ = [
    "check_request", "find_interrupted", "interrupted_runs", "learn_settings", "learn_token", "request_from", "resume_run",
    "token_exists",
]  # fmt: skip

TITLE = "Learn a token in GIMP"


def request_from(config: Any) -> api.LearnToken:
    """A procedure's arguments as a request without its picture."""
    text = {
        name: (config.get_property(name) or "").strip()
        for name in ("person", "name", "class-noun", "prompt", "subject")
    }
    kind = config.get_property("kind")
    return api.LearnToken(
        photo=b"",
        person=text["person"],
        token=text["name"],
        kind=kind,
        class_noun=text["class-noun"],
        subject=text["subject"] or "auto",
        prompt=text["prompt"] or None,
        settings=learn_settings(config.get_property("steps"), config.get_property("seed"), kind),
        consent=bool(config.get_property("consent")),
    )


def learn_settings(steps: int, seed: int, kind: str = "identity") -> api.LearnSettings:
    """Settings for a number of steps in all; 0: the usual number for this kind of token."""
    alone, joint = presets.usual_steps(kind)
    if steps > 0:
        alone = round(steps * alone / (alone + joint))
        joint = steps - alone
    return api.LearnSettings(steps_token=alone, steps_joint=joint, seed=seed)


def check_request(request: api.LearnToken) -> None:
    """Raises ConsentError: a person's without consent. UsageError: a name is missing."""
    if not (request.person and request.token):
        raise UsageError("The person's or the token's name is missing.", "Fill in both.")
    if request.kind == "identity" and not request.consent:
        raise ConsentError(
            "Learning a person needs the person's consent.",
            "Tick the box if the person in the picture agrees.",
        )


def interrupted_runs(engine: EngineClient) -> tuple[queries.Resumable, ...]:
    """Interrupted learning runs that can be resumed, the newest first."""
    return engine.call(queries.ListResumable()).runs


def find_interrupted(request: api.LearnToken, engine: EngineClient) -> queries.Resumable | None:
    """The interrupted run of the same token, if there is one."""
    return next(
        (run for run in interrupted_runs(engine) if _same(f"{run.person}/{run.token}", request)), None
    )


def token_exists(request: api.LearnToken, engine: EngineClient) -> bool:
    """Whether the library holds a token of this name."""
    return any(_same(info.name, request) for info in engine.call(queries.ListTokens()).tokens)


def _same(name: str, request: api.LearnToken) -> bool:
    return name.casefold() == f"{request.person}/{request.token}".casefold()


def resume_run(run: queries.Resumable, engine: EngineClient) -> api.LearnResult:
    """Resume an interrupted run; its photo is stored with it."""
    return engine.run(dataclasses.replace(run.request, resume=True), TITLE)


def learn_token(
    image: Gimp.Image,
    chosen: Gimp.Layer,
    request: api.LearnToken,
    engine: EngineClient,
    replace: bool = False,
) -> api.LearnResult:
    """Learn a token from the visible content of a layer.

    Args:
        replace: a token of the same name goes to the trash.

    Raises:
        ConsentError, UsageError: as `check_request`, or there is a token of this name. S2EditError: from the engine.
    """
    check_request(request)
    if not replace and token_exists(request, engine):
        raise UsageError(
            f"Your library has a token {request.person}/{request.token} already.",
            "Choose another name, or replace it.",
        )
    with Scene(image, chosen) as scene:
        request = _with_photo(scene.view, request, engine)
    return engine.run(request, TITLE)


def _with_photo(view: LayerView, request: api.LearnToken, engine: EngineClient) -> api.LearnToken:
    if request.subject == "auto" or request.subject.startswith(CHANNEL):
        crop = crop_layer(view, request.subject, None, engine)
        return dataclasses.replace(request, photo=crop.photo, subject="auto", subject_mask=crop.subject_mask)
    # Lips or hair are learned in the picture of the whole person.
    if request.subject != SELECTION:
        crop = crop_layer(view, "auto", None, engine)
        return dataclasses.replace(request, photo=crop.photo)
    selection = view.selection()
    if selection is None:
        raise MaskError("Nothing is selected.", "Select what is to be learned.")
    crop = crop_layer(view, "auto", selection, engine)
    return dataclasses.replace(request, photo=crop.photo, subject="auto", subject_mask=crop.region_mask)
