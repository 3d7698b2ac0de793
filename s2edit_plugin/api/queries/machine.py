"""Calls about the engine itself: settings, state, estimates, doctor, log. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from s2edit_plugin.api import ApplyEdit, Estimate, JobInfo, LearnToken, Request

__all__ = [
    "ChangeSettings",
    "CheckInfo",
    "Diagnose",
    "Diagnosis",
    "EngineStatus",
    "EstimateJob",
    "GetSettings",
    "GetStatus",
    "JobList",
    "ListJobs",
    "LogText",
    "ReadLog",
    "SettingsValues",
]


@dataclass(frozen=True)
class SettingsValues:
    """All settings by name, see `s2edit_plugin.storage.settings.Settings`."""

    values: dict[str, Any]


@dataclass(frozen=True)
class GetSettings(Request[SettingsValues]):
    """The settings."""


@dataclass(frozen=True)
class ChangeSettings(Request[SettingsValues]):
    """Change some settings; model, device and precision take effect with the next job."""

    changes: dict[str, Any]


@dataclass(frozen=True)
class EngineStatus:
    """The engine's state.

    Attributes:
        version: of the program. pid: of the engine's process. uptime: seconds.
        device: where it computes, in words, "" before the model is loaded. device_note: why not on the GPU, "" if so.
        model: base model in use. model_loaded: whether it is in memory. fingerprint: hash of its weights, "" before.
        memory_bytes: of the process. clients: connected ones.
    """

    version: str
    pid: int
    uptime: float = 0.0
    device: str = ""
    device_note: str = ""
    precision: str = ""
    model: str = ""
    model_loaded: bool = False
    fingerprint: str = ""
    memory_bytes: int = 0
    clients: int = 0
    jobs_running: int = 0
    jobs_queued: int = 0
    data_folder: str = ""


@dataclass(frozen=True)
class GetStatus(Request[EngineStatus]):
    """How the engine is."""


@dataclass(frozen=True)
class JobList:
    """Jobs, in the order they run, those that are over last."""

    jobs: tuple[JobInfo, ...]


@dataclass(frozen=True)
class ListJobs(Request[JobList]):
    """The queue, and recent jobs."""


@dataclass(frozen=True)
class EstimateJob(Request[Estimate]):
    """Estimate of a job's time and memory. The photo may be empty if ``pixels`` is given.

    Attributes:
        pixels: of the photo, 0 while unknown: steps outside the model need more time and memory for a large photo.
        variants: number of results of the edit: the model is loaded and the photo inverted once.
    """

    learn: LearnToken | None = None
    edit: ApplyEdit | None = None
    pixels: int = 0
    variants: int = 1


@dataclass(frozen=True)
class CheckInfo:
    """One thing that doctor tried."""

    name: str
    ok: bool
    finding: str
    remedy: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """Findings of the doctor."""

    checks: tuple[CheckInfo, ...]


@dataclass(frozen=True)
class Diagnose(Request[Diagnosis]):
    """Examine this machine and the installation."""


@dataclass(frozen=True)
class LogText:
    """The newest lines of the engine's log."""

    text: str


@dataclass(frozen=True)
class ReadLog(Request[LogText]):
    """The engine's log; it holds no secrets, prompts or names of people."""

    lines: int = 200
