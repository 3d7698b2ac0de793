"""Whether the base model in use suits the photo that is open."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import pyqtSignal

from qt_app.model.base_models import ModelsState
from qt_app.model.document import Documents
from qt_app.model.observable import Observable, Property
from s2edit_plugin.storage.paths import models_package

__all__ = ["AdviceState"]


class AdviceState(Observable):
    """What a banner above the buttons says.

    Signals: ``<name>_changed`` of each.

    Attributes:
        small_model: the bundled model is in use and the open photo is none of the pictures that come with it. No measure tells
            a photograph from every drawing, and to be told once too often costs less than a spoilt face.
        installed: title of a full-size base model that is here already, "" where none is.
    """

    small_model_changed = pyqtSignal(object)
    installed_changed = pyqtSignal(object)
    small_model = Property(False)
    installed = Property("")

    def __init__(self, documents: Documents, models: ModelsState) -> None:
        super().__init__()
        self._documents, self._models = documents, models
        self._samples = (models_package() / "samples").resolve()
        self._dismissed = False
        documents.document_changed.connect(lambda _: self._look())
        models.models_changed.connect(lambda _: self._look())

    def dismiss(self) -> None:
        """It was read; not again before the next start."""
        self._dismissed = True
        self._look()

    def _look(self) -> None:
        document, models = self._documents.document, self._models.models
        bundled = models[0] if models else None
        self.installed = next(
            (model.title for model in models[1:] if model.kind == "base" and model.installed), ""
        )
        sample = bool(document and document.path and Path(document.path).resolve().parent == self._samples)
        self.small_model = bool(
            document and bundled and bundled.in_use and not sample and not self._dismissed
        )
