"""What the main window has beside its canvas and panels: history, saving, settings, models, help. One method a part."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QProcess, Qt
from PyQt6.QtWidgets import QFileDialog, QMessageBox

from qt_app.model.history import Comparison
from qt_app.model.left import LeftSession
from qt_app.model.observable import Connections, follow
from qt_app.ui.about_dialog import AboutDialog
from qt_app.ui.actions import ActionSpec
from qt_app.ui.banner import SmallModelBanner
from qt_app.ui.batch_dialog import BatchDialog
from qt_app.ui.compare_dialog import CompareDialog
from qt_app.ui.diagnostics_dialog import DiagnosticsDialog
from qt_app.ui.exchange_dialogs import ExportDialog, ImportDialog
from qt_app.ui.history_panel import HistoryPanel
from qt_app.ui.information_dialog import InformationDialog
from qt_app.ui.leaving import Leaving
from qt_app.ui.models_page import ModelsPage
from qt_app.ui.plain import confirm_replacing, question_box
from qt_app.ui.save_dialog import SaveDialog
from qt_app.ui.settings_dialog import SettingsDialog
from qt_app.ui.shortcuts_page import ShortcutsPage
from qt_app.ui.token_dialog import TokenDialog
from qt_app.ui.wizard import Wizard
from qt_app.ui.wording import day_and_time

if TYPE_CHECKING:
    from qt_app.model.document import Document
    from qt_app.ui.main_window import MainWindow
    from s2edit_plugin.api.queries import TokenDetails

__all__ = ["Parts", "add_parts", "parts_of"]


def add_parts(window: MainWindow) -> Parts:
    """Add every part to a window; they live as long as it."""
    return Parts(window)


def parts_of(window: MainWindow) -> Parts:
    """The parts of a window that has them."""
    parts = window.findChild(Parts)
    assert isinstance(parts, Parts)
    return parts


class Parts(QObject):
    """The parts of a window. Dialogs that show a model are made once, when they are first wanted."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._studio = window, window.studio
        self._connections = Connections()
        self._save_dialog: SaveDialog | None = None
        self._add_history()
        self._add_saving()
        self._add_gimp()
        self._add_session()
        self._add_settings()
        self._add_library()
        self._add_help()
        self._add_first_start()
        self._quit_last()

    # ------------------------------------------------------------------ history

    def _add_history(self) -> None:
        window, history = self._window, self._studio.history
        self.history_panel = HistoryPanel(history)
        area = Qt.DockWidgetArea.LeftDockWidgetArea
        dock = window.add_dock("history", self.tr("History"), self.history_panel, area)
        menu, toggle = window.menu("view"), dock.toggleViewAction()
        if toggle is not None:  # beside those of the other panels
            menu.removeAction(toggle)
            menu.insertAction(window.docks["masks"].toggleViewAction(), toggle)
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
        self._information_dialog: InformationDialog | None = None
        tip = self.tr("What a file says about its making, and whether its signature holds")
        spec = ActionSpec("file.information", self.tr("&Information about the file …"), "Ctrl+Alt+P", tip)
        self._window.add_action("file", spec, self.show_information)
        self._add_batch()
        self.leaving = Leaving(self._window, self.save)
        self._studio.documents.document_changed.connect(self._show_document)
        self._show_document(self._studio.documents.document)

    def save(self) -> SaveDialog:
        """Ask how and where to save the result on show."""
        if self._save_dialog is None:
            self._save_dialog = SaveDialog(self._studio.saving, self._window)
        self._save_dialog.start()
        return self._save_dialog

    def _add_batch(self) -> None:
        self._batch_dialog: BatchDialog | None = None
        add, tr = self._window.add_action, self.tr
        tip = tr("Write what made the result on show into a file, to be used on other photos")
        add(
            "file",
            ActionSpec("file.recipe", tr("Save as recipe (&TOML) …"), "Ctrl+Alt+R", tip),
            self.save_recipe,
        )
        tip = tr("Edit a folder of photos by a recipe")
        add("file", ActionSpec("file.batch", tr("&Batch …"), "Ctrl+Alt+B", tip), self.show_batch)
        self._studio.batch.saved.connect(lambda _: self.show_batch())

    def save_recipe(self) -> None:
        """Ask where the recipe of the result on show is to be written."""
        path, _ = QFileDialog.getSaveFileName(
            self._window, self.tr("Save as recipe"), self._studio.batch.recipe_name(), self.tr("Recipes") + " (*.toml)",
            "", QFileDialog.Option.DontConfirmOverwrite,  # Qt's own question would take the name for mark-up
        )  # fmt: skip
        path = path if not path or Path(path).suffix else f"{path}.toml"
        if path and (not Path(path).exists() or confirm_replacing(self._window, Path(path).name)):
            self._studio.batch.save_recipe(path)

    def show_batch(self) -> BatchDialog:
        """One recipe on many photos."""
        if self._batch_dialog is None:
            self._batch_dialog = BatchDialog(self._studio.batch, self._window)
        self._batch_dialog.show()
        self._batch_dialog.raise_()
        self._batch_dialog.activateWindow()
        return self._batch_dialog

    def show_information(self) -> InformationDialog:
        """What the open photo's file says about its making; without one, that of a file that is chosen there."""
        if self._information_dialog is None:
            self._information_dialog = InformationDialog(self._studio.information, self._window)
        self._studio.information.look_at_photo()
        self._information_dialog.show()
        self._information_dialog.raise_()
        self._information_dialog.activateWindow()
        return self._information_dialog

    def _show_document(self, document: Document | None) -> None:
        actions = [self._window.actions_by_id[name] for name in ("file.save", "file.recipe")]

        def enable(_: object = None) -> None:
            for action in actions:
                action.setEnabled(document is not None and document.result is not None)

        self._connections.clear()
        enable()
        if document is not None:
            for name in ("results", "shown"):
                self._connections.follow(document, name, enable)

    # ------------------------------------------------------------------ GIMP

    def _add_gimp(self) -> None:
        """Send back to GIMP, as long as a picture is open that came from there."""
        window, handover = self._window, self._studio.handover
        tip = self.tr("Give the result on show to the picture in GIMP, as a layer")
        spec = ActionSpec("file.to-gimp", self.tr("Send back to &GIMP"), "Ctrl+Shift+G", tip)
        window.add_action("file", spec, handover.send_back)
        action = window.actions_by_id["file.to-gimp"]
        follow(handover, "current", lambda name: action.setVisible(bool(name)))
        handover.may_open = lambda: all(guard() for guard in window.guards)
        handover.opened.connect(lambda _: self._come_forward())

    def _come_forward(self) -> None:
        self._window.show_panel("edit")
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.raise_()
        self._window.activateWindow()

    # ------------------------------------------------------------------ after a crash

    def _add_session(self) -> None:
        follow(self._studio.session, "offered", self._offer)
        self._studio.session.look()

    def _offer(self, left: LeftSession | None) -> None:
        if left is None:
            return
        lines = [f"{left.name} · {day_and_time(left.when)}"]
        if left.masks:
            lines.append(self.tr("%n painted mask(s)", n=len(left.masks)))
        if left.results:
            lines.append(self.tr("%n result(s)", n=len(left.results)))
        session = self._studio.session
        box = question_box(
            self._window,
            self.tr("Unsaved work"),
            self.tr("The window ended unexpectedly. Open again what was open?"),
            "\n".join(lines),
        )
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
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
        add("edit", ActionSpec("edit.settings", tr("S&ettings …"), "Ctrl+,"), self.show_settings)
        keys = ActionSpec("edit.shortcuts", tr("&Keyboard shortcuts …"))
        add("edit", keys, lambda: self.show_settings("shortcuts"))
        models = ActionSpec("tokens.models", tr("Base &models …"), "Ctrl+Alt+M")
        add("tokens", models, lambda: self.show_settings("models"))
        for panel in (self._window.edit_panel, self._window.learn_panel):
            banner = SmallModelBanner(self._studio.advice)
            banner.models_wanted.connect(lambda: self.show_settings("models"))
            panel.foot.insertWidget(0, banner)

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
            dialog.look.restart_wanted.connect(self.start_again)
            self._settings_dialog = dialog
        if page:
            dialog.show_page(page)
        studio.models.refresh()
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        return dialog

    def start_again(self) -> None:
        """Close the window, if it may be closed, and open another one with the same photo. The engine stays."""
        document = self._studio.documents.document
        photo = [document.path] if document is not None and document.path else []
        command = ["-m", "qt_app", *photo]
        self._window.when_closed = lambda: QProcess.startDetached(sys.executable, command)
        if not self._window.close() and not self._window.is_leaving:  # the user stays
            self._window.when_closed = None

    # ------------------------------------------------------------------ tokens

    def _add_library(self) -> None:
        window, panel = self._window, self._window.library_panel
        self._export_dialog: ExportDialog | None = None
        self._import_dialog: ImportDialog | None = None
        panel.details_wanted.connect(lambda name: self._studio.library.show(name, self._details))
        panel.export_wanted.connect(lambda names: self.export(names=names))
        panel.person_export_wanted.connect(lambda person: self.export(person=person))
        panel.import_wanted.connect(lambda: self.import_files())
        self._studio.importing.imported.connect(lambda names: panel.select(names[-1]))
        menu = window.menu("tokens")
        menu.addSeparator()
        add, tr = window.add_action, self.tr
        add("tokens", ActionSpec("tokens.details", tr("&Details …"), "Alt+Return"), self._details_of_selected)
        add("tokens", ActionSpec("tokens.export", tr("E&xport …"), "Ctrl+Alt+X"), self._export_selected)
        add("tokens", ActionSpec("tokens.import", tr("&Import …"), "Ctrl+Alt+I"), lambda: self.import_files())

    def show_token(self, details: TokenDetails) -> TokenDialog:
        """Everything about a token."""
        dialog = TokenDialog(details, self._studio.library, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.use_wanted.connect(self._window.library_panel.chosen)
        dialog.export_wanted.connect(lambda names: self.export(names=names))
        dialog.open()
        return dialog

    def export(self, names: tuple[str, ...] = (), person: str = "") -> ExportDialog:
        """Ask how and where to export tokens, or a person."""
        if self._export_dialog is None:
            self._export_dialog = ExportDialog(self._studio.exporting, self._window)
        self._export_dialog.start(names, person)
        return self._export_dialog

    def import_files(self, files: tuple[str, ...] = ()) -> ImportDialog:
        """Ask what to import."""
        if self._import_dialog is None:
            self._import_dialog = ImportDialog(self._studio.importing, self._window)
        self._import_dialog.start(files)
        return self._import_dialog

    def _details(self, details: TokenDetails) -> None:
        self.show_token(details)

    def _details_of_selected(self) -> None:
        if names := self._selected():
            self._studio.library.show(names[0], self._details)

    def _export_selected(self) -> None:
        if names := self._selected():
            self.export(names=names)

    def _selected(self) -> tuple[str, ...]:
        names = self._window.library_panel.selected()
        if not names:
            self._studio.messages.note(self.tr("Choose a token in the library first."))
        return names

    # ------------------------------------------------------------------ help

    def _add_help(self) -> None:
        self._diagnostics_dialog: DiagnosticsDialog | None = None
        self._window.menu("help").addSeparator()
        add, tr = self._window.add_action, self.tr
        add("help", ActionSpec("help.diagnostics", tr("&Diagnostics …"), "Ctrl+Alt+D"), self.show_diagnostics)
        add("help", ActionSpec("help.about", tr("&About S²Edit Studio")), self.show_about)

    def show_diagnostics(self) -> DiagnosticsDialog:
        """What is wrong, if something is."""
        if self._diagnostics_dialog is None:
            self._diagnostics_dialog = DiagnosticsDialog(self._studio.diagnostics, self._window)
        self._diagnostics_dialog.show()
        self._diagnostics_dialog.activateWindow()
        return self._diagnostics_dialog

    def show_about(self) -> AboutDialog:
        """Which program this is."""
        dialog = AboutDialog(self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        return dialog

    # ------------------------------------------------------------------ the first start

    def _add_first_start(self) -> None:
        self._wizard: Wizard | None = None
        spec = ActionSpec("help.first-start", self.tr("&First steps …"))
        self._window.add_action("help", spec, self.show_wizard)

    def show_wizard(self) -> Wizard:
        """Which model to begin with, where to keep models, how to use it responsibly."""
        if self._wizard is None:
            self._wizard = Wizard(self._studio.first_start, self._window)
            self._wizard.sample_wanted.connect(self._window.commands.open_sample)
        self._studio.models.refresh()
        self._wizard.start()
        return self._wizard

    # ------------------------------------------------------------------ menus

    def _quit_last(self) -> None:
        """Quit stands at the end of its menu."""
        menu, leave = self._window.menu("file"), self._window.actions_by_id["file.quit"]
        menu.removeAction(leave)
        menu.addSeparator()
        menu.addAction(leave)
