"""Small fields that several panels use: a slider with its number, a box of choices with stable ids, a line of dim text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PyQt6.QtCore import QEvent, QObject, QSize, Qt
from PyQt6.QtGui import QAction, QPixmap, QResizeEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QStyledItemDelegate,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qt_app.model.observable import Observable, follow
from qt_app.ui.plain import Form, plain_label, set_tip
from s2edit_plugin.api import Progress

__all__ = [
    "ChoiceBox",
    "FoldButton",
    "NumberField",
    "SidePanel",
    "SliderField",
    "action_button",
    "calm",
    "dim_label",
    "heading",
    "level",
    "noted",
    "page_form",
    "press_with_return",
    "primary",
    "put_into",
    "set_mood",
    "show_progress",
    "small_picture",
]

FINE = 1000
PAGE = 640  # pixels of a page of settings
NUMBER = 72  # pixels of every number beside a slider: sliders below each other end at one line
LARGEST = 10**9


class _Calm(QObject):
    """Lets the wheel go on to the panel where the control below it was not chosen: scrolling must change no values."""

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Take wheel events from who has no focus."""
        wheel = event is not None and event.type() == QEvent.Type.Wheel
        if wheel and event is not None and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def calm(widget: QWidget) -> None:
    """Have the wheel change a control only while it has the focus."""
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.installEventFilter(_Calm(widget))


