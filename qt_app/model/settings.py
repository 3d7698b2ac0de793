"""The settings that engine, command line and window share, as the window shows them."""

from __future__ import annotations

import dataclasses
from typing import Any

from PyQt6.QtCore import QTimer, pyqtSignal

from qt_app.engine import EngineLink
from qt_app.model.messages import Messages
from qt_app.model.observable import Observable, Property
from s2edit_plugin.api import queries
from s2edit_plugin.errors import S2EditError
from s2edit_plugin.storage.settings import Settings

__all__ = ["NAMES", "EngineSettings"]

NAMES = tuple(field.name for field in dataclasses.fields(Settings))
SEND_MS = 300  # a slider or a word that is typed is one change


class EngineSettings(Observable):
    """Every field of `s2edit_plugin.storage.settings.Settings` as a property; the engine checks and keeps a change.

    Signals: ``<name>_changed`` of each.

    Attributes:
        known: the engine has answered; before that the properties are the defaults and should not be changed.
    """

    model_changed = pyqtSignal(object)
    device_changed = pyqtSignal(object)
    precision_changed = pyqtSignal(object)
    memory_limit_gb_changed = pyqtSignal(object)
    models_folder_changed = pyqtSignal(object)
    mirror_changed = pyqtSignal(object)
    engine_idle_minutes_changed = pyqtSignal(object)
    history_limit_gb_changed = pyqtSignal(object)
    keep_history_changed = pyqtSignal(object)
    embed_settings_changed = pyqtSignal(object)
    safety_checker_changed = pyqtSignal(object)
    content_credentials_changed = pyqtSignal(object)
    certificate_changed = pyqtSignal(object)
    certificate_key_changed = pyqtSignal(object)
    known_changed = pyqtSignal(object)
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
        self._taking = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SEND_MS)
        self._timer.timeout.connect(self.send)
        for name in NAMES:
            getattr(self, f"{name}_changed").connect(lambda value, one=name: self._changed(one, value))
        link.happened.connect(lambda event: self.refresh() if event.kind == "settings" else None)
        link.state_changed.connect(lambda state: self.refresh() if state == "connected" else None)

    def refresh(self) -> None:
        """Ask the engine what is set."""
        self._link.ask(queries.GetSettings(), self._take)

    def send(self) -> None:
        """Tell the engine what was changed."""
        self._timer.stop()
        changes, self._changes = self._changes, {}
        if changes:
            self._link.ask(queries.ChangeSettings(changes), self._take, self._refused)

    def _changed(self, name: str, value: Any) -> None:
        if not self._taking:
            self._changes[name] = value
            self._timer.start()

    def _take(self, answer: queries.SettingsValues) -> None:
        self._taking = True
        try:
            for name in NAMES:
                value = answer.values.get(name)
                if isinstance(getattr(self, name), float) and isinstance(value, int):
                    value = float(value)
                # What the user is changing right now is newer than this answer.
                if name not in self._changes and type(value) is type(getattr(self, name)):
                    setattr(self, name, value)
        finally:
            self._taking = False
        self.known = True

    def _refused(self, error: S2EditError) -> None:
        self._messages.error(error)
        self.refresh()
