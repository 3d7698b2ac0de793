"""The engine's process, from its lock to its end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path
from types import FrameType

import uvicorn

from s2edit_plugin import __version__
from s2edit_plugin.api import Event
from s2edit_plugin.engine.client import discovery
from s2edit_plugin.engine.client.discovery import Endpoint, Lock
from s2edit_plugin.engine.server.access_guard import MAX_UNPROVEN, GuardedProtocol
from s2edit_plugin.engine.server.core import Engine
from s2edit_plugin.engine.server.handlers.machine import LOG_NAME
from s2edit_plugin.engine.server.logs import close_log, forwarded, open_log
from s2edit_plugin.engine.server.program import write_program
from s2edit_plugin.engine.server.service import Service
from s2edit_plugin.engine.server.studios import Make, make_studio
from s2edit_plugin.errors import S2EditError
from s2edit_plugin.storage.paths import DataFolder, write_atomic
from s2edit_plugin.storage.settings import load_settings
from s2edit_plugin.workflows.tidying import tidy

__all__ = ["run_engine"]

log = logging.getLogger(__name__)

MAX_CONNECTIONS = 200
KEEP_ALIVE_SECONDS = 75
STOP_SECONDS = 60.0  # for the last step of a job and its checkpoint
GIVE_UP_SECONDS = 5.0  # for the lock, while an engine ends or another program tests the lock
IDLE_CHECK_SECONDS = 0.5
FIRST_TIDY_SECONDS, TIDY_SECONDS = 60.0, 1800.0


def run_engine(
    folder: DataFolder,
    *,
    level: int = logging.INFO,
    on_ready: Callable[[Endpoint], None] = lambda _: None,
    make: Make = make_studio,
    wait: float = GIVE_UP_SECONDS,
) -> bool:
    """Run the engine of a data folder until it is asked to end, or has been idle for some time.

    Args:
        on_ready: called once it can be reached. make: makes a studio. wait: seconds to wait for the lock.

    Returns:
        False if another engine was running already; no action then.

    Raises:
        EngineError: the data folder cannot be used.
    """
    lock = Lock(folder.engine / discovery.LOCK_NAME)
    if not _take(lock, folder.engine, wait):
        return False
    try:
        # Files of a crashed engine are stale: their port may belong to another program.
        with contextlib.suppress(OSError):
            (folder.engine / discovery.ENDPOINT_NAME).unlink()
        handler = open_log(folder.engine / LOG_NAME, level)
        try:
            _serve(folder, on_ready, make)
        finally:
            close_log(handler)
    finally:
        lock.release()
    return True


def _take(lock: Lock, folder: Path, wait: float) -> bool:
    """Acquire the lock; waits if its holder may only test it, or may be ending."""
    end = time.monotonic() + wait
    while not lock.acquire():
        if discovery.read_endpoint(folder) is not None and time.monotonic() > end - wait + 0.5:
            return False
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _serve(folder: DataFolder, on_ready: Callable[[Endpoint], None], make: Make) -> None:
    listener, local = _loopback(), _unix_socket(folder.engine)
    endpoint = Endpoint(
        port=listener.getsockname()[1],
        pid=os.getpid(),
        secret=secrets.token_urlsafe(32),
        version=__version__,
        started=time.time(),
        socket=discovery.SOCKET_NAME if local is not None else "",
    )
    engine = Engine(folder, make=make)
    service = Service(engine, endpoint.secret, lambda: server.end("asked to"))
    config = uvicorn.Config(
        service.app, http=GuardedProtocol, ws="none", lifespan="off", log_config=None, access_log=False,
        limit_concurrency=MAX_CONNECTIONS + MAX_UNPROVEN, timeout_keep_alive=KEEP_ALIVE_SECONDS, server_header=False,
        date_header=False, proxy_headers=False, timeout_graceful_shutdown=3,
    )  # fmt: skip
    server = Server(
        config,
        service,
        folder,
        lambda: _announce(folder, endpoint, on_ready),
        lambda: _remove_endpoint(folder, endpoint),
    )
    engine.start()
    try:
        with forwarded(lambda record: engine.events.publish(Event("log", text=record))):
            server.run(sockets=[listener, *([local] if local is not None else [])])
    finally:
        _remove_endpoint(folder, endpoint)
        engine.stop(STOP_SECONDS)
        service.close()
        for one in (listener, local):
            if one is not None:
                one.close()
        log.info("The engine has ended.")


def _loopback() -> socket.socket:
    """A listening socket on 127.0.0.1, which no other program can share."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform == "win32":
        # Windows lets another program bind the same port otherwise.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    return listener


