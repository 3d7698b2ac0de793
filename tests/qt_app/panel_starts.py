"""One start of the window after another, each a process of its own, on a screen of its own: where do its panels stand?

    python -m tests.qt_app.panel_starts DO ...        prints a JSON object a start: rectangles by name, and whether it is sound

DO, one a start: ``look`` (nothing is changed), ``move`` (panels are moved, resized, one is hidden and one floats), ``reset``
(what stands in the View menu). The environment says which screen, scale and data folder.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from PyQt6.QtCore import QEvent, QRect, Qt
from PyQt6.QtWidgets import QApplication, QWidget

from qt_app.app import make_window
from qt_app.ui.main_window import MainWindow
from tests.fakes.engine_client import FakeClient


def start(application: QApplication, what: str) -> dict[str, Any]:
    """Start a window, do something, close it."""
    window = make_window(application, "light", FakeClient)
    window.show()
    settle(application)
    if what == "move":
        move(window)
    elif what == "reset":
        window.actions_by_id["window.reset-layout"].trigger()
    settle(application)
    found = places(window)
    window.close()
    window.deleteLater()
    application.sendPostedEvents(window, QEvent.Type.DeferredDelete)
    settle(application)
    return found


def settle(application: QApplication) -> None:
    """Let the window come to rest."""
    for _ in range(30):
        application.processEvents()


def move(window: MainWindow) -> None:
    """As somebody would who likes it otherwise."""
    docks, across = window.docks, Qt.Orientation.Horizontal
    window.resize(1500, 900)
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, docks["history"])
    window.resizeDocks([docks["library"], docks["work"]], [330, 460], across)
    window.resizeDocks([docks["work"], docks["history"]], [420, 300], Qt.Orientation.Vertical)
    docks["masks"].setFloating(True)
    docks["masks"].setGeometry(700, 300, 300, 420)
    docks["jobs"].hide()


def places(window: MainWindow) -> dict[str, Any]:
    """Where everything is, in pixels of the window (floating panels: of the screen); None: it is hidden or behind another."""

    def place(widget: QWidget | None) -> list[int] | None:
        if widget is None or widget.isHidden() or widget.visibleRegion().isEmpty():
            return None
        return rectangle(widget.geometry())

    screen = window.screen()
    return {
        "sound": window.panel_layout.is_valid(),
        "window": [window.width(), window.height()],
        "screen": rectangle(screen.availableGeometry()) if screen is not None else None,
        "floating": sorted(name for name, dock in window.docks.items() if dock.isFloating()),
        "tabbed": sorted(name for name, dock in window.docks.items() if window.tabifiedDockWidgets(dock)),
        "menu": place(window.menuBar()),
        "centre": place(window.centralWidget()),
        "tools": place(window.workspace.tool_bar),
        "docks": {name: place(dock) for name, dock in window.docks.items()},
        "where": rectangle(window.geometry()),
    }


def rectangle(rect: QRect) -> list[int]:
    """Left, top, width, height."""
    return [rect.x(), rect.y(), rect.width(), rect.height()]


if __name__ == "__main__":
    app = QApplication(sys.argv[:1])
    print(json.dumps([start(app, what) for what in sys.argv[1:]]))
