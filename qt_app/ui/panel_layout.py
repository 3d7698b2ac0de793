"""Positions of the window and its panels: the defaults, restoring the last layout, and correcting one that does not fit."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping

from PyQt6.QtCore import QByteArray, QRect, QSize, Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QDockWidget, QMainWindow

from qt_app.model.preferences import Preferences

__all__ = ["PanelLayout"]

SMALL = QSize(1280, 800)
VERSION = 3
MIN_CENTRE = QSize(360, 240)  # minimum size of the canvas
MIN_VISIBLE = QSize(80, 40)  # part of a floating panel that must be on a screen
THREE_COLUMNS = 1100  # minimum screen width for panels on both sides of the photo
TWO_COLUMNS = 840  # minimum screen width for panels on one side
AREA = Qt.DockWidgetArea
DEFAULT = (
    ("library", AREA.LeftDockWidgetArea),
    ("history", AREA.LeftDockWidgetArea),
    ("masks", AREA.LeftDockWidgetArea),
    ("work", AREA.RightDockWidgetArea),
    ("jobs", AREA.BottomDockWidgetArea),
)
"""Default areas of the panels; history and library are tabs of one area."""


class PanelLayout:
    """Arranges the docks of a window.

    Args:
        docks: by name; those of `DEFAULT`. All must be added before `restore`.
    """

    def __init__(
        self, window: QMainWindow, docks: Mapping[str, QDockWidget], preferences: Preferences
    ) -> None:
        self._window, self._docks, self._preferences = window, docks, preferences
        self._restored = False

    def restore(self) -> None:
        """Restore size and panels of the last session; call it before the window is shown."""
        window, preferences = self._window, self._preferences
        room = self._room()
        if not window.testAttribute(Qt.WidgetAttribute.WA_Resized):  # unless the caller has set a size
            window.resize(SMALL.expandedTo(room * 0.85).boundedTo(room))
        window.restoreGeometry(_decoded(preferences.geometry))
        self._place()
        self._restored = window.restoreState(_decoded(preferences.layout), VERSION)

    def fit_to_screen(self) -> None:
        """Reset a layout that does not fit the screen; call it when the window is shown."""
        if not self._restored:
            self._size()
        elif not self.is_valid():
            self.reset()
            self._restored = False
        self._fit()

    def store(self) -> None:
        """Store size and layout in the preferences."""
        window, preferences = self._window, self._preferences
        preferences.geometry = _encoded(window.saveGeometry())
        preferences.layout = _encoded(window.saveState(VERSION))

    def reset(self) -> None:
        """Restore the default layout."""
        for dock in self._docks.values():
            dock.setFloating(False)
            self._window.removeDockWidget(dock)
        for dock in self._docks.values():
            dock.show()
        self._place()
        self._size()

    def is_valid(self) -> bool:
        """Whether all visible panels are reachable, none overlaps another or the menu, and the canvas is large enough."""
        window = self._window
        menu, centre = window.menuBar(), window.centralWidget()
        if window.minimumSizeHint().width() > self._room().width() >= TWO_COLUMNS:
            return False
        taken = [menu.geometry()] if menu is not None else []
        for dock in self._docks.values():
            if dock.isHidden():
                continue
            if dock.isFloating():
                if not _on_a_screen(dock.geometry()):
                    return False
            elif not window.tabifiedDockWidgets(dock) or not dock.visibleRegion().isEmpty():
                taken.append(dock.geometry())
        if centre is not None:
            taken.append(centre.geometry())
            if centre.width() < MIN_CENTRE.width() or centre.height() < MIN_CENTRE.height():
                return False
        inside = all(window.rect().contains(place) for place in taken)
        return inside and not any(
            one.intersects(other) for number, one in enumerate(taken) for other in taken[:number]
        )

    # ------------------------------------------------------------------ inside

    def _fit(self) -> None:
        """Shrink and move the window into its screen."""
        window, screen = self._window, self._window.screen()
        if screen is None or window.isMaximized() or window.isFullScreen():
            return
        fitting = window.geometry() & screen.availableGeometry()
        if fitting.isValid() and fitting != window.geometry():
            window.setGeometry(fitting)

    def _room(self) -> QSize:
        screen = self._window.screen() or QGuiApplication.primaryScreen()
        return screen.availableGeometry().size() if screen is not None else SMALL

    def _place(self) -> None:
        window, docks = self._window, self._docks
        for name, area in DEFAULT:
            if name in docks:
                window.addDockWidget(area, docks[name])
        # Where three columns do not fit, all panels at the sides share one.
        narrow = self._room().width() < THREE_COLUMNS
        groups = (("work", "library", "history", "masks"),) if narrow else (("library", "history"),)
        for first, *others in groups:
            for name in others:
                if name in docks:
                    window.tabifyDockWidget(docks[first], docks[name])
            docks[first].raise_()

    def _size(self) -> None:
        window, docks = self._window, self._docks
        width, height = window.width(), window.height()
        left, right = min(max(width * 18 // 100, 240), 340), min(max(width * 26 // 100, 330), 460)
        window.resizeDocks([docks["library"], docks["work"]], [left, right], Qt.Orientation.Horizontal)
        panel = docks["masks"].widget()
        masks = min((panel.sizeHint().height() if panel is not None else 0) + 48, height * 58 // 100)
        down = Qt.Orientation.Vertical
        window.resizeDocks([docks["library"], docks["masks"]], [height - 120 - masks, masks], down)
        window.resizeDocks([docks["jobs"]], [min(max(height * 12 // 100, 104), 150)], down)


def _encoded(state: QByteArray) -> str:
    data = state.data()
    return f"{zlib.crc32(data):08x}:{base64.b64encode(data).decode()}"


def _decoded(text: str) -> QByteArray:
    """The stored state, empty if its checksum is wrong: Qt (6.11) crashes on a damaged state."""
    check, _, kept = text.partition(":")
    try:
        data = base64.b64decode(kept, validate=True)
    except (binascii.Error, ValueError):
        return QByteArray()
    return QByteArray(data) if check == f"{zlib.crc32(data):08x}" else QByteArray()


def _on_a_screen(place: QRect) -> bool:
    seen = [screen.availableGeometry() & place for screen in QGuiApplication.screens()]
    return any(part.width() >= MIN_VISIBLE.width() and part.height() >= MIN_VISIBLE.height() for part in seen)
