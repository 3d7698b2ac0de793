"""Base models and networks: which there are, which are here, and what is being done with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PyQt6.QtCore import pyqtSignal

from qt_app.engine import EngineLink
from qt_app.model.jobs import JobItem, Jobs
from qt_app.model.messages import Messages
from qt_app.model.observable import Observable, Property
from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.errors import S2EditError

__all__ = ["MOVING", "ModelsState"]

MOVING = "/moving"  # no model can have this name
IMPORTING = "/importing"
Then = Callable[[api.ModelReady], None]


def _nothing(_: api.ModelReady) -> None:
    pass


class ModelsState(Observable):
    """The catalogue and what was imported.

    Signals:
        models_changed(tuple[ModelInfo]), folder_changed(str), free_bytes_changed(int). working_changed(dict): see `working`.

    Attributes:
        folder: where models are kept. free_bytes: on its disk. working: name of a model (or `MOVING`, `IMPORTING`) -> the job
            that is at it.
    """

    models_changed = pyqtSignal(object)
    folder_changed = pyqtSignal(object)
    free_bytes_changed = pyqtSignal(object)
    working_changed = pyqtSignal(object)
    models = Property[tuple[queries.ModelInfo, ...]](())
    folder = Property("")
    free_bytes = Property(0)
    working = Property[dict[str, JobItem]]({})

    def __init__(self, link: EngineLink, jobs: Jobs, messages: Messages) -> None:
        super().__init__()
        self._link, self._jobs, self._messages = link, jobs, messages
        link.happened.connect(lambda event: self.refresh() if event.kind == "models" else None)
        link.state_changed.connect(lambda state: self.refresh() if state == "connected" else None)

    # ------------------------------------------------------------------ reading

    def refresh(self) -> None:
        """Ask anew what is there."""
        self._link.ask(queries.ListModels(), self._take)

    def model(self, name: str) -> queries.ModelInfo | None:
        """What is known of a model."""
        return next((model for model in self.models if model.name == name), None)

    @property
    def in_use(self) -> queries.ModelInfo | None:
        """The base model in use."""
        return next((model for model in self.models if model.in_use), None)

    # ------------------------------------------------------------------ changing

    def use(self, name: str) -> None:
        """Learn and edit with this base model from now on."""
        bundled = self.models[0].name if self.models else ""
        self._link.ask(queries.UseModel("" if name == bundled else name))

    def remove(self, name: str) -> None:
        """Delete an installed model's files."""
        self._link.ask(queries.RemoveModel(name), lambda done: self._messages.note(done.sentence))

    def install(self, name: str, *, accept_licence: bool = False, then: Then = _nothing) -> None:
        """Download a model; what has come before goes on. ``then``: when it is there."""
        request = api.InstallModel(name, accept_licence)
        self._start(name, request, self.tr("Install {0}").format(name), then)

    def verify(self, name: str) -> None:
        """Read every file of an installed model and compare."""
        self._start(name, api.VerifyModel(name), self.tr("Verify {0}").format(name))

    def take_in(self, path: str, then: Then = _nothing) -> None:
        """Import a diffusers folder or a ``.safetensors`` file of this machine. ``then``: when it is there."""
        self._start(IMPORTING, api.ImportModel(path), self.tr("Import a model"), then)

    def move(self, folder: str, then: Then = _nothing) -> None:
        """Keep all models in another folder. ``then``: when they are."""
        self._start(MOVING, api.MoveModels(folder), self.tr("Move the models"), then)

    def cancel(self, name: str) -> None:
        """Stop what is done with a model; a download goes on later where it was."""
        if name in self.working:
            self._jobs.cancel(self.working[name].id)

    # ------------------------------------------------------------------ inside

    def _start(
        self, name: str, request: api.Request[api.ModelReady], title: str, then: Then = _nothing
    ) -> None:
        if name in self.working:
            return

        def over(end: Callable[[Any], None]) -> Callable[[Any], None]:
            def ended(answer: Any) -> None:
                self.working = {key: item for key, item in self.working.items() if key != name}
                self.refresh()
                end(answer)

            return ended

        def done(ready: api.ModelReady) -> None:
            if ready.sentence:
                self._messages.note(ready.sentence)
            then(ready)

        def failed(error: S2EditError) -> None:
            self._messages.error(error)

        self._jobs.start(
            request,
            over(done),
            over(failed),
            on_item=lambda item: setattr(self, "working", self.working | {name: item}),
            keep=True,
            title=title,
        )

    def _take(self, answer: queries.ModelList) -> None:
        self.folder, self.free_bytes = answer.folder, answer.free_bytes
        self.models = answer.models
