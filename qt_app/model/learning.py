"""Learning a token: its settings, starting, pausing, resuming and cancelling it."""

from __future__ import annotations

import dataclasses

from PyQt6.QtCore import pyqtSignal

from qt_app.engine import EngineLink
from qt_app.i18n.engine_translation import translated
from qt_app.model.background import Background
from qt_app.model.document import Document, Documents
from qt_app.model.jobs import JobItem, Jobs
from qt_app.model.messages import Messages
from qt_app.observable import Observable, Property
from s2edit_plugin import api
from s2edit_plugin.api import prompts, queries
from s2edit_plugin.api.presets import LEARN_PRESETS, LearnPreset
from s2edit_plugin.errors import S2EditError, UsageError

__all__ = ["LearnState"]


class LearnState(Observable):
    """What the learn panel shows.

    Signals:
        learned(LearnResult): a token was learned.

    Attributes:
        documents: the open photo. person, token: names. class_noun: what the photo shows. kind: ``identity`` or ``attribute``.
        subject: how the subject is found if its mask was not painted: ``auto``, ``face``, ``word:W``.
        prompt: source prompt without the token. attribute_words: separated by commas.
        preset: ``quick``, ``balanced``, ``best``. consent: the person agrees.
        job: the run while it runs or is paused. resumable: interrupted runs. suggesting: a prompt suggestion is requested.
    """

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
    job = Property[JobItem | None](None)
    resumable = Property[tuple[queries.Resumable, ...]](())
    suggesting = Property(False)

    def __init__(
        self, link: EngineLink, jobs: Jobs, documents: Documents, background: Background, messages: Messages
    ) -> None:
        super().__init__()
        self.documents = documents
        self._link, self._jobs, self._background, self._messages = link, jobs, background, messages
        # Consent is for one person: another name requires it again.
        self.person_changed.connect(lambda _: setattr(self, "consent", False))
        link.connected.connect(self._request_resumable)
        # Runs that were started by a window that is closed now are shown too.
        self._own: set[str] = set()
        jobs.added.connect(self._adopt)
        jobs.removed.connect(self._adopted_ended)

    @property
    def settings(self) -> api.LearnSettings:
        """The settings of the chosen preset."""
        return self.settings_of(next(preset for preset in LEARN_PRESETS if preset.id == self.preset))

    def settings_of(self, preset: LearnPreset) -> api.LearnSettings:
        """The settings of a preset for this kind of token, with this seed."""
        alone, joint = preset.steps_for(self.token_kind)
        return api.LearnSettings(steps_token=alone, steps_joint=joint, seed=self.seed)

    @property
    def token_kind(self) -> api.TokenKind:
        """What is learned: a person or an attribute."""
        return "attribute" if self.kind == "attribute" else "identity"

    @property
    def problem(self) -> str:
        """Why learning cannot start now, "" if it can."""
        if self.documents.document is None:
            return self.tr("Open a photo first.")
        if not self.person.strip():
            return self.tr("Say whose token it is.")
        for value, what in ((self.person, self.tr("person's name")), (self.token, self.tr("token name"))):
            try:
                prompts.check_name(value, what)
            except S2EditError as error:
                return translated(error.sentence)
        if not self.class_noun.strip():
            return self.tr("Say what the photo shows, for example woman.")
        if self.kind == "identity" and not self.consent:
            return self.tr("Confirm that the person agrees.")
        return ""

    def request(self, document: Document) -> api.LearnToken:
        """The request to the engine."""
        layer = document.masks.layers["subject"]
        return api.LearnToken(
            photo=document.data,
            person=self.person,
            token=self.token,
            kind=self.token_kind,
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
        document = self.documents.document
        if self.problem or document is None:
            self._messages.error(UsageError(self.problem))
            return
        self._background.run(document.masks.encode, lambda _: self._submit(self.request(document)))

    def resume_run(self, run: queries.Resumable) -> None:
        """Resume an interrupted run."""
        self._submit(dataclasses.replace(run.request, resume=True))

    def cancel(self) -> None:
        """Stop; the checkpoint is kept, so that the run can be resumed."""
        if self.job is not None:
            self._jobs.cancel(self.job.id)

    def toggle_pause(self) -> None:
        """Pause a running run, resume a paused one."""
        if self.job is not None:
            self._jobs.toggle_pause(self.job)

    def suggest(self) -> None:
        """Request a source prompt that describes the photo."""
        document = self.documents.document
        if document is None:
            return
        request = api.SuggestPrompt(document.data, self.class_noun.strip())
        self._jobs.start(
            request,
            lambda answer: setattr(self, "prompt", answer.prompt),
            on_busy=lambda busy: setattr(self, "suggesting", busy),
            title=self.tr("Suggest a prompt"),
        )

    def _submit(self, request: api.LearnToken) -> None:
        def has_item(item: JobItem) -> None:
            self._own.add(item.id)
            self.job = item

        def done(result: api.LearnResult) -> None:
            self.job = None
            self.learned.emit(result)
            self._request_resumable()

        def failed(error: S2EditError) -> None:
            self.job = None
            self._messages.error(error)
            self._request_resumable()

        self._jobs.start(
            request,
            done,
            failed,
            on_item=has_item,
            keep=True,
            title=self.tr("Learn {0}").format(f"{request.person}/{request.token}"),
        )

    def _adopt(self, item: JobItem) -> None:
        """Show a run that another window has started."""
        info = item.info
        if self.job is None and info.kind == "LearnToken" and info.keep and not info.is_over:
            self.job = item
            item.info_changed.connect(lambda now: self._adopted_ended(item) if now.is_over else None)

    def _adopted_ended(self, item: JobItem) -> None:
        """Another window's run is over; for those of this window, `_submit` has callbacks."""
        if self.job is item and item.id not in self._own:
            self.job = None
            self._request_resumable()

    def _request_resumable(self) -> None:
        self._link.ask(queries.ListResumable(), lambda answer: setattr(self, "resumable", answer.runs))
