"""The client of an engine in another process. Standard library only: the GIMP bridge carries a copy of this file.

client = connect()        # attaches to the running engine, or starts one
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from s2edit_plugin import __version__
from s2edit_plugin.api import Event, JobInfo, Request
from s2edit_plugin.api.operations import JOBS, QUERIES, operation_of
from s2edit_plugin.engine.client import discovery, launching
from s2edit_plugin.engine.client.connections import NO_ANSWER
from s2edit_plugin.engine.client.discovery import Endpoint, Lock
from s2edit_plugin.engine.client.interface import Client, Job, OnEvent, Subscription, without_log
from s2edit_plugin.engine.client.stream import EventStream
from s2edit_plugin.engine.client.transport import Transport
from s2edit_plugin.engine.protocol import wire
from s2edit_plugin.errors import (
    EngineError,
    EngineGoneError,
    EngineVersionError,
    S2EditError,
    Sentence,
    UsageError,
)

__all__ = ["STANDALONE", "RemoteClient", "connect"]

R = TypeVar("R")
log = logging.getLogger(__name__)

WAIT_SECONDS = 20.0
HELLO_SECONDS = 5.0  # a stale discovery file may name the port of a program that never answers
END_SECONDS = 15.0  # it only confirms
PAUSE = 0.05
LATER = "Try again; `s2edit engine stop` ends one that hangs."


_STANDALONE = {
    "": "__init__ errors",
    "api/": "__init__ base editing events learning limits looking models operations picture_formats presets prompts regions",
    "api/queries/": "__init__ done library people runs history models machine handover",
    "storage/": "__init__ disk locks offline",
    "engine/": "__init__",
    "engine/protocol/": "__init__ wire handshake",
    "engine/client/": "__init__ interface discovery launching connections transport stream remote",
}
STANDALONE = tuple(f"{folder}{name}.py" for folder, names in _STANDALONE.items() for name in names.split())
"""Files below ``s2edit_plugin/`` that work without the rest, for programs with a Python of their own (GIMP)."""


def connect(
    start: bool = True,
    data_folder: Path | None = None,
    wait: float = WAIT_SECONDS,
    command: Sequence[str] | None = None,
    patient: bool = True,
) -> RemoteClient:
    """Attach to the user's engine, and start one if none runs.

    An idle engine of another version is asked to end and replaced; discovery files that are stale are ignored.

    Args:
        start: whether to start one. data_folder: None: the user's. wait: seconds until giving up.
        command: how to start the command line; None: see `launching.default_command`.
        patient: see `RemoteClient`.

    Raises:
        EngineGoneError: none runs, and ``start`` is false. EngineVersionError: a busy engine of another version runs.
        EngineError: it cannot be started, or does not answer.
    """
    root = discovery.data_root() if data_folder is None else Path(data_folder).expanduser().absolute()
    starter = Lock(root / "engine" / discovery.START_LOCK_NAME)
    try:
        return _Search(root, starter, start, command, patient).run(time.monotonic() + wait)
    finally:
        starter.release()


class _Search:
    """One call of `connect`."""

    def __init__(
        self, root: Path, starter: Lock, start: bool, command: Sequence[str] | None, patient: bool
    ) -> None:
        self._root, self._folder, self._starter = root, root / "engine", starter
        self._start, self._command, self._patient = start, command, patient
        self._is_starter = False
        self._process = 0
        self._tries = 0

    def run(self, deadline: float) -> RemoteClient:
        while True:
            state = discovery.lock_state(self._folder)
            endpoint = None if state == "free" else discovery.read_endpoint(self._folder)
            if endpoint is not None:
                found = self._attach(endpoint)
                if found is not None:
                    return found
            if state != "held":
                if not self._start:
                    raise EngineGoneError(
                        "The engine is not running.", "Start the window, or run `s2edit engine start`."
                    )
                self._start_one()
            if time.monotonic() > deadline:
                raise EngineError(NO_ANSWER, self._startup_error())
            time.sleep(PAUSE)

    def _attach(self, endpoint: Endpoint) -> RemoteClient | None:
        """A client of a running engine; None while it starts or ends."""
        client = RemoteClient(endpoint, self._root, self._patient)
        try:
            hello = client.hello()
        except EngineVersionError:
            client.close()
            raise
        except S2EditError:
            client.close()
            return None
        if hello["version"] == __version__:
            return client
        try:
            if not self._start or not client.end_if_idle():
                raise EngineVersionError(
                    Sentence(
                        "The running engine is version {}, this program is {}.", hello["version"], __version__
                    ),
                    "Close the other S2Edit programs, or run `s2edit engine stop`, then try again.",
                )
        finally:
            client.close()
        return None

    def _start_one(self) -> None:
        """Start an engine, unless another program is starting one, or a started one is not ready yet."""
        if not self._is_starter:
            self._is_starter = self._starter.acquire()
            return  # check again: an engine may have started in between
        if self._process and launching.is_alive(self._process):
            return
        if self._tries == 2:
            raise EngineError("The engine could not be started.", self._startup_error())
        self._tries += 1
        self._process = launching.start_process(self._root, self._command)

    def _startup_error(self) -> str:
        output = launching.last_words(self._folder / discovery.OUTPUT_NAME)
        return f"It said: {output}" if output else LATER


class RemoteClient(Client):
    """Client of an engine in another process. The client counts as connected while its event stream is open.

    Args:
        endpoint: its address. root: the data folder, to check after a broken connection whether the engine is the same.
        patient: whether the engine waits for a reconnection before it cancels the jobs of a lost client. False for programs
            that are killed to cancel (GIMP kills a plug-in that the user cancels).
    """

    def __init__(self, endpoint: Endpoint, root: Path | None = None, patient: bool = True) -> None:
        self.endpoint, self._root = endpoint, root
        self._id = uuid.uuid4().hex
        self._transport = Transport(endpoint, self._id, None if root is None else root / "engine")
        self._stream = EventStream(self._transport, self._engine_runs, self._lost, patient)
        self._listeners: list[OnEvent] = []
        self._lock = threading.Lock()
        self._gone = ""

    # ------------------------------------------------------------------ the contract

    def call(self, request: Request[R]) -> R:
        """One request and its answer."""
        kind = QUERIES.get(type(request))
        if kind is None:
            raise UsageError(Sentence("{} is no query.", type(request).__name__), "Submit it.")
        self._check()
        body, pictures = wire.encode(request)
        path = f"/v1/call/{type(request).__name__}"
        again = operation_of(request).read_only
        answer: R = self._decoded(
            lambda: self._transport.ask_with_pictures(path, body, pictures, again=again), again
        )
        return answer

    def submit(
        self, request: Request[R], *, keep: bool = False, priority: int | None = None, title: str = ""
    ) -> Job[R]:
        """Send the job; its pictures are sent only if the engine does not have them."""
        if type(request) not in JOBS:
            raise UsageError(Sentence("{} is no job.", type(request).__name__), "Call it.")
        self._check()
        self._listen()
        body, pictures = wire.encode(request)
        order = wire.Order(type(request).__name__, body, uuid.uuid4().hex, keep, priority, title)
        # The client chooses the id, so a repeated request does not queue a second job.
        self._transport.ask_with_pictures("/v1/jobs", wire.plain(order), pictures, again=True)
        return Job(self, order.id)

    def attach(self, job_id: str) -> Job[Any]:
        """A handle on a job, another client's too."""
        self.job_info(job_id)
        return Job(self, job_id)

    def control(self, job_id: str, action: str) -> None:
        """Takes effect within one step."""
        self._check()
        if action not in ("cancel", "pause", "resume"):
            raise UsageError("A job can be cancelled, paused or resumed.")
        self._transport.ask("POST", f"/v1/jobs/{_safe(job_id)}/{action}")

    def fetch_result(self, job_id: str) -> Any:
        """The result of a job that is done; may be fetched again for a while."""
        self._check()
        return self._decoded(lambda: self._transport.ask("GET", f"/v1/jobs/{_safe(job_id)}/result"))

    def job_info(self, job_id: str) -> JobInfo:
        """A job as it is now."""
        self._check()
        return wire.decode(JobInfo, self._transport.ask("GET", f"/v1/jobs/{_safe(job_id)}").get("job"))

    def subscribe(self, listener: OnEvent, *, log: bool = False) -> Subscription:
        """Subscribe to all new events; the listener is called on this client's event thread."""
        self._check()
        hears = listener if log else without_log(listener)
        with self._lock:
            self._listeners.append(hears)
        self._listen()

        def unsubscribe() -> None:
            with self._lock:
                if hears in self._listeners:
                    self._listeners.remove(hears)

        return unsubscribe

    def close(self) -> None:
        """Disconnect. The engine then cancels the jobs that were not submitted with ``keep``."""
        with self._lock:
            self._gone = self._gone or "This client was closed."
            self._listeners.clear()
        self._stream.close()
        self._transport.close()

    # ------------------------------------------------------------------ beside it

    def hello(self, patience: float | None = None) -> dict[str, Any]:
        """State of the engine, with a timeout of ``patience`` seconds. Raises EngineError if it is no engine, or hangs."""
        values = self._transport.ask(
            "GET", "/v1/hello", patience=HELLO_SECONDS if patience is None else patience
        )
        kinds = {"version": str, "pid": int, "event": int, "idle": bool}
        if not isinstance(values, dict) or any(type(values.get(n)) is not kind for n, kind in kinds.items()):
            raise EngineError("Something else answers in the engine's place.")
        return values

    def end_if_idle(self) -> bool:
        """Ask the engine to end if it is idle; returns False if it is in use."""
        try:
            self._request_shutdown(True)
        except EngineGoneError:
            return True
        except EngineError:
            return False
        return True

    def end_engine(self) -> bool:
        """Ask the engine to end, also while jobs run; learning keeps its checkpoint. Returns False if it does not answer."""
        try:
            self._request_shutdown(False)
        except EngineGoneError:
            return True
        except EngineError as error:
            return error.sentence != NO_ANSWER
        return True

    def _request_shutdown(self, if_idle: bool) -> None:
        self._transport.ask(
            "POST", "/v1/shutdown", wire.plain(wire.Ending(if_idle)), END_SECONDS, again=False
        )

    # ------------------------------------------------------------------ inside

    def _check(self) -> None:
        if self._gone:
            raise EngineGoneError(self._gone, "Connect again.")

    def _decoded(self, ask: Any, again: bool = True) -> Any:
        """The result of an answer. If the engine dropped a picture before it was fetched, the request is repeated once.

        Args:
            again: whether the request may be repeated.
        """
        for last in (False, True) if again else (True,):
            values = ask()
            kind = wire.RESULTS_BY_NAME.get(str(values.get("kind")) if isinstance(values, dict) else "")
            if kind is None:
                raise EngineError("The engine gave an answer that makes no sense.", "Restart it.")
            try:
                return wire.decode(kind, values.get("result"), self._transport.fetch_picture)
            except wire.MissingBlobError:
                if last:
                    raise
        raise AssertionError

    def _listen(self) -> None:
        """Open the event stream, if it is not."""
        if not self._stream.started:
            self._stream.start(self.hello()["event"], self._tell)

    def _tell(self, event: Event) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            try:
                listener(event)
            except Exception:  # the other listeners must still be called
                log.warning("A listener failed.", exc_info=True)

    def _engine_runs(self) -> bool:
        """Whether the engine this client belongs to still runs."""
        if self._root is None:
            return True
        folder = self._root / "engine"
        return discovery.read_endpoint(folder) == self.endpoint and discovery.lock_state(folder) != "free"

    def _lost(self, sentence: str) -> None:
        with self._lock:
            if self._gone:
                return
            self._gone = sentence
        self._tell(Event("state", text=sentence))
        with self._lock:
            self._listeners.clear()


def _safe(job_id: str) -> str:
    """A job's id for a path."""
    if not (job_id.isascii() and job_id.isalnum() and len(job_id) <= 64):
        raise EngineError("The engine knows no such job.")
    return job_id
