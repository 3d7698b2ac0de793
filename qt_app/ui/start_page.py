"""What stands in the canvas's place before a photo is open: where to drop one, what to press, what was open lately."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from qt_app.model.document import Documents
from qt_app.model.observable import follow
from qt_app.model.preferences import Preferences
from qt_app.ui.fields import dim_label, primary
from qt_app.ui.icons import icon, paint_icon
from qt_app.ui.plain import name_of_action, plain_label, set_tip

__all__ = ["StartPage"]

SHOWN = 5
WIDTH = 420


class StartPage(QWidget):
    """An inviting emptiness.

    Signals:
        open_wanted(), paste_wanted(), sample_wanted(): a button was pressed. file_wanted(str): a recent file.
    """

    open_wanted = pyqtSignal()
    paste_wanted = pyqtSignal()
    sample_wanted = pyqtSignal()
    file_wanted = pyqtSignal(str)

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
        self.open.clicked.connect(self.open_wanted)
        self.paste.clicked.connect(self.paste_wanted)
        self.sample.clicked.connect(self.sample_wanted)
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
        while self._recent.count():
            taken = self._recent.takeAt(0)
            widget = taken.widget() if taken is not None else None
            if widget is not None:
                widget.deleteLater()
        there = [path for path in recent if Path(path).is_file()][:SHOWN]
        for path in there:
            button = QPushButton()
            button.setFlat(True)
            button.setProperty("link", True)
            name, middle = Path(path).name, Qt.TextElideMode.ElideMiddle
            button.setText(name_of_action(button.fontMetrics().elidedText(name, middle, WIDTH - 90)))
            set_tip(button, path)
            button.setAccessibleName(self.tr("Open {0}").format(Path(path).name))
            button.clicked.connect(lambda _, one=path: self.file_wanted.emit(one))
            self._recent.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self.recent_title.setVisible(bool(there))


class _Card(QFrame):
    """The place to drop on: a dashed frame with a picture in it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)

    def sizeHint(self) -> QSize:
        """As wide as it is, as high as what is in it."""
        return QSize(WIDTH, super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Frame and picture."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        painter.setPen(QPen(palette.color(QPalette.ColorRole.PlaceholderText), 1.5, Qt.PenStyle.DashLine))
        painter.setBrush(palette.color(QPalette.ColorRole.Window))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 12, 12)
        place = QRectF(self.width() / 2 - 28, 30, 56, 56)
        paint_icon(painter, "photo", place, palette.color(QPalette.ColorRole.Highlight))
        painter.end()
