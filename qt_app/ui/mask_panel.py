"""The mask panel: the active mask, the masks' appearance, finding and refining them."""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QColor, QIcon, QPainter, QPixmap
from PyQt6.QtWidgets import (
    QButtonGroup,
    QColorDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qt_app.model.document import Document
from qt_app.model.masking import MaskingState
from qt_app.model.masks import LAYERS, MaskLayer
from qt_app.observable import Connections, bind, follow
from qt_app.ui.actions import Actions
from qt_app.ui.fields import ChoiceBox, SliderField, require_focus_for_wheel
from qt_app.ui.icons import icon
from qt_app.ui.plain_text import Form, plain_label, set_tip
from qt_app.ui.widgets import (
    SidePanel,
    clear_layout,
    dim_label,
    heading,
    set_status_colour,
    thin_progress_bar,
)

__all__ = ["MaskPanel"]

SWATCH = 16


class _LayerRow(QWidget):
    """One of the two masks: active, visible, colour."""

    def __init__(self, text: str, tip: str) -> None:
        super().__init__()
        self.choose, self.shown, self.colour = QRadioButton(text), QToolButton(), QToolButton()
        set_tip(self.choose, tip)
        self.shown.setCheckable(True)
        self.shown.setAutoRaise(True)
        self.shown.setAccessibleName(self.tr("Show {0}").format(text))
        set_tip(self.shown, self.tr("Show or hide this mask"))
        self.colour.setAutoRaise(True)
        self.colour.setAccessibleName(self.tr("Colour of {0}").format(text))
        set_tip(self.colour, self.tr("Colour of this mask"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.choose, 1)
        row.addWidget(self.shown)
        row.addWidget(self.colour)

    def show_layer(self, layer: MaskLayer, connections: Connections) -> None:
        """Connect to a layer of the open photo."""
        follow(layer, "visible", self._show_visible, until=connections)
        follow(layer, "colour", lambda colour: self.colour.setIcon(_swatch(colour)), until=connections)
        connections.add(self.shown.clicked, lambda checked: setattr(layer, "visible", checked))
        connections.add(self.colour.clicked, lambda _: self._ask_colour(layer))

    def _show_visible(self, visible: bool) -> None:
        self.shown.setChecked(visible)
        self.shown.setIcon(icon("eye" if visible else "eye-off"))

    def _ask_colour(self, layer: MaskLayer) -> None:
        chosen = QColorDialog.getColor(QColor(layer.colour), self, self.tr("Colour of the mask"))
        if chosen.isValid():
            layer.colour = chosen.name()


class MaskPanel(SidePanel):
    """Shows a `MaskingState` and the masks of its photo."""

    def __init__(self, state: MaskingState, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._actions = state, actions
        self._connections = Connections()
        self._document: Document | None = None
        self.setAccessibleName(self.tr("Masks"))
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(8, 6, 8, 8)
        self._column.setSpacing(5)
        self.setWidget(inner)
        self.foot.setContentsMargins(0, 0, 0, 0)
        self._make_layers()
        self._make_finding()
        self._make_refining()
        self.hint = dim_label()
        self._column.addWidget(self.hint)
        self._column.addStretch(1)
        follow(state, "busy", self._show_busy)
        follow(state.documents, "document", self._show_document)

    # ------------------------------------------------------------------ making

    def _make_layers(self) -> None:
        self.rows = {
            "subject": _LayerRow(self.tr("Subject"), self.tr("Where the token acts")),
            "region": _LayerRow(self.tr("Edit region"), self.tr("Which pixels may change")),
        }
        self._group = QButtonGroup(self)
        for name in LAYERS:
            row = self.rows[name]
            self._group.addButton(row.choose)
            row.choose.clicked.connect(lambda _, one=name: self._choose(one))
            self._column.addWidget(row)
        self.opacity_row = Form()
        self._column.addLayout(self.opacity_row)

    def _make_finding(self) -> None:
        self._column.addWidget(heading(self.tr("Find")))
        grid = QGridLayout()
        grid.setSpacing(4)
        for index, method in enumerate(("auto", "face", "hair", "lips", "eyes", "skin")):
            grid.addWidget(self._button(f"mask.find-{method}"), index // 3, index % 3)
        self._column.addLayout(grid)
        self.word, self.find_button = QLineEdit(), QPushButton(self.tr("Find"))
        self.word.setPlaceholderText(self.tr("any word: scarf, sky …"))
        self.word.setAccessibleName(self.tr("Word to look for"))
        bind(self._state, "word", self.word, "text")
        self.word.returnPressed.connect(self._state.find_word)
        self.find_button.setAccessibleName(self.tr("Find the word"))
        self.find_button.clicked.connect(self._state.find_word)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.word, 1)
        row.addWidget(self.find_button)
        self._column.addLayout(row)
        self.combine = ChoiceBox(
            self._state,
            "combine",
            (
                ("replace", self.tr("instead of this mask")),
                ("add", self.tr("added to this mask")),
                ("subtract", self.tr("taken from this mask")),
            ),
            self.tr("What is found is put"),
        )
        self._column.addWidget(self.combine)
        self.progress = thin_progress_bar(self.tr("A mask is on its way"), 6, busy=True)
        self.stop = QToolButton()
        self.stop.setText(self.tr("Cancel"))
        self.stop.setAccessibleName(self.tr("Cancel finding masks"))
        self.stop.clicked.connect(self._state.cancel)
        self.busy_row = QWidget()
        busy = QHBoxLayout(self.busy_row)
        busy.setContentsMargins(0, 0, 0, 0)
        busy.addWidget(self.progress, 1)
        busy.addWidget(self.stop)
        self._column.addWidget(self.busy_row)
        self.doubt, self.others = plain_label(), QWidget()
        self.doubt.setWordWrap(True)
        set_status_colour(self.doubt, "warn")
        self._others = QHBoxLayout(self.others)
        self._others.setContentsMargins(0, 0, 0, 0)
        self._others.setSpacing(4)
        self._column.addWidget(self.doubt)
        self._column.addWidget(self.others)
        follow(self._state, "doubt", self._show_doubt)
        follow(self._state, "others", self._show_others)

    def _make_refining(self) -> None:
        row = QHBoxLayout()
        self.amount = QSpinBox()
        self.amount.setRange(1, 999)
        require_focus_for_wheel(self.amount)
        self.amount.setSuffix(self.tr(" px"))
        self.amount.setAccessibleName(self.tr("Pixels"))
        set_tip(self.amount, self.tr("By how many pixels"))
        bind(self._state, "amount", self.amount, "value")
        row.addWidget(heading(self.tr("Refine")), 1)
        row.addWidget(self.amount)
        self._column.addLayout(row)
        grid = QGridLayout()
        grid.setSpacing(4)
        for index, name in enumerate(
            ("feather", "grow", "shrink", "fill-holes", "invert", "all", "clear", "load", "save")
        ):
            grid.addWidget(self._button(f"mask.{name}"), index // 3, index % 3)
        self._column.addLayout(grid)

    def _button(self, name: str) -> QToolButton:
        action = self._actions[name]
        button = QToolButton()
        button.setDefaultAction(action)
        button.setText(action.iconText())
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        button.setAccessibleName(action.text().replace("&", "").rstrip(" …"))
        policy = button.sizePolicy()
        button.setSizePolicy(policy.Policy.Expanding, policy.Policy.Fixed)
        return button

    # ------------------------------------------------------------------ showing

    def _show_document(self, document: Document | None) -> None:
        self._connections.clear()
        self._document = document
        widget = self.widget()
        if widget is not None:
            widget.setEnabled(document is not None)
        if document is None:
            return
        for name in LAYERS:
            self.rows[name].show_layer(document.masks.layers[name], self._connections)
            layer = document.masks.layers[name]
            follow(layer, ("touched",), self._show_hint, now=False, until=self._connections)
        follow(document.masks, "active", self._show_active, until=self._connections)

    def _show_active(self, name: str) -> None:
        self.rows[name].choose.setChecked(True)
        if self.opacity_row.rowCount():
            self.opacity_row.removeRow(0)
        if self._document is not None:
            layer = self._document.masks.layers[name]
            self.opacity = SliderField(layer, "opacity", 0.0, 1.0, self.tr("Opacity"))
            self.opacity_row.addRow(self.tr("Opacity"), self.opacity)
        self._show_hint()

    def _show_hint(self) -> None:
        if self._document is None:
            return
        layer = self._document.masks.layer
        words = {
            "subject": self.tr("Nothing is painted: the subject is found by itself."),
            "region": self.tr("Nothing is painted: what may change is found by itself."),
        }
        self.hint.setText("" if layer.touched else words[layer.name])

    def _show_doubt(self, words: str) -> None:
        self.doubt.setText(words)
        self.doubt.setVisible(bool(words))

    def _show_others(self, methods: tuple[str, ...]) -> None:
        clear_layout(self._others)
        for method in methods:
            button = QToolButton()
            button.setText(self._state.named(method))
            button.setAccessibleName(self.tr("Find {0} instead").format(self._state.named(method)))
            button.clicked.connect(lambda _, one=method: self._state.find(one))
            self._others.addWidget(button)
        self._others.addStretch(1)
        self.others.setVisible(bool(methods))

    def _show_busy(self, count: int) -> None:
        self.busy_row.setVisible(count > 0)

    def _choose(self, name: str) -> None:
        if self._document is not None:
            self._document.masks.active = name

    def sizeHint(self) -> QSize:
        """The size of all contents."""
        widget = self.widget()
        height = widget.sizeHint().height() if widget is not None else 400
        return QSize(240, height + 8)


def _swatch(colour: str) -> QIcon:
    pixmap = QPixmap(SWATCH * 2, SWATCH * 2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(colour))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(2, 2, SWATCH * 2 - 4, SWATCH * 2 - 4)
    painter.end()
    return QIcon(pixmap)
