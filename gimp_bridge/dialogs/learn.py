"""The dialog of Learn token."""

from __future__ import annotations

from typing import Any

import gi

gi.require_version("GimpUi", "3.0")

from gi.repository import Gimp, GimpUi  # noqa: E402 - versions first

from gimp_bridge.dialogs.working import WIDTH, Working, tell  # noqa: E402
from gimp_bridge.learn import asked_for, learn_token  # noqa: E402
from gimp_bridge.link import Link  # noqa: E402
from gimp_bridge.showing import in_bar  # noqa: E402
from s2edit_plugin.errors import CancelledError, S2EditError  # noqa: E402

__all__ = ["ask_and_learn"]

ARGUMENTS = ["person", "name", "kind", "class-noun", "prompt", "subject", "steps", "seed", "consent"]


def ask_and_learn(procedure: Gimp.Procedure, config: Any, image: Gimp.Image, layer: Gimp.Layer) -> str:
    """Ask, learn while the dialog shows progress, and return the token's name.

    Raises:
        CancelledError: the user does not want to; a run that was stopped can be taken up in the window.
    """
    GimpUi.init("plug-in-s2edit")
    in_bar("S²Edit")
    dialog = GimpUi.ProcedureDialog.new(procedure, config, "S²Edit: Learn token")
    dialog.set_ok_label("L_earn")
    dialog.set_default_size(WIDTH, -1)
    dialog.fill(ARGUMENTS)
    working = Working(dialog)
    try:
        while dialog.run():
            working.begin()
            try:
                with Link(working.show_progress, working.idle) as link:
                    return learn_token(image, layer, asked_for(config), link).name
            except CancelledError:
                raise
            except S2EditError as error:
                tell(dialog, error)
            finally:
                working.end()
        raise CancelledError()
    finally:
        dialog.destroy()
