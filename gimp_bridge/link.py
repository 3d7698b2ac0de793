"""The engine as the plug-in uses it: found or started, asked, followed with progress in GIMP's bar.

A job runs on a thread of its own while the calling thread, the only one that may speak to GIMP, shows what it does. The user's
Cancel in GIMP ends this process; the engine takes the closed connection for a cancel.
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

from gimp_bridge.beside import Beside
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

__all__ = ["Link", "Show", "data_folder"]

R = TypeVar("R")
START_SECONDS = 60.0
TICK = 0.05
UNKNOWN = -1.0
WITH_MODEL = ("LearnToken", "ApplyEdit", "SuggestPrompt")  # kinds of jobs that wait for the model
INSTALLED = "installed.json"
AGAIN = "Run the filter again; a new engine is started."
LARGEST_FILE = 64 * 1024

Show = Callable[[float, str, bytes], None]
"""Shows progress: how much is done, 0..1, below 0 while nobody knows; a line of text; a small encoded picture of the result so
far, or nothing. While nobody knows it is called again and again, so that what is shown can move."""


def _silent(fraction: float, text: str, picture: bytes) -> None:
    """Progress that nobody wants to see."""


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
        noted = _read(Path(__file__).resolve().parent.parent / INSTALLED).get("data_folder")
        if isinstance(noted, str) and os.path.isdir(noted):
            return Path(noted)
    return discovery.data_root()


def _check_program(folder: Path) -> None:
    """What can be said before a connection is tried.

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


class Link:
    """A connection to the engine.

    Args:
        show: shows progress. idle: called every now and then while a job runs, on the calling thread; what it raises cancels
            the job and goes on to the caller.
    """

    def __init__(self, show: Show = _silent, idle: Callable[[], None] = lambda: None) -> None:
        self._show, self._idle = show, idle
        self._client: RemoteClient | None = None

    @property
    def client(self) -> RemoteClient:
        """The connection, made at first use. Raises EngineError."""
        if self._client is None:
            folder = data_folder()
            _check_program(folder)
            starts = discovery.lock_state(folder / "engine") == "free"
            if starts:
                self._show(UNKNOWN, "Starting the engine", b"")
            self._client = self._patiently(
                lambda: connect(data_folder=folder, wait=START_SECONDS, patient=False),
                lambda: self._show(UNKNOWN, "", b"") if starts else None,
            )
        return self._client

    @property
    def folder(self) -> Path:
        """The data folder of the engine."""
        return data_folder()

    def show(self, fraction: float, text: str) -> None:
        """Say what is done now."""
        self._show(fraction, text, b"")

    def stay(self) -> None:
        """Be a client that the engine counts also while no job runs: it does not end meanwhile."""
        self.client.subscribe(lambda _: None)

    def pause(self, seconds: float) -> None:
        """Wait, and do what there is to do meanwhile."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(TICK)
            self._idle()

    def call(self, request: Request[R]) -> R:
        """Ask for something that is answered at once."""
        return self.client.call(request)

    def run(self, request: Request[R], title: str = "", part: tuple[float, float] = (0.0, 1.0)) -> R:
        """Run a job and show its progress.

        Args:
            part: of the whole bar, for one of several jobs.

        Raises:
            S2EditError: it failed, was cancelled, or the engine has gone.
        """
        client, heard = self.client, queue.SimpleQueue[Event]()
        job: list[JobInfo] = []
        ready = type(request).__name__ not in WITH_MODEL or client.call(queries.GetStatus()).model_loaded
        waits = 0

        def shown() -> None:
            nonlocal waits
            waits += 1
            while True:
                try:
                    event = heard.get_nowait()
                except queue.Empty:
                    break
                if event.job is not None and not event.job.is_over:
                    job[:] = [event.job]
                    self._show_job(client, event.job, part, event.picture, ready)
            if job and fraction_of(job[0]) < 0 and waits % 4 == 0:
                self._show(UNKNOWN, "", b"")

        try:
            return self._patiently(lambda: client.run(request, heard.put, title=title), shown)
        except EngineGoneError as error:
            self.close()
            raise EngineGoneError(error.sentence, AGAIN) from error

    def close(self) -> None:
        """Leave; what still runs is cancelled."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _show_job(
        self, client: RemoteClient, job: JobInfo, part: tuple[float, float], picture: bytes, ready: bool
    ) -> None:
        ahead = ""
        if job.state == "queued":
            with contextlib.suppress(S2EditError):
                running = [one for one in client.call(queries.ListJobs()).jobs if one.state == "running"]
                ahead = next((one.title for one in running if one.id != job.id), "")
        (start, end), done = part, fraction_of(job)
        fraction = UNKNOWN if done < 0 else start + (end - start) * done
        self._show(fraction, progress_text(job, ahead, ready), picture)

    def _patiently(self, work: Callable[[], R], tick: Callable[[], None] = lambda: None) -> R:
        """Do something on another thread, and what there is to show on this one."""
        beside = Beside(work)
        try:
            while not beside.is_done(TICK):
                tick()
                self._idle()
        except BaseException:
            self.close()  # the engine cancels what this client has asked for
            raise
        return beside.result()
