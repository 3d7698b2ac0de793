"""The window's icons as vector drawings: sharp at every scale, in the text colour of the current theme.

Each is a line drawing in a square of 24 units, in a notation like SVG paths:
``M x y`` move to, ``L x y`` line, ``C x y x y x y`` curve, ``Z`` close,
``O x y r`` circle, ``E x y a b`` ellipse, ``R x y w h`` rectangle.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PyQt6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PyQt6.QtGui import (
    QColor,
    QGuiApplication,
    QIcon,
    QIconEngine,
    QPainter,
    QPainterPath,
    QPalette,
    QPen,
    QPixmap,
)

__all__ = ["ICONS", "icon", "paint_icon"]

UNITS = 24.0


@dataclass(frozen=True)
class _Drawing:
    """``lines``: stroked. ``fill``: filled. ``dashes``: lengths of line and gap, empty for none. Width in units."""

    lines: str = ""
    fill: str = ""
    dashes: tuple[float, ...] = ()
    width: float = 1.7


ICONS: dict[str, _Drawing] = {
    "hand": _Drawing(
        "M7 12 L7 6.5 C7 4.6 9.6 4.6 9.6 6.5 L9.6 11 M9.6 10.5 L9.6 4.8 C9.6 2.9 12.3 2.9 12.3 4.8 L12.3 10.5 "
        "M12.3 10.5 L12.3 5.5 C12.3 3.7 15 3.7 15 5.5 L15 11 M15 11 L15 7.5 C15 5.8 17.6 5.8 17.6 7.5 L17.6 14.5 "
        "C17.6 18.5 15.5 21 12 21 C9 21 7.6 19.5 6.3 17.2 L3.9 12.9 C3 11.2 5 10 6.1 11.3 L7 12.5"
    ),
    "brush": _Drawing("M20.5 3.5 L10.5 13.5 M10 12 C6.5 12 6.5 16 3.5 18.5 C7 20.5 12.5 19.5 12.5 14.8 Z"),
    "eraser": _Drawing("M14.2 4.5 L20 10.3 L11.5 18.8 L7.6 18.8 L4 15.2 Z M9.5 9.3 L15.2 15 M11.5 18.8 L20.5 18.8"),
    "lasso": _Drawing(
        "M8 15.6 C4.8 14.6 3 12.8 3 10.2 C3 6.6 7 4 12 4 C17 4 21 6.6 21 10.2 C21 13.8 17 16.2 12 16.2 L9.8 16 "
        "M8 15.6 C7 17.4 9.8 18.6 10.4 16.8 C10.9 15 8.8 14.4 8 15.6 M8.6 17.6 C8.9 19 8.2 20.2 6.8 21"
    ),
    "polygon": _Drawing(
        "M5 6 L13 4.5 L20 10 L16.5 19 L6 17.5 Z",
        "O5 6 1.8 O13 4.5 1.8 O20 10 1.8 O16.5 19 1.8 O6 17.5 1.8",
    ),
    "rectangle": _Drawing("R4 6 16 12", dashes=(2.2, 1.8)),
    "ellipse": _Drawing("E12 12 8.6 6.6", dashes=(2.2, 1.8)),
    "wand": _Drawing(
        "M4 20 L14 10 M16 4 L16 7.4 M14.3 5.7 L17.7 5.7 M20 10.6 L20 13 M18.8 11.8 L21.2 11.8 M10.6 4.4 L10.6 6.8 "
        "M9.4 5.6 L11.8 5.6"
    ),
    "click": _Drawing(
        "M10.5 10.5 L20.5 14 L16 16 L14 20.5 Z M8 3.5 L8 5.6 M3.5 8 L5.6 8 M4.8 4.8 L6.3 6.3 M4.8 11.2 L6.3 9.7 "
        "M11.2 4.8 L9.7 6.3"
    ),
    "open": _Drawing("M3.5 19 L3.5 5.5 L9 5.5 L11 8 L19 8 L19 10.5 M3.5 19 L6.8 10.5 L21.5 10.5 L18.5 19 Z"),
    "save": _Drawing("M12 4 L12 14.5 M7.5 10.5 L12 15 L16.5 10.5 M4 15.5 L4 20 L20 20 L20 15.5"),
    "load": _Drawing("M12 15 L12 4.5 M7.5 8.5 L12 4 L16.5 8.5 M4 15.5 L4 20 L20 20 L20 15.5"),
    "undo": _Drawing("M8.5 4.5 L4 9 L8.5 13.5 M4 9 L14.5 9 C18 9 20 11.2 20 14 C20 16.8 18 19 14.5 19 L9 19"),
    "redo": _Drawing("M15.5 4.5 L20 9 L15.5 13.5 M20 9 L9.5 9 C6 9 4 11.2 4 14 C4 16.8 6 19 9.5 19 L15 19"),
    "zoom-in": _Drawing("O10.5 10.5 6.5 M15.4 15.4 L20.5 20.5 M7.5 10.5 L13.5 10.5 M10.5 7.5 L10.5 13.5"),
    "zoom-out": _Drawing("O10.5 10.5 6.5 M15.4 15.4 L20.5 20.5 M7.5 10.5 L13.5 10.5"),
    "fit": _Drawing("M4 9 L4 4 L9 4 M15 4 L20 4 L20 9 M20 15 L20 20 L15 20 M9 20 L4 20 L4 15 R8.5 9.5 7 5"),
    "split": _Drawing("R3.5 5.5 17 13 M12 3 L12 21", "R12 5.5 8.5 13"),
    "before": _Drawing("O12 12 8.5 M12 6.8 L12 12.2 L8.6 14.6"),
    "eye": _Drawing(
        "M2.5 12 C5.5 7 8.5 5.5 12 5.5 C15.5 5.5 18.5 7 21.5 12 C18.5 17 15.5 18.5 12 18.5 C8.5 18.5 5.5 17 2.5 12 Z "
        "O12 12 3"
    ),
    "eye-off": _Drawing(
        "M2.5 12 C5.5 7 8.5 5.5 12 5.5 C15.5 5.5 18.5 7 21.5 12 C18.5 17 15.5 18.5 12 18.5 C8.5 18.5 5.5 17 2.5 12 Z "
        "M4.5 20 L19.5 4"
    ),
    "look": _Drawing("O11 11 6.5 M15.8 15.8 L20.5 20.5", "O11 11 3"),
    "person": _Drawing("O12 7.8 4 M4.5 20.5 C4.5 15.8 7.6 13.8 12 13.8 C16.4 13.8 19.5 15.8 19.5 20.5"),
    "again": _Drawing("M19.5 5 L19.5 9.5 L15 9.5 M19 9.3 C17.6 6.3 15 4.8 12 4.8 C7.9 4.8 4.7 8 4.7 12 "
                      "C4.7 16 7.9 19.2 12 19.2 C15.4 19.2 18 17.3 19 14.3"),
    "star": _Drawing(
        "M12 3.6 L14.6 9 L20.5 9.8 L16.2 13.9 L17.3 19.8 L12 16.9 L6.7 19.8 L7.8 13.9 L3.5 9.8 L9.4 9 Z"
    ),
    "star-on": _Drawing(
        fill="M12 3.6 L14.6 9 L20.5 9.8 L16.2 13.9 L17.3 19.8 L12 16.9 L6.7 19.8 L7.8 13.9 L3.5 9.8 L9.4 9 Z"
    ),
    "bin": _Drawing("M4.5 6.5 L19.5 6.5 M9.5 6 L9.5 4 L14.5 4 L14.5 6 M6.5 7 L7.5 20.5 L16.5 20.5 L17.5 7 M10.3 10.5 "
                    "L10.6 17 M13.7 10.5 L13.4 17"),
    "compare": _Drawing("R3.5 6 7.5 12 R13 6 7.5 12"),
    "note": _Drawing("M5 3.5 L15 3.5 L19 7.5 L19 20.5 L5 20.5 Z M8.5 10 L15.5 10 M8.5 13.5 L15.5 13.5 M8.5 17 L12.5 17"),
    "photo": _Drawing("R3.5 5 17 14 O8.5 9.8 1.6 M4 17 L9.8 12.2 L13 15 L16 12 L20 16"),
    "close": _Drawing("M6 6 L18 18 M18 6 L6 18"),
    "float": _Drawing("R4.5 9 10.5 10.5 M9 6.5 L9 4.5 L19.5 4.5 L19.5 15 L17.5 15"),
    "paste": _Drawing("M8 5.5 L5 5.5 L5 20.5 L19 20.5 L19 5.5 L16 5.5 R8 3.5 8 4 M8.5 12 L15.5 12 M8.5 16 L13.5 16"),
}  # fmt: skip


def icon(name: str) -> QIcon:
    """An icon of `ICONS`."""
    return QIcon(_Engine(name))


def paint_icon(painter: QPainter, name: str, rect: QRectF, colour: QColor) -> None:
    """Draw an icon into a rectangle."""
    drawing = ICONS[name]
    side = min(rect.width(), rect.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.center().x() - side / 2, rect.center().y() - side / 2)
    painter.scale(side / UNITS, side / UNITS)
    pen = QPen(
        colour, drawing.width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    )
    if drawing.dashes:
        pen.setDashPattern([length / drawing.width for length in drawing.dashes])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(_path(drawing.lines))
    if drawing.fill:
        painter.fillPath(_path(drawing.fill), colour)
    painter.restore()


class _Engine(QIconEngine):
    """Draws an icon with the current palette."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def paint(self, painter: QPainter | None, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw with Qt's painter."""
        if painter is None:
            return
        disabled = mode == QIcon.Mode.Disabled
        group = QPalette.ColorGroup.Disabled if disabled else QPalette.ColorGroup.Active
        colour = QGuiApplication.palette().color(group, QPalette.ColorRole.ButtonText)
        if disabled:
            colour.setAlphaF(0.5)
        elif state == QIcon.State.On or mode == QIcon.Mode.Selected:
            colour = QGuiApplication.palette().color(group, QPalette.ColorRole.Highlight)
        paint_icon(painter, self._name, QRectF(rect), colour)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Draw to a pixmap."""
        made = QPixmap(size)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return made

    def clone(self) -> QIconEngine:
        """Copy the engine."""
        return _Engine(self._name)


@lru_cache(maxsize=128)
def _path(text: str) -> QPainterPath:
    """The path of a drawing."""
    path = QPainterPath()
    words = text.replace("M", " M ").replace("L", " L ").replace("C", " C ").replace("Z", " Z ")
    words = words.replace("O", " O ").replace("E", " E ").replace("R", " R ")
    letter = ""
    numbers: list[float] = []
    count = {"M": 2, "L": 2, "C": 6, "O": 3, "E": 4, "R": 4}
    for word in words.split():
        if word.isalpha():
            letter, numbers = word, []
            if letter == "Z":
                path.closeSubpath()
            continue
        numbers.append(float(word))
        if len(numbers) == count[letter]:
            _draw(path, letter, numbers)
            numbers = []
    return path


def _draw(path: QPainterPath, letter: str, n: list[float]) -> None:
    if letter == "M":
        path.moveTo(n[0], n[1])
    elif letter == "L":
        path.lineTo(n[0], n[1])
    elif letter == "C":
        path.cubicTo(n[0], n[1], n[2], n[3], n[4], n[5])
    elif letter == "O":
        path.addEllipse(QPointF(n[0], n[1]), n[2], n[2])
    elif letter == "E":
        path.addEllipse(QPointF(n[0], n[1]), n[2], n[3])
    else:
        path.addRect(QRectF(n[0], n[1], n[2], n[3]))
