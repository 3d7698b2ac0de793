"""The library panel: people and tokens with thumbnails; search, rename, tag, delete with undo, drag into the prompt."""

from __future__ import annotations

from collections.abc import Iterable

from PyQt6.QtCore import QMimeData, QModelIndex, QPoint, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QIcon, QKeySequence, QPainter, QPalette, QPixmap, QShortcut
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qt_app.model.library import LibraryState
from qt_app.observable import bind, follow
from qt_app.ui.plain_text import ask_text, confirmed, plain_label, set_tip
from qt_app.ui.prompt_edit import TOKEN_MIME
from qt_app.ui.widgets import UndoBar, show_when_empty
from s2edit_plugin.api.queries import PersonInfo, TokenInfo

__all__ = ["LibraryPanel", "TokenTree"]

NAME = Qt.ItemDataRole.UserRole
PERSON = Qt.ItemDataRole.UserRole + 1
THUMBNAIL = 40


class TokenTree(QTreeWidget):
    """People with their tokens; tokens can be dragged into a prompt."""

    def mimeData(self, items: Iterable[QTreeWidgetItem]) -> QMimeData:
        """The names of dragged tokens, and as text their references."""
        names = [str(item.data(0, NAME)) for item in items if item.data(0, NAME)]
        data = QMimeData()
        data.setData(TOKEN_MIME, "\n".join(names).encode())
        data.setText(" ".join(f"<{name}>" for name in names))
        return data


