"""Light and dark: one table of colours, a palette and a small style sheet made from it."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QGuiApplication, QPalette
from PyQt6.QtWidgets import QApplication

__all__ = ["DARK", "LIGHT", "Colours", "apply_theme", "colours"]


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
    window="#26262b", base="#1e1e22", raised="#323239", canvas="#141417", text="#ececf1", dim="#a9a9b6",
    accent="#6b95ff", on_accent="#0d1222", line="#43434d", good="#6fd08c", warn="#f0b45a", bad="#ff8a80",
)  # fmt: skip


def colours(theme: str) -> Colours:
    """The colours of ``light`` or ``dark``; ``system``: what the desktop says."""
    if theme == "system":
        hints = QGuiApplication.styleHints()
        theme = "dark" if hints is not None and hints.colorScheme() == Qt.ColorScheme.Dark else "light"
    return DARK if theme == "dark" else LIGHT


def apply_theme(application: QApplication, theme: str) -> Colours:
    """Give the whole application a theme; returns its colours for what paints by itself."""
    chosen = colours(theme)
    application.setStyle("Fusion")
    application.setPalette(_palette(chosen))
    application.setStyleSheet(_style_sheet(chosen))
    return chosen


def _palette(c: Colours) -> QPalette:
    palette = QPalette()
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    for place, colour in (
        (role.Window, c.window), (role.WindowText, c.text), (role.Base, c.base), (role.AlternateBase, c.raised),
        (role.Text, c.text), (role.Button, c.raised), (role.ButtonText, c.text), (role.Highlight, c.accent),
        (role.HighlightedText, c.on_accent), (role.ToolTipBase, c.raised), (role.ToolTipText, c.text),
        (role.PlaceholderText, c.dim), (role.Link, c.accent), (role.Mid, c.line), (role.Accent, c.accent),
    ):  # fmt: skip
        palette.setColor(place, QColor(colour))
    for place in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(group.Disabled, place, QColor(c.dim))
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
    QFrame[box="error"] {{ border: 1px solid {c.bad}; border-radius: 4px; background: {c.base}; }}
    QFrame[box="note"] {{ border: 1px solid {c.warn}; border-radius: 4px; background: {c.base}; }}
    """
