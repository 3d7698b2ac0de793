"""The plug-in's client of the engine: finds or starts it, sends requests, shows the progress of jobs.

A job runs on a background thread while the calling thread, the only one that may call GIMP, shows its progress. The user's
Cancel in GIMP ends this process; the engine treats the closed connection as a cancel.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from gimp_bridge.background_task import BackgroundTask
from gimp_bridge.wording import fraction_of, progress_text
from s2edit_plugin import __version__
from s2edit_plugin.api import Event, JobInfo, Request, queries
from s2edit_plugin.engine.client import discovery
from s2edit_plugin.engine.client.remote import RemoteClient, connect
from s2edit_plugin.errors import (
    EngineError,
    EngineGoneError,
    EngineVersionError,
    S2EditError,
)

__all__ = ["EngineClient", "ShowProgress", "data_folder"]

R = TypeVar("R")
START_SECONDS = 60.0
TICK = 0.05
UNKNOWN = -1.0
NEED_MODEL = ("LearnToken", "ApplyEdit", "SuggestPrompt")  # jobs that load the base model
INSTALL_RECORD = "installed.json"
RUN_AGAIN = "Run the filter again; a new engine is started."
LARGEST_FILE = 64 * 1024

ShowProgress = Callable[[float, str, bytes], None]
"""Shows progress: the fraction done, 0..1, below 0 while it is unknown; a line of text; a small encoded preview of the result,
or b"". While the fraction is unknown it is called repeatedly, so that a pulsing bar moves."""


def _ignore_progress(fraction: float, text: str, picture: bytes) -> None:
    """Progress that is not shown."""


def _read(path: Path) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            values = json.loads(file.read(LARGEST_FILE))
    except (OSError, ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def data_folder() -> Path:
    """The data folder: ``$S2EDIT_HOME``, else the one the plug-in was installed for, else the user's."""
    if not os.environ.get(discovery.HOME_VARIABLE):
        noted = _read(Path(__file__).resolve().parent.parent / INSTALL_RECORD).get("data_folder")
        if isinstance(noted, str) and os.path.isdir(noted):
            return Path(noted)
    return discovery.data_root()


def _check_program(folder: Path) -> None:
    """Check what can be checked before connecting.

    Raises:
        EngineVersionError: program and plug-in are not the same version. EngineError: the program is not there.
    """
    program = _read(folder / "engine" / discovery.PROGRAM_NAME)
    version, command = program.get("version"), program.get("command")
    if isinstance(version, str) and version != __version__:
        raise EngineVersionError(
            f"S2Edit Studio is version {version[:20]}, this plug-in is {__version__}.",
            "Run `s2edit gimp install`, then restart GIMP.",
        )
    if discovery.lock_state(folder / "engine") == "held" or discovery.is_sandboxed():
        return
    if not isinstance(command, list) or not command:
        raise EngineError(
            "S2Edit Studio was not found on this machine.",
            "Install it and start it once, or run `s2edit gimp install`.",
        )
    first = str(command[0])
    if os.path.isabs(first) and not os.path.exists(first):
        raise EngineError(
            f"S2Edit Studio is not at {first} any more.", "Install it again, then run `s2edit gimp install`."
        )


class EngineClient:
    """A connection to the engine.

    Args:
        show: shows progress. idle: called regularly while a job runs, on the calling thread; an exception from it cancels
            the job and is raised to the caller.
    """

    def __init__(
        self, show: ShowProgress = _ignore_progress, idle: Callable[[], None] = lambda: None
    ) -> None:
        self._show, self._idle = show, idle
        self._connection: RemoteClient | None = None

    @property
    def connection(self) -> RemoteClient:
        """The connection, made at first use. Raises EngineError."""
        if self._connection is None:
            folder = data_folder()
            _check_program(folder)
            starts = discovery.lock_state(folder / "engine") == "free"
            if starts:
                self._show(UNKNOWN, "Starting the engine", b"")
            self._connection = self._run_in_background(
                lambda: connect(data_folder=folder, wait=START_SECONDS, patient=False),
                lambda: self._show(UNKNOWN, "", b"") if starts else None,
            )
        return self._connection

    @property
    def folder(self) -> Path:
        """The data folder of the engine."""
        return data_folder()

    def show(self, fraction: float, text: str) -> None:
        """Show a fraction and a line of text."""
        self._show(fraction, text, b"")

    def keep_registered(self) -> None:
        """Subscribe to events, so that the engine counts this client and does not shut down while no job runs."""
        self.connection.subscribe(lambda _: None)

    def wait(self, seconds: float) -> None:
        """Wait, calling `idle` meanwhile."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(TICK)
            self._idle()

    def call(self, request: Request[R]) -> R:
        """Send a query, which is answered at once."""
        return self.connection.call(request)

    def run(self, request: Request[R], title: str = "", part: tuple[float, float] = (0.0, 1.0)) -> R:
        """Run a job and show its progress.

        Args:
            part: range of the whole progress bar, for one of several jobs.

        Raises:
            S2EditError: it failed, was cancelled, or the engine ended.
        """
        connection, events = self.connection, queue.SimpleQueue[Event]()
        job: list[JobInfo] = []
        model_loaded = (
            type(request).__name__ not in NEED_MODEL or connection.call(queries.GetStatus()).model_loaded
        )
        waits = 0

        def show_events() -> None:
            nonlocal waits
            waits += 1
            while True:
                try:
                    event = events.get_nowait()
                except queue.Empty:
                    break
                if event.job is not None and not event.job.is_over:
                    job[:] = [event.job]
                    self._show_job(connection, event.job, part, event.picture, model_loaded)
            if job and fraction_of(job[0]) < 0 and waits % 4 == 0:
                self._show(UNKNOWN, "", b"")

        try:
            return self._run_in_background(
                lambda: connection.run(request, events.put, title=title), show_events
            )
        except EngineGoneError as error:
            self.close()
            raise EngineGoneError(error.sentence, RUN_AGAIN) from error

    def close(self) -> None:
        """Close the connection; the engine cancels this client's jobs."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _show_job(
        self,
        connection: RemoteClient,
        job: JobInfo,
        part: tuple[float, float],
        picture: bytes,
        model_loaded: bool,
    ) -> None:
        ahead = ""
        if job.state == "queued":
            with contextlib.suppress(S2EditError):
                running = [one for one in connection.call(queries.ListJobs()).jobs if one.state == "running"]
                ahead = next((one.title for one in running if one.id != job.id), "")
        (start, end), done = part, fraction_of(job)
        fraction = UNKNOWN if done < 0 else start + (end - start) * done
        self._show(fraction, progress_text(job, ahead, model_loaded), picture)

    def _run_in_background(self, work: Callable[[], R], tick: Callable[[], None] = lambda: None) -> R:
        """Run a function on another thread, and ``tick`` and `idle` on this one until it is done."""
        task = BackgroundTask(work)
        try:
            while not task.is_done(TICK):
                tick()
                self._idle()
        except BaseException:
            self.close()  # the engine cancels the jobs of this connection
            raise
        return task.result()
