"""The dialog of Learn token."""

from __future__ import annotations

from typing import Any

import gi

gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")

from gi.repository import Gimp, GimpUi, Gtk  # noqa: E402 - versions first

from gimp_bridge import png  # noqa: E402
from gimp_bridge.dialogs.fields import Choice, Prose, let_enter_start  # noqa: E402
from gimp_bridge.dialogs.working import WIDTH, Working, add_help, ask, inform, tell  # noqa: E402
from gimp_bridge.frame import CHANNEL, SELECTION  # noqa: E402
from gimp_bridge.learn import (  # noqa: E402
    asked_for,
    check_asked,
    go_on,
    is_there,
    learn_token,
    stopped_run,
    unfinished,
)
from gimp_bridge.link import Link  # noqa: E402
from gimp_bridge.scene import Scene  # noqa: E402
from gimp_bridge.showing import in_bar  # noqa: E402
from gimp_bridge.wording import cost_text  # noqa: E402
from s2edit_plugin import api  # noqa: E402
from s2edit_plugin.api import queries  # noqa: E402
from s2edit_plugin.errors import CancelledError, S2EditError  # noqa: E402

__all__ = ["ask_and_learn"]

GO_ON, ANEW, REPLACE = "go on", "anew", "replace"
SUBJECTS = {"auto": "Automatic: the person", SELECTION: "Selection", "face": "Face", "hair": "Hair", "lips": "Lips",
    "eyes": "Eyes", "glasses": "Glasses", "hat": "Hat"}  # fmt: skip
HELP = (
    "A token is what the program has learned of one person, or of an attribute such as a makeup, from this one picture. "
    "Edits use it so that the person stays who it is.\n\n"
    "Person and name say what it is called: anna and me make anna/me. The class noun says what it is: woman, man, lipstick. "
    "What the picture shows now must contain it.\n\n"
    "Learning can be stopped with Cancel and goes on later where it stopped. A person must have agreed."
)


def ask_and_learn(procedure: Gimp.Procedure, config: Any, image: Gimp.Image, layer: Gimp.Layer) -> str:
    """Ask, learn while the dialog shows progress, say that it is done, and return the token's name.

    Raises:
        CancelledError: the user does not want to; learning that was stopped can go on the next time.
        S2EditError: the engine cannot be used.
    """
    GimpUi.init("plug-in-s2edit")
    with Link(in_bar("S²Edit")) as link:
        link.stay()
        dialog = _Dialog(procedure, config, image, layer, link)
        try:
            return dialog.run()
        finally:
            dialog.close()


class _Dialog:
    """One call of `ask_and_learn`."""

    def __init__(
        self, procedure: Gimp.Procedure, config: Any, image: Gimp.Image, layer: Gimp.Layer, link: Link
    ) -> None:
        self._config, self._image, self._layer = config, image, layer
        config.set_property("consent", False)  # each time anew: it may be another person
        self._runs = unfinished(link)
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
            Prose(config, "prompt", "Now _it shows", tip, (), start),
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
        cost = Gtk.Label(xalign=0, wrap=True, max_width_chars=60, label=self._cost(link))
        cost.show()
        area.pack_start(cost, False, False, 0)
        self._working = Working(self._dialog)
        let_enter_start(self._dialog)

    def run(self) -> str:
        """Ask until it worked or the user gives up."""
        while self._dialog.run():
            try:
                replace = self._may_replace()
                if replace is None:
                    continue
                with self._working as link:
                    result = (
                        go_on(self._chosen, link)
                        if self._chosen is not None
                        else learn_token(self._image, self._layer, asked_for(self._config), link, replace)
                    )
                self._say_done(result)
                return result.name
            except CancelledError:
                raise
            except S2EditError as error:
                self._chosen = None
                tell(self._dialog, error)
        raise CancelledError()

    def close(self) -> None:
        """Take the dialog away."""
        self._dialog.destroy()

    def _may_replace(self) -> bool | None:
        """Whether a token of this name may be replaced; None: the user wants to change something before."""
        if self._chosen is not None:
            return True
        asked = asked_for(self._config)
        check_asked(asked)
        name = f"{asked.person}/{asked.token}"
        with Link() as link:
            run, there = stopped_run(asked, link), is_there(asked, link)
        if run is not None:
            more = f"{run.step} of {run.total} steps are done. Going on takes the picture that it began with."
            answers = {"Learn a_new": ANEW, "_Go on": GO_ON}
            answer = ask(self._dialog, f"Learning {name} was stopped before.", more, answers)
            if answer == GO_ON:
                self._chosen = run
                return True
            if answer != ANEW:
                return None
        if there:
            more = "The old one goes to the trash; S2Edit Studio can bring it back."
            if not ask(
                self._dialog, f"Replace the token {name}?", more, {"_Replace": REPLACE, "_Cancel": ""}
            ):
                return None
        return there

    def _say_done(self, result: api.LearnResult) -> None:
        more = "Use it with Filters > S²Edit > Edit with tokens…"
        inform(self._dialog, f"The token {result.name} is learned.", "\n".join((*result.warnings, more)))

    # ------------------------------------------------------------------ parts

    def _stopped(self, run: queries.Resumable) -> Gtk.Widget:
        row = Gtk.Box(spacing=12)
        text = f"Learning {run.person}/{run.token} was stopped at step {run.step} of {run.total}."
        row.pack_start(Gtk.Label(label=text, xalign=0, wrap=True), True, True, 0)
        button = Gtk.Button(label="Go on")
        button.connect("clicked", lambda _: self._go_on(run))
        row.pack_end(button, False, False, 0)
        row.show_all()
        return row

    def _go_on(self, run: queries.Resumable) -> None:
        self._chosen = run
        self._dialog.response(Gtk.ResponseType.OK)

    def _subject(self) -> Gtk.Widget:
        channels = {
            f"{CHANNEL}{one.get_name()}": f"Channel: {one.get_name()}" for one in self._image.get_channels()
        }
        tip = "What is learned. A word of your own is looked for in the picture."
        return Choice(self._config, "subject", "S_ubject", tip, SUBJECTS | channels)

    def _suggest_row(self) -> Gtk.Widget:
        row = Gtk.Box()
        button = Gtk.Button(label="Suggest _what it shows", use_underline=True)
        button.set_tooltip_text("Let the engine look at the layer and describe it")
        button.connect("clicked", lambda _: self._suggest())
        row.pack_end(button, False, False, 0)
        return row

    def _suggest(self) -> None:
        try:
            with self._working as link:
                with Scene(self._image, self._layer) as scene:
                    picture = png.encode(scene.view.overview())
                noun = (self._config.get_property("class-noun") or "").strip()
                found = link.run(api.SuggestPrompt(picture, noun), "Describe a layer of GIMP").prompt
            self._config.set_property("prompt", found)
        except CancelledError:
            return
        except S2EditError as error:
            tell(self._dialog, error)

    def _cost(self, link: Link) -> str:
        try:
            return cost_text(link.call(queries.EstimateJob(learn=asked_for(self._config))))
        except S2EditError as error:
            return error.sentence
