"""The main window: menus, docks, the message box above the canvas, the engine's state below it. No logic of its own."""

from __future__ import annotations

import base64

from PyQt6.QtCore import QByteArray, Qt
from PyQt6.QtGui import QCloseEvent, QShowEvent
from PyQt6.QtWidgets import QDockWidget, QLabel, QMainWindow, QMenu, QVBoxLayout, QWidget

from qt_app.model.studio import StudioState
from qt_app.ui.actions import Actions, ActionSpec
from qt_app.ui.error_box import ErrorBox
from qt_app.ui.jobs_dock import JobsPanel

__all__ = ["MainWindow"]


class MainWindow(QMainWindow):
    """The window of one studio."""

    def __init__(self, state: StudioState) -> None:
        super().__init__()
        self.studio = state
        self.actions_by_id = Actions(state.preferences, self)
        self.docks: dict[str, QDockWidget] = {}
        self._menus: dict[str, QMenu] = {}
        self.setObjectName("main-window")
        self.setWindowTitle("S²Edit Studio")
        self.setDockNestingEnabled(True)
        self.resize(1280, 800)
        self._make_menus()
        self._make_centre()
        self._make_status()
        self._make_docks()
        self._restore_geometry()

    # ------------------------------------------------------------------ for those who add parts

    def add_action(self, menu: str, spec: ActionSpec, run: object = None) -> None:
        """Add an action to one of the menus ``file``, ``edit``, ``mask``, ``view``, ``tokens``, ``help``."""
        action = self.actions_by_id.add(spec, run if callable(run) else None)
        self._menus[menu].addAction(action)

    def add_dock(self, name: str, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        """Put a panel into a dock of its own; the View menu shows and hides it."""
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        self.docks[name] = dock
        toggle = dock.toggleViewAction()
        if toggle is not None:
            self._menus["view"].addAction(toggle)
        return dock

    def menu(self, name: str) -> QMenu:
        """A menu by its name."""
        return self._menus[name]

    # ------------------------------------------------------------------ making

    def _make_menus(self) -> None:
        bar = self.menuBar()
        for name, title in (
            ("file", self.tr("&File")), ("edit", self.tr("&Edit")), ("mask", self.tr("&Mask")),
            ("view", self.tr("&View")), ("tokens", self.tr("&Tokens")), ("help", self.tr("&Help")),
        ):  # fmt: skip
            menu = bar.addMenu(title) if bar is not None else None
            if menu is not None:
                self._menus[name] = menu
        self.add_action("file", ActionSpec("file.quit", self.tr("&Quit"), "Ctrl+Q"), self.close)

    def _make_centre(self) -> None:
        self.message_box = ErrorBox(self.studio.messages)
        self.canvas_place = QVBoxLayout()
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(6, 6, 6, 6)
        column.addWidget(self.message_box)
        column.addLayout(self.canvas_place, 1)
        self.setCentralWidget(centre)

    def _make_status(self) -> None:
        self.engine_label = QLabel()
        self.engine_label.setAccessibleName(self.tr("Engine"))
        bar = self.statusBar()
        if bar is not None:
            bar.addPermanentWidget(self.engine_label)
        self._show_engine(self.studio.link.state)
        self.studio.link.state_changed.connect(self._show_engine)

    def _make_docks(self) -> None:
        self.jobs_panel = JobsPanel(self.studio.jobs)
        self.add_dock("jobs", self.tr("Jobs"), self.jobs_panel, Qt.DockWidgetArea.BottomDockWidgetArea)

    def _show_engine(self, state: str) -> None:
        self.engine_label.setText(
            {
                "starting": self.tr("Engine: starting …"),
                "connected": self.tr("Engine: ready"),
                "lost": self.tr("Engine: starting again …"),
                "failed": self.tr("Engine: not running"),
            }[state]
        )

    # ------------------------------------------------------------------ events of the window

    def _restore_geometry(self) -> None:
        saved = self.studio.preferences.geometry
        if saved:
            self.restoreGeometry(QByteArray(base64.b64decode(saved, validate=False)))

    def showEvent(self, event: QShowEvent | None) -> None:
        """The window is there; the engine starts behind it."""
        super().showEvent(event)
        if self.studio.link.state == "starting" and event is not None and not event.spontaneous():
            self.studio.link.start()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Remember the geometry, leave the engine."""
        geometry = self.saveGeometry().data()
        self.studio.preferences.geometry = base64.b64encode(geometry).decode()
        self.studio.close()
        super().closeEvent(event)
