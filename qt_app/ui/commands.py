"""The window's commands: their menu entries and keys, and which of them are enabled."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QActionGroup, QGuiApplication, QImage, QKeyEvent, QUndoStack
from PyQt6.QtWidgets import QFileDialog, QWidget

from qt_app.model.document import Document
from qt_app.model.studio import StudioState
from qt_app.model.tools import TOOLS
from qt_app.observable import Connections, follow
from qt_app.ui.actions import ActionSpec
from qt_app.ui.canvas.view import CanvasView
from qt_app.ui.menus import Menus
from qt_app.ui.mime_data import SUFFIXES, picture_in
from qt_app.ui.plain_text import confirm_replacing, escaped_mnemonics, set_tip
from s2edit_plugin.storage.paths import models_package

__all__ = ["PICTURES", "Commands"]

PICTURES = tuple(f"*{suffix}" for suffix in SUFFIXES)
SAMPLE = "anna.png"
Row = tuple[str, str, str, str, str, Callable[[], object] | None]
"""id, text, shortcut, tip, icon, function."""


class Commands(QObject):
    """Adds the commands to the menus and keeps their state up to date.

    Args:
        parent: of the dialogs. start_panel: starts the job that the panel in front prepares. show_panel: brings the panel
            ``learn`` or ``edit`` to the front.
    """

    def __init__(
        self,
        menus: Menus,
        studio: StudioState,
        view: CanvasView,
        parent: QWidget,
        start_panel: Callable[[], None],
        show_panel: Callable[[str], None],
    ) -> None:
        super().__init__(parent)
        self._menus, self._actions, self._studio, self._view = menus, menus.actions, studio, view
        self._parent, self._start_panel, self._show_panel = parent, start_panel, show_panel
        self._connections = Connections()
        self._undo: QUndoStack | None = None
        self._make_file()
        self._make_edit()
        self._make_tools()
        self._make_masks()
        self._make_view()
        follow(studio.documents, "document", self._show_document)

    # ------------------------------------------------------------------ opening

    def _filters(self, kind: str) -> str:
        """Filters of a file dialog: pictures by their suffixes, and all files."""
        return f"{kind} ({' '.join(PICTURES)});;" + self.tr("All files") + " (*)"

    def ask_open(self) -> None:
        """Choose a photo and open it."""
        last = next(iter(self._studio.preferences.recent), "")
        path, _ = QFileDialog.getOpenFileName(
            self._parent,
            self.tr("Open a photo"),
            str(Path(last).parent) if last else "",
            self._filters(self.tr("Photos")),
        )
        if path:
            self._studio.documents.open_file(path)

    def open_sample(self) -> None:
        """Open the portrait that comes with the program."""
        self._studio.documents.open_file(str(models_package() / "samples" / SAMPLE))

    def paste(self) -> None:
        """Open the picture in the clipboard."""
        clipboard = QGuiApplication.clipboard()
        found = picture_in(clipboard.mimeData() if clipboard is not None else None)
        if found is None:
            self._studio.messages.note(self.tr("There is no picture in the clipboard."))
        else:
            self._studio.documents.open_picture(found)

    def copy(self) -> None:
        """Copy the shown picture, result or photo, to the clipboard."""
        clipboard, document = QGuiApplication.clipboard(), self._studio.documents.document
        if clipboard is None or document is None:
            return
        rgb = document.rgb if document.result is None else document.result.rgb
        height, width = rgb.shape[:2]
        image = QImage(rgb.tobytes(), width, height, width * 3, QImage.Format.Format_RGB888)
        clipboard.setImage(image.copy())
        self._studio.messages.note(self.tr("The picture is in the clipboard."))

    # ------------------------------------------------------------------ menu entries

    def _add(self, menu: str, rows: tuple[Row | None, ...], checkable: bool = False) -> None:
        for row in rows:
            if row is None:
                self._menus[menu].addSeparator()
                continue
            name, text, keys, tip, picture, run = row
            self._menus.add(menu, ActionSpec(name, text, keys, tip, checkable, picture), run)

    def _make_file(self) -> None:
        self._add(
            "file",
            (("file.open", self.tr("&Open …"), "Ctrl+O", self.tr("Open a photo"), "open", self.ask_open),),
        )
        recent = self._menus["file"].addMenu(self.tr("Open &recent"))
        if recent is not None:
            self._recent = recent
            follow(self._studio.preferences, "recent", self._show_recent)
        self._add(
            "file",
            (
                ("file.sample", self.tr("Open the sample &portrait"), "", "", "person", self.open_sample),
                None,
            ),
        )

    def _make_edit(self) -> None:
        self._add(
            "edit",
            (
                ("edit.undo", self.tr("&Undo"), "Ctrl+Z", "", "undo", self._undo_one),
                ("edit.redo", self.tr("&Redo"), "Ctrl+Shift+Z", "", "redo", self._redo_one),
                None,
                ("edit.copy", self.tr("&Copy picture"), "Ctrl+C", self.tr("Put the picture on show into the clipboard"),
                 "", self.copy),
                ("edit.paste", self.tr("&Paste picture"), "Ctrl+V", self.tr("Open the picture in the clipboard"),
                 "paste", self.paste),
                None,
                ("edit.start", self.tr("&Start edit or learning"), "Ctrl+Return",
                 self.tr("Start what the panel in front is for"), "", self._start_panel),
                ("edit.again", self.tr("Edit &again"), "Ctrl+Shift+E",
                 self.tr("Take this result's prompt and settings into the edit panel"), "again", self._again),
                ("edit.continue", self.tr("&Go on from result"), "",
                 self.tr("Open this result as the next photo to edit"), "photo", self._go_on),
            ),
        )  # fmt: skip

    def _make_tools(self) -> None:
        tools = self._studio.tools
        texts = {
            "hand": (self.tr("&Hand"), "H", self.tr("Move the picture")),
            "brush": (self.tr("&Brush"), "B", self.tr("Paint the mask")),
            "eraser": (self.tr("&Eraser"), "E", self.tr("Take paint off the mask")),
            "lasso": (self.tr("&Lasso"), "L", self.tr("Draw around what is meant")),
            "polygon": (self.tr("&Polygon"), "P", self.tr("Corner by corner around what is meant")),
            "rectangle": (self.tr("&Rectangle"), "R", self.tr("A rectangle")),
            "ellipse": (self.tr("Ell&ipse"), "O", self.tr("An ellipse")),
            "wand": (self.tr("Magic &wand"), "W", self.tr("What has the colour of a place")),
            "click": (self.tr("&Click to select"), "C", self.tr("Click on a thing or draw a box around it")),
        }
        group = QActionGroup(self)
        for name in TOOLS:
            text, keys, tip = texts[name]
            row = (f"tool.{name}", text, keys, tip, name, lambda one=name: setattr(tools, "tool", one))
            self._add("mask", (row,), checkable=True)
            group.addAction(self._actions[f"tool.{name}"])
        follow(tools, "tool", lambda name: self._actions[f"tool.{name}"].setChecked(True))
        self._add(
            "mask",
            (
                None,
                ("brush.smaller", self.tr("Smaller brush"), "[", "", "", tools.smaller),
                ("brush.larger", self.tr("Larger brush"), "]", "", "", tools.larger),
                ("mask.swap", self.tr("Other mask"), "X",
                 self.tr("Change between subject and edit region"), "", self._studio.masking.swap_layers),
                None,
            ),
        )  # fmt: skip

    def _make_masks(self) -> None:
        masking = self._studio.masking
        finds = (
            ("auto", self.tr("Find person"), self.tr("Person"), "Ctrl+Shift+P"),
            ("face", self.tr("Find face"), self.tr("Face"), "Ctrl+Shift+F"),
            ("hair", self.tr("Find hair"), self.tr("Hair"), "Ctrl+Shift+H"),
            ("lips", self.tr("Find lips"), self.tr("Lips"), "Ctrl+Shift+L"),
            ("eyes", self.tr("Find eyes"), self.tr("Eyes"), ""),
            ("skin", self.tr("Find skin"), self.tr("Skin"), ""),
        )
        for method, text, short, keys in finds:
            row = (f"mask.find-{method}", text, keys, "", "", lambda one=method: masking.find(one))
            self._add("mask", (row,))
            self._actions[f"mask.find-{method}"].setIconText(short)
        self._add("mask", (None,))
        rows = (
            ("feather", self.tr("Feather"), "Ctrl+Alt+F", self.tr("Soften the edge"), masking.feather),
            ("grow", self.tr("Grow"), "Ctrl+Alt+G", self.tr("Widen the mask"), masking.grow),
            ("shrink", self.tr("Shrink"), "Ctrl+Alt+S", self.tr("Narrow the mask"), masking.shrink),
            ("fill-holes", self.tr("Fill holes"), "", self.tr("Fill what the mask encloses"), masking.fill_holes),
            ("invert", self.tr("Invert"), "Ctrl+I", self.tr("Swap inside and outside"), masking.invert),
            ("all", self.tr("All"), "Ctrl+Shift+A", self.tr("Everything"), masking.select_all),
            ("clear", self.tr("Clear"), "Ctrl+Shift+D", self.tr("Empty the mask; it is found by itself again"), masking.clear),
            ("copy", self.tr("Copy from the other mask"), "", "", masking.copy_from_other),
            ("load", self.tr("Load …"), "", self.tr("Read the mask from a picture of the photo's size"), self._load_mask),
            ("save", self.tr("Save …"), "", self.tr("Write the mask as a grey picture"), self.save_mask),
            ("show", self.tr("Show or hide masks"), "Ctrl+H", "", self._toggle_masks),
        )  # fmt: skip
        for name, text, keys, tip, run in rows:
            self._add("mask", ((f"mask.{name}", text, keys, tip, "", run),))

    def _make_view(self) -> None:
        view = self._view
        self._add(
            "view",
            (
                ("view.zoom-in", self.tr("Zoom &in"), "Ctrl++", "", "zoom-in", view.zoom_in),
                ("view.zoom-out", self.tr("Zoom &out"), "Ctrl+-", "", "zoom-out", view.zoom_out),
                ("view.fit", self.tr("&Fit"), "Ctrl+0", self.tr("The whole photo"), "fit", view.fit),
                ("view.actual", self.tr("&100 %"), "Ctrl+1", self.tr("One pixel of the screen for each of the photo"),
                 "", lambda: view.set_zoom(1.0)),
                None,
                ("view.before", self.tr("&Before"), "\\", self.tr("Show the photo while the key is held"), "before",
                 self._before),
                ("view.previous", self.tr("Previous result"), "PgUp", "", "", lambda: self._step(-1)),
                ("view.next", self.tr("Next result"), "PgDown", "", "", lambda: self._step(1)),
            ),
        )  # fmt: skip
        self._actions["view.before"].setAutoRepeat(False)
        self._actions.add_alternative("view.zoom-in", "Ctrl+=")  # without Shift on many keyboards
        checks: tuple[Row, ...] = (
            ("view.split", self.tr("&Split"), "S", self.tr("Photo left, result right, with a slider"), "split",
             self._split),
            ("view.look", self.tr("See where it &looks"), "Ctrl+L",
             self.tr("Show where a word or token of the prompt looks"), "look", self._toggle_attention),
        )  # fmt: skip
        self._add("view", checks, checkable=True)
        self._actions["view.look"].setIconText(self.tr("Look at"))
        self._add("view", (None,))

    # ------------------------------------------------------------------ functions

    def _undo_one(self) -> None:
        if self._undo is not None:
            self._undo.undo()

    def _redo_one(self) -> None:
        if self._undo is not None:
            self._undo.redo()

    def _again(self) -> None:
        document = self._studio.documents.document
        if document is not None and document.result is not None:
            self._studio.editing.edit_again(document.result.request)
            self._show_panel("edit")

    def _go_on(self) -> None:
        document = self._studio.documents.document
        if document is not None and document.result is not None:
            self._studio.documents.open_picture(document.result.output.image, document.original)

    def _load_mask(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self._parent, self.tr("Load a mask"), "", self._filters(self.tr("Pictures"))
        )
        if path:
            self._studio.masking.load(path)

    def save_mask(self) -> None:
        """Ask for a path, and write the active mask there."""
        path, _ = QFileDialog.getSaveFileName(
            self._parent,
            self.tr("Save the mask"),
            "mask.png",
            self.tr("PNG") + " (*.png)",
            "",
            QFileDialog.Option.DontConfirmOverwrite,  # Qt's own question would interpret the name as mark-up
        )
        path = path if not path or path.lower().endswith(".png") else f"{path}.png"
        if path and (not Path(path).exists() or confirm_replacing(self._parent, Path(path).name)):
            self._studio.masking.save(path)

    def _toggle_masks(self) -> None:
        document = self._studio.documents.document
        if document is not None:
            layers = document.masks.layers.values()
            shown = not any(layer.visible for layer in layers)
            for layer in layers:
                layer.visible = shown

    def _before(self) -> None:
        document = self._studio.documents.document
        if document is None or document.result is None:
            return
        document.hold_before(document.compare != "before")
        application = QGuiApplication.instance()
        if application is not None and document.compare == "before":
            application.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """End showing the photo when its key is released, or when another program gets the keyboard."""
        if event is not None and event.type() == QEvent.Type.ApplicationDeactivate:
            self._end_before()
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyRelease:
            keys = self._actions["view.before"].shortcut()
            if not event.isAutoRepeat() and keys.count() and keys[0].key() == Qt.Key(event.key()):
                self._end_before()
        return super().eventFilter(watched, event)

    def _end_before(self) -> None:
        document = self._studio.documents.document
        if document is not None:
            document.hold_before(False)
        application = QGuiApplication.instance()
        if application is not None:
            application.removeEventFilter(self)

    def _split(self) -> None:
        document = self._studio.documents.document
        if document is not None:
            document.toggle_split()

    def _step(self, by: int) -> None:
        document = self._studio.documents.document
        if document is not None:
            document.step(by)

    def _toggle_attention(self) -> None:
        document = self._studio.documents.document
        if document is None:
            return
        word = self._studio.editing.attention_word.strip()
        if document.heat is not None:
            document.heat = None
        elif word:
            self._studio.editing.show_attention(word)
        else:
            self._studio.messages.note(self.tr("Choose a word or token of the prompt first."))
        self._actions["view.look"].setChecked(document.heat is not None)

    # ------------------------------------------------------------------ state

    def _show_recent(self, recent: tuple[str, ...]) -> None:
        self._recent.clear()
        for path in recent:
            name = escaped_mnemonics(Path(path).name)
            action = self._recent.addAction(name, lambda one=path: self._studio.documents.open_file(one))
            if action is not None:
                set_tip(action, path)
        self._recent.setEnabled(bool(recent))

    def _show_document(self, document: Document | None) -> None:
        self._connections.clear()
        self._undo = document.masks.undo if document is not None else None
        for name in self._actions:
            if name.partition(".")[0] in ("tool", "mask", "brush", "view"):
                self._actions[name].setEnabled(document is not None)
        if document is None or self._undo is None:
            for name in ("edit.undo", "edit.redo", "edit.again", "edit.continue", "edit.copy"):
                self._actions[name].setEnabled(False)
            return
        self._actions["edit.copy"].setEnabled(True)
        until = self._connections
        for signal in (self._undo.indexChanged, self._undo.cleanChanged):
            until.add(signal, lambda _: self._show_undo())
        look, split = self._actions["view.look"], self._actions["view.split"]
        follow(document, "heat", lambda heat: look.setChecked(heat is not None), until=until)
        follow(document, "compare", lambda how: split.setChecked(how == "split"), until=until)
        follow(document, ("results", "shown"), partial(self._show_results, document), until=until)
        self._show_undo()

    def _show_undo(self) -> None:
        if self._undo is None:
            return
        undo, redo = self._actions["edit.undo"], self._actions["edit.redo"]
        undo.setEnabled(self._undo.canUndo())
        redo.setEnabled(self._undo.canRedo())
        undo.setText(self.tr("&Undo {0}").format(self._undo.undoText()).strip())
        redo.setText(self.tr("&Redo {0}").format(self._undo.redoText()).strip())

    def _show_results(self, document: Document) -> None:
        for name in ("edit.again", "edit.continue", "view.split", "view.before"):
            self._actions[name].setEnabled(document.result is not None)
        for name in ("view.previous", "view.next"):
            self._actions[name].setEnabled(bool(document.results))
