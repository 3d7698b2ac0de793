"""The token that is being learned: what the learn panel shows, and what starts, pauses and cancels it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from PyQt6.QtCore import QTimer, pyqtSignal

from qt_app.engine import EngineLink
from qt_app.i18n.engine_words import spoken
from qt_app.model.document import Document, Documents
from qt_app.model.jobs import JobItem, Jobs
from qt_app.model.messages import Messages
from qt_app.model.observable import Observable, Property
from qt_app.model.tasks import Background
from s2edit_plugin import api
from s2edit_plugin.api import prompts, queries
from s2edit_plugin.api.presets import LEARN_PRESETS, LearnPreset
from s2edit_plugin.errors import S2EditError, UsageError

if TYPE_CHECKING:
    from qt_app.model.library import LibraryState

__all__ = ["LearnState"]

ESTIMATE_MS = 400


class LearnState(Observable):
    """What the learn panel shows.

    Signals: ``<name>_changed`` of each; document_changed: another photo is open; learned(LearnResult).

    Attributes:
        person, token: names. class_noun: what the photo shows. kind: ``identity`` or ``attribute``.
        subject: how the subject is found if its mask was not painted: ``auto``, ``face``, ``word:W``.
        prompt: source prompt without the token. attribute_words: separated by commas.
        preset: ``quick``, ``balanced``, ``best``. consent: the person agrees.
        estimates: what each preset would cost, by its id, as far as it is known.
        job: the run's item while it runs or is paused. resumable: runs that were cut off.
    """

    document_changed = pyqtSignal(object)
    person_changed = pyqtSignal(object)
    token_changed = pyqtSignal(object)
    class_noun_changed = pyqtSignal(object)
    kind_changed = pyqtSignal(object)
    subject_changed = pyqtSignal(object)
    prompt_changed = pyqtSignal(object)
    attribute_words_changed = pyqtSignal(object)
    preset_changed = pyqtSignal(object)
    seed_changed = pyqtSignal(object)
    consent_changed = pyqtSignal(object)
    estimates_changed = pyqtSignal(object)
    job_changed = pyqtSignal(object)
    resumable_changed = pyqtSignal(object)
    suggesting_changed = pyqtSignal(object)
    learned = pyqtSignal(object)
    person = Property("")
    token = Property("me")
    class_noun = Property("woman")
    kind = Property("identity")
    subject = Property("auto")
    prompt = Property("")
    attribute_words = Property("")
    preset = Property("balanced")
    seed = Property(0)
    consent = Property(False)
    estimates = Property[dict[str, api.Estimate]]({})
    job = Property[JobItem | None](None)
    resumable = Property[tuple[queries.Resumable, ...]](())
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
        self._background = background
        self._link, self._jobs, self._documents = link, jobs, documents
        self._library, self._messages = library, messages
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(ESTIMATE_MS)
        self._timer.timeout.connect(self._ask_estimates)
        documents.document_changed.connect(self.document_changed)
        documents.document_changed.connect(lambda _: self._timer.start())
        # Another model, device or limit costs another time, and so does a pace that was measured by a job.
        link.happened.connect(
            lambda event: self._timer.start() if event.kind in ("settings", "models") else None
        )
        jobs.busy_changed.connect(lambda _: self._timer.start())
        # Consent is for one person: another name asks again.
        self.person_changed.connect(lambda _: setattr(self, "consent", False))
        # An attribute takes fewer steps.
        self.kind_changed.connect(lambda _: self._timer.start())
        link.state_changed.connect(self._engine_state)
        # Learning that was begun in a window that is closed now.
        self._own: set[str] = set()
        jobs.added.connect(self._take_up)
        jobs.removed.connect(self._left_behind)

    @property
    def settings(self) -> api.LearnSettings:
        """The settings of the chosen preset."""
        return self._settings(next(preset for preset in LEARN_PRESETS if preset.id == self.preset))

    def _settings(self, preset: LearnPreset) -> api.LearnSettings:
        alone, joint = preset.steps_for(self.kind)
        return api.LearnSettings(steps_token=alone, steps_joint=joint, seed=self.seed)

    @property
    def _kind(self) -> api.TokenKind:
        return "attribute" if self.kind == "attribute" else "identity"

    @property
    def problem(self) -> str:
        """Why learning cannot start now, "" if it can."""
        if self._documents.document is None:
            return self.tr("Open a photo first.")
        if not self.person.strip():
            return self.tr("Say whose token it is.")
        for value, what in ((self.person, self.tr("person's name")), (self.token, self.tr("token name"))):
            try:
                prompts.check_name(value, what)
            except S2EditError as error:
                return spoken(error.sentence)
        if not self.class_noun.strip():
            return self.tr("Say what the photo shows, for example woman.")
        if self.kind == "identity" and not self.consent:
            return self.tr("Confirm that the person agrees.")
        return ""

    def request(self, document: Document) -> api.LearnToken:
        """The request as the engine takes it."""
        layer = document.masks.layers["subject"]
        return api.LearnToken(
            photo=document.data,
            person=self.person,
            token=self.token,
            kind=self._kind,
            class_noun=self.class_noun.strip(),
            subject=self.subject,
            subject_mask=layer.as_png(),
            prompt=self.prompt.strip() or None,
            attribute_words=tuple(word.strip() for word in self.attribute_words.split(",") if word.strip()),
            settings=self.settings,
            consent=self.consent,
        )

    def start(self) -> None:
        """Start learning."""
        document = self._documents.document
        if self.problem or document is None:
            self._messages.error(UsageError(self.problem))
            return
        self._background.run(document.masks.encode, lambda _: self._submit(self.request(document)))

    def go_on(self, run: queries.Resumable) -> None:
        """Go on with a run that was cut off."""
        self._submit(dataclasses.replace(run.request, resume=True))

    def cancel(self) -> None:
        """Stop; the checkpoint stays, so that it can go on later."""
        if self.job is not None:
            self._jobs.cancel(self.job.id)

    def pause_or_resume(self) -> None:
        """Pause a running run, resume a paused one."""
        if self.job is None or self.job.info is None:
            return
        (self._jobs.resume if self.job.info.state == "paused" else self._jobs.pause)(self.job.id)

    def suggest(self) -> None:
        """Have the engine say what the photo shows."""
        document = self._documents.document
        if document is None:
            return
        self.suggesting = True

        def got(answer: api.PromptSuggestion) -> None:
            self.suggesting = False
            self.prompt = answer.prompt

        def failed(error: S2EditError) -> None:
            self.suggesting = False
            self._messages.error(error)

        request = api.SuggestPrompt(document.data, self.class_noun.strip())
        self._jobs.start(request, got, failed, title=self.tr("Suggest a prompt"))

    def _submit(self, request: api.LearnToken) -> None:
        def has_item(item: JobItem) -> None:
            self._own.add(item.id)
            self.job = item

        def done(result: api.LearnResult) -> None:
            self.job = None
            self.learned.emit(result)
            self._ask_resumable()

        def failed(error: S2EditError) -> None:
            self.job = None
            self._messages.error(error)
            self._ask_resumable()

        self._jobs.start(
            request,
            done,
            failed,
            on_item=has_item,
            keep=True,
            title=self.tr("Learn {0}").format(f"{request.person}/{request.token}"),
        )

    def _take_up(self, item: JobItem) -> None:
        info = item.info
        if (
            self.job is None
            and info is not None
            and info.kind == "LearnToken"
            and info.keep
            and not info.is_over
        ):
            self.job = item
            item.info_changed.connect(lambda now: self._left_behind(item) if now.is_over else None)

    def _left_behind(self, item: JobItem) -> None:
        """A run that was taken up is over; those that were begun here hear of it otherwise."""
        if self.job is item and item.id not in self._own:
            self.job = None
            self._ask_resumable()

    def _engine_state(self, state: str) -> None:
        if state == "connected":
            self._ask_resumable()
            self._timer.start()

    def _ask_resumable(self) -> None:
        self._link.ask(queries.ListResumable(), lambda answer: setattr(self, "resumable", answer.runs))

    def _ask_estimates(self) -> None:
        if self._link.state != "connected":
            return
        document = self._documents.document
        pixels = document.pixels if document is not None else 0
        for preset in LEARN_PRESETS:
            # The photo stays here: an estimate needs the settings only.
            request = api.LearnToken(
                b"", self.person, self.token, self._kind, settings=self._settings(preset)
            )

            def got(answer: api.Estimate, name: str = preset.id) -> None:
                self.estimates = {**self.estimates, name: answer}

            def failed(_: S2EditError, name: str = preset.id) -> None:
                self.estimates = {one: known for one, known in self.estimates.items() if one != name}

            self._link.ask(queries.EstimateJob(learn=request, pixels=pixels), got, failed)
