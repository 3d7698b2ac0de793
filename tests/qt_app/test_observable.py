"""Properties tell when they change, and bound widgets follow."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtWidgets import QLabel, QLineEdit, QSlider
from pytestqt.qtbot import QtBot

from qt_app.observable import Connections, Observable, Property, bind, delayed, follow


class Brush(Observable):
    size = Property(40)
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


def test_several_properties_are_followed_by_one_function_without_arguments() -> None:
    brush, calls = Brush(), []
    follow(brush, ("size", "name"), lambda: calls.append((brush.size, brush.name)))
    brush.size = 50
    brush.name = "flat"
    assert calls == [(40, "round"), (50, "round"), (50, "flat")]


def test_a_subscription_can_start_with_the_next_change_and_end_with_others() -> None:
    brush, heard, connections = Brush(), [], Connections()
    follow(brush, "size", heard.append, now=False, until=connections)
    follow(brush, ("name",), lambda: heard.append(brush.name), now=False, until=connections)
    brush.size = 50
    brush.name = "flat"
    assert heard == [50, "flat"]
    connections.clear()
    brush.size = 60
    brush.name = "round"
    assert heard == [50, "flat"]


def test_each_class_has_the_signals_of_its_own_properties_and_of_its_bases() -> None:
    class Pen(Brush):
        pressure = Property[np.ndarray | None](None, identity=True)

    pen, heard = Pen(), []
    for name in ("size", "name", "pressure"):
        follow(pen, name, heard.append, now=False)
    pressure = np.ones(3)
    pen.pressure = pressure
    pen.pressure = pressure
    pen.size = 50
    assert [type(value) for value in heard] == [np.ndarray, int]
    assert not hasattr(Brush(), "pressure_changed")


def test_calls_in_short_succession_become_one(qtbot: QtBot) -> None:
    calls: list[int] = []
    brush = Brush()
    timer = delayed(brush, 20, lambda: calls.append(1))
    for _ in range(5):
        timer.start()
    qtbot.waitUntil(lambda: bool(calls))
    qtbot.wait(60)
    assert calls == [1]
