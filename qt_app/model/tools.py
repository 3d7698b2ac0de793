"""The selected tool and its settings."""

from __future__ import annotations

from qt_app.observable import Observable, Property

__all__ = ["TOOLS", "ToolState"]

TOOLS = ("hand", "brush", "eraser", "lasso", "polygon", "rectangle", "ellipse", "wand", "click")


class ToolState(Observable):
    """The tools' settings.

    Attributes:
        tool: one of `TOOLS`; ``click`` selects an object with the engine's network.
        size: diameter of brush and eraser in pixels of the photo. hardness: 0..1.
        tolerance: of the wand, 0..255. contiguous: the wand selects connected pixels only.
        subtract: shapes subtract instead of adding. pressure: the pen's pressure changes the size.
    """

    tool = Property("brush")
    size = Property(60)
    hardness = Property(0.8)
    tolerance = Property(24)
    contiguous = Property(True)
    subtract = Property(False)
    pressure = Property(True)

    def larger(self) -> None:
        """Enlarge the brush."""
        self.size = min(2000, max(self.size + 1, round(self.size * 1.15)))

    def smaller(self) -> None:
        """Shrink the brush."""
        self.size = max(1, min(self.size - 1, round(self.size / 1.15)))
