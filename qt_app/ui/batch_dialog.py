"""The batch dialog: recipe, photos, results, a preview of three, progress, failures, report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import Qt, QUrl
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qt_app.i18n.engine_translation import translated
from qt_app.model.batch import BatchState, Failure, Preview
from qt_app.observable import bind, follow
from qt_app.ui.formatting import time_left
from qt_app.ui.plain_text import Form, plain_label, set_tip
from qt_app.ui.widgets import dim_label, primary, set_return_button, small_picture

__all__ = ["BatchDialog"]

SIDE = 110
PREVIEWED = 3


class BatchDialog(QDialog):
    """Shows a `BatchState`; made once, since it stays connected to it. Closing it does not stop the batch."""

    def __init__(self, state: BatchState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.setWindowTitle(self.tr("Batch"))
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addWidget(
            dim_label(self.tr("One recipe on a folder of photos. What is done already is not done again."))
        )
        column.addLayout(self._make_form())
        column.addLayout(self._make_preview())
        self.bar = QProgressBar()
        self.bar.setAccessibleName(self.tr("Progress"))
        self.status = plain_label()
        self.status.setWordWrap(True)
        self.failures = QTreeWidget()
        self.failures.setAccessibleName(self.tr("Photos that could not be done"))
        self.failures.setHeaderLabels([self.tr("Not done"), self.tr("Reason")])
        self.failures.setRootIsDecorated(False)
        self.failures.setWordWrap(True)
        header = self.failures.header()
        if header is not None:
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        column.addWidget(self.bar)
        column.addWidget(self.status)
        column.addWidget(self.failures, 10)
        column.addStretch(1)  # where there are none
        column.addLayout(self._make_buttons())
        set_return_button(self, self.main_button)
        follow(state, ("recipe", "photos", "results", "phase", "state", "problem", "report"), self._show)
        follow(state, "shown", self._show_pictures)
        follow(state, "failures", self._show_failures)
        self.resize(760, 640)

    # ------------------------------------------------------------------ making

    def _make_form(self) -> Form:
        form = Form()
        self.recipe, self.photos, self.results = QLineEdit(), QLineEdit(), QLineEdit()
        rows = (
            (self.recipe, "recipe", self.tr("Recipe"), self.tr("a TOML file"), self._choose_recipe),
            (
                self.photos,
                "photos",
                self.tr("Photos"),
                self.tr("a folder, or a CSV table"),
                self._choose_photos,
            ),
            (self.results, "results", self.tr("Results"), self.tr("a folder"), self._choose_results),
        )
        self.choosers: list[QPushButton] = []
        for field, prop, name, hint, choose in rows:
            field.setAccessibleName(name)
            field.setPlaceholderText(hint)
            bind(self._state, prop, field, "text")
            form.addRow(name, self._with_button(field, name, choose))
        self.recursive = QCheckBox(self.tr("Folders inside it too"))
        bind(self._state, "recursive", self.recursive, "checked")
        form.addRow("", self.recursive)
        return form

    def _with_button(self, field: QLineEdit, name: str, choose: Callable[[], None]) -> QHBoxLayout:
        button = QPushButton(self.tr("Choose …"))
        button.setAccessibleName(self.tr("Choose: {0}").format(name))
        button.clicked.connect(choose)
        self.choosers.append(button)
        row = QHBoxLayout()
        row.addWidget(field, 1)
        row.addWidget(button)
        return row

    def _make_preview(self) -> QGridLayout:
        grid = QGridLayout()
        self.pictures: list[tuple[QLabel, QLabel, QLabel]] = []
        for column in range(PREVIEWED):
            before, after, name = plain_label(), plain_label(), dim_label()
            name.setWordWrap(False)
            for place, label in enumerate((before, after)):
                label.setFixedSize(SIDE, SIDE)
                label.setAlignment(Qt.AlignmentFlag.AlignCenter)
                grid.addWidget(label, 0, 2 * column + place)
            grid.addWidget(name, 1, 2 * column, 1, 2)
            self.pictures.append((before, after, name))
        grid.setColumnStretch(2 * PREVIEWED, 1)
        return grid

    def _make_buttons(self) -> QHBoxLayout:
        state = self._state
        self.report = QPushButton(self.tr("Open the report"))
        self.preview = QPushButton(self.tr("Try the first three"))
        self.main_button = primary(QPushButton(self.tr("Start")))
        self.pause = QPushButton(self.tr("Pause"))
        self.close_button = QPushButton(self.tr("Close"))
        self.report.clicked.connect(self._open_report)
        self.preview.clicked.connect(state.preview)
        self.main_button.clicked.connect(state.start)
        self.pause.clicked.connect(state.pause)
        self.close_button.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self.report)
        row.addStretch(1)
        for button in (self.preview, self.pause, self.main_button, self.close_button):
            row.addWidget(button)
        return row

    # ------------------------------------------------------------------ choosing

    def _choose_recipe(self) -> None:
        kinds = self.tr("Recipes") + " (*.toml);;" + self.tr("All files") + " (*)"
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Choose a recipe"), self._state.recipe, kinds)
        if path:
            self._state.recipe = path

    def _choose_photos(self) -> None:
        path = QFileDialog.getExistingDirectory(
            self, self.tr("Choose a folder of photos"), self._state.photos
        )
        if path:
            self._state.photos = path

    def _choose_results(self) -> None:
        path = QFileDialog.getExistingDirectory(
            self, self.tr("Choose a folder for the results"), self._state.results
        )
        if path:
            self._state.results = path

    def _open_report(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self._state.report))

    # ------------------------------------------------------------------ showing

    def _show(self) -> None:
        state = self._state
        running = state.is_running
        for widget in (self.recipe, self.photos, self.results, self.recursive, *self.choosers):
            widget.setEnabled(not running)
        ready = not running and not state.missing
        self.preview.setEnabled(ready and state.phase in ("idle", "failed"))
        self.main_button.setEnabled(ready)
        self.main_button.setText(
            {
                "paused": self.tr("Go on"),
                "previewed": self.tr("Do the others too"),
                "failed": self.tr("Go on"),
                "done": self.tr("Start again"),
            }.get(state.phase, self.tr("Start"))
        )
        self.pause.setEnabled(state.phase == "running")
        self.report.setEnabled(bool(state.report) and not running)
        self._show_progress()

    def _show_progress(self) -> None:
        state, now = self._state, self._state.state
        if now is None:
            self.bar.setRange(0, 0 if state.is_running else 1)
            self.bar.setValue(0)
        else:
            self.bar.setRange(0, max(now.total, 1))
            self.bar.setValue(now.done + now.failed)
        self.status.setText(" · ".join(part for part in self._words() if part))

    def _words(self) -> list[str]:
        state, now = self._state, self._state.state
        if state.missing:
            return [
                {
                    "recipe": self.tr(
                        "Choose a recipe; File > Save as recipe makes one of the result on show."
                    ),
                    "photos": self.tr("Choose a folder of photos."),
                    "results": self.tr("Choose a folder for the results."),
                }[state.missing]
            ]
        phase = {
            "running": "" if now else self.tr("Preparing …"),
            "pausing": self.tr("Stopping …"),
            "paused": self.tr("Paused"),
            "previewed": self.tr("The first ones are done. Look at them before the others follow."),
            "done": self.tr("Done"),
            "failed": translated(state.problem),
        }.get(state.phase, "")
        if now is None:
            return [phase]
        return [
            phase,
            self.tr("{0} of {1}").format(now.done + now.failed, now.total),
            self.tr("%n were there already", n=now.skipped) if now.skipped else "",
            time_left(now.seconds_left) if state.phase == "running" else "",
            Path(now.photo).name if state.phase == "running" else "",
        ]

    def _show_pictures(self, shown: tuple[Preview, ...]) -> None:
        ratio = self.devicePixelRatioF()
        for place, (before, after, name) in enumerate(self.pictures):
            one = shown[place] if place < len(shown) else None
            for label, data, words in (
                (before, one.before if one else b"", self.tr("Before: {0}")),
                (after, one.after if one else b"", self.tr("After: {0}")),
            ):
                picture = small_picture(data, SIDE, ratio) if data else None
                label.clear() if picture is None else label.setPixmap(picture)
                label.setVisible(bool(shown))
                label.setAccessibleName(words.format(one.name) if one else "")
            metrics = name.fontMetrics()
            text = one.name if one else ""
            name.setText(metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, 2 * SIDE))
            set_tip(name, text)
            name.setVisible(bool(shown))

    def _show_failures(self, failures: tuple[Failure, ...]) -> None:
        if len(failures) < self.failures.topLevelItemCount():
            self.failures.clear()
        for failure in failures[self.failures.topLevelItemCount() :]:
            item = QTreeWidgetItem(self.failures, [Path(failure.photo).name, failure.reason])
            set_tip(item, failure.photo, 0)
            set_tip(item, failure.reason, 1)
        self.failures.setVisible(bool(failures))
