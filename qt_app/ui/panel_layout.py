"""Where the window and its panels stand: at the first start, after a restart, and when what was kept does not fit any more."""

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
LEAST_CENTRE = QSize(360, 240)  # less of the photo is no layout to work with
TITLES_SEEN = QSize(80, 40)  # of a floating panel, at least this must be on a screen
THREE_COLUMNS = 1100  # pixels of a screen that panels left and right of the photo need
TWO_COLUMNS = 840  # where not even two fit, nothing is won by other places
AREA = Qt.DockWidgetArea
START = (
    ("library", AREA.LeftDockWidgetArea),
    ("history", AREA.LeftDockWidgetArea),
    ("masks", AREA.LeftDockWidgetArea),
    ("work", AREA.RightDockWidgetArea),
    ("jobs", AREA.BottomDockWidgetArea),
)
"""Where panels stand at the first start; the history shares its place with the library."""


class PanelLayout:
    """Arranges the docks of a window.

    Args:
        docks: by name; `START` names those that there may be. All of them must be there before `restore`.
    """

    def __init__(
        self, window: QMainWindow, docks: Mapping[str, QDockWidget], preferences: Preferences
    ) -> None:
        self._window, self._docks, self._preferences = window, docks, preferences
        self._restored = False

    def restore(self) -> None:
        """Before the window is shown: its size and its panels as they were at the last end."""
        window, preferences = self._window, self._preferences
        room = self._room()
        if not window.testAttribute(Qt.WidgetAttribute.WA_Resized):  # else whoever made it has said how large
            window.resize(SMALL.expandedTo(room * 0.85).boundedTo(room))
        window.restoreGeometry(_decoded(preferences.geometry))
        self._place()
        self._restored = window.restoreState(_decoded(preferences.layout), VERSION)

    def settle(self) -> None:
        """When the window is on the screen: what does not fit there is put where it was at the first start."""
        if not self._restored:
            self._size()
        elif not self.is_sound():
            self.reset()
            self._restored = False
        self._fit()

    def remember(self) -> None:
        """Keep how the window looks; the preferences write it."""
        window, preferences = self._window, self._preferences
        preferences.geometry = _encoded(window.saveGeometry())
        preferences.layout = _encoded(window.saveState(VERSION))

    def reset(self) -> None:
        """All panels as at the first start."""
        for dock in self._docks.values():
            dock.setFloating(False)
            self._window.removeDockWidget(dock)
        for dock in self._docks.values():
            dock.show()
        self._place()
        self._size()

    def is_sound(self) -> bool:
        """Whether every panel on show can be reached, none covers another or a menu, and the photo has room."""
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
            if centre.width() < LEAST_CENTRE.width() or centre.height() < LEAST_CENTRE.height():
                return False
        inside = all(window.rect().contains(place) for place in taken)
        return inside and not any(
            one.intersects(other) for number, one in enumerate(taken) for other in taken[:number]
        )

    # ------------------------------------------------------------------ inside

    def _fit(self) -> None:
        """No part of the window lies beside its screen."""
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
        for name, area in START:
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
    """What was kept; nothing where it is not what was written: Qt crashes of a damaged state (6.11)."""
    check, _, kept = text.partition(":")
    try:
        data = base64.b64decode(kept, validate=True)
    except (binascii.Error, ValueError):
        return QByteArray()
    return QByteArray(data) if check == f"{zlib.crc32(data):08x}" else QByteArray()


def _on_a_screen(place: QRect) -> bool:
    seen = [screen.availableGeometry() & place for screen in QGuiApplication.screens()]
    return any(part.width() >= TITLES_SEEN.width() and part.height() >= TITLES_SEEN.height() for part in seen)
