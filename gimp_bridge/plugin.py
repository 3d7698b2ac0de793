"""The plug-in class that GIMP queries, and the one place where errors become messages of GIMP."""

from __future__ import annotations

import contextlib
import importlib
import logging
import threading
from collections.abc import Sequence
from typing import Any

import gi

for _name, _version in (("Gimp", "3.0"), ("Gegl", "0.4"), ("Babl", "0.1"), ("GdkPixbuf", "2.0")):
    gi.require_version(_name, _version)

from gi.repository import Gegl, Gimp, GLib, GObject  # noqa: E402 - versions first

from gimp_bridge import procedures  # noqa: E402
from gimp_bridge.wording import error_text  # noqa: E402
from s2edit_plugin.errors import CancelledError, S2EditError  # noqa: E402

__all__ = ["S2Edit", "main"]

DOMAIN = "s2edit-studio"
MENU = "<Image>/Filters/S²Edit"


class S2Edit(Gimp.PlugIn):  # type: ignore[misc]
    """The plug-in."""

    __gtype_name__ = "S2EditStudio"

    def do_query_procedures(self) -> list[str]:
        """The procedures' names."""
        return list(procedures.PROCEDURES)

    def do_set_i18n(self, name: str) -> bool:
        """No translations from GIMP's side."""
        return False

    def do_create_procedure(self, name: str) -> Gimp.Procedure:
        """One procedure with its arguments and menu entry."""
        kind = procedures.PROCEDURES[name]
        made = Gimp.ImageProcedure.new(self, name, Gimp.PDBProcType.PLUGIN, run, None)
        made.set_image_types("*")
        masks = Gimp.ProcedureSensitivityMask
        # Several layers, or none, get a sentence instead of a grey menu entry.
        mask = masks.DRAWABLE | masks.DRAWABLES | masks.NO_DRAWABLES
        made.set_sensitivity_mask(mask | masks.NO_IMAGE if kind.without_image else mask)
        made.set_menu_label(kind.label)
        made.add_menu_path(MENU)
        made.set_documentation(kind.blurb, kind.help, None)  # GIMP's manual has no page of ours
        made.set_attribution("S²Edit Studio", "S²Edit Studio", "2026")
        for add in kind.arguments:
            add(made)
        for add in kind.results:
            add(made)
        return made


def run(
    procedure: Gimp.Procedure,
    run_mode: Gimp.RunMode,
    image: Gimp.Image | None,
    drawables: Sequence[Gimp.Drawable],
    config: Gimp.ProcedureConfig,
    data: Any,
) -> Gimp.ValueArray:
    """Run a procedure. Every error is returned to GIMP as a sentence."""
    logging.disable(logging.CRITICAL)  # what libraries log would open GIMP's error console
    kind = procedures.PROCEDURES[procedure.get_name()]
    Gegl.init(None)
    try:
        values = kind.load()(procedure, run_mode, image, list(drawables), config)
    except CancelledError:
        return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, None)
    except Exception as error:
        if not isinstance(error, S2EditError) and GLib.getenv("S2EDIT_DEBUG"):
            raise
        status = Gimp.PDBStatusType.EXECUTION_ERROR
        return procedure.new_return_values(status, GLib.Error(error_text(error), DOMAIN, 0))
    finally:
        Gimp.progress_end()
        if run_mode != Gimp.RunMode.NONINTERACTIVE:
            Gimp.displays_flush()  # a script does it when it is through: drawing the image takes GIMP a while
    made = procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, None)
    for place, (kind_of_value, value) in enumerate(values):
        made.remove(place + 1)
        made.insert(place + 1, GObject.Value(kind_of_value, value))
    return made


def _preload_modules() -> None:
    with contextlib.suppress(Exception):  # `run` imports it again and reports the error
        importlib.import_module("gimp_bridge.handlers")


def main(arguments: Sequence[str]) -> None:
    """Run the plug-in for the GIMP that started this process."""
    GLib.quark_from_string(DOMAIN)  # GLib warns of errors whose domain it does not know
    if "-run" in arguments:  # else GIMP only queries the procedures
        # In parallel with GIMP sending the arguments and with GEGL's start.
        threading.Thread(target=_preload_modules, name="s2edit modules").start()
    Gimp.main(S2Edit.__gtype__, list(arguments))
