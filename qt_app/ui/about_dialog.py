"""The about dialog: description, version, method, licence, responsible use."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QPalette
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QVBoxLayout, QWidget

from qt_app.ui.icons import paint_icon
from qt_app.ui.plain_text import Link, LinkLabel, plain_label
from qt_app.ui.widgets import dim_label, heading
from s2edit_plugin import __version__

__all__ = ["AboutDialog", "Picture"]

PAPER = "https://arxiv.org/abs/2507.04584"
LICENCE = "https://www.gnu.org/licenses/gpl-3.0.html"


class Picture(QWidget):
    """One of the window's icons, large, in the highlight colour."""

    def __init__(self, name: str, side: int = 72) -> None:
        super().__init__()
        self._name, self._side = name, side
        self.setFixedSize(side, side)

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(self._side, self._side)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the icon."""
        painter = QPainter(self)
        colour = self.palette().color(QPalette.ColorRole.Highlight)
        paint_icon(painter, self._name, QRectF(self.rect()), colour)
        painter.end()


class AboutDialog(QDialog):
    """Shows texts and links about the program."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About S²Edit Studio"))
        title = heading("S²Edit Studio", 1.6)
        words = plain_label(
            self.tr(
                "Learns a person from one photo and edits photos by text, so that the person stays the person and nothing "
                "outside the chosen region changes. Everything is computed on this machine."
            )
        )
        words.setWordWrap(True)
        method, licence = Link(PAPER, "S²Edit"), Link(LICENCE, self.tr("GPL, version 3 or later"))
        links = LinkLabel((self.tr("After the method {0}. Free software under the {1}."), method, licence))
        links.setWordWrap(True)
        use = dim_label(
            self.tr("Use it with likenesses you may use. Files of results say that they were edited by AI.")
        )
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout()
        column.addWidget(title)
        column.addWidget(dim_label(self.tr("Version {0}").format(__version__)))
        column.setSpacing(2)
        for label in (words, links, use):
            column.addSpacing(10)
            column.addWidget(label)
        column.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(18)
        row.addWidget(Picture("person"), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(18, 18, 18, 12)
        outer.addLayout(row)
        outer.addSpacing(6)
        outer.addWidget(buttons)
        self.setMinimumWidth(480)
