"""The procedures' functions: from arguments, or a dialog where there is a user, to what is done and given back."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from gi.repository import Gimp, GObject

from gimp_bridge.edit import Made, edit_layer, remembered, values_of
from gimp_bridge.learn import asked_for, go_on, learn_token, stopped_run
from gimp_bridge.library import change_library, tokens_of
from gimp_bridge.link import Link
from gimp_bridge.memory import EditValues
from gimp_bridge.pixels import the_layer
from gimp_bridge.select import select_subject
from gimp_bridge.showing import in_bar
from gimp_bridge.window import edit_in_window
from s2edit_plugin.errors import ImageError, UsageError

__all__ = ["run_edit", "run_edit_again", "run_learn", "run_open", "run_select", "run_tokens", "run_transfer"]

Results = list[tuple[Any, Any]]
"""Types and values of what a procedure gives back."""

TITLE = "S²Edit"
SELECT_HELP = (
    "Finds a person, a part of one or what a word means in what is seen of the layer, and selects it.\n\n"
    "Grow widens the selection by so many pixels, negative numbers shrink it; Feather makes its edge soft."
)
INTERACTIVE = Gimp.RunMode.INTERACTIVE
OPERATIONS = {
    "replace": Gimp.ChannelOps.REPLACE,
    "add": Gimp.ChannelOps.ADD,
    "subtract": Gimp.ChannelOps.SUBTRACT,
    "intersect": Gimp.ChannelOps.INTERSECT,
}


def run_edit(
    procedure: Gimp.Procedure,
    run_mode: Gimp.RunMode,
    image: Gimp.Image,
    drawables: Sequence[Any],
    config: Any,
) -> Results:
    """``plug-in-s2edit-edit``."""
    layer = the_layer(image, drawables)
    if run_mode == INTERACTIVE:
        from gimp_bridge.dialogs.edit import ask_and_edit

        return _told(ask_and_edit(procedure, config, image, layer, transfer=False))
    with Link(in_bar(TITLE)) as link:
        return _given(edit_layer(image, layer, values_of(config), link))


def run_transfer(
    procedure: Gimp.Procedure,
    run_mode: Gimp.RunMode,
    image: Gimp.Image,
    drawables: Sequence[Any],
    config: Any,
) -> Results:
    """``plug-in-s2edit-transfer``. Raises UsageError without an attribute's token."""
    layer = the_layer(image, drawables)
    if run_mode == INTERACTIVE:
        from gimp_bridge.dialogs.edit import ask_and_edit

        return _told(ask_and_edit(procedure, config, image, layer, transfer=True))
    values = values_of(config)
    if not values.attribute:
        raise UsageError("No attribute's token was chosen.", "Choose one of your library.")
    with Link(in_bar(TITLE)) as link:
        return _given(edit_layer(image, layer, values, link))


def run_edit_again(
    procedure: Gimp.Procedure,
    run_mode: Gimp.RunMode,
    image: Gimp.Image,
    drawables: Sequence[Any],
    config: Any,
) -> Results:
    """``plug-in-s2edit-edit-again``: on the layer that was edited then."""
    chosen = the_layer(image, drawables)
    values = remembered(image, chosen)
    if run_mode == INTERACTIVE:
        from gimp_bridge.dialogs.edit import ask_and_edit

        return _told(
            ask_and_edit(procedure, config, image, chosen, transfer=bool(values.attribute), values=values)
        )
    asked, usual = values_of(config), EditValues()
    changed = {
        field.name: getattr(asked, field.name)
        for field in dataclasses.fields(EditValues)
        if getattr(asked, field.name) != getattr(usual, field.name)
    }
    with Link(in_bar(TITLE)) as link:
        return _given(edit_layer(image, chosen, dataclasses.replace(values, **changed), link, again=True))


def _told(made: Made) -> Results:
    """As `_given`; what the user should know of the results is said."""
    if made.notes:
        Gimp.message("\n".join(made.notes))
    return _given(made)


