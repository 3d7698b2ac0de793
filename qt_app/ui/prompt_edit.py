"""A field for prompts: references ``<person/name>`` are shown as chips, completed while typing, and can be dropped in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PyQt6.QtCore import QEvent, QMimeData, QSize, QStringListModel, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QKeyEvent,
    QPalette,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PyQt6.QtWidgets import QCompleter, QPlainTextEdit, QWidget

from qt_app.model.observable import Observable, follow
from qt_app.ui.theme import mixed

__all__ = ["TOKEN_MIME", "PromptEdit"]

TOKEN_MIME = "application/x-s2edit-tokens"
"""Names of tokens, one a line, as the library's list gives them when they are dragged."""

_REFERENCE = re.compile(r"<[^<>/\s]+/[^<>/\s]+>")
_OPEN = re.compile(r"<([^<>\s]*)$")


class _Chips(QSyntaxHighlighter):
    """Colours references: known tokens as chips, unknown ones as errors."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.known: set[str] = set()
        self.chip, self.unknown = QTextCharFormat(), QTextCharFormat()
        self.chip.setFontWeight(600)
        self.unknown.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        self.unknown.setUnderlineColor(QColor("#d33"))

    def highlightBlock(self, text: str | None) -> None:
        """Colour one line."""
        for match in _REFERENCE.finditer(text or ""):
            known = match.group()[1:-1] in self.known
            self.setFormat(match.start(), match.end() - match.start(), self.chip if known else self.unknown)


class PromptEdit(QPlainTextEdit):
    """Some lines of text; Tab goes on to the next field, Ctrl+Return submits.

    Signals:
        text_changed(str), submitted().
    """

    text_changed = pyqtSignal(str)
    submitted = pyqtSignal()

    def __init__(self, lines: int = 3, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = lines
        self.setTabChangesFocus(True)
        self.setAcceptDrops(True)
        document = self.document()
        self._chips = _Chips(document if document is not None else QTextDocument(self))
        self._names = QStringListModel(self)
        self._completer = QCompleter(self._names, self)
        self._completer.setWidget(self)
        self._completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self._completer.activated.connect(self._complete)
        self.textChanged.connect(lambda: self.text_changed.emit(self.toPlainText()))
        self.textChanged.connect(self._offer)
        self._colour_chips()

    def bind(self, model: Observable, name: str) -> None:
        """Keep the text and a model's property equal, both ways."""

        def to_field(value: str) -> None:
            if value != self.toPlainText():
                self.setPlainText(value)

        follow(model, name, to_field)
        self.text_changed.connect(lambda value: setattr(model, name, value))

    def set_tokens(self, names: Sequence[str]) -> None:
        """The tokens that can be referred to."""
        self._names.setStringList(list(names))
        self._chips.known = set(names)
        self._chips.rehighlight()

    def set_chip_colours(self, text: QColor, ground: QColor) -> None:
        """Colours of chips, from the theme."""
        self._chips.chip.setForeground(text)
        self._chips.chip.setBackground(ground)
        self._chips.rehighlight()

    def insert_token(self, name: str) -> None:
        """Write a reference where the cursor is, with spaces around it."""
        cursor = self.textCursor()
        before = self.toPlainText()[: cursor.position()]
        after = self.toPlainText()[cursor.position() :]
        left = "" if not before or before[-1].isspace() else " "
        right = "" if after and after[0].isspace() else " "
        cursor.insertText(f"{left}<{name}>{right}")
        self.setTextCursor(cursor)

    def sizeHint(self) -> QSize:
        """Room for the lines asked for."""
        height = self.fontMetrics().lineSpacing() * self._lines + 16
        return QSize(super().sizeHint().width(), height)

    def minimumSizeHint(self) -> QSize:
        """The same: a field of one line is no use."""
        return QSize(80, self.sizeHint().height())

    def _colour_chips(self) -> None:
        """Chips in the accent's colour, on a hint of it."""
        palette = self.palette()
        accent, base = palette.color(QPalette.ColorRole.Accent), palette.color(QPalette.ColorRole.Base)
        self.set_chip_colours(accent, mixed(accent, base, 0.15))

    # ------------------------------------------------------------------ events

    def changeEvent(self, event: QEvent | None) -> None:
        """Another theme."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            self._colour_chips()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Keys go to the list of names while it is open."""
        if event is None:
            return
        popup = self._completer.popup()
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if popup is not None and popup.isVisible() and (enter or event.key() == Qt.Key.Key_Tab):
            index = popup.currentIndex()
            if not index.isValid():
                index = self._completer.completionModel().index(0, 0)  # type: ignore[union-attr]
            popup.hide()
            self._complete(str(index.data()))
            return
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.submitted.emit()
            return
        super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData | None) -> bool:
        """Tokens and text; files are the window's, which opens them."""
        if source is None or (source.hasUrls() and not source.hasFormat(TOKEN_MIME)):
            return False
        return source.hasFormat(TOKEN_MIME) or source.hasText()

    def insertFromMimeData(self, source: QMimeData | None) -> None:
        """Tokens become references; text is pasted on one line."""
        if source is None:
            return
        if source.hasFormat(TOKEN_MIME):
            for name in source.data(TOKEN_MIME).data().decode("utf-8", "replace").splitlines():
                self.insert_token(name)
        else:
            self.insertPlainText(" ".join(source.text().split()))

    def _offer(self) -> None:
        position = self.textCursor().position()
        opened = _OPEN.search(self.toPlainText()[:position])
        popup = self._completer.popup()
        if opened is None or popup is None or not self.hasFocus():
            if popup is not None:
                popup.hide()
            return
        self._completer.setCompletionPrefix(opened.group(1))
        if self._completer.completionCount():
            rect = self.cursorRect()
            rect.setWidth(max(240, popup.sizeHintForColumn(0) + 24))
            self._completer.complete(rect)
        else:
            popup.hide()

    def _complete(self, name: str) -> None:
        cursor = self.textCursor()
        opened = _OPEN.search(self.toPlainText()[: cursor.position()])
        if opened is not None:
            cursor.movePosition(
                QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, len(opened.group())
            )
        cursor.insertText(f"<{name}> ")
        self.setTextCursor(cursor)
