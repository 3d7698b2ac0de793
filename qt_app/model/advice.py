"""Whether the base model in use suits the photo that is open."""

from __future__ import annotations

from pathlib import Path

from qt_app.model.base_models import ModelsState
from qt_app.model.document import Documents
from qt_app.observable import Observable, Property, follow
from s2edit_plugin.storage.paths import models_package

__all__ = ["AdviceState"]


class AdviceState(Observable):
    """What the banner above the buttons shows.

    Attributes:
        small_model: the bundled model is in use and the open photo is no sample picture. Nothing distinguishes photographs
            from drawings reliably, and one needless hint costs less than a bad result.
        installed: title of an installed full-size base model, "" if there is none.
    """

    small_model = Property(False)
    installed = Property("")

    def __init__(self, documents: Documents, models: ModelsState) -> None:
        super().__init__()
        self._documents, self._models = documents, models
        self._samples = (models_package() / "samples").resolve()
        self._dismissed = False
        follow(documents, ("document",), self._update, now=False)
        follow(models, ("models",), self._update, now=False)

    def dismiss(self) -> None:
        """Hide the hint until the next start."""
        self._dismissed = True
        self._update()

    def _update(self) -> None:
        document, models = self._documents.document, self._models.models
        bundled = models[0] if models else None
        self.installed = next(
            (model.title for model in models[1:] if model.kind == "base" and model.installed), ""
        )
        sample = bool(document and document.path and Path(document.path).resolve().parent == self._samples)
        self.small_model = bool(
            document and bundled and bundled.in_use and not sample and not self._dismissed
        )
