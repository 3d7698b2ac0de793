"""The learn panel: settings, consent, loss curve and sample of the run; start, pause, resume, cancel."""

from __future__ import annotations

from functools import partial

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PyQt6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from qt_app.model.estimates import Estimates
from qt_app.model.jobs import JobItem
from qt_app.model.learning import LearnState
from qt_app.observable import bind, follow
from qt_app.ui.fields import ChoiceBox
from qt_app.ui.formatting import cost_in_words, estimate_in_words, number, progress_in_words, stage_in_words
from qt_app.ui.plain_text import Form, plain_label, set_tip
from qt_app.ui.prompt_edit import PromptEdit
from qt_app.ui.widgets import SidePanel, clear_layout, dim_label, primary, small_picture, thin_progress_bar
from s2edit_plugin.api.queries import Resumable

__all__ = ["LearnPanel", "LossCurve"]

PICTURE = 112


class LossCurve(QWidget):
    """The loss over the steps of a run, as measured, without smoothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: list[tuple[int, float]] = []
        self.setAccessibleName(self.tr("Loss curve"))
        self.setMinimumHeight(70)

    def show_points(self, points: list[tuple[int, float]]) -> None:
        """Draw (step, loss) points."""
        self._points = points[-2000:]
        if points:
            self.setAccessibleDescription(
                self.tr("Loss {0} at step {1}").format(number(points[-1][1], 3), points[-1][0])
            )
        self.update()

    def sizeHint(self) -> QSize:
        """Wide and low."""
        return QSize(240, 80)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the curve."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        painter.setPen(palette.color(QPalette.ColorRole.Mid))
        painter.setBrush(palette.color(QPalette.ColorRole.Base))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        if len(self._points) < 2:
            painter.end()
            return
        steps, losses = zip(*self._points, strict=True)
        low, high = min(losses), max(losses)
        span, width, height = max(high - low, 1e-9), self.width() - 16, self.height() - 16
        first, last = steps[0], max(steps[-1], steps[0] + 1)
        line = QPolygonF(
            [
                QPointF(8 + width * (step - first) / (last - first), 8 + height * (high - loss) / span)
                for step, loss in self._points
            ]
        )
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Highlight), 1.5))
        painter.drawPolyline(line)
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        words = self.tr("Loss {0}").format(number(losses[-1], 3))
        painter.drawText(self.rect().adjusted(6, 4, -8, -2), Qt.AlignmentFlag.AlignRight, words)
        painter.end()


class LearnPanel(SidePanel):
    """Shows a `LearnState`."""

    def __init__(self, state: LearnState, estimates: Estimates, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._estimates = state, estimates
        self._item: JobItem | None = None
        inner = QWidget()
        column = QVBoxLayout(inner)
        self.setWidget(inner)
        column.addLayout(self._make_form())
        self.consent = QCheckBox(self.tr("The person in this photo agrees"))
        self.consent_words = dim_label(self.tr("to having their likeness learned and edited."))
        self.consent_words.setContentsMargins(20, 0, 0, 0)
        self.consent.setAccessibleDescription(self.consent_words.text())
        bind(state, "consent", self.consent, "checked")
        agreed = QVBoxLayout()
        agreed.setContentsMargins(0, 6, 0, 0)
        agreed.setSpacing(1)
        column.addLayout(agreed)
        for widget in (self.consent, self.consent_words):
            agreed.addWidget(widget)
            follow(state, "kind", lambda kind, one=widget: one.setVisible(kind == "identity"))
        self.estimate, self.problem = dim_label(), dim_label()
        self.main_button = primary(QPushButton(self.tr("Learn")))
        self.main_button.clicked.connect(state.start)
        column.addStretch(1)
        self.interrupted = QVBoxLayout()
        self.foot.addLayout(self.interrupted)
        for widget in (self.estimate, self.problem, self.main_button, self._make_run()):
            self.foot.addWidget(widget)
        follow(estimates, ("learn",), self._show_estimates, now=False)
        follow(state, ("preset",), self._show_estimates)
        follow(state, "job", self._show_job)
        follow(state, "resumable", self._show_resumable)
        follow(state, "suggesting", lambda busy: self.suggest.setEnabled(not busy))
        follow(state, ("person", "token", "class_noun", "kind", "consent"), self._show_problem, now=False)
        follow(state.documents, ("document",), self._show_problem)

    def _make_form(self) -> QFormLayout:
        self._make_text_fields()
        self._make_choices()
        self.prompt = PromptEdit(3)
        self.prompt.setAccessibleName(self.tr("What the photo shows"))
        self.prompt.setPlaceholderText(self.tr("a photo of a woman with long brown hair"))
        self.prompt.bind(self._state, "prompt")
        self.suggest = QPushButton(self.tr("Suggest"))
        self.suggest.clicked.connect(self._state.suggest)
        form = Form()
        form.addRow(self.tr("Person"), self.person)
        form.addRow(self.tr("Token name"), self.token)
        form.addRow(self.tr("Learn"), self.kind)
        form.addRow(self.tr("Shows a"), self.noun)
        form.addRow(self.tr("Where it is"), self.subject)
        form.addRow(self.tr("The photo shows"), self.prompt)
        form.addRow("", self.suggest)
        form.addRow(self.tr("Stay clear of"), self.words)
        form.addRow(self.tr("How thoroughly"), self.preset)
        return form

    def _make_text_fields(self) -> None:
        self.person, self.token, self.noun, self.words = (QLineEdit() for _ in range(4))
        for field, prop, name, hint in (
            (self.person, "person", self.tr("Person"), self.tr("whose token it is")),
            (self.token, "token", self.tr("Token name"), ""),
            (self.noun, "class_noun", self.tr("Shows a"), self.tr("woman, man, car, lipstick …")),
            (
                self.words,
                "attribute_words",
                self.tr("Stay clear of"),
                self.tr("left empty: the model's own list"),
            ),
        ):
            field.setAccessibleName(name)
            field.setPlaceholderText(hint)
            bind(self._state, prop, field, "text")
        set_tip(
            self.words,
            self.tr("Words for what the token must not learn, separated by commas: smile, blonde hair …"),
        )

    def _make_choices(self) -> None:
        state = self._state
        self.kind = ChoiceBox(
            state,
            "kind",
            (
                ("identity", self.tr("a person's identity")),
                ("attribute", self.tr("an attribute, e.g. a makeup")),
            ),
            self.tr("What is learned"),
        )
        self.subject = ChoiceBox(
            state,
            "subject",
            (
                ("auto", self.tr("found by itself")),
                ("face", self.tr("the face")),
                ("lips", self.tr("the lips")),
                ("hair", self.tr("the hair")),
            ),
            self.tr("Where it is"),
            editable=True,
        )
        set_tip(self.subject, self.tr("A painted subject mask goes before this. word:NAME looks for a word."))
        self._presets = {
            "quick": self.tr("quick"), "balanced": self.tr("balanced"), "best": self.tr("best")
        }  # fmt: skip
        self.preset = ChoiceBox(state, "preset", tuple(self._presets.items()), self.tr("How thoroughly"))

    def _make_run(self) -> QWidget:
        self.run = QWidget()
        self.curve, self.picture = LossCurve(), plain_label()
        self.picture.setAccessibleName(self.tr("Sample picture"))
        self.bar, self.progress_words = thin_progress_bar(self.tr("Progress of learning"), 8), dim_label()
        self.pause, self.cancel = QPushButton(self.tr("Pause")), QPushButton(self.tr("Cancel"))
        self.pause.clicked.connect(self._state.toggle_pause)
        self.cancel.clicked.connect(self._state.cancel)
        buttons = QHBoxLayout()
        buttons.addWidget(self.pause)
        buttons.addWidget(self.cancel)
        column = QVBoxLayout(self.run)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.bar, self.progress_words):
            column.addWidget(widget)
        self.picture.hide()
        shown = QHBoxLayout()
        shown.addWidget(self.picture)
        shown.addWidget(self.curve, 1)
        column.addLayout(shown)
        column.addLayout(buttons)
        return self.run

    def _show_estimates(self) -> None:
        known = self._estimates.learn
        for name, text in self._presets.items():
            costs = cost_in_words(known.get(name))
            self.preset.set_text(name, f"{text} · {costs}" if costs else text)
        words = estimate_in_words(known.get(self._state.preset))
        self.estimate.setText(words)
        self.estimate.setVisible(bool(words) and self._state.job is None)

    def _show_job(self, item: JobItem | None) -> None:
        self._item = item
        self.run.setVisible(item is not None)
        self.main_button.setVisible(item is None)  # the run's buttons are shown in its place
        self._show_estimates()
        self._show_problem()
        if item is None:
            return
        follow(item, ("info",), partial(self._show_progress, item))
        follow(item, "preview", self._show_picture)
        item.losses_changed.connect(self.curve.show_points)
        self.curve.show_points(item.losses)

    def _show_progress(self, item: JobItem) -> None:
        info, progress = item.info, item.progress
        if item is not self._item:
            return
        self.pause.setText(self.tr("Resume") if info.state == "paused" else self.tr("Pause"))
        self.bar.setRange(0, progress.total if progress else 0)
        self.bar.setValue(progress.step if progress else 0)
        if info.state == "paused":
            self.progress_words.setText(self.tr("paused"))
        elif info.state == "queued":
            self.progress_words.setText(self.tr("waiting"))
        elif progress is not None:
            self.progress_words.setText(f"{stage_in_words(progress.stage)} {progress_in_words(progress)}")
        else:
            self.progress_words.setText(self.tr("starting"))

    def _show_picture(self, data: bytes) -> None:
        pixmap = small_picture(data, PICTURE, self.devicePixelRatioF())
        if pixmap is not None:
            self.picture.show()
            self.picture.setPixmap(pixmap)

    def _show_resumable(self, runs: tuple[Resumable, ...]) -> None:
        clear_layout(self.interrupted)
        for run in runs:
            words = self.tr("Go on learning {0} ({1} of {2} steps)")
            button = QPushButton(words.format(f"{run.person}/{run.token}", run.step, run.total))
            button.clicked.connect(lambda _, one=run: self._state.resume_run(one))
            self.interrupted.addWidget(button)

    def _show_problem(self) -> None:
        busy = self._state.job is not None
        self.problem.setText(self._state.problem)
        self.problem.setVisible(bool(self._state.problem) and not busy)
        self.main_button.setEnabled(not self._state.problem and not busy)
