"""What a look at a window finds: controls, those without a name, and text that does not fit."""

from __future__ import annotations

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QTextDocumentFragment
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QScrollBar,
    QStyle,
    QStyleOptionComboBox,
    QToolButton,
    QWidget,
)

__all__ = ["controls", "cut_off", "nameless"]

CONTROLS = (
    QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox, QAbstractSpinBox, QAbstractSlider, QAbstractItemView, QProgressBar,
)  # fmt: skip


def controls(window: QWidget) -> list[QWidget]:
    """Everything one can use, parts of other controls left out."""
    found = []
    for widget in window.findChildren(QWidget):
        parent = widget.parentWidget()
        part = isinstance(parent, (QComboBox, QAbstractSpinBox, QAbstractItemView, QLineEdit)) or isinstance(
            widget, QScrollBar
        )
        own = widget.objectName().startswith("qt_") or type(widget).__name__ in ("QDockWidgetTitleButton",)
        popup = widget.window() is not window
        if isinstance(widget, CONTROLS) and not (part or own or popup):
            found.append(widget)
    return found


def nameless(window: QWidget) -> list[tuple[str, str, str, str]]:
    """Controls without what Qt tells screen readers: the accessible name, the label that is its buddy, a button's text."""
    buddies = {id(label.buddy()) for label in window.findChildren(QLabel) if label.text().strip()}
    found = []
    for widget in controls(window):
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        if not (widget.accessibleName() or text).strip(" ✕…") and id(widget) not in buddies:
            where = type(widget.parent()).__name__
            found.append((type(widget).__name__, widget.objectName(), widget.toolTip(), where))
    return found


def shown_width(box: QComboBox) -> int:
    """Pixels its text takes."""
    return box.fontMetrics().horizontalAdvance(box.currentText())


def room_in(box: QComboBox) -> int:
    """Pixels there are for its text."""
    option = QStyleOptionComboBox()
    box.initStyleOption(option)
    style, part = QApplication.style(), QStyle.SubControl.SC_ComboBoxEditField
    assert style is not None
    return style.subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, box).width()


def cut_off(widget: QWidget) -> bool:
    """Whether a text does not fit into its place, or its place lies beyond its panel's edge."""
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.heightForWidth(widget.width()) > widget.height() + 1
    icon_only = (
        isinstance(widget, QToolButton) and widget.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly
    )
    if (
        isinstance(widget, (QLabel, QAbstractButton))
        and widget.text()
        and not (icon_only and not widget.icon().isNull())
    ):
        text = (
            QTextDocumentFragment.fromHtml(widget.text()).toPlainText()
            if "</a>" in widget.text()
            else widget.text()
        )
        needed = widget.fontMetrics().horizontalAdvance(text.replace("&", ""))
        if needed > widget.width():
            return True
    if isinstance(widget, QComboBox) and not widget.isEditable() and shown_width(widget) > room_in(widget):
        return True
    if isinstance(widget, QLineEdit) and not widget.text() and widget.placeholderText():
        buttons = sum(button.width() for button in widget.findChildren(QAbstractButton) if button.isVisible())
        if widget.fontMetrics().horizontalAdvance(widget.placeholderText()) > widget.width() - buttons - 10:
            return True
    parent = widget.parentWidget()
    if parent is None:
        return False
    left = widget.mapTo(parent, QPoint(0, 0)).x()
    return left < 0 or left + widget.width() > parent.width() + 1
