"""What is asked of a suite of ``s2edit eval``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from s2edit_plugin.api import OnProgress
    from s2edit_plugin.backbones.base import Backbone

__all__ = ["FILES", "Run"]

FILES = ("eval.json", "eval.png")
"""What `registry.run` writes into its folder; the picture only where a suite shows some."""


@dataclass(frozen=True)
class Run:
    """What is asked of a suite.

    Attributes:
        methods: names; ``main`` and ``all`` stand for the suite's own choices. identities: people, or pictures.
        out: folder for results and for what a run that is cut off has finished; None: nowhere.
        quick: leave out what takes long. data: folder of pictures for the suites that measure on the user's own.
        main: what the suite compares by default.
    """

    suite: str
    methods: tuple[str, ...]
    identities: int
    seed: int
    on_progress: OnProgress
    backbone: Backbone
    out: Path | None = None
    quick: bool = False
    data: Path | None = None
    main: tuple[str, ...] = ()
