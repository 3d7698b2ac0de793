"""Base models and networks: which are available, which are installed, and the running jobs about them."""

from __future__ import annotations

from collections.abc import Callable

from qt_app.engine import EngineLink
from qt_app.model.jobs import JobItem, Jobs
from qt_app.model.messages import Messages
from qt_app.observable import Observable, Property
from s2edit_plugin import api
from s2edit_plugin.api import queries

__all__ = ["MOVING", "ModelsState"]

MOVING = "/moving"  # no model can have this name
IMPORTING = "/importing"
Then = Callable[[api.ModelReady], None]


def _nothing(_: api.ModelReady) -> None:
    pass


class ModelsState(Observable):
    """The catalogue and the imported models.

    Attributes:
        models: the bundled one first. folder: where models are stored. free_bytes: on its disk.
        working: name of a model (or `MOVING`, `IMPORTING`) -> the job about it.
    """

    models = Property[tuple[queries.ModelInfo, ...]](())
    folder = Property("")
    free_bytes = Property(0)
    working = Property[dict[str, JobItem]]({})

    def __init__(self, link: EngineLink, jobs: Jobs, messages: Messages) -> None:
        super().__init__()
        self._link, self._jobs, self._messages = link, jobs, messages
        link.on_event("models", self.refresh)
        link.connected.connect(self.refresh)

    # ------------------------------------------------------------------ reading

    def refresh(self) -> None:
        """Request the list again."""
        self._link.ask(queries.ListModels(), self._set)

    def model(self, name: str) -> queries.ModelInfo | None:
        """A model by its name."""
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
        """Download a model, or continue an interrupted download. ``then``: called when it is installed."""
        request = api.InstallModel(name, accept_licence)
        self._start(name, request, self.tr("Install {0}").format(name), then)

    def verify(self, name: str) -> None:
        """Compare every file of an installed model with its checksum."""
        self._start(name, api.VerifyModel(name), self.tr("Verify {0}").format(name))

    def import_model(self, path: str, then: Then = _nothing) -> None:
        """Import a local diffusers folder or ``.safetensors`` file. ``then``: called when it is installed."""
        self._start(IMPORTING, api.ImportModel(path), self.tr("Import a model"), then)

    def move(self, folder: str, then: Then = _nothing) -> None:
        """Move all models to another folder. ``then``: called when they are there."""
        self._start(MOVING, api.MoveModels(folder), self.tr("Move the models"), then)

    def cancel(self, name: str) -> None:
        """Cancel the job about a model; a download can be continued later."""
        if name in self.working:
            self._jobs.cancel(self.working[name].id)

    # ------------------------------------------------------------------ inside

    def _start(
        self, name: str, request: api.Request[api.ModelReady], title: str, then: Then = _nothing
    ) -> None:
        if name in self.working:
            return

        def set_busy(busy: bool) -> None:
            if not busy:
                self.working = {key: item for key, item in self.working.items() if key != name}
                self.refresh()

        def done(ready: api.ModelReady) -> None:
            if ready.sentence:
                self._messages.note(ready.sentence)
            then(ready)

        self._jobs.start(
            request,
            done,
            on_item=lambda item: setattr(self, "working", self.working | {name: item}),
            on_busy=set_busy,
            keep=True,
            title=title,
        )

    def _set(self, answer: queries.ModelList) -> None:
        self.folder, self.free_bytes = answer.folder, answer.free_bytes
        self.models = answer.models
