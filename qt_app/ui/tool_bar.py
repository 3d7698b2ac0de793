"""The tool bar beside the canvas, and the settings of the selected tool."""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QCheckBox, QHBoxLayout, QSizePolicy, QToolBar, QToolButton, QWidget

from qt_app.model.tools import TOOLS, ToolState
from qt_app.observable import bind, follow
from qt_app.ui.actions import Actions
from qt_app.ui.fields import SliderField
from qt_app.ui.plain_text import plain_label, set_tip

__all__ = ["ToolBar", "ToolOptions"]

ICON = 22


class ToolBar(QToolBar):
    """The tools' actions, vertically."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tools")
        self.setWindowTitle(self.tr("Tools"))
        self.setAccessibleName(self.tr("Tools"))
        self.setOrientation(Qt.Orientation.Vertical)
        self.setIconSize(QSize(ICON, ICON))
        self.setMovable(False)
        for name in TOOLS:
            self.addAction(actions[f"tool.{name}"])
            if name in ("hand", "eraser", "ellipse"):
                self.addSeparator()
        self.addSeparator()
        for name in ("edit.undo", "edit.redo"):
            self.addAction(actions[name])
        for action in self.actions():
            button = self.widgetForAction(action)
            if isinstance(button, QToolButton):
                button.setAccessibleName(action.text().replace("&", ""))
                button.setFocusPolicy(Qt.FocusPolicy.TabFocus)


class ToolOptions(QWidget):
    """Shows the settings of a `ToolState` that the selected tool uses."""

    def __init__(self, state: ToolState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.setObjectName("tool-options")
        self.setAccessibleName(self.tr("Tool settings"))
        self.size_field = SliderField(
            state, "size", 1, 2000, self.tr("Size"), curve=3.0, tip=self.tr("Diameter in pixels")
        )
        self.hardness = SliderField(
            state, "hardness", 0.0, 1.0, self.tr("Hardness"), tip=self.tr("How sharp the brush's edge is")
        )
        self.tolerance = SliderField(
            state, "tolerance", 0, 255, self.tr("Tolerance"), tip=self.tr("How different a colour may be")
        )
        self.pressure = self._box(
            "pressure", self.tr("Pen pressure"), self.tr("The pen's pressure changes the size")
        )
        self.contiguous = self._box(
            "contiguous", self.tr("Connected"), self.tr("Only what hangs together with the place")
        )
        self.subtract = self._box(
            "subtract", self.tr("Take away"), self.tr("Take away instead of adding; Alt does so for one time")
        )
        self.hint = plain_label()
        self.hint.setProperty("dim", True)
        self.hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 8, 2)
        row.setSpacing(8)
        self._fields: list[tuple[QWidget, tuple[str, ...]]] = []
        brushes, shapes = ("brush", "eraser"), ("lasso", "polygon", "rectangle", "ellipse")
        for text, field, tools in (
            (self.tr("Size"), self.size_field, brushes),
            (self.tr("Hardness"), self.hardness, brushes),
            (self.tr("Tolerance"), self.tolerance, ("wand",)),
        ):
            label = plain_label(text)
            field.slider.setMinimumWidth(64)
            field.setMaximumWidth(260)
            row.addWidget(label)
            row.addWidget(field, 2)
            self._fields += [(label, tools), (field, tools)]
        self._fields += [
            (self.pressure, brushes),
            (self.contiguous, ("wand",)),
            (self.subtract, (*shapes, "wand", "click")),
        ]
        for box in (self.pressure, self.contiguous, self.subtract):
            row.addWidget(box)
        row.addWidget(self.hint, 3)
        row.addStretch(1)
        # The same height for every tool, so that the picture does not move.
        self.setFixedHeight(max(self.sizeHint().height(), 34))
        follow(state, "tool", self._show)

    def _box(self, prop: str, text: str, tip: str) -> QCheckBox:
        box = QCheckBox(text)
        set_tip(box, tip)
        bind(self._state, prop, box, "checked")
        return box

    def _show(self, tool: str) -> None:
        for widget, tools in self._fields:
            widget.setVisible(tool in tools)
        hints = {
            "hand": self.tr("Drag to move the picture, turn the wheel to zoom."),
            "lasso": self.tr("Draw around what is meant."),
            "polygon": self.tr("Click the corners; Enter closes."),
            "rectangle": self.tr("Drag from corner to corner."),
            "ellipse": self.tr("Drag from corner to corner."),
            "wand": self.tr("Click on a colour."),
            "click": self.tr("Click on a thing, or draw a box around it."),
        }
        self.hint.setText(hints.get(tool, ""))
        set_tip(self.hint, self.hint.text())
        self.hint.setVisible(bool(self.hint.text()))