class SliderField(QWidget):
    """A slider and a number for one property of a model.

    Args:
        low, high: range. decimals: digits shown. name: for screen readers, and the tooltip's first words.
        curve: above 1 the slider is finer at its lower end.
    """

    def __init__(
        self,
        model: Observable,
        prop: str,
        low: float,
        high: float,
        name: str,
        decimals: int = 2,
        tip: str = "",
        curve: float = 1.0,
    ) -> None:
        super().__init__()
        self._model, self._prop, self._low, self._high, self._curve = model, prop, low, high, curve
        self._whole = isinstance(getattr(model, prop), int)
        self.slider, self.number = QSlider(Qt.Orientation.Horizontal), QDoubleSpinBox()
        self.slider.setRange(0, FINE)
        self.slider.setPageStep(FINE // 10)
        self.number.setRange(low, high)
        self.number.setDecimals(0 if self._whole else decimals)
        self.number.setSingleStep(1 if self._whole else (high - low) / 20)
        self.number.setFixedWidth(NUMBER)
        for widget in (self.slider, self.number):
            calm(widget)
            widget.setAccessibleName(name)
            set_tip(widget, tip or name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.slider, 1)
        row.addWidget(self.number)
        self.setFocusProxy(self.slider)
        follow(model, prop, self._show)
        self.slider.valueChanged.connect(lambda at: self._set(low + (high - low) * (at / FINE) ** curve))
        self.number.valueChanged.connect(self._set)

    def _show(self, value: float) -> None:
        share = max(0.0, (value - self._low) / (self._high - self._low))
        for widget, shown in (
            (self.slider, round(share ** (1 / self._curve) * FINE)),
            (self.number, value),
        ):
            widget.blockSignals(True)
            widget.setValue(shown)  # type: ignore[arg-type]
            widget.blockSignals(False)

    def _set(self, value: float) -> None:
        setattr(self._model, self._prop, round(value) if self._whole else value)


class SidePanel(QWidget):
    """A panel that scrolls down if it must, but is never narrower than what is in it, in whatever language.

    What is in its ``foot`` follows right below and stays in sight: the button that the panel is for.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.area = _Scroll()
        self.foot = QVBoxLayout()
        self.foot.setContentsMargins(9, 0, 9, 9)
        self.foot.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.area)
        column.addLayout(self.foot)
        column.addStretch(1)

    def setWidget(self, inner: QWidget) -> None:
        """What scrolls."""
        self.area.setWidget(inner)

    def widget(self) -> QWidget | None:
        """What scrolls."""
        return self.area.widget()


class _Scroll(QScrollArea):
    """As high as its contents, and where there is less room it scrolls down."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def sizeHint(self) -> QSize:
        """All of its contents."""
        inner = self.widget()
        layout = inner.layout() if inner is not None else None
        if inner is None or layout is None:
            return super().sizeHint()
        high = layout.totalHeightForWidth(self.width()) if layout.hasHeightForWidth() else 0
        return QSize(inner.sizeHint().width(), max(high, inner.sizeHint().height()))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Another width breaks lines elsewhere."""
        super().resizeEvent(event)
        if event is not None and event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """What is in it became higher or lower."""
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def minimumSizeHint(self) -> QSize:
        """As wide as its contents and the bar beside them."""
        inner, bar = self.widget(), self.verticalScrollBar()
        width = inner.minimumSizeHint().width() if inner is not None else 0
        beside = bar.sizeHint().width() if bar is not None else 0
        return QSize(width + beside + 2 * self.frameWidth(), super().minimumSizeHint().height())


class NumberField(QDoubleSpinBox):
    """A number for one property of a model.

    Args:
        low, high: range. name: for screen readers. unit: written behind it, with the space. zero: words for the lowest value.
    """

    def __init__(
        self, model: Observable, prop: str, low: float, high: float, name: str, unit: str = "", zero: str = ""
    ) -> None:
        super().__init__()
        self.setRange(low, high)
        self.setDecimals(1)
        self.setSuffix(unit)
        self.setSpecialValueText(zero)
        self.setAccessibleName(name)
        self.setMaximumWidth(180)
        calm(self)
        follow(model, prop, self._show)
        self.valueChanged.connect(lambda value: setattr(model, prop, value))

    def _show(self, value: float) -> None:
        self.blockSignals(True)
        self.setValue(value)
        self.blockSignals(False)


class ChoiceBox(QComboBox):
    """A box of choices for one property of a model.

    Args:
        choices: (value, text) pairs. editable: other values may be typed, as they are.
    """

    def __init__(
        self,
        model: Observable,
        prop: str,
        choices: Sequence[tuple[Any, str]],
        name: str,
        editable: bool = False,
    ) -> None:
        super().__init__()
        self._model, self._prop = model, prop
        self.setAccessibleName(name)
        self.setEditable(editable)
        calm(self)
        self.setItemDelegate(QStyledItemDelegate(self))  # the usual one leaves no room between choices
        for value, text in choices:
            self.addItem(text, value)
        follow(model, prop, self._show)
        self.activated.connect(lambda index: setattr(model, prop, self.itemData(index)))
        line = self.lineEdit()
        if line is not None:
            line.editingFinished.connect(self._typed)

    def say(self, value: Any, text: str) -> None:
        """Give a choice another text."""
        self.setItemText(self.findData(value), text)

    def _show(self, value: Any) -> None:
        index = self.findData(value)
        if index >= 0:
            self.setCurrentIndex(index)
        elif self.isEditable():
            self.setEditText(str(value))

    def _typed(self) -> None:
        text = self.currentText().strip()
        index = self.findText(text)
        value = self.itemData(index) if index >= 0 else text
        if value:
            setattr(self._model, self._prop, value)


def small_picture(data: bytes, side: int, ratio: float) -> QPixmap | None:
    """An encoded picture fitted into a square of logical pixels, with all the pixels a screen has there; None: it is none.

    Args:
        ratio: screen pixels for each logical one (`QWidget.devicePixelRatioF`).
    """
    pixmap = QPixmap()
    if not data or not pixmap.loadFromData(data):
        return None
    across = round(side * ratio)
    keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    scaled = pixmap.scaled(across, across, keep, smooth)
    scaled.setDevicePixelRatio(ratio)
    return scaled


def dim_label(text: str = "") -> QLabel:
    """A line of less weight, wrapped."""
    label = plain_label(text)
    label.setProperty("dim", True)
    label.setWordWrap(True)
    return label


def put_into(view: QAbstractItemView, label: QLabel) -> None:
    """Show a label in the middle of a list, for as long as there is nothing on it."""
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    column = QVBoxLayout(view.viewport())
    column.setContentsMargins(16, 8, 16, 8)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
    column.addWidget(label)


class FoldButton(QToolButton):
    """A heading that folds what is below it away, and back."""

    def __init__(self, text: str, below: QWidget) -> None:
        super().__init__()
        self.setText(text)
        self.setCheckable(True)
        self.setProperty("fold", True)
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._below = below
        self.toggled.connect(self._fold)
        self._fold(False)

    def _fold(self, shown: bool) -> None:
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        closed = Qt.ArrowType.LeftArrow if mirrored else Qt.ArrowType.RightArrow
        self.setArrowType(Qt.ArrowType.DownArrow if shown else closed)
        self._below.setVisible(shown)


def action_button(action: QAction, text: bool = True) -> QToolButton:
    """A flat button for an action, with its icon, with or without its text."""
    button = QToolButton()
    button.setDefaultAction(action)
    button.setAutoRaise(True)
    style = Qt.ToolButtonStyle
    button.setToolButtonStyle(style.ToolButtonTextBesideIcon if text else style.ToolButtonIconOnly)
    button.setAccessibleName(action.text().replace("&", "").rstrip(" …"))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def set_mood(label: QLabel, mood: str) -> None:
    """Give a label the colour of a state: ``good``, ``warn``, ``bad``; "" the usual one."""
    if label.property("mood") != mood:
        label.setProperty("mood", mood)
        style = label.style()
        if style is not None:
            style.polish(label)


def heading(text: str, size: float = 1.0) -> QLabel:
    """A line above what belongs together; ``size`` times as large as other writing."""
    label = plain_label(text)
    font = label.font()
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() * size)
    label.setFont(font)
    return label


def page_form(page: QWidget) -> QFormLayout:
    """The form of a page of settings: no wider than it is read well, however wide the page is."""
    inner, row = QWidget(), QHBoxLayout(page)
    inner.setMaximumWidth(PAGE)
    row.addWidget(inner, 1)
    row.addStretch(0)
    form = Form(inner)
    form.setContentsMargins(8, 0, 0, 0)
    form.setVerticalSpacing(12)
    return form


def noted(field: QWidget, words: str) -> QVBoxLayout:
    """A field with what there is to know about it right below."""
    column = QVBoxLayout()
    column.setSpacing(3)
    column.addWidget(field)
    column.addWidget(dim_label(words))
    field.setAccessibleDescription(words)
    return column


def level(*forms: QFormLayout) -> None:
    """Have the fields of forms that stand below each other begin at one line."""
    labels = [
        label
        for form in forms
        for row in range(form.rowCount())
        if (item := form.itemAt(row, QFormLayout.ItemRole.LabelRole)) is not None
        and (label := item.widget()) is not None
    ]
    width = max(label.sizeHint().width() for label in labels)
    for label in labels:
        label.setMinimumWidth(width)


def press_with_return(dialog: QWidget, button: QPushButton | None) -> None:
    """Say which button of a dialog Return presses where no other has the focus; None: it ends the line that is being written.

    To be called when all of them are there. Without it Qt takes whichever was made first.
    """
    for other in dialog.findChildren(QPushButton):
        other.setDefault(other is button)
        other.setAutoDefault(button is not None)


def primary(button: Any) -> Any:
    """Mark the one button of a panel that does what the panel is for."""
    button.setProperty("primary", True)
    if button.style() is not None:  # those of a wizard have got theirs already
        button.style().polish(button)
    return button


def show_progress(bar: QProgressBar, progress: Progress | None, over: bool = False) -> None:
    """Show how far a job is; without a report the bar is busy, or full if the job is over."""
    if progress is None:
        bar.setRange(0, 1 if over else 0)
        bar.setValue(bar.maximum())
        return
    # A bar's numbers have 32 bits, which the bytes of a large model do not fit into.
    scale = progress.total // LARGEST + 1
    bar.setRange(0, progress.total // scale)
    bar.setValue(bar.maximum() if over else progress.step // scale)
