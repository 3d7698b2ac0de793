"""Access control of the engine: authentication and limits, checked before a request's body is read.

Other programs of the machine do not have the secret; a web page whose browser connects to 127.0.0.1 has a foreign Origin, or
by DNS rebinding a foreign Host; neither can send large or endless bodies. Connections without authentication are limited in
number, and the oldest is closed for a new one, so that they cannot exclude clients. Only the user has access to the Unix
socket, in a private folder.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from s2edit_plugin.engine.protocol import handshake, wire
from s2edit_plugin.errors import EngineError, S2EditError, Sentence, UsageError

__all__ = [
    "CLIENT_HEADER",
    "AccessGuard",
    "GuardedProtocol",
    "Peer",
    "RefusedError",
    "body_of",
    "drain",
    "error_response",
    "has_body",
    "stream_of",
]

CLIENT_HEADER = "x-s2edit-client"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
MAX_JSON = 8 << 20
HEAD_SECONDS = 10.0  # until a request's head is complete
GAP_SECONDS = 15.0  # between two pieces of a body
BODY_SECONDS = 120.0  # for a whole body
DRAINED_BYTES, DRAIN_SECONDS, DRAIN_GAP = 64 << 20, 1.0, 0.1
READ = "s2edit.read"  # marks a request whose body was read to its end
PEER = "s2edit.peer"  # the `Peer` in a request's state
MAX_UNPROVEN = 32  # connections that have not shown the secret

log = logging.getLogger(__name__)
_numbers = itertools.count()


@dataclass(eq=False)
class Peer:
    """The other side of a connection.

    Attributes:
        is_known: whether it is authenticated, or uses the Unix socket. proof: the expected proof after the handshake, ""
            before. number: grows with every connection.
    """

    is_known: bool = False
    proof: str = ""
    number: int = field(default_factory=lambda: next(_numbers))


class RefusedError(Exception):
    """A request that is refused with this status and error, without reading the rest of its body."""

    def __init__(self, status: int, error: S2EditError) -> None:
        super().__init__(error.sentence)
        self.status, self.error = status, error


def error_response(status: int, error: S2EditError, *, close: bool = False, **more: Any) -> Response:
    """An error as every endpoint gives it."""
    headers = {"connection": "close"} if close else {}
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    return Response(wire.dump(error.to_json() | more), status, headers, "application/json")


class AccessGuard:
    """The outermost layer of the service.

    Args:
        app: the application. secret: required for every request. on_request: called for every accepted request.
    """

    def __init__(self, app: ASGIApp, secret: str, on_request: Callable[[], None] = lambda: None) -> None:
        self._app, self._secret, self._on_request = app, secret, on_request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        peer: Peer = scope.get("state", {}).get(PEER) or Peer()
        try:
            headers = _checked_headers(scope)
            if scope["path"] == handshake.PROVE_PATH and not has_body(scope):
                await self._prove(scope, peer)(scope, receive, send)
                return
            self._check_secret(headers, peer)
        except RefusedError as refusal:
            log.warning("A request was refused (%d).", refusal.status)
            await drain(scope, receive)
            await error_response(refusal.status, refusal.error, close=True)(scope, receive, send)
            return
        peer.is_known = True
        self._on_request()
        await self._app(scope, receive, send)

    def _prove(self, scope: Scope, peer: Peer) -> Response:
        """Answer a handshake with the engine's proof, and set the proof that is expected from the client."""
        theirs = parse_qs(scope["query_string"].decode("latin-1")).get("nonce", [""])[0]
        if scope["method"] != "GET" or not handshake.is_nonce(theirs):
            raise RefusedError(400, UsageError("A proof is asked for with a nonce of 32 hexadecimal digits."))
        own = handshake.new_nonce()
        peer.proof = handshake.proof(self._secret, "client", theirs, own)
        values = {"nonce": own, "proof": handshake.proof(self._secret, "engine", theirs, own)}
        return Response(wire.dump(values), media_type="application/json")

    def _check_secret(self, headers: dict[bytes, list[bytes]], peer: Peer) -> None:
        shown = headers.get(b"authorization", [b""])
        if len(shown) == 1:
            kind, _, value = shown[0].decode("latin-1").partition(" ")
            expected = {"Bearer": self._secret, handshake.SCHEME: peer.proof}.get(kind, "")
            if handshake.is_right(value, expected):
                return
        raise RefusedError(401, EngineError("The secret is missing or wrong."))


def _checked_headers(scope: Scope) -> dict[bytes, list[bytes]]:
    """The headers of a local request that is not from a web page. Raises RefusedError for others."""
    headers: dict[bytes, list[bytes]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name, []).append(value)
    host = headers.get(b"host", [])
    if len(host) != 1 or not _is_loopback(host[0]):
        raise RefusedError(403, EngineError("The engine answers to this machine alone."))
    if any(origin != b"http://" + host[0] for origin in headers.get(b"origin", [])):
        raise RefusedError(403, EngineError("The engine does not answer web pages."))
    return headers


