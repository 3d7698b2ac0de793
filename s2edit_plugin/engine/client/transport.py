"""HTTP to the engine: persistent connections, pictures sent once, errors raised as in the engine. Standard library only.

A request that is not idempotent is sent once: if its connection breaks, it is unknown whether it was executed.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from s2edit_plugin.engine.client.connections import GONE, NO_ANSWER, Connection, dial
from s2edit_plugin.engine.client.discovery import Endpoint
from s2edit_plugin.engine.protocol import wire
from s2edit_plugin.errors import EngineError, EngineGoneError, S2EditError, Sentence

__all__ = ["EventLines", "Transport"]

PROVE_SECONDS = 15.0  # for the engine to prove itself on a new connection; it may be busy
ANSWER_SECONDS = 120.0  # calls take milliseconds, the doctor some seconds, checking a large library longer
FRESH_SECONDS = 30.0  # the engine closes idle connections later than this
MAX_IDLE = 8
MAX_PICTURE = 1 << 30
SEND_AGAIN = 3


class Transport:
    """Requests to one engine, from any thread.

    Args:
        client: 32 hexadecimal digits that name the client. folder: of the discovery file and the Unix socket.
    """

    def __init__(self, endpoint: Endpoint, client: str, folder: Path | None = None) -> None:
        self._endpoint, self._client, self._folder = endpoint, client, folder
        self._idle: list[tuple[float, Connection]] = []
        self._busy: set[Connection] = set()
        self._lock = threading.Lock()
        self._closed = False

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        patience: float = ANSWER_SECONDS,
        *,
        again: bool = True,
    ) -> Any:
        """Send JSON values, get JSON values; waits ``patience`` seconds for the answer.

        Args:
            again: whether it does no harm to be asked twice; otherwise it is not sent again where a connection breaks.

        Raises:
            EngineGoneError: it cannot be reached. S2EditError: the error in its answer.
        """
        content = None if body is None else wire.dump(body)
        status, data = self._exchange(method, path, content, patience, again)
        return _checked(status, data)

    def ask_with_pictures(self, path: str, body: Any, pictures: dict[str, bytes], *, again: bool) -> Any:
        """As `ask` with POST; large pictures that the engine lacks are sent first."""
        for name, data in pictures.items():
            self._send_picture(name, data, maybe_there=True)
        content = wire.dump(body)
        for _ in range(SEND_AGAIN):
            status, data = self._exchange("POST", path, content, again=again)
            missing = _missing(status, data)
            if not missing or not set(missing) <= set(pictures):
                return _checked(status, data)
            for name in missing:  # dropped in between
                self._send_picture(name, pictures[name], maybe_there=False)
        return _checked(status, data)

    def fetch_picture(self, name: str) -> bytes:
        """A picture of the engine. Raises MissingBlobError where it is not there any more."""
        status, data = self._exchange("GET", f"/v1/blobs/{name}")
        if status == 404:
            raise wire.MissingBlobError((name,))
        if status != 200:
            _checked(status, data)
        if wire.hash_of(data) != name:
            raise EngineError("A picture was damaged on its way.", "Try again.")
        return data

    def open_stream(self, since: int, timeout: float, patient: bool = True) -> EventLines:
        """The event stream; reading it raises OSError after ``timeout`` seconds of silence.

        Args:
            patient: whether the engine waits a moment for another stream when this one breaks.

        Raises:
            OSError, http.client.HTTPException: the connection broke. S2EditError: not reachable, or the error in its answer.
        """
        connection = self._open_connection(timeout)
        try:
            path = f"/v1/events?since={since}&patient={int(patient)}"
            connection.sock.settimeout(timeout)
            connection.request("GET", path, headers=self._headers(connection))
            response = connection.getresponse()
            if response.status != 200:
                _checked(response.status, response.read())
        except BaseException:
            connection.close()
            raise
        return EventLines(connection, response)

    def close(self) -> None:
        """Close the connections; waiting requests fail immediately."""
        with self._lock:
            self._closed = True
            busy = list(self._busy)
        for connection in busy:
            with contextlib.suppress(OSError, AttributeError):  # it may have its answer by now
                connection.sock.shutdown(socket.SHUT_RDWR)
        self._drop_idle()

    # ------------------------------------------------------------------ inside

    def _send_picture(self, name: str, data: bytes, *, maybe_there: bool) -> None:
        if len(data) > MAX_PICTURE:
            raise EngineError("The picture is larger than 1 GB.", "Use a smaller one.")
        if maybe_there and self._exchange("HEAD", f"/v1/blobs/{name}")[0] == 200:
            return
        status, answer = self._exchange("PUT", f"/v1/blobs/{name}", data)
        if status != 204:
            _checked(status, answer)

    def _headers(self, connection: Connection) -> dict[str, str]:
        return {"Authorization": connection.authorization, "X-S2Edit-Client": self._client}

    def _exchange(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        patience: float = ANSWER_SECONDS,
        again: bool = True,
    ) -> tuple[int, bytes]:
        """One request and its answer. Where a connection that was idle breaks, a new one is tried once, if ``again``."""
        connection = self._idle_connection()
        if connection is not None:
            try:
                return self._exchanged(connection, method, path, body, patience)
            except (OSError, http.client.HTTPException) as error:
                if not again or isinstance(error, TimeoutError):
                    raise _broken(error, again) from error
            self._drop_idle()  # the other idle connections are as old
        try:
            return self._exchanged(self._open_connection(patience), method, path, body, patience)
        except (OSError, http.client.HTTPException) as error:
            raise _broken(error, again) from error

    def _exchanged(
        self, connection: Connection, method: str, path: str, body: bytes | None, patience: float
    ) -> tuple[int, bytes]:
        headers = self._headers(connection) | (
            {"Content-Type": "application/json"} if body is not None else {}
        )
        self._register(connection)
        try:
            connection.sock.settimeout(patience)
            # An engine that refuses a body answers and closes before it has read all of it.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, path, body, headers)
            response = connection.getresponse()
            data = response.read()
        except BaseException:
            connection.close()
            raise
        finally:
            with self._lock:
                self._busy.discard(connection)
        if response.will_close:
            connection.close()
        else:
            self._keep(connection)
        return response.status, data

    def _register(self, connection: Connection) -> None:
        """Note that an answer is waited for on a connection, so that `close` can end the waiting."""
        with self._lock:
            if not self._closed:
                self._busy.add(connection)
                return
        connection.close()
        raise EngineGoneError("This client was closed.")

    def _open_connection(self, patience: float) -> Connection:
        if self._closed:
            raise EngineGoneError("This client was closed.")
        return dial(self._endpoint, self._folder, min(patience, PROVE_SECONDS))

    def _idle_connection(self) -> Connection | None:
        """An idle connection that is still open."""
        with self._lock:
            if self._closed:
                raise EngineGoneError("This client was closed.")
            while self._idle:
                since, connection = self._idle.pop()
                if time.monotonic() - since < FRESH_SECONDS and connection.is_fresh:
                    return connection
                connection.close()
        return None

    def _drop_idle(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    def _keep(self, connection: Connection) -> None:
        with self._lock:
            if not self._closed and len(self._idle) < MAX_IDLE:
                self._idle.append((time.monotonic(), connection))
                return
        connection.close()


class EventLines:
    """The lines of an open event stream. `close` may be called from another thread and ends the reading."""

    def __init__(self, connection: http.client.HTTPConnection, response: http.client.HTTPResponse) -> None:
        self._connection, self._response = connection, response
        self._socket: socket.socket | None = connection.sock

    def __iter__(self) -> Iterator[bytes]:
        """Lines as they come."""
        return iter(self._response)

    def close(self) -> None:
        """End the stream."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def release(self) -> None:
        """Release its resources; called by the reading thread."""
        self._response.close()
        self._connection.close()
        if self._socket is not None:
            self._socket.close()


def _broken(error: Exception, again: bool) -> EngineError:
    """The error for a broken connection."""
    if isinstance(error, TimeoutError):
        return EngineError(NO_ANSWER, "It may be busy; try again.")
    if again:
        return EngineGoneError(GONE, "It ended or crashed; try again.")
    return EngineGoneError(
        "The connection to the engine broke before it answered.",
        "Look whether it was done before you do it again.",
    )


def _missing(status: int, data: bytes) -> list[str]:
    if status != 409:
        return []
    try:
        missing = json.loads(data).get("missing", [])
    except (ValueError, AttributeError):
        return []
    return [name for name in missing if wire.is_hash(name)] if isinstance(missing, list) else []


def _checked(status: int, data: bytes) -> Any:
    """The values of a successful answer. Raises the error of any other answer."""
    try:
        values = wire.parse(data) if data else {}
    except S2EditError:
        values = None
    if 200 <= status < 300 and values is not None:
        return values
    if isinstance(values, dict) and values.get("sentence"):
        raise S2EditError.from_json(values)
    if status == 503:
        raise EngineError("The engine has too many connections.", "Close other programs that use it.")
    raise EngineError(
        Sentence("The engine gave an answer that makes no sense (status {}).", status), "Restart it."
    )
