"""The dialog of Token library."""

from __future__ import annotations

from collections.abc import Callable

import gi

gi.require_version("GimpUi", "3.0")
gi.require_version("Gtk", "3.0")

from gi.repository import GimpUi, Gtk  # noqa: E402 - versions first

from gimp_bridge.dialogs.job_progress import show_error  # noqa: E402
from gimp_bridge.dialogs.tokens import TokenChooser  # noqa: E402
from gimp_bridge.engine_client import EngineClient  # noqa: E402
from gimp_bridge.library import change_library, tokens_of  # noqa: E402
from gimp_bridge.wording import token_text  # noqa: E402
from s2edit_plugin.api import queries  # noqa: E402
from s2edit_plugin.errors import S2EditError  # noqa: E402

__all__ = ["show_library"]

NOTHING = "Your library has no token yet. Learn one with Filters > S²Edit > Learn token…"


def show_library(engine: EngineClient) -> None:
    """Show the library until the user closes it. Raises S2EditError where the engine cannot be used."""
    GimpUi.init("plug-in-s2edit")
    library = _Library(engine)
    try:
        library.run()
    finally:
        library.close()


class _Library:
    """One call of `show_library`."""

    def __init__(self, engine: EngineClient) -> None:
        self._engine, self._chosen, self._deleted = engine, "", ""
        self._dialog = GimpUi.Dialog(title="S²Edit: Token library", role="plug-in-s2edit-tokens")
        self._dialog.add_button("_Close", Gtk.ResponseType.CLOSE)
        self._dialog.set_default_size(520, 460)
        area = self._dialog.get_content_area()
        self._place = Gtk.Box()
        self._about = Gtk.Label(xalign=0, margin_start=12, margin_end=12, wrap=True, selectable=True)
        buttons = Gtk.Box(spacing=6, border_width=12)
        self._buttons = {
            "rename": self._button(buttons, "_Rename…", lambda: self._ask("rename", "The token's new name")),
            "tag": self._button(buttons, "Add _tag…", lambda: self._ask("tag", "A tag for the token")),
            "delete": self._button(buttons, "_Delete", self._delete),
            "restore": self._button(buttons, "_Undo deleting", self._restore),
        }
        area.pack_start(self._place, True, True, 0)
        area.pack_start(self._about, False, False, 0)
        area.pack_start(buttons, False, False, 0)
        self._chooser = TokenChooser("", (), {}, self._choose)
        self.refresh()
        area.show_all()
        self._chooser.grab_focus()  # in the search field Escape would not close the dialog

    def run(self) -> None:
        """Until it is closed."""
        self._dialog.run()

    def close(self) -> None:
        """Take the dialog away."""
        self._dialog.destroy()

    def refresh(self, chosen: str = "") -> None:
        """Show what the library holds now."""
        tokens = tokens_of(self._engine)
        self._tokens = {info.id or info.name: info for info in tokens}
        pictures = self._engine.call(queries.Thumbnails(tuple(info.name for info in tokens))).pictures
        self._chooser.destroy()
        self._chooser = TokenChooser("To_kens", tokens, pictures, self._choose)
        self._place.pack_start(self._chooser, True, True, 0)
        self._choose("")
        if not self._chooser.choose(chosen):
            self._chooser.choose_first()
        self._place.show_all()

    def _choose(self, token: str) -> None:
        self._chosen = token
        info = self._tokens.get(token)
        self._about.set_text(NOTHING if not self._tokens else token_text(info) if info else "")
        for name in ("rename", "tag", "delete"):
            self._buttons[name].set_sensitive(info is not None)
        self._buttons["restore"].set_sensitive(bool(self._deleted))

    def _button(self, row: Gtk.Box, label: str, act: Callable[[], None]) -> Gtk.Button:
        button = Gtk.Button(label=label, use_underline=True)
        button.connect("clicked", lambda _: self._guarded(act))
        row.pack_start(button, False, False, 0)
        return button

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        except S2EditError as error:
            show_error(self._dialog, error)

    def _ask(self, action: str, title: str) -> None:
        info = self._tokens.get(self._chosen)
        before = info.name if info is not None and action == "rename" else ""
        value = _asked(self._dialog, title, before)
        if value and value != before:
            change_library(self._engine, action, self._chosen, value)
            self.refresh(self._chosen)

    def _delete(self) -> None:
        self._deleted = change_library(self._engine, "delete", self._chosen, "")
        self.refresh()

    def _restore(self) -> None:
        name, self._deleted = self._deleted, ""
        self.refresh(change_library(self._engine, "restore", name, ""))


def _asked(parent: Gtk.Dialog, title: str, before: str) -> str:
    """What the user types, "" if nothing."""
    box = Gtk.Dialog(title=f"S²Edit: {title}", transient_for=parent, modal=True)
    box.add_buttons("_Cancel", Gtk.ResponseType.CANCEL, "_OK", Gtk.ResponseType.OK)
    box.set_default_response(Gtk.ResponseType.OK)
    field = Gtk.Entry(text=before, activates_default=True, width_chars=32, margin=12)
    label = Gtk.Label(label=title, xalign=0, margin_start=12, margin_top=12)
    for widget in (label, field):
        box.get_content_area().pack_start(widget, False, False, 0)
    box.show_all()
    answer = box.run()
    text = field.get_text().strip() if answer == Gtk.ResponseType.OK else ""
    box.destroy()
    return text
