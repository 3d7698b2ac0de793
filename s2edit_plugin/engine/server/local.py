"""A client with the engine in its own process: for the command line without a running engine, and for tests."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any, TypeVar

from s2edit_plugin.api import JobInfo, Request
from s2edit_plugin.engine.client.interface import Client, Job, OnEvent, Subscription, without_log
from s2edit_plugin.engine.client.remote import connect
from s2edit_plugin.engine.server.core import Engine
from s2edit_plugin.engine.server.job_queue import RESUME_DELAY
from s2edit_plugin.engine.server.studios import Make, make_studio
from s2edit_plugin.errors import EngineError, EngineGoneError
from s2edit_plugin.storage.paths import data_folder
from s2edit_plugin.storage.settings import load_settings

__all__ = ["LocalClient", "connect_or_local"]

R = TypeVar("R")
ATTACH_SECONDS = 5.0
END_SECONDS = 60.0  # a model that is being loaded cannot be interrupted


class LocalClient(Client):
    """Runs jobs on threads of this process. When it is closed every job is cancelled, learning with its checkpoint.

    Args:
        home: data folder, None: the platform's. model, device: override the settings; None: as in the settings. make: creates
        a studio. resume_delay: see `job_queue.RESUME_DELAY`. previews: whether previews are displayed.
    """

    def __init__(
        self,
        home: Path | None = None,
        *,
        model: str | None = None,
        device: str | None = None,
        make: Make = make_studio,
        resume_delay: float = RESUME_DELAY,
        previews: bool = True,
    ) -> None:
        self._engine = Engine(
            data_folder(home), model=model, device=device, make=make, resume_delay=resume_delay
        )
        self._engine.wants_previews = lambda: previews
        self._engine.start()
        self._listeners: list[OnEvent] = []
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._closed = False
        self._remove_waker = self._engine.events.add_waker(self._news.set)
        self._dispatcher = threading.Thread(target=self._dispatch, name="s2edit events", daemon=True)
        self._dispatcher.start()

    def call(self, request: Request[R]) -> R:
        """Answered on the calling thread."""
        self._check()
        answer: R = self._engine.call(request)
        return answer

    def submit(
        self, request: Request[R], *, keep: bool = False, priority: int | None = None, title: str = ""
    ) -> Job[R]:
        """Queue a job."""
        self._check()
        info = self._engine.queue.add(request, keep=keep, priority=priority, title=title)
        return Job(self, info.id)

    def attach(self, job_id: str) -> Job[Any]:
        """A handle on a job."""
        self.job_info(job_id)
        return Job(self, job_id)

    def control(self, job_id: str, action: str) -> None:
        """Takes effect within one step."""
        self._check()
        self._engine.queue.control(job_id, action)

    def fetch_result(self, job_id: str) -> Any:
        """The result of a job that is done."""
        self._check()
        return self._engine.queue.result(job_id)

    def job_info(self, job_id: str) -> JobInfo:
        """A job as it is now."""
        self._check()
        return self._engine.queue.info(job_id)

    def subscribe(self, listener: OnEvent, *, log: bool = False) -> Subscription:
        """Subscribe to all events, on a thread of this client. An engine in this process has no log file."""
        self._check()
        hears = listener if log else without_log(listener)
        with self._lock:
            self._listeners.append(hears)

        def unsubscribe() -> None:
            with self._lock:
                if hears in self._listeners:
                    self._listeners.remove(hears)

        return unsubscribe

    def close(self) -> None:
        """Cancel everything and wait for it to stop."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._listeners.clear()
        self._engine.stop(END_SECONDS)
        self._remove_waker()
        self._news.set()
        if self._dispatcher is not threading.current_thread():
            self._dispatcher.join(END_SECONDS)

    def _check(self) -> None:
        if self._closed:
            raise EngineGoneError("This client was closed.")

    def _dispatch(self) -> None:
        delivered = 0
        while not self._closed:
            self._news.wait()
            self._news.clear()
            for event in self._engine.events.after(delivered).events:
                delivered = event.number
                with self._lock:
                    listeners = list(self._listeners)
                for listener in listeners:
                    _notify(listener, event)


def connect_or_local(
    home: Path | None = None,
    *,
    model: str | None = None,
    device: str | None = None,
    use_engine: bool = True,
    make: Make = make_studio,
) -> Client:
    """For commands: a client of the running engine if its settings match, else a client in this process.

    Args:
        model, device: what the user named; None: the settings.
            The engine uses the settings; other values need a client in this process.
        use_engine: False: never use a running engine.
    """
    folder = data_folder(home)
    settings = load_settings(folder)
    same = model in (None, settings.model) and device in (None, settings.device)
    if use_engine and same:
        try:
            return connect(start=False, data_folder=folder.root, wait=ATTACH_SECONDS)
        except EngineError as error:  # none, another version, one that hangs: this process can do without
            logging.getLogger(__name__).debug("No engine is used: %s", error.sentence)
    return LocalClient(folder.root, model=model, device=device, make=make, previews=False)


def _notify(listener: OnEvent, event: Any) -> None:
    try:
        listener(event)
    except Exception:  # the other listeners must still be called
        logging.getLogger(__name__).warning("A listener failed.", exc_info=True)
