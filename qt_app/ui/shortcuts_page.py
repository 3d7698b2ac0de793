"""The shortcut editor: all actions with their keys. Keys that another action uses are refused."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qt_app.model.preferences import Preferences
from qt_app.observable import follow
from qt_app.ui.actions import Actions
from qt_app.ui.plain_text import plain_label, set_tip
from qt_app.ui.widgets import dim_label

__all__ = ["ShortcutsPage"]

NAME = Qt.ItemDataRole.UserRole


class ShortcutsPage(QWidget):
    """Shows `Actions`."""

    def __init__(self, actions: Actions, preferences: Preferences) -> None:
        super().__init__()
        self._actions = actions
        self._items: dict[str, QTreeWidgetItem] = {}
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search actions and keys …"))
        self.search.setAccessibleName(self.tr("Search shortcuts"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.tree = QTreeWidget()
        self.tree.setProperty("roomy", True)
        self.tree.setAccessibleName(self.tr("Actions"))
        self.tree.setHeaderLabels([self.tr("Action"), self.tr("Keys")])
        self.tree.setRootIsDecorated(False)
        header = self.tree.header()
        if header is not None:
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
            header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.currentItemChanged.connect(lambda *_: self._show_current())
        column = QVBoxLayout(self)
        column.addWidget(self.search)
        column.addWidget(self.tree, 1)
        column.addLayout(self._make_editor())
        self.problem = dim_label()
        column.addWidget(self.problem)
        self._fill()
        follow(preferences, ("shortcuts",), self._show_keys, now=False)

    def select(self, name: str) -> None:
        """Select an action."""
        self.tree.setCurrentItem(self._items[name])

    # ------------------------------------------------------------------ making

    def _make_editor(self) -> QHBoxLayout:
        self.keys = QKeySequenceEdit()
        self.keys.setAccessibleName(self.tr("New keys"))
        self.keys.setMaximumSequenceLength(1)
        self.keys.setClearButtonEnabled(True)
        self.keys.editingFinished.connect(self._set)
        self.none, self.default = QPushButton(self.tr("None")), QPushButton(self.tr("Default"))
        self.none.clicked.connect(lambda: self._give(""))
        self.default.clicked.connect(self._give_default)
        self.all_default = QPushButton(self.tr("All as at the start"))
        self.all_default.clicked.connect(self._actions.reset_shortcuts)
        label = plain_label(self.tr("Press new keys:"))
        label.setBuddy(self.keys)
        row = QHBoxLayout()
        for widget in (label, self.keys, self.none, self.default):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.all_default)
        return row

    def _fill(self) -> None:
        self.tree.clear()
        self._items.clear()
        for name in self._actions:
            text = self._actions.specs[name].text.replace("&", "").rstrip(" …")
            item = QTreeWidgetItem(self.tree, [text, ""])
            item.setData(0, NAME, name)
            set_tip(item, self._actions.specs[name].tip, 0)
            self._items[name] = item
        self._show_keys()
        self._filter(self.search.text())
        self.tree.setCurrentItem(self.tree.topLevelItem(0))

    # ------------------------------------------------------------------ showing

    def _show_keys(self) -> None:
        for name, item in self._items.items():
            item.setText(1, self._shown(self._actions.shortcut(name)))
            font = item.font(1)
            font.setBold(self._actions.shortcut(name) != self._actions.specs[name].shortcut)
            item.setFont(1, font)
        self._show_current()

    def _show_current(self) -> None:
        name = self._current()
        self.keys.setKeySequence(_sequence(self._actions.shortcut(name)) if name else QKeySequence())
        for widget in (self.keys, self.none, self.default):
            widget.setEnabled(bool(name))
        self.problem.clear()

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        for item in self._items.values():
            shown = f"{item.text(0)} {item.text(1)} {item.toolTip(0)}".lower()
            item.setHidden(not all(word in shown for word in words))

    def _current(self) -> str:
        item = self.tree.currentItem()
        return str(item.data(0, NAME)) if item is not None else ""

    # ------------------------------------------------------------------ changing

    def _set(self) -> None:
        self._give(self.keys.keySequence().toString(QKeySequence.SequenceFormat.PortableText))

    def _give_default(self) -> None:
        self._give(self._actions.specs[self._current()].shortcut)

    def _give(self, keys: str) -> None:
        name = self._current()
        if not name or keys == self._actions.shortcut(name):
            return
        taken = self._actions.change_shortcut(name, keys)
        if taken:
            self._show_current()
            other = self._items[taken].text(0) if taken in self._items else taken
            self.problem.setText(self.tr("{0} belongs to “{1}” already.").format(self._shown(keys), other))

    def _shown(self, keys: str) -> str:
        return str(_sequence(keys).toString(QKeySequence.SequenceFormat.NativeText))


def _sequence(keys: str) -> QKeySequence:
    return QKeySequence.fromString(keys, QKeySequence.SequenceFormat.PortableText)
