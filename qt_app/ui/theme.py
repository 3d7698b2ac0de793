"""Light and dark: one table of colours, a palette and a small style sheet made from it."""

from __future__ import annotations

from dataclasses import dataclass

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

__all__ = ["CHIP", "CHIP_EDGE", "DARK", "LIGHT", "Colours", "ThemeKeeper", "apply_theme", "colours", "mixed"]

ENABLED = QStyle.StateFlag.State_Enabled
CHIP, CHIP_EDGE = 0.15, 0.55
"""How much of its colour there is in a chip's ground, and in its edge; the rest is that of the field it lies on."""


@dataclass(frozen=True)
class Colours:
    """The colours of a theme; contrast of text on its ground is at least 4.5 : 1 (WCAG AA), kept by a test.

    Attributes:
        window, base, raised: grounds of the window, of lists and fields, of buttons. canvas: around the picture.
        text, dim: writing, and writing of less weight. accent, on_accent: what is chosen, and writing on it.
        attribute: tokens of attributes, beside the accent's for persons. line: borders. good, warn, bad: states.
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
    """The colours of ``light`` or ``dark``; ``system``: what the desktop says."""
    if theme == "system":
        hints = QGuiApplication.styleHints()
        theme = "dark" if hints is not None and hints.colorScheme() == Qt.ColorScheme.Dark else "light"
    return DARK if theme == "dark" else LIGHT


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """``share`` of the first colour, the rest of the second."""
    parts = zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)
    return QColor(*(round(a * share + b * (1 - share)) for a, b in parts))


def apply_theme(application: QApplication, theme: str) -> Colours:
    """Give the whole application a theme; returns its colours for what paints by itself."""
    chosen = colours(theme)
    application.setStyle(_Style("Fusion"))
    application.setPalette(_palette(chosen))
    application.setStyleSheet(_style_sheet(chosen))
    return chosen


class ThemeKeeper(QObject):
    """Keeps an application in the theme its user wants; if that is the desktop's, also when the desktop changes.

    Args:
        theme: instead of the one in the preferences, for this start.
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
    """Fusion, with the window's own icons on the titles of panels, and marks and edges that show on dark ground too.

    Colours and places are read from copies of Qt's options. Reading them from Qt's own would keep Python's object for it in a
    cycle; Qt's are on the stack, so that the next one at that address, of whatever kind, would be taken for it.
    """

    def drawPrimitive(
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption | None,
        painter: QPainter | None,
        widget: QWidget | None = None,
    ) -> None:
        """Check boxes and radio buttons that are filled when they are on; flat buttons."""
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
        """Boxes with numbers and choices, with the same edge as lines of text."""
        if painter is None or not isinstance(option, (QStyleOptionSpinBox, QStyleOptionComboBox)):
            super().drawComplexControl(control, option, painter, widget)
            return
        own = QStyleOption(option)
        _draw_box(painter, own, own.palette.color(QPalette.ColorRole.Base))
        option.frame = False  # Fusion's own would show beside this one
        super().drawComplexControl(control, option, painter, widget)
        _draw_box(painter, own)

    def standardIcon(
        self, which: QStyle.StandardPixmap, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> QIcon:
        """An icon of the style's."""
        own = {
            QStyle.StandardPixmap.SP_TitleBarCloseButton: "close",
            QStyle.StandardPixmap.SP_TitleBarNormalButton: "float",
        }.get(which)
        return icon(own) if own is not None else super().standardIcon(which, option, widget)


def _draw_box(painter: QPainter, option: QStyleOption, ground: QColor | None = None) -> None:
    """A rounded edge, in the accent's colour where the keyboard is; filled if there is a ground."""
    role, state = QPalette.ColorRole, option.state
    focus = bool(state & QStyle.StateFlag.State_HasFocus)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(option.palette.color(role.Accent if focus else role.Mid))
    painter.setBrush(ground if ground is not None else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5), 3.5, 3.5)
    painter.restore()


