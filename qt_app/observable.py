"""Observable state: a property declares its change signal, and `follow` is how to subscribe to it.

class Brush(Observable):
    size = Property(40.0)
    name = Property("round")

brush.size = 60.0                                   # emits size_changed(60.0), once and only if the value differs
follow(brush, "size", label.setNum)                 # called now and after every change, with the value
follow(brush, ("size", "name"), self.update)        # called now and after every change of either, without arguments
bind(brush, "size", slider, "value")                # both ways
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

__all__ = ["Connections", "Observable", "Property", "bind", "delayed", "follow"]

T = TypeVar("T")


class Observable(QObject):
    """Base class of everything with a `Property`."""


class Property(Generic[T]):
    """A value of an `Observable`; declares the signal ``<name>_changed``, emitted with the new value when it changes.

    Args:
        identity: compare old and new value with ``is``, for values such as arrays that have no single truth value.
    """

    def __init__(self, default: T, *, identity: bool = False) -> None:
        self._default, self._identity = default, identity

    def __set_name__(self, owner: type, name: str) -> None:
        self._slot, self._signal = f"_property_{name}", f"{name}_changed"
        # Python calls this before PyQt reads the class's signals, so that the signal is an ordinary one.
        setattr(owner, self._signal, pyqtSignal(object, name=self._signal))

    @overload
    def __get__(self, instance: None, owner: type) -> Property[T]: ...
    @overload
    def __get__(self, instance: Observable, owner: type) -> T: ...
    def __get__(self, instance: Observable | None, owner: type) -> T | Property[T]:
        if instance is None:
            return self
        value: T = instance.__dict__.get(self._slot, self._default)
        return value

    def __set__(self, instance: Observable, value: T) -> None:
        old = self.__get__(instance, type(instance))
        instance.__dict__[self._slot] = value
        if old is not value and (self._identity or old != value):
            getattr(instance, self._signal).emit(value)


class Connections:
    """Connections that are cut together: for a widget that shows one object after another.

    A connection keeps its slot alive as long as its sender lives; without this, a closed photo would never be freed.
    """

    def __init__(self) -> None:
        self._made: list[tuple[Any, Any]] = []

    def add(self, signal: Any, slot: Any) -> None:
        """Connect a signal."""
        self._made.append((signal, signal.connect(slot)))

    def clear(self) -> None:
        """Disconnect all."""
        made, self._made = self._made, []
        for signal, connection in made:
            signal.disconnect(connection)


def follow(
    model: Observable,
    names: str | tuple[str, ...],
    slot: Callable[..., Any],
    *,
    now: bool = True,
    until: Connections | None = None,
) -> None:
    """Call a function now and whenever a property changes.

    Args:
        names: one property, whose value ``slot`` gets; or several, then ``slot`` is called without arguments.
        now: False: after changes only. until: the subscription ends when these are cleared.
    """
    if isinstance(names, str):
        names, run = (names,), slot
        if now:
            slot(getattr(model, names[0]))
    else:
        # A function of its own: a slot that is called with the value would take it for an argument of its own.
        def run(_: object) -> None:
            slot()

        if now:
            slot()
    for name in names:
        signal = getattr(model, f"{name}_changed")
        if until is None:
            signal.connect(run)
        else:
            until.add(signal, run)


def bind(model: Observable, name: str, widget: QObject, prop: str) -> None:
    """Keep a model's property and a widget's property equal, both ways, by the widget property's notify signal.

    Raises:
        ValueError: the widget has no such property, or the property has no notify signal.
    """
    meta = widget.metaObject()
    index = meta.indexOfProperty(prop) if meta is not None else -1
    if meta is None or index < 0 or not meta.property(index).hasNotifySignal():
        raise ValueError(f"{type(widget).__name__}.{prop} cannot be bound")
    signal = bytes(meta.property(index).notifySignal().name().data()).decode()

    def to_widget(value: Any) -> None:
        if widget.property(prop) != value:
            widget.setProperty(prop, value)

    follow(model, name, to_widget)
    getattr(widget, signal).connect(lambda *_: setattr(model, name, widget.property(prop)))


def delayed(parent: QObject, milliseconds: int, slot: Callable[[], Any]) -> QTimer:
    """A timer that calls a function that long after its last ``start()``: several calls in short succession become one."""
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(slot)
    return timer
