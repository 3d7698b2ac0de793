"""The composition root: arguments, application, state, main window.

The window appears before the engine is ready and never loads torch, since the engine is another process.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from s2edit_plugin import __version__
from s2edit_plugin.cli.window import check_screen, photo_of
from s2edit_plugin.engine.client.discovery import hold_environment  # type: ignore[import-untyped]
from s2edit_plugin.errors import S2EditError
from s2edit_plugin.storage.paths import data_folder
from s2edit_plugin.tools.desktop.entries import APP_ID, icons_folder

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QApplication

    from qt_app.engine import Connect
    from qt_app.ui.main_window import MainWindow
    from s2edit_plugin.engine.client.interface import Client

ENDED_BY = ("SIGTERM", "SIGHUP")
END_SECONDS = 30.0  # for a job's last step and its checkpoint, before the process is ended

__all__ = ["begin", "build_parser", "keep_when_ended", "main", "make_window"]


def build_parser() -> argparse.ArgumentParser:
    """Arguments of ``s2edit`` without a command, and of ``python -m qt_app``."""
    parser = argparse.ArgumentParser(prog="s2edit", description="Open the window of S²Edit Studio.")
    parser.add_argument("photo", nargs="?", help="a photo to open")
    parser.add_argument("--theme", choices=("system", "light", "dark"), help="for this start only")
    parser.add_argument("--language", choices=("en", "de"), help="for this start only")
    parser.add_argument("--version", action="version", version=f"s2edit {__version__}")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window and run it until it is closed; returns the exit code."""
    if argv is None:
        hold_environment()
    args = build_parser().parse_args(argv)
    try:
        check_screen()
        photo = photo_of(args.photo or "")
    except S2EditError as error:
        print(f"s2edit: {error.sentence}\n        {error.hint}", file=sys.stderr)
        return 1
    from PyQt6.QtGui import QIcon
    from PyQt6.QtWidgets import QApplication

    from qt_app.garbage_collector import GarbageCollector
    from qt_app.model.preferences import Preferences
    from qt_app.ui.file_open_events import FileOpenEvents

    application = QApplication(sys.argv[:1])
    application.setApplicationName("S²Edit Studio")
    application.setDesktopFileName(APP_ID)
    application.setWindowIcon(QIcon(str(icons_folder() / f"{APP_ID}-256.png")))
    preferences = Preferences(data_folder().root / "window.json")
    language = preferences.language if args.language is None else args.language
    window = make_window(application, args.theme, language=language)
    sys.excepthook = _reporting(window)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    keep_when_ended(window)
    window.show()
    begin(window, photo)
    file_events = FileOpenEvents(application, window.studio.documents.open_file)
    collector = GarbageCollector()
    try:
        return application.exec()
    finally:
        file_events.stop()
        collector.stop()


def make_window(
    application: QApplication,
    theme: str | None = None,
    connect: Connect | None = None,
    language: str = "en",
) -> MainWindow:
    """The window with its state, not shown yet.

    Args:
        theme: instead of the one in the preferences. connect: how the engine is reached; None: the running one or a new one.
        language: "" for the desktop's.
    """
    from qt_app.engine import EngineLink
    from qt_app.i18n.loading import install_language
    from qt_app.model.studio import StudioState
    from qt_app.ui.features import Features
    from qt_app.ui.main_window import MainWindow
    from qt_app.ui.theme import ThemeKeeper

    install_language(application, language)
    ender = EngineEnder(data_folder().root) if connect is None else None
    state = StudioState(EngineLink(connect or _engine, ender=ender), data_folder().root)
    keeper = ThemeKeeper(application, state.preferences, theme or "")
    window = MainWindow(state)
    keeper.setParent(window)
    Features(window)
    window.arrange()
    return window


def keep_when_ended(window: MainWindow) -> None:
    """Store the window's layout when a signal ends the process; its session keeps unsaved work."""
    for name in ENDED_BY:
        if hasattr(signal, name):
            # Python handles signals only while it runs; the garbage collector's timer makes it run once a second.
            signal.signal(getattr(signal, name), lambda number, _: _leave(window, number))


def _leave(window: MainWindow, number: int) -> None:
    signal.signal(number, signal.SIG_DFL)
    try:
        window.panel_layout.store()
        window.studio.preferences.save()
    finally:
        os.kill(os.getpid(), number)


def begin(window: MainWindow, photo: str | None) -> None:
    """Open the photo, or on the first start the wizard, in a window that was just shown."""
    from qt_app.ui.features import features_of

    if photo:
        window.studio.documents.open_file(os.path.abspath(photo))
    elif not window.studio.preferences.wizard_done:
        features_of(window).help.show_wizard()


def _engine() -> Client:
    from s2edit_plugin.engine.client.remote import connect  # type: ignore[import-untyped]

    return connect()


class EngineEnder:
    """Ends the user's engine process, see `qt_app.engine.EngineEnder`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def end_hung(self) -> bool:
        """End an engine that does not respond."""
        from s2edit_plugin.engine.client.shutdown import end_hung

        return end_hung(self._root)

    def end(self) -> object:
        """End the engine, even while it works."""
        from s2edit_plugin.engine.client.shutdown import end_engine

        return end_engine(self._root, force=True, patience=END_SECONDS)


def _reporting(
    window: MainWindow,
) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """An exception hook that logs uncaught exceptions and shows them in the window, which keeps running."""

    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        logging.getLogger(__name__).error("uncaught exception", exc_info=(kind, error, trace))
        detail = " ".join(str(error).split())[:200]
        window.studio.messages.error(
            S2EditError(
                f"Something went wrong in the window ({kind.__name__}: {detail}).", "Please report it."
            )
        )

    return report
