"""The window's menus, which commands, docks and features fill."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QMainWindow, QMenu

from qt_app.ui.actions import Actions, ActionSpec

__all__ = ["Menus"]


class Menus(QObject):
    """The menus ``file``, ``edit``, ``mask``, ``view``, ``tokens`` and ``help`` of a window.

    Attributes:
        actions: all actions, those of the menus too.
    """

    def __init__(self, window: QMainWindow, actions: Actions) -> None:
        super().__init__(window)
        self.actions = actions
        self._menus: dict[str, QMenu] = {}
        bar = window.menuBar()
        for name, title in (
            ("file", self.tr("&File")), ("edit", self.tr("&Edit")), ("mask", self.tr("&Mask")),
            ("view", self.tr("&View")), ("tokens", self.tr("&Tokens")), ("help", self.tr("&Help")),
        ):  # fmt: skip
            menu = bar.addMenu(title) if bar is not None else None
            if menu is not None:
                menu.setToolTipsVisible(True)
                self._menus[name] = menu

    def __getitem__(self, name: str) -> QMenu:
        return self._menus[name]

    def add(self, menu: str, spec: ActionSpec, run: Callable[..., object] | None = None) -> None:
        """Add an action at the end of a menu; ``run`` is called without arguments when it is triggered."""
        self._menus[menu].addAction(self.actions.add(spec, run))

    def move_last(self, menu: str, action: str) -> None:
        """Move an action to the end of its menu, below a separator."""
        self._menus[menu].removeAction(self.actions[action])
        self._menus[menu].addSeparator()
        self._menus[menu].addAction(self.actions[action])
