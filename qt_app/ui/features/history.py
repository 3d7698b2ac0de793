"""The history: its dock, and the comparison of two results."""

from __future__ import annotations

from PyQt6.QtCore import QObject, Qt

from qt_app.model.history import Comparison
from qt_app.ui.compare_dialog import CompareDialog
from qt_app.ui.history_panel import HistoryPanel
from qt_app.ui.main_window import MainWindow

__all__ = ["HistoryFeature"]


class HistoryFeature(QObject):
    """Adds the history panel to a window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        history = window.studio.history
        self.panel = HistoryPanel(history)
        area = Qt.DockWidgetArea.LeftDockWidgetArea
        toggle = window.add_dock("history", self.tr("History"), self.panel, area).toggleViewAction()
        menu = window.menus["view"]
        if toggle is not None:  # move it next to those of the other panels
            menu.removeAction(toggle)
            menu.insertAction(window.docks["masks"].toggleViewAction(), toggle)
        history.compared.connect(self.show_comparison)
        history.reopened.connect(lambda _: window.show_panel("edit"))

    def show_comparison(self, comparison: Comparison) -> None:
        """Show two results side by side."""
        dialog = CompareDialog(comparison, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
