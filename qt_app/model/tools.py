"""Which tool is in hand, and how it is set."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal

from qt_app.model.observable import Observable, Property

__all__ = ["TOOLS", "ToolState"]

TOOLS = ("hand", "brush", "eraser", "lasso", "polygon", "rectangle", "ellipse", "wand", "click")


class ToolState(Observable):
    """The tools' settings.

    Signals: ``<name>_changed`` of each.

    Attributes:
        tool: one of `TOOLS`; ``click`` selects what was clicked on by the engine's network.
        size: diameter of brush and eraser in pixels of the photo. hardness: 0..1.
        tolerance: of the wand, 0..255. contiguous: the wand takes only what hangs together.
        subtract: shapes take away instead of adding. pressure: the pen's pressure changes the size.
    """

    tool_changed = pyqtSignal(object)
    size_changed = pyqtSignal(object)
    hardness_changed = pyqtSignal(object)
    tolerance_changed = pyqtSignal(object)
    contiguous_changed = pyqtSignal(object)
    subtract_changed = pyqtSignal(object)
    pressure_changed = pyqtSignal(object)
    tool = Property("brush")
    size = Property(60)
    hardness = Property(0.8)
    tolerance = Property(24)
    contiguous = Property(True)
    subtract = Property(False)
    pressure = Property(True)

    def larger(self) -> None:
        """The next larger brush."""
        self.size = min(2000, max(self.size + 1, round(self.size * 1.15)))

    def smaller(self) -> None:
        """The next smaller brush."""
        self.size = max(1, min(self.size - 1, round(self.size / 1.15)))
