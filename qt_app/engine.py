"""The one file that knows both the engine's client and Qt's signals.

A `Client` blocks and calls back on threads of its own; widgets and models live on the window's thread. `EngineLink` runs every
question on a small pool and delivers answers, errors and events to the window's thread, in order.
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

from s2edit_plugin.api import Event, Request
from s2edit_plugin.api.operations import operation_of
from s2edit_plugin.engine.client.interface import Client
from s2edit_plugin.errors import EngineGoneError, S2EditError

__all__ = ["Connector", "Ender", "EngineLink", "OnError", "Tell"]

R = TypeVar("R")
Connector = Callable[[], Client]
"""Attaches to the running engine or starts one; called on a thread, may take seconds; raises S2EditError."""
OnError = Callable[[S2EditError], None]
Tell = Callable[[Callable[[], Any]], None]
"""Calls a function on the window's thread, later."""


class Ender(Protocol):
    """Ends engines; called on a thread, may take a minute; raises S2EditError."""

    def end_hung(self) -> bool:
        """End one that is there and does not answer; whether there was one."""

    def end(self) -> object:
        """End the engine, whatever it does."""


RESTARTS = 3
RESTART_DELAYS_MS = (200, 1000, 4000)
SETTLED_MS = 30_000
POOL = 4
FAREWELL_SECONDS = 3.0


