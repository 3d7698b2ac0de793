"""The window in the states and with the dialogs that pictures are made of and that are looked at for cut-off text and names.

No screen and no model is needed: the engine is the fake one, the photo is the sample portrait.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from tests.fakes.offscreen import platform

os.environ["QT_QPA_PLATFORM"] = platform()

import numpy as np
from PIL import Image
from PyQt6.QtCore import QElapsedTimer, QEvent, QPointF
from PyQt6.QtWidgets import QApplication, QWidget

from qt_app.app import make_window
from qt_app.ui.compare_dialog import CompareDialog
from qt_app.ui.features import features_of
from qt_app.ui.models_page import ModelsPage
from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.api.queries import ModelInfo
from s2edit_plugin.errors import ResourceError
from s2edit_plugin.storage.paths import models_package
from tests.fakes.engine_client import FakeClient

SAMPLES = models_package() / "samples"
PROMPT = "a photo of a <anna/me> young woman with long blonde hair in a forest"
TWO = "a photo of a <anna/me> young woman with long blonde hair wearing <mia/lips> lipstick in a forest"
SOURCE = "a photo of a young woman with long brown hair in a forest"
WAIT_MS = 10_000


class Scene:
    """A window on a fake engine, and the ways to bring it into a state.

    Attributes:
        shown: what is to be looked at: the window, or the dialog that was opened last.
    """

    def __init__(
        self, application: QApplication, theme: str, size: tuple[int, int], language: str = "en"
    ) -> None:
        self._application = application
        self.engine = FakeClient()
        self._fill()
        self.window = make_window(application, theme, lambda: self.engine, language)
        self.studio = self.window.studio
        self.shown: QWidget = self.window
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
        self.shown.grab().save(str(path))

    def close(self) -> None:
        """Leave."""
        self.studio.learning.job = None
        self.window.studio.documents.guards.clear()
        if self.shown is not self.window:
            self.shown.close()
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
        for step in range(45):
            loss = 0.2 + 0.5 * np.exp(-step / 25) + 0.03 * rng.standard_normal()
            self.engine.step(loss=float(loss), seconds_left=70.0 - step / 2)
        self.engine.step(preview=(SAMPLES / "anna_second.png").read_bytes())
        self.until(lambda: learn.job is not None and len(learn.job.losses) > 40)

    def split(self) -> None:
        """Two results, photo and result side by side."""
        self._edited()
        document = self.studio.documents.document
        assert document is not None
        document.compare, document.split = "split", 0.55

    def attention(self) -> None:
        """Where a word looks; a token of a person and one of an attribute in the prompt."""
        self._edited()
        self.studio.editing.add_token("mia/lips")
        self.studio.editing.prompt = TWO
        document = self.studio.documents.document
        assert document is not None
        y, x = np.mgrid[0 : document.rgb.shape[0], 0 : document.rgb.shape[1]] / document.rgb.shape[0]
        heat = np.exp(-(((x - 0.5) / 0.25) ** 2 + ((y - 0.3) / 0.22) ** 2))
        document.heat = np.rint(heat * 255).astype(np.uint8)
        self.window.workspace.bar.word.setEditText("hair")

    def unfolded(self) -> None:
        """Everything of the edit panel, words with weights too."""
        self._edited()
        panel = self.window.edit_panel
        panel.more.setChecked(True)
        self.studio.editing.weights = {"blonde": 1.5, "smiling": 0.7, "<anna/me>": 1.2}
        for _ in range(5):
            self._application.processEvents()
        bar = panel.area.verticalScrollBar()
        if bar is not None:
            bar.setValue(bar.maximum())

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
                "This needs about 9.3 GB of memory, and 3.1 GB are free.",
                "Close other programs, or use a smaller model.",
            )
        )

    # ------------------------------------------------------------------ dialogs

    def settings(self, page: str = "look") -> None:
        """The settings at a page."""
        self.shown = features_of(self.window).settings.show(page)
        self.until(lambda: self.studio.settings.known and bool(self.studio.models.models))

    def computing(self) -> None:
        """Device, precision, memory."""
        self.settings("computing")

    def files(self) -> None:
        """Folders, history, mirror."""
        self.settings("files")

    def models(self) -> None:
        """Base models."""
        self.settings("models")
        page = self.shown.findChild(ModelsPage)
        assert page is not None
        page.select("sd15")

    def shortcuts(self) -> None:
        """Keys."""
        self.settings("shortcuts")

    def wizard(self, step: int = 0) -> None:
        """The first start, at a step."""
        wizard = features_of(self.window).help.show_wizard()
        self.shown = wizard
        self.until(lambda: bool(self.studio.models.models))
        wizard.use_page.agree.setChecked(True)
        for _ in range(step):
            wizard.next()

    def wizard_model(self) -> None:
        """Which model to begin with."""
        self.wizard(1)
        self.studio.first_start.choice = "download"

    def wizard_place(self) -> None:
        """Where models are kept."""
        self.wizard(2)

    def saving(self) -> None:
        """How a result is saved."""
        self._edited()
        self.shown = features_of(self.window).saving.save()

    def comparing(self) -> None:
        """Two results of the history."""
        self.history()
        panel = features_of(self.window).history.panel
        panel.select(*[entry.id for entry in self.studio.history.entries[:2]])
        panel.compare_selected()
        self.until(lambda: self.window.findChild(CompareDialog) is not None)
        found = self.window.findChild(CompareDialog)
        assert found is not None
        self.shown = found

    def diagnostics(self) -> None:
        """What is found here."""
        self.studio.messages.error(ResourceError("There is not enough memory.", "Choose a smaller crop."))
        self.shown = features_of(self.window).help.show_diagnostics()
        self.until(lambda: bool(self.studio.diagnostics.checks))

    def token(self) -> None:
        """Everything about a token."""
        shown: list[QWidget] = []
        features = features_of(self.window)
        self.studio.library.show("anna/me", lambda details: shown.append(features.tokens.show_token(details)))
        self.until(lambda: bool(shown))
        self.shown = shown[0]

    def exporting(self) -> None:
        """Tokens go out."""
        self.shown = features_of(self.window).tokens.export(names=("anna/me", "mia/lips"))

    def importing(self) -> None:
        """Tokens come in."""
        self.shown = features_of(self.window).tokens.import_files((str(SAMPLES / "anna.safetensors"),))

    def about(self) -> None:
        """Which program this is."""
        self.shown = features_of(self.window).help.show_about()

    # ------------------------------------------------------------------ inside

    def _fill(self) -> None:
        for name, file, tags, kind, noun in (
            ("anna/me", "anna.png", ("studio",), "identity", "woman"),
            ("anna/smile", "anna_second.png", (), "identity", "woman"),
            ("mia/lips", "mia_makeup.png", ("makeup",), "attribute", "lipstick"),
        ):
            picture, about = _small(file), {"tags": tags, "kind": kind, "class_noun": noun}
            self.engine.world.add_token(name, picture, source_prompt=SOURCE, **about)
        self.engine.world.models = {model.name: model for model in MODELS}
        self.engine.answers[queries.EstimateJob] = lambda request: api.Estimate(
            95.0 if request.learn else 40.0, 340_000_000, 10**10, True, "NVIDIA RTX 4070"
        )

    def _open(self) -> None:
        self.window.studio.documents.open_file(str(SAMPLES / "anna.png"))
        self.until(lambda: self.studio.documents.document is not None)
        self.until(lambda: len(self.studio.estimates.learn) == 3)

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
                    identity_note=f"The same person: 0.{93 - 4 * number} of 1, the same from 0.36 on (SFace).",
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
    from s2edit_plugin.perception.masks.regions import find_regions

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


MODELS = (
    ModelInfo(
        "small", "The bundled small model", family="sd1", installed=True, in_use=True, licence="GPL-3.0", size_bytes=97_000_000,
        commercial_use="yes",
    ),
    ModelInfo(
        "sd15", "Stable Diffusion 1.5", family="sd1", size_bytes=2_700_000_000, memory_gb=4.0, licence="CreativeML Open RAIL-M",
        licence_url="https://example.org/rail-m", licence_text="You agree to use it responsibly.", commercial_use="yes",
    ),
    ModelInfo(
        "sdxl", "Stable Diffusion XL 1.0", family="sdxl", size_bytes=6_900_000_000, memory_gb=10.0,
        licence="CreativeML Open RAIL++-M", licence_url="https://example.org/rail-pp", licence_text="You agree.",
        commercial_use="yes", installed=True,
    ),
    ModelInfo(
        "turbo", "SDXL Turbo", family="sdxl", size_bytes=6_900_000_000, memory_gb=10.0, licence="SAI non-commercial",
        licence_url="https://example.org/sai", licence_text="You agree.", commercial_use="no",
    ),
    ModelInfo("sam", "Segment Anything", kind="mask", size_bytes=375_000_000, licence="Apache-2.0", installed=True),
)  # fmt: skip
STATES = ("empty", "masks", "learning", "split", "attention", "unfolded", "history", "trouble")
DIALOGS = (
    "settings", "computing", "files", "models", "shortcuts", "wizard", "wizard_model", "wizard_place", "saving", "comparing",
    "diagnostics", "token", "exporting", "importing", "about",
)  # fmt: skip
