"""The engine's HTTP service on 127.0.0.1: JSON, pictures as bodies, events as a stream (SSE).

    GET  /v1/prove?nonce=<digits>               {"nonce", "proof"}, without the secret: see `handshake`
    GET  /v1/hello                              version, pid, whether it is idle, number of the newest event
    HEAD, PUT, GET /v1/blobs/<sha256>           pictures, see `wire`
    POST /v1/call/<Name>                        a call's fields -> {"kind", "result"}
    POST /v1/jobs                               {"kind", "request", "id", "keep", "priority", "title"} -> {"job"}
    GET  /v1/jobs/<id>                          {"job"}
    GET  /v1/jobs/<id>/result                   {"kind", "result"}
    POST /v1/jobs/<id>/cancel, pause, resume    {"job"}
    GET  /v1/events?since=<number>              the client's presence: when it closes, jobs that are not kept are cancelled,
                                                after a moment to come back, with ``&patient=0`` at once, and pictures
                                                of GIMP that it has wait for another window
    POST /v1/shutdown                           {"if_idle"}; 409 if ``if_idle`` and it is not idle

Every other request has the secret (``Authorization: Bearer``) or a proof of it, and may name its client
(``X-S2Edit-Client``). Errors are ``{"error", "sentence", "hint"}``: 400 not understood, 401, 403, 404, 405, 408, 409
(``missing``: pictures to send first), 413, 422 error of the operation, 500 unexpected, 503 too many connections, 507 disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import os
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from s2edit_plugin import __version__
from s2edit_plugin.api import Event, queries
from s2edit_plugin.engine.protocol import wire
from s2edit_plugin.engine.server.access_guard import (
    CLIENT_HEADER,
    AccessGuard,
    RefusedError,
    body_of,
    drain,
    error_response,
    has_body,
    stream_of,
)
from s2edit_plugin.engine.server.blobs import MAX_BLOB, BlobStore
from s2edit_plugin.engine.server.client_registry import GRACE_SECONDS, ClientRegistry
from s2edit_plugin.engine.server.core import Engine
from s2edit_plugin.engine.server.worker import unforeseen
from s2edit_plugin.errors import EngineError, ResourceError, S2EditError, UsageError

__all__ = ["PROTOCOL", "Service"]

PROTOCOL = 1
BEAT_SECONDS = 5.0
RENEW_SECONDS = 2.0  # for the notification of all clients that a person was forgotten
CALL_THREADS = 8
_ID = re.compile(r"[0-9a-f]{32}\Z")
Endpoint = Callable[[Request], Awaitable[Response]]


class Service:
    """Connects an engine with its clients.

    Args:
        engine: started by the caller. secret: required for every request. grace: see `client_registry.GRACE_SECONDS`.
        on_shutdown: called when a client asks the engine to end.
    """

    def __init__(
        self,
        engine: Engine,
        secret: str,
        on_shutdown: Callable[[], None] = lambda: None,
        grace: float = GRACE_SECONDS,
    ) -> None:
        self.engine, self._on_shutdown = engine, on_shutdown
        self.blobs = BlobStore()
        self.clients = ClientRegistry(engine.leave, grace)
        engine.context.count_clients = lambda: self.clients.count
        engine.wants_previews = lambda: self.clients.count > 0
        engine.context.on_forget.append(lambda concerns: self.blobs.clear())
        self._pool = ThreadPoolExecutor(CALL_THREADS, "s2edit call")
        self._ending = False
        self._streams: set[asyncio.Event] = set()
        self.app = AccessGuard(self._application(), secret, self.clients.touch)

    @property
    def is_idle(self) -> bool:
        """Whether no client is connected and no job runs or waits."""
        return self.clients.count == 0 and not any(self.engine.queue.counts())

    @property
    def is_to_be_renewed(self) -> bool:
        """Whether a person was forgotten recently, and no job runs or waits."""
        forgot = self.engine.context.forgot
        is_time = forgot > 0 and time.monotonic() - forgot > RENEW_SECONDS
        return is_time and not any(self.engine.queue.counts())

    def run_in_background(self, work: Callable[[], None]) -> None:
        """Do something on one of the threads that answer calls."""
        self._pool.submit(work)

    def end_streams(self) -> None:
        """Notify all clients of the engine's end, and close their streams. Called on the event loop."""
        self._ending = True
        for news in self._streams:
            news.set()

    def close(self) -> None:
        """End the threads that answer calls."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _application(self) -> Starlette:
        def route(path: str, endpoint: Endpoint, *methods: str) -> Route:
            return Route(path, self._guarded(endpoint), methods=list(methods))

        return Starlette(
            routes=[
                route("/v1/hello", self._hello, "GET"),
                route("/v1/blobs/{name}", self._get_blob, "GET"),
                route("/v1/blobs/{name}", self._put_blob, "PUT"),
                route("/v1/call/{name}", self._call, "POST"),
                route("/v1/jobs", self._submit, "POST"),
                route("/v1/jobs/{id}", self._job, "GET"),
                route("/v1/jobs/{id}/result", self._result, "GET"),
                route("/v1/jobs/{id}/{action}", self._control, "POST"),
                route("/v1/events", self._events, "GET"),
                route("/v1/shutdown", self._shutdown, "POST"),
            ],
            exception_handlers={HTTPException: _not_found},
        )

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        """Every error of an endpoint as an answer."""

        async def answer(request: Request) -> Response:
            try:
                return await endpoint(request)
            except RefusedError as refusal:
                answered = error_response(refusal.status, refusal.error, close=True)
            except ClientDisconnect:
                return Response(status_code=400)  # no client reads it
            except wire.MissingBlobError as error:
                return error_response(409, error, missing=list(error.missing))
            except S2EditError as error:
                answered = error_response(_status_of(error), error, close=has_body(request.scope))
            except Exception as error:
                answered = error_response(500, unforeseen(error), close=True)
            await drain(request.scope, request.receive)
            return answered

        return answer

    async def _in_pool(self, work: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)
        except RuntimeError as error:
            if self._ending:
                raise EngineError("The engine is ending.", "Try again in a moment.") from error
            raise

    # ------------------------------------------------------------------ endpoints

    async def _hello(self, request: Request) -> Response:
        return _json(
            {
                "program": "s2edit",
                "protocol": PROTOCOL,
                "version": __version__,
                "pid": os.getpid(),
                "idle": self.is_idle,
                "event": self.engine.events.number,
            }
        )

    async def _get_blob(self, request: Request) -> Response:
        name = _hash_in(request)
        if request.method == "HEAD":
            return Response(status_code=200 if self.blobs.has(name) else 404)
        try:
            return Response(self.blobs.get(name), media_type="application/octet-stream")
        except wire.MissingBlobError as error:
            return error_response(404, error, missing=[name])

    async def _put_blob(self, request: Request) -> Response:
        name, data, reserved = _hash_in(request), io.BytesIO(), 0
        try:
            async for piece in stream_of(request, MAX_BLOB):
                self.blobs.reserve(len(piece))
                reserved += len(piece)
                data.write(piece)
            content = data.getvalue()
            if await self._in_pool(wire.hash_of, content) != name:
                raise UsageError("The picture was damaged on its way.", "Send it again.")
            self.blobs.put(content, name)
        finally:
            self.blobs.release(reserved)
        return Response(status_code=204)

    async def _call(self, request: Request) -> Response:
        kind = wire.QUERIES_BY_NAME.get(request.path_params["name"])
        if kind is None:
            raise RefusedError(404, UsageError("The engine knows no such call."))
        client = _client_in(request)
        answer: Response = await self._in_pool(self._answer, kind, await body_of(request), client)
        if kind is queries.TakeHandover and client:
            self.clients.expect(client)  # it may have disconnected, and would hold the picture forever
        return answer

    def _answer(self, kind: type, body: bytes, client: str) -> Response:
        answer = self.engine.call(wire.decode(kind, wire.parse(body), self.blobs.get), client)
        return self._encoded(answer)

    def _encoded(self, value: Any) -> Response:
        """A result; its large pictures are fetched by their hashes, right after it."""
        encoded, blobs = wire.encode(value)
        for name, data in blobs.items():
            self.blobs.put(data, name)
        return _json({"kind": type(value).__name__, "result": encoded})

    async def _submit(self, request: Request) -> Response:
        values = await self._in_pool(wire.parse, await body_of(request))
        owner = _client_in(request)
        job = await self._in_pool(self._queued, values, owner)
        if not job["keep"]:
            self.clients.expect(owner)
        return _json({"job": job})

    def _queued(self, values: Any, owner: str) -> dict[str, Any]:
        order = wire.decode(wire.Order, values)
        kind = wire.JOBS_BY_NAME.get(order.kind)
        if kind is None:
            raise UsageError("The engine knows no such job.")
        if not _ID.match(order.id):
            raise UsageError("A job's id has 32 hexadecimal digits.")
        if not (order.keep or owner):
            raise UsageError("A job that is not kept needs a client.", "Name one, and open its event stream.")
        info = self.engine.queue.add(
            wire.decode(kind, order.request, self.blobs.get),
            job_id=order.id,
            owner=owner,
            keep=order.keep,
            priority=order.priority,
            title=order.title,
        )
        plain: dict[str, Any] = wire.plain(info)
        return plain

    async def _job(self, request: Request) -> Response:
        return _json({"job": wire.plain(self.engine.queue.info(self._known(request)))})

    async def _result(self, request: Request) -> Response:
        return await self._in_pool(lambda: self._encoded(self.engine.queue.result(self._known(request))))

    async def _control(self, request: Request) -> Response:
        job = self.engine.queue.control(self._known(request), request.path_params["action"])
        return _json({"job": wire.plain(job)})

    def _known(self, request: Request) -> str:
        name: str = request.path_params["id"]
        try:
            self.engine.queue.info(name)
        except EngineError as error:
            raise RefusedError(404, error) from None
        return name

    async def _shutdown(self, request: Request) -> Response:
        order = wire.decode(wire.Ending, wire.parse(await body_of(request) or b"{}"))
        if order.if_idle and not self.is_idle:
            return error_response(409, EngineError("The engine is busy.", "Try again later."))
        self._on_shutdown()
        return _json({"ending": True})

    async def _events(self, request: Request) -> Response:
        client, since = _client_in(request), request.query_params.get("since", "0")
        if not client:
            raise UsageError("Only a client that names itself can hear events.")
        if not (since.isascii() and since.isdigit() and len(since) <= 15):
            raise UsageError("Events are asked for since a number.")
        return StreamingResponse(
            self._stream(client, int(since), request.query_params.get("patient") != "0"),
            media_type="text/event-stream",
            headers={"cache-control": "no-store"},
        )

    async def _stream(self, client: str, since: int, patient: bool) -> AsyncIterator[bytes]:
        """Events, and a heartbeat while there are none."""
        loop, news = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended; so has this stream
                loop.call_soon_threadsafe(news.set)

        remove = self.engine.events.add_waker(wake)
        self._streams.add(news)
        self.clients.open(client)
        try:
            yield b": hello\n\n"
            while True:
                news.clear()
                batch = self.engine.events.after(since)
                if batch.missed:
                    yield b"".join(_sse_bytes(event) for event in self._current_state())
                for event in batch.events:
                    yield _sse_bytes(event)
                since = (
                    batch.events[-1].number if batch.events else max(0, min(since, self.engine.events.number))
                )
                if self._ending and not self.engine.events.after(since).events:
                    yield b"event: end\ndata: {}\n\n"
                    return
                try:
                    async with asyncio.timeout(BEAT_SECONDS):
                        await news.wait()
                except TimeoutError:
                    yield b": beat\n\n"
        finally:
            remove()
            self._streams.discard(news)
            self.clients.closed(client, patient)

    def _current_state(self) -> list[Event]:
        """Instead of events that are not kept any more: how everything is now."""
        number = self.engine.events.number
        jobs = [Event("state", number, job=job) for job in self.engine.queue.infos()]
        changed = ("forgotten", "library", "history", "models", "settings", "handover")
        return [*jobs, *(Event(kind, number) for kind in changed)]  # type: ignore[arg-type]


def _sse_bytes(event: Event) -> bytes:
    try:
        return b"data: " + wire.dump(wire.plain(event)) + b"\n\n"
    except UsageError:
        logging.getLogger(__name__).warning("An event of the kind %s cannot be sent.", event.kind)
        return b""


def _json(values: Any) -> Response:
    return Response(wire.dump(values), media_type="application/json")


def _hash_in(request: Request) -> str:
    name: str = request.path_params["name"]
    if not wire.is_hash(name):
        raise RefusedError(404, UsageError("A picture is named by its sha256."))
    return name


def _client_in(request: Request) -> str:
    client = request.headers.get(CLIENT_HEADER, "")
    if client and not _ID.match(client):
        raise UsageError("A client is named by 32 hexadecimal digits.")
    return client


def _status_of(error: S2EditError) -> int:
    if isinstance(error, UsageError):
        return 400
    return 507 if isinstance(error, ResourceError) else 422


async def _not_found(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    sentence = "This method is not possible here." if error.status_code == 405 else "There is nothing here."
    response = error_response(error.status_code, UsageError(sentence), close=has_body(request.scope))
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response
