"""Editing the photo: prompts, tokens, strengths, variants; starting and cancelling edits."""

from __future__ import annotations

import contextlib

import numpy as np

from qt_app.model.background import Background
from qt_app.model.decoding import decoded_result
from qt_app.model.document import Document, Documents, Result
from qt_app.model.jobs import JobItem, Jobs
from qt_app.model.library import LibraryState
from qt_app.model.messages import Messages
from qt_app.model.region_correction import RegionCorrection
from qt_app.observable import Observable, Property
from s2edit_plugin import api
from s2edit_plugin.api import prompts, queries
from s2edit_plugin.api.presets import EditPreset, apply_preset, known_noun, noun_in
from s2edit_plugin.errors import S2EditError, UsageError

__all__ = ["EditState"]

MAX_VARIANTS = 8
STOP_WORDS = frozenset(("a", "an", "the", "of", "in", "on", "at", "with", "and", "photo", "by", "to"))


class EditState(Observable):
    """What the edit panel shows.

    Attributes:
        documents: the open photo. tokens: names, the subject's first.
        prompt, source_prompt: with references; source "" is suggested by the engine.
        region: ``auto``, ``mask`` (the painted one), ``subject``, ``none``, ``face``, ``hair``, ``lips``, ``word:W``.
        strength: 0..1. guidance: 1..20. steps: denoising steps.
        cross_steps, self_steps: how long the source's layout is kept, 0..1.
        variants: 1..8, with seeds ``seed`` on. weights: word of the target prompt -> factor.
        in_colour: the result of a grey photo is a colour picture. running: ids of this panel's jobs.
        suggesting: a prompt suggestion is requested. attention_word: the word or token whose attention is shown.
        region_correction: of the regions that running edits determined.
    """

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
    running = Property[tuple[str, ...]](())
    suggesting = Property(False)
    attention_word = Property("")

    def __init__(
        self,
        jobs: Jobs,
        documents: Documents,
        library: LibraryState,
        background: Background,
        messages: Messages,
    ) -> None:
        super().__init__()
        self.documents = documents
        self._jobs, self._library, self._background, self._messages = jobs, library, background, messages
        self.region_correction = RegionCorrection(jobs, background)
        # Prompts that this class has written: by inserting a token, by a preset (and the prompt before it), by a suggestion.
        self._with_token = self._by_preset = self._before_preset = self._suggestion = ""

    # ------------------------------------------------------------------ the request

    @property
    def problem(self) -> str:
        """Why the edit cannot start now, "" if it can."""
        if self.documents.document is None:
            return self.tr("Open a photo first.")
        if not self.prompt.strip():
            return self.tr("Say what the photo should show.")
        return ""

    @property
    def is_grey(self) -> bool:
        """Whether the photo is a grey one, so that the user chooses between a grey and a colour result."""
        return self.documents.document is not None and self.documents.document.photo.grey

    @property
    def hint(self) -> str:
        """A remark about the prepared edit, "" for none."""
        if self.documents.document is not None and not self.problem and not self.all_tokens():
            return self.tr("Without a token only the words decide; a token keeps the person.")
        return ""

    def request(self, document: Document, seed: int) -> api.ApplyEdit:
        """The request to the engine.

        Raises:
            PromptError: a reference in a prompt is malformed.
        """
        subject = document.masks.layers["subject"].as_png()
        painted = document.masks.layers["region"].as_png()
        region = self.region
        return api.ApplyEdit(
            photo=document.data,
            tokens=self.all_tokens(),
            prompt=self.prompt.strip(),
            source_prompt=self.source_prompt.strip() or None,
            in_colour=self.in_colour and self.is_grey,
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
        """Start the edit, one job for each variant."""
        document = self.documents.document
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

    # ------------------------------------------------------------------ preparing

    def add_token(self, name: str) -> None:
        """Add a token to the edit; the first one is the subject's."""
        if name not in self.tokens:
            self.tokens = (*self.tokens, name)

    def remove_token(self, name: str) -> None:
        """Remove a token from the edit."""
        self.tokens = tuple(token for token in self.tokens if token != name)

    def use_preset(self, preset: EditPreset) -> None:
        """Make the target prompt from the source prompt, else from the target prompt, else from the token's source prompt.

        Tokens keep their places; the words of a preset that was used before are replaced.
        """
        written = self.prompt.strip()
        if written == self._by_preset:
            written = self._before_preset
        names = self.all_tokens()
        token = self._library.token(names[0]) if names else None
        noun = token.class_noun if token else noun_in(self.source_prompt or written)
        source = self.source_prompt.strip() or written or (token.source_prompt if token else "")
        nouns = {name: known.class_noun for name in names if (known := self._library.token(name)) is not None}
        made = apply_preset(source or f"a photo of a {noun}", preset, noun)
        for name in names:  # also those that the prompt has no place for
            self.add_token(name)
        with contextlib.suppress(S2EditError):  # a reference that is not complete yet
            made = prompts.keep_tokens(made, written, nouns)
        self.prompt, self._by_preset, self._before_preset = made, made, written
        if self.region != "mask":
            self.region = preset.region

    def suggest(self) -> None:
        """Request a source prompt that describes the photo."""
        document = self.documents.document
        if document is None:
            return
        token = self._library.token(self.tokens[0]) if self.tokens else None

        def suggested(answer: api.PromptSuggestion) -> None:
            self.source_prompt = self._suggestion = answer.prompt
            if answer.note:
                self._messages.note(answer.note)

        self._jobs.start(
            api.SuggestPrompt(document.data, token.class_noun if token else known_noun(self.prompt)),
            suggested,
            on_busy=lambda busy: setattr(self, "suggesting", busy),
            title=self.tr("Suggest a prompt"),
        )

    def edit_again(self, request: api.ApplyEdit) -> None:
        """Restore the settings of an earlier result."""
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
        return [word for word in found if len(word) > 1 and word not in STOP_WORDS]

    def unweighted_words(self) -> list[str]:
        """Words and references of the target prompt whose weight can be set and is not set yet."""
        found = dict.fromkeys(prompts.words(self.prompt))
        return [
            word for word in found if len(word) > 1 and word not in STOP_WORDS and word not in self.weights
        ]

    def has_word(self, word: str) -> bool:
        """Whether a word, or one of several, is in the target prompt; weights of other words are not sent."""
        return bool(set(prompts.words(word)) & set(prompts.words(self.prompt)))

    def insert_token(self, name: str) -> None:
        """Insert a token into the prompt: before its class noun, or at the end; an empty prompt becomes the token's own.

        A prompt that this made for another token is replaced unless it was changed.
        """
        self._insert(name, self._library.token(name))

    def insert_learned(self, name: str) -> None:
        """As `insert_token`, for a token that was just learned, which the library does not list yet or lists its old record."""
        self._library.fetch(name, lambda token: self._insert(name, token))

    def _insert(self, name: str, token: queries.TokenInfo | None) -> None:
        noun = token.class_noun if token is not None else ""
        written = self.prompt.strip()
        if written == self._with_token and name not in self.all_tokens():
            written = ""
        prompt = written or (token.source_prompt if token is not None else "")
        prompt = prompt or f"a photo of a {noun or 'person'}"
        try:
            made = prompts.insert_token(prompt, noun, name)
        except S2EditError:
            made = f"{prompt} <{name}>"
        self.prompt, self._with_token = made, made if not written else ""

    def show_attention(self, word: str) -> None:
        """Request the attention of a word or token of the prompt, and show it over the photo."""
        document = self.documents.document
        if document is None:
            return
        prompt, tokens = self.prompt if word in self.prompt else "", self.all_tokens()

        def show(answer: api.AttentionMap) -> None:
            self._background.run(lambda: _grey(answer.heat), lambda heat: setattr(document, "heat", heat))

        def submit(_: None) -> None:
            subject = document.masks.layers["subject"].as_png()
            request = api.ShowAttention(document.data, word, prompt, tokens, subject)
            self._jobs.start(request, show, title=self.tr("See where {0} looks").format(word))

        self._background.run(document.masks.encode, submit)

    def all_tokens(self) -> tuple[str, ...]:
        """Names of the tokens of the edit: those that were added, and those that the prompt refers to."""
        try:
            written = tuple(reference.full_name for reference in prompts.references(self.prompt))
        except S2EditError:
            written = ()
        return tuple(dict.fromkeys([*self.tokens, *written]))

    # ------------------------------------------------------------------ inside

    def _submit(
        self, document: Document, request: api.ApplyEdit, number: int, corrected: bool = False
    ) -> None:
        ids: list[str] = []

        def has_item(item: JobItem) -> None:
            ids.append(item.id)
            self.running = (*self.running, item.id)
            self.region_correction.watch(
                item, document, request, lambda new: self._submit(document, new, number, True), corrected
            )

        def over() -> None:
            self.region_correction.end(ids)
            self.running = tuple(job_id for job_id in self.running if job_id not in ids)

        layers = document.masks.layers
        sent = {"subject": request.subject_mask, "region": request.region_mask}
        versions = {name: layers[name].version for name, mask in sent.items() if mask}

        def done(made: api.EditResult) -> None:
            over()
            if made.history_id:  # the history has the masks too
                for name, version in versions.items():
                    layers[name].mark_saved(version)
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
        for warning in result.output.warnings:
            self._messages.note(warning)


def _grey(png: bytes) -> np.ndarray:
    import io

    from PIL import Image

    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("L"))
