"""A dialog that stays while the engine works: a bar, a line of text, and how the result looks so far."""

from __future__ import annotations

import gi

gi.require_version("Gtk", "3.0")

from gi.repository import GdkPixbuf, Gimp, Gtk  # noqa: E402 - versions first

from gimp_bridge.pixels import load_pixbuf  # noqa: E402
from s2edit_plugin.errors import CancelledError, EngineError, S2EditError  # noqa: E402

__all__ = ["WIDTH", "Working", "pump", "tell", "thumbnail"]

PREVIEW = 384
WIDTH = 600  # of a dialog with prompts in it
RESET = 1  # of GIMP's dialogs


def pump() -> None:
    """Let GTK do what there is to do."""
    while Gtk.events_pending():
        Gtk.main_iteration()


def thumbnail(data: bytes, side: int) -> GdkPixbuf.Pixbuf | None:
    """An encoded picture in small; None where it cannot be read."""
    try:
        picture = load_pixbuf(data)
    except EngineError:
        return None
    scale = side / max(picture.get_width(), picture.get_height())
    size = [max(1, round(length * scale)) for length in (picture.get_width(), picture.get_height())]
    return picture.scale_simple(*size, GdkPixbuf.InterpType.BILINEAR)


def tell(dialog: Gtk.Dialog, error: S2EditError) -> None:
    """Say what is wrong; the dialog below stays as it is."""
    box = Gtk.MessageDialog(
        title="S²Edit", transient_for=dialog, modal=True, message_type=Gtk.MessageType.ERROR,
        buttons=Gtk.ButtonsType.CLOSE, text=error.sentence, secondary_text=error.hint,
    )  # fmt: skip
    box.run()
    box.destroy()


class Working(Gtk.Box):  # type: ignore[misc]
    """Progress at the foot of a dialog. Closing the dialog, or its Cancel, stops what runs.

    Args:
        dialog: whose Cancel counts.
    """

    def __init__(self, dialog: Gtk.Dialog) -> None:
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=6, border_width=12)
        self._dialog, self._cancelled, self._busy = dialog, False, False
        self._hidden: list[Gtk.Widget] = []
        self._picture = Gtk.Image()
        self._bar = Gtk.ProgressBar(show_text=True, text="")
        self.pack_start(self._picture, True, True, 0)
        self.pack_start(self._bar, False, False, 0)
        dialog.get_content_area().pack_end(self, True, True, 0)
        dialog.connect("response", self._on_response)
        dialog.connect("delete-event", self._on_delete)
        self.set_no_show_all(True)

    def begin(self) -> None:
        """Something runs from now on: progress takes the fields' place, and nothing but Cancel can be pressed."""
        self._cancelled, self._busy = False, True
        self._dialog.set_size_request(*self._dialog.get_size())
        cancel = self._dialog.get_widget_for_response(Gtk.ResponseType.CANCEL)
        # A dialog that grew by the picture could outgrow the screen, Cancel with it.
        self._hidden = [
            child
            for child in self._dialog.get_content_area().get_children()
            if child is not self and child.get_visible() and not (cancel and cancel.is_ancestor(child))
        ]
        for child in self._hidden:
            child.hide()
        self._set_buttons(False)
        self.set_no_show_all(False)
        self.show_all()
        self._picture.hide()
        pump()

    def end(self) -> None:
        """Nothing runs any more."""
        self._busy = False
        for child in self._hidden:
            child.show()
        self._dialog.set_size_request(-1, -1)
        self._set_buttons(True)
        self.hide()
        pump()

    def show_progress(self, fraction: float, text: str, picture: bytes) -> None:
        """A `link.Show`, in this dialog and in GIMP's bar."""
        if self._busy:
            self._bar.set_fraction(fraction)
            self._bar.set_text(text)
            small = thumbnail(picture, PREVIEW) if picture else None
            if small is not None:
                self._picture.set_from_pixbuf(small)
                self._picture.show()
        Gimp.progress_set_text(text)
        Gimp.progress_update(fraction)

    def idle(self) -> None:
        """To be called while something runs. Raises CancelledError once the user wants it to stop."""
        pump()
        if self._cancelled:
            raise CancelledError()

    def _set_buttons(self, sensitive: bool) -> None:
        for response in (Gtk.ResponseType.OK, Gtk.ResponseType.HELP, RESET):
            if self._dialog.get_widget_for_response(response) is not None:
                self._dialog.set_response_sensitive(response, sensitive)

    def _on_response(self, dialog: Gtk.Dialog, response: int) -> None:
        if self._busy and response in (Gtk.ResponseType.CANCEL, Gtk.ResponseType.DELETE_EVENT):
            self._cancelled = True

    def _on_delete(self, dialog: Gtk.Dialog, event: object) -> bool:
        if self._busy:
            self._cancelled = True
        return self._busy
