"""Details, export and import of tokens and people."""

from __future__ import annotations

from PyQt6.QtCore import QObject, Qt

from qt_app.ui.actions import ActionSpec
from qt_app.ui.import_export_dialogs import ExportDialog, ImportDialog
from qt_app.ui.main_window import MainWindow
from qt_app.ui.token_dialog import TokenDialog
from s2edit_plugin.api.queries import TokenDetails

__all__ = ["TokensFeature"]


class TokensFeature(QObject):
    """Adds the dialogs about tokens to a window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._studio, panel = window, window.studio, window.library_panel
        self.export_dialog: ExportDialog | None = None
        self.import_dialog: ImportDialog | None = None
        panel.details_requested.connect(lambda name: self._studio.library.show(name, self.show_token))
        panel.export_requested.connect(lambda names: self.export(names=names))
        panel.person_export_requested.connect(lambda person: self.export(person=person))
        panel.import_requested.connect(lambda: self.import_files())
        self._studio.importing.imported.connect(lambda names: panel.select(names[-1]))
        menus = window.menus
        menus["tokens"].addSeparator()
        for spec, run in (
            (ActionSpec("tokens.details", self.tr("&Details …"), "Alt+Return"), self._show_selected),
            (ActionSpec("tokens.export", self.tr("E&xport …"), "Ctrl+Alt+X"), self._export_selected),
            (ActionSpec("tokens.import", self.tr("&Import …"), "Ctrl+Alt+I"), self.import_files),
        ):
            menus.add("tokens", spec, run)

    def show_token(self, details: TokenDetails) -> TokenDialog:
        """Show all details of a token."""
        dialog = TokenDialog(details, self._studio.library, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.use_requested.connect(self._window.library_panel.chosen)
        dialog.export_requested.connect(lambda names: self.export(names=names))
        dialog.open()
        return dialog

    def export(self, names: tuple[str, ...] = (), person: str = "") -> ExportDialog:
        """Show the dialog that exports tokens, or a person."""
        if self.export_dialog is None:
            self.export_dialog = ExportDialog(self._studio.exporting, self._window)
        self.export_dialog.start(names, person)
        return self.export_dialog

    def import_files(self, files: tuple[str, ...] = ()) -> ImportDialog:
        """Show the dialog that imports files."""
        if self.import_dialog is None:
            self.import_dialog = ImportDialog(self._studio.importing, self._window)
        self.import_dialog.start(files)
        return self.import_dialog

    def _show_selected(self) -> None:
        if names := self._selected():
            self._studio.library.show(names[0], self.show_token)

    def _export_selected(self) -> None:
        if names := self._selected():
            self.export(names=names)

    def _selected(self) -> tuple[str, ...]:
        names = self._window.library_panel.selected()
        if not names:
            self._studio.messages.note(self.tr("Choose a token in the library first."))
        return names
