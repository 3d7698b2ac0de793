"""What the prepared edit and each learning preset would cost, requested again whenever something that matters changes."""

from __future__ import annotations

from collections.abc import Callable

from qt_app.engine import EngineLink
from qt_app.model.document import Documents
from qt_app.model.editing import EditState
from qt_app.model.jobs import Jobs
from qt_app.model.learning import LearnState
from qt_app.observable import Observable, Property, delayed, follow
from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.api.presets import LEARN_PRESETS

__all__ = ["Estimates"]

DELAY_MS = 400


class Estimates(Observable):
    """Costs of the jobs that the panels prepare.

    Attributes:
        edit: of the prepared edit, None while unknown. learn: of learning with each preset, by its id, those that are known.
    """

    edit = Property[api.Estimate | None](None)
    learn = Property[dict[str, api.Estimate]]({})

    def __init__(
        self, link: EngineLink, jobs: Jobs, documents: Documents, editing: EditState, learning: LearnState
    ) -> None:
        super().__init__()
        self._link, self._documents, self._editing, self._learning = link, documents, editing, learning
        edit, learn = (
            delayed(self, DELAY_MS, request) for request in (self._request_edit, self._request_learn)
        )
        follow(editing, ("tokens", "steps", "variants", "guidance"), edit.start, now=False)
        for timer in (edit, learn):
            # The model, the device and the memory limit change the costs, and so does a speed that a job has measured.
            link.on_event(("settings", "models"), timer.start)
            follow(jobs, ("busy",), timer.start, now=False)
            follow(documents, ("document",), timer.start, now=False)
        link.connected.connect(learn.start)
        follow(learning, ("kind",), learn.start, now=False)  # an attribute takes fewer steps

    def _request_edit(self) -> None:
        document, editing = self._documents.document, self._editing
        if document is None:
            return
        # An estimate does not need the photo.
        settings = api.EditSettings(editing.steps, editing.guidance)
        request = api.ApplyEdit(b"", editing.all_tokens(), editing.prompt, settings=settings)
        estimate = queries.EstimateJob(edit=request, pixels=document.pixels, variants=editing.variants)
        self._request(estimate, lambda answer: setattr(self, "edit", answer))

    def _request_learn(self) -> None:
        document, learning = self._documents.document, self._learning
        pixels = document.pixels if document is not None else 0
        for preset in LEARN_PRESETS:
            settings = learning.settings_of(preset)
            request = api.LearnToken(
                b"", learning.person, learning.token, learning.token_kind, settings=settings
            )

            def set_one(answer: api.Estimate | None, name: str = preset.id) -> None:
                known = {one: estimate for one, estimate in self.learn.items() if one != name}
                self.learn = known if answer is None else {**known, name: answer}

            self._request(queries.EstimateJob(learn=request, pixels=pixels), set_one)

    def _request(self, request: queries.EstimateJob, then: Callable[[api.Estimate | None], None]) -> None:
        if self._link.state == "connected":
            self._link.ask(request, then, lambda _: then(None))
