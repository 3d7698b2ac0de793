"""Pictures of the window in several states, sizes and themes, to look at: python -m tests.e2e.screenshots FOLDER

No screen and no model is needed: the engine is the fake one, the photo is the sample portrait.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PIL import Image
from PyQt6.QtCore import QElapsedTimer, QEvent, QPointF
from PyQt6.QtWidgets import QApplication

from qt_app.app import make_window
from s2edit_plugin import api, calls
from s2edit_plugin.engine.fake import FakeClient
from s2edit_plugin.errors import ResourceError
from s2edit_plugin.paths import models_package

SIZES = ((1280, 800), (2560, 1440))
THEMES = ("light", "dark")
SAMPLES = models_package() / "samples"
PROMPT = "a photo of a <anna/me> young woman with long blonde hair in a forest"
SOURCE = "a photo of a young woman with long brown hair in a forest"
WAIT_MS = 10_000


class Scene:
    """A window on a fake engine, and the ways to bring it into a state."""

    def __init__(
        self, application: QApplication, theme: str, size: tuple[int, int], language: str = "en"
    ) -> None:
        self._application = application
        self.engine = FakeClient()
        self._fill()
        self.window = make_window(application, theme, lambda: self.engine, language)
        self.studio = self.window.studio
        self.window.resize(*size)
        self.window.show()
        self.until(lambda: self.studio.link.state == "connected" and bool(self.studio.library.tokens))

    def until(self, condition: Callable[[], bool]) -> None:
        """Let the window work until something is so."""
        clock = QElapsedTimer()
        clock.start()
        while not condition():
            self._application.processEvents()
            if clock.elapsed() > WAIT_MS:
                raise TimeoutError("The window did not get there.")

    def save(self, path: Path) -> None:
        """Write what is to be seen."""
        for _ in range(20):
            self._application.processEvents()
        self.window.grab().save(str(path))

    def close(self) -> None:
        """Leave."""
        self.studio.learning.job = None
        self.window.close()
        self.window.deleteLater()
        self.engine.close()
        # Outside the event loop nobody else does it; a window that was only forgotten would go at some later time.
        self._application.sendPostedEvents(self.window, QEvent.Type.DeferredDelete)
        self._application.processEvents()

    # ------------------------------------------------------------------ states

    def empty(self) -> None:
        """Nothing is open; two photos were lately."""
        self.studio.preferences.recent = (str(SAMPLES / "anna.png"), str(SAMPLES / "mia_makeup.png"))

    def masks(self) -> None:
        """A photo with both masks, the brush over it."""
        self._open()
        document = self.studio.documents.document
        assert document is not None
        for layer, name in (("subject", "subject"), ("region", "hair")):
            document.masks.replace(layer, np.rint(_region(name) * 255).astype(np.uint8), name)
        self._pointer(300, 120)

    def learning(self) -> None:
        """A token is being learned."""
        self._open()
        learn = self.studio.learning
        learn.person, learn.token, learn.class_noun, learn.consent = "bea", "me", "woman", True
        learn.prompt = SOURCE
        learn.start()
        self.until(lambda: learn.job is not None)
        rng = np.random.default_rng(1)
        for step in range(90):
            loss = 0.2 + 0.5 * np.exp(-step / 25) + 0.03 * rng.standard_normal()
            self.engine.step(loss=float(loss), seconds_left=70.0 - step / 2)
        self.engine.step(preview=(SAMPLES / "anna_second.png").read_bytes())
        self.until(lambda: learn.job is not None and len(learn.job.losses) > 80)

    def split(self) -> None:
        """Two results, photo and result side by side."""
        self._edited()
        document = self.studio.documents.document
        assert document is not None
        document.compare, document.split = "split", 0.55

    def attention(self) -> None:
        """Where a word looks."""
        self._edited()
        document = self.studio.documents.document
        assert document is not None
        y, x = np.mgrid[0 : document.rgb.shape[0], 0 : document.rgb.shape[1]] / document.rgb.shape[0]
        heat = np.exp(-(((x - 0.5) / 0.25) ** 2 + ((y - 0.3) / 0.22) ** 2))
        document.show_heat(np.rint(heat * 255).astype(np.uint8))
        self.window.workspace.bar.word.setEditText("hair")

    def history(self) -> None:
        """What was made so far, beside a result."""
        words = (
            "smiling",
            "with long blonde hair",
            "wearing red lipstick",
            "looking surprised",
            "with long red hair",
        )
        for number, word in enumerate(words):
            request = api.ApplyEdit(
                b"", ("anna/me",), f"a photo of a <anna/me> young woman {word} in a forest"
            )
            self.engine.world.add_result(
                request,
                _blonde(number % 2),
                created=f"2026-03-0{number + 1}T10:3{number}:00Z",
                starred=number == 1,
            )
        self._edited()
        self.window.docks["history"].raise_()
        self.until(lambda: self.window.docks["history"].isVisible())

    def trouble(self) -> None:
        """An error with its hint."""
        self._open()
        self.window.show_panel("edit")
        self.studio.messages.error(
            ResourceError(
                "There is not enough memory for this edit.", "Choose fewer variants, or a smaller crop."
            )
        )

    # ------------------------------------------------------------------ inside

    def _fill(self) -> None:
        for name, file, tags in (
            ("anna/me", "anna.png", ("studio",)),
            ("anna/smile", "anna_second.png", ()),
            ("mia/lips", "mia_makeup.png", ("makeup",)),
        ):
            self.engine.world.add_token(name, _small(file), tags=tags, source_prompt=SOURCE)
        self.engine.answers[calls.EstimateJob] = lambda request: api.Estimate(
            95.0 if request.learn else 40.0, 3_400_000_000, 10**10, True, "NVIDIA RTX 4070"
        )

    def _open(self) -> None:
        self.window.open_file(str(SAMPLES / "anna.png"))
        self.until(lambda: self.studio.documents.document is not None)

    def _edited(self) -> None:
        self._open()
        edit = self.studio.editing
        edit.add_token("anna/me")
        edit.prompt, edit.source_prompt = PROMPT, SOURCE
        self.window.show_panel("edit")
        document = self.studio.documents.document
        assert document is not None
        for number in range(2):
            edit.start()
            self.until(lambda: self.engine.running is not None)
            self.engine.finish(
                api.EditResult(
                    _blonde(number), b"", 9.0, False, SOURCE, PROMPT, identity=0.93 - 0.04 * number,
                    identity_note=f"The same person (0.{93 - 4 * number}).",
                )
            )  # fmt: skip
            self.until(lambda count=number: len(document.results) == count + 1)  # type: ignore[misc]

    def _pointer(self, x: float, y: float) -> None:
        view = self.window.workspace.view
        if view.tool is not None:
            view.tool.move(QPointF(x, y), 1.0, False)


def _small(name: str) -> bytes:
    stream = io.BytesIO()
    with Image.open(SAMPLES / name) as image:
        image.resize((96, 96)).save(stream, "PNG")
    return stream.getvalue()


@lru_cache
def _region(name: str) -> np.ndarray:
    """A part of the sample portrait, float32 (H, W) in [0, 1]."""
    from s2edit_plugin.masks.regions import find_regions

    with Image.open(SAMPLES / "anna.png") as image:
        return find_regions(np.asarray(image.convert("RGB")))[name]


def _blonde(number: int) -> bytes:
    """The sample with lighter hair, as an edit would give it."""
    with Image.open(SAMPLES / "anna.png") as image:
        rgb = np.asarray(image.convert("RGB")).astype(np.float32)
    share = _region("hair")[..., None]
    blonde = rgb.mean(axis=2, keepdims=True) * (1.75, 1.45, 0.85) + (45, 38, 20 + 40 * number)
    rgb += share * (blonde - rgb)
    stream = io.BytesIO()
    Image.fromarray(np.clip(rgb, 0, 255).astype(np.uint8)).save(stream, "PNG")
    return stream.getvalue()


STATES = ("empty", "masks", "learning", "split", "attention", "history", "trouble")


def main() -> int:
    """Write all pictures; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", choices=STATES)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    application = QApplication(sys.argv[:1])
    for theme in THEMES:
        for size in SIZES:
            for name in (args.only,) if args.only else STATES:
                with tempfile.TemporaryDirectory() as folder:
                    os.environ["S2EDIT_HOME"] = folder
                    scene = Scene(application, theme, size)
                    getattr(scene, name)()
                    scene.save(args.folder / f"{name}-{theme}-{size[0]}.png")
                    scene.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
