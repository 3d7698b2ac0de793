"""Properties tell when they change, and bound widgets follow."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QLabel, QLineEdit, QSlider
from pytestqt.qtbot import QtBot

from qt_app.model.observable import Observable, Property, bind, follow


class Brush(Observable):
    size_changed = pyqtSignal(object)
    size = Property(40)
    name_changed = pyqtSignal(object)
    name = Property("round")


def test_a_change_is_told_once_and_only_if_it_is_one() -> None:
    brush, heard = Brush(), []
    brush.size_changed.connect(heard.append)
    brush.size = 40
    brush.size = 50
    brush.size = 50
    assert heard == [50]
    assert (brush.size, Brush().size) == (50, 40)


def test_follow_starts_with_what_is() -> None:
    brush, heard = Brush(), []
    follow(brush, "name", heard.append)
    brush.name = "flat"
    assert heard == ["round", "flat"]


def test_a_bound_widget_and_the_model_follow_each_other(qtbot: QtBot) -> None:
    brush, slider, line = Brush(), QSlider(), QLineEdit()
    for widget in (slider, line):
        qtbot.addWidget(widget)
    bind(brush, "size", slider, "value")
    bind(brush, "name", line, "text")
    assert (slider.value(), line.text()) == (40, "round")
    slider.setValue(70)
    line.setText("flat")
    assert (brush.size, brush.name) == (70, "flat")
    brush.size = 10
    assert slider.value() == 10


def test_a_property_that_tells_nobody_cannot_be_bound(qtbot: QtBot) -> None:
    label = QLabel()
    qtbot.addWidget(label)
    with pytest.raises(ValueError, match="QLabel"):
        bind(Brush(), "name", label, "text")
