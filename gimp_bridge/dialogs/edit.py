"""The dialogs of Edit with tokens, Transfer attribute and Edit again."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import Any

import gi

gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")

from gi.repository import Gimp, GimpUi, GLib, Gtk  # noqa: E402 - versions first

from gimp_bridge import png  # noqa: E402
from gimp_bridge.crop import CHANNEL, SELECTION  # noqa: E402
from gimp_bridge.dialogs.fields import ChoiceField, PromptField, activate_on_enter  # noqa: E402
from gimp_bridge.dialogs.job_progress import WIDTH, JobProgress, add_help, show_error  # noqa: E402
from gimp_bridge.dialogs.tokens import TokenChooser  # noqa: E402
from gimp_bridge.edit import EditOutcome, edit_layer, values_of  # noqa: E402
from gimp_bridge.engine_client import EngineClient  # noqa: E402
from gimp_bridge.progress import progress_in_bar  # noqa: E402
from gimp_bridge.results import read_parasite  # noqa: E402
from gimp_bridge.scene import Scene  # noqa: E402
from gimp_bridge.settings_parasite import MISSING_TOKEN, NO_TOKEN, EditValues, TokenNames, read_values  # noqa: E402
from gimp_bridge.wording import PRESETS, cost_text  # noqa: E402
from s2edit_plugin import api  # noqa: E402
from s2edit_plugin.api import presets, prompts, queries  # noqa: E402
from s2edit_plugin.errors import CancelledError, S2EditError  # noqa: E402

__all__ = ["ask_and_edit"]

ROLE = "plug-in-s2edit"
ADVANCED = ["guidance", "seed", "variants", "steps"]
WAIT_MS = 400  # after the last change, before the estimate is requested
PARTS = {
    "face": "Face",
    "hair": "Hair",
    "lips": "Lips",
    "eyes": "Eyes",
    "skin": "Skin",
    "glasses": "Glasses",
    "hat": "Hat",
}
REGIONS = {
    "auto": "Automatic: the selection, else what the words change", SELECTION: "Selection", "subject": "Subject",
    "none": "Everything", **PARTS,
}  # fmt: skip
SUBJECTS = {"auto": "Automatic", SELECTION: "Selection", **PARTS}
HELP = (
    "Say what the picture should show; what it shows now may be left empty, or suggested, and is corrected where it is "
    "wrong. The words in which both differ are what changes.\n\n"
    "With a person's token the person stays who it is. Without one the words alone change the picture.\n\n"
    "The selection says what may change, with its soft edges. Without one the place is found.\n\n"
    "The result is a new layer with a mask above the edited one. Editing it again starts from what is visible."
)


def ask_and_edit(
    procedure: Gimp.Procedure, config: Any, image: Gimp.Image, layer: Gimp.Layer, *,
    transfer: bool, values: EditValues | None = None,
) -> EditOutcome:  # fmt: skip
    """Ask, edit while the dialog shows progress, and return what was made.

    Args:
        transfer: whether an attribute's token is asked for too.
        values: an edit to repeat; None: a new one, which begins with the image's last values, else the last ones of all.

    Raises:
        CancelledError: the user does not want to. S2EditError: the engine cannot be used.
    """
    GimpUi.init(ROLE)
    show = progress_in_bar("S²Edit")
    with EngineClient(show) as engine:
        engine.keep_registered()
        tokens = engine.call(queries.ListTokens()).tokens
        names = TokenNames(tokens)
        if transfer and not tokens:
            names.find("")
        pictures = engine.call(queries.Thumbnails(tuple(info.name for info in tokens))).pictures
        last = read_values(read_parasite(image))
        if last is not None and transfer and not last.attribute:
            # The prompt of an edit is none of a transfer, where it may be empty: what the picture shows stays.
            last = dataclasses.replace(last, prompt="", source_prompt="")
        before = values or last
        gone = set_arguments(config, before, names)
        asked = _Dialog(
            procedure,
            config,
            image,
            layer,
            names,
            pictures,
            engine,
            transfer=transfer,
            again=values is not None,
            suggestion=names.with_names(before.suggestion) if before is not None else "",
        )
        try:
            if gone:
                asked.note(MISSING_TOKEN)
            return asked.run()
        finally:
            asked.close()
            # GIMP keeps the last values in a file of its own: by ids.
            set_arguments(config, values_of(config), names, by_id=True)


def set_arguments(config: Any, values: EditValues | None, names: TokenNames, *, by_id: bool = False) -> bool:
    """Put values into a procedure's arguments, with today's names in the prompts, or with ids.

    Returns whether a token that they name is no longer in the library; it is left out.
    """
    if values is None:
        values = values_of(config)
    known = {spec.name for spec in config.list_properties()}
    gone = False
    for field in dataclasses.fields(values):
        name, value = field.name.replace("_", "-"), getattr(values, field.name)
        if name not in known:
            continue
        if name in ("prompt", "source-prompt"):
            kept = names.without_missing(value)
            gone = gone or kept != " ".join(value.split())
            value = names.with_ids(kept) if by_id else names.with_names(kept)
        config.set_property(name, value)
    return gone


class _Dialog:
    """One call of `ask_and_edit`."""

    def __init__(
        self, procedure: Gimp.Procedure, config: Any, image: Gimp.Image, layer: Gimp.Layer, names: TokenNames,
        pictures: dict[str, bytes], engine: EngineClient, *, transfer: bool, again: bool, suggestion: str,
    ) -> None:  # fmt: skip
        self._config, self._image, self._layer, self._names = config, image, layer, names
        self._again, self._engine, self._timer = again, engine, 0
        self._preset_made = self._preset_of = ""
        self._suggestion = suggestion
        self._scene_title = Scene(image, layer, again).title
        title = "Transfer attribute" if transfer else "Edit with tokens"
        self._dialog = GimpUi.ProcedureDialog.new(procedure, config, f"S²Edit: {title}")
        self._dialog.set_ok_label("Ed_it")
        self._dialog.set_default_size(WIDTH, -1)
        add_help(self._dialog, HELP)
        area = self._dialog.get_content_area()
        self._where = Gtk.Label(xalign=0, wrap=True, max_width_chars=60)
        self._note = Gtk.Label(xalign=0, wrap=True, max_width_chars=60, no_show_all=True)
        self._cost = Gtk.Label(xalign=0, wrap=True, max_width_chars=60)
        self._show_where()
        parts = [self._where, self._note, self._choosers(transfer, pictures), self._prompt(), self._presets(),
            self._source(), self._region()]  # fmt: skip
        for part in parts:
            area.pack_start(part, False, False, 0)
        for part in (*parts, self._cost):
            part.show_all()
        self._dialog.fill(["strength", self._advanced()])
        area.pack_start(self._cost, False, False, 0)
        self._progress = JobProgress(self._dialog)
        activate_on_enter(self._dialog)
        self._dialog.connect("notify::is-active", lambda *_: self._show_where())
        for name in ("steps", "variants", "guidance", "token"):
            config.connect(f"notify::{name}", lambda *_: self._ask_cost())
        self._ask_cost()

    def note(self, sentence: str) -> None:
        """Say something above the fields."""
        self._note.set_text(sentence)
        self._note.show()

    def run(self) -> EditOutcome:
        """Ask until it worked or the user gives up."""
        while self._dialog.run():
            try:
                with self._progress as engine:
                    values = dataclasses.replace(values_of(self._config), suggestion=self._suggestion)
                    return edit_layer(self._image, self._layer, values, engine, self._again)
            except CancelledError:
                raise
            except S2EditError as error:
                # What was typed is still there: it can be corrected and tried again.
                show_error(self._dialog, error)
        raise CancelledError()

    def close(self) -> None:
        """Take the dialog away."""
        if self._timer:
            GLib.source_remove(self._timer)
        self._dialog.destroy()

    # ------------------------------------------------------------------ parts

    def _choosers(self, transfer: bool, pictures: dict[str, bytes]) -> Gtk.Widget:
        row = Gtk.Box(spacing=12, homogeneous=True)
        known = self._names.tokens
        people = [info for info in known if info.kind == "identity"] or list(known)
        row.pack_start(self._chooser("token", "_Token", people, pictures, NO_TOKEN), True, True, 0)
        if transfer:
            others = [info for info in known if info.kind == "attribute"] or list(known)
            row.pack_start(self._chooser("attribute", "_Attribute", others, pictures), True, True, 0)
        return row

    def _chooser(
        self, name: str, title: str, tokens: list[Any], pictures: dict[str, bytes], none: str = ""
    ) -> TokenChooser:
        chooser = TokenChooser(
            title, tokens, pictures, lambda token: self._config.set_property(name, token), none
        )
        wanted = self._config.get_property(name)
        try:
            wanted = self._names.find(wanted).id if wanted and wanted != NO_TOKEN else wanted
        except S2EditError:
            wanted = ""
            self.note(MISSING_TOKEN)
        if not chooser.choose(wanted):
            chooser.choose_first()
        chooser.set_border_width(0)  # GIMP's dialogs have a border
        return chooser

    def _prose(self, name: str, title: str, tip: str) -> PromptField:
        known = [info.name for info in self._names.tokens]
        return PromptField(
            self._config, name, title, tip, known, lambda: self._dialog.response(Gtk.ResponseType.OK)
        )

    def _prompt(self) -> Gtk.Widget:
        return self._prose(
            "prompt", "_Prompt: what it should show", "What the picture should show; < offers tokens"
        )

    def _source(self) -> Gtk.Widget:
        tip = "What the picture shows now; empty: the engine says what it sees"
        return self._prose("source-prompt", "_Now it shows", tip)

    def _presets(self) -> Gtk.Widget:
        row = Gtk.Box(spacing=12)
        self._ready = Gtk.ComboBoxText()
        self._ready.append("", "Choose…")
        for name, label in PRESETS.items():
            self._ready.append(name, label)
        self._ready.set_active(0)
        self._ready.connect("changed", lambda _: self._use_preset())
        label = Gtk.Label(
            label="Read_y-made edits", xalign=0, use_underline=True, mnemonic_widget=self._ready
        )
        button = Gtk.Button(label="Suggest _what it shows", use_underline=True)
        button.set_tooltip_text("Let the engine look at the layer and describe it")
        button.connect("clicked", lambda _: self._suggest())
        row.pack_start(label, False, False, 0)
        row.pack_start(self._ready, False, False, 0)
        row.pack_end(button, False, False, 0)
        return row

    def _region(self) -> Gtk.Widget:
        selected = Gimp.Selection.bounds(self._image)[1]
        region = self._config.get_property("region")
        if selected or region == SELECTION:
            self._config.set_property("region", SELECTION if selected else "auto")
        tip = "What may change. A word of your own is looked for in the picture."
        return ChoiceField(self._config, "region", "Regi_on", tip, REGIONS)

    def _advanced(self) -> str:
        """The name of the folded part of the dialog."""
        channels = {
            f"{CHANNEL}{one.get_name()}": f"Channel: {one.get_name()}" for one in self._image.get_channels()
        }
        if self._config.get_property("subject") == SELECTION and not Gimp.Selection.bounds(self._image)[1]:
            self._config.set_property("subject", "auto")
        tip = "Where the token acts. A word of your own is looked for in the picture."
        subject = ChoiceField(self._config, "subject", "Su_bject", tip, SUBJECTS | channels)
        box = self._dialog.fill_box("advanced-box", ADVANCED)
        box.pack_start(subject, False, False, 0)
        box.reorder_child(subject, 0)
        subject.show_all()
        self._dialog.get_label("advanced-title", "Ad_vanced", False, True)
        self._dialog.fill_expander("advanced", "advanced-title", False, "advanced-box").set_expanded(False)
        return "advanced"

    # ------------------------------------------------------------------ actions

    def _show_where(self) -> None:
        if not (self._image.is_valid() and self._layer.is_valid()):
            self._where.set_text("The layer is gone.")
            return
        _, there, left, top, right, bottom = Gimp.Selection.bounds(self._image)
        size = f"{right - left} × {bottom - top} pixels" if there else "none"
        self._where.set_text(f"Layer: {self._scene_title}, selection: {size}")

    def _use_preset(self) -> None:
        preset = next((one for one in presets.EDIT_PRESETS if one.id == self._ready.get_active_id()), None)
        if preset is None:
            return
        written = self._config.get_property("prompt") or ""
        if written == self._preset_made:  # another one instead, not one more
            written = self._preset_of
        info = self._info()
        source = self._config.get_property("source-prompt") or written or (info.source_prompt if info else "")
        noun = info.class_noun if info else presets.noun_in(source)
        made = presets.apply_preset(source or f"a photo of a {noun}", preset, noun)
        nouns = {token.name: token.class_noun for token in self._names.tokens}
        with contextlib.suppress(S2EditError):  # what is no reference yet is being written
            made = prompts.keep_tokens(made, written, nouns)
        self._preset_made, self._preset_of = made, written
        self._config.set_property("prompt", made)
        if self._config.get_property("region") != SELECTION:
            self._config.set_property("region", preset.region)
        self._ready.set_active(0)

    def _info(self) -> queries.TokenInfo | None:
        token = self._config.get_property("token")
        try:
            return self._names.find(token) if token and token != NO_TOKEN else None
        except S2EditError:
            return None

    def _suggest(self) -> None:
        info = self._info()
        try:
            with self._progress as engine:
                with Scene(self._image, self._layer, self._again) as scene:
                    picture = png.encode(scene.view.overview())
                written = self._config.get_property("prompt") or ""
                noun = info.class_noun if info else presets.known_noun(written)
                found = engine.run(api.SuggestPrompt(picture, noun), "Describe a layer of GIMP")
            self._config.set_property("source-prompt", found.prompt)
            # Where the prompt begins as a copy of it, words that are deleted there are meant to go.
            self._suggestion = found.prompt if written else ""
            if not written:
                self._config.set_property("prompt", found.prompt)  # to be changed where it should change
            if found.note:
                self.note(found.note)
        except CancelledError:
            return
        except S2EditError as error:
            show_error(self._dialog, error)

    def _ask_cost(self) -> None:
        if self._timer:
            GLib.source_remove(self._timer)
        self._timer = GLib.timeout_add(WAIT_MS, self._show_cost)

    def _show_cost(self) -> bool:
        self._timer = 0
        values = values_of(self._config)
        settings = api.EditSettings(steps=values.steps or api.EditSettings.steps, guidance=values.guidance)
        info = self._info()
        edit = api.ApplyEdit(b"", (info.name,) if info else (), values.prompt, settings=settings)
        try:
            text = cost_text(self._engine.call(queries.EstimateJob(edit=edit, variants=values.variants)))
        except S2EditError as error:
            text = error.sentence
        self._cost.set_text(text)
        return False
