"""The procedures' functions: they read the arguments, or ask the user in a dialog, run the work and return its results."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from gi.repository import Gimp, GObject

from gimp_bridge.edit import EditOutcome, edit_layer, stored_values, values_of
from gimp_bridge.engine_client import EngineClient
from gimp_bridge.learn import find_interrupted, learn_token, request_from, resume_run
from gimp_bridge.library import change_library, tokens_of
from gimp_bridge.pixels import single_layer
from gimp_bridge.progress import progress_in_bar
from gimp_bridge.select import select_subject
from gimp_bridge.settings_parasite import EditValues
from gimp_bridge.window import edit_in_window
from s2edit_plugin.errors import ImageError, UsageError

__all__ = ["run_edit", "run_edit_again", "run_learn", "run_open", "run_select", "run_tokens", "run_transfer"]

Results = list[tuple[Any, Any]]
"""Types and values of a procedure's results."""

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
    layer = single_layer(image, drawables)
    if run_mode == INTERACTIVE:
        from gimp_bridge.dialogs.edit import ask_and_edit

        return _results_with_notes(ask_and_edit(procedure, config, image, layer, transfer=False))
    with EngineClient(progress_in_bar(TITLE)) as engine:
        return _results(edit_layer(image, layer, values_of(config), engine))


def run_transfer(
    procedure: Gimp.Procedure,
    run_mode: Gimp.RunMode,
    image: Gimp.Image,
    drawables: Sequence[Any],
    config: Any,
) -> Results:
    """``plug-in-s2edit-transfer``. Raises UsageError without an attribute's token."""
    layer = single_layer(image, drawables)
    if run_mode == INTERACTIVE:
        from gimp_bridge.dialogs.edit import ask_and_edit

        return _results_with_notes(ask_and_edit(procedure, config, image, layer, transfer=True))
    values = values_of(config)
    if not values.attribute:
        raise UsageError("No attribute's token was chosen.", "Choose one of your library.")
    with EngineClient(progress_in_bar(TITLE)) as engine:
        return _results(edit_layer(image, layer, values, engine))


def run_edit_again(
    procedure: Gimp.Procedure,
    run_mode: Gimp.RunMode,
    image: Gimp.Image,
    drawables: Sequence[Any],
    config: Any,
) -> Results:
    """``plug-in-s2edit-edit-again``: repeats the edit on the layer that was edited before."""
    chosen = single_layer(image, drawables)
    values = stored_values(image, chosen)
    if run_mode == INTERACTIVE:
        from gimp_bridge.dialogs.edit import ask_and_edit

        return _results_with_notes(
            ask_and_edit(procedure, config, image, chosen, transfer=bool(values.attribute), values=values)
        )
    request, usual = values_of(config), EditValues()
    changed = {
        field.name: getattr(request, field.name)
        for field in dataclasses.fields(EditValues)
        if getattr(request, field.name) != getattr(usual, field.name)
    }
    with EngineClient(progress_in_bar(TITLE)) as engine:
        return _results(edit_layer(image, chosen, dataclasses.replace(values, **changed), engine, again=True))


def _results_with_notes(made: EditOutcome) -> Results:
    """As `_results`; shows the notes on the results too."""
    if made.notes:
        Gimp.message("\n".join(made.notes))
    return _results(made)


def _results(made: EditOutcome) -> Results:
    """The result layer, or the group of several. Raises ImageError where no change is visible; the layers stay in the image."""
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
    """``plug-in-s2edit-learn``. A script replaces a token of the same name only with ``replace``."""
    layer = single_layer(image, drawables)
    if run_mode == INTERACTIVE:
        from gimp_bridge.dialogs.learn import ask_and_learn

        return [(GObject.TYPE_STRING, ask_and_learn(procedure, config, image, layer))]
    request = request_from(config)
    with EngineClient(progress_in_bar(TITLE)) as engine:
        run = find_interrupted(request, engine) if config.get_property("resume") else None
        if run is not None:
            return [(GObject.TYPE_STRING, resume_run(run, engine).name)]
        made = learn_token(image, layer, request, engine, config.get_property("replace"))
        return [(GObject.TYPE_STRING, made.name)]


def run_select(
    procedure: Gimp.Procedure,
    run_mode: Gimp.RunMode,
    image: Gimp.Image,
    drawables: Sequence[Any],
    config: Any,
) -> Results:
    """``plug-in-s2edit-select``. Raises UsageError where the word to look for is missing."""
    layer = single_layer(image, drawables)
    if run_mode == INTERACTIVE:
        from gimp_bridge.dialogs.arguments import ask_arguments

        names = ["method", "word", "operation", "grow", "feather"]
        ask_arguments(procedure, config, names, "S²Edit: Select subject", "Selec_t", SELECT_HELP)
    method, word = config.get_property("method"), (config.get_property("word") or "").strip()
    if method == "word" and not word:
        raise UsageError("The word to look for is missing.", "Type it into the dialog.")
    found = {"person": "auto", "word": f"word:{word}"}.get(method, method)
    how = OPERATIONS[config.get_property("operation")]
    grow, feather = config.get_property("grow"), config.get_property("feather")
    with EngineClient(progress_in_bar(TITLE)) as engine:
        result = select_subject(image, layer, found, how, grow, feather, engine)
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
    """``plug-in-s2edit-open``: from the menu it waits without limit, or until the user cancels it in GIMP's progress bar."""
    layer = single_layer(image, drawables)
    seconds, may_open = 0.0, True
    if run_mode != INTERACTIVE:
        seconds, may_open = config.get_property("seconds"), config.get_property("open-window")
    with EngineClient(progress_in_bar(TITLE)) as engine:
        return _results(EditOutcome(edit_in_window(image, layer, engine, seconds, may_open)))


def run_tokens(
    procedure: Gimp.Procedure,
    run_mode: Gimp.RunMode,
    image: Gimp.Image | None,
    drawables: Sequence[Any],
    config: Any,
) -> Results:
    """``plug-in-s2edit-tokens``."""
    with EngineClient(progress_in_bar(TITLE)) as engine:
        if run_mode == INTERACTIVE:
            from gimp_bridge.dialogs.library import show_library

            show_library(engine)
            return [(GObject.TYPE_STRV, [])]
        action = config.get_property("action")
        token, value = ((config.get_property(name) or "").strip() for name in ("token", "value"))
        if action == "list":
            search = (config.get_property("search") or "").strip()
            return [(GObject.TYPE_STRV, [info.name for info in tokens_of(engine, search)])]
        return [(GObject.TYPE_STRV, [change_library(engine, action, token, value)])]
