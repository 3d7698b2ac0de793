"""The one studio of the gpu thread, and the model in it. torch is not imported here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from s2edit_plugin.backbones.device_memory import release_memory
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.storage.settings import load_settings

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone
    from s2edit_plugin.workflows.studio import Studio

__all__ = ["Make", "ModelState", "StudioKeeper", "Wanted", "make_studio"]

Make = Callable[[DataFolder, "str | None", str], "Studio"]


def make_studio(folder: DataFolder, model: str | None, device: str) -> Studio:
    """A studio; its model is loaded when it is first used."""
    from s2edit_plugin.workflows.studio import Studio

    return Studio(folder.root, model, device)


@dataclass(frozen=True)
class ModelState:
    """Facts of the model; empty before it is loaded."""

    loaded: bool = False
    name: str = ""
    fingerprint: str = ""
    device: str = ""
    precision: str = ""


@dataclass(frozen=True)
class Wanted:
    """Settings that another studio is made for. ``models_folder``: the same name may be another model there."""

    model: str
    device: str
    precision: str
    memory_limit_gb: float
    models_folder: str


class StudioKeeper:
    """Holds the studio and exchanges it when the settings name another model, device or precision.

    Args:
        model, device: override the settings; None: as in the settings. make: creates a studio.
    """

    def __init__(
        self,
        folder: DataFolder,
        model: str | None = None,
        device: str | None = None,
        make: Make = make_studio,
    ) -> None:
        self._folder, self._model, self._device, self._make = folder, model, device, make
        self._studio: Studio | None = None
        self._made_for: Wanted | None = None

    def current(self) -> Studio:
        """The studio for the current settings. For the gpu thread only."""
        wanted = self.wanted()
        if self._studio is None or wanted != self._made_for:
            self.drop()
            self._studio = self._make(self._folder, wanted.model, wanted.device)
            self._made_for = wanted
        return self._studio

    def wanted(self) -> Wanted:
        """The configuration by the current settings. Thread-safe."""
        settings = load_settings(self._folder)
        model = settings.model if self._model is None else self._model
        device = settings.device if self._device is None else self._device
        return Wanted(model, device, settings.precision, settings.memory_limit_gb, settings.models_folder)

    def loaded(self) -> Backbone | None:
        """The loaded model, if it matches the settings. Thread-safe, for inspection only, not for computing."""
        studio = self._studio if self._made_for == self.wanted() else None
        return getattr(studio, "_backbone", None)

    def drop(self) -> None:
        """Let the model go, and its memory. For the gpu thread alone."""
        if self._studio is not None:
            self._studio = None
            release_memory()

    def state(self) -> ModelState:
        """Facts of the model. Thread-safe."""
        backbone = getattr(self._studio, "_backbone", None)
        if backbone is None:
            return ModelState()
        return ModelState(
            loaded=True,
            name=str(backbone.name),
            fingerprint=str(backbone.fingerprint),
            device=str(backbone.device),
            precision=str(backbone.dtype).removeprefix("torch."),
        )
