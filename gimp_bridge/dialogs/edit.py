"""The dialogs of Edit with tokens, Transfer attribute and Edit again."""

from __future__ import annotations

import dataclasses
from typing import Any

import gi

gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")

from gi.repository import Gimp, GimpUi, Gtk  # noqa: E402 - versions first

from gimp_bridge import png  # noqa: E402
from gimp_bridge.dialogs.tokens import TokenChooser  # noqa: E402
from gimp_bridge.dialogs.working import WIDTH, Working, tell  # noqa: E402
from gimp_bridge.edit import Made, edit_layer, values_of  # noqa: E402
from gimp_bridge.link import Link  # noqa: E402
from gimp_bridge.memory import EditValues, Names, read_values  # noqa: E402
from gimp_bridge.results import attached  # noqa: E402
from gimp_bridge.scene import Scene  # noqa: E402
from gimp_bridge.showing import in_bar  # noqa: E402
from s2edit_plugin import api, calls  # noqa: E402
from s2edit_plugin.errors import CancelledError, S2EditError  # noqa: E402

__all__ = ["ask_and_edit"]

ROLE = "plug-in-s2edit"
MORE = ["region", "subject", "strength", "guidance", "seed", "variants", "steps"]


def ask_and_edit(
    procedure: Gimp.Procedure, config: Any, image: Gimp.Image, layer: Gimp.Layer, *,
    transfer: bool, values: EditValues | None = None,
) -> Made:  # fmt: skip
    """Ask, edit while the dialog shows progress, and return what was made.

    Args:
        transfer: whether an attribute's token is asked for too.
        values: an edit to repeat; None: a new one, which begins with the image's last values, else the last ones of all.

    Raises:
        CancelledError: the user does not want to. S2EditError: the engine cannot be used.
    """
    GimpUi.init(ROLE)
    show = in_bar("S²Edit")
    with Link(show) as link:
        tokens = link.call(calls.ListTokens()).tokens
        names = Names(tokens)
        if not tokens:
            names.find("")
        pictures = link.call(calls.Thumbnails(tuple(info.name for info in tokens))).pictures
    begin_with(config, values or read_values(attached(image)), names)
    asked = _Dialog(
        procedure, config, image, layer, names, pictures, transfer=transfer, again=values is not None
    )
    try:
        return asked.run()
    finally:
        asked.close()
        # GIMP keeps the last values in a file of its own: by ids.
        begin_with(config, values_of(config), names, by_id=True)


def begin_with(config: Any, values: EditValues | None, names: Names, *, by_id: bool = False) -> None:
    """Put values into a procedure's arguments, with today's names in the prompts, or with ids."""
    if values is None:
        values = values_of(config)
    known = {spec.name for spec in config.list_properties()}
    worded = names.unnamed if by_id else names.named
    for field in dataclasses.fields(values):
        name, value = field.name.replace("_", "-"), getattr(values, field.name)
        if name in known:
            config.set_property(name, worded(value) if name in ("prompt", "source-prompt") else value)


class _Dialog:
    """One call of `ask_and_edit`."""

    def __init__(
        self, procedure: Gimp.Procedure, config: Any, image: Gimp.Image, layer: Gimp.Layer, names: Names,
        pictures: dict[str, bytes], *, transfer: bool, again: bool,
    ) -> None:  # fmt: skip
        self._config, self._image, self._layer, self._names = config, image, layer, names
        self._again = again
        title = "Transfer attribute" if transfer else "Edit with tokens"
        self._dialog = GimpUi.ProcedureDialog.new(procedure, config, f"S²Edit: {title}")
        self._dialog.set_ok_label("Ed_it")
        self._dialog.set_default_size(WIDTH, -1)
        area = self._dialog.get_content_area()
        people = [info for info in names.tokens if info.kind == "identity"] or list(names.tokens)
        area.pack_start(self._chooser("token", "_Token", people, pictures), True, True, 0)
        if transfer:
            others = [info for info in names.tokens if info.kind == "attribute"] or list(names.tokens)
            area.pack_start(self._chooser("attribute", "_Attribute", others, pictures), True, True, 0)
        self._dialog.fill(["prompt", "source-prompt"])
        area.pack_start(self._suggest_row(), False, False, 0)
        self._dialog.fill(MORE)
        self._working = Working(self._dialog)

    def run(self) -> Made:
        """Ask until it worked or the user gives up."""
        while self._dialog.run():
            try:
                return self._edit()
            except CancelledError:
                raise
            except S2EditError as error:
                # What was typed is still there: it can be corrected and tried again.
                tell(self._dialog, error)
        raise CancelledError()

    def close(self) -> None:
        """Take the dialog away."""
        self._dialog.destroy()

    def _edit(self) -> Made:
        self._working.begin()
        try:
            with Link(self._working.show_progress, self._working.idle) as link:
                values = values_of(self._config)
                return edit_layer(self._image, self._layer, values, link, self._again)
        finally:
            self._working.end()

    def _chooser(self, name: str, title: str, tokens: list[Any], pictures: dict[str, bytes]) -> TokenChooser:
        chooser = TokenChooser(title, tokens, pictures, lambda token: self._config.set_property(name, token))
        wanted = self._config.get_property(name)
        try:
            wanted = self._names.find(wanted).id if wanted else ""
        except S2EditError:
            wanted = ""  # it is gone
        if not chooser.choose(wanted):
            chooser.choose_first()
        chooser.set_border_width(0)  # GIMP's dialogs have a border
        chooser.show_all()
        return chooser

    def _suggest_row(self) -> Gtk.Widget:
        row = Gtk.Box()
        button = Gtk.Button(label="Suggest _what it shows", use_underline=True)
        button.set_tooltip_text("Let the engine look at the layer and describe it")
        button.connect("clicked", lambda _: self._suggest())
        row.pack_end(button, False, False, 0)
        row.show_all()
        return row

    def _suggest(self) -> None:
        self._working.begin()
        try:
            with Link(self._working.show_progress, self._working.idle) as link:
                token = self._config.get_property("token")
                noun = self._names.find(token).class_noun if token else ""
                with Scene(self._image, self._layer, self._again) as scene:
                    picture = png.encode(scene.view.overview())
                found = link.run(api.SuggestPrompt(picture, noun), "Describe a layer of GIMP").prompt
            self._config.set_property("source-prompt", found)
            if not self._config.get_property("prompt"):
                self._config.set_property("prompt", found)  # to be changed where it should change
        except CancelledError:
            return
        except S2EditError as error:
            tell(self._dialog, error)
        finally:
            self._working.end()
