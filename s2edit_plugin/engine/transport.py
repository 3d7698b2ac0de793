"""HTTP to the engine: connections that stay open, pictures sent once, errors as they were raised. Standard library only."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

from s2edit_plugin.engine import wire
from s2edit_plugin.engine.discovery import Endpoint
from s2edit_plugin.errors import EngineError, EngineGoneError, S2EditError

__all__ = ["EventLines", "Transport"]

GONE = "The engine has gone."
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 120.0  # calls take milliseconds, the doctor some seconds, checking a large library longer
FRESH_SECONDS = 30.0  # the engine closes idle connections later than this
MAX_IDLE = 8
MAX_PICTURE = 1 << 30
SEND_AGAIN = 3


class Transport:
    """Requests to one engine, from any thread.

    Args:
        client: 32 hexadecimal digits that name the client.
    """

    def __init__(self, endpoint: Endpoint, client: str) -> None:
        self._endpoint, self._client = endpoint, client
        self._idle: list[tuple[float, http.client.HTTPConnection]] = []
        self._sent: set[str] = set()
        self._lock = threading.Lock()
        self._closed = False

    def ask(self, method: str, path: str, body: Any = None, patience: float = ANSWER_SECONDS) -> Any:
        """Send JSON values, get JSON values; waits ``patience`` seconds for the answer.

        Raises:
            EngineGoneError: it cannot be reached. S2EditError: what it answered.
        """
        content = None if body is None else wire.dump(body)
        status, data = self._exchange(method, path, content, patience)
        return _checked(status, data)

    def ask_with_pictures(self, path: str, body: Any, pictures: dict[str, bytes]) -> Any:
        """As `ask` with POST; large pictures the engine does not have yet are sent before."""
        for name, data in pictures.items():
            self._send_picture(name, data, maybe_there=True)
        content = wire.dump(body)
        for _ in range(SEND_AGAIN):
            status, data = self._exchange("POST", path, content)
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
            OSError, http.client.HTTPException: it cannot be reached. S2EditError: what it answered.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self._endpoint.port, timeout=timeout)
        try:
            path = f"/v1/events?since={since}&patient={int(patient)}"
            connection.request("GET", path, headers=self._headers())
            response = connection.getresponse()
            if response.status != 200:
                _checked(response.status, response.read())
        except BaseException:
            connection.close()
            raise
        return EventLines(connection, response)

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    # ------------------------------------------------------------------ inside

    def _send_picture(self, name: str, data: bytes, *, maybe_there: bool) -> None:
        if len(data) > MAX_PICTURE:
            raise EngineError("The picture is larger than 1 GB.", "Use a smaller one.")
        if maybe_there and self._exchange("HEAD", f"/v1/blobs/{name}")[0] == 200:
            return
        status, answer = self._exchange("PUT", f"/v1/blobs/{name}", data)
        if status != 204:
            _checked(status, answer)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._endpoint.secret}", "X-S2Edit-Client": self._client}

    def _exchange(
        self, method: str, path: str, body: bytes | None = None, patience: float = ANSWER_SECONDS
    ) -> tuple[int, bytes]:
        """One request and its answer. A connection that the engine closed while it was idle is replaced once."""
        headers = self._headers() | ({"Content-Type": "application/json"} if body is not None else {})
        while True:
            connection, used = self._connection()
            connection.sock.settimeout(patience)
            try:
                # An engine that refuses a body answers and closes before it has read all of it.
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    connection.request(method, path, body, headers)
                response = connection.getresponse()
                data = response.read()
            except TimeoutError as error:
                connection.close()
                raise EngineError("The engine does not answer.", "It may be busy; try again.") from error
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                if used:
                    continue
                raise EngineGoneError(GONE, "It ended or crashed; try again.") from error
            except BaseException:
                connection.close()
                raise
            if response.will_close:
                connection.close()
            else:
                self._keep(connection)
            return response.status, data

    def _connection(self) -> tuple[http.client.HTTPConnection, bool]:
        with self._lock:
            if self._closed:
                raise EngineGoneError("This client was closed.")
            while self._idle:
                since, connection = self._idle.pop()
                if time.monotonic() - since < FRESH_SECONDS:
                    return connection, True
                connection.close()
        fresh = http.client.HTTPConnection("127.0.0.1", self._endpoint.port, timeout=CONNECT_SECONDS)
        try:
            fresh.connect()
        except OSError as error:
            fresh.close()
            raise EngineGoneError(GONE, "It ended or crashed; try again.") from error
        return fresh, False

    def _keep(self, connection: http.client.HTTPConnection) -> None:
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
        """Free what it holds; by the thread that read it."""
        self._response.close()
        self._connection.close()
        if self._socket is not None:
            self._socket.close()


def _missing(status: int, data: bytes) -> list[str]:
    if status != 409:
        return []
    try:
        missing = json.loads(data).get("missing", [])
    except (ValueError, AttributeError):
        return []
    return [name for name in missing if wire.is_hash(name)] if isinstance(missing, list) else []


def _checked(status: int, data: bytes) -> Any:
    """The values of a good answer. Raises what a bad one says."""
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
    raise EngineError(f"The engine gave an answer that makes no sense (status {status}).", "Restart it.")
