"""Resuming interrupted learning without naming the photo again."""

from __future__ import annotations

import argparse
import dataclasses
from typing import TYPE_CHECKING

from s2edit_plugin.api import LearnToken
from s2edit_plugin.errors import Sentence, UsageError

if TYPE_CHECKING:
    from s2edit_plugin.tokens.runs import Kept

__all__ = ["kept_request"]

# Options that the interrupted run has fixed.
_DECIDED = (
    "kind", "class_noun", "subject", "prompt", "attribute_words", "steps", "vectors", "parameters", "rank",
    "orthogonality", "seed",
)  # fmt: skip


def kept_request(args: argparse.Namespace, person: str, token: str) -> LearnToken:
    """The request of the run that was cut off; ``args.model`` becomes the run's unless another was named.

    Raises:
        UsageError: nothing to resume, no ``--resume``, or an option that the run has fixed. BusyError: it is running.
    """
    if not args.resume:
        raise UsageError(
            "The photo to learn from is missing.", "Name it: s2edit learn PHOTO --person ... --token ..."
        )
    given = [name for name in _DECIDED if getattr(args, name) != args.defaults[name]]
    if given:
        option = "class" if given[0] == "class_noun" else given[0].replace("_", "-")
        raise UsageError(
            Sentence("Without a photo the interrupted run goes on as it was, so --{} cannot change.", option),
            "Name the photo to learn with other settings.",
        )
    kept = _find(person, token)
    if kept is None:
        raise UsageError(
            Sentence("There is nothing to resume for {}/{}.", person, token),
            Sentence("Name the photo: s2edit learn PHOTO --person {} --token {}", person, token),
        )
    if args.model is None:
        args.model = kept.model
    return dataclasses.replace(kept.request, resume=True)


def _find(person: str, token: str) -> Kept | None:
    from s2edit_plugin.storage.paths import data_folder
    from s2edit_plugin.tokens.runs import Run, find_run

    folder = data_folder()
    return Run(folder, person, token).kept() if find_run(folder, person, token) else None
