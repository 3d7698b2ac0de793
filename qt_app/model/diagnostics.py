"""Diagnostics: the engine's state, checks, versions, messages and logs, also as one text."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

from PyQt6.QtCore import PYQT_VERSION_STR, qVersion
from PyQt6.QtGui import QGuiApplication

from qt_app.engine import EngineLink
from qt_app.model.background import Background
from qt_app.model.messages import Messages
from qt_app.observable import Observable, Property
from s2edit_plugin import __version__
from s2edit_plugin.api import queries
from s2edit_plugin.storage.paths import DataFolder

__all__ = ["DiagnosticsState"]

LOG_LINES = 400
LOG_FILES = ("engine.log", "output.log")
LOG_BYTES = 200_000


class DiagnosticsState(Observable):
    """What the diagnostics page shows.

    Attributes:
        status: the engine's, None while it does not respond. checks: results. log: the engine's log, read from its file if the
            engine does not respond. checking: checks are running.
    """

    status = Property[queries.EngineStatus | None](None)
    checks = Property[tuple[queries.CheckInfo, ...]](())
    log = Property("")
    checking = Property(False)

    def __init__(
        self, link: EngineLink, background: Background, messages: Messages, folder: DataFolder
    ) -> None:
        super().__init__()
        self._link, self._background, self._folder = link, background, folder
        self.messages = messages

    @property
    def engine_state(self) -> str:
        """``starting``, ``connected``, ``lost`` or ``failed``."""
        return self._link.state

    def refresh(self) -> None:
        """Request everything again."""
        if self._link.state != "connected":
            # A request would wait for the engine, whose absence may be the problem.
            self.status = None
            self._background.run(
                lambda: _log_files(self._folder.engine), lambda text: setattr(self, "log", text)
            )
            return
        self._link.ask(queries.GetStatus(), lambda answer: setattr(self, "status", answer))
        self._link.ask(queries.ReadLog(LOG_LINES), lambda answer: setattr(self, "log", answer.text))
        if not self.checking:
            self.checking = True
            self._link.ask(
                queries.Diagnose(), self._checked, lambda _: self._checked(queries.Diagnosis(self.checks))
            )

    def _checked(self, answer: queries.Diagnosis) -> None:
        self.checking = False
        self.checks = answer.checks

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Facts about machine and program: (stable name, value)."""
        status = self.status
        facts = [
            ("program", __version__),
            ("python", f"{platform.python_version()} ({sys.executable})"),
            ("qt", f"{qVersion()}, PyQt {PYQT_VERSION_STR}, {QGuiApplication.platformName()}"),
            ("system", f"{platform.system()} {platform.release()} {platform.machine()}"),
            ("folder", str(self._folder.root)),
            ("engine", self.engine_state if status is None else f"{status.version}, pid {status.pid}"),
        ]
        if status is not None:
            facts += [
                ("device", " ".join(part for part in (status.device, status.precision) if part)),
                ("device_note", status.device_note),
                ("model", f"{status.model} {status.fingerprint[:12]}".strip()),
                ("memory", f"{status.memory_bytes / 1e9:.2f} GB" if status.memory_bytes else ""),
                ("uptime", f"{status.uptime / 60:.0f} min" if status.uptime else ""),
                ("jobs", f"{status.jobs_running} + {status.jobs_queued}"),
            ]
        return [(name, value) for name, value in facts if value]

    def as_text(self) -> str:
        """Everything as one text, in English, for a bug report."""
        parts = [f"{name}: {value}" for name, value in self.facts]
        parts += ["", "checks:"]
        for check in self.checks:
            parts.append(f"  {'ok' if check.ok else 'BROKEN'}  {check.name}: {check.finding}")
            parts += [f"      {check.remedy}"] if check.remedy else []
        parts += ["", "messages:"]
        for message in self.messages.log:
            parts.append("  " + " | ".join(message.as_text().splitlines()))
        return "\n".join([*parts, "", "log:", self.log])


def _log_files(folder: Path) -> str:
    """The last lines of the log files."""
    parts = []
    for name in LOG_FILES:
        try:
            with open(folder / name, "rb") as file:
                file.seek(0, 2)
                file.seek(max(0, file.tell() - LOG_BYTES))
                lines = file.read().decode("utf-8", "replace").splitlines()[-LOG_LINES:]
        except OSError:
            continue
        parts += [f"== {name}", *lines]
    return "\n".join(parts)