class EngineLink(QObject):
    """The window's connection to the engine.

    Signals:
        state_changed(str): ``starting``, ``connected``, ``lost`` (it is being restarted), ``failed`` (it was given up).
        happened(Event): everything the engine reports.
        failed(S2EditError): what nobody who asked wanted to handle himself.
        replaced(): an engine that did not answer any more was ended, and another one took its place.
    """

    state_changed = pyqtSignal(str)
    happened = pyqtSignal(object)
    failed = pyqtSignal(object)
    replaced = pyqtSignal()
    _delivered = pyqtSignal(object)

    def __init__(self, connect: Connector, parent: QObject | None = None, ender: Ender | None = None) -> None:
        super().__init__(parent)
        self._connect, self._ender = connect, ender
        self._pool = ThreadPoolExecutor(POOL, thread_name_prefix="engine-link")
        self._client: Client | None = None
        self._waiting: list[Callable[[], None]] = []
        self._restarts = 0
        self._closed = False
        self._lock = threading.Lock()
        self.state = "starting"
        self._delivered.connect(self._arrived)
        # An engine that dies again and again is given up; one that lived for a while gets a fresh count.
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLED_MS)
        self._settled.timeout.connect(lambda: setattr(self, "_restarts", 0))

    # ------------------------------------------------------------------ for models

    def start(self) -> None:
        """Connect in the background. Questions asked before are answered when the engine is there."""
        self._restarts = 0
        self._set_state("starting")
        self._beside(self._connect_now)

    def restart(self) -> None:
        """End the engine that is there, also one that hangs, and start another. What it does ends; learning can go on later."""
        with self._lock:
            client, self._client = self._client, None
        self._settled.stop()
        self._restarts = 0
        self._set_state("lost")
        self._beside(partial(self._exchange, client))

    def ask(
        self, request: Request[R], then: Callable[[R], object] = lambda _: None, failed: OnError | None = None
    ) -> None:
        """Ask a query; ``then`` gets the answer and ``failed`` the error, on the window's thread."""
        if failed is None and operation_of(request).read_only:
            failed = self._not_read
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

    def carry_out(
        self,
        work: Callable[[Client, Tell], R],
        then: Callable[[R], object] = lambda _: None,
        failed: OnError | None = None,
    ) -> None:
        """Do what asks the engine many times, a batch of photos for example, on a thread of its own.

        Args:
            work: gets the engine's client, and what brings its news to the window's thread. It ends when the engine ends: then
                every question raises EngineGoneError.
        """

        def begin() -> None:
            client = self._client
            if client is None:
                self._deliver(lambda: self._wait_or_go(lambda: self._beside(begin)))
                return
            try:
                answer = work(client, self._deliver)
            except EngineGoneError as error:
                self._lost(client)
                self._deliver(partial(failed or self.failed.emit, error))
            except S2EditError as error:
                self._deliver(partial(failed or self.failed.emit, error))
            except Exception as error:  # who waits for it must hear that it is over
                logging.getLogger(__name__).exception("Work with the engine failed unforeseen.")
                sentence = f"Something went wrong in the window ({type(error).__name__})."
                self._deliver(partial(failed or self.failed.emit, S2EditError(sentence)))
            else:
                self._deliver(lambda: then(answer))

        self._beside(begin)

    def close(self, last: Request[Any] | None = None) -> None:
        """Leave the engine at once, whatever is under way; ``last`` is what it must still hear, within some seconds."""
        with self._lock:
            self._closed, client, self._client = True, self._client, None
        self._waiting.clear()
        if client is not None:
            if last is not None:
                _within(FAREWELL_SECONDS, lambda: client.call(last))
            client.close()  # ends what its pool's threads wait for
        self._pool.shutdown(wait=True, cancel_futures=True)

    # ------------------------------------------------------------------ the way there and back

    def _with_client(
        self, work: Callable[[Client], R], then: Callable[[R], object], failed: OnError | None
    ) -> None:
        def ask() -> None:
            client = self._client
            if client is None:
                self._deliver(lambda: self._wait_or_go(lambda: self._in_pool(ask)))
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

    def _not_read(self, error: S2EditError) -> None:
        """What is only read is read again when an engine is there; that none is, the state says, once."""
        if not isinstance(error, EngineGoneError):
            self.failed.emit(error)

    def _in_pool(self, work: Callable[[], None]) -> None:
        with self._lock:
            if not self._closed:
                self._pool.submit(_logged, work)

    def _beside(self, work: Callable[[], None]) -> None:
        # Starting an engine takes long, and the pool's threads must have ended when the window closes.
        if not self._closed:
            threading.Thread(target=_logged, args=(work,), name="engine-link", daemon=True).start()

    def _deliver(self, work: Callable[[], Any]) -> None:
        if not self._closed:
            self._delivered.emit(work)

    def _arrived(self, work: Callable[[], Any]) -> None:
        if not self._closed:  # an answer may have been on its way here when the window was closed
            work()

    def _exchange(self, client: Client | None) -> None:
        if client is not None:
            client.close()
        try:
            if self._ender is not None:
                self._ender.end()
        except S2EditError as error:
            self._deliver(partial(self._not_connected, error))
            return
        self._connect_now()

    def _connected_client(self) -> Client:
        """Connect. An engine that is there and has not answered for a while is ended, and another takes its place."""
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
            self._deliver(partial(self._not_connected, error))
            return
        with self._lock:
            if self._closed:
                client.close()
                return
            self._client = client
        try:
            client.subscribe(lambda event: self._hear(client, event))
        except S2EditError as error:  # it ended in between
            with self._lock:
                self._client = None
            client.close()
            self._deliver(partial(self._not_connected, error))
            return
        self._deliver(self._connected)

    def _hear(self, client: Client, event: Event) -> None:
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

    def _wait_or_go(self, ask: Callable[[], None]) -> None:
        # The engine may have come while this was on its way to the window's thread.
        if self._client is None:
            self._waiting.append(ask)
        else:
            ask()

    def _connected(self) -> None:
        self._set_state("connected")
        self._settled.start()
        waiting, self._waiting = self._waiting, []
        for ask in waiting:
            ask()

    def _not_connected(self, error: S2EditError) -> None:
        if self.state == "lost" and self._restarts < RESTARTS:
            self._restart()
            return
        self._set_state("failed")
        self.failed.emit(error)

    def _restart(self) -> None:
        self._settled.stop()
        self._set_state("lost")
        if self._restarts >= RESTARTS:
            self._set_state("failed")
            self.failed.emit(
                EngineGoneError("The engine ended again and again.", "See the diagnostics page.")
            )
            return
        delay = RESTART_DELAYS_MS[min(self._restarts, len(RESTART_DELAYS_MS) - 1)]
        self._restarts += 1
        QTimer.singleShot(delay, lambda: self._beside(self._connect_now))

    def _set_state(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)


def _logged(work: Callable[[], None]) -> None:
    """A pool swallows what nobody foresaw; the log must not."""
    try:
        work()
    except Exception:
        logging.getLogger(__name__).exception("A question to the engine failed unforeseen.")


def _within(seconds: float, work: Callable[[], object]) -> None:
    """Do something that may fail or hang, and wait for it no longer than that."""

    def do() -> None:
        with contextlib.suppress(S2EditError):
            work()

    thread = threading.Thread(target=_logged, args=(do,), name="engine-link farewell", daemon=True)
    thread.start()
    thread.join(seconds)
