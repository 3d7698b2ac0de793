"""A studio without a model: its jobs take as many steps as their settings say, and a test decides when each step happens."""

from __future__ import annotations

import threading
from typing import Any

from s2edit_plugin import api
from s2edit_plugin.errors import CancelledError
from s2edit_plugin.storage.paths import DataFolder

WAIT = 20.0


class FakeStudio:
    """Counts steps; a learning goes on where it stopped, as with a checkpoint.

    Attributes:
        steps: every step, as ``(kind, step)``, in order.
        raises: what the next job raises after its first step. made_for: model and device it was made for.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._permits: int | None = None
        self.steps: list[tuple[str, int]] = []
        self.checkpoints: dict[str, int] = {}
        self.raises: BaseException | None = None
        self.made_for: list[tuple[str | None, str]] = []
        self.threads: set[str] = set()

    def make(self, folder: DataFolder, model: str | None, device: str) -> Any:
        """Stands for `engine.server.studios.make_studio`."""
        self.made_for.append((model, device))
        return self

    def hold(self) -> None:
        """From now on every step waits until it is allowed."""
        with self._changed:
            self._permits = 0

    def allow(self, count: int) -> None:
        """Let so many steps happen, and wait until they have."""
        with self._changed:
            wanted = len(self.steps) + count
            self._permits = count
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: len(self.steps) >= wanted, WAIT), self.steps

    def release(self) -> None:
        """Steps wait no more."""
        with self._changed:
            self._permits = None
            self._changed.notify_all()

    def count(self, kind: str) -> int:
        """How many steps of a kind were done."""
        return sum(name == kind for name, _ in self.steps)

    def learn(
        self, request: api.LearnToken, on_progress: api.OnProgress, on_note: api.OnNote
    ) -> api.LearnResult:
        on_note(f"Learning begins{' again' if request.resume else ''}.")
        name = f"{request.person}/{request.token}"
        total = request.settings.steps_token + request.settings.steps_joint
        first = self.checkpoints.get(name, 0) if request.resume else 0
        for step in range(first + 1, total + 1):
            try:
                self._step("learning", step, total, on_progress, loss=1 / step)
            except CancelledError:
                self.checkpoints[name] = step
                raise
        return api.LearnResult(name, f"/library/{name}", 1000, 1.0, 1 / total, 0.1, 1.0, total)

    def edit(
        self, request: api.ApplyEdit, on_progress: api.OnProgress, on_note: api.OnNote
    ) -> api.EditResult:
        for step in range(1, request.settings.steps + 1):
            self._step("editing", step, request.settings.steps, on_progress)
        return api.EditResult(request.photo, b"region", 1.0, False, "a photo", request.prompt)

    def rerun(
        self, request: api.RerunResult, on_progress: api.OnProgress, on_note: api.OnNote
    ) -> api.RerunReport:
        self._step("editing", 1, 1, on_progress)
        return api.RerunReport(request.history_id, True, 0.0, b"picture", "Every pixel is the same.")

    def mask(self, request: api.MakeMask, on_progress: api.OnProgress, on_note: api.OnNote) -> api.MaskResult:
        self._step("mask", 1, 1, lambda _: None)
        return api.MaskResult(request.photo, request.method, 0.5)

    def suggest(
        self, request: api.SuggestPrompt, on_progress: api.OnProgress, on_note: api.OnNote
    ) -> api.PromptSuggestion:
        return api.PromptSuggestion(f"a photo of a {request.class_noun}", "fake")

    def recognise(
        self, request: api.RecognisePeople, on_progress: api.OnProgress, on_note: api.OnNote
    ) -> api.PeopleFound:
        return api.PeopleFound((), 0)

    def open_model(
        self, request: api.OpenModel, on_progress: api.OnProgress, on_note: api.OnNote
    ) -> api.OpenedModel:
        return api.OpenedModel("fake", "fake", "cpu")

    def show_attention(
        self, request: api.ShowAttention, on_progress: api.OnProgress, on_note: api.OnNote
    ) -> api.AttentionMap:
        return api.AttentionMap(request.photo, request.word)

    def _step(
        self, kind: str, step: int, total: int, on_progress: api.OnProgress, loss: float | None = None
    ) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self._permits != 0, WAIT)
            if self._permits is not None:
                self._permits -= 1
            self.threads.add(threading.current_thread().name)
            self.steps.append((kind, step))
            self._changed.notify_all()
        on_progress(api.Progress(kind, step, total, loss, preview=lambda check: f"preview {step}".encode()))
        if self.raises is not None:
            error, self.raises = self.raises, None
            raise error
