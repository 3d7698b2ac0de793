"""``s2edit`` without a command: the window, in a process of its own. This package knows neither it nor Qt."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

from s2edit_plugin.errors import S2EditError, UsageError

__all__ = ["check_screen", "open_window"]

COMMANDS = "The commands work without one: s2edit --help"


def open_window(as_json: bool = False) -> int:
    """Open the window and wait until it is closed; returns its exit code.

    Raises:
        UsageError: JSON was asked for. S2EditError: there is no screen, PyQt6 is not installed, or the window could not start.
    """
    if as_json:
        raise UsageError("The window has no output as JSON.", "Name a command: see `s2edit --help`.")
    check_screen()
    if importlib.util.find_spec("PyQt6") is None:
        raise S2EditError(
            "The window needs PyQt6, and it is not installed.",
            'Install it with `pip install "s2edit-studio[app]"`; ' + COMMANDS[0].lower() + COMMANDS[1:],
        )
    code = subprocess.call([sys.executable, "-m", "qt_app"])
    if code < 0:  # ended by a signal: Qt gives up so where a library of the screen's system is missing
        raise S2EditError(
            f"The window ended unexpectedly (signal {-code}).",
            "What Qt printed above says why; see `s2edit doctor`.",
        )
    return code


def check_screen() -> None:
    """Raises S2EditError where this is a session without any display."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise S2EditError("The window needs a screen, and there is none.", COMMANDS)
