"""A dialog made of a procedure's arguments alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gi

gi.require_version("GimpUi", "3.0")

from gi.repository import Gimp, GimpUi  # noqa: E402 - versions first

from s2edit_plugin.errors import CancelledError  # noqa: E402

__all__ = ["ask"]


def ask(procedure: Gimp.Procedure, config: Any, names: Sequence[str], title: str, button: str) -> None:
    """Ask for these arguments. Raises CancelledError if the user does not want to."""
    GimpUi.init("plug-in-s2edit")
    dialog = GimpUi.ProcedureDialog.new(procedure, config, title)
    dialog.set_ok_label(button)
    dialog.fill(list(names))
    agreed = dialog.run()
    dialog.destroy()
    if not agreed:
        raise CancelledError()
