"""The main window: menus, docks, the message box above the canvas, the engine's state below it."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QEvent, QPointF, Qt, QTimer
from PyQt6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QShowEvent
from PyQt6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QMessageBox,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from qt_app.model.document import Document
from qt_app.model.studio import StudioState
from qt_app.observable import follow
from qt_app.ui.actions import Actions, ActionSpec
from qt_app.ui.canvas.view import CanvasView
from qt_app.ui.commands import Commands
from qt_app.ui.edit_panel import EditPanel
from qt_app.ui.error_box import ErrorBox
from qt_app.ui.jobs_panel import JobsPanel
from qt_app.ui.learn_panel import LearnPanel
from qt_app.ui.library_panel import LibraryPanel
from qt_app.ui.mask_panel import MaskPanel
from qt_app.ui.menus import Menus
from qt_app.ui.mime_data import picture_in
from qt_app.ui.panel_layout import PanelLayout
from qt_app.ui.plain_text import confirmed, plain_label, question_box
from qt_app.ui.widgets import set_status_colour
from qt_app.ui.workspace import Workspace
from s2edit_plugin.api import LearnResult

__all__ = ["MainWindow"]

STOP_MS = 5000  # the longest that closing waits for learning to stop
TALL = 1100  # pixels: at this height the edit panel starts unfolded
AREA = Qt.DockWidgetArea


class MainWindow(QMainWindow):
    """The window of one studio.

    Attributes:
        menus: with all actions. docks: by name. when_closed: called after closing, which may be delayed until learning has
            stopped.
    """

    def __init__(self, state: StudioState) -> None:
        super().__init__()
        self.studio = state
        self.when_closed: Callable[[], object] | None = None
        self.actions_by_id = Actions(state.preferences, self)
        self.docks: dict[str, QDockWidget] = {}
        self._arranged = self._shown = False
        self.panel_layout = PanelLayout(self, self.docks, state.preferences)
        self._closing = self._closed = False
        self.setObjectName("main-window")
        self.setWindowTitle("S²Edit Studio")
        self.setDockNestingEnabled(True)
        self.setAcceptDrops(True)
        self.menus = Menus(self, self.actions_by_id)
        view = CanvasView()
        self.commands = Commands(self.menus, state, view, self, self.start_panel, self.show_panel)
        self.workspace = Workspace(state, view, self.actions_by_id)
        self._make_centre()
        self._make_status()
        self._make_docks()
        self._finish_menus()
        self._connect()

    # ------------------------------------------------------------------ panels

    def add_dock(self, name: str, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        """Add a panel in a dock of its own, with an entry in the View menu that shows and hides it."""
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setAccessibleName(title)
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        self.docks[name] = dock
        toggle = dock.toggleViewAction()
        if toggle is not None:
            self.menus["view"].addAction(toggle)
        return dock

    def arrange(self) -> None:
        """Restore the last positions of window and panels. Once, when all docks are added, since Qt ignores later ones."""
        if not self._arranged:
            self._arranged = True
            self.panel_layout.restore()

    def show_panel(self, name: str) -> None:
        """Bring ``learn`` or ``edit`` to the front."""
        self.docks["work"].show()
        self.docks["work"].raise_()
        self.panels.setCurrentWidget(self.edit_panel if name == "edit" else self.learn_panel)

    def go_to_panel(self, name: str) -> None:
        """Bring a panel to the front and focus its first field, so that typing does not trigger tool shortcuts."""
        self.show_panel(name)
        field = self.edit_panel.prompt if name == "edit" else self.learn_panel.person
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def start_panel(self) -> None:
        """Start the job that the panel in front prepares."""
        if self.panels.currentWidget() is self.edit_panel:
            self.studio.editing.start()
        else:
            self.studio.learning.start()

    def reset_layout(self) -> None:
        """Restore the default positions of the panels."""
        self.panel_layout.reset()

    # ------------------------------------------------------------------ making

    def _make_centre(self) -> None:
        self.message_box = ErrorBox(self.studio.messages, self.actions_by_id)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.message_box)
        column.addWidget(self.workspace, 1)
        self.setCentralWidget(centre)

    def _make_status(self) -> None:
        self.photo_label, self.place_label, self.engine_label = plain_label(), plain_label(), plain_label()
        self.photo_label.setAccessibleName(self.tr("Photo"))
        self.place_label.setAccessibleName(self.tr("Pixel under the pointer"))
        self.engine_label.setAccessibleName(self.tr("Engine"))
        self.restart = QPushButton(self.tr("Start the engine"))
        self.restart.clicked.connect(self.studio.link.start)
        self.place_label.setMinimumWidth(self.place_label.fontMetrics().horizontalAdvance("99999, 99999"))
        self.engine_mark = plain_label("●")
        bar = self.statusBar()
        if bar is not None:
            bar.setContentsMargins(8, 0, 4, 0)
            bar.addWidget(self.photo_label, 1)
            for widget in (self.place_label, self.engine_mark, self.engine_label, self.restart):
                bar.addPermanentWidget(widget)
        follow(self.studio.link, "state", self._show_engine)

    def _make_docks(self) -> None:
        studio = self.studio
        for corner, area in (
            (Qt.Corner.BottomLeftCorner, AREA.LeftDockWidgetArea),
            (Qt.Corner.BottomRightCorner, AREA.RightDockWidgetArea),
        ):
            self.setCorner(corner, area)
        self.library_panel = LibraryPanel(studio.library)
        self.mask_panel = MaskPanel(studio.masking, self.actions_by_id)
        self.learn_panel = LearnPanel(studio.learning, studio.estimates)
        self.edit_panel = EditPanel(studio.editing, studio.estimates, studio.library)
        self.jobs_panel = JobsPanel(studio.jobs)
        self.panels = QTabWidget()
        self.panels.setDocumentMode(True)
        self.panels.setAccessibleName(self.tr("Learn and edit"))
        self.panels.addTab(self.learn_panel, self.tr("Learn"))
        self.panels.addTab(self.edit_panel, self.tr("Edit"))
        self.add_dock("library", self.tr("Library"), self.library_panel, AREA.LeftDockWidgetArea)
        self.add_dock("masks", self.tr("Masks"), self.mask_panel, AREA.LeftDockWidgetArea)
        self.add_dock("work", self.tr("Learn and edit"), self.panels, AREA.RightDockWidgetArea)
        self.add_dock("jobs", self.tr("Jobs"), self.jobs_panel, AREA.BottomDockWidgetArea)

    def _finish_menus(self) -> None:
        self.menus["view"].addSeparator()
        for menu, spec, run in (
            ("view", ActionSpec("window.reset-layout", self.tr("Panels as &at the start")), self.reset_layout),
            ("view", ActionSpec("window.full-screen", self.tr("F&ull screen"), "F11"), self._toggle_full_screen),
            ("tokens", ActionSpec("panel.learn", self.tr("&Learn panel"), "Ctrl+Alt+L"), lambda: self.go_to_panel("learn")),
            ("tokens", ActionSpec("panel.edit", self.tr("&Edit panel"), "Ctrl+Alt+E"), lambda: self.go_to_panel("edit")),
            ("tokens", ActionSpec("panel.search", self.tr("&Search the library"), "Ctrl+F"), self._search),
            ("help", ActionSpec("engine.restart", self.tr("&Start the engine again")), self._restart_engine),
            ("file", ActionSpec("file.quit", self.tr("&Quit"), "Ctrl+Q"), self.close),
        ):  # fmt: skip
            self.menus.add(menu, spec, run)

    def _connect(self) -> None:
        start, view = self.workspace.start, self.workspace.view
        start.open_requested.connect(self.commands.ask_open)
        start.paste_requested.connect(self.commands.paste)
        start.sample_requested.connect(self.commands.open_sample)
        start.file_requested.connect(self.studio.documents.open_file)
        view.hovered.connect(self._show_place)
        self.library_panel.chosen.connect(self._use_token)
        follow(self.studio.documents, "document", self._show_document)
        self.studio.learning.learned.connect(self._use_learned)

    # ------------------------------------------------------------------ showing

    def _show_engine(self, state: str) -> None:
        self.engine_label.setText(
            {
                "starting": self.tr("Engine: starting …"),
                "connected": self.tr("Engine: ready"),
                "lost": self.tr("Engine: starting again …"),
                "failed": self.tr("Engine: not running"),
            }[state]
        )
        colours = {"starting": "warn", "connected": "good", "lost": "warn", "failed": "bad"}
        set_status_colour(self.engine_mark, colours[state])
        self.restart.setVisible(state == "failed")
        if "engine.restart" in list(self.actions_by_id):
            self.actions_by_id["engine.restart"].setEnabled(state in ("failed", "connected"))

    def _restart_engine(self) -> None:
        words = self.tr("What it is doing ends. Learning can go on later where it was.")
        if not self.studio.jobs.busy or confirmed(self, self.tr("Start the engine again?"), words):
            self.studio.link.restart()

    def _show_document(self, document: Document | None) -> None:
        if document is None:
            self.photo_label.clear()
            self.setWindowTitle("S²Edit Studio")
            return
        height, width = document.rgb.shape[:2]
        self.photo_label.setText(f"{document.name} · {width} × {height}")
        self.setWindowTitle(f"{document.name} — S²Edit Studio")

    def _show_place(self, at: QPointF) -> None:
        self.place_label.setText(f"{int(at.x())}, {int(at.y())}")

    def _use_token(self, name: str) -> None:
        field = self.edit_panel.prompt
        if field.hasFocus():
            field.insert_token(name)
        else:
            self.studio.editing.insert_token(name)
        self.show_panel("edit")

    def _use_learned(self, result: LearnResult) -> None:
        self.studio.editing.insert_learned(result.name)
        self.show_panel("edit")

    def _search(self) -> None:
        self.docks["library"].show()
        self.docks["library"].raise_()
        self.library_panel.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    # ------------------------------------------------------------------ events of the window

    def setVisible(self, visible: bool) -> None:
        """Place the panels before the window is shown."""
        if visible:
            self.arrange()
        super().setVisible(visible)

    def showEvent(self, event: QShowEvent | None) -> None:
        """Start the engine when the window is shown for the first time."""
        super().showEvent(event)
        if event is None or event.spontaneous():
            return
        if not self._shown:
            self._shown = True
            self.edit_panel.more.setChecked(self.height() >= TALL)
            self.panel_layout.fit_to_screen()
            QTimer.singleShot(0, self.panel_layout.fit_to_screen)  # when the panels have their sizes
        if self.studio.link.state == "starting":
            self.studio.link.start()

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Accept pictures anywhere in the window."""
        if event is not None and picture_in(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Open what was dropped."""
        found = picture_in(event.mimeData()) if event is not None else None
        if event is not None and found is not None:
            event.acceptProposedAction()
            self.studio.documents.open_picture(found)

    def changeEvent(self, event: QEvent | None) -> None:
        """Repaint after a change of the theme."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            self.update()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Store the layout and disconnect from the engine, unless the user cancels or learning has to stop first."""
        if self._closed:  # called again when learning has stopped
            return
        if event is not None and not self._may_close():
            event.ignore()
            return
        self._closed = True
        self.panel_layout.store()
        self.hide()  # disconnecting may take a moment
        self.studio.close()
        self.studio.documents.document = None  # no widget is updated while all are deleted
        super().closeEvent(event)
        if self.when_closed is not None:
            self.when_closed()

    @property
    def is_closing(self) -> bool:
        """Whether the window closes as soon as learning has stopped."""
        return self._closing

    def _may_close(self) -> bool:
        """Whether the window may be closed now. If learning is running, the user decides what happens to it."""
        if self._closing:
            return True
        if not self.studio.documents.may_close():
            return False
        if self.studio.learning.job is None:
            return True
        answer = self.ask_about_learning()
        if answer == "stop":
            self._closing = True
            self.studio.learning.job_changed.connect(lambda _: self.close())
            self.studio.learning.cancel()
            QTimer.singleShot(STOP_MS, self.close)
            return False
        return answer == "keep"

    def ask_about_learning(self) -> str:
        """Ask what happens to running learning when the window is closed: ``keep``, ``stop`` or ``stay`` (do not close)."""
        box = question_box(
            self,
            self.tr("Learning is under way"),
            self.tr("A token is being learned."),
            self.tr(
                "It can go on without the window. If it is stopped, it can be taken up later where it was."
            ),
        )
        keep = box.addButton(self.tr("Close, go on learning"), QMessageBox.ButtonRole.AcceptRole)
        stop = box.addButton(self.tr("Stop learning"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(keep)
        box.exec()
        return "keep" if box.clickedButton() is keep else "stop" if box.clickedButton() is stop else "stay"