def _is_loopback(host: bytes) -> bool:
    name = host.decode("latin-1").lower()
    for loopback in LOOPBACK:
        rest = name.removeprefix(loopback)
        if rest != name and (not rest or (rest[0] == ":" and rest[1:].isascii() and rest[1:].isdigit())):
            return True
    return False


async def drain(scope: Scope, receive: Receive) -> None:
    """Discard the rest of a refused body, within limits, so that clients that send before they read get the answer."""
    if not has_body(scope) or scope.get(READ):
        return
    left, end = DRAINED_BYTES, asyncio.get_running_loop().time() + DRAIN_SECONDS
    while left > 0 and asyncio.get_running_loop().time() < end:
        try:
            async with asyncio.timeout(DRAIN_GAP):
                message = await receive()
        except TimeoutError:
            return
        if message["type"] != "http.request" or not message.get("more_body"):
            return
        left -= len(message.get("body", b""))


def has_body(scope: Scope) -> bool:
    """Whether a request announces a body."""
    headers = dict(scope["headers"])
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"


async def stream_of(request: Request, limit: int) -> AsyncIterator[bytes]:
    """The pieces of a body.

    Raises:
        RefusedError: it is larger than ``limit`` bytes (413), or comes too slowly (408). ClientDisconnect: the client has gone.
    """
    announced = request.headers.get("content-length", "0")
    if not announced.isdigit() or int(announced[:20]) > limit:
        raise _too_large(limit)
    got, end = 0, asyncio.get_running_loop().time() + BODY_SECONDS
    while True:
        left = end - asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(min(GAP_SECONDS, max(left, 0.0))):
                message = await request.receive()
        except TimeoutError:
            raise RefusedError(408, EngineError("The request came too slowly.")) from None
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        piece = message.get("body", b"")
        got += len(piece)
        if got > limit:
            raise _too_large(limit)
        if piece:
            yield piece
        if not message.get("more_body", False):
            request.scope[READ] = True
            return


async def body_of(request: Request, limit: int = MAX_JSON) -> bytes:
    """A whole small body; raises as `stream_of`."""
    return b"".join([piece async for piece in stream_of(request, limit)])


def _too_large(limit: int) -> RefusedError:
    size = f"{limit >> 20} MB" if limit >= 1 << 20 else f"{limit} bytes"
    return RefusedError(413, UsageError(Sentence("The request is larger than {}.", size)))


class GuardedProtocol(H11Protocol):
    """uvicorn's protocol, but a request's head must be complete within seconds, invalid HTTP gets a JSON error, and
    connections without authentication are limited.
    """

    _late: asyncio.TimerHandle | None = None
    peer: Peer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Closes idle connections, and sends answers without delay.

        Head and body of an answer are two packets; by default the second waits, up to 44 ms, until the first is acknowledged.
        asyncio sets TCP_NODELAY only for sockets created with a protocol number.
        """
        own: socket.socket = transport.get_extra_info("socket")
        is_local = own.family not in (socket.AF_INET, socket.AF_INET6)
        self.peer = Peer(is_known=is_local)
        self.app_state = {**self.app_state, PEER: self.peer}  # every request of this connection carries it
        super().connection_made(transport)  # type: ignore[arg-type]
        if not is_local:
            own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._make_room()
        self._late = self.loop.call_later(HEAD_SECONDS, self._on_timeout)

    def data_received(self, data: bytes) -> None:
        """The clock runs from a head's first byte to its last."""
        import h11

        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._cancel_timeout()
        elif self._late is None and self.conn.trailing_data[0]:
            self._late = self.loop.call_later(HEAD_SECONDS, self._on_timeout)

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the timeout."""
        self._cancel_timeout()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Invalid HTTP: send a JSON error and close the connection."""
        import h11

        body = wire.dump(UsageError("This is no HTTP request.").to_json())
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.close()  # an answer is on its way already
            return
        for event in (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _make_room(self) -> None:
        """Close the oldest of too many unproven connections; a client is one for the milliseconds of its handshake only."""
        unproven = [
            one for one in self.connections if isinstance(one, GuardedProtocol) and not one.peer.is_known
        ]
        if len(unproven) > MAX_UNPROVEN:
            oldest = min(unproven, key=lambda one: one.peer.number)
            self.connections.discard(oldest)  # it counts no more, though its end comes later
            oldest.transport.abort()
            log.warning("There are too many connections that do not show the secret; the oldest was closed.")

    def _cancel_timeout(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _on_timeout(self) -> None:
        self._late = None
        self.transport.close()
