"""The edit that is being prepared: prompts, tokens, strengths, variants; and what starts it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import numpy as np
from PyQt6.QtCore import QTimer, pyqtSignal

from qt_app.engine import EngineLink
from qt_app.model.correcting import CorrectingState
from qt_app.model.document import Document, Documents, Result
from qt_app.model.jobs import JobItem, Jobs
from qt_app.model.messages import Messages
from qt_app.model.observable import Observable, Property
from qt_app.model.pictures import decoded_result
from qt_app.model.tasks import Background
from s2edit_plugin import api
from s2edit_plugin.api import prompts, queries
from s2edit_plugin.api.presets import EditPreset, apply_preset, known_noun, noun_in
from s2edit_plugin.errors import S2EditError, UsageError

if TYPE_CHECKING:
    from qt_app.model.library import LibraryState

__all__ = ["EditState"]

MAX_VARIANTS = 8
FILLERS = frozenset(("a", "an", "the", "of", "in", "on", "at", "with", "and", "photo", "by", "to"))
ESTIMATE_MS = 400


class EditState(Observable):
    """What the edit panel shows.

    Signals: ``<name>_changed`` of each; document_changed: another photo is open; result_added(Result).

    Attributes:
        tokens: names, the subject's first. prompt, source_prompt: with references; source "" is suggested by the engine.
        region: ``auto``, ``mask`` (the painted one), ``subject``, ``none``, ``face``, ``hair``, ``lips``, ``word:W``.
        strength: 0..1. guidance: 1..20. steps: denoising steps.
        cross_steps, self_steps: how long the source's layout is kept, 0..1.
        variants: 1..8, with seeds ``seed`` on. weights: word of the target prompt -> factor.
        in_colour: the result of a grey photo is a colour picture.
        estimate: what the edit would cost, None while unknown. running: ids of this panel's jobs.
        suggesting: a caption is awaited. correcting: what running edits have found to change.
    """

    document_changed = pyqtSignal(object)
    tokens_changed = pyqtSignal(object)
    prompt_changed = pyqtSignal(object)
    source_prompt_changed = pyqtSignal(object)
    region_changed = pyqtSignal(object)
    strength_changed = pyqtSignal(object)
    guidance_changed = pyqtSignal(object)
    steps_changed = pyqtSignal(object)
    cross_steps_changed = pyqtSignal(object)
    self_steps_changed = pyqtSignal(object)
    variants_changed = pyqtSignal(object)
    seed_changed = pyqtSignal(object)
    in_colour_changed = pyqtSignal(object)
    weights_changed = pyqtSignal(object)
    estimate_changed = pyqtSignal(object)
    running_changed = pyqtSignal(object)
    suggesting_changed = pyqtSignal(object)
    result_added = pyqtSignal(object)
    tokens = Property[tuple[str, ...]](())
    prompt = Property("")
    source_prompt = Property("")
    region = Property("auto")
    strength = Property(1.0)
    guidance = Property(api.EditSettings.guidance)
    steps = Property(api.EditSettings.steps)
    cross_steps = Property(api.EditSettings.cross_steps)
    self_steps = Property(api.EditSettings.self_steps)
    variants = Property(1)
    seed = Property(0)
    in_colour = Property(False)
    weights = Property[dict[str, float]]({})
    estimate = Property[api.Estimate | None](None)
    running = Property[tuple[str, ...]](())
    suggesting = Property(False)

    def __init__(
        self,
        link: EngineLink,
        jobs: Jobs,
        documents: Documents,
        library: LibraryState,
        background: Background,
        messages: Messages,
    ) -> None:
        super().__init__()
        self._link, self._jobs, self._documents = link, jobs, documents
        self._library, self._background, self._messages = library, background, messages
        self.correcting = CorrectingState(jobs, background)
        self._placed = self._preset_made = self._preset_of = ""  # prompts that were not written by hand
        self._suggestion = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(ESTIMATE_MS)
        self._timer.timeout.connect(self._ask_estimate)
        for signal in (self.tokens_changed, self.steps_changed, self.variants_changed, self.guidance_changed):
            signal.connect(lambda _: self._timer.start())
        # Another model, device or limit costs another time, and so does a pace that was measured by a job.
        link.happened.connect(
            lambda event: self._timer.start() if event.kind in ("settings", "models") else None
        )
        jobs.busy_changed.connect(lambda _: self._timer.start())
        documents.document_changed.connect(lambda _: self._timer.start())
        documents.document_changed.connect(self.document_changed)

    # ------------------------------------------------------------------ the request

    @property
    def problem(self) -> str:
        """Why the edit cannot start now, "" if it can."""
        if self._documents.document is None:
            return self.tr("Open a photo first.")
        if not self.prompt.strip():
            return self.tr("Say what the photo should show.")
        return ""

    @property
    def may_colour(self) -> bool:
        """Whether the photo is a grey one, so that its result may stay grey or not."""
        return self._documents.document is not None and self._documents.document.photo.grey

    @property
    def hint(self) -> str:
        """What there is to know before the edit starts, "" for nothing."""
        if self._documents.document is not None and not self.problem and not self._named_tokens():
            return self.tr("Without a token only the words decide; a token keeps the person.")
        return ""

    def request(self, document: Document, seed: int) -> api.ApplyEdit:
        """The edit as the engine takes it.

        Raises:
            PromptError: a reference in a prompt is malformed.
        """
        subject = document.masks.layers["subject"].as_png()
        painted = document.masks.layers["region"].as_png()
        region = self.region
        return api.ApplyEdit(
            photo=document.data,
            tokens=self._named_tokens(),
            prompt=self.prompt.strip(),
            source_prompt=self.source_prompt.strip() or None,
            in_colour=self.in_colour and self.may_colour,
            source_suggested=bool(self._suggestion) and self.source_prompt == self._suggestion,
            subject_mask=subject,
            region="auto" if region == "mask" else region,
            region_mask=painted if region in ("mask", "auto") else None,
            settings=api.EditSettings(
                steps=self.steps,
                guidance=self.guidance,
                strength=self.strength,
                cross_steps=self.cross_steps,
                self_steps=self.self_steps,
                weights={word: factor for word, factor in self.weights.items() if self.has_word(word)},
                seed=seed,
            ),
        )

    def start(self) -> None:
        """Start the edit, one job a variant."""
        document = self._documents.document
        if self.problem or document is None:
            self._messages.error(UsageError(self.problem))
            return
        self._background.run(document.masks.encode, lambda _: self._submit_variants(document))

    def _submit_variants(self, document: Document) -> None:
        for number in range(self.variants):
            try:
                request = self.request(document, self.seed + number)
            except S2EditError as error:
                self._messages.error(error)
                return
            self._submit(document, request, number)

    def cancel(self) -> None:
        """Stop this panel's edits."""
        for job_id in self.running:
            self._jobs.cancel(job_id)

    # ------------------------------------------------------------------ helpers of the panel

    def add_token(self, name: str) -> None:
        """Put a token into the edit; the first one is the subject's."""
        if name not in self.tokens:
            self.tokens = (*self.tokens, name)

    def remove_token(self, name: str) -> None:
        """Take a token out."""
        self.tokens = tuple(token for token in self.tokens if token != name)

    def use_preset(self, preset: EditPreset) -> None:
        """Make the target prompt from the source prompt, or from the target as it was written, or from the token's own prompt.

        Tokens stay where they were; the words of a preset used before give way.
        """
        written = self.prompt.strip()
        if written == self._preset_made:  # another one instead, not one more
            written = self._preset_of
        names = self._named_tokens()
        token = self._library.token(names[0]) if names else None
        noun = token.class_noun if token else noun_in(self.source_prompt or written)
        source = self.source_prompt.strip() or written or (token.source_prompt if token else "")
        nouns = {name: known.class_noun for name in names if (known := self._library.token(name)) is not None}
        made = apply_preset(source or f"a photo of a {noun}", preset, noun)
        for name in names:  # one that finds no place in the words stays in the edit
            self.add_token(name)
        with contextlib.suppress(S2EditError):  # what is no reference yet is being written
            made = prompts.keep_tokens(made, written, nouns)
        self.prompt, self._preset_made, self._preset_of = made, made, written
        if self.region != "mask":
            self.region = preset.region

    def suggest(self) -> None:
        """Have the engine say what the photo shows; it becomes the source prompt."""
        document = self._documents.document
        if document is None:
            return
        token = self._library.token(self.tokens[0]) if self.tokens else None
        self.suggesting = True

        def got(answer: api.PromptSuggestion) -> None:
            self.suggesting = False
            self.source_prompt = self._suggestion = answer.prompt
            if answer.note:
                self._messages.note(answer.note)

        def failed(error: S2EditError) -> None:
            self.suggesting = False
            self._messages.error(error)

        request = api.SuggestPrompt(document.data, token.class_noun if token else known_noun(self.prompt))
        self._jobs.start(request, got, failed, title=self.tr("Suggest a prompt"))

    def edit_again(self, request: api.ApplyEdit) -> None:
        """Take over the settings of an earlier result."""
        self.tokens = request.tokens
        self.prompt, self.source_prompt = request.prompt, request.source_prompt or ""
        self._suggestion = self.source_prompt if request.source_suggested else ""
        self.in_colour = request.in_colour
        self.region = "mask" if request.region_mask else request.region
        settings = request.settings
        for name in ("strength", "guidance", "steps", "cross_steps", "self_steps", "seed"):
            setattr(self, name, getattr(settings, name))
        self.weights = dict(settings.weights)

    def words(self) -> list[str]:
        """Words and references of both prompts, and tokens, that attention can be shown for."""
        found = dict.fromkeys(f"<{name}>" for name in self.tokens)
        for prompt in (self.prompt, self.source_prompt):
            found.update(dict.fromkeys(prompts.words(prompt)))
        return [word for word in found if len(word) > 1 and word not in FILLERS]

    def weightable(self) -> list[str]:
        """Words and references of the target prompt whose weight can be set and is not set yet."""
        found = dict.fromkeys(prompts.words(self.prompt))
        return [word for word in found if len(word) > 1 and word not in FILLERS and word not in self.weights]

    def has_word(self, word: str) -> bool:
        """Whether a word, or one of several, stands in the target prompt; a weight of one that does not is left out."""
        return bool(set(prompts.words(word)) & set(prompts.words(self.prompt)))

    def place_token(self, name: str) -> None:
        """Write a token into the prompt: before its class noun, at the end, or into a first prompt made from its own.

        A prompt that this made before, and nobody changed, gives way.
        """
        self._place(name, self._library.token(name))

    def place_learned(self, name: str) -> None:
        """As `place_token`, for a token that was just learned: it is on no list yet, or its old record is, and is fetched."""
        self._library.fetch(name, lambda token: self._place(name, token))

    def _place(self, name: str, token: queries.TokenInfo | None) -> None:
        noun = token.class_noun if token is not None else ""
        written = self.prompt.strip()
        if written == self._placed and name not in self._named_tokens():
            written = ""
        prompt = written or (token.source_prompt if token is not None else "")
        prompt = prompt or f"a photo of a {noun or 'person'}"
        try:
            made = prompts.insert_token(prompt, noun, name)
        except S2EditError:
            made = f"{prompt} <{name}>"
        self.prompt, self._placed = made, made if not written else ""

    def look_at(self, word: str) -> None:
        """Show where a word or token of the prompt looks on the photo."""
        document = self._documents.document
        if document is None:
            return
        prompt, tokens = self.prompt if word in self.prompt else "", self._named_tokens()

        def got(answer: api.AttentionMap) -> None:
            self._background.run(lambda: _grey(answer.heat), document.show_heat)

        def ask(_: None) -> None:
            subject = document.masks.layers["subject"].as_png()
            request = api.ShowAttention(document.data, word, prompt, tokens, subject)
            self._jobs.start(request, got, title=self.tr("See where {0} looks").format(word))

        self._background.run(document.masks.encode, ask)

    # ------------------------------------------------------------------ inside

    def _named_tokens(self) -> tuple[str, ...]:
        try:
            written = tuple(reference.full_name for reference in prompts.references(self.prompt))
        except S2EditError:
            written = ()
        return tuple(dict.fromkeys([*self.tokens, *written]))

    def _submit(
        self, document: Document, request: api.ApplyEdit, number: int, corrected: bool = False
    ) -> None:
        ids: list[str] = []

        def has_item(item: JobItem) -> None:
            ids.append(item.id)
            self.running = (*self.running, item.id)
            self.correcting.watch(
                item, document, request, lambda new: self._submit(document, new, number, True), corrected
            )

        def over() -> None:
            self.correcting.over(ids)
            self.running = tuple(job_id for job_id in self.running if job_id not in ids)

        layers = document.masks.layers
        sent = {"subject": request.subject_mask, "region": request.region_mask}
        versions = {name: layers[name].version for name, mask in sent.items() if mask}

        def done(made: api.EditResult) -> None:
            over()
            if made.history_id:  # the masks are kept with it
                for name, version in versions.items():
                    layers[name].keep(version)
            self._background.run(
                lambda: decoded_result(made, request), lambda result: self._add(document, result)
            )

        def failed(error: S2EditError) -> None:
            over()
            self._messages.error(error)

        title = request.prompt if self.variants == 1 else f"{request.prompt} ({number + 1})"
        self._jobs.start(request, done, failed, on_item=has_item, title=title)

    def _add(self, document: Document, result: Result) -> None:
        document.add_result(result)
        for warning in result.made.warnings:
            self._messages.note(warning)
        self.result_added.emit(result)

    def _ask_estimate(self) -> None:
        document = self._documents.document
        if document is None or self._link.state != "connected":
            return
        # The photo stays here: an estimate needs its settings only.
        request = api.ApplyEdit(
            b"", self._named_tokens(), self.prompt, settings=api.EditSettings(self.steps, self.guidance)
        )

        def got(answer: Any) -> None:
            self.estimate = answer

        self._link.ask(
            queries.EstimateJob(edit=request, pixels=document.pixels, variants=self.variants),
            got,
            lambda _: setattr(self, "estimate", None),
        )


def _grey(png: bytes) -> np.ndarray:
    import io

    from PIL import Image

    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("L"))
