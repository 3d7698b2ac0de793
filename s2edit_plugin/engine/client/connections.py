"""Connections to the engine, which has proved on each of them that it is the engine. Standard library only."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from pathlib import Path

from s2edit_plugin.engine.client.discovery import Endpoint, socket_path
from s2edit_plugin.engine.protocol import handshake
from s2edit_plugin.errors import EngineError, EngineGoneError

__all__ = ["GONE", "NO_ANSWER", "Connection", "dial"]

GONE = "The engine has gone."
NO_ANSWER = "The engine does not answer."
CONNECT_SECONDS = 5.0
MAX_PROOF = 4096  # bytes of an answer to the handshake


class Connection(http.client.HTTPConnection):
    """A connection that stays open, over a Unix socket or the loopback.

    Args:
        path: of the socket, None: ``port`` on 127.0.0.1. timeout: seconds until connecting is given up.

    Attributes:
        authorization: the header that identifies this client on the connection, "" before the handshake.
    """

    def __init__(self, path: Path | None, port: int, timeout: float) -> None:
        super().__init__(
            "127.0.0.1" if path is None else "localhost", port if path is None else None, timeout
        )
        self._path = path
        self.authorization = ""

    def connect(self) -> None:
        """Connect. Raises OSError."""
        if self._path is None:
            super().connect()
            return
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self.sock.settimeout(self.timeout)
            self.sock.connect(str(self._path))
        except BaseException:
            self.close()
            raise

    @property
    def is_fresh(self) -> bool:
        """Whether an idle connection can still be used: the engine has neither closed it nor sent unexpected data."""
        if self.sock is None:
            return False
        self.sock.setblocking(False)
        try:
            self.sock.recv(1, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            return True
        except OSError:
            return False
        finally:
            with contextlib.suppress(OSError):
                self.sock.setblocking(True)
        return False


def dial(endpoint: Endpoint, folder: Path | None, patience: float) -> Connection:
    """A connection after a handshake in which the engine was authenticated; over its Unix socket if it has one.

    Args:
        folder: of the discovery file; None: loopback only. patience: timeout of each answer in seconds.

    Raises:
        EngineGoneError: no engine listens, or another program. EngineError: it does not answer, or has too many connections.
    """
    connection = _connected(endpoint, folder)
    try:
        connection.sock.settimeout(patience)
        connection.authorization = f"{handshake.SCHEME} {_authenticate(connection, endpoint.secret)}"
    except TimeoutError as error:
        connection.close()
        raise EngineError(NO_ANSWER, "It may be busy; try again.") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        connection.close()
        raise EngineGoneError(GONE, "It ended or crashed; try again.") from error
    except BaseException:
        connection.close()
        raise
    return connection


def _connected(endpoint: Endpoint, folder: Path | None) -> Connection:
    path = None if folder is None else socket_path(endpoint, folder)
    if path is not None:
        local = Connection(path, endpoint.port, CONNECT_SECONDS)
        with contextlib.suppress(OSError):  # a sandbox may hide it: then the loopback
            local.connect()
            return local
    connection = Connection(None, endpoint.port, CONNECT_SECONDS)
    try:
        connection.connect()
    except OSError as error:
        connection.close()
        raise EngineGoneError(GONE, "It ended or crashed; try again.") from error
    return connection


def _authenticate(connection: Connection, secret: str) -> str:
    """The handshake; returns the authorization header. Answers of an unauthenticated program are never shown to the user."""
    nonce = handshake.new_nonce()
    connection.request("GET", f"{handshake.PROVE_PATH}?nonce={nonce}")
    with contextlib.closing(connection.getresponse()) as response:
        data = response.read(MAX_PROOF)
        whole = response.isclosed()
    if response.status == 503:
        raise EngineError("The engine has too many connections.", "Close other programs that use it.")
    if response.status != 200 or response.will_close or not whole:
        raise ValueError("no handshake")
    values = json.loads(data)
    theirs = values.get("nonce") if isinstance(values, dict) else None
    if not isinstance(theirs, str) or not handshake.is_nonce(theirs):
        raise ValueError("no nonce")
    if not handshake.is_right(values.get("proof"), handshake.proof(secret, "engine", nonce, theirs)):
        raise EngineGoneError(
            "Another program answers in the engine's place.", "It was told nothing; try again."
        )
    return handshake.proof(secret, "client", nonce, theirs)
