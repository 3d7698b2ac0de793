"""``s2edit`` without a command: the window, in a separate process. This package imports neither the window nor Qt."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from s2edit_plugin.api.picture_formats import READ_SUFFIXES
from s2edit_plugin.errors import ImageError, S2EditError, Sentence, UsageError

__all__ = ["check_screen", "open_window", "photo_of", "window_arguments"]

COMMANDS = "The commands work without one: s2edit --help"
OPTIONS = ("--language", "--theme")
"""Options of the window, each with a value, besides a photo."""
ENDING = ("SIGTERM", "SIGHUP", "SIGINT")


def window_arguments(arguments: Sequence[str], commands: Collection[str]) -> list[str] | None:
    """Arguments of the window; None for a command or other options.

    Raises:
        UsageError: a word that is neither a command nor a photo.
    """
    words = iter(arguments)
    given: list[str] = []
    for word in words:
        if word in OPTIONS:
            given += [word, *(value for value in [next(words, None)] if value is not None)]
        elif word.partition("=")[0] in OPTIONS:
            given.append(word)
        elif word == "--json":
            continue
        elif word.startswith("-") or word in commands:
            return None
        elif photo := photo_of(word):
            _check_photo(photo)
            given.append(photo)
    return given


def photo_of(word: str) -> str:
    """The path to open, from a path, a ``file:`` address of a file manager or an ``s2edit:`` link; "" for none.

    A link may come from any web page, so it can only open the window with a picture of this machine.

    Raises:
        ImageError: the link leads elsewhere.
    """
    scheme = word.partition(":")[0].lower()
    if scheme not in ("file", "s2edit") or ":" not in word:
        return word
    parts = urlsplit(word)
    if not parts.path.strip("/") and not parts.netloc:
        return ""
    path = url2pathname(parts.path)
    picture = scheme == "file" or path.lower().endswith(tuple(READ_SUFFIXES))
    if parts.netloc not in ("", "localhost") or parts.query or not os.path.isabs(path) or not picture:
        raise ImageError(
            Sentence("The link {} leads to no picture on this machine.", word),
            "A link is s2edit:// and the whole path of a photo, for example s2edit:///home/me/photo.jpg",
        )
    return path


def _check_photo(word: str) -> None:
    path = Path(word).expanduser()
    if path.is_file():
        return
    if path.suffix or path.parent != Path("."):
        raise ImageError(Sentence("There is no file {}.", word), "Check the path of the photo.")
    raise UsageError(
        Sentence("There is no command '{}', and no photo of this name.", word), "See `s2edit --help`."
    )


def open_window(as_json: bool = False, arguments: Sequence[str] = ()) -> int:
    """Open the window and wait until it is closed; returns its exit code. Signals that end this process end the window.

    Args:
        arguments: of the window: a photo, a language, a theme.

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
    with (
        subprocess.Popen([sys.executable, "-m", "qt_app", *arguments]) as window,
        _forward_signals(window) as ended,
    ):
        code = window.wait()
    if code < 0 and ended:
        return 128 + ended[0]
    if code < 0:  # ended by a signal: Qt gives up so where a library of the screen's system is missing
        raise S2EditError(
            Sentence("The window ended unexpectedly (signal {}).", -code),
            "What Qt printed above says why; see `s2edit doctor`.",
        )
    return code


@contextlib.contextmanager
def _forward_signals(window: subprocess.Popen[bytes]) -> Iterator[list[int]]:
    """Pass signals that are to end this process on to the window; gives those that came."""
    came: list[int] = []

    def pass_on(number: int, frame: object) -> None:
        came.append(number)
        window.send_signal(number)

    names = [name for name in ENDING if hasattr(signal, name)]
    before = {number: signal.signal(number, pass_on) for number in (getattr(signal, name) for name in names)}
    try:
        yield came
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)


def check_screen() -> None:
    """Raises S2EditError where this is a session without any display."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise S2EditError("The window needs a screen, and there is none.", COMMANDS)
