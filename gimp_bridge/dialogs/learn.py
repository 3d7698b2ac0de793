"""The dialog of Learn token."""

from __future__ import annotations

from typing import Any

import gi

gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")

from gi.repository import Gimp, GimpUi, Gtk  # noqa: E402 - versions first

from gimp_bridge import png  # noqa: E402
from gimp_bridge.crop import CHANNEL, SELECTION  # noqa: E402
from gimp_bridge.dialogs.fields import ChoiceField, PromptField, activate_on_enter  # noqa: E402
from gimp_bridge.dialogs.job_progress import (  # noqa: E402
    WIDTH,
    JobProgress,
    add_help,
    ask_question,
    show_error,
    show_message,
)
from gimp_bridge.engine_client import EngineClient  # noqa: E402
from gimp_bridge.learn import (  # noqa: E402
    check_request,
    find_interrupted,
    interrupted_runs,
    learn_token,
    request_from,
    resume_run,
    token_exists,
)
from gimp_bridge.progress import progress_in_bar  # noqa: E402
from gimp_bridge.scene import Scene  # noqa: E402
from gimp_bridge.wording import cost_text  # noqa: E402
from s2edit_plugin import api  # noqa: E402
from s2edit_plugin.api import queries  # noqa: E402
from s2edit_plugin.errors import CancelledError, S2EditError  # noqa: E402

__all__ = ["ask_and_learn"]

RESUME, RESTART, REPLACE = "resume", "restart", "replace"
SUBJECTS = {"auto": "Automatic: the person", SELECTION: "Selection", "face": "Face", "hair": "Hair", "lips": "Lips",
    "eyes": "Eyes", "glasses": "Glasses", "hat": "Hat"}  # fmt: skip
HELP = (
    "A token is what the program has learned of one person, or of an attribute such as a makeup, from this one picture. "
    "Edits use it so that the person stays who it is.\n\n"
    "Person and name say what it is called: anna and me make anna/me. The class noun says what it is: woman, man, lipstick. "
    "What the picture shows now must contain it.\n\n"
    "Learning can be stopped with Cancel and resumed later. A person must have agreed."
)


def ask_and_learn(procedure: Gimp.Procedure, config: Any, image: Gimp.Image, layer: Gimp.Layer) -> str:
    """Ask, learn while the dialog shows progress, say that it is done, and return the token's name.

    Raises:
        CancelledError: the user cancelled; learning that was stopped can be resumed the next time.
        S2EditError: the engine cannot be used.
    """
    GimpUi.init("plug-in-s2edit")
    with EngineClient(progress_in_bar("S²Edit")) as engine:
        engine.keep_registered()
        dialog = _Dialog(procedure, config, image, layer, engine)
        try:
            return dialog.run()
        finally:
            dialog.close()


