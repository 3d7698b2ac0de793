"""The offer to restore the session of a window that ended unexpectedly."""

from __future__ import annotations

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtWidgets import QMessageBox

from qt_app.model.crashed_session import CrashedSession
from qt_app.observable import follow
from qt_app.ui.formatting import day_and_time
from qt_app.ui.main_window import MainWindow
from qt_app.ui.plain_text import question_box

__all__ = ["CrashRecovery"]


class CrashRecovery(QObject):
    """Asks what to do with the session of a crashed window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._session = window, window.studio.session
        follow(self._session, "offered", self._offer)
        self._session.look()

    def _offer(self, crashed: CrashedSession | None) -> None:
        if crashed is None:
            return
        lines = [f"{crashed.name} · {day_and_time(crashed.when)}"]
        if crashed.masks:
            lines.append(self.tr("%n painted mask(s)", n=len(crashed.masks)))
        if crashed.results:
            lines.append(self.tr("%n result(s)", n=len(crashed.results)))
        session = self._session
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
