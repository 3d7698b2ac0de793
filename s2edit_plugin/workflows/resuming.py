"""Resuming interrupted learning runs: identifying the run and storing its state."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import time
import uuid
from typing import TYPE_CHECKING

import numpy as np

from s2edit_plugin import api
from s2edit_plugin.api.prompts import TokenRef
from s2edit_plugin.errors import ResourceError
from s2edit_plugin.imaging.crop import Crop
from s2edit_plugin.method.checkpoint import Checkpoint
from s2edit_plugin.tokens.runs import Kept, Run

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

__all__ = ["Attempt", "begin", "facts_of"]


class Attempt:
    """One go at a run, first or resumed.

    Attributes:
        id: of the future token, the same in every attempt. checkpoint: for `method.learn.learn`.
        notes: sentences for the user so far. began: when, seconds since 1970.
    """

    def __init__(self, run: Run, on_note: api.OnNote) -> None:
        self._run, self._on_note = run, on_note
        self.notes: list[str] = []
        self.id = str(uuid.uuid4())
        self.began, self._started = time.time(), time.monotonic()
        self.checkpoint: Checkpoint

    def note(self, sentence: str) -> None:
        """Add a note, reported now and with the result."""
        logging.getLogger(__name__).info("%s", sentence)
        self.notes.append(sentence)
        self._on_note(sentence)

    @property
    def seconds(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._started

    def require_kept(self) -> None:
        """See `Run.require_kept`."""
        self._run.require_kept()

    def finish(self) -> None:
        """Remove the run's files: the token is stored, or the run cannot be finished."""
        try:
            self._run.discard()
        except ResourceError as error:
            self.note(str(error))


def facts_of(
    request: api.LearnToken,
    reference: TokenRef,
    prompt: str,
    words: tuple[str, ...],
    backbone: Backbone,
    source_hash: str,
    acts_in: np.ndarray,
    crop: Crop,
) -> dict[str, str]:
    """Everything that affects the result of a run, with labels for the user; without the names of person and token.

    Device, number format and savings of memory are left out: a run with memory fallbacks can resume the last one.
    """
    subject = hashlib.sha256(np.ascontiguousarray(acts_in).tobytes())
    subject.update(repr((acts_in.shape, crop.x, crop.y, crop.side)).encode())
    return {
        "photo": source_hash,
        "subject": subject.hexdigest(),
        "prompt": prompt.replace(str(reference), "<>"),
        "class noun": request.class_noun.strip().lower(),
        "list of attribute words": ", ".join(words),
        "choice of settings": json.dumps(dataclasses.asdict(request.settings), sort_keys=True),
        "base model": backbone.fingerprint,
    }


def begin(
    run: Run, request: api.LearnToken, facts: dict[str, str], model: str, on_note: api.OnNote
) -> Attempt:
    """Take up the run that was cut off if it was asked for and is the same one, else keep a new one.

    Args:
        facts: of `facts_of`. model: name or folder of the base model.
    """
    attempt = Attempt(run, on_note)
    total = request.settings.steps_token + request.settings.steps_joint
    attempt.checkpoint = Checkpoint(run.checkpoint, facts, total, run.name, attempt.note, run.require_kept)
    kept = run.kept() if request.resume else None
    if kept is not None and run.is_stored(kept.id):  # cut off between storing the token and clearing up
        run.discard()
        kept = None
    if not request.resume:
        run.discard()
    elif not run.checkpoint.exists():
        what = (
            "There is nothing to resume for"
            if kept is None
            else "Nothing was kept yet of the interrupted run of"
        )
        attempt.note(f"{what} {run.name}, so learning starts at the beginning.")
    if kept is not None and kept.facts == facts:
        attempt.id = kept.id
        run.adopt()
        return attempt
    try:
        run.keep(Kept(request, attempt.id, model, facts, total))
    except ResourceError as error:
        attempt.note(
            f"If learning {run.name} is cut off, it can be resumed with the photo only. {error.sentence}"
        )
    return attempt