class _Delegate(QStyledItemDelegate):
    """Draws thumbnail, name (of a person in bold) and, below it, dimmed details."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """The height of the thumbnail with a margin."""
        return QSize(super().sizeHint(option, index).width(), THUMBNAIL + 6)

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draw an item."""
        full, style = QStyleOptionViewItem(option), self._style()
        self.initStyleOption(full, index)
        if painter is None or style is None:
            return
        name, _, about = str(index.data(Qt.ItemDataRole.DisplayRole)).partition("\n")
        place = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, full, full.widget)
        full.text = ""
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, full, painter, full.widget)
        chosen, on = full.state & QStyle.StateFlag.State_Selected, full.state & QStyle.StateFlag.State_Enabled
        group = QPalette.ColorGroup.Normal if on else QPalette.ColorGroup.Disabled
        text, dim = (
            full.palette.color(group, QPalette.ColorRole.HighlightedText if chosen else role)
            for role in (QPalette.ColorRole.Text, QPalette.ColorRole.PlaceholderText)
        )
        metrics = full.fontMetrics
        place.setTop(place.center().y() + 1 - (metrics.lineSpacing() if about else metrics.height() // 2))
        painter.save()
        for line, colour, bold in ((name, text, index.data(PERSON)), (about, dim, None)):
            font = full.font
            font.setBold(bool(bold))
            painter.setFont(font)
            painter.setPen(colour)
            shown = painter.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place.adjusted(3, 0, -3, 0), Qt.AlignmentFlag.AlignLeading, shown)
            place.moveTop(place.top() + metrics.lineSpacing())
        painter.restore()

    def _style(self) -> QStyle | None:
        tree = self.parent()
        return tree.style() if isinstance(tree, QWidget) else None


class LibraryPanel(QWidget):
    """Shows a `LibraryState`.

    Signals:
        chosen(str): a token was activated by double-click or Enter. details_requested(str), export_requested(tuple).
        person_export_requested(str), import_requested().
    """

    chosen = pyqtSignal(str)
    details_requested = pyqtSignal(str)
    export_requested = pyqtSignal(object)
    person_export_requested = pyqtSignal(str)
    import_requested = pyqtSignal()

    def __init__(self, library: LibraryState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._items: dict[str, QTreeWidgetItem] = {}
        self._people: dict[str, QTreeWidgetItem] = {}
        self._faces: dict[str, str] = {}  # token -> person whose thumbnail it is
        self._to_select = ""  # token to select when it is listed
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search people, tokens, tags …"))
        self.search.setAccessibleName(self.tr("Search the library"))
        self.search.setClearButtonEnabled(True)
        bind(library, "search", self.search, "text")
        self.tree = TokenTree()
        self.tree.setHeaderHidden(True)
        self.tree.setIconSize(QSize(THUMBNAIL, THUMBNAIL))
        self.tree.setItemDelegate(_Delegate(self.tree))
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.tree.setDragEnabled(True)
        self.tree.setAccessibleName(self.tr("People and tokens"))
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._menu)
        self.tree.itemActivated.connect(lambda item: self._emit_chosen(item))
        self._make_keys()
        self.empty = plain_label(self.tr("No tokens yet. Open a photo and learn one."))
        self.empty.setWordWrap(True)
        self.empty.setProperty("dim", True)
        self.undo_bar = UndoBar(library.restore)
        column = QVBoxLayout(self)
        show_when_empty(self.tree, self.empty)
        for widget in (self.search, self.tree, self.undo_bar):
            column.addWidget(widget)
        follow(library, "tokens", self._show)
        follow(library, "people", self._show_people)
        library.thumbnails.received.connect(self._show_thumbnail)
        library.deleted.connect(self._deleted)

    # ------------------------------------------------------------------ selection

    def selected(self) -> tuple[str, ...]:
        """Names of the selected tokens."""
        return tuple(str(item.data(0, NAME)) for item in self.tree.selectedItems() if item.data(0, NAME))

    def select(self, name: str) -> None:
        """Select a token, as soon as it is listed."""
        item = self._items.get(name)
        self._to_select = name if item is None else ""
        if item is not None:
            self.tree.setCurrentItem(item)

    def delete_selected(self) -> None:
        """Move the selected tokens to the trash."""
        if names := self.selected():
            self._library.delete(names)

    def rename_selected(self) -> None:
        """Ask for another name for the selected token."""
        names = self.selected()
        if len(names) == 1:
            new = ask_text(self, self.tr("Rename"), self.tr("New name (person/name):"), names[0])
            if new and new != names[0]:
                self._library.rename(names[0], new)

    # ------------------------------------------------------------------ inside

    def _make_keys(self) -> None:
        for keys, run in (
            (QKeySequence(QKeySequence.StandardKey.Delete), self.delete_selected),
            (QKeySequence("F2"), self.rename_selected),
        ):
            shortcut = QShortcut(keys, self.tree)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(run)

    def _show(self, tokens: tuple[TokenInfo, ...]) -> None:
        kept = set(self.selected())
        folded = {
            item.data(0, PERSON)
            for index in range(self.tree.topLevelItemCount())
            if (item := self.tree.topLevelItem(index)) is not None and not item.isExpanded()
        }
        self.tree.clear()
        self._items.clear()
        self._people.clear()
        for token in tokens:
            if token.person not in self._people:
                person = QTreeWidgetItem(self.tree, [token.person])
                person.setData(0, PERSON, token.person)
                person.setFlags(person.flags() & ~Qt.ItemFlag.ItemIsDragEnabled)
                person.setExpanded(token.person not in folded)
                self._people[token.person] = person
            self._add(self._people[token.person], token, token.name in kept)
        self._show_people(self._library.people)
        if self._to_select in self._items:
            self.select(self._to_select)
        self.empty.setVisible(not tokens and not self._library.search)
        self._library.thumbnails.request([token.name for token in tokens])

    def _add(self, person: QTreeWidgetItem, token: TokenInfo, selected: bool) -> None:
        short = token.name.partition("/")[2]
        about = " · ".join((token.class_noun, *token.tags))
        item = QTreeWidgetItem(person, [f"{short}\n{about}"])
        item.setData(0, NAME, token.name)
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{token.name} · {about}")
        lines = [token.name, token.problem or token.notes, token.source_prompt]
        if not token.usable:
            lines.append(self.tr("Learned on another base model ({0}).").format(token.base_model))
        set_tip(item, "\n".join(line for line in lines if line), 0)
        item.setDisabled(bool(token.problem) or not token.usable)
        item.setSelected(selected)
        self._items[token.name] = item
        if picture := self._library.thumbnails.get(token.name):
            self._show_thumbnail(token.name, picture)

    def _show_people(self, people: tuple[PersonInfo, ...]) -> None:
        """Show thumbnails of people, and the number of all their tokens."""
        for person in people:
            item = self._people.get(person.name)
            if item is None:
                continue
            count = self.tr("%n token(s)", n=person.tokens)
            item.setText(0, f"{person.name}\n{count}")
            item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{person.name} · {count}")
            set_tip(item, person.notes, 0)
            self._faces[person.thumbnail_of] = person.name
            if picture := self._library.thumbnails.get(person.thumbnail_of):
                self._show_thumbnail(person.thumbnail_of, picture)
        self._library.thumbnails.request([person.thumbnail_of for person in people if person.thumbnail_of])

    def _show_thumbnail(self, name: str, picture: bytes) -> None:
        pixmap = QPixmap()
        if not pixmap.loadFromData(picture):
            return
        for item in (self._items.get(name), self._people.get(self._faces.get(name, ""))):
            if item is not None:
                item.setIcon(0, QIcon(pixmap))

    def _emit_chosen(self, item: QTreeWidgetItem) -> None:
        if name := item.data(0, NAME):
            self.chosen.emit(str(name))

    def _deleted(self, names: tuple[str, ...]) -> None:
        self.undo_bar.offer(self.tr("%n token(s) in the trash.", n=len(names)), names)

    def _menu(self, place: QPoint) -> None:
        item = self.tree.itemAt(place)
        if item is None:
            return
        menu = QMenu(self)
        if item.data(0, NAME):
            name = str(item.data(0, NAME))
            menu.addAction(self.tr("Use in the prompt"), lambda: self.chosen.emit(name))
            menu.addAction(self.tr("Details …"), lambda: self.details_requested.emit(name))
            menu.addAction(self.tr("Rename …"), "F2", self.rename_selected)
            menu.addAction(self.tr("Tags …"), lambda: self._ask_tags(name))
            menu.addAction(
                self.tr("Export …"), lambda: self.export_requested.emit(self.selected() or (name,))
            )
            menu.addSeparator()
            delete = QKeySequence(QKeySequence.StandardKey.Delete)
            menu.addAction(self.tr("Delete"), delete, self.delete_selected)
        else:
            person = str(item.data(0, PERSON))
            menu.addAction(self.tr("Rename …"), lambda: self._rename_person(person))
            menu.addAction(self.tr("Export …"), lambda: self.person_export_requested.emit(person))
            menu.addAction(self.tr("Forget for good …"), lambda: self._forget(person))
        menu.addSeparator()
        menu.addAction(self.tr("Import …"), self.import_requested.emit)
        viewport = self.tree.viewport()
        if viewport is not None:
            menu.exec(viewport.mapToGlobal(place))

    def _ask_tags(self, name: str) -> None:
        token = self._library.token(name)
        if token is None:
            return
        text = ask_text(self, self.tr("Tags"), self.tr("Tags, separated by commas:"), ", ".join(token.tags))
        if text is not None:
            wanted = {tag.strip() for tag in text.split(",") if tag.strip()}
            old = set(token.tags)
            self._library.tag(name, tuple(sorted(wanted - old)), tuple(sorted(old - wanted)))

    def _rename_person(self, person: str) -> None:
        new = ask_text(self, self.tr("Rename person"), self.tr("New name:"), person)
        if new and new != person:
            self._library.rename_person(person, new)

    def _forget(self, person: str) -> None:
        words = self.tr(
            "All tokens, results, thumbnails and caches of {0} are removed for good. This cannot be undone."
        )
        if confirmed(self, self.tr("Forget {0}?").format(person), words.format(person)):
            self._library.forget(person)
