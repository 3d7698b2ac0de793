"""The studio: requests in, results out. Ties photo, masks, model, library and cache together for one job after another.

Nothing here knows how a request came (command line, engine, test) or how progress is shown.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from s2edit_plugin import api
from s2edit_plugin.api import prompts, safety
from s2edit_plugin.api.limits import check_edit_settings, check_learn_settings, check_texts
from s2edit_plugin.api.progress import WorkTime
from s2edit_plugin.api.prompt_syntax import clean, read_prompt
from s2edit_plugin.base_models import resolve
from s2edit_plugin.errors import MaskError, PromptError, SafetyError, UsageError
from s2edit_plugin.history import History
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.imaging.reading import read_photo
from s2edit_plugin.library import Forgotten, Library
from s2edit_plugin.perception.masks import refine
from s2edit_plugin.perception.masks.found import FoundMask
from s2edit_plugin.perception.masks.painted import encode_mask, read_subject_mask
from s2edit_plugin.perception.networks.installed import Networks
from s2edit_plugin.storage.offline import keep_caches
from s2edit_plugin.storage.paths import data_folder
from s2edit_plugin.storage.settings import load_settings
from s2edit_plugin.tokens.consent import require_consent
from s2edit_plugin.workflows.people import forget_person

if TYPE_CHECKING:
    from s2edit_plugin.backbones.base import Backbone
    from s2edit_plugin.perception.identity import IdentityScore

__all__ = ["Studio"]

CLICK = "click"
R = TypeVar("R")


def _in_plain_words(request: api.LearnToken) -> tuple[api.LearnToken, tuple[str, ...]]:
    """The request with its texts in plain words, and what is to be said of that; weights say nothing to learning."""
    read = read_prompt(request.prompt or "")
    words = tuple(clean(word) for word in request.attribute_words)
    plain = dataclasses.replace(
        request, prompt=read.prompt or None, class_noun=clean(request.class_noun), attribute_words=words
    )
    return plain, read.notes


def _silent(_: object) -> None:
    """Progress and notes nobody wants to see."""


class Studio:
    """One user's library and journal, and one loaded base model.

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
        self._stepped_down = False  # whether the last job did
        self.features: dict[tuple[str, str], np.ndarray | None] = {}  # of tokens' faces, see `recognising`

    @property
    def model(self) -> str:
        """What the base model was chosen by: a name, a folder, or "" for the bundled one."""
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

    def with_home(self, home: Path) -> Studio:
        """A studio with another library that shares this one's loaded model."""
        return Studio(home, self._model, self._device).with_model(self.backbone)

    def with_model(self, backbone: Backbone) -> Studio:
        """This studio with a model that is loaded already."""
        self._backbone = backbone
        return self

    def learn(
        self,
        request: api.LearnToken,
        on_progress: api.OnProgress = _silent,
        on_note: api.OnNote = _silent,
    ) -> api.LearnResult:
        """Learn a token from one photo and put it into the library.

        Args:
            on_note: hears at once what `LearnResult.warnings` tells at the end.

        Raises:
            InputError (a name that cannot be used), ImageError, MaskError, PromptError, SafetyError, ConsentError,
            CancelledError, NumericalError, ResourceError.
        """
        from s2edit_plugin.workflows.learning import can_go_on, run_learning

        reference = prompts.parse_ref(f"{request.person}/{request.token}")
        check_texts(request)
        request, read = _in_plain_words(request)
        check_learn_settings(request.settings)
        if not request.class_noun.strip():
            raise PromptError("The class noun is missing.", "Say what the photo shows, e.g. --class woman.")
        safety.check_prompts(
            (request.prompt or "", request.class_noun, *request.attribute_words),
            person=request.kind == "identity",
        )
        self.library.check_new(reference)
        require_consent(request.kind, request.person, request.consent, interactive=False)
        photo = read_photo(request.photo)

        said: list[str] = []

        def note(sentence: str) -> None:
            if sentence not in said:
                said.append(sentence)
                on_note(sentence)

        def job(again: bool) -> api.LearnResult:
            acts_in = self._mask_of(photo, request.subject_mask, request.subject, note)
            # An attribute lives in a part (lips, face), but a part alone means nothing to the model: it sees the person.
            sees = self._whole_subject(photo, acts_in) if request.kind == "attribute" else acts_in
            resume = request.resume or (again and can_go_on(self.folder, reference))
            going_on = dataclasses.replace(request, resume=resume)
            return run_learning(self, going_on, reference, photo, acts_in, sees, work.on_progress, on_note)

        for sentence in (*photo.notes, *read):
            note(sentence)
        work = WorkTime(on_progress)
        result, warnings = self.with_ladder(request, job, on_note)
        self.note_pace(request, work.seconds, done=result.resumed_at)
        return dataclasses.replace(result, warnings=(*said, *warnings, *result.warnings))

    def edit(
        self,
        request: api.ApplyEdit,
        on_progress: api.OnProgress = _silent,
        on_note: api.OnNote = _silent,
    ) -> api.EditResult:
        """Edit a photo by text. The result is in the journal before it is returned.

        Args:
            on_note: hears at once what `EditResult.warnings` tells at the end.

        Raises:
            ImageError, MaskError, PromptError, UsageError, SafetyError, TokenError, CancelledError, NumericalError,
            ResourceError.
        """
        from s2edit_plugin.workflows.editing import run_edit

        check_texts(request)
        check_edit_settings(request.settings)
        return run_edit(self, request, on_progress, on_note)

    def with_ladder(
        self, request: api.Request[object], job: Callable[[bool], R], on_note: api.OnNote
    ) -> tuple[R, tuple[str, ...]]:
        """Do a job on the base model with as little memory as there is; see `backbones.memory.fallback.with_ladder`.

        Args:
            job: does it, is told whether it runs again.

        Returns:
            What the job gave, and what the user should know of the device and of the memory.
        """
        from s2edit_plugin.backbones.memory.fallback import with_ladder

        backbone, notes = self.backbone, []
        self._stepped_down = False

        def note(sentence: str) -> None:
            self._stepped_down = True
            notes.append(sentence)
            on_note(sentence)

        result = with_ladder(backbone, request, job, note)
        about_device = backbone.choice.warnings if backbone.choice else ()
        return result, (*about_device, *notes)

    def note_pace(
        self, request: api.Request[object], seconds: float, *, done: int = 0, inverted: bool = False
    ) -> None:
        """Remember how long a job took that did not step down; see `throughput.Paces` and `operations.job_operations`."""
        from s2edit_plugin.backbones.memory.operations import job_operations
        from s2edit_plugin.backbones.memory.throughput import Paces, computer_of

        shape = self.backbone.shape
        if shape is not None and not self._stepped_down:
            operations = job_operations(shape, request, done=done, inverted=inverted)
            Paces(self.folder).note(computer_of(self.backbone), request, operations, seconds)

    @property
    def is_loaded(self) -> bool:
        """Whether the model is in memory."""
        return self._backbone is not None

    def note_photo(self, size: tuple[int, int], seconds: float) -> None:
        """Remember how long a photo of this size took beside the model."""
        from s2edit_plugin.backbones.memory.throughput import Paces

        Paces(self.folder).note_photo(size, seconds)

    def rerun(
        self,
        request: api.RerunResult,
        on_progress: api.OnProgress = _silent,
        on_note: api.OnNote = _silent,
    ) -> api.RerunReport:
        """Make a result of the journal again from its stored settings, and compare the two.

        Raises:
            UsageError: there is no such result. TokenNotFoundError, WrongModelError: it cannot be made again as it is;
            the hint says what helps. And what `edit` raises.
        """
        from s2edit_plugin.workflows.rerunning import run_again

        return run_again(self, request.history_id, on_progress, on_note)

    def forget(self, person: str) -> Forgotten:
        """Remove a person for good; see `workflows.people.forget_person`."""
        return forget_person(self.folder, person)[0]

    def mask(self, request: api.MakeMask, on_progress: api.OnProgress = _silent) -> api.MaskResult:
        """Find a mask. Raises ImageError, MaskError, UsageError (clicks without the method ``click``), CancelledError."""
        photo = read_photo(request.photo)
        if request.method == CLICK:
            from s2edit_plugin.perception.masks.clicks import click_mask

            clicked = click_mask(photo.as_uint8_rgb(), request.points, request.box or None, self.networks)
            found = FoundMask(clicked.mask, (clicked.note,) if clicked.note else ())
        elif request.points or request.box:
            raise UsageError(f"Clicks go with the method '{CLICK}' alone.", f"Use --method {CLICK}.")
        else:
            found = self.search_mask(photo, request.method, on_progress)
        mask = found.mask
        if request.fill_holes:
            mask = refine.fill_holes(mask)
        if request.grow:
            mask = refine.grow(mask, request.grow) if request.grow > 0 else refine.shrink(mask, -request.grow)
        if request.feather > 0:
            mask = refine.feather(mask, request.feather)
        if request.invert:
            mask = refine.invert(mask)
        return api.MaskResult(
            encode_mask(mask),
            request.method,
            float(mask.mean()),
            " ".join(found.notes),
            found.sure,
            found.others,
            photo.notes,
        )

    def suggest(self, request: api.SuggestPrompt) -> api.PromptSuggestion:
        """Suggest a source prompt for a photo. Raises ImageError, ModelError."""
        return self.describe(read_photo(request.photo).as_uint8_rgb(), request.class_noun)

    def can_describe(self, rgb: np.ndarray) -> bool:
        """Whether `describe` can be believed of a picture, uint8 (H, W, 3): a captioner is installed, or it is a drawn one."""
        from s2edit_plugin.perception.masks.drawn import sure_regions

        return self.networks.captioner() is not None or sure_regions(rgb, ()) is not None

    def describe(self, rgb: np.ndarray, class_noun: str = "") -> api.PromptSuggestion:
        """A source prompt for a picture, uint8 (H, W, 3). Raises ModelError."""
        from s2edit_plugin.perception.captioning import suggest

        return suggest(rgb, self.networks, class_noun)

    def recognise(self, request: api.RecognisePeople) -> api.PeopleFound:
        """Who of the library is on a photo. Raises ImageError, ModelError (no networks for faces), TokenNotFoundError."""
        from s2edit_plugin.workflows.recognising import recognise

        return recognise(self, request)

    def open_model(self) -> api.OpenedModel:
        """Load the base model. Raises ModelError, ResourceError."""
        backbone = self.backbone
        return api.OpenedModel(backbone.name, backbone.fingerprint, str(backbone.device))

    def attention(self, photo: bytes, name: str) -> np.ndarray:
        """Where a token looks on a photo: (H, W) float32 in [0, 1], under its own source prompt.

        Raises:
            ImageError, TokenError, MaskError.
        """
        from s2edit_plugin.workflows.attention_masks import token_attention

        return token_attention(self, read_photo(photo), self.library.get(name))

    def show_attention(
        self, request: api.ShowAttention, on_progress: api.OnProgress = _silent
    ) -> api.AttentionMap:
        """Where a word or token of a prompt looks on a photo.

        Raises:
            ImageError, MaskError, PromptError, TokenError, CancelledError.
        """
        from s2edit_plugin.workflows.attention_masks import word_attention

        return api.AttentionMap(encode_mask(word_attention(self, request, on_progress)), request.word)

    def search_mask(self, photo: Photo, method: str, on_progress: api.OnProgress = _silent) -> FoundMask:
        """Find a mask of a photo by a method of `api.MakeMask`. Raises MaskError, CancelledError."""
        from s2edit_plugin.perception.masks.resolve import search_mask

        def attention(word: str) -> FoundMask:
            from s2edit_plugin.workflows.attention_masks import word_mask

            return word_mask(self.backbone, photo, word, on_progress)

        return search_mask(photo.as_uint8_rgb(), method, attention, self.networks)

    def refuse_unsafe(self, rgb: np.ndarray) -> None:
        """Let the base model's safety checker look at a result, uint8 (H, W, 3), if it has one and the settings want it.

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
        """How alike the person, uint8 (H, W, 3), is after an edit; never fails. Arguments as `perception.identity.compare`."""
        from s2edit_plugin.perception.identity import identity_score

        return identity_score(before, after, self.networks, subject)

    def _mask_of(self, photo: Photo, given: bytes | None, method: str, on_note: api.OnNote) -> np.ndarray:
        found = self.search_mask(photo, method) if given is None else read_subject_mask(given, photo.size)
        for sentence in found.notes:
            on_note(sentence)
        return found.mask

    def _whole_subject(self, photo: Photo, part: np.ndarray) -> np.ndarray:
        try:
            return np.maximum(self.search_mask(photo, "auto").mask, part)
        except MaskError:
            return part