def _unix_socket(folder: Path) -> socket.socket | None:
    """A listening socket in the user's private folder; None where the system, the file system or the path's length forbids it.

    The folder is this engine's: its lock is held.
    """
    path = folder / discovery.SOCKET_NAME
    if not hasattr(socket, "AF_UNIX") or len(os.fsencode(path)) > discovery.MAX_SOCKET_PATH:
        return None
    local = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        folder.chmod(0o700)
        path.unlink(missing_ok=True)
        local.bind(str(path))
        path.chmod(0o600)
        local.listen(128)
    except OSError as error:
        log.info("No Unix socket is used (%s).", error.strerror)
        local.close()
        return None
    return local


def _announce(folder: DataFolder, endpoint: Endpoint, on_ready: Callable[[Endpoint], None]) -> None:
    """Write how to start an engine, then how to reach this one."""
    with contextlib.suppress(S2EditError):  # it only helps programs without a Python of their own
        write_program(folder)
    write_atomic(folder.engine / discovery.ENDPOINT_NAME, endpoint.to_bytes(), private=True)
    log.info("The engine %s runs as process %d on port %d.", __version__, endpoint.pid, endpoint.port)
    on_ready(endpoint)


def _remove_endpoint(folder: DataFolder, endpoint: Endpoint) -> None:
    """Remove the discovery file if it is this engine's."""
    if discovery.read_endpoint(folder.engine) == endpoint:
        for name in (discovery.ENDPOINT_NAME, discovery.SOCKET_NAME):
            with contextlib.suppress(OSError):
                (folder.engine / name).unlink()


class Server(uvicorn.Server):
    """uvicorn's server, which also ends when idle, and ends the engine's jobs before its connections.

    Args:
        on_started, on_ending: called when it can be reached, and when it ends.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        service: Service,
        folder: DataFolder,
        on_started: Callable[[], None],
        on_ending: Callable[[], None],
    ) -> None:
        super().__init__(config)
        self._service, self._folder = service, folder
        self._on_started, self._on_ending = on_started, on_ending
        self._checked = time.monotonic()
        self._tidied = time.monotonic() + FIRST_TIDY_SECONDS - TIDY_SECONDS

    def end(self, why: str) -> None:
        """End soon; from any thread."""
        log.info("The engine ends: %s.", why)
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Announce the engine once it listens."""
        await super().startup(sockets)
        self._on_started()

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second: end the engine if it is idle."""
        if time.monotonic() - self._checked > IDLE_CHECK_SECONDS:
            self._checked = time.monotonic()
            if self._service.is_idle and self._is_unneeded():
                self.end("nobody needs it")
            elif self._service.is_to_be_renewed:
                # Only the end of the process removes all data from memory.
                self.end("somebody was forgotten")
        if time.monotonic() - self._tidied > TIDY_SECONDS:
            self._tidied = time.monotonic()
            self._service.run_in_background(lambda: tidy(self._folder))
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End first the jobs, so that clients get these events, then the streams, then the connections."""
        self._on_ending()
        stopped = await asyncio.get_running_loop().run_in_executor(
            None, self._service.engine.stop, STOP_SECONDS
        )
        if not stopped:
            log.warning("A job did not stop in time.")
        self._service.end_streams()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """SIGTERM and Ctrl-C end the engine; unlike uvicorn's own, they are not raised again at the end."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        names = ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP")
        wanted = [getattr(signal, name) for name in names if hasattr(signal, name)]
        before = {number: signal.signal(number, self._on_signal) for number in wanted}
        try:
            yield
        finally:
            for number, previous in before.items():
                signal.signal(number, previous)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.force_exit = self.should_exit  # the second signal ends the engine without waiting
        self.should_exit = True

    def _is_unneeded(self) -> bool:
        minutes = load_settings(self._folder).engine_idle_minutes
        return self._service.clients.quiet_seconds > 60 * minutes
