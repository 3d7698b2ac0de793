"""A text field for prompts: token references ``<person/name>`` are shown as chips, completed, and accepted by drag and drop."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from PyQt6.QtCore import QEvent, QMimeData, QRectF, QSize, QStringListModel, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PyQt6.QtWidgets import QCompleter, QPlainTextEdit, QWidget

from qt_app.observable import Observable, follow
from qt_app.ui.theme import CHIP, CHIP_EDGE, mixed

__all__ = ["TOKEN_MIME", "PromptEdit"]

TOKEN_MIME = "application/x-s2edit-tokens"
"""MIME type of dragged tokens: their names, one for each line."""

_REFERENCE = re.compile(r"<[^<>/\s]+/[^<>/\s]+>")
KINDS = {"identity": QPalette.ColorRole.Accent, "attribute": QPalette.ColorRole.LinkVisited}
"""Kind of a token -> colour role of its chip; the theme sets LinkVisited to the colour of attributes."""
_OPEN = re.compile(r"<([^<>\s]*)$")


class _Chips(QSyntaxHighlighter):
    """Formats references: known tokens as chips, unknown ones as errors.

    The brackets of a chip are transparent: they reserve space for its rounded ends, which the field draws.
    """

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.known: dict[str, str] = {}  # name -> kind
        self.chips = {kind: QTextCharFormat() for kind in KINDS}
        self.brackets, self.unknown = QTextCharFormat(), QTextCharFormat()
        for shown in (*self.chips.values(), self.brackets):
            shown.setFontWeight(600)
        self.brackets.setForeground(QColor(0, 0, 0, 0))
        self.unknown.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        self.unknown.setUnderlineColor(QColor("#d33"))

    def highlightBlock(self, text: str | None) -> None:
        """Format one line."""
        for match in _REFERENCE.finditer(text or ""):
            kind = self.known.get(match.group()[1:-1])
            length = match.end() - match.start()
            if kind is None:
                self.setFormat(match.start(), length, self.unknown)
            else:
                self.setFormat(match.start(), length, self.brackets)
                self.setFormat(match.start() + 1, length - 2, self.chips[kind])

    def among(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Start, end and kind of each chip."""
        for match in _REFERENCE.finditer(text):
            kind = self.known.get(match.group()[1:-1])
            if kind is not None:
                yield match.start(), match.end(), kind


class PromptEdit(QPlainTextEdit):
    """A text field of some lines; Tab moves to the next field, Ctrl+Return submits.

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

    def set_tokens(self, kinds: Mapping[str, str]) -> None:
        """Set the known tokens, each with its kind, ``identity`` or ``attribute``."""
        self._names.setStringList(list(kinds))
        self._chips.known = dict(kinds)
        self._chips.rehighlight()

    def chips(self) -> list[tuple[QRectF, str]]:
        """Rectangle and kind of each visible chip; a chip across lines has one rectangle for each line."""
        found, block, offset = [], self.firstVisibleBlock(), self.contentOffset()
        while block.isValid() and block.isVisible():
            top = self.blockBoundingGeometry(block).translated(offset).topLeft()
            layout = block.layout()
            for start, end, kind in self._chips.among(block.text()):
                for row in range(layout.lineCount() if layout is not None else 0):
                    line = layout.lineAt(row)  # type: ignore[union-attr]
                    first, last = max(start, line.textStart()), min(end, line.textStart() + line.textLength())
                    if first < last:
                        edges = sorted(float(line.cursorToX(at)[0]) for at in (first, last))  # type: ignore[index]
                        piece = QRectF(edges[0], line.y(), edges[1] - edges[0], line.height())
                        found.append((piece.translated(top), kind))
            block = block.next()
        return found

    def insert_token(self, name: str) -> None:
        """Insert a reference at the cursor, separated by spaces."""
        cursor = self.textCursor()
        before = self.toPlainText()[: cursor.position()]
        after = self.toPlainText()[cursor.position() :]
        left = "" if not before or before[-1].isspace() else " "
        right = "" if after and after[0].isspace() else " "
        cursor.insertText(f"{left}<{name}>{right}")
        self.setTextCursor(cursor)

    def sizeHint(self) -> QSize:
        """The height of the requested number of lines."""
        height = self.fontMetrics().lineSpacing() * self._lines + 16
        return QSize(super().sizeHint().width(), height)

    def minimumSizeHint(self) -> QSize:
        """The height of the requested number of lines."""
        return QSize(80, self.sizeHint().height())

    def _colour_chips(self) -> None:
        for kind, role in KINDS.items():
            self._chips.chips[kind].setForeground(self.palette().color(role))
        self._chips.rehighlight()

    # ------------------------------------------------------------------ events

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the chips below the text."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        base = palette.color(QPalette.ColorRole.Base)
        for place, kind in self.chips():
            colour = palette.color(KINDS[kind])
            painter.setPen(mixed(colour, base, CHIP_EDGE))
            painter.setBrush(mixed(colour, base, CHIP))
            inner = place.adjusted(1.5, 0.5, -1.5, -0.5)
            painter.drawRoundedRect(inner, inner.height() / 2, inner.height() / 2)
        painter.end()
        super().paintEvent(event)

    def changeEvent(self, event: QEvent | None) -> None:
        """Update the chips' colours after a change of the theme."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            self._colour_chips()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Give keys to the list of completions while it is open."""
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
        if event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete) and not event.modifiers():
            self._select_chip(forward=event.key() == Qt.Key.Key_Delete)
        super().keyPressEvent(event)

    def _select_chip(self, forward: bool) -> None:
        """Select a whole chip if the key would delete a part of it."""
        cursor = self.textCursor()
        if cursor.hasSelection():
            return
        for start, end, _ in self._chips.among(cursor.block().text()):
            if cursor.positionInBlock() == (start if forward else end):
                way = QTextCursor.MoveOperation.Right if forward else QTextCursor.MoveOperation.Left
                cursor.movePosition(way, QTextCursor.MoveMode.KeepAnchor, end - start)
                self.setTextCursor(cursor)
                return

    def canInsertFromMimeData(self, source: QMimeData | None) -> bool:
        """Accept tokens and text; the window opens files."""
        if source is None or (source.hasUrls() and not source.hasFormat(TOKEN_MIME)):
            return False
        return source.hasFormat(TOKEN_MIME) or source.hasText()

    def insertFromMimeData(self, source: QMimeData | None) -> None:
        """Insert tokens as references, and text without line breaks."""
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
