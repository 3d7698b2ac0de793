"""Labels, forms, tooltips and message boxes that show text as plain text, never as mark-up.

Qt interprets text that looks like HTML as HTML: ``<img src=...>`` in a file name, a note or an error would be loaded. Such
widgets are therefore made only here (a test checks the sources).
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any, Protocol, overload

from PyQt6.QtCore import QCoreApplication, Qt
from PyQt6.QtWidgets import QFormLayout, QInputDialog, QLabel, QMessageBox, QWidget

__all__ = [
    "Form",
    "Link",
    "SELECTABLE",
    "LinkLabel",
    "ask_text",
    "confirm_replacing",
    "confirmed",
    "escaped_mnemonics",
    "plain_label",
    "question_box",
    "set_tip",
    "escaped_if_rich",
]

SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
LINKS = Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
_GAP = re.compile(r"\{(\d)\}")


def plain_label(text: str = "", *, selectable: bool = False) -> QLabel:
    """A label that shows its text as plain text, also texts set later; ``selectable``: by mouse and keyboard."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    if selectable:
        label.setTextInteractionFlags(SELECTABLE)
    return label


def escaped_if_rich(text: str) -> str:
    """A text for places where Qt detects HTML: escaped if Qt would interpret it as HTML, else unchanged."""
    return Qt.convertFromPlainText(text) if Qt.mightBeRichText(text) else text


class _Tipped(Protocol):
    def setToolTip(self, text: str, /) -> None: ...


class _TippedItem(Protocol):
    def setToolTip(self, column: int, text: str, /) -> None: ...


@overload
def set_tip(target: _Tipped, text: str) -> None: ...
@overload
def set_tip(target: _TippedItem, text: str, column: int) -> None: ...
def set_tip(target: Any, text: str, column: int | None = None) -> None:
    """Give a widget, an action or an item (of a tree: in a column) a plain-text tooltip."""
    if column is None:
        target.setToolTip(escaped_if_rich(text))
    else:
        target.setToolTip(column, escaped_if_rich(text))


def escaped_mnemonics(text: str) -> str:
    """A text for a menu or button, with ``&`` escaped, which would mark a shortcut key."""
    return text.replace("&", "&&")


class Form(QFormLayout):
    """A form layout with plain-text labels."""

    def addRow(self, *row: Any) -> None:  # type: ignore[override]
        """As in Qt; a text before a field becomes its label."""
        if len(row) == 2 and isinstance(row[0], str):
            label = plain_label(row[0]) if row[0] else None
            if label is not None and isinstance(row[1], QWidget):
                label.setBuddy(row[1])
            row = (label, row[1])
        super().addRow(*row)


# ---------------------------------------------------------------------- links


@dataclass(frozen=True)
class Link:
    """A web address and its link text."""

    address: str
    text: str

    def as_html(self) -> str:
        """The link as HTML; only the text if the address is not http(s)."""
        text = html.escape(self.text)
        if not self.address.startswith(("https://", "http://")):
            return text
        return f'<a href="{html.escape(self.address)}">{text}</a>'


class LinkLabel(QLabel):
    """Text with links, which the desktop's browser opens. Everything else is plain text."""

    def __init__(self, *lines: tuple[str | Link, ...]) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setOpenExternalLinks(True)
        self.setTextInteractionFlags(LINKS)
        self.set_lines(*lines)

    def set_lines(self, *lines: tuple[str | Link, ...]) -> None:
        """Show lines, each a text and the values of its gaps ``{0}``, ``{1}`` …; or a link alone."""
        self.setText("<br>".join(_filled(*line) for line in lines))


def _filled(words: str | Link, *values: str | Link) -> str:
    if isinstance(words, Link):
        return words.as_html()
    parts = [value.as_html() if isinstance(value, Link) else html.escape(value) for value in values]
    return _GAP.sub(lambda gap: parts[int(gap[1])], html.escape(words))


# ---------------------------------------------------------------------- questions


def question_box(parent: QWidget, title: str, text: str, more: str = "") -> QMessageBox:
    """A message box with a question, without buttons. ``more``: additional text in smaller letters."""
    box = QMessageBox(parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(title)
    box.setText(text)
    box.setInformativeText(more)
    return box


def confirmed(parent: QWidget, title: str, text: str) -> bool:
    """Ask the user to confirm an action that cannot be undone; Return cancels."""
    answer = QMessageBox.warning(
        parent,
        title,
        escaped_if_rich(text),
        QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.Cancel,
        QMessageBox.StandardButton.Cancel,
    )
    return answer == QMessageBox.StandardButton.Yes


def confirm_replacing(parent: QWidget, name: str, *, photo: bool = False) -> bool:
    """Ask whether to replace an existing file. ``photo``: it is the edited photo itself."""
    words = QCoreApplication.translate("files", "{0} is there already. Replace it?")
    if photo:
        words = QCoreApplication.translate("files", "{0} is the photo itself. Overwrite the original?")
    return confirmed(parent, QCoreApplication.translate("files", "Replace the file?"), words.format(name))


def ask_text(parent: QWidget, title: str, label: str, text: str = "") -> str | None:
    """Ask the user for a line of text, stripped; None: cancelled."""
    answer, agreed = QInputDialog.getText(parent, title, escaped_if_rich(label), text=text)
    return str(answer).strip() if agreed else None
