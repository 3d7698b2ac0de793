"""An engine whose studio has no model: edits turn colours round, learning waits. For tests of GIMP that need no real edit.

python -m tests.e2e.gimp.quick_engine FOLDER       a library with anna/me and mia/lips is made there
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from s2edit_plugin import api
from s2edit_plugin.engine.server.process import run_engine
from s2edit_plugin.errors import MaskError
from s2edit_plugin.imaging.formats.plain_png import encode_plain_png
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.library import Library
from s2edit_plugin.perception.masks.painted import encode_mask, read_mask
from s2edit_plugin.storage.paths import DataFolder
from tests.fakes.tokens import TENSORS, make_record

LOADING_SECONDS = 1.0
STEP_SECONDS = 0.02


class QuickStudio:
    """Edits in a moment: every colour goes towards its opposite, by the strength, with another prompt by another part."""

    def __init__(self, folder: DataFolder) -> None:
        self.library = Library(folder)
        time.sleep(LOADING_SECONDS)

    def edit(
        self, request: api.ApplyEdit, on_progress: api.OnProgress, on_note: api.OnNote
    ) -> api.EditResult:
        """The photo with its colours turned round inside the region: the mask, else its middle."""
        self._steps("editing", request.settings.steps, on_progress)
        photo = read_photo(request.photo)
        pixels = photo.pixels[..., : 1 if photo.grey else 3]
        height, width = pixels.shape[:2]
        if request.region_mask is not None:
            region = read_mask(request.region_mask, photo.size)
        else:
            region = np.zeros((height, width), np.float32)
            region[height // 4 : height // 2, width // 4 : width // 2] = 1
        most = np.iinfo(pixels.dtype).max
        share = request.settings.strength * (0.2 + 0.05 * (len(request.prompt) % 5))
        turned = np.rint(pixels * (1 - share) + (most - pixels.astype(np.float64)) * share)
        return api.EditResult(
            image=b"",
            region=encode_mask(region),
            seconds=0.1,
            inversion_cached=False,
            source_prompt=request.source_prompt or "a photo of a woman",
            target_prompt=request.prompt,
            warnings=("The hair may differ.",) if "warn" in request.prompt else (),
            layer=encode_plain_png(turned.astype(pixels.dtype)),
            layer_box=(0, 0, width, height),
        )

    def learn(
        self, request: api.LearnToken, on_progress: api.OnProgress, on_note: api.OnNote
    ) -> api.LearnResult:
        """A token of the given name that knows nothing."""
        total = request.settings.steps_token + request.settings.steps_joint
        self._steps("learning", total, on_progress)
        record = make_record(request.person, request.token, kind=request.kind, class_noun=request.class_noun)
        path = self.library.add(record, TENSORS)
        return api.LearnResult(record.full_name, str(path), 1000, 1.0, 0.5, 0.1, 1.0, total)

    def mask(self, request: api.MakeMask, on_progress: api.OnProgress, on_note: api.OnNote) -> api.MaskResult:
        """The middle of the picture, a smaller one for a face; nothing for the word ``unicorn``."""
        if request.method == "word:unicorn":
            raise MaskError("Nothing was found for 'unicorn'.", "Run `s2edit models install sam`.")
        width, height = read_photo(request.photo).size
        mask = np.zeros((height, width), np.float32)
        left, top = (width // 3, height // 3) if request.method == "face" else (width // 5, height // 5)
        mask[top : height - top, left : width - left] = 1
        return api.MaskResult(encode_mask(mask), request.method, 0.25, "It may be another one.")

    def suggest(
        self, request: api.SuggestPrompt, on_progress: api.OnProgress, on_note: api.OnNote
    ) -> api.PromptSuggestion:
        """What all the sample pictures show."""
        noun = request.class_noun or "woman"
        return api.PromptSuggestion(f"a photo of a young {noun} with long brown hair in a forest", "quick")

    @staticmethod
    def _steps(stage: str, total: int, on_progress: api.OnProgress) -> None:
        for step in range(1, total + 1):
            time.sleep(STEP_SECONDS)
            on_progress(api.Progress(stage, step, total))


def main(folder: str) -> None:
    """Be the engine of a data folder."""
    data = DataFolder(Path(folder))
    library = Library(data)
    library.add(make_record("anna", "me", source_prompt="a photo of a woman"), TENSORS)
    library.add(make_record("mia", "lips", kind="attribute", class_noun="lipstick"), TENSORS)

    def make(folder: DataFolder, model: str | None, device: str) -> Any:
        return QuickStudio(folder)

    run_engine(data, make=make)


if __name__ == "__main__":
    main(sys.argv[1])
