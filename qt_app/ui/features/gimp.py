"""Sending a result back to GIMP, while a picture from there is open."""

from __future__ import annotations

from PyQt6.QtCore import QObject, Qt

from qt_app.observable import follow
from qt_app.ui.actions import ActionSpec
from qt_app.ui.main_window import MainWindow

__all__ = ["GimpFeature"]


class GimpFeature(QObject):
    """Adds the exchange of pictures with GIMP to a window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, transfer = window, window.studio.gimp_transfer
        tip = self.tr("Give the result on show to the picture in GIMP, as a layer")
        spec = ActionSpec("file.to-gimp", self.tr("Send back to &GIMP"), "Ctrl+Shift+G", tip)
        window.menus.add("file", spec, transfer.send_back)
        action = window.actions_by_id["file.to-gimp"]
        follow(transfer, "current", lambda name: action.setVisible(bool(name)))
        transfer.opened.connect(lambda _: self._raise_window())

    def _raise_window(self) -> None:
        self._window.show_panel("edit")
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.raise_()
        self._window.activateWindow()
