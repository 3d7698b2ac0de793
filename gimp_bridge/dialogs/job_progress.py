"""Progress of a job inside a dialog: a bar, a line of text and a preview; message boxes."""

from __future__ import annotations

from types import TracebackType

import gi

gi.require_version("Gtk", "3.0")

from gi.repository import Gdk, GdkPixbuf, Gimp, Gtk  # noqa: E402 - versions first

from gimp_bridge.engine_client import EngineClient  # noqa: E402
from gimp_bridge.pixels import load_pixbuf  # noqa: E402
from gimp_bridge.wording import hint_in_gimp  # noqa: E402
from s2edit_plugin.errors import CancelledError, EngineError, S2EditError  # noqa: E402

__all__ = [
    "WIDTH",
    "JobProgress",
    "add_help",
    "ask_question",
    "show_message",
    "process_events",
    "show_error",
    "thumbnail",
]

PREVIEW = 384
WIDTH = 600  # of a dialog with prompts in it
RESET = 1  # of GIMP's dialogs


def process_events() -> None:
    """Process pending GTK events."""
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


def show_error(dialog: Gtk.Dialog, error: S2EditError) -> None:
    """Show an error; the dialog below stays open."""
    _box(
        dialog,
        Gtk.MessageType.ERROR,
        error.sentence,
        hint_in_gimp(error.hint),
        {"_Close": Gtk.ResponseType.CLOSE},
    )


def show_message(dialog: Gtk.Dialog, sentence: str, more: str = "") -> None:
    """Show a message."""
    _box(dialog, Gtk.MessageType.INFO, sentence, more, {"_Close": Gtk.ResponseType.CLOSE})


def ask_question(dialog: Gtk.Dialog, sentence: str, more: str, answers: dict[str, str]) -> str:
    """Ask a question; the value of the button that was pressed, "" for none of them.

    Args:
        answers: labels of buttons with their values, the harmless one last.
    """
    numbers = {label: number for number, label in enumerate(answers, 1)}
    pressed = _box(dialog, Gtk.MessageType.QUESTION, sentence, more, numbers)
    return next((answers[label] for label, number in numbers.items() if number == pressed), "")


def _box(dialog: Gtk.Dialog, kind: Gtk.MessageType, sentence: str, more: str, buttons: dict[str, int]) -> int:
    box = Gtk.MessageDialog(
        title="S²Edit",
        transient_for=dialog,
        modal=True,
        message_type=kind,
        text=sentence,
        secondary_text=more,
    )
    for label, response in buttons.items():
        box.add_button(label, response)
    box.set_default_response(list(buttons.values())[-1])
    answer = int(box.run())
    box.destroy()
    return answer


def add_help(dialog: Gtk.Dialog, text: str) -> None:
    """A Help button, and F1, that show a text: GIMP's own would look for a page in GIMP's manual."""

    def show(*_: object) -> bool:
        show_message(dialog, dialog.get_title(), text)
        return True

    button = Gtk.Button(label="_Help", use_underline=True)
    button.connect("clicked", show)
    dialog.get_action_area().pack_start(button, False, False, 0)
    dialog.get_action_area().set_child_secondary(button, True)
    button.show()
    keys = Gtk.AccelGroup()
    keys.connect(Gdk.KEY_F1, Gdk.ModifierType(0), Gtk.AccelFlags.VISIBLE, show)
    dialog.add_accel_group(keys)


class JobProgress(Gtk.Box):  # type: ignore[misc]
    """Progress at the foot of a dialog. Closing the dialog, or its Cancel, stops what runs.

    Args:
        dialog: whose Cancel counts.
    """

    def __init__(self, dialog: Gtk.Dialog) -> None:
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=6, border_width=12)
        self._dialog, self._cancelled, self._busy = dialog, False, False
        self._hidden: list[Gtk.Widget] = []
        self._engine = EngineClient()
        self._picture = Gtk.Image()
        self._bar = Gtk.ProgressBar(show_text=True, text="")
        self.pack_start(self._picture, True, True, 0)
        self.pack_start(self._bar, False, False, 0)
        dialog.get_content_area().pack_end(self, True, True, 0)
        dialog.connect("response", self._on_response)
        dialog.connect("delete-event", self._on_delete)
        self.set_no_show_all(True)

    def __enter__(self) -> EngineClient:
        """A client whose progress is shown here; at the end of the block the fields are visible again."""
        self.begin()
        self._engine = EngineClient(self.show_progress, self.idle)
        return self._engine

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.close()
        self.end()

    def begin(self) -> None:
        """A job starts: progress replaces the fields, and only Cancel is enabled."""
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
        process_events()

    def end(self) -> None:
        """The job is over: the fields are shown again."""
        self._busy = False
        for child in self._hidden:
            child.show()
        self._dialog.set_size_request(-1, -1)
        self._set_buttons(True)
        self.hide()
        process_events()

    def show_progress(self, fraction: float, text: str, picture: bytes) -> None:
        """A `ShowProgress`, in this dialog and in GIMP's bar."""
        if self._busy:
            if fraction < 0:
                self._bar.pulse()
            else:
                self._bar.set_fraction(fraction)
            if text:
                self._bar.set_text(text)
            small = thumbnail(picture, PREVIEW) if picture else None
            if small is not None:
                self._picture.set_from_pixbuf(small)
                self._picture.show()
        if text:
            Gimp.progress_set_text(text)
        if fraction < 0:
            Gimp.progress_pulse()
        else:
            Gimp.progress_update(fraction)

    def idle(self) -> None:
        """Process events; to be called while a job runs. Raises CancelledError after Cancel."""
        process_events()
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
