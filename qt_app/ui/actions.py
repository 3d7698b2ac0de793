"""The window's actions: text, shortcut, function. Menus, toolbars and the shortcut editor show them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PyQt6.QtCore import QObject
from PyQt6.QtGui import QAction, QKeySequence

from qt_app.model.document import Document, Documents
from qt_app.model.preferences import Preferences
from qt_app.observable import Connections, follow
from qt_app.ui.icons import icon
from qt_app.ui.plain_text import set_tip

__all__ = ["ActionSpec", "Actions", "enable_with_result"]


@dataclass(frozen=True)
class ActionSpec:
    """Definition of an action.

    Attributes:
        id: stable name, e.g. ``file.open``; user shortcuts are stored under it. text: in the menu, with ``&``.
        shortcut: default key sequence as portable text, "" for none. tip: one sentence.
        icon: name in `icons.ICONS`, "" for none.
    """

    id: str
    text: str
    shortcut: str = ""
    tip: str = ""
    checkable: bool = False
    icon: str = ""


class Actions(QObject):
    """The window's actions by id; shortcuts in the preferences override the defaults."""

    def __init__(self, preferences: Preferences, parent: QObject) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._actions: dict[str, QAction] = {}
        self._alternatives: dict[str, str] = {}
        self.specs: dict[str, ActionSpec] = {}
        follow(preferences, ("shortcuts",), self._assign_all)

    def add(self, spec: ActionSpec, run: Callable[..., object] | None = None) -> QAction:
        """Make an action; ``run`` is called without arguments when it is triggered."""
        action = QAction(spec.text, self.parent())
        action.setObjectName(spec.id)
        action.setCheckable(spec.checkable)
        if spec.icon:
            action.setIcon(icon(spec.icon))
        if run is not None:
            action.triggered.connect(lambda *_: run())
        self._actions[spec.id], self.specs[spec.id] = action, spec
        self._assign(spec)
        return action

    def add_alternative(self, name: str, sequence: str) -> None:
        """Add a second default key sequence, until the user chooses another one."""
        self._alternatives[name] = sequence
        self._assign(self.specs[name])

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._actions)

    def shortcut(self, name: str) -> str:
        """The current key sequence, as portable text."""
        return self._preferences.shortcuts.get(name, self.specs[name].shortcut)

    def change_shortcut(self, name: str, sequence: str) -> str:
        """Change an action's key sequence ("" for none), unless another action has it: then returns that one's id, else ""."""
        taken = next(
            (other for other in self if other != name and sequence and self.shortcut(other) == sequence), ""
        )
        if taken:
            return taken
        changed = dict(self._preferences.shortcuts)
        if sequence == self.specs[name].shortcut:
            changed.pop(name, None)
        else:
            changed[name] = sequence
        self._preferences.shortcuts = changed
        self._preferences.save()
        return ""

    def reset_shortcuts(self) -> None:
        """Restore the defaults."""
        self._preferences.shortcuts = {}
        self._preferences.save()

    def _assign_all(self) -> None:
        for spec in self.specs.values():
            self._assign(spec)

    def _assign(self, spec: ActionSpec) -> None:
        action, keys = self._actions[spec.id], self.shortcut(spec.id)
        texts = [keys]
        if keys == spec.shortcut and spec.id in self._alternatives:
            texts.append(self._alternatives[spec.id])
        portable = QKeySequence.SequenceFormat.PortableText
        action.setShortcuts([QKeySequence.fromString(text, portable) for text in texts])
        shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        tip = spec.tip or spec.text.replace("&", "").rstrip("…")
        set_tip(action, f"{tip} ({shown})" if shown else tip)


def enable_with_result(documents: Documents, action: QAction) -> None:
    """Keep an action enabled while a result is shown, and disabled otherwise."""
    connections = Connections()

    def show(document: Document | None) -> None:
        connections.clear()
        action.setEnabled(False)
        if document is not None:
            enable = lambda: action.setEnabled(document.result is not None)  # noqa: E731
            follow(document, ("results", "shown"), enable, until=connections)

    follow(documents, "document", show)
