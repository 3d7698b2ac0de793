"""The light and the dark theme: a table of colours, the palette and the style sheet made from it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from PyQt6.QtCore import QObject, QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPen, QPolygonF
from PyQt6.QtWidgets import (
    QApplication,
    QProxyStyle,
    QStyle,
    QStyleOption,
    QStyleOptionComboBox,
    QStyleOptionComplex,
    QStyleOptionSpinBox,
    QWidget,
)

from qt_app.model.preferences import Preferences
from qt_app.ui.icons import icon
from qt_app.ui.style_sheet import STYLE_SHEET

__all__ = ["CHIP", "CHIP_EDGE", "DARK", "LIGHT", "Colours", "ThemeKeeper", "apply_theme", "colours", "mixed"]

ENABLED = QStyle.StateFlag.State_Enabled
CHIP, CHIP_EDGE = 0.15, 0.55
"""Shares of a chip's colour in its background and its border; the rest is the field's background."""


@dataclass(frozen=True)
class Colours:
    """The colours of a theme; the contrast of text is at least 4.5 : 1 (WCAG AA), which a test checks.

    Attributes:
        window, base, raised: backgrounds of the window, of lists and fields, of buttons. canvas: around the picture.
        text, dim: normal and dimmed text. accent, on_accent: selection, and text on it.
        attribute: tokens of attributes; those of people have the accent colour. line: borders. good, warn, bad: states.
    """

    window: str
    base: str
    raised: str
    canvas: str
    text: str
    dim: str
    accent: str
    on_accent: str
    attribute: str
    line: str
    good: str
    warn: str
    bad: str


LIGHT = Colours(
    window="#f3f3f5", base="#ffffff", raised="#fbfbfc", canvas="#d7d7dc", text="#1c1c21", dim="#5b5b66",
    accent="#2f5fd0", on_accent="#ffffff", attribute="#8a2f86", line="#c9c9d1", good="#1b7a3d", warn="#8a5a00", bad="#b3261e",
)  # fmt: skip
DARK = Colours(
    window="#303036", base="#19191c", raised="#42424a", canvas="#121214", text="#f0f0f4", dim="#b6b6c2",
    accent="#86a8ff", on_accent="#0d1222", attribute="#e79be2", line="#5c5c68", good="#6fd08c", warn="#f0b45a", bad="#ff9a92",
)  # fmt: skip


def colours(theme: str) -> Colours:
    """The colours of ``light`` or ``dark``; ``system``: those of the desktop's colour scheme."""
    if theme == "system":
        hints = QGuiApplication.styleHints()
        theme = "dark" if hints is not None and hints.colorScheme() == Qt.ColorScheme.Dark else "light"
    return DARK if theme == "dark" else LIGHT


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """``share`` of the first colour, the rest of the second."""
    parts = zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)
    return QColor(*(round(a * share + b * (1 - share)) for a, b in parts))


def apply_theme(application: QApplication, theme: str) -> Colours:
    """Set the application's theme; returns its colours."""
    chosen = colours(theme)
    application.setStyle(_Style("Fusion"))
    application.setPalette(_palette(chosen))
    application.setStyleSheet(_style_sheet(chosen))
    return chosen


class ThemeKeeper(QObject):
    """Applies the theme of the preferences, and follows the desktop's colour scheme if the user chose ``system``.

    Args:
        theme: overrides the preferences until the user changes them.
    """

    def __init__(self, application: QApplication, preferences: Preferences, theme: str = "") -> None:
        super().__init__()
        self._application, self._preferences, self._fixed = application, preferences, theme
        preferences.theme_changed.connect(self._chosen)
        hints = application.styleHints()
        if hints is not None:
            hints.colorSchemeChanged.connect(self._desktop_changed)
        apply_theme(application, theme or preferences.theme)

    def _chosen(self, theme: str) -> None:
        self._fixed = ""
        apply_theme(self._application, theme)

    def _desktop_changed(self) -> None:
        if (self._fixed or self._preferences.theme) == "system":
            apply_theme(self._application, "system")


