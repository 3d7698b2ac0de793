"""Labels, buttons, panels and small layout helpers that several parts of the window use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from PyQt6.QtCore import QEvent, QObject, QSize, Qt
from PyQt6.QtGui import QAction, QPixmap, QResizeEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qt_app.ui.plain_text import Form, plain_label
from s2edit_plugin.api import Progress

__all__ = [
    "FoldButton",
    "SidePanel",
    "UndoBar",
    "action_button",
    "align_labels",
    "bring_to_front",
    "clear_layout",
    "dim_label",
    "heading",
    "page_form",
    "primary",
    "set_return_button",
    "set_status_colour",
    "show_progress",
    "show_when_empty",
    "small_picture",
    "thin_progress_bar",
    "with_note",
]

PAGE_WIDTH = 640  # pixels
LARGEST = 10**9  # a progress bar has 32-bit numbers

W = TypeVar("W", bound=QWidget)


class SidePanel(QWidget):
    """A panel that scrolls vertically if its contents are too high, and is never narrower than they are.

    Attributes:
        foot: layout below the scrolling part, always visible, for the panel's main button.
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
        """Set the scrolling contents."""
        self.area.setWidget(inner)

    def widget(self) -> QWidget | None:
        """The scrolling contents."""
        return self.area.widget()


class _Scroll(QScrollArea):
    """A scroll area as high as its contents, if there is room."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def sizeHint(self) -> QSize:
        """The size of its contents."""
        inner = self.widget()
        layout = inner.layout() if inner is not None else None
        if inner is None or layout is None:
            return super().sizeHint()
        high = layout.totalHeightForWidth(self.width()) if layout.hasHeightForWidth() else 0
        return QSize(inner.sizeHint().width(), max(high, inner.sizeHint().height()))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Another width changes the line breaks, and so the height."""
        super().resizeEvent(event)
        if event is not None and event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """The height of the contents may have changed."""
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def minimumSizeHint(self) -> QSize:
        """The width of the contents and the scroll bar."""
        inner, bar = self.widget(), self.verticalScrollBar()
        width = inner.minimumSizeHint().width() if inner is not None else 0
        beside = bar.sizeHint().width() if bar is not None else 0
        return QSize(width + beside + 2 * self.frameWidth(), super().minimumSizeHint().height())


def small_picture(data: bytes, side: int, ratio: float) -> QPixmap | None:
    """An encoded picture scaled into a square of logical pixels, at the screen's resolution; None: it cannot be decoded.

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
    """A label in the dimmed text colour, wrapped."""
    label = plain_label(text)
    label.setProperty("dim", True)
    label.setWordWrap(True)
    return label


def show_when_empty(view: QAbstractItemView, label: QLabel) -> None:
    """Put a label into the middle of a list; the caller hides it while the list has items."""
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    column = QVBoxLayout(view.viewport())
    column.setContentsMargins(16, 8, 16, 8)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
    column.addWidget(label)


class FoldButton(QToolButton):
    """A heading that shows and hides the widget below it."""

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


def set_status_colour(label: QLabel, status: str) -> None:
    """Give a label the colour of a status: ``good``, ``warn``, ``bad``; "" for the default."""
    if label.property("status") != status:
        label.setProperty("status", status)
        style = label.style()
        if style is not None:
            style.polish(label)


def heading(text: str, size: float = 1.0) -> QLabel:
    """A bold heading; ``size`` times as large as other text."""
    label = plain_label(text)
    font = label.font()
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() * size)
    label.setFont(font)
    return label


def page_form(page: QWidget) -> QFormLayout:
    """The form of a settings page, limited to a readable width."""
    inner, row = QWidget(), QHBoxLayout(page)
    inner.setMaximumWidth(PAGE_WIDTH)
    row.addWidget(inner, 1)
    row.addStretch(0)
    form = Form(inner)
    form.setContentsMargins(8, 0, 0, 0)
    form.setVerticalSpacing(12)
    return form


def with_note(field: QWidget, words: str) -> QVBoxLayout:
    """A field with a remark below it."""
    column = QVBoxLayout()
    column.setSpacing(3)
    column.addWidget(field)
    column.addWidget(dim_label(words))
    field.setAccessibleDescription(words)
    return column


def align_labels(*forms: QFormLayout) -> None:
    """Give the labels of several forms the same width, so that their fields are aligned."""
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


def set_return_button(dialog: QWidget, button: QPushButton | None) -> None:
    """Set which button of a dialog Return presses while no other has the focus; None: Return only ends the input of a line.

    Call it when the dialog has all its buttons. By default Qt takes the one that was made first.
    """
    for other in dialog.findChildren(QPushButton):
        other.setDefault(other is button)
        other.setAutoDefault(button is not None)


def primary(button: Any) -> Any:
    """Highlight the main button of a panel."""
    button.setProperty("primary", True)
    if button.style() is not None:  # a wizard's buttons are styled before
        button.style().polish(button)
    return button


def show_progress(bar: QProgressBar, progress: Progress | None, over: bool = False) -> None:
    """Show a job's progress; without a report the bar shows activity, or is full if the job is over."""
    if progress is None:
        bar.setRange(0, 1 if over else 0)
        bar.setValue(bar.maximum())
        return
    scale = progress.total // LARGEST + 1
    bar.setRange(0, progress.total // scale)
    bar.setValue(bar.maximum() if over else progress.step // scale)


class UndoBar(QWidget):
    """A line that offers to restore what was deleted; hidden until `offer`.

    Args:
        restore: called with the names when the button is pressed.
    """

    def __init__(self, restore: Callable[[tuple[str, ...]], object]) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ()
        self.label, self.button = plain_label(), QPushButton(self.tr("Undo"))
        self.button.clicked.connect(lambda: restore(self._names))
        self.button.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.label, 1)
        row.addWidget(self.button)
        self.hide()

    def offer(self, words: str, names: tuple[str, ...]) -> None:
        """Show that these were deleted."""
        self._names = names
        self.label.setText(words)
        self.show()


def thin_progress_bar(name: str, height: int, *, busy: bool = False) -> QProgressBar:
    """A progress bar without text. ``name``: for screen readers. ``busy``: it shows activity, not progress."""
    bar = QProgressBar()
    bar.setTextVisible(False)
    bar.setFixedHeight(height)
    bar.setAccessibleName(name)
    if busy:
        bar.setRange(0, 0)
    return bar


def clear_layout(layout: QLayout) -> None:
    """Remove all items of a layout and delete their widgets."""
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()


def bring_to_front(dialog: W) -> W:
    """Show a dialog in front of the other windows; returns it."""
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
    return dialog
