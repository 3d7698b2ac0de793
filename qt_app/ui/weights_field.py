"""How much single words count: a slider for each word that was chosen."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QComboBox, QGridLayout, QToolButton, QVBoxLayout, QWidget

from qt_app.model.editing import EditState
from qt_app.model.observable import Observable, Property, follow
from qt_app.ui.fields import SliderField, calm
from qt_app.ui.plain import plain_label, set_tip

__all__ = ["WeightsField"]

MOST = 3.0
"""Beyond this pictures fall apart; the command line takes more."""


class _Weight(Observable):
    """One word's factor, for its slider."""

    factor_changed = pyqtSignal(object)
    factor = Property(1.0)


class WeightsField(QWidget):
    """The weights of an `EditState`: 1 is as the prompt says, 0 is not at all."""

    def __init__(self, state: EditState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._weights: dict[str, _Weight] = {}
        self.rows: dict[str, SliderField] = {}
        self.words = QComboBox()
        self.words.setEditable(True)
        self.words.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.words.setAccessibleName(self.tr("Word that gets a weight"))
        set_tip(self.words, self.tr("Choose a word of the prompt, or write one and press Enter"))
        calm(self.words)
        line = self.words.lineEdit()
        if line is not None:
            line.setPlaceholderText(self.tr("weight of a word …"))
            line.returnPressed.connect(self._add)
        self.words.activated.connect(lambda _: self._add())
        self._grid = QGridLayout()
        self._grid.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._grid)
        column.addWidget(self.words)
        self.setFocusProxy(self.words)
        follow(state, "weights", self._show)
        state.prompt_changed.connect(lambda _: self._offer())
        self._offer()

    def _add(self) -> None:
        word = self.words.currentText().strip()
        word = word if word.startswith("<") else word.lower()
        self.words.setEditText("")
        if word and word not in self._state.weights:
            self._state.weights = {**self._state.weights, word: 1.0}

    def remove(self, word: str) -> None:
        """Let a word count as the prompt says."""
        self._state.weights = {one: factor for one, factor in self._state.weights.items() if one != word}

    def _change(self, word: str, factor: float) -> None:
        if self._state.weights.get(word) != factor:
            self._state.weights = {**self._state.weights, word: factor}

    def _show(self, weights: dict[str, float]) -> None:
        if list(weights) != list(self._weights):
            self._make_rows(list(weights))
        for word, factor in weights.items():
            self._weights[word].factor = factor
        self._offer()

    def _make_rows(self, words: list[str]) -> None:
        while self._grid.count():
            taken = self._grid.takeAt(0)
            widget = taken.widget() if taken is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._weights, self.rows = {}, {}
        for row, word in enumerate(words):
            weight = self._weights[word] = _Weight()
            weight.factor = self._state.weights[word]
            weight.factor_changed.connect(lambda factor, one=word: self._change(one, factor))
            name = self.tr("Weight of {0}").format(word)
            field = self.rows[word] = SliderField(weight, "factor", 0.0, MOST, name)
            remove = QToolButton()
            remove.setText("✕")
            set_tip(remove, self.tr("No weight for {0}").format(word))
            remove.setAccessibleName(remove.toolTip())
            remove.clicked.connect(lambda _, one=word: self.remove(one))
            label = plain_label(word)
            for at, widget in enumerate((label, field, remove)):
                self._grid.addWidget(widget, row, at)

    def _offer(self) -> None:
        for word, field in self.rows.items():
            field.setEnabled(self._state.has_word(word))
            set_tip(field, "" if field.isEnabled() else self.tr("This word is not in the prompt."))
        words, kept = self._state.weightable(), self.words.currentText()
        self.words.blockSignals(True)
        self.words.clear()
        self.words.addItems(words)
        self.words.setCurrentIndex(-1)
        self.words.setEditText(kept)
        self.words.blockSignals(False)
