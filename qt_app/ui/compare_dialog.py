"""The comparison of two results: pictures side by side or overlaid, and a table of their differing settings."""

from __future__ import annotations

from PyQt6.QtCore import QLineF, QRect, QRectF, QSize, Qt
from PyQt6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QRadioButton,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qt_app.model.history import Comparison
from qt_app.ui.canvas.screen import paint_divider
from qt_app.ui.formatting import day_and_time
from qt_app.ui.plain_text import plain_label, set_tip
from qt_app.ui.widgets import dim_label, set_return_button

__all__ = ["CompareDialog", "ComparedPictures"]

STEP = 0.02


class ComparedPictures(QWidget):
    """Two pictures: side by side, or overlaid with a divider that can be dragged.

    Attributes:
        split: position of the divider, 0..1.
    """

    def __init__(self, one: QImage, other: QImage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures = (one, other)
        self.split = 0.5
        self._side_by_side = one.size() != other.size()
        self.setMinimumSize(320, 220)
        self.setObjectName("canvas")  # for its background
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Both results"))
        self.setAccessibleDescription(self.tr("Left and right arrow move the line between them."))
        self._show_cursor()

    @property
    def side_by_side(self) -> bool:
        """Whether they are side by side."""
        return self._side_by_side

    def show_side_by_side(self, side_by_side: bool) -> None:
        """Show them side by side, or overlaid."""
        self._side_by_side = side_by_side
        self._show_cursor()
        self.update()

    def sizeHint(self) -> QSize:
        """A size for both."""
        return QSize(760, 460)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw both pictures."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        one, other = self._pictures
        if self._side_by_side:
            half = self.width() // 2
            painter.drawImage(_fitted(one, QRect(0, 0, half - 3, self.height())), one)
            painter.drawImage(_fitted(other, QRect(half + 3, 0, half - 3, self.height())), other)
        else:
            place = _fitted(one, self.rect())
            at = place.left() + place.width() * self.split
            painter.drawImage(place, other)
            painter.setClipRect(QRectF(place.left(), place.top(), at - place.left(), place.height()))
            painter.drawImage(place, one)
            painter.setClipping(False)
            paint_divider(painter, QLineF(at, place.top(), at, place.bottom()), QRectF(self.rect()))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Move the divider to the pointer."""
        self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Move the divider with the pointer."""
        if event is not None and not self._side_by_side:
            place = _fitted(self._pictures[0], self.rect())
            self._move((event.position().x() - place.left()) / max(place.width(), 1))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Move the divider with the arrow keys."""
        by = {Qt.Key.Key_Left: -STEP, Qt.Key.Key_Right: STEP}.get(Qt.Key(event.key())) if event else None
        if by is None or self._side_by_side:
            super().keyPressEvent(event)
        else:
            self._move(self.split + by)

    def _move(self, to: float) -> None:
        self.split = min(max(to, 0.0), 1.0)
        self.update()

    def _show_cursor(self) -> None:
        self.setCursor(Qt.CursorShape.ArrowCursor if self._side_by_side else Qt.CursorShape.SplitHCursor)


class CompareDialog(QDialog):
    """Shows a `Comparison`."""

    def __init__(self, comparison: Comparison, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Compare two results"))
        one, other = comparison.results
        self.pictures = ComparedPictures(_image(one.rgb), _image(other.rgb))
        self.overlaid, self.side_by_side = (
            QRadioButton(self.tr("Over each other")),
            QRadioButton(self.tr("Side by side")),
        )
        (self.side_by_side if self.pictures.side_by_side else self.overlaid).setChecked(True)
        self.overlaid.setEnabled(one.rgb.shape == other.rgb.shape)
        self.side_by_side.toggled.connect(self.pictures.show_side_by_side)
        titles = QHBoxLayout()
        for entry, side in zip(comparison.entries, ("Left", "Right"), strict=True):
            title = dim_label(f"{day_and_time(entry.created)} · {entry.model}")
            title.setAlignment(Qt.AlignmentFlag.AlignLeft if side == "Left" else Qt.AlignmentFlag.AlignRight)
            titles.addWidget(title)
        switches = QHBoxLayout()
        switches.addWidget(self.overlaid)
        switches.addWidget(self.side_by_side)
        switches.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        switches.addWidget(buttons)
        column = QVBoxLayout(self)
        column.addLayout(titles)
        column.addWidget(self.pictures, 1)
        column.addWidget(self._make_table(comparison.differences))
        column.addLayout(switches)
        set_return_button(self, buttons.button(QDialogButtonBox.StandardButton.Close))
        self.resize(900, 700)
        self.pictures.setFocus()

    def _make_table(self, rows: list[tuple[str, str, str]]) -> QWidget:
        if not rows:
            return plain_label(self.tr("Both were made with the same settings."))
        self.table = QTableWidget(len(rows), 3)
        self.table.setAccessibleName(self.tr("In what they differ"))
        self.table.setHorizontalHeaderLabels([self.tr("Differs in"), self.tr("left"), self.tr("right")])
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)
        down, across = self.table.verticalHeader(), self.table.horizontalHeader()
        if down is not None and across is not None:
            down.hide()
            down.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
            across.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            for section, mode in enumerate(("ResizeToContents", "Stretch", "Stretch")):
                across.setSectionResizeMode(section, QHeaderView.ResizeMode[mode])
        names = self._names()
        for row, (name, left, right) in enumerate(rows):
            for cell, text in enumerate((names.get(name, name), left, right)):
                item = QTableWidgetItem(text)
                set_tip(item, text)
                self.table.setItem(row, cell, item)
        self.table.setMaximumHeight(220)
        self.table.setSizeAdjustPolicy(QAbstractItemView.SizeAdjustPolicy.AdjustToContents)
        self.table.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        return self.table

    def _names(self) -> dict[str, str]:
        return {
            "photo": self.tr("Photo"), "tokens": self.tr("Tokens"), "prompt": self.tr("Prompt"),
            "source_prompt": self.tr("Source prompt"), "subject": self.tr("Subject"),
            "subject_mask": self.tr("Subject mask"), "region": self.tr("May change"),
            "region_mask": self.tr("Painted mask"), "steps": self.tr("Steps"), "guidance": self.tr("Guidance"),
            "strength": self.tr("Strength"), "inversion": self.tr("Inversion"), "control": self.tr("Control"),
            "cross_steps": self.tr("Keep layout"), "self_steps": self.tr("Keep shapes"),
            "weights": self.tr("Word weights"), "seed": self.tr("Seed"), "local_blend": self.tr("Blend outside"),
            "mask_mode": self.tr("Mask mode"), "isolation": self.tr("Token isolation"), "offset": self.tr("Offset"),
            "embed_settings": self.tr("Settings in the file"),
        }  # fmt: skip


def _image(rgb: object) -> QImage:
    height, width = rgb.shape[:2]  # type: ignore[attr-defined]
    data = rgb.tobytes()  # type: ignore[attr-defined]
    return QImage(data, width, height, width * 3, QImage.Format.Format_RGB888).copy()


def _fitted(picture: QImage, place: QRect) -> QRect:
    """The rectangle in which the whole picture fits."""
    size = picture.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
    left = place.left() + (place.width() - size.width()) // 2
    return QRect(left, place.top() + (place.height() - size.height()) // 2, size.width(), size.height())
