"""Light and dark: one table of colours, a palette and a small style sheet made from it."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtGui import QColor, QGuiApplication, QIcon, QPalette
from PyQt6.QtWidgets import QApplication, QProxyStyle, QStyle, QStyleOption, QWidget

from qt_app.model.preferences import Preferences
from qt_app.ui.icons import icon

__all__ = ["DARK", "LIGHT", "Colours", "ThemeKeeper", "apply_theme", "colours", "mixed"]


@dataclass(frozen=True)
class Colours:
    """The colours of a theme; contrast of text on its ground is at least 4.5 : 1 (WCAG AA), kept by a test.

    Attributes:
        window, base, raised: grounds of the window, of lists and fields, of buttons. canvas: around the picture.
        text, dim: writing, and writing of less weight. accent, on_accent: what is chosen, and writing on it.
        line: borders. good, warn, bad: states.
    """

    window: str
    base: str
    raised: str
    canvas: str
    text: str
    dim: str
    accent: str
    on_accent: str
    line: str
    good: str
    warn: str
    bad: str


LIGHT = Colours(
    window="#f3f3f5", base="#ffffff", raised="#fbfbfc", canvas="#d7d7dc", text="#1c1c21", dim="#5b5b66",
    accent="#2f5fd0", on_accent="#ffffff", line="#c9c9d1", good="#1b7a3d", warn="#8a5a00", bad="#b3261e",
)  # fmt: skip
DARK = Colours(
    window="#303036", base="#19191c", raised="#42424a", canvas="#121214", text="#f0f0f4", dim="#b6b6c2",
    accent="#86a8ff", on_accent="#0d1222", line="#5c5c68", good="#6fd08c", warn="#f0b45a", bad="#ff9a92",
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
    """Fusion, with the window's own icons on the titles of panels: its own hardly show on dark ground."""

    def standardIcon(
        self, which: QStyle.StandardPixmap, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> QIcon:
        """An icon of the style's."""
        own = {
            QStyle.StandardPixmap.SP_TitleBarCloseButton: "close",
            QStyle.StandardPixmap.SP_TitleBarNormalButton: "float",
        }.get(which)
        return icon(own) if own is not None else super().standardIcon(which, option, widget)


def _palette(c: Colours) -> QPalette:
    palette = QPalette(QColor(c.raised), QColor(c.window))  # with shades for edges made from these
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    for place, colour in (
        (role.Window, c.window), (role.WindowText, c.text), (role.Base, c.base), (role.AlternateBase, c.raised),
        (role.Text, c.text), (role.Button, c.raised), (role.ButtonText, c.text), (role.Highlight, c.accent),
        (role.HighlightedText, c.on_accent), (role.ToolTipBase, c.raised), (role.ToolTipText, c.text),
        (role.PlaceholderText, c.dim), (role.Link, c.accent), (role.Mid, c.line), (role.Accent, c.accent),
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
    return f"""
    QToolTip {{ border: 1px solid {c.line}; padding: 4px; }}
    QDockWidget::title {{ padding: 6px 8px; background: {c.window}; }}
    QPushButton[primary="true"] {{
        background: {c.accent}; color: {c.on_accent}; border: 1px solid {c.accent}; border-radius: 4px;
        padding: 6px 14px; font-weight: 600;
    }}
    QPushButton[primary="true"]:disabled {{ background: {c.raised}; color: {c.dim}; border-color: {c.line}; }}
    QPushButton[primary="true"]:focus {{ border: 2px solid {c.text}; }}
    QLabel[dim="true"] {{ color: {c.dim}; }}
    QPushButton[link="true"] {{ color: {c.accent}; border: none; text-align: left; padding: 3px 2px; }}
    QPushButton[link="true"]:hover, QPushButton[link="true"]:focus {{ text-decoration: underline; }}
    QLineEdit, QPlainTextEdit {{ border: 1px solid {c.line}; border-radius: 3px; background: {c.base}; padding: 2px; }}
    QLineEdit:focus, QPlainTextEdit:focus {{ border-color: {c.accent}; }}
    QComboBox QLineEdit, QAbstractSpinBox QLineEdit {{ border: none; padding: 0; }}
    QCheckBox::indicator:unchecked, QRadioButton::indicator:unchecked {{
        width: 12px; height: 12px; border: 1px solid {c.dim}; background: {c.base};
    }}
    QCheckBox::indicator:unchecked {{ border-radius: 2px; }}
    QRadioButton::indicator:unchecked {{ border-radius: 7px; }}
    QRadioButton::indicator:checked {{
        width: 6px; height: 6px; border: 4px solid {c.accent}; border-radius: 7px; background: {c.on_accent};
    }}
    QTreeView[roomy="true"]::item {{ padding: 3px 2px; }}
    QToolButton[fold="true"] {{ border: none; font-weight: 600; padding: 4px 0; }}
    QToolButton[fold="true"]:focus {{ text-decoration: underline; }}
    QListWidget#pages::item {{ padding: 6px 8px; }}
    #canvas, #start-page {{ background: {c.canvas}; }}
    QToolBar#tools {{ border: none; padding: 4px 3px; spacing: 2px; }}
    QToolBar#tools QToolButton {{ padding: 4px; border: 1px solid transparent; border-radius: 4px; }}
    QToolBar#tools QToolButton:hover {{ background: {c.raised}; border-color: {c.line}; }}
    QToolBar#tools QToolButton:checked {{ background: {c.base}; border-color: {c.accent}; }}
    QToolBar#tools QToolButton:focus {{ border-color: {c.text}; }}
    QFrame[box="error"] {{ border: 1px solid {c.bad}; border-radius: 4px; background: {c.base}; }}
    QFrame[box="plain"] {{ border: 1px solid {c.line}; border-radius: 4px; background: {c.base}; }}
    QFrame[box="note"] {{ border: 1px solid {c.warn}; border-radius: 4px; background: {c.base}; }}
    """