class _Dialog:
    """One call of `ask_and_learn`."""

    def __init__(
        self,
        procedure: Gimp.Procedure,
        config: Any,
        image: Gimp.Image,
        layer: Gimp.Layer,
        engine: EngineClient,
    ) -> None:
        self._config, self._image, self._layer = config, image, layer
        config.set_property("consent", False)  # each time anew: it may be another person
        self._runs = interrupted_runs(engine)
        self._chosen: queries.Resumable | None = None
        self._dialog = GimpUi.ProcedureDialog.new(procedure, config, "S²Edit: Learn token")
        self._dialog.set_ok_label("L_earn")
        self._dialog.set_default_size(WIDTH, -1)
        add_help(self._dialog, HELP)
        area = self._dialog.get_content_area()
        for run in self._runs[:2]:
            area.pack_start(self._stopped(run), False, False, 0)
        self._dialog.fill(["person", "name", "kind", "class-noun"])
        tip = "What the picture shows; it must contain the class noun"
        start = lambda: self._dialog.response(Gtk.ResponseType.OK)  # noqa: E731 - handed over
        parts = [
            PromptField(config, "prompt", "Now _it shows", tip, (), start),
            self._suggest_row(),
            self._subject(),
        ]
        for part in parts:
            area.pack_start(part, False, False, 0)
            part.show_all()
        self._dialog.get_label("advanced-title", "Ad_vanced", False, True)
        self._dialog.fill_box("advanced-box", ["steps", "seed"])
        self._dialog.fill_expander("advanced", "advanced-title", False, "advanced-box").set_expanded(False)
        self._dialog.fill(["advanced", "consent"])
        cost = Gtk.Label(xalign=0, wrap=True, max_width_chars=60, label=self._cost(engine))
        cost.show()
        area.pack_start(cost, False, False, 0)
        self._progress = JobProgress(self._dialog)
        activate_on_enter(self._dialog)

    def run(self) -> str:
        """Ask until it worked or the user gives up."""
        while self._dialog.run():
            try:
                replace = self._may_replace()
                if replace is None:
                    continue
                with self._progress as engine:
                    result = (
                        resume_run(self._chosen, engine)
                        if self._chosen is not None
                        else learn_token(
                            self._image, self._layer, request_from(self._config), engine, replace
                        )
                    )
                self._say_done(result)
                return result.name
            except CancelledError:
                raise
            except S2EditError as error:
                self._chosen = None
                show_error(self._dialog, error)
        raise CancelledError()

    def close(self) -> None:
        """Take the dialog away."""
        self._dialog.destroy()

    def _may_replace(self) -> bool | None:
        """Whether a token of this name may be replaced; None: the user wants to change something before."""
        if self._chosen is not None:
            return True
        request = request_from(self._config)
        check_request(request)
        name = f"{request.person}/{request.token}"
        with EngineClient() as engine:
            run, there = find_interrupted(request, engine), token_exists(request, engine)
        if run is not None:
            more = f"{run.step} of {run.total} steps are done. Resuming uses the picture that it began with."
            answers = {"Learn a_new": RESTART, "_Resume": RESUME}
            answer = ask_question(self._dialog, f"Learning {name} was stopped before.", more, answers)
            if answer == RESUME:
                self._chosen = run
                return True
            if answer != RESTART:
                return None
        if there:
            more = "The old one goes to the trash; S2Edit Studio can bring it back."
            if not ask_question(
                self._dialog, f"Replace the token {name}?", more, {"_Replace": REPLACE, "_Cancel": ""}
            ):
                return None
        return there

    def _say_done(self, result: api.LearnResult) -> None:
        more = "Use it with Filters > S²Edit > Edit with tokens…"
        show_message(
            self._dialog, f"The token {result.name} is learned.", "\n".join((*result.warnings, more))
        )

    # ------------------------------------------------------------------ parts

    def _stopped(self, run: queries.Resumable) -> Gtk.Widget:
        row = Gtk.Box(spacing=12)
        text = f"Learning {run.person}/{run.token} was stopped at step {run.step} of {run.total}."
        row.pack_start(Gtk.Label(label=text, xalign=0, wrap=True), True, True, 0)
        button = Gtk.Button(label="Resume")
        button.connect("clicked", lambda _: self._resume(run))
        row.pack_end(button, False, False, 0)
        row.show_all()
        return row

    def _resume(self, run: queries.Resumable) -> None:
        self._chosen = run
        self._dialog.response(Gtk.ResponseType.OK)

    def _subject(self) -> Gtk.Widget:
        channels = {
            f"{CHANNEL}{one.get_name()}": f"Channel: {one.get_name()}" for one in self._image.get_channels()
        }
        tip = "What is learned. A word of your own is looked for in the picture."
        return ChoiceField(self._config, "subject", "S_ubject", tip, SUBJECTS | channels)

    def _suggest_row(self) -> Gtk.Widget:
        row = Gtk.Box()
        button = Gtk.Button(label="Suggest _what it shows", use_underline=True)
        button.set_tooltip_text("Let the engine look at the layer and describe it")
        button.connect("clicked", lambda _: self._suggest())
        row.pack_end(button, False, False, 0)
        return row

    def _suggest(self) -> None:
        try:
            with self._progress as engine:
                with Scene(self._image, self._layer) as scene:
                    picture = png.encode(scene.view.overview())
                noun = (self._config.get_property("class-noun") or "").strip()
                found = engine.run(api.SuggestPrompt(picture, noun), "Describe a layer of GIMP").prompt
            self._config.set_property("prompt", found)
        except CancelledError:
            return
        except S2EditError as error:
            show_error(self._dialog, error)

    def _cost(self, engine: EngineClient) -> str:
        try:
            return cost_text(engine.call(queries.EstimateJob(learn=request_from(self._config))))
        except S2EditError as error:
            return error.sentence
