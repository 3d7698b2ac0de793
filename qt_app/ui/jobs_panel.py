"""The engine's jobs: preview, progress, remaining time, pause and cancel."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qt_app.i18n.engine_translation import translated
from qt_app.model.jobs import JobItem, Jobs
from qt_app.observable import follow
from qt_app.ui.formatting import progress_in_words, stage_in_words, title_in_words
from qt_app.ui.plain_text import plain_label
from qt_app.ui.widgets import set_status_colour, show_progress, small_picture, thin_progress_bar
from s2edit_plugin.api import JobInfo
from s2edit_plugin.errors import S2EditError

__all__ = ["JobRow", "JobsPanel"]

PREVIEW_SIDE = 56


class JobRow(QFrame):
    """One job."""

    def __init__(self, item: JobItem, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.item = item
        self.preview, self.title, self.state = plain_label(), plain_label(), plain_label()
        self.preview.setFixedSize(PREVIEW_SIDE, PREVIEW_SIDE)
        self.preview.hide()
        self.preview.setAccessibleName(self.tr("Preview"))
        self.state.setProperty("dim", True)
        self.state.setWordWrap(True)
        self.end = plain_label()
        self.bar = thin_progress_bar(self.tr("Progress"), 6)
        self.pause, self.cancel = QToolButton(), QToolButton()
        self.cancel.setText(self.tr("Cancel"))
        self.pause.clicked.connect(lambda: jobs.toggle_pause(item))
        self.cancel.clicked.connect(lambda: jobs.cancel(item.id))
        words = QVBoxLayout()
        words.setSpacing(2)
        first = QHBoxLayout()
        first.addWidget(self.title, 1)
        first.addWidget(self.end)
        words.addLayout(first)
        for widget in (self.bar, self.state):
            words.addWidget(widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.addWidget(self.preview)
        row.addLayout(words, 1)
        row.addWidget(self.pause)
        row.addWidget(self.cancel)
        follow(item, "info", self._show)
        follow(item, "preview", self._show_preview)

    def _show(self, info: JobInfo) -> None:
        title = title_in_words(info.title)
        self.title.setText(title)
        show_progress(self.bar, info.progress)
        state = self._words(info)
        self.state.setText(state)
        # A job that is over takes one line, with its state behind the title; only a failed one has a second.
        failed = info.state == "failed"
        self.end.setText("" if not info.is_over else self.tr("failed") if failed else state)
        set_status_colour(self.end, {"done": "good", "failed": "bad"}.get(info.state, ""))
        self.end.setVisible(info.is_over)
        self.bar.setVisible(not info.is_over)
        self.state.setVisible(not info.is_over or failed)
        if info.is_over:
            self.preview.hide()
        self.pause.setText(self.tr("Resume") if info.state == "paused" else self.tr("Pause"))
        self.pause.setVisible(not info.is_over)
        self.cancel.setVisible(not info.is_over)
        for button, what in ((self.pause, self.pause.text()), (self.cancel, self.cancel.text())):
            button.setAccessibleName(f"{what}: {title}")
        self.setAccessibleName(f"{title}: {state}")

    def _words(self, info: JobInfo) -> str:
        if info.state == "running" and info.progress is not None:
            return f"{stage_in_words(info.progress.stage)} {progress_in_words(info.progress)}"
        if info.state == "failed":
            return translated(S2EditError.from_json(info.error).sentence)
        return {
            "queued": self.tr("waiting"),
            "running": self.tr("starting"),
            "paused": self.tr("paused"),
            "done": self.tr("done"),
            "cancelled": self.tr("cancelled"),
        }[info.state]

    def _show_preview(self, picture: bytes) -> None:
        pixmap = small_picture(picture, PREVIEW_SIDE, self.devicePixelRatioF())
        if pixmap is not None and not self.item.info.is_over:
            self.preview.show()
            self.preview.setPixmap(pixmap)


class JobsPanel(QWidget):
    """All jobs, the newest first, and a button that removes those that are over."""

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.rows: dict[str, JobRow] = {}
        self.empty = plain_label(self.tr("Nothing is running."))
        self.empty.setProperty("dim", True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.clear = QToolButton()
        self.clear.setText(self.tr("Clear finished"))
        self.clear.clicked.connect(jobs.clear_finished)
        inner = QWidget()
        self._list = QVBoxLayout(inner)
        self._list.setContentsMargins(0, 0, 8, 0)
        self._list.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(inner)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 6)
        row.addWidget(self.empty, 1)
        row.addWidget(scroll, 1)
        row.addWidget(self.clear, 0, Qt.AlignmentFlag.AlignTop)
        self._scroll = scroll
        jobs.added.connect(self._add)
        jobs.removed.connect(self._remove)
        for item in jobs.items.values():
            self._add(item)
        self._update()

    def _add(self, item: JobItem) -> None:
        row = JobRow(item, self._jobs)
        self.rows[item.id] = row
        self._list.insertWidget(0, row)
        follow(item, ("info",), self._update)

    def _remove(self, item: JobItem) -> None:
        row = self.rows.pop(item.id, None)
        if row is not None:
            row.deleteLater()
        self._update()

    def _update(self) -> None:
        self.empty.setVisible(not self.rows)
        self._scroll.setVisible(bool(self.rows))
        items = self._jobs.items.values()
        self.clear.setVisible(any(item.info.is_over for item in items))
