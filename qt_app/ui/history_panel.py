"""The history panel: a list of results loaded while scrolling; search, star, note, delete, reopen, compare."""

from __future__ import annotations

from PyQt6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QIcon, QKeySequence, QPainter, QPalette, QPixmap, QShortcut, QTextLayout
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qt_app.model.history import HistoryState
from qt_app.observable import bind, follow
from qt_app.ui.formatting import brief, day_and_time, duration, number
from qt_app.ui.icons import icon, paint_icon
from qt_app.ui.plain_text import ask_text, set_tip
from qt_app.ui.widgets import UndoBar, dim_label, show_when_empty
from s2edit_plugin.api.queries import HistoryEntry

__all__ = ["HistoryPanel"]

ENTRY = Qt.ItemDataRole.UserRole
SIDE, MARGIN = 56, 6
NEAR_THE_END = 400  # pixels above the end at which older results are requested


class HistoryPanel(QWidget):
    """Shows a `HistoryState`."""

    def __init__(self, history: HistoryState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = history
        self._items: dict[str, QListWidgetItem] = {}
        column = QVBoxLayout(self)
        column.addLayout(self._make_filters())
        self.list = _List()
        self.list.setAccessibleName(self.tr("Results"))
        self.list.setItemDelegate(_Delegate(self.list))
        self.list.customContextMenuRequested.connect(self._menu)
        self.list.itemActivated.connect(lambda item: history.reopen(item.data(ENTRY).id))
        self.list.itemSelectionChanged.connect(self._show_selection)
        bar = self.list.verticalScrollBar()
        if bar is not None:
            bar.valueChanged.connect(self._scrolled)
            bar.rangeChanged.connect(lambda *_: self._scrolled())
        self.empty, self.count = dim_label(), dim_label()
        show_when_empty(self.list, self.empty)
        column.addWidget(self.list, 1)
        self.undo_bar = UndoBar(history.restore)
        column.addWidget(self.undo_bar)
        column.addLayout(self._make_buttons())
        self._make_keys()
        follow(history, "entries", self._show)
        history.thumbnails.received.connect(self._show_thumbnail)
        history.deleted.connect(self._deleted)

    # ------------------------------------------------------------------ selection

    def selected(self) -> tuple[str, ...]:
        """Ids of the selected results, in the list's order."""
        rows = sorted(self.list.row(item) for item in self.list.selectedItems())
        return tuple(self._entry(row).id for row in rows)

    def select(self, *results: str) -> None:
        """Select these results."""
        self.list.clearSelection()
        for result in results:
            self._items[result].setSelected(True)
            self.list.setCurrentItem(self._items[result], QItemSelectionModel.SelectionFlag.NoUpdate)

    def reopen_selected(self) -> None:
        """Show the selected result again, with its settings."""
        if names := self.selected():
            self._history.reopen(names[0])

    def compare_selected(self) -> None:
        """Compare the two selected results."""
        if len(names := self.selected()) == 2:
            self._history.compare(*names)

    def star_selected(self) -> None:
        """Star the selected results, or remove the stars if all have one."""
        names = self.selected()
        entries = [self._history.entry(name) for name in names]
        if names:
            self._history.star(names, not all(entry is not None and entry.starred for entry in entries))

    def delete_selected(self) -> None:
        """Move the selected results to the trash."""
        if names := self.selected():
            self._history.delete(names)

    def annotate_selected(self) -> None:
        """Ask for the selected result's note."""
        names = self.selected()
        entry = self._history.entry(names[0]) if names else None
        if entry is not None:
            note = ask_text(self, self.tr("Note"), self.tr("Note:"), entry.note)
            if note is not None:
                self._history.annotate(entry.id, note)

    # ------------------------------------------------------------------ making

    def _make_filters(self) -> QHBoxLayout:
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search results …"))
        set_tip(self.search, self.tr("Looks in prompts, tokens and notes"))
        self.search.setAccessibleName(self.tr("Search the history"))
        self.search.setClearButtonEnabled(True)
        bind(self._history, "search", self.search, "text")
        self.starred, self.this_photo = QToolButton(), QToolButton()
        for button, picture, name, prop in (
            (self.starred, "star", self.tr("Only those with a star"), "starred"),
            (self.this_photo, "photo", self.tr("Only those of the open photo"), "this_photo"),
        ):
            button.setIcon(icon(picture))
            button.setCheckable(True)
            set_tip(button, name)
            button.setAccessibleName(name)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.toggled.connect(lambda on, one=prop: setattr(self._history, one, on))
            follow(self._history, prop, button.setChecked)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.search, 1)
        row.addWidget(self.starred)
        row.addWidget(self.this_photo)
        return row

    def _make_buttons(self) -> QHBoxLayout:
        self.open = QPushButton(self.tr("Open again"))
        set_tip(self.open, self.tr("Show this result on its photo, with its masks and settings (Enter)"))
        self.open.clicked.connect(self.reopen_selected)
        self.compare = QPushButton(self.tr("Compare"))
        set_tip(self.compare, self.tr("Compare two selected results"))
        self.compare.clicked.connect(self.compare_selected)
        row = QHBoxLayout()
        row.addWidget(self.open)
        row.addWidget(self.compare)
        row.addWidget(self.count, 1)
        self.count.setWordWrap(False)
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._show_selection()
        return row

    def _make_keys(self) -> None:
        for keys, run in (
            (QKeySequence(QKeySequence.StandardKey.Delete), self.delete_selected),
            (QKeySequence("Ctrl+D"), self.star_selected),
            (QKeySequence("F2"), self.annotate_selected),
        ):
            shortcut = QShortcut(keys, self.list)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(run)

    # ------------------------------------------------------------------ showing

    def _entry(self, row: int) -> HistoryEntry:
        item = self.list.item(row)
        entry: HistoryEntry = item.data(ENTRY) if item is not None else HistoryEntry("", "", "")
        return entry

    def _show(self, entries: tuple[HistoryEntry, ...]) -> None:
        chosen, bar = set(self.selected()), self.list.verticalScrollBar()
        place = bar.value() if bar is not None else 0
        shown = [self._entry(row).id for row in range(self.list.count())]
        if shown != [entry.id for entry in entries[: len(shown)]]:
            self.list.clear()
            self._items.clear()
        self.list.blockSignals(True)
        for row, entry in enumerate(entries):
            self._show_one(row, entry, entry.id in chosen)
        self.list.blockSignals(False)
        if bar is not None:
            bar.setValue(place)
        self.empty.setText(self._why_empty())
        self.empty.setVisible(not entries)
        self.count.setText(self.tr("{0} of {1}").format(len(entries), self._history.total) if entries else "")
        self._history.thumbnails.request([entry.id for entry in entries])
        self._show_selection()

    def _show_one(self, row: int, entry: HistoryEntry, selected: bool) -> None:
        item = self.list.item(row)
        if item is None:
            item = QListWidgetItem()
            self.list.addItem(item)
            self._items[entry.id] = item
            if picture := self._history.thumbnails.get(entry.id):
                self._show_thumbnail(entry.id, picture)
        item.setData(ENTRY, entry)
        set_tip(item, self._tip(entry))
        starred = self.tr("starred") if entry.starred else ""
        accessible = (entry.prompt, starred, day_and_time(entry.created), ", ".join(entry.tokens), entry.note)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(part for part in accessible if part))
        item.setSelected(selected)

    def _tip(self, entry: HistoryEntry) -> str:
        lines = [
            entry.prompt,
            self.tr("from: {0}").format(entry.source_prompt) if entry.source_prompt else "",
        ]
        lines += [", ".join(entry.tokens), entry.note]
        if entry.identity is not None:
            lines.append(self.tr("Likeness of the faces: {0}").format(number(entry.identity, 2)))
        lines.append(f"{day_and_time(entry.created)} · {duration(entry.seconds)} · {entry.model}")
        return "\n".join(line for line in lines if line)

    def _why_empty(self) -> str:
        history = self._history
        if history.search or history.starred or history.this_photo:
            return self.tr("Nothing was found.")
        return self.tr("Results of edits gather here.")

    def _show_thumbnail(self, name: str, picture: bytes) -> None:
        item, pixmap = self._items.get(name), QPixmap()
        if item is not None and pixmap.loadFromData(picture):
            item.setIcon(QIcon(pixmap))

    def _show_selection(self) -> None:
        chosen = len(self.list.selectedItems())
        self.open.setEnabled(chosen == 1)
        self.compare.setEnabled(chosen == 2)

    def _scrolled(self, *_: object) -> None:
        bar = self.list.verticalScrollBar()
        if bar is not None and bar.value() >= bar.maximum() - NEAR_THE_END:
            self._history.more()

    # ------------------------------------------------------------------ deleting, menu

    def _deleted(self, names: tuple[str, ...]) -> None:
        self.undo_bar.offer(self.tr("%n result(s) in the trash.", n=len(names)), names)

    def make_menu(self) -> QMenu:
        """The context menu of the selected results."""
        menu, names = QMenu(self), self.selected()
        one, two = len(names) == 1, len(names) == 2
        entries = [self._history.entry(name) for name in names]
        starred = all(entry is not None and entry.starred for entry in entries)
        for text, keys, run, possible in (
            (self.tr("Open again"), "Return", self.reopen_selected, one),
            (self.tr("Compare"), "", self.compare_selected, two),
            (self.tr("Make again and compare"), "", lambda: self._history.rerun(names[0]), one),
            (self.tr("Take the star away") if starred else self.tr("Star"), "Ctrl+D", self.star_selected, True),
            (self.tr("Note …"), "F2", self.annotate_selected, one),
            (self.tr("Delete"), "Del", self.delete_selected, True),
        ):  # fmt: skip
            action = menu.addAction(text, run)
            if action is not None:
                action.setEnabled(possible)
                action.setShortcut(QKeySequence(keys))
        return menu

    def _menu(self, place: QPoint) -> None:
        viewport = self.list.viewport()
        if self.list.itemAt(place) is not None and viewport is not None:
            self.make_menu().exec(viewport.mapToGlobal(place))


