"""The studio: executes requests, one job after another, with one user's folders and one loaded model.

Independent of the source of requests (command line, engine, test) and of the display of progress. Modules of a job are
imported when it starts.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from s2edit_plugin import api
from s2edit_plugin.api.limits import check_edit_settings, check_texts
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.library import Forgotten
from s2edit_plugin.perception.masks.painted import encode_mask
from s2edit_plugin.workflows.context import Context, ignore
from s2edit_plugin.workflows.people import forget_person

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone

__all__ = ["Studio"]


class Studio(Context):
    """The context of jobs (`Context`), and every job of the lane ``gpu`` as a method; see `api.operations`."""

    def with_home(self, home: Path) -> Studio:
        """A studio with another library that shares this one's loaded model."""
        return Studio(home, self._model, self._device).with_model(self.backbone)

    def with_model(self, backbone: Backbone) -> Studio:
        """This studio with a model that is loaded already."""
        self._backbone = backbone
        return self

    def learn(
        self, request: api.LearnToken, on_progress: api.OnProgress = ignore, on_note: api.OnNote = ignore
    ) -> api.LearnResult:
        """Learn a token from one photo and store it in the library; see `learning.run_learning`."""
        from s2edit_plugin.workflows.learning import run_learning

        return run_learning(self, request, on_progress, on_note)

    def edit(
        self, request: api.ApplyEdit, on_progress: api.OnProgress = ignore, on_note: api.OnNote = ignore
    ) -> api.EditResult:
        """Edit a photo by text. The result is in the history before it is returned.

        Args:
            on_note: receives each of `EditResult.warnings` immediately.

        Raises:
            ImageError, MaskError, PromptError, UsageError, SafetyError, TokenError, CancelledError, NumericalError,
            ResourceError.
        """
        from s2edit_plugin.workflows.editing import run_edit

        check_texts(request)
        check_edit_settings(request.settings)
        return run_edit(self, request, on_progress, on_note)

    def rerun(
        self, request: api.RerunResult, on_progress: api.OnProgress = ignore, on_note: api.OnNote = ignore
    ) -> api.RerunReport:
        """Make a result of the history again from its stored settings, and compare the two.

        Raises:
            UsageError: there is no such result. TokenNotFoundError, WrongModelError: it cannot be reproduced. And the errors
            of `edit`.
        """
        from s2edit_plugin.workflows.rerunning import run_again

        return run_again(self, request.history_id, on_progress, on_note)

    def mask(
        self, request: api.MakeMask, on_progress: api.OnProgress = ignore, on_note: api.OnNote = ignore
    ) -> api.MaskResult:
        """Find a mask; see `masking.find_mask`."""
        from s2edit_plugin.workflows.masking import find_mask

        return find_mask(self, request, on_progress)

    def suggest(
        self, request: api.SuggestPrompt, on_progress: api.OnProgress = ignore, on_note: api.OnNote = ignore
    ) -> api.PromptSuggestion:
        """Suggest a source prompt for a photo. Raises ImageError, ModelError."""
        return self.describe(read_photo(request.photo).as_uint8_rgb(), request.class_noun)

    def recognise(
        self, request: api.RecognisePeople, on_progress: api.OnProgress = ignore, on_note: api.OnNote = ignore
    ) -> api.PeopleFound:
        """Recognise people of the library on a photo. Raises ImageError, ModelError (no face networks), TokenNotFoundError."""
        from s2edit_plugin.workflows.recognising import recognise

        return recognise(self, request)

    def open_model(
        self, request: api.OpenModel, on_progress: api.OnProgress = ignore, on_note: api.OnNote = ignore
    ) -> api.OpenedModel:
        """Load the base model. Raises ModelError, ResourceError."""
        backbone = self.backbone
        return api.OpenedModel(backbone.name, backbone.fingerprint, str(backbone.device))

    def show_attention(
        self, request: api.ShowAttention, on_progress: api.OnProgress = ignore, on_note: api.OnNote = ignore
    ) -> api.AttentionMap:
        """Attention map of a word or token of a prompt on a photo.

        Raises:
            ImageError, MaskError, PromptError, TokenError, CancelledError.
        """
        from s2edit_plugin.workflows.attention_views import word_attention

        return api.AttentionMap(encode_mask(word_attention(self, request, on_progress)), request.word)

    def attention(self, photo: bytes, name: str) -> np.ndarray:
        """Attention map of a token on a photo: (H, W) float32 in [0, 1], under its own source prompt.

        Raises:
            ImageError, TokenError, MaskError.
        """
        from s2edit_plugin.workflows.attention_views import token_attention

        return token_attention(self, read_photo(photo), self.library.get(name))

    def forget(self, person: str) -> Forgotten:
        """Remove a person permanently; see `people.forget_person`."""
        return forget_person(self.folder, person)[0]
