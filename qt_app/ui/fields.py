"""Input fields bound to a property of a model: a slider with its number, a number, a choice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtWidgets import QComboBox, QDoubleSpinBox, QHBoxLayout, QSlider, QStyledItemDelegate, QWidget

from qt_app.observable import Observable, follow
from qt_app.ui.plain_text import set_tip

__all__ = ["ChoiceBox", "NumberField", "SliderField", "require_focus_for_wheel"]

FINE = 1000
NUMBER_WIDTH = 72  # pixels, the same for all, so that sliders below each other end at one line


class _WheelFilter(QObject):
    """Passes wheel events of a control without focus on to the panel, so that scrolling changes no values."""

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Ignore wheel events of a control without focus."""
        wheel = event is not None and event.type() == QEvent.Type.Wheel
        if wheel and event is not None and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def require_focus_for_wheel(widget: QWidget) -> None:
    """Let the wheel change a control only while it has the focus."""
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.installEventFilter(_WheelFilter(widget))


class SliderField(QWidget):
    """A slider and a number, bound to a property of a model.

    Args:
        low, high: range. decimals: shown digits. name: for screen readers, and the tooltip if ``tip`` is empty.
        curve: exponent; above 1 the slider is finer at its lower end.
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
        self.number.setFixedWidth(NUMBER_WIDTH)
        for widget in (self.slider, self.number):
            require_focus_for_wheel(widget)
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


class NumberField(QDoubleSpinBox):
    """A number, bound to a property of a model.

    Args:
        low, high: range. name: for screen readers. unit: suffix, with its space. zero: text for the lowest value.
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
        require_focus_for_wheel(self)
        follow(model, prop, self._show)
        self.valueChanged.connect(lambda value: setattr(model, prop, value))

    def _show(self, value: float) -> None:
        self.blockSignals(True)
        self.setValue(value)
        self.blockSignals(False)


class ChoiceBox(QComboBox):
    """A choice, bound to a property of a model.

    Args:
        choices: (value, text) pairs. editable: other values may be typed.
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
        require_focus_for_wheel(self)
        self.setItemDelegate(QStyledItemDelegate(self))  # the default leaves no space between choices
        for value, text in choices:
            self.addItem(text, value)
        follow(model, prop, self._show)
        self.activated.connect(lambda index: setattr(model, prop, self.itemData(index)))
        line = self.lineEdit()
        if line is not None:
            line.editingFinished.connect(self._typed)

    def set_text(self, value: Any, text: str) -> None:
        """Change the text of a choice."""
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
