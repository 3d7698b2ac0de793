"""The first start: agreement to responsible use, the first model, the folder for models."""

from __future__ import annotations

import shutil
from pathlib import Path

from qt_app.model.base_models import ModelsState
from qt_app.model.messages import Messages
from qt_app.model.preferences import Preferences
from qt_app.observable import Observable, Property, follow
from s2edit_plugin.api import ModelReady
from s2edit_plugin.api.queries import ModelInfo

__all__ = ["FirstStart"]

SPARE = 500_000_000  # bytes a disk should have left over


class FirstStart(Observable):
    """What the wizard shows.

    Attributes:
        agreed: likenesses will be used responsibly. choice: ``small``, ``download`` or ``import``.
        model: name in the catalogue to download. accepted: its licence is. path: what to import. folder: where to store models,
            "" for the present folder. offered: full-size base models that can be downloaded or are installed.
    """

    agreed = Property(False)
    choice = Property("small")
    model = Property("")
    accepted = Property(False)
    path = Property("")
    folder = Property("")
    offered = Property[tuple[ModelInfo, ...]](())

    def __init__(self, models: ModelsState, preferences: Preferences, messages: Messages) -> None:
        super().__init__()
        self._models, self._preferences, self._messages = models, preferences, messages
        follow(models, "models", self._models_changed, now=False)
        self.model_changed.connect(lambda _: setattr(self, "accepted", False))

    # ------------------------------------------------------------------ what is offered

    @property
    def chosen(self) -> ModelInfo | None:
        """The model to download."""
        return self._models.model(self.model)

    @property
    def place(self) -> str:
        """Where models will be stored."""
        return self.folder or self._models.folder

    @property
    def free_bytes(self) -> int:
        """Free bytes on the disk of that folder."""
        if self.place == self._models.folder:
            return self._models.free_bytes
        path = Path(self.place).expanduser()
        while not path.exists() and path != path.parent:
            path = path.parent
        try:
            return shutil.disk_usage(path).free
        except OSError:
            return 0

    @property
    def model_problem(self) -> str:
        """Why this choice of a model is incomplete, "" if it is complete."""
        chosen = self.chosen
        if self.choice == "download":
            if chosen is None:
                return self.tr("Choose a model.")
            if not (chosen.installed or chosen.licence_accepted or self.accepted):
                return self.tr("Accept the model's licence.")
        if self.choice == "import" and not self.path.strip():
            return self.tr("Choose the model's folder or file.")
        return ""

    @property
    def place_problem(self) -> str:
        """Why models cannot be stored there, "" if they can."""
        chosen = self.chosen
        needed = chosen.size_bytes + SPARE if chosen is not None and not chosen.installed else 0
        if self.choice == "download" and self.free_bytes < needed:
            return self.tr("There is not enough room on this disk.")
        return ""

    # ------------------------------------------------------------------ doing

    def finish(self) -> None:
        """Start what was chosen, in the background."""
        self._preferences.wizard_done = True
        self._preferences.save()
        choice = self.choice
        if choice != "small" and self.folder and Path(self.folder) != Path(self._models.folder):
            self._models.move(self.folder, lambda _: self._start(choice))
        else:
            self._start(choice)

    def postpone(self) -> None:
        """The wizard was cancelled: the small model stays in use, and the wizard is not shown again."""
        self._preferences.wizard_done = True
        self._preferences.save()

    def _start(self, choice: str) -> None:
        chosen = self.chosen
        if choice == "import":
            self._models.import_model(self.path.strip(), self._use)
        elif choice == "download" and chosen is not None:
            if chosen.installed:
                self._models.use(chosen.name)
            else:
                accepted = self.accepted or chosen.licence_accepted
                self._models.install(chosen.name, accept_licence=accepted, then=self._use)

    def _use(self, ready: ModelReady) -> None:
        self._models.use(ready.name)
        self._messages.note(self.tr("{0} is the base model in use now.").format(ready.name))

    def _models_changed(self, models: tuple[ModelInfo, ...]) -> None:
        offered = tuple(
            model for model in models[1:] if model.kind == "base" and (model.licence_url or model.installed)
        )
        if not self.model and offered:
            self.model = offered[0].name
        self.offered = offered
