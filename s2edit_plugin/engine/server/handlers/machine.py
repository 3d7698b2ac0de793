"""The engine itself: settings, state, queue, doctor, log."""

from __future__ import annotations

import dataclasses
import os
import threading
import time
from pathlib import Path

from s2edit_plugin import __version__
from s2edit_plugin.api import queries
from s2edit_plugin.engine.server.handlers.context import QueryContext
from s2edit_plugin.errors import Sentence, UsageError
from s2edit_plugin.storage import settings as storage_settings
from s2edit_plugin.storage.paths import DataFolder

__all__ = [
    "change_settings",
    "diagnose",
    "get_settings",
    "get_status",
    "list_jobs",
    "read_log",
    "LOG_NAME",
    "memory_of_process",
    "newest_lines",
]

LOG_NAME = "engine.log"
MAX_LOG_LINES = 5000
MAX_LOG_BYTES = 1_000_000


def get_settings(context: QueryContext, request: queries.GetSettings) -> queries.SettingsValues:
    return queries.SettingsValues(dataclasses.asdict(storage_settings.load_settings(context.folder)))


def change_settings(context: QueryContext, request: queries.ChangeSettings) -> queries.SettingsValues:
    place = request.changes.get("models_folder")
    if isinstance(place, str) and place and not Path(place).is_absolute():
        raise UsageError(Sentence("'{}' is no whole path.", place[:200]), "Name it from the root on.")
    changed = storage_settings.change_settings(context.folder, **request.changes)
    context.changed("settings")
    return queries.SettingsValues(dataclasses.asdict(changed))


def get_status(context: QueryContext, request: queries.GetStatus) -> queries.EngineStatus:
    state = context.keeper.state()
    running, queued = context.queue.counts()
    return queries.EngineStatus(
        version=__version__,
        pid=os.getpid(),
        uptime=time.time() - context.started,
        device=state.device,
        precision=state.precision,
        model=state.name or storage_settings.load_settings(context.folder).model or "small",
        model_loaded=state.loaded,
        fingerprint=state.fingerprint,
        memory_bytes=memory_of_process(),
        clients=context.count_clients(),
        jobs_running=running,
        jobs_queued=queued,
        data_folder=str(context.folder.root),
    )


def list_jobs(context: QueryContext, request: queries.ListJobs) -> queries.JobList:
    return queries.JobList(context.queue.infos())


class _Doctor:
    """One diagnosis at a time: concurrent requests get the same result."""

    def __init__(self) -> None:
        self._busy = threading.Lock()
        self._ended, self._found = float("-inf"), queries.Diagnosis(())

    def examine(self, folder: DataFolder) -> queries.Diagnosis:
        from s2edit_plugin.workflows.doctor import examine_apart

        asked = time.monotonic()
        with self._busy:
            if self._ended < asked:
                checks = examine_apart(folder)
                self._found = queries.Diagnosis(
                    tuple(
                        queries.CheckInfo(check.name, check.ok, check.finding, check.remedy)
                        for check in checks
                    )
                )
                self._ended = time.monotonic()
            return self._found


_doctor = _Doctor()


def diagnose(context: QueryContext, request: queries.Diagnose) -> queries.Diagnosis:
    return _doctor.examine(context.folder)


def read_log(context: QueryContext, request: queries.ReadLog) -> queries.LogText:
    return queries.LogText(newest_lines(context.folder, request.lines))


def newest_lines(folder: DataFolder, count: int) -> str:
    """The newest lines of a data folder's log. Raises UsageError for no or too many lines."""
    if not 1 <= count <= MAX_LOG_LINES:
        raise UsageError(Sentence("The log can be asked for 1 to {} lines.", MAX_LOG_LINES))
    return "\n".join(_tail(folder.engine / LOG_NAME)[-count:])


def _tail(path: Path) -> list[str]:
    try:
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - MAX_LOG_BYTES))
            return stream.read(MAX_LOG_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        return []


def memory_of_process() -> int:
    """Bytes of memory this process holds; 0 if the system does not report it."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        pass  # no Linux
    try:
        import psutil
    except ImportError:
        return 0
    return int(psutil.Process().memory_info().rss)
