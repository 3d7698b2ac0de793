"""A dialog made of a procedure's arguments alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gi

gi.require_version("GimpUi", "3.0")

from gi.repository import Gimp, GimpUi  # noqa: E402 - versions first

from gimp_bridge.dialogs.fields import activate_on_enter  # noqa: E402
from gimp_bridge.dialogs.job_progress import add_help  # noqa: E402
from s2edit_plugin.errors import CancelledError  # noqa: E402

__all__ = ["ask_arguments"]


def ask_arguments(
    procedure: Gimp.Procedure, config: Any, names: Sequence[str], title: str, button: str, help_text: str
) -> None:
    """Ask for these arguments. Raises CancelledError if the user does not want to."""
    GimpUi.init("plug-in-s2edit")
    dialog = GimpUi.ProcedureDialog.new(procedure, config, title)
    dialog.set_ok_label(button)
    add_help(dialog, help_text)
    dialog.fill(list(names))
    activate_on_enter(dialog)
    agreed = dialog.run()
    dialog.destroy()
    if not agreed:
        raise CancelledError()
