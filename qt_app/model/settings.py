"""The settings that engine, command line and window share."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import Any

from qt_app.engine import EngineLink
from qt_app.model.messages import Messages
from qt_app.observable import Observable, Property, delayed, follow
from s2edit_plugin.api import queries
from s2edit_plugin.errors import S2EditError
from s2edit_plugin.storage.settings import Settings

__all__ = ["NAMES", "EngineSettings"]

NAMES = tuple(field.name for field in dataclasses.fields(Settings))
SEND_MS = 300  # the changes while a slider is moved or a word is typed are sent as one


class EngineSettings(Observable):
    """Every field of `s2edit_plugin.storage.settings.Settings` as a property; the engine checks and stores the changes.

    Attributes:
        known: the engine has sent its values; before that the properties have the defaults and should not be changed.
    """

    model = Property(Settings.model)
    device = Property(Settings.device)
    precision = Property(Settings.precision)
    memory_limit_gb = Property(Settings.memory_limit_gb)
    models_folder = Property(Settings.models_folder)
    mirror = Property(Settings.mirror)
    engine_idle_minutes = Property(Settings.engine_idle_minutes)
    history_limit_gb = Property(Settings.history_limit_gb)
    keep_history = Property(Settings.keep_history)
    embed_settings = Property(Settings.embed_settings)
    safety_checker = Property(Settings.safety_checker)
    content_credentials = Property(Settings.content_credentials)
    certificate = Property(Settings.certificate)
    certificate_key = Property(Settings.certificate_key)
    known = Property(False)

    def __init__(self, link: EngineLink, messages: Messages) -> None:
        super().__init__()
        self._link, self._messages = link, messages
        self._changes: dict[str, Any] = {}
        self._receiving = False
        self._timer = delayed(self, SEND_MS, self.send)
        for name in NAMES:
            follow(self, name, partial(self._changed, name), now=False)
        link.on_event("settings", self.refresh)
        link.connected.connect(self.refresh)

    def refresh(self) -> None:
        """Request the engine's values."""
        self._link.ask(queries.GetSettings(), self._receive)

    def send(self) -> None:
        """Send the changes to the engine."""
        self._timer.stop()
        changes, self._changes = self._changes, {}
        if changes:
            self._link.ask(queries.ChangeSettings(changes), self._receive, self._refused)

    def _changed(self, name: str, value: Any) -> None:
        if not self._receiving:
            self._changes[name] = value
            self._timer.start()

    def _receive(self, answer: queries.SettingsValues) -> None:
        self._receiving = True
        try:
            for name in NAMES:
                value = answer.values.get(name)
                if isinstance(getattr(self, name), float) and isinstance(value, int):
                    value = float(value)
                # A change that is not sent yet is newer than this answer.
                if name not in self._changes and type(value) is type(getattr(self, name)):
                    setattr(self, name, value)
        finally:
            self._receiving = False
        self.known = True

    def _refused(self, error: S2EditError) -> None:
        self._messages.error(error)
        self.refresh()
