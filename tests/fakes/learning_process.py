"""Processes that learn and may be killed at any moment: one server that has loaded a model, one forked child a run.

    python -m tests.fakes.learning_process MODEL      the server
    its standard input, a line a run                  HOME JSON-of-settings
    its standard output                               ready, pid N, step N, done, failed SENTENCE, ended CODE

Loading torch and a model takes longer than learning on a tiny one, so it is done once. One thread: a forked child cannot use
OpenMP's other threads.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from s2edit_plugin.api import LearnToken, Progress
    from s2edit_plugin.workflows.studio import Studio

WORDS = ("smiling", "red hair")


def request(photo: bytes, mask: bytes, settings: dict[str, object]) -> LearnToken:
    """The run that is killed and taken up again."""
    from s2edit_plugin.api import LearnSettings, LearnToken

    chosen = LearnSettings(**settings)  # type: ignore[arg-type]
    return LearnToken(
        photo, "anna", "me", class_noun="woman", subject_mask=mask, attribute_words=WORDS, settings=chosen,
        resume=True, consent=True,
    )  # fmt: skip


def _learn(studio: Studio, wanted: LearnToken) -> None:
    from s2edit_plugin.method import checkpoint

    # A state every few steps, or most kills would find none.
    checkpoint.EVERY_STEPS, checkpoint.COST_SHARE = 3, 1.0

    def report(progress: Progress) -> None:
        print("step", progress.step, flush=True)

    studio.learn(wanted, report)


def main(model: str) -> None:
    """Serve until standard input ends."""
    import torch

    torch.set_num_threads(1)
    from s2edit_plugin.errors import S2EditError
    from s2edit_plugin.workflows.studio import Studio
    from tests.fakes.pictures import mask_png, photo_png

    loaded = Studio(Path("never-written"), model, "cpu")
    assert loaded.backbone.resolution
    print("ready", flush=True)
    for line in sys.stdin:
        home, settings = line.split(" ", 1)
        child = os.fork()
        if child == 0:
            try:
                _learn(loaded.with_home(Path(home)), request(photo_png(), mask_png(), json.loads(settings)))
                print("done", flush=True)
            except S2EditError as error:
                print("failed", error.sentence, flush=True)
            finally:
                os._exit(0)
        print("pid", child, flush=True)
        print("ended", os.waitpid(child, 0)[1], flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