class _List(QListWidget):
    """A list of results."""

    def __init__(self) -> None:
        super().__init__()
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(SIDE, SIDE))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)


class _Delegate(QStyledItemDelegate):
    """Draws thumbnail, prompt, note or tokens, date and star."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """The height of the thumbnail or of four lines."""
        return QSize(160, max(SIDE, 4 * option.fontMetrics.lineSpacing()) + 2 * MARGIN)

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draw one result."""
        entry = index.data(ENTRY)
        if painter is None or entry is None:
            return
        painter.save()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        palette, role = option.palette, QPalette.ColorRole
        if chosen:
            painter.fillRect(option.rect, palette.color(role.Highlight))
        elif option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(palette.color(role.Highlight))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
        text = palette.color(role.HighlightedText if chosen else role.Text)
        dim = text if chosen else palette.color(role.PlaceholderText)
        inner = option.rect.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        mirrored = option.direction == Qt.LayoutDirection.RightToLeft
        picture = QRect(inner.right() - SIDE + 1 if mirrored else inner.left(), inner.top(), SIDE, SIDE)
        shown = index.data(Qt.ItemDataRole.DecorationRole)
        if isinstance(shown, QIcon):
            shown.paint(painter, picture)
        else:
            painter.fillRect(picture, palette.color(role.Mid))
        words = inner.adjusted(0, 0, -SIDE - 8, 0) if mirrored else inner.adjusted(SIDE + 8, 0, 0, 0)
        if entry.starred:
            side = words.left() if mirrored else words.right() - 15
            paint_icon(painter, "star-on", QRectF(side, words.top(), 16, 16), text)
            words = words.adjusted(20 if mirrored else 0, 0, 0 if mirrored else -20, 0)
        _write(painter, words, brief(entry.prompt), text, 2)
        below = QRect(words.left(), words.top() + 2 * painter.fontMetrics().lineSpacing(), words.width(), 100)
        for line in (entry.note or ", ".join(entry.tokens), day_and_time(entry.created)):
            _write(painter, below, line, dim, 1)
            below.moveTop(below.top() + painter.fontMetrics().lineSpacing())
        painter.restore()


def _write(painter: QPainter, place: QRect, text: str, colour: QColor, lines: int) -> None:
    """Draw text in at most so many lines, with an ellipsis if it does not fit."""
    painter.setPen(colour)
    metrics, layout, top = painter.fontMetrics(), QTextLayout(text, painter.font()), float(place.top())
    layout.beginLayout()
    for row in range(lines):
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(place.width())
        start = line.textStart()
        if row == lines - 1:
            rest = metrics.elidedText(text[start:], Qt.TextElideMode.ElideRight, place.width())
            last = QRect(place.left(), round(top), place.width(), metrics.height())
            painter.drawText(last, Qt.AlignmentFlag.AlignLeading | Qt.TextFlag.TextSingleLine, rest)
        else:
            line.draw(painter, QPointF(place.left(), top))
            top += metrics.lineSpacing()
    layout.endLayout()
