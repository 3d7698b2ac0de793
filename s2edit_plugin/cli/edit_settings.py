"""The options of an edit's settings, and the settings of the options."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from s2edit_plugin import api
from s2edit_plugin.api.limits import EDIT_RANGES, check_edit_settings
from s2edit_plugin.cli.numbers import number, whole_number
from s2edit_plugin.errors import Sentence, UsageError

__all__ = ["COUNT", "add_edit_settings", "edit_settings"]

COUNT = whole_number(100_000)
"""The type of steps and sizes; their own bounds are checked with the other settings."""


def add_edit_settings(add: Callable[..., Any], defaults: api.EditSettings) -> None:
    """Add the options; ``add``: `add_argument` of the command."""
    add(
        "--strength",
        type=number(*EDIT_RANGES["strength"]),
        default=defaults.strength,
        metavar="X",
        help="0 gives the photo back (default: 1)",
    )
    add("--steps", type=COUNT, default=defaults.steps, metavar="N", help=f"default: {defaults.steps}")
    add(
        "--guidance",
        type=number(*EDIT_RANGES["guidance"]),
        default=defaults.guidance,
        metavar="X",
        help=f"default: {defaults.guidance:g}",
    )
    add("--inversion", choices=("direct", "ddim", "null_text"), default=defaults.inversion)
    add(
        "--control",
        choices=("auto", "replace", "refine", "none"),
        default=defaults.control,
        help="attention control",
    )
    add(
        "--cross-steps",
        type=number(*EDIT_RANGES["cross_steps"]),
        default=defaults.cross_steps,
        metavar="X",
        help="part of the steps, 0 to 1",
    )
    add(
        "--self-steps",
        type=number(*EDIT_RANGES["self_steps"]),
        default=defaults.self_steps,
        metavar="X",
        help="part of the steps, 0 to 1",
    )
    add(
        "--shapes",
        choices=("redrawn", "kept"),
        default=defaults.shapes,
        help="redrawn: less control where shapes of a face change",
    )
    add("--weight", action="append", default=[], metavar="WORD=X", help="weigh the attention of a word")


def edit_settings(args: argparse.Namespace) -> api.EditSettings:
    """The settings of the command's arguments. Raises UsageError for values out of range."""
    settings = api.EditSettings(
        steps=args.steps,
        guidance=args.guidance,
        strength=args.strength,
        inversion=args.inversion,
        control=args.control,
        cross_steps=args.cross_steps,
        self_steps=args.self_steps,
        shapes=args.shapes,
        weights=_weights(args.weight),
        seed=args.seed,
    )
    check_edit_settings(settings)
    return settings


def _weights(pairs: list[str]) -> dict[str, float]:
    """``["red=1.5"]`` -> ``{"red": 1.5}``."""
    weights: dict[str, float] = {}
    for pair in pairs:
        word, _, factor = pair.rpartition("=")
        try:
            weights[word.strip().lower()] = float(factor)
        except ValueError:
            word = ""
        if not word.strip():
            raise UsageError(Sentence("'{}' is no weight of a word.", pair), "Write it as --weight red=1.5.")
    return weights