def _given(made: Made) -> Results:
    """Raises ImageError where what was made cannot be seen; it stays in the image."""
    if made.hidden:
        raise ImageError(made.hidden)
    layers = made.layers
    return [(Gimp.Layer.__gtype__, layers[0] if len(layers) == 1 else layers[0].get_parent())]


def run_learn(
    procedure: Gimp.Procedure,
    run_mode: Gimp.RunMode,
    image: Gimp.Image,
    drawables: Sequence[Any],
    config: Any,
) -> Results:
    """``plug-in-s2edit-learn``. A token of the same name is replaced by a script that says so alone."""
    layer = the_layer(image, drawables)
    if run_mode == INTERACTIVE:
        from gimp_bridge.dialogs.learn import ask_and_learn

        return [(GObject.TYPE_STRING, ask_and_learn(procedure, config, image, layer))]
    asked = asked_for(config)
    with Link(in_bar(TITLE)) as link:
        run = stopped_run(asked, link) if config.get_property("resume") else None
        if run is not None:
            return [(GObject.TYPE_STRING, go_on(run, link).name)]
        made = learn_token(image, layer, asked, link, config.get_property("replace"))
        return [(GObject.TYPE_STRING, made.name)]


def run_select(
    procedure: Gimp.Procedure,
    run_mode: Gimp.RunMode,
    image: Gimp.Image,
    drawables: Sequence[Any],
    config: Any,
) -> Results:
    """``plug-in-s2edit-select``. Raises UsageError where the word to look for is missing."""
    layer = the_layer(image, drawables)
    if run_mode == INTERACTIVE:
        from gimp_bridge.dialogs.plain import ask

        names = ["method", "word", "operation", "grow", "feather"]
        ask(procedure, config, names, "S²Edit: Select subject", "Selec_t", SELECT_HELP)
    method, word = config.get_property("method"), (config.get_property("word") or "").strip()
    if method == "word" and not word:
        raise UsageError("The word to look for is missing.", "Type it into the dialog.")
    found = {"person": "auto", "word": f"word:{word}"}.get(method, method)
    how = OPERATIONS[config.get_property("operation")]
    grow, feather = config.get_property("grow"), config.get_property("feather")
    with Link(in_bar(TITLE)) as link:
        result = select_subject(image, layer, found, how, grow, feather, link)
    if result.note and run_mode == INTERACTIVE:
        Gimp.message(result.note)
    return [(GObject.TYPE_DOUBLE, result.coverage)]


def run_open(
    procedure: Gimp.Procedure,
    run_mode: Gimp.RunMode,
    image: Gimp.Image,
    drawables: Sequence[Any],
    config: Any,
) -> Results:
    """``plug-in-s2edit-open``: from the menu it waits as long as it takes, or until the user cancels it in GIMP's bar."""
    layer = the_layer(image, drawables)
    seconds, may_open = 0.0, True
    if run_mode != INTERACTIVE:
        seconds, may_open = config.get_property("seconds"), config.get_property("open-window")
    with Link(in_bar(TITLE)) as link:
        return _given(Made(edit_in_window(image, layer, link, seconds, may_open)))


def run_tokens(
    procedure: Gimp.Procedure,
    run_mode: Gimp.RunMode,
    image: Gimp.Image | None,
    drawables: Sequence[Any],
    config: Any,
) -> Results:
    """``plug-in-s2edit-tokens``."""
    with Link(in_bar(TITLE)) as link:
        if run_mode == INTERACTIVE:
            from gimp_bridge.dialogs.library import show_library

            show_library(link)
            return [(GObject.TYPE_STRV, [])]
        action = config.get_property("action")
        token, value = ((config.get_property(name) or "").strip() for name in ("token", "value"))
        if action == "list":
            search = (config.get_property("search") or "").strip()
            return [(GObject.TYPE_STRV, [info.name for info in tokens_of(link, search)])]
        return [(GObject.TYPE_STRV, [change_library(link, action, token, value)])]
