"""The details of a token: pictures, learning settings, measures, notes and tags."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from qt_app.model.library import LibraryState
from qt_app.ui.formatting import day_and_time, number, size_in_words
from qt_app.ui.plain_text import SELECTABLE, Form, plain_label, set_tip
from qt_app.ui.widgets import FoldButton, dim_label, heading, primary, set_return_button, small_picture
from s2edit_plugin.api.queries import TokenDetails, TokenInfo

__all__ = ["TokenDialog"]

SIDE = 128


class TokenDialog(QDialog):
    """Shows one token's `TokenDetails`; changes of notes and tags are stored when it is closed.

    Signals:
        use_requested(str), export_requested(tuple[str]).
    """

    use_requested = pyqtSignal(str)
    export_requested = pyqtSignal(object)

    def __init__(self, details: TokenDetails, library: LibraryState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._details, self._library = details, library
        info = details.info
        self.setWindowTitle(info.name)
        self.notes, self.tags = QPlainTextEdit(info.notes), QLineEdit(", ".join(info.tags))
        self.notes.setTabChangesFocus(True)
        self.notes.setMaximumHeight(70)
        for field, name in ((self.notes, self.tr("Notes")), (self.tags, self.tr("Tags"))):
            field.setAccessibleName(name)
        self.tags.setPlaceholderText(self.tr("separated by commas"))
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setSpacing(14)
        column.addLayout(self._make_head(info))
        column.addLayout(self._make_form(info))
        column.addWidget(self._make_settings())
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(inner)
        outer = QVBoxLayout(self)
        outer.addWidget(scroll, 1)
        outer.addWidget(self._make_buttons(info))
        set_return_button(self, self.use)
        room = inner.sizeHint().height() + self.use.sizeHint().height() + 48
        self.resize(560, min(max(room, 360), 620))

    # ------------------------------------------------------------------ making

    def _make_head(self, info: TokenInfo) -> QHBoxLayout:
        row, words = QHBoxLayout(), QVBoxLayout()
        row.setSpacing(14)
        words.setSpacing(4)
        for data, name in (
            (self._details.thumbnail, self.tr("Photo it was learned from")),
            (self._details.subject_mask, self.tr("Where it acts on its own photo")),
        ):
            picture = _picture(data, name)
            if picture is not None:
                row.addWidget(picture)
        title = heading(info.name, 1.3)
        kinds = {"identity": self.tr("a person's identity"), "attribute": self.tr("an attribute")}
        words.addWidget(title)
        words.addWidget(_plain(f"{info.class_noun} · {kinds.get(info.kind, info.kind)}"))
        problem = info.problem or (
            "" if info.usable else self.tr("It needs the base model {0}.").format(info.base_model)
        )
        if problem:
            words.addWidget(_plain(problem))
        words.addStretch(1)
        row.addLayout(words, 1)
        return row

    def _make_form(self, info: TokenInfo) -> QFormLayout:
        form = Form()
        form.setVerticalSpacing(6)
        rows = (
            (self.tr("The photo shows"), info.source_prompt),
            (self.tr("Stays clear of"), ", ".join(info.attribute_words)),
            (self.tr("Base model"), f"{info.base_model} {info.base_model_hash[:12]}".strip()),
            (self.tr("Learned"), day_and_time(info.created) if info.created else ""),
            (
                self.tr("Steps"),
                f"{info.steps} · " + self.tr("seed {0}").format(info.seed) if info.steps else "",
            ),
            (self.tr("Loss reached"), number(info.loss, 4) if info.loss else ""),
            (
                self.tr("Closeness to attribute words"),
                number(info.orthogonality, 4) if info.orthogonality else "",
            ),
            (self.tr("Consent"), info.consent),
            (self.tr("Size"), size_in_words(info.size_bytes) if info.size_bytes else ""),
            (self.tr("File"), self._details.path),
        )
        form.addRow(self.tr("Tags"), self.tags)
        form.addRow(self.tr("Notes"), self.notes)
        for name, value in rows:
            if value:
                form.addRow(name, _plain(value))
        return form

    def _make_settings(self) -> QWidget:
        inner, box = QWidget(), QWidget()
        form = Form(inner)
        for name, value in sorted(self._details.settings.items()):
            form.addRow(name.replace("_", " "), _plain(str(value)))
        self.more = FoldButton(self.tr("Settings of the learning"), inner)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(inner)
        box.setVisible(bool(self._details.settings))
        return box

    def _make_buttons(self, info: TokenInfo) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.use, self.export = (
            primary(QPushButton(self.tr("Use in the prompt"))),
            QPushButton(self.tr("Export …")),
        )
        self.use.setEnabled(info.usable and not info.problem)
        role = QDialogButtonBox.ButtonRole
        buttons.addButton(self.use, role.ActionRole)
        buttons.addButton(self.export, role.ActionRole)
        self.use.clicked.connect(self._use)
        self.export.clicked.connect(lambda: self.export_requested.emit((info.name,)))
        buttons.rejected.connect(self.reject)
        return buttons

    # ------------------------------------------------------------------ closing

    def _use(self) -> None:
        self.use_requested.emit(self._details.info.name)
        self.accept()

    def done(self, result: int) -> None:
        """Store changed notes and tags."""
        info = self._details.info
        notes = self.notes.toPlainText().strip()
        if notes != info.notes:
            self._library.annotate(info.name, notes)
        tags = tuple(dict.fromkeys(tag.strip() for tag in self.tags.text().split(",") if tag.strip()))
        if tags != info.tags:
            new, old = (tuple(t for t in a if t not in b) for a, b in ((tags, info.tags), (info.tags, tags)))
            self._library.tag(info.name, new, old)
        super().done(result)


def _plain(text: str) -> QLabel:
    """A selectable plain-text label."""
    label = dim_label(text)
    label.setTextInteractionFlags(SELECTABLE)
    return label


def _picture(data: bytes, name: str) -> QLabel | None:
    label = plain_label()
    pixmap = small_picture(data, SIDE, label.devicePixelRatioF())
    if pixmap is None:
        return None
    label.setPixmap(pixmap)
    set_tip(label, name)
    label.setAccessibleName(name)
    return label
