"""What the main window has beside canvas and panels: history, saving, settings, models, help. One function a part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt

from qt_app.model.history import Comparison
from qt_app.ui.compare_dialog import CompareDialog
from qt_app.ui.history_panel import HistoryPanel

if TYPE_CHECKING:
    from qt_app.ui.main_window import MainWindow

__all__ = ["add_history", "add_parts"]


def add_parts(window: MainWindow) -> None:
    """Add every part."""
    add_history(window)


def add_history(window: MainWindow) -> HistoryPanel:
    """The history, in a dock behind the library."""
    history = window.studio.history
    panel = HistoryPanel(history)
    dock = window.add_dock("history", window.tr("History"), panel, Qt.DockWidgetArea.LeftDockWidgetArea)
    window.tabifyDockWidget(window.docks["library"], dock)
    window.docks["library"].raise_()
    window.restoreDockWidget(dock)

    def compare(comparison: Comparison) -> None:
        dialog = CompareDialog(comparison, window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    history.may_open = lambda: all(guard() for guard in window.guards)
    history.compared.connect(compare)
    history.reopened.connect(lambda _: window.show_panel("edit"))
    return panel
