"""The suites of ``s2edit eval`` by name: what each measures, how it is run, and what it compares by default.

Light, so that the command line can list them: a suite's module is imported when it is run.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from s2edit_plugin.api import OnProgress
from s2edit_plugin.errors import Sentence, UsageError
from s2edit_plugin.evaluation.asked import FILES, Run
from s2edit_plugin.storage.paths import write_atomic

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

__all__ = ["SUITES", "Suite", "check_data", "find_suite", "run"]


@dataclass(frozen=True)
class Suite:
    """Attributes: words: what it measures, for the help. run: gives the JSON values. main: methods compared by default.
    needs_data: measures on a folder of the user's; then the installed model in use is the default one."""

    words: str
    run: Callable[[Run], dict[str, Any]]
    main: tuple[str, ...]
    needs_data: bool = False


_EDITS = ("s2edit", "no_token", "p2p_ddim", "floor", "ceiling")


def _drawn(run: Run) -> dict[str, Any]:
    from s2edit_plugin.evaluation import benchmark

    return benchmark.drawn_edits(run)


def _token(run: Run) -> dict[str, Any]:
    from s2edit_plugin.api import LearnSettings
    from s2edit_plugin.evaluation import token_suite

    return token_suite.run(run.identities, run.seed, run.on_progress, run.backbone, LearnSettings())


def _paste(run: Run) -> dict[str, Any]:
    from s2edit_plugin.evaluation import paste_suite

    return paste_suite.run(run.methods, run.identities, run.seed, run.on_progress, run.backbone, run.quick)


def _region(run: Run) -> dict[str, Any]:
    from s2edit_plugin.evaluation import region_suite

    wanted = [name for name in region_suite.METHODS if name in run.methods] or region_suite.METHODS
    return region_suite.run(run.identities, run.seed, run.on_progress, run.backbone, wanted)


def _makeup(run: Run) -> dict[str, Any]:
    from s2edit_plugin.evaluation import makeup_suite

    return makeup_suite.run(run)


def _two_people(run: Run) -> dict[str, Any]:
    from s2edit_plugin.evaluation import two_people_suite

    return two_people_suite.run(run)


def _leakage(run: Run) -> dict[str, Any]:
    from s2edit_plugin.evaluation import leakage_suite

    return leakage_suite.run(run)


def _strength(run: Run) -> dict[str, Any]:
    from s2edit_plugin.evaluation import strength_suite

    return strength_suite.run(run)


def _pie_bench(run: Run) -> dict[str, Any]:
    from s2edit_plugin.evaluation import pie_bench

    return pie_bench.run(run)


def _photos(run: Run) -> dict[str, Any]:
    from s2edit_plugin.evaluation import photos_suite

    return photos_suite.run(run)


SUITES: dict[str, Suite] = {
    "portraits": Suite("edits of the picture that the token was learned from", _drawn, _EDITS),
    "other-photo": Suite(
        "edits of another picture of the person, whose looks are hidden or lost there", _drawn, _EDITS
    ),
    "objects": Suite("edits of cars", _drawn, _EDITS),
    "makeup": Suite(
        "makeup of one person on another, by a token learned from her picture",
        _makeup,
        ("s2edit", "words", "plain_words", "colour_statistics", "floor", "ceiling"),
    ),
    "two-people": Suite(
        "two people in one picture, a token and a mask each",
        _two_people,
        ("s2edit", "shared_masks", "no_token", "floor", "ceiling"),
    ),
    "leakage": Suite(
        "what a token changes that it does not stand for", _leakage, ("s2edit", "ours_mixed", "ours_unmasked")
    ),
    "strength": Suite(
        "whether more strength is more of the edit", _strength, ("s2edit", "no_token", "p2p_ddim")
    ),
    "token": Suite("what a token holds by itself", _token, ("s2edit", "no_token")),
    "paste": Suite("how the model's square comes back into a photo", _paste, ()),
    "region": Suite("automatic edit regions against the true ones", _region, ("s2edit", "model")),
    "pie-bench": Suite(
        "the PIE-Bench images in the folder --data",
        _pie_bench,
        ("s2edit", "no_token", "p2p_ddim", "floor"),
        needs_data=True,
    ),
    "photos": Suite(
        "your own photos of people in the folder --data, a folder a person",
        _photos,
        ("s2edit", "no_token", "p2p_ddim", "floor"),
        needs_data=True,
    ),
}


def find_suite(name: str) -> Suite:
    """A suite by name. Raises UsageError for an unknown one."""
    if name not in SUITES:
        raise UsageError(
            Sentence("There is no suite '{}'.", name), Sentence("Choose from: {}.", ", ".join(SUITES))
        )
    return SUITES[name]


def check_data(name: str, data: Path | None) -> None:
    """Whether a suite gets the folder it needs, and none that it does not look at.

    Raises:
        UsageError: it does not, or the folder is not there.
    """
    if not find_suite(name).needs_data:
        if data is not None:
            raise UsageError(Sentence("The suite {} looks at no folder.", name), "Leave --data out.")
        return
    if data is None:
        raise UsageError(
            Sentence("The suite {} needs a folder of pictures.", name), "Name it with --data DIR."
        )
    if not data.is_dir():
        raise UsageError(Sentence("There is no folder {}.", data), "Name another one with --data.")


def run(
    suite_name: str,
    methods: tuple[str, ...],
    identities: int,
    seed: int,
    out: Path | None,
    on_progress: OnProgress,
    backbone: Backbone | None = None,
    quick: bool = False,
    data: Path | None = None,
) -> dict[str, Any]:
    """Run a suite.

    Args:
        seed: below 1,000,000 for development; reported figures use others.
        out: folder for ``eval.json`` and ``eval.png`` (the first people), None: nowhere. A run of the same suite, seed and
            model that was cut off there goes on.
        backbone: None: the bundled small model.
        quick: leave out what takes long, where a suite knows how to; fewer people are the caller's to ask for.
        data: folder of pictures, for the suites that need one.

    Returns:
        JSON values: for every method figures over all edits and for every kind of edit; ``paired``, 95 % intervals of ours
        minus each other method; ``mcnemar``, p-values for joint success; ``table`` as text.

    Raises:
        UsageError: unknown suite or method. ModelError: model or judges missing.
    """
    from s2edit_plugin.backbones.loading import load_backbone

    check_data(suite_name, data)
    found = find_suite(suite_name)
    model = backbone or load_backbone()
    values = found.run(
        Run(suite_name, methods, identities, seed, on_progress, model, out, quick, data, found.main)
    )
    if out is not None:
        write_atomic(out / FILES[0], json.dumps(values, indent=2).encode())
    return values