class _Style(QProxyStyle):
    """Fusion, with the window's icons on the title bars of panels, and marks and borders that are visible on dark backgrounds.

    Colours and rectangles are read from copies of Qt's options. Qt's own are on the stack: reading their attributes keeps
    PyQt's wrapper alive in a cycle, and the next option at the same address would be mistaken for it.
    """

    def drawPrimitive(
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption | None,
        painter: QPainter | None,
        widget: QWidget | None = None,
    ) -> None:
        """Draw check boxes and radio buttons, filled when checked, and flat buttons."""
        which = QStyle.PrimitiveElement
        if option is None or painter is None:
            return
        if element in (which.PE_IndicatorCheckBox, which.PE_IndicatorRadioButton):
            _draw_mark(painter, QStyleOption(option), round_=element == which.PE_IndicatorRadioButton)
        elif element == which.PE_PanelButtonCommand:
            own = QStyleOption(option)
            held = bool(own.state & (QStyle.StateFlag.State_Sunken | QStyle.StateFlag.State_On))
            role = QPalette.ColorRole
            ground = role.Mid if held else role.Button if own.state & ENABLED else role.Window
            _draw_box(painter, own, own.palette.color(ground))
        else:
            super().drawPrimitive(element, option, painter, widget)

    def drawComplexControl(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex | None,
        painter: QPainter | None,
        widget: QWidget | None = None,
    ) -> None:
        """Draw number and combo boxes with the same border as text fields."""
        if painter is None or not isinstance(option, (QStyleOptionSpinBox, QStyleOptionComboBox)):
            super().drawComplexControl(control, option, painter, widget)
            return
        own = QStyleOption(option)
        _draw_box(painter, own, own.palette.color(QPalette.ColorRole.Base))
        option.frame = False  # else Fusion draws its own frame too
        super().drawComplexControl(control, option, painter, widget)
        _draw_box(painter, own)

    def standardIcon(
        self, which: QStyle.StandardPixmap, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> QIcon:
        """The window's icons for title bars."""
        own = {
            QStyle.StandardPixmap.SP_TitleBarCloseButton: "close",
            QStyle.StandardPixmap.SP_TitleBarNormalButton: "float",
        }.get(which)
        return icon(own) if own is not None else super().standardIcon(which, option, widget)


def _draw_box(painter: QPainter, option: QStyleOption, ground: QColor | None = None) -> None:
    """Draw a rounded border, in the accent colour if focused; ``ground``: fill colour."""
    role, state = QPalette.ColorRole, option.state
    focus = bool(state & QStyle.StateFlag.State_HasFocus)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(option.palette.color(role.Accent if focus else role.Mid))
    painter.setBrush(ground if ground is not None else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5), 3.5, 3.5)
    painter.restore()


def _draw_mark(painter: QPainter, option: QStyleOption, round_: bool) -> None:
    """Draw a check box or a radio button: a border if unchecked, filled with the accent colour if checked."""
    role, state, palette = QPalette.ColorRole, option.state, option.palette
    on, partly = bool(state & QStyle.StateFlag.State_On), bool(state & QStyle.StateFlag.State_NoChange)
    place = QRectF(option.rect)
    side = min(place.width(), place.height()) - 1
    place = QRectF(place.center().x() - side / 2, place.center().y() - side / 2, side, side)
    edge = role.Accent if state & QStyle.StateFlag.State_HasFocus else role.PlaceholderText
    ground = palette.color(role.Accent if on or partly else role.Base if state & ENABLED else role.Window)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(palette.color(role.Accent if on or partly else edge))
    painter.setBrush(ground)
    radius = side / 2 if round_ else 2.5
    painter.drawRoundedRect(place, radius, radius)
    mark = palette.color(role.HighlightedText if state & ENABLED else role.Text)
    if on and round_:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mark)
        painter.drawEllipse(place.center(), side * 0.22, side * 0.22)
    elif on or partly:
        painter.setPen(
            QPen(mark, 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        )
        corners = ((0.24, 0.52), (0.43, 0.72), (0.77, 0.3)) if on else ((0.25, 0.5), (0.75, 0.5))
        painter.drawPolyline(
            QPolygonF([QPointF(place.x() + x * side, place.y() + y * side) for x, y in corners])
        )
    painter.restore()


def _palette(c: Colours) -> QPalette:
    palette = QPalette(QColor(c.raised), QColor(c.window))  # Qt derives shades for borders from these
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    for place, colour in (
        (role.Window, c.window), (role.WindowText, c.text), (role.Base, c.base), (role.AlternateBase, c.raised),
        (role.Text, c.text), (role.Button, c.raised), (role.ButtonText, c.text), (role.Highlight, c.accent),
        (role.HighlightedText, c.on_accent), (role.ToolTipBase, c.raised), (role.ToolTipText, c.text),
        (role.PlaceholderText, c.dim), (role.Link, c.accent), (role.LinkVisited, c.attribute),
        (role.Mid, c.line), (role.Accent, c.accent),
        (role.BrightText, c.text), (role.Light, c.line), (role.Midlight, c.line),
    ):  # fmt: skip
        palette.setColor(place, QColor(colour))
    for place in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(group.Disabled, place, QColor(c.dim))
    for place in (role.Highlight, role.Accent):
        palette.setColor(group.Disabled, place, QColor(c.line))
    palette.setColor(group.Disabled, role.HighlightedText, QColor(c.text))
    return palette


def _style_sheet(c: Colours) -> str:
    accent, attribute, base = QColor(c.accent), QColor(c.attribute), QColor(c.base)
    derived = {
        "token_background": mixed(accent, base, CHIP),
        "token_border": mixed(accent, base, CHIP_EDGE),
        "attribute_background": mixed(attribute, base, CHIP),
        "attribute_border": mixed(attribute, base, CHIP_EDGE),
        "hover": mixed(QColor(c.text), QColor(c.raised), 0.07),
        "primary_hover": mixed(accent, QColor(c.text), 0.88),
        "disabled_border": mixed(QColor(c.line), QColor(c.window), 0.55),
    }
    return STYLE_SHEET.substitute(asdict(c), **{name: colour.name() for name, colour in derived.items()})
