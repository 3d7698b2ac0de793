"""Fields that GIMP's dialogs lack: prompts of several lines that know the tokens, choices that take any word too."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import gi

gi.require_version("Gtk", "3.0")

from gi.repository import Gdk, GLib, Gtk  # noqa: E402 - versions first

__all__ = ["ChoiceField", "PromptField", "activate_on_enter"]

LINES_HEIGHT = 58  # pixels of a prompt: three lines
OPEN_REFERENCE = re.compile(r"<([^<>\s]*)$")
RAW = re.compile(r"(?:auto|none|subject|selection|face|hair|lips|eyes|skin|glasses|hat|(?:word|channel):.+)")
MOVES = {Gdk.KEY_Down: 1, Gdk.KEY_Up: -1}
TAKES = (Gdk.KEY_Return, Gdk.KEY_KP_Enter, Gdk.KEY_Tab)


def activate_on_enter(dialog: Gtk.Dialog) -> None:
    """Enter in any line of text presses the dialog's button."""
    dialog.set_default_response(Gtk.ResponseType.OK)

    def visit(widget: Gtk.Widget) -> None:
        if isinstance(widget, Gtk.Entry) and not isinstance(widget, Gtk.SpinButton):
            widget.set_activates_default(True)
        if isinstance(widget, Gtk.Container):
            widget.forall(visit)

    visit(dialog.get_content_area())


class PromptField(Gtk.Box):  # type: ignore[misc]
    """An argument of several lines. Enter presses the dialog's button; ``<`` offers the library's tokens.

    Args:
        config, name: the argument. title: with its key. tokens: names to complete. start: what Enter does.
    """

    def __init__(
        self, config: Any, name: str, title: str, tip: str, tokens: Sequence[str], start: Callable[[], None]
    ) -> None:
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=2)
        self._config, self._name, self._tokens, self._start = config, name, tuple(tokens), start
        self._text = Gtk.TextView(
            wrap_mode=Gtk.WrapMode.WORD_CHAR, accepts_tab=False, tooltip_text=tip,
            left_margin=4, right_margin=4, top_margin=3, bottom_margin=3,
        )  # fmt: skip
        self._buffer = self._text.get_buffer()
        frame = Gtk.ScrolledWindow(
            min_content_height=LINES_HEIGHT,
            shadow_type=Gtk.ShadowType.IN,
            hscrollbar_policy=Gtk.PolicyType.NEVER,
        )
        frame.add(self._text)
        self.pack_start(
            Gtk.Label(label=title, xalign=0, use_underline=True, mnemonic_widget=self._text), False, False, 0
        )
        self.pack_start(frame, True, True, 0)
        self._list = Gtk.ListBox(can_focus=False)
        self._offer = Gtk.Popover(relative_to=self._text, modal=False, position=Gtk.PositionType.BOTTOM)
        self._offer.add(self._list)
        self._list.connect("row-activated", lambda _, row: self._take(row))
        self._buffer.connect("changed", lambda _: self._changed())
        self._text.connect("key-press-event", self._pressed)
        self._text.connect("focus-out-event", lambda *_: self._offer.hide())
        config.connect(f"notify::{name}", lambda *_: self._show())
        self._show()

    @property
    def text(self) -> str:
        """What is typed, in one line."""
        return " ".join(self._buffer.get_text(*self._buffer.get_bounds(), True).split())

    def _show(self) -> None:
        wanted = self._config.get_property(self._name) or ""
        if wanted != self.text:
            self._buffer.set_text(wanted)

    def _changed(self) -> None:
        self._config.set_property(self._name, self.text)
        GLib.idle_add(self._complete)  # the cursor moves after the text changed

    def _open_reference(self) -> str | None:
        """What is typed of a reference up to the cursor."""
        cursor = self._buffer.get_iter_at_mark(self._buffer.get_insert())
        found = OPEN_REFERENCE.search(self._buffer.get_text(self._buffer.get_start_iter(), cursor, True))
        return found.group(1) if found else None

    def _complete(self) -> bool:
        begun = self._open_reference() if self._text.is_focus() else None
        found = [] if begun is None else [name for name in self._tokens if begun.lower() in name.lower()]
        for row in self._list.get_children():
            self._list.remove(row)
        if not found or found == [begun]:
            self._offer.hide()
            return False
        for name in found[:8]:
            self._list.add(Gtk.Label(label=name, xalign=0, margin=4))
        self._list.show_all()
        self._list.select_row(self._list.get_row_at_index(0))
        place = self._text.get_iter_location(self._buffer.get_iter_at_mark(self._buffer.get_insert()))
        place.x, place.y = self._text.buffer_to_window_coords(Gtk.TextWindowType.WIDGET, place.x, place.y)
        self._offer.set_pointing_to(place)
        self._offer.show()
        return False

    def _take(self, row: Gtk.ListBoxRow) -> None:
        begun, cursor = self._open_reference(), self._buffer.get_iter_at_mark(self._buffer.get_insert())
        if begun is not None:
            start = cursor.copy()
            start.backward_chars(len(begun))
            self._buffer.delete(start, cursor)
            self._buffer.insert_at_cursor(f"{row.get_child().get_text()}> ")
        self._offer.hide()

    def _pressed(self, text: Gtk.TextView, event: Gdk.EventKey) -> bool:
        key = event.keyval
        if self._offer.get_visible():
            row = self._list.get_selected_row()
            if key in MOVES and row is not None:
                self._list.select_row(self._list.get_row_at_index(row.get_index() + MOVES[key]) or row)
                return True
            if key in TAKES and row is not None:
                self._take(row)
                return True
            if key == Gdk.KEY_Escape:
                self._offer.hide()
                return True
        if key in TAKES[:2] and not event.state & Gdk.ModifierType.SHIFT_MASK:
            self._start()
            return True
        return False


class ChoiceField(Gtk.Box):  # type: ignore[misc]
    """An argument that is chosen from a list, or is any word that is typed: it is looked for in the picture.

    Args:
        config, name: the argument. title: with its key. choices: values with their labels.
    """

    def __init__(self, config: Any, name: str, title: str, tip: str, choices: dict[str, str]) -> None:
        super().__init__(spacing=12)
        self._config, self._name, self._choices = config, name, choices
        self._combo = Gtk.ComboBoxText.new_with_entry()
        for value, label in choices.items():
            self._combo.append(value, label)
        self._entry = self._combo.get_child()
        self._entry.set_activates_default(True)
        self._entry.set_tooltip_text(tip)
        label = Gtk.Label(label=title, xalign=0, use_underline=True, mnemonic_widget=self._entry)
        label.set_size_request(110, -1)
        self.pack_start(label, False, False, 0)
        self.pack_start(self._combo, True, True, 0)
        self._combo.connect("changed", lambda _: self._config.set_property(self._name, self._value()))
        config.connect(f"notify::{name}", lambda *_: self._show())
        self._show()

    def _value(self) -> str:
        typed = self._entry.get_text().strip()
        value = next((value for value, label in self._choices.items() if label == typed), "")
        if value or RAW.fullmatch(typed):
            return value or typed
        return f"word:{typed}" if typed else "auto"

    def _show(self) -> None:
        wanted = self._config.get_property(self._name) or "auto"
        if wanted != self._value() or not self._entry.get_text():
            self._entry.set_text(self._choices.get(wanted, wanted.removeprefix("word:")))
