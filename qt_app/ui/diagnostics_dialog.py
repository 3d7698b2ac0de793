"""The diagnostics dialog: facts about machine and engine, checks, messages, log, and a button that copies all."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFontDatabase, QGuiApplication, QShowEvent
from PyQt6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPlainTextEdit,
    QPushButton,
    QTabWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qt_app.i18n.engine_translation import translated
from qt_app.model.diagnostics import DiagnosticsState
from qt_app.observable import follow
from qt_app.ui.plain_text import Form, plain_label, set_tip
from qt_app.ui.widgets import dim_label, set_return_button, thin_progress_bar
from s2edit_plugin.api.queries import CheckInfo

__all__ = ["DiagnosticsDialog"]


class DiagnosticsDialog(QDialog):
    """Shows a `DiagnosticsState`; made once, since it stays connected to it."""

    def __init__(self, state: DiagnosticsState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.setWindowTitle(self.tr("Diagnostics"))
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(self.tr("Diagnostics"))
        self.tabs.addTab(self._make_overview(), self.tr("Overview"))
        self.messages, self.log = self._text(self.tr("Messages")), self._text(self.tr("Log"))
        self.tabs.addTab(self.messages, self.tr("Messages"))
        self.tabs.addTab(self.log, self.tr("Log"))
        column = QVBoxLayout(self)
        column.addWidget(self.tabs, 1)
        column.addWidget(
            dim_label(
                self.tr(
                    "The log holds no pictures, prompts or names; messages may. Look before you pass it on."
                )
            )
        )
        column.addLayout(self._make_buttons())
        set_return_button(self, self.close_button)
        follow(state, "checks", self._show_checks)
        follow(state, "checking", self._show_checking)
        follow(state, "log", self._show_log)
        follow(state, ("status",), self._show_facts, now=False)
        follow(state.messages, ("current",), self._show_messages, now=False)
        self.resize(820, 600)

    def showEvent(self, event: QShowEvent | None) -> None:
        """Update everything when the dialog is shown."""
        super().showEvent(event)
        self._show_facts()
        self._show_messages()
        self._state.refresh()

    # ------------------------------------------------------------------ making

    def _make_overview(self) -> QWidget:
        box = QWidget()
        self.facts = Form()
        self.facts.setVerticalSpacing(5)
        self.checks = QTreeWidget()
        self.checks.setProperty("roomy", True)
        self.checks.setAccessibleName(self.tr("Checks"))
        self.checks.setHeaderLabels([self.tr("Check"), self.tr("Found")])
        self.checks.setRootIsDecorated(False)
        self.checks.setWordWrap(True)
        header = self.checks.header()
        if header is not None:
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.busy = thin_progress_bar(self.tr("Checking"), 6, busy=True)
        column = QVBoxLayout(box)
        column.setSpacing(12)
        column.addLayout(self.facts)
        column.addWidget(self.busy)
        column.addWidget(self.checks, 1)
        return box

    def _text(self, name: str) -> QPlainTextEdit:
        field = QPlainTextEdit()
        field.setReadOnly(True)
        field.setTabChangesFocus(True)
        field.setAccessibleName(name)
        field.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        field.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        return field

    def _make_buttons(self) -> QHBoxLayout:
        self.copy, self.again = QPushButton(self.tr("Copy all")), QPushButton(self.tr("Check again"))
        self.close_button = QPushButton(self.tr("Close"))
        self.copy.clicked.connect(self._copy)
        self.again.clicked.connect(self._state.refresh)
        self.close_button.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self.copy)
        row.addWidget(self.again)
        row.addStretch(1)
        row.addWidget(self.close_button)
        return row

    # ------------------------------------------------------------------ showing

    def _show_facts(self) -> None:
        while self.facts.rowCount():
            self.facts.removeRow(0)
        names = {
            "program": self.tr("Program"), "python": "Python", "qt": "Qt", "system": self.tr("System"),
            "folder": self.tr("Data folder"), "engine": self.tr("Engine"), "device": self.tr("Device"),
            "device_note": self.tr("Remark"), "model": self.tr("Base model"), "memory": self.tr("Engine's memory"),
            "uptime": self.tr("Runs for"), "jobs": self.tr("Jobs running and waiting"),
        }  # fmt: skip
        for name, value in self._state.facts:
            label = plain_label(
                self._engine_in_words() if name == "engine" and self._state.status is None else value
            )
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.facts.addRow(names[name], label)

    def _engine_in_words(self) -> str:
        return {
            "starting": self.tr("starting"),
            "connected": self.tr("ready"),
            "lost": self.tr("starting again"),
            "failed": self.tr("not running"),
        }[self._state.engine_state]

    def _show_checks(self, checks: tuple[CheckInfo, ...]) -> None:
        self.checks.clear()
        for check in checks:
            mark = "✓" if check.ok else "✗"
            finding, remedy = translated(check.finding), translated(check.remedy)
            words = f"{finding}\n→ {remedy}" if remedy else finding
            item = QTreeWidgetItem(self.checks, [f"{mark}  {check.name}", words])
            set_tip(item, words, 1)
            state = self.tr("works") if check.ok else self.tr("broken")
            item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{check.name}: {state}")

    def _show_checking(self, checking: bool) -> None:
        self.busy.setVisible(checking)
        self.again.setEnabled(not checking)

    def _show_messages(self) -> None:
        texts = [message.as_text() for message in self._state.messages.log]
        self.messages.setPlainText("\n\n".join(texts) or self.tr("There were none."))

    def _show_log(self, text: str) -> None:
        self.log.setPlainText(text)
        bar = self.log.verticalScrollBar()
        if bar is not None:
            bar.setValue(bar.maximum())

    def _copy(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self._state.as_text())
