"""The page shown while no photo is open: a place to drop one, buttons, recent files."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from qt_app.model.document import Documents
from qt_app.model.preferences import Preferences
from qt_app.observable import follow
from qt_app.ui.icons import icon, paint_icon
from qt_app.ui.plain_text import escaped_mnemonics, plain_label, set_tip
from qt_app.ui.widgets import clear_layout, dim_label, primary

__all__ = ["StartPage"]

SHOWN = 5
WIDTH = 420


class StartPage(QWidget):
    """Shown in place of the canvas while no photo is open.

    Signals:
        open_requested(), paste_requested(), sample_requested(): a button was pressed. file_requested(str): a recent file.
    """

    open_requested = pyqtSignal()
    paste_requested = pyqtSignal()
    sample_requested = pyqtSignal()
    file_requested = pyqtSignal(str)

    def __init__(self, documents: Documents, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("start-page")
        self.setAccessibleName(self.tr("Start"))
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.card = _Card()
        self.title = plain_label(self.tr("Drop a photo here"))
        font = self.title.font()
        font.setPointSizeF(font.pointSizeF() * 1.5)
        font.setBold(True)
        self.title.setFont(font)
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint = dim_label(self.tr("JPEG, PNG, WebP or TIFF. It stays on this machine."))
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.open = primary(QPushButton(self.tr("Open a photo …")))
        self.paste = QPushButton(icon("paste"), self.tr("Paste"))
        self.sample = QPushButton(icon("person"), self.tr("Try the sample portrait"))
        self.open.clicked.connect(self.open_requested)
        self.paste.clicked.connect(self.paste_requested)
        self.sample.clicked.connect(self.sample_requested)
        more = QHBoxLayout()
        more.addWidget(self.paste)
        more.addWidget(self.sample, 1)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        self.recent_title = plain_label(self.tr("Lately open"))
        column = QVBoxLayout(self.card)
        column.setContentsMargins(28, 96, 28, 24)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.hint)
        column.addSpacing(8)
        column.addWidget(self.open)
        column.addLayout(more)
        column.addSpacing(8)
        column.addWidget(self.recent_title)
        column.addLayout(self._recent)
        outer = QVBoxLayout(self)
        outer.addWidget(self.card, 0, Qt.AlignmentFlag.AlignCenter)
        follow(preferences, "recent", self._show_recent)
        follow(documents, "opening", self._show_opening)

    def _show_opening(self, name: str) -> None:
        self.title.setText(self.tr("Opening {0} …").format(name) if name else self.tr("Drop a photo here"))
        for button in (self.open, self.paste, self.sample):
            button.setEnabled(not name)

    def _show_recent(self, recent: tuple[str, ...]) -> None:
        clear_layout(self._recent)
        there = [path for path in recent if Path(path).is_file()][:SHOWN]
        for path in there:
            button = QPushButton()
            button.setFlat(True)
            button.setProperty("link", True)
            name, middle = Path(path).name, Qt.TextElideMode.ElideMiddle
            button.setText(escaped_mnemonics(button.fontMetrics().elidedText(name, middle, WIDTH - 90)))
            set_tip(button, path)
            button.setAccessibleName(self.tr("Open {0}").format(Path(path).name))
            button.clicked.connect(lambda _, one=path: self.file_requested.emit(one))
            self._recent.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self.recent_title.setVisible(bool(there))


class _Card(QFrame):
    """The place to drop a photo on: a dashed frame with a picture."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)

    def sizeHint(self) -> QSize:
        """A fixed width, and the height of the contents."""
        return QSize(WIDTH, super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw frame and picture."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        painter.setPen(QPen(palette.color(QPalette.ColorRole.PlaceholderText), 1.5, Qt.PenStyle.DashLine))
        painter.setBrush(palette.color(QPalette.ColorRole.Window))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 12, 12)
        place = QRectF(self.width() / 2 - 28, 30, 56, 56)
        paint_icon(painter, "photo", place, palette.color(QPalette.ColorRole.Highlight))
        painter.end()
