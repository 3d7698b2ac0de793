"""The library's tokens with their thumbnails, to choose one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import gi

gi.require_version("Gtk", "3.0")

from gi.repository import GdkPixbuf, Gtk  # noqa: E402 - versions first

from gimp_bridge.dialogs.job_progress import thumbnail  # noqa: E402
from s2edit_plugin.api.queries import TokenInfo  # noqa: E402

__all__ = ["TokenChooser"]

SIDE = 64
ID, SHOWN, PICTURE, WORDS, NAME = range(5)
_PLAIN = 0x8888_88FF  # where a token has no thumbnail


class TokenChooser(Gtk.Box):  # type: ignore[misc]
    """Tokens as pictures; typing into the field above shows those whose name, tags or words match.

    Args:
        title: what is chosen. tokens: in their order. thumbnails: encoded pictures by name.
        on_choice: gets the chosen one's id. none: what it gets where no token is wanted, "" if there must be one.
    """

    def __init__(
        self, title: str, tokens: Sequence[TokenInfo], thumbnails: dict[str, bytes], on_choice: Callable[[str], None],
        none: str = "",
    ) -> None:  # fmt: skip
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=4, border_width=12)
        self._on_choice = on_choice
        self._rows = Gtk.ListStore(str, str, GdkPixbuf.Pixbuf, str, str)
        for info in tokens:
            words = " ".join((info.name, info.class_noun, *info.tags, info.notes)).lower()
            shown = info.name if info.usable else f"{info.name} (other model)"
            picture = thumbnail(thumbnails[info.name], SIDE) if info.name in thumbnails else None
            self._rows.append([info.id or info.name, shown, picture or _blank(), words, info.name])
        if none:
            self._rows.append([none, "No token", _blank(), "no token", none])
        self._shown = self._rows.filter_new()
        self._shown.set_visible_func(self._matches)
        self._search = Gtk.SearchEntry(placeholder_text="Search")
        self._search.connect("search-changed", lambda _: self._shown.refilter())
        self._view = Gtk.IconView(
            model=self._shown, pixbuf_column=PICTURE, text_column=SHOWN, item_width=SIDE + 24, columns=4
        )
        self._view.set_selection_mode(Gtk.SelectionMode.BROWSE)
        self._view.connect("selection-changed", self._chosen)
        label = Gtk.Label(label=title, xalign=0, use_underline=True, mnemonic_widget=self._view)
        top = Gtk.Box(spacing=6)
        top.pack_start(label, True, True, 0)
        top.pack_end(self._search, False, False, 0)
        frame = Gtk.ScrolledWindow(min_content_height=SIDE + 60, shadow_type=Gtk.ShadowType.IN)
        frame.add(self._view)
        self.pack_start(top, False, False, 0)
        self.pack_start(frame, True, True, 0)

    def grab_focus(self) -> None:
        """Keys go to the tokens."""
        self._view.grab_focus()

    def choose(self, token: str) -> bool:
        """Choose a token by its id or name; whether it is there."""
        for row in self._shown:
            if token and token in (row[ID], row[NAME]):
                self._select(row.path)
                return True
        return False

    def choose_first(self) -> None:
        """Choose the first one, if there is any."""
        if len(self._shown):
            self._select(self._shown[0].path)

    def _select(self, path: Gtk.TreePath) -> None:
        self._view.set_cursor(path, None, False)  # arrow keys start from here
        self._view.select_path(path)
        self._view.scroll_to_path(path, False, 0, 0)

    def _matches(self, rows: Gtk.TreeModel, place: Gtk.TreeIter, data: object) -> bool:
        return all(word in rows[place][WORDS] for word in self._search.get_text().lower().split())

    def _chosen(self, view: Gtk.IconView) -> None:
        paths = view.get_selected_items()
        if paths:
            self._on_choice(self._shown[paths[0]][ID])


def _blank() -> GdkPixbuf.Pixbuf:
    made = GdkPixbuf.Pixbuf.new(GdkPixbuf.Colorspace.RGB, False, 8, SIDE, SIDE)
    made.fill(_PLAIN)
    return made
