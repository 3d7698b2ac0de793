"""The style sheet of the window; ``$name`` is a colour of `theme.Colours` or derived from one, see `theme`."""

from __future__ import annotations

from string import Template

__all__ = ["STYLE_SHEET"]

STYLE_SHEET = Template(
    """
QToolTip { border: 1px solid $line; padding: 4px; }
QDockWidget::title { padding: 6px 8px; background: $window; }
QPushButton, QToolButton {
    background: $raised; color: $text; border: 1px solid $line; border-radius: 4px; padding: 2px 7px;
}
QPushButton { min-height: 17px; }
QToolButton { padding: 0 1px; }
QDialogButtonBox QPushButton, QWizard > QPushButton { padding: 2px 16px; }
QPushButton:hover, QToolButton:hover { background: $hover; border-color: $dim; }
QPushButton:pressed, QToolButton:pressed { background: $line; }
QPushButton:focus, QToolButton:focus { border-color: $accent; }
QPushButton:disabled, QToolButton:disabled { background: $window; color: $dim; border-color: $disabled_border; }
QToolButton:checked { background: $token_background; border-color: $token_border; }
QToolButton[autoRaise="true"] { background: transparent; border-color: transparent; padding: 2px 4px; }
QToolButton[autoRaise="true"]:hover { background: $raised; border-color: $line; }
QToolButton[autoRaise="true"]:pressed { background: $line; }
QToolButton[autoRaise="true"]:checked { background: $token_background; border-color: $token_border; }
QToolButton[autoRaise="true"]:focus { border-color: $accent; }
QToolButton[autoRaise="true"]:disabled { background: transparent; border-color: transparent; }
QToolButton[popupMode="2"] { padding: 2px 13px; }
QToolButton::menu-indicator { subcontrol-origin: padding; subcontrol-position: center right; right: 3px; }
QToolButton[chip="token"] {
    background: $token_background; color: $accent; border-color: $token_border;
    border-radius: 9px; padding: 1px 9px; font-weight: 600;
}
QToolButton[chip="token"]:hover, QToolButton[chip="token"]:focus { border-color: $accent; }
QToolButton[chip="attribute"] {
    background: $attribute_background; color: $attribute; border-color: $attribute_border;
    border-radius: 9px; padding: 1px 9px; font-weight: 600;
}
QToolButton[chip="attribute"]:hover, QToolButton[chip="attribute"]:focus { border-color: $attribute; }
QToolButton[chip="words"] { border-radius: 9px; padding: 1px; }
QPushButton[primary="true"] {
    background: $accent; color: $on_accent; border: 1px solid $accent; border-radius: 4px;
    padding: 6px 14px; font-weight: 600;
}
QPushButton[primary="true"]:hover { background: $primary_hover; }
QPushButton[primary="true"]:disabled { background: $raised; color: $dim; border-color: $line; }
QPushButton[primary="true"]:focus { border: 2px solid $text; padding: 5px 13px; }
QLabel[dim="true"] { color: $dim; }
QLabel[status="good"] { color: $good; }
QLabel[status="warn"] { color: $warn; }
QLabel[status="bad"] { color: $bad; }
QPushButton[link="true"] {
    color: $accent; background: transparent; border: none; text-align: left; padding: 3px 2px; min-height: 0;
}
QPushButton[link="true"]:hover, QPushButton[link="true"]:focus { text-decoration: underline; }
QLineEdit, QPlainTextEdit { border: 1px solid $line; border-radius: 4px; background: $base; padding: 2px 4px; }
QLineEdit { min-height: 17px; }
QLineEdit:focus, QPlainTextEdit:focus { border-color: $accent; }
QLineEdit:disabled, QPlainTextEdit:disabled { background: $window; border-color: $disabled_border; }
QComboBox QLineEdit, QAbstractSpinBox QLineEdit { border: none; padding: 0; min-height: 0; background: transparent; }
QAbstractSpinBox { min-height: 17px; }
QTreeView, QListView, QTableView { border: 1px solid $line; border-radius: 4px; }
QComboBox QListView { border-radius: 0; }
QComboBox QListView::item { padding: 3px 4px; }
QTreeView[roomy="true"]::item { padding: 3px 2px; }
QHeaderView::section {
    background: $raised; color: $dim; border: none; border-bottom: 1px solid $line; padding: 4px 6px;
}
QToolButton[fold="true"], QToolButton[fold="true"]:checked, QToolButton[fold="true"]:hover {
    background: transparent; border: none; font-weight: 600; padding: 4px 0;
}
QToolButton[fold="true"]:focus { text-decoration: underline; }
QListWidget#pages { outline: 0; }
QListWidget#pages::item { padding: 7px 8px; border: none; }
QListWidget#pages::item:selected { background: $accent; color: $on_accent; }
#canvas, #start-page { background: $canvas; }
QToolBar#tools { border: none; padding: 4px 3px; spacing: 2px; }
QToolBar#tools QToolButton { padding: 4px; border: 1px solid transparent; border-radius: 4px; background: transparent; }
QToolBar#tools QToolButton:hover { background: $raised; border-color: $line; }
QToolBar#tools QToolButton:checked { background: $token_background; border-color: $accent; }
QToolBar#tools QToolButton:focus { border-color: $text; }
QToolBar#tools QToolButton:disabled { background: transparent; border-color: transparent; }
QStatusBar::item { border: none; }
QFrame[box="error"] { border: 1px solid $bad; border-radius: 4px; background: $base; }
QFrame[box="plain"] { border: 1px solid $line; border-radius: 4px; background: $base; }
QFrame[box="note"] { border: 1px solid $warn; border-radius: 4px; background: $base; }
"""
)
