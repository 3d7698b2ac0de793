"""Weights of single words of the prompt: a slider for each chosen word."""

from __future__ import annotations

from functools import partial

from PyQt6.QtWidgets import QComboBox, QGridLayout, QToolButton, QVBoxLayout, QWidget

from qt_app.model.editing import EditState
from qt_app.observable import Observable, Property, follow
from qt_app.ui.fields import SliderField, require_focus_for_wheel
from qt_app.ui.plain_text import plain_label, set_tip
from qt_app.ui.widgets import clear_layout

__all__ = ["WeightsField"]

LARGEST = 3.0
"""Larger weights give distorted pictures; the command line accepts them."""


class _Weight(Observable):
    """One word's weight, for its slider."""

    factor = Property(1.0)


class WeightsField(QWidget):
    """The weights of an `EditState`: 1 is the default, 0 ignores the word."""

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
        require_focus_for_wheel(self.words)
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
        follow(state, ("prompt",), self._offer)

    def _add(self) -> None:
        word = self.words.currentText().strip()
        word = word if word.startswith("<") else word.lower()
        self.words.setEditText("")
        if word and word not in self._state.weights:
            self._state.weights = {**self._state.weights, word: 1.0}

    def remove(self, word: str) -> None:
        """Remove a word's weight."""
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
        clear_layout(self._grid)
        self._weights, self.rows = {}, {}
        for row, word in enumerate(words):
            weight = self._weights[word] = _Weight()
            weight.factor = self._state.weights[word]
            follow(weight, "factor", partial(self._change, word), now=False)
            name = self.tr("Weight of {0}").format(word)
            field = self.rows[word] = SliderField(weight, "factor", 0.0, LARGEST, name)
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
        words, kept = self._state.unweighted_words(), self.words.currentText()
        self.words.blockSignals(True)
        self.words.clear()
        self.words.addItems(words)
        self.words.setCurrentIndex(-1)
        self.words.setEditText(kept)
        self.words.blockSignals(False)
