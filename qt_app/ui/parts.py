"""What the main window has beside its canvas and panels: history, saving, settings, models, help. One method a part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtWidgets import QMessageBox

from qt_app.model.history import Comparison
from qt_app.model.observable import Connections, follow
from qt_app.model.session import LeftSession
from qt_app.ui.actions import ActionSpec
from qt_app.ui.compare_dialog import CompareDialog
from qt_app.ui.history_panel import HistoryPanel
from qt_app.ui.models_page import ModelsPage
from qt_app.ui.save_dialog import SaveDialog
from qt_app.ui.settings_dialog import SettingsDialog
from qt_app.ui.shortcuts_page import ShortcutsPage
from qt_app.ui.wording import day_and_time

if TYPE_CHECKING:
    from qt_app.model.document import Document
    from qt_app.ui.main_window import MainWindow

__all__ = ["Parts", "add_parts"]


def add_parts(window: MainWindow) -> Parts:
    """Add every part to a window; they live as long as it."""
    return Parts(window)


class Parts(QObject):
    """The parts of a window. Dialogs that show a model are made once, when they are first wanted."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._studio = window, window.studio
        self._connections = Connections()
        self._save_dialog: SaveDialog | None = None
        self._add_history()
        self._add_saving()
        self._add_session()
        self._add_settings()
        self._quit_last()

    # ------------------------------------------------------------------ history

    def _add_history(self) -> None:
        window, history = self._window, self._studio.history
        self.history_panel = HistoryPanel(history)
        area = Qt.DockWidgetArea.LeftDockWidgetArea
        dock = window.add_dock("history", self.tr("History"), self.history_panel, area)
        window.tabifyDockWidget(window.docks["library"], dock)
        window.docks["library"].raise_()
        window.restoreDockWidget(dock)
        history.may_open = lambda: all(guard() for guard in window.guards)
        history.compared.connect(self.show_comparison)
        history.reopened.connect(lambda _: window.show_panel("edit"))

    def show_comparison(self, comparison: Comparison) -> None:
        """Show two results beside each other."""
        dialog = CompareDialog(comparison, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    # ------------------------------------------------------------------ saving

    def _add_saving(self) -> None:
        tip = self.tr("Save the result on show")
        spec = ActionSpec("file.save", self.tr("&Save result …"), "Ctrl+S", tip, icon="save")
        self._window.add_action("file", spec, self.save)
        self._studio.documents.document_changed.connect(self._show_document)
        self._show_document(self._studio.documents.document)

    def save(self) -> SaveDialog:
        """Ask how and where to save the result on show."""
        if self._save_dialog is None:
            self._save_dialog = SaveDialog(self._studio.saving, self._window)
        self._save_dialog.start()
        return self._save_dialog

    def _show_document(self, document: Document | None) -> None:
        action = self._window.actions_by_id["file.save"]
        self._connections.clear()
        action.setEnabled(False)
        if document is not None:
            for name in ("results", "shown"):
                self._connections.follow(
                    document, name, lambda _: action.setEnabled(document.result is not None)
                )

    # ------------------------------------------------------------------ after a crash

    def _add_session(self) -> None:
        follow(self._studio.session, "offered", self._offer)
        self._studio.session.look()

    def _offer(self, left: LeftSession | None) -> None:
        if left is None:
            return
        session, box = self._studio.session, QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("Unsaved work"))
        box.setText(self.tr("The window ended unexpectedly. Open again what was open?"))
        lines = [f"{left.name} · {day_and_time(left.when)}"]
        if left.masks:
            lines.append(self.tr("%n painted mask(s)", n=len(left.masks)))
        if left.results:
            lines.append(self.tr("%n result(s)", n=len(left.results)))
        box.setInformativeText("\n".join(lines))
        again = box.addButton(self.tr("Open again"), QMessageBox.ButtonRole.AcceptRole)
        discard = box.addButton(self.tr("Discard"), QMessageBox.ButtonRole.DestructiveRole)
        later = box.addButton(self.tr("Later"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(again)
        box.setEscapeButton(later)
        for button, run in ((again, session.restore), (discard, session.discard), (later, session.later)):
            if button is not None:
                button.clicked.connect(run)
        box.open()

    # ------------------------------------------------------------------ settings

    def _add_settings(self) -> None:
        self._settings_dialog: SettingsDialog | None = None
        add, tr = self._window.add_action, self.tr
        self._window.menu("edit").addSeparator()
        add("edit", ActionSpec("edit.settings", tr("&Settings …"), "Ctrl+,"), self.show_settings)
        keys = ActionSpec("edit.shortcuts", tr("&Keyboard shortcuts …"))
        add("edit", keys, lambda: self.show_settings("shortcuts"))
        models = ActionSpec("tokens.models", tr("Base &models …"), "Ctrl+Alt+M")
        add("tokens", models, lambda: self.show_settings("models"))

    def show_settings(self, page: str = "") -> SettingsDialog:
        """Open the settings, at a page: ``look``, ``computing``, ``files``, ``models``, ``shortcuts``."""
        studio, dialog = self._studio, self._settings_dialog
        if dialog is None:
            folder = str(studio.folder)
            dialog = SettingsDialog(
                studio.preferences, studio.settings, studio.messages, folder, self._window
            )
            dialog.add_page("models", self.tr("Base models"), ModelsPage(studio.models))
            shortcuts = ShortcutsPage(self._window.actions_by_id, studio.preferences)
            dialog.add_page("shortcuts", self.tr("Shortcuts"), shortcuts)
            self._settings_dialog = dialog
        if page:
            dialog.show_page(page)
        studio.models.refresh()
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        return dialog

    # ------------------------------------------------------------------ menus

    def _quit_last(self) -> None:
        """Quit stands at the end of its menu."""
        menu, leave = self._window.menu("file"), self._window.actions_by_id["file.quit"]
        menu.removeAction(leave)
        menu.addSeparator()
        menu.addAction(leave)
