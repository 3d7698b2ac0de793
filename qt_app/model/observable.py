"""State that tells when it changes.

class Brush(Observable):
    size_changed = pyqtSignal(object)
    size = Property(40.0)

brush.size = 60.0                        # emits size_changed(60.0), once and only if it differs
bind(brush, "size", slider, "value")     # both ways
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar, overload

from PyQt6.QtCore import QObject

__all__ = ["Connections", "Observable", "Property", "bind", "follow"]

T = TypeVar("T")


class Observable(QObject):
    """Base of everything with a `Property`; for each it declares a signal ``<name>_changed``."""


class Property(Generic[T]):
    """A value of an `Observable` whose signal ``<name>_changed`` is emitted with the new value when it changes."""

    def __init__(self, default: T) -> None:
        self._default = default

    def __set_name__(self, owner: type, name: str) -> None:
        self._name, self._slot = name, f"_property_{name}"

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
        if old is not value and old != value:
            getattr(instance, f"{self._name}_changed").emit(value)


def follow(model: Observable, name: str, setter: Any) -> None:
    """Call ``setter`` with a property's value now and whenever it changes."""
    setter(getattr(model, name))
    getattr(model, f"{name}_changed").connect(setter)


class Connections:
    """Connections that end together: for whoever shows now this object, now that one.

    A connection that stays keeps what it calls alive as long as its sender; a photo that was closed would never go.
    """

    def __init__(self) -> None:
        self._made: list[tuple[Any, Any]] = []

    def add(self, signal: Any, slot: Any) -> None:
        """Connect."""
        self._made.append((signal, signal.connect(slot)))

    def follow(self, model: Observable, name: str, setter: Any) -> None:
        """As the function `follow`."""
        setter(getattr(model, name))
        self.add(getattr(model, f"{name}_changed"), setter)

    def clear(self) -> None:
        """Disconnect all."""
        made, self._made = self._made, []
        for signal, connection in made:
            signal.disconnect(connection)


def bind(model: Observable, name: str, widget: QObject, prop: str) -> None:
    """Keep a model's property and a widget's property equal, both ways, by the widget property's notify signal.

    Raises:
        ValueError: the widget has no such property, or it tells nobody of its changes.
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
