"""Messages to the user, shown in one place (the error box) and kept for the diagnostics page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from qt_app.i18n.engine_translation import translated
from qt_app.observable import Observable, Property
from s2edit_plugin.errors import CancelledError, S2EditError

__all__ = ["Message", "Messages"]

KEPT = 100


@dataclass(frozen=True)
class Message:
    """One sentence and its hint. ``when``: local time, ``kind``: ``error`` or ``note``. ``detail``: the error's class name."""

    kind: Literal["error", "note"]
    sentence: str
    hint: str = ""
    detail: str = ""
    when: str = ""

    def as_text(self) -> str:
        """What the copy button copies."""
        parts = (f"{self.when} {self.detail}".strip(), self.sentence, self.hint)
        return "\n".join(part for part in parts if part)


class Messages(Observable):
    """The shown message, and the last ones.

    Attributes:
        current: the shown message, None for none. log: the last messages.
    """

    current = Property[Message | None](None)

    def __init__(self) -> None:
        super().__init__()
        self.log: list[Message] = []

    def error(self, error: S2EditError) -> None:
        """Show an error; a cancelled job is not shown."""
        if not isinstance(error, CancelledError):
            sentence, hint = translated(error.sentence), translated(error.hint)
            self._show(Message("error", sentence, hint, type(error).__name__, _now()))

    def note(self, sentence: str, hint: str = "") -> None:
        """Show a remark that is not an error."""
        self._show(Message("note", translated(sentence), translated(hint), "", _now()))

    def dismiss(self) -> None:
        """Hide the message."""
        self.current = None

    def remove(self, condition: Callable[[Message], bool]) -> None:
        """Remove the messages that meet a condition, the shown one too."""
        self.log = [message for message in self.log if not condition(message)]
        if self.current is not None and condition(self.current):
            self.dismiss()

    def _show(self, message: Message) -> None:
        self.log = [*self.log, message][-KEPT:]
        self.current = message


def _now() -> str:
    return datetime.now().strftime("%Y-%m-%d %H:%M:%S")