def _draw_mark(painter: QPainter, option: QStyleOption, round_: bool) -> None:
    """A check box or a radio button: an edge while it is off, filled with the accent when it is on."""
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
    palette = QPalette(QColor(c.raised), QColor(c.window))  # with shades for edges made from these
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
    accent, other, base = QColor(c.accent), QColor(c.attribute), QColor(c.base)
    tint, edge = mixed(accent, base, CHIP).name(), mixed(accent, base, CHIP_EDGE).name()
    second, second_edge = mixed(other, base, CHIP).name(), mixed(other, base, CHIP_EDGE).name()
    hover = mixed(QColor(c.text), QColor(c.raised), 0.07).name()
    faint = mixed(QColor(c.line), QColor(c.window), 0.55).name()
    return f"""
    QToolTip {{ border: 1px solid {c.line}; padding: 4px; }}
    QDockWidget::title {{ padding: 6px 8px; background: {c.window}; }}
    QPushButton, QToolButton {{
        background: {c.raised}; color: {c.text}; border: 1px solid {c.line}; border-radius: 4px; padding: 2px 7px;
    }}
    QPushButton {{ min-height: 17px; }}
    QToolButton {{ padding: 0 1px; }}
    QDialogButtonBox QPushButton, QWizard > QPushButton {{ padding: 2px 16px; }}
    QPushButton:hover, QToolButton:hover {{ background: {hover}; border-color: {c.dim}; }}
    QPushButton:pressed, QToolButton:pressed {{ background: {c.line}; }}
    QPushButton:focus, QToolButton:focus {{ border-color: {c.accent}; }}
    QPushButton:disabled, QToolButton:disabled {{ background: {c.window}; color: {c.dim}; border-color: {faint}; }}
    QToolButton:checked {{ background: {tint}; border-color: {edge}; }}
    QToolButton[autoRaise="true"] {{ background: transparent; border-color: transparent; padding: 2px 4px; }}
    QToolButton[autoRaise="true"]:hover {{ background: {c.raised}; border-color: {c.line}; }}
    QToolButton[autoRaise="true"]:pressed {{ background: {c.line}; }}
    QToolButton[autoRaise="true"]:checked {{ background: {tint}; border-color: {edge}; }}
    QToolButton[autoRaise="true"]:focus {{ border-color: {c.accent}; }}
    QToolButton[autoRaise="true"]:disabled {{ background: transparent; border-color: transparent; }}
    QToolButton[popupMode="2"] {{ padding: 2px 13px; }}
    QToolButton::menu-indicator {{ subcontrol-origin: padding; subcontrol-position: center right; right: 3px; }}
    QToolButton[chip="token"] {{
        background: {tint}; color: {c.accent}; border-color: {edge}; border-radius: 9px; padding: 1px 9px; font-weight: 600;
    }}
    QToolButton[chip="token"]:hover, QToolButton[chip="token"]:focus {{ border-color: {c.accent}; }}
    QToolButton[chip="attribute"] {{
        background: {second}; color: {c.attribute}; border-color: {second_edge};
        border-radius: 9px; padding: 1px 9px; font-weight: 600;
    }}
    QToolButton[chip="attribute"]:hover, QToolButton[chip="attribute"]:focus {{ border-color: {c.attribute}; }}
    QToolButton[chip="words"] {{ border-radius: 9px; padding: 1px; }}
    QPushButton[primary="true"] {{
        background: {c.accent}; color: {c.on_accent}; border: 1px solid {c.accent}; border-radius: 4px;
        padding: 6px 14px; font-weight: 600;
    }}
    QPushButton[primary="true"]:hover {{ background: {mixed(accent, QColor(c.text), 0.88).name()}; }}
    QPushButton[primary="true"]:disabled {{ background: {c.raised}; color: {c.dim}; border-color: {c.line}; }}
    QPushButton[primary="true"]:focus {{ border: 2px solid {c.text}; padding: 5px 13px; }}
    QLabel[dim="true"] {{ color: {c.dim}; }}
    QLabel[mood="good"] {{ color: {c.good}; }}
    QLabel[mood="warn"] {{ color: {c.warn}; }}
    QLabel[mood="bad"] {{ color: {c.bad}; }}
    QPushButton[link="true"] {{
        color: {c.accent}; background: transparent; border: none; text-align: left; padding: 3px 2px; min-height: 0;
    }}
    QPushButton[link="true"]:hover, QPushButton[link="true"]:focus {{ text-decoration: underline; }}
    QLineEdit, QPlainTextEdit {{ border: 1px solid {c.line}; border-radius: 4px; background: {c.base}; padding: 2px 4px; }}
    QLineEdit {{ min-height: 17px; }}
    QLineEdit:focus, QPlainTextEdit:focus {{ border-color: {c.accent}; }}
    QLineEdit:disabled, QPlainTextEdit:disabled {{ background: {c.window}; border-color: {faint}; }}
    QComboBox QLineEdit, QAbstractSpinBox QLineEdit {{ border: none; padding: 0; min-height: 0; background: transparent; }}
    QAbstractSpinBox {{ min-height: 17px; }}
    QTreeView, QListView, QTableView {{ border: 1px solid {c.line}; border-radius: 4px; }}
    QComboBox QListView {{ border-radius: 0; }}
    QComboBox QListView::item {{ padding: 3px 4px; }}
    QTreeView[roomy="true"]::item {{ padding: 3px 2px; }}
    QHeaderView::section {{
        background: {c.raised}; color: {c.dim}; border: none; border-bottom: 1px solid {c.line}; padding: 4px 6px;
    }}
    QToolButton[fold="true"], QToolButton[fold="true"]:checked, QToolButton[fold="true"]:hover {{
        background: transparent; border: none; font-weight: 600; padding: 4px 0;
    }}
    QToolButton[fold="true"]:focus {{ text-decoration: underline; }}
    QListWidget#pages {{ outline: 0; }}
    QListWidget#pages::item {{ padding: 7px 8px; border: none; }}
    QListWidget#pages::item:selected {{ background: {c.accent}; color: {c.on_accent}; }}
    #canvas, #start-page {{ background: {c.canvas}; }}
    QToolBar#tools {{ border: none; padding: 4px 3px; spacing: 2px; }}
    QToolBar#tools QToolButton {{ padding: 4px; border: 1px solid transparent; border-radius: 4px; background: transparent; }}
    QToolBar#tools QToolButton:hover {{ background: {c.raised}; border-color: {c.line}; }}
    QToolBar#tools QToolButton:checked {{ background: {tint}; border-color: {c.accent}; }}
    QToolBar#tools QToolButton:focus {{ border-color: {c.text}; }}
    QToolBar#tools QToolButton:disabled {{ background: transparent; border-color: transparent; }}
    QStatusBar::item {{ border: none; }}
    QFrame[box="error"] {{ border: 1px solid {c.bad}; border-radius: 4px; background: {c.base}; }}
    QFrame[box="plain"] {{ border: 1px solid {c.line}; border-radius: 4px; background: {c.base}; }}
    QFrame[box="note"] {{ border: 1px solid {c.warn}; border-radius: 4px; background: {c.base}; }}
    """
