"""Base models and networks: list, sizes, licences; install, import, verify, remove, use, move."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFont
from PyQt6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qt_app.i18n.engine_translation import translated
from qt_app.model.base_models import IMPORTING, MOVING, ModelsState
from qt_app.model.jobs import JobItem
from qt_app.observable import Connections, follow
from qt_app.ui.formatting import progress_in_words, size_in_words
from qt_app.ui.plain_text import Link, LinkLabel, confirmed, plain_label, set_tip
from qt_app.ui.widgets import dim_label, heading, primary, set_return_button, show_progress, thin_progress_bar
from s2edit_plugin.api.queries import ModelInfo

__all__ = ["LicenceDialog", "ModelsPage", "JobBar", "ask_install", "licence_link"]

NAME = Qt.ItemDataRole.UserRole


class LicenceDialog(QDialog):
    """A summary of a model's licence, its address, and the agreement, which is asked once for each model."""

    def __init__(self, model: ModelInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Licence of {0}").format(translated(model.title)))
        self.words = words = plain_label(translated(model.licence_text.strip()))
        words.setWordWrap(True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.agree = QCheckBox(self.tr("I have read the licence and accept it"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.main_button = primary(QPushButton(self.tr("Accept and install")))
        self.main_button.setEnabled(False)
        self.main_button.clicked.connect(self.accept)
        buttons.addButton(self.main_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        self.agree.toggled.connect(self.main_button.setEnabled)
        column = QVBoxLayout(self)
        column.addWidget(heading(model.licence))
        column.addWidget(words)
        column.addWidget(licence_link(Link(model.licence_url, self.tr("The whole licence"))))
        column.addWidget(self.agree)
        column.addWidget(buttons)
        set_return_button(self, self.main_button)
        self.setMinimumWidth(460)


class JobBar(QWidget):
    """Progress of a job about models, with a cancel button; hidden while there is no such job."""

    def __init__(self, models: ModelsState) -> None:
        super().__init__()
        self._models, self._name = models, ""
        self._item: JobItem | None = None
        self._connections = Connections()
        self.bar, self.words = thin_progress_bar(self.tr("Progress"), 8), plain_label()
        self.cancel = QPushButton(self.tr("Cancel"))
        self.words.setProperty("dim", True)
        self.cancel.clicked.connect(lambda: models.cancel(self._name))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.bar, 1)
        row.addWidget(self.words)
        row.addWidget(self.cancel)
        self.hide()

    def show_job(self, name: str) -> None:
        """Show the job of this name, see `ModelsState.working`; hidden if there is none."""
        self._name = name
        item = self._models.working.get(name)
        if item is not self._item:
            self._item = item
            self._connections.clear()
            if item is not None:
                follow(item, ("info",), partial(self._show, item), until=self._connections)
        self.setVisible(item is not None)

    def _show(self, item: JobItem) -> None:
        progress = item.progress
        show_progress(self.bar, progress)
        self.words.setText(progress_in_words(progress) if progress else self.tr("waiting"))


class ModelsPage(QWidget):
    """Shows a `ModelsState`."""

    def __init__(self, models: ModelsState) -> None:
        super().__init__()
        self._models = models
        self._items: dict[str, QTreeWidgetItem] = {}
        self.tree = QTreeWidget()
        self.tree.setProperty("roomy", True)
        self.tree.setAccessibleName(self.tr("Models"))
        self.tree.setHeaderLabels([self.tr("Model"), self.tr("Size"), self.tr("Licence"), self.tr("State")])
        self.tree.setUniformRowHeights(True)
        header = self.tree.header()
        if header is not None:
            header.setStretchLastSection(False)
            for section in range(4):
                mode = QHeaderView.ResizeMode
                header.setSectionResizeMode(section, mode.ResizeToContents if section else mode.Stretch)
        self.tree.currentItemChanged.connect(lambda *_: self._show_current())
        column = QVBoxLayout(self)
        column.addWidget(self.tree, 1)
        column.addWidget(self._make_details())
        column.addLayout(self._make_place())
        follow(models, "models", self._show)
        follow(models, ("working",), self._show_current)
        follow(models, ("folder", "free_bytes"), self._show_place)

    def select(self, name: str) -> None:
        """Select a model."""
        self.tree.setCurrentItem(self._items[name])

    # ------------------------------------------------------------------ making

    def _make_details(self) -> QWidget:
        box = QFrame()
        box.setProperty("box", "plain")
        self.title, self.about = heading(""), LinkLabel()
        self.about.setProperty("dim", True)
        self.about.setWordWrap(True)
        self.about.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.use = primary(QPushButton(self.tr("Use")))
        self.install, self.verify, self.remove = (
            QPushButton(text) for text in (self.tr("Install …"), self.tr("Verify"), self.tr("Remove …"))
        )
        self.work = JobBar(self._models)
        self.use.clicked.connect(lambda: self._models.use(self._current().name))
        self.install.clicked.connect(self._ask_install)
        self.verify.clicked.connect(lambda: self._models.verify(self._current().name))
        self.remove.clicked.connect(self._ask_remove)
        buttons = QHBoxLayout()
        for button in (self.use, self.install, self.verify, self.remove):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(box)
        for widget in (self.title, self.about, self.work):
            column.addWidget(widget)
        column.addLayout(buttons)
        return box

    def _make_place(self) -> QVBoxLayout:
        self.place = dim_label()
        self.place_work = JobBar(self._models)
        self.import_folder = QPushButton(self.tr("Import folder …"))
        self.import_file = QPushButton(self.tr("Import file …"))
        self.move_models = QPushButton(self.tr("Move models …"))
        set_tip(self.import_folder, self.tr("A model in the diffusers layout that lies on this machine"))
        set_tip(self.import_file, self.tr("A single .safetensors checkpoint that lies on this machine"))
        self.import_folder.clicked.connect(self._ask_folder)
        self.import_file.clicked.connect(self._ask_file)
        self.move_models.clicked.connect(self._ask_place)
        row = QHBoxLayout()
        for button in (self.import_folder, self.import_file, self.move_models):
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout()
        column.addWidget(self.place)
        column.addWidget(self.place_work)
        column.addLayout(row)
        return column

    # ------------------------------------------------------------------ showing

    def _show(self, models: tuple[ModelInfo, ...]) -> None:
        chosen = self._current().name
        self.tree.clear()
        self._items.clear()
        groups: dict[str, QTreeWidgetItem] = {}
        for model in models:
            if model.kind not in groups:
                groups[model.kind] = group = QTreeWidgetItem(self.tree, [self._kind(model.kind)])
                group.setFlags(Qt.ItemFlag.ItemIsEnabled)
                group.setFirstColumnSpanned(True)
                group.setExpanded(
                    model.kind == "base" or any(m.installed for m in models if m.kind == model.kind)
                )
            self._items[model.name] = self._row(groups[model.kind], model)
        used = next((model.name for model in models if model.in_use), "")
        item = self._items.get(chosen) or self._items.get(used)
        if item is not None:
            self.tree.setCurrentItem(item)
        self._show_current()

    def _row(self, group: QTreeWidgetItem, model: ModelInfo) -> QTreeWidgetItem:
        state = self.tr("in use") if model.in_use else self.tr("installed") if model.installed else "–"
        item = QTreeWidgetItem(
            group, [translated(model.title), size_in_words(model.size_bytes), model.licence, state]
        )
        item.setData(0, NAME, model.name)
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if model.in_use:
            font = QFont(self.font())
            font.setBold(True)
            item.setFont(0, font)
        return item

    def _kind(self, kind: str) -> str:
        return {
            "base": self.tr("Base models: they learn and edit"),
            "mask": self.tr("Find subjects"),
            "face": self.tr("Find faces and compare them"),
            "captioner": self.tr("Describe photos"),
        }.get(kind, kind)

    def _current(self) -> ModelInfo:
        item = self.tree.currentItem()
        found = self._models.model(str(item.data(0, NAME))) if item is not None else None
        return found or ModelInfo("", "")

    def _show_current(self) -> None:
        model = self._current()
        working = self._models.working
        busy = model.name in working
        bundled = bool(self._models.models) and model.name == self._models.models[0].name
        self.title.setText(translated(model.title) or self.tr("Choose a model above."))
        self.about.set_lines(*self._about(model))
        self.work.show_job(model.name)
        self.use.setVisible(model.installed and model.kind == "base" and not model.in_use and not busy)
        self.install.setVisible(bool(model.name) and not model.installed and not busy)
        self.verify.setVisible(model.installed and not bundled and not busy)
        self.remove.setVisible(model.installed and not bundled and not busy)
        self.place_work.show_job(MOVING if MOVING in working else IMPORTING)
        for button in (self.import_folder, self.import_file, self.move_models):
            button.setEnabled(MOVING not in working and IMPORTING not in working)

    def _about(self, model: ModelInfo) -> list[tuple[str | Link, ...]]:
        if not model.name:
            return []
        commercial = {
            "yes": self.tr("allowed"),
            "no": self.tr("not allowed"),
        }.get(model.commercial_use, self.tr("unclear: ask the owners"))
        licence = Link(model.licence_url, model.licence or self.tr("unknown"))
        memory = f"{model.memory_gb:g}" if model.memory_gb else ""
        rows: tuple[tuple[str, tuple[str | Link, ...]], ...] = (
            (self.tr("Licence: {0} · commercial use: {1}"), (licence, commercial)),
            (self.tr("Memory for editing: about {0} GB"), (memory,)),
            (self.tr("Trained on: {0}"), (translated(model.training_data),)),
            ("{0}", (translated(model.note),)),
            (self.tr("Lies in {0}"), (model.path,)),
        )
        return [(words, *values) for words, values in rows if all(values)]

    def _show_place(self) -> None:
        models = self._models
        words = self.tr("Models are kept in {0}; {1} are free there.")
        self.place.setText(
            words.format(models.folder, size_in_words(models.free_bytes)) if models.folder else ""
        )

    # ------------------------------------------------------------------ asking

    def _ask_install(self) -> None:
        ask_install(self._models, self._current(), self)

    def _ask_remove(self) -> None:
        model = self._current()
        words = self.tr("{0} are freed. Tokens that were learned on it are kept, but need it to be used.")
        size = size_in_words(model.size_bytes)
        if confirmed(self, self.tr("Remove {0}?").format(translated(model.title)), words.format(size)):
            self._models.remove(model.name)

    def _ask_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, self.tr("Import a model: its folder"))
        if path:
            self._models.import_model(path)

    def _ask_file(self) -> None:
        kinds = self.tr("Checkpoints") + " (*.safetensors)"
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Import a model: its file"), "", kinds)
        if path:
            self._models.import_model(path)

    def _ask_place(self) -> None:
        path = QFileDialog.getExistingDirectory(self, self.tr("Move the models to an empty folder"))
        if path and Path(path) != Path(self._models.folder):
            self._models.move(path)


def ask_install(models: ModelsState, model: ModelInfo, parent: QWidget) -> bool:
    """Install a model, after showing its licence if it was not accepted yet. Returns whether it was started."""
    if not model.licence_accepted and LicenceDialog(model, parent).exec() != QDialog.DialogCode.Accepted:
        return False
    models.install(model.name, accept_licence=True)
    return True


def licence_link(link: Link) -> LinkLabel:
    """A link to a licence, with its address as the tooltip."""
    label = LinkLabel((link,))
    set_tip(label, link.address)
    return label
