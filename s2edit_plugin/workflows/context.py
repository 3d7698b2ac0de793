"""Resources of jobs: one user's folders, and the base model. Jobs depend on this and not on the studio."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from s2edit_plugin import api
from s2edit_plugin.base_models import resolve
from s2edit_plugin.errors import SafetyError
from s2edit_plugin.history import History
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.library import Library
from s2edit_plugin.perception.masks.found import FoundMask
from s2edit_plugin.perception.networks.installed import Networks
from s2edit_plugin.storage.offline import keep_caches
from s2edit_plugin.storage.paths import data_folder
from s2edit_plugin.storage.settings import load_settings

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone
    from s2edit_plugin.perception.identity import IdentityScore

__all__ = ["Context", "ignore"]


def ignore(_: object) -> None:
    """Drops progress and notes."""


class Context:
    """One user's library and history, the installed networks, and one base model.

    Args:
        home: data folder, None: the platform's. model: name of an installed base model, or a folder; None: the one the
            settings name.
        device: ``auto``, ``cpu``, ``cuda``, ``mps``.
    """

    def __init__(self, home: Path | None = None, model: str | None = None, device: str = "auto") -> None:
        self.folder = data_folder(home)
        keep_caches(self.folder.compiled)
        self.library = Library(self.folder)
        self.history = History(self.folder)
        self.networks = Networks(self.folder)
        self._model, self._device = model, device
        self._backbone: Backbone | None = None
        self.features: dict[
            tuple[str, str], np.ndarray | None
        ] = {}  # of tokens' faces, see `workflows.recognising`

    @property
    def model(self) -> str:
        """Name or folder of the base model, "" for the bundled one."""
        return load_settings(self.folder).model if self._model is None else self._model

    @property
    def backbone(self) -> Backbone:
        """The base model, loaded at first use. Raises ModelError."""
        if self._backbone is None:
            from s2edit_plugin.backbones.device_memory import limit_memory
            from s2edit_plugin.backbones.loading import load_backbone
            from s2edit_plugin.backbones.memory.throughput import Paces, computer_of

            settings = load_settings(self.folder)
            self._backbone = load_backbone(resolve(self.folder, self.model), self._device, settings.precision)
            limit_memory(self._backbone.device, settings.memory_limit_gb)
            self._backbone.memory_limit = int(settings.memory_limit_gb * 1e9)
            computer = computer_of(self._backbone)
            Paces(self.folder).remember(self.model, self._device, settings.precision, computer)
        return self._backbone

    @property
    def device_notes(self) -> tuple[str, ...]:
        """Notes for the user on the device that was chosen."""
        choice = self.backbone.choice
        return tuple(choice.warnings) if choice else ()

    def note_pace(
        self, request: api.Request[object], seconds: float, *, done: int = 0, inverted: bool = False
    ) -> None:
        """Record the duration of a job that needed no fallback; see `throughput.Paces`, `operations.job_operations`."""
        from s2edit_plugin.backbones.memory.operations import job_operations
        from s2edit_plugin.backbones.memory.throughput import Paces, computer_of

        shape = self.backbone.shape
        if shape is not None:
            operations = job_operations(shape, request, done=done, inverted=inverted)
            Paces(self.folder).note(computer_of(self.backbone), request, operations, seconds)

    @property
    def is_loaded(self) -> bool:
        """Whether the model is in memory."""
        return self._backbone is not None

    def note_photo(self, size: tuple[int, int], seconds: float) -> None:
        """Record the time outside the model for a photo of this size."""
        from s2edit_plugin.backbones.memory.throughput import Paces

        Paces(self.folder).note_photo(size, seconds)

    def can_describe(self, rgb: np.ndarray) -> bool:
        """Whether `describe` is reliable for a picture, uint8 (H, W, 3): a captioner is installed, or it is a drawn one."""
        from s2edit_plugin.perception.masks.drawn import sure_regions

        return self.networks.captioner() is not None or sure_regions(rgb, ()) is not None

    def describe(self, rgb: np.ndarray, class_noun: str = "") -> api.PromptSuggestion:
        """A source prompt for a picture, uint8 (H, W, 3). Raises ModelError."""
        from s2edit_plugin.perception.captioning import suggest

        return suggest(rgb, self.networks, class_noun)

    def search_mask(self, photo: Photo, method: str, on_progress: api.OnProgress = ignore) -> FoundMask:
        """Find a mask of a photo by a method of `api.MakeMask`. Raises MaskError, CancelledError."""
        from s2edit_plugin.perception.masks.resolve import search_mask

        def attention(word: str) -> FoundMask:
            from s2edit_plugin.workflows.word_masks import word_mask

            return word_mask(self.backbone, photo, word, on_progress)

        return search_mask(photo.as_uint8_rgb(), method, attention, self.networks)

    def refuse_unsafe(self, rgb: np.ndarray) -> None:
        """Run the base model's safety checker on a result, uint8 (H, W, 3), if it has one and the settings enable it.

        Raises:
            SafetyError: it objects. ModelError: it cannot be used.
        """
        path = self.backbone.path
        if path is None or not load_settings(self.folder).safety_checker:
            return
        from s2edit_plugin.perception.networks.safety_checker import safety_checker

        checker = safety_checker(path)
        if checker is not None and checker.objects(rgb):
            raise SafetyError(
                "The base model's safety checker took the result for sexual and it was not kept.",
                "It errs at times: change the prompt or the seed; `s2edit settings safety_checker off` asks it no more.",
            )

    def identity(self, before: np.ndarray, after: np.ndarray, subject: np.ndarray | None) -> IdentityScore:
        """Similarity of a person, uint8 (H, W, 3), after an edit; never fails. Arguments as `perception.identity.compare`."""
        from s2edit_plugin.perception.identity import identity_score

        return identity_score(before, after, self.networks, subject)
