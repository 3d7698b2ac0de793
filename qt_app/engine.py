"""The window's connection to the engine: the only module that uses both the engine's client and Qt's signals.

A `Client` blocks, and calls back on its own threads; widgets and models live on the GUI thread. `EngineLink` makes every call
on a small thread pool and delivers results, errors and events on the GUI thread, in order.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Protocol, TypeVar

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from qt_app.observable import Observable, Property, delayed
from s2edit_plugin.api import Event, Request
from s2edit_plugin.api.operations import operation_of
from s2edit_plugin.engine.client.interface import Client
from s2edit_plugin.errors import EngineGoneError, S2EditError

__all__ = ["Connect", "EngineEnder", "EngineLink", "OnError", "RunOnGuiThread"]

R = TypeVar("R")
Connect = Callable[[], Client]
"""Connects to the running engine or starts one; called on a thread, may take seconds; raises S2EditError."""
OnError = Callable[[S2EditError], None]
RunOnGuiThread = Callable[[Callable[[], Any]], None]
"""Schedules a call on the GUI thread."""


class EngineEnder(Protocol):
    """Ends engine processes; called on a thread, may take a minute; raises S2EditError."""

    def end_hung(self) -> bool:
        """End an engine that runs but does not respond; returns whether there was one."""

    def end(self) -> object:
        """End the engine, even while it works."""


RESTARTS = 3
RESTART_DELAYS_MS = (200, 1000, 4000)
STABLE_MS = 30_000  # an engine that ran for so long gets all its restarts again
POOL = 4
LAST_REQUEST_SECONDS = 3.0


class EngineLink(Observable):
    """The window's connection to the engine.

    Signals:
        connected(): an engine is there, the first or another one.
        happened(Event): every event of the engine.
        failed(S2EditError): an error that no caller handled.
        replaced(): an engine that did not respond was ended, and another one was started.

    Attributes:
        state: ``starting``, ``connected``, ``lost`` (it is being restarted) or ``failed`` (no further restart).
    """

    connected = pyqtSignal()
    happened = pyqtSignal(object)
    failed = pyqtSignal(object)
    replaced = pyqtSignal()
    _delivered = pyqtSignal(object)
    state = Property("starting")

    def __init__(
        self, connect: Connect, parent: QObject | None = None, ender: EngineEnder | None = None
    ) -> None:
        super().__init__(parent)
        self._connect, self._ender = connect, ender
        self._pool = ThreadPoolExecutor(POOL, thread_name_prefix="engine-link")
        self._client: Client | None = None
        self._waiting: list[Callable[[], None]] = []
        self._restarts = 0
        self._closed = False
        self._lock = threading.Lock()
        self._delivered.connect(self._run_delivered)
        self._stable = delayed(self, STABLE_MS, lambda: setattr(self, "_restarts", 0))
        self.state_changed.connect(lambda state: self.connected.emit() if state == "connected" else None)

    # ------------------------------------------------------------------ for models

    def start(self) -> None:
        """Connect in the background. Requests made before are sent once the engine is there."""
        self._restarts = 0
        self.state = "starting"
        self._in_thread(self._connect_now)

    def restart(self) -> None:
        """End the running engine, also one that hangs, and start another. Its jobs end; learning can be resumed."""
        with self._lock:
            client, self._client = self._client, None
        self._stable.stop()
        self._restarts = 0
        self.state = "lost"
        self._in_thread(partial(self._replace_engine, client))

    def on_event(self, kinds: str | tuple[str, ...], slot: Callable[[], Any]) -> None:
        """Call a function whenever the engine reports an event of one of these kinds."""
        kinds = (kinds,) if isinstance(kinds, str) else kinds
        self.happened.connect(lambda event: slot() if event.kind in kinds else None)

    def ask(
        self, request: Request[R], then: Callable[[R], object] = lambda _: None, failed: OnError | None = None
    ) -> None:
        """Ask a query; ``then`` gets the answer and ``failed`` the error, on the GUI thread."""
        if failed is None and operation_of(request).read_only:
            failed = self._read_failed
        self._with_client(lambda client: client.call(request), then, failed)

    def submit(
        self,
        request: Request[Any],
        then: Callable[[str], None] = lambda _: None,
        failed: OnError | None = None,
        *,
        keep: bool = False,
        title: str = "",
    ) -> None:
        """Put a job of `s2edit_plugin.api` into the queue; ``then`` gets its id."""
        self._with_client(lambda client: client.submit(request, keep=keep, title=title).id, then, failed)

    def result(self, job_id: str, then: Callable[[Any], None], failed: OnError | None = None) -> None:
        """Fetch the result of a job that is done."""
        self._with_client(lambda client: client.fetch_result(job_id), then, failed)

    def control(self, job_id: str, action: str) -> None:
        """``cancel``, ``pause`` or ``resume`` a job."""
        self._with_client(lambda client: client.control(job_id, action), lambda _: None, None)

    def run_work(
        self,
        work: Callable[[Client, RunOnGuiThread], R],
        then: Callable[[R], object] = lambda _: None,
        failed: OnError | None = None,
    ) -> None:
        """Do work that makes many requests, a batch of photos for example, on a thread of its own.

        Args:
            work: gets the engine's client, and a function that schedules calls on the GUI thread. When the engine ends, every
                request of the work raises EngineGoneError.
        """

        def begin() -> None:
            client = self._client
            if client is None:
                self._deliver(lambda: self._run_when_connected(lambda: self._in_thread(begin)))
                return
            try:
                answer = work(client, self._deliver)
            except EngineGoneError as error:
                self._lost(client)
                self._deliver(partial(failed or self.failed.emit, error))
            except S2EditError as error:
                self._deliver(partial(failed or self.failed.emit, error))
            except Exception as error:  # the caller must learn that it is over
                logging.getLogger(__name__).exception("Work with the engine failed unexpectedly.")
                sentence = f"Something went wrong in the window ({type(error).__name__})."
                self._deliver(partial(failed or self.failed.emit, S2EditError(sentence)))
            else:
                self._deliver(lambda: then(answer))

        self._in_thread(begin)

    def close(self, last: Request[Any] | None = None) -> None:
        """Disconnect at once, whatever is running; ``last`` is a request still sent before, for some seconds at most."""
        with self._lock:
            self._closed, client, self._client = True, self._client, None
        self._waiting.clear()
        if client is not None:
            if last is not None:
                _run_for_at_most(LAST_REQUEST_SECONDS, lambda: client.call(last))
            client.close()  # unblocks the pool's threads
        self._pool.shutdown(wait=True, cancel_futures=True)

    # ------------------------------------------------------------------ threads

    def _with_client(
        self, work: Callable[[Client], R], then: Callable[[R], object], failed: OnError | None
    ) -> None:
        def ask() -> None:
            client = self._client
            if client is None:
                self._deliver(lambda: self._run_when_connected(lambda: self._in_pool(ask)))
                return
            try:
                answer = work(client)
            except EngineGoneError as error:
                self._lost(client)
                self._deliver(partial(failed or self.failed.emit, error))
            except S2EditError as error:
                self._deliver(partial(failed or self.failed.emit, error))
            else:
                self._deliver(lambda: then(answer))

        self._in_pool(ask)

    def _read_failed(self, error: S2EditError) -> None:
        """Models read again once an engine is there; that it is gone shows in ``state``, and needs no message a request."""
        if not isinstance(error, EngineGoneError):
            self.failed.emit(error)

    def _in_pool(self, work: Callable[[], None]) -> None:
        with self._lock:
            if not self._closed:
                self._pool.submit(_logged, work)

    def _in_thread(self, work: Callable[[], None]) -> None:
        # Starting an engine takes long, and the pool's threads must have ended when the window closes.
        if not self._closed:
            threading.Thread(target=_logged, args=(work,), name="engine-link", daemon=True).start()

    def _deliver(self, work: Callable[[], Any]) -> None:
        if not self._closed:
            self._delivered.emit(work)

    def _run_delivered(self, work: Callable[[], Any]) -> None:
        if not self._closed:  # it may have been queued when the window was closed
            work()

    def _replace_engine(self, client: Client | None) -> None:
        if client is not None:
            client.close()
        try:
            if self._ender is not None:
                self._ender.end()
        except S2EditError as error:
            self._deliver(partial(self._connecting_failed, error))
            return
        self._connect_now()

    def _connected_client(self) -> Client:
        """Connect. An engine that runs but has not responded for a while is ended, and another one is started."""
        try:
            return self._connect()
        except S2EditError:
            if self._ender is None or not self._ender.end_hung():
                raise
        client = self._connect()
        self._deliver(self.replaced.emit)
        return client

    def _connect_now(self) -> None:
        try:
            client = self._connected_client()
        except S2EditError as error:
            self._deliver(partial(self._connecting_failed, error))
            return
        with self._lock:
            if self._closed:
                client.close()
                return
            self._client = client
        try:
            client.subscribe(lambda event: self._receive(client, event))
        except S2EditError as error:  # it ended meanwhile
            with self._lock:
                self._client = None
            client.close()
            self._deliver(partial(self._connecting_failed, error))
            return
        self._deliver(self._send_waiting)

    def _receive(self, client: Client, event: Event) -> None:
        if event.kind == "state" and event.job is None:
            self._lost(client)
        else:
            self._deliver(lambda: self.happened.emit(event))

    def _lost(self, client: Client) -> None:
        with self._lock:
            if self._closed or self._client is not client:
                return
            self._client = None
        client.close()
        self._deliver(self._restart)

    def _run_when_connected(self, ask: Callable[[], None]) -> None:
        # The engine may have connected while this call was queued for the GUI thread.
        if self._client is None:
            self._waiting.append(ask)
        else:
            ask()

    def _send_waiting(self) -> None:
        self.state = "connected"
        self._stable.start()
        waiting, self._waiting = self._waiting, []
        for ask in waiting:
            ask()

    def _connecting_failed(self, error: S2EditError) -> None:
        if self.state == "lost" and self._restarts < RESTARTS:
            self._restart()
            return
        self.state = "failed"
        self.failed.emit(error)

    def _restart(self) -> None:
        self._stable.stop()
        self.state = "lost"
        if self._restarts >= RESTARTS:
            self.state = "failed"
            self.failed.emit(
                EngineGoneError("The engine ended again and again.", "See the diagnostics page.")
            )
            return
        delay = RESTART_DELAYS_MS[min(self._restarts, len(RESTART_DELAYS_MS) - 1)]
        self._restarts += 1
        QTimer.singleShot(delay, lambda: self._in_thread(self._connect_now))


def _logged(work: Callable[[], None]) -> None:
    """Log an unexpected exception, which a thread pool would swallow."""
    try:
        work()
    except Exception:
        logging.getLogger(__name__).exception("A request to the engine failed unexpectedly.")


def _run_for_at_most(seconds: float, work: Callable[[], object]) -> None:
    """Do work that may fail or hang, and wait so long at most."""

    def do() -> None:
        with contextlib.suppress(S2EditError):
            work()

    thread = threading.Thread(target=_logged, args=(do,), name="engine-link last request", daemon=True)
    thread.start()
    thread.join(seconds)
