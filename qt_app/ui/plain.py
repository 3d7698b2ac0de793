"""Text that came from elsewhere is shown as text, never as mark-up.

Qt takes any text that looks like HTML for HTML: ``<img src=...>`` in the name of a file, a note or an error would be loaded.
Labels, forms, tooltips and message boxes are therefore made here and nowhere else (a test looks at the sources).
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
    "name_of_action",
    "plain_label",
    "question_box",
    "set_tip",
    "unmarked",
]

SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
LINKS = Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
_GAP = re.compile(r"\{(\d)\}")


def plain_label(text: str = "", *, selectable: bool = False) -> QLabel:
    """A label that shows its text as it is, whatever is set later; ``selectable``: by mouse and keyboard."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    if selectable:
        label.setTextInteractionFlags(SELECTABLE)
    return label


def unmarked(text: str) -> str:
    """A text for where Qt decides by itself whether it is HTML: escaped if Qt would take it for that, else as it is."""
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
    """Give a widget, an action or an item (of a tree: in a column) a tooltip that shows the text as it is."""
    if column is None:
        target.setToolTip(unmarked(text))
    else:
        target.setToolTip(column, unmarked(text))


def name_of_action(text: str) -> str:
    """A text for a menu in which ``&`` marks no key."""
    return text.replace("&", "&&")


class Form(QFormLayout):
    """A form whose rows have labels of `plain_label`."""

    def addRow(self, *row: Any) -> None:  # type: ignore[override]
        """As Qt's; a text before a field becomes its label."""
        if len(row) == 2 and isinstance(row[0], str):
            label = plain_label(row[0]) if row[0] else None
            if label is not None and isinstance(row[1], QWidget):
                label.setBuddy(row[1])
            row = (label, row[1])
        super().addRow(*row)


# ---------------------------------------------------------------------- links


@dataclass(frozen=True)
class Link:
    """A page of the web, and the words that lead there."""

    address: str
    text: str

    def as_html(self) -> str:
        """The link; only the words where the address is none of the web."""
        text = html.escape(self.text)
        if not self.address.startswith(("https://", "http://")):
            return text
        return f'<a href="{html.escape(self.address)}">{text}</a>'


class LinkLabel(QLabel):
    """Words with links, which the desktop's browser opens. Everything but the links is shown as it is."""

    def __init__(self, *lines: tuple[str | Link, ...]) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setOpenExternalLinks(True)
        self.setTextInteractionFlags(LINKS)
        self.say(*lines)

    def say(self, *lines: tuple[str | Link, ...]) -> None:
        """Show lines, each a text and what fills its gaps ``{0}``, ``{1}`` …; or a link alone."""
        self.setText("<br>".join(_filled(*line) for line in lines))


def _filled(words: str | Link, *values: str | Link) -> str:
    if isinstance(words, Link):
        return words.as_html()
    parts = [value.as_html() if isinstance(value, Link) else html.escape(value) for value in values]
    return _GAP.sub(lambda gap: parts[int(gap[1])], html.escape(words))


# ---------------------------------------------------------------------- boxes that ask


def question_box(parent: QWidget, title: str, text: str, more: str = "") -> QMessageBox:
    """A message box with a question; whoever made it adds the buttons. ``more``: in smaller letters below."""
    box = QMessageBox(parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(title)
    box.setText(text)
    box.setInformativeText(more)
    return box


def confirmed(parent: QWidget, title: str, text: str) -> bool:
    """Whether the user says yes to what cannot be undone; Return says no."""
    answer = QMessageBox.warning(
        parent,
        title,
        unmarked(text),
        QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.Cancel,
        QMessageBox.StandardButton.Cancel,
    )
    return answer == QMessageBox.StandardButton.Yes


def confirm_replacing(parent: QWidget, name: str, *, photo: bool = False) -> bool:
    """Whether the file of this name that is there may go. ``photo``: it is the photo that was edited."""
    words = QCoreApplication.translate("files", "{0} is there already. Replace it?")
    if photo:
        words = QCoreApplication.translate("files", "{0} is the photo itself. Overwrite the original?")
    return confirmed(parent, QCoreApplication.translate("files", "Replace the file?"), words.format(name))


def ask_text(parent: QWidget, title: str, label: str, text: str = "") -> str | None:
    """A line of text from the user, without spaces around it; None: nothing was agreed to."""
    answer, agreed = QInputDialog.getText(parent, title, unmarked(label), text=text)
    return str(answer).strip() if agreed else None
