"""Who is let in, and how much: raw requests against the running engine, as a hostile program or web page would send them."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.engine.client.remote import RemoteClient
from s2edit_plugin.engine.protocol import handshake, wire
from s2edit_plugin.engine.server import access_guard, process
from s2edit_plugin.errors import EngineError
from tests.engine.conftest import Running, start_engine

Answer = tuple[int, dict[str, str], bytes]
ID = "a" * 32


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One engine for the tests that leave nothing behind."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        engine = start_engine(tmp_path_factory.mktemp("home") / "s2edit", monkeypatch)
    engine.warm_up()
    yield engine
    engine.end()


def talk(running: Running, data: bytes, *, timeout: float = 10.0, wait: bool = True) -> bytes:
    """Send bytes, read until the engine closes or says nothing more."""
    with socket.create_connection(("127.0.0.1", running.endpoint.port), timeout) as connection:
        with contextlib.suppress(OSError):  # it closed while we were sending: its answer is still there
            connection.sendall(data)
        received = b""
        with contextlib.suppress(OSError):
            while wait and (piece := connection.recv(65536)):
                received += piece
        return received


def parse(received: bytes) -> Answer:
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    return int(lines[0].split(" ")[1]), headers, body


def ask(
    running: Running,
    method: str = "GET",
    path: str = "/v1/hello",
    body: bytes = b"",
    **headers: str | None,
) -> Answer:
    """One request with right headers, but for those that are named; None leaves one out."""
    given: dict[str, str | None] = {
        "Host": "127.0.0.1", "Authorization": f"Bearer {running.endpoint.secret}", "X-S2Edit-Client": ID,
        "Connection": "close", "Content-Length": str(len(body)),
    } | {name.replace("_", "-"): value for name, value in headers.items()}  # fmt: skip
    lines = [f"{method} {path} HTTP/1.1", *(f"{n}: {v}" for n, v in given.items() if v is not None)]
    return parse(talk(running, "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + body))


def error_of(answer: Answer) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(answer[2])
    assert set(values) >= {"error", "sentence", "hint"}
    assert "\n" not in values["sentence"]
    return values


def test_with_the_secret_and_a_loopback_host_one_is_let_in(running: Running) -> None:
    for host in ("127.0.0.1", f"127.0.0.1:{running.endpoint.port}", "localhost", "LOCALHOST:1", "[::1]:80"):
        assert ask(running, Host=host)[0] == 200


@pytest.mark.parametrize(
    "secret",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Basic {0}",
        "bearer {0}",
        "Bearer  {0}",
        "{0}",
        "Bearer {0}x",
        "Bearer {0}, x",
    ],
)
def test_without_the_secret_nothing_is_answered(running: Running, secret: str | None) -> None:
    shown = secret.format(running.endpoint.secret) if secret is not None else None
    for path in ("/v1/hello", "/v1/events", "/v1/jobs", "/v1/blobs/x", "/nothing", "/"):
        answer = ask(running, path=path, Authorization=shown)
        assert answer[0] == 401
        assert answer[1]["www-authenticate"] == "Bearer"
        error_of(answer)


def test_the_secret_does_not_count_in_the_address(running: Running) -> None:
    assert ask(running, path=f"/v1/hello?secret={running.endpoint.secret}", Authorization=None)[0] == 401


def test_two_secrets_are_none(running: Running) -> None:
    secret = running.endpoint.secret
    data = (
        f"GET /v1/hello HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secret}\r\n"
        "Authorization: Bearer x\r\nConnection: close\r\n\r\n"
    )
    assert parse(talk(running, data.encode()))[0] == 401


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example", "127.0.0.1@evil", "0.0.0.0",
     "192.168.0.1", "", "127.0.0.1:80:80", "127.0.0.1:x", "[::1", "localhost:\u0661"],
)  # fmt: skip
def test_a_foreign_host_is_refused(running: Running, host: str) -> None:
    answer = ask(running, Host=host)
    assert answer[0] in (400, 403)
    error_of(answer)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_missing_or_double_host_is_refused(running: Running, version: str) -> None:
    secret = f"Authorization: Bearer {running.endpoint.secret}\r\nConnection: close\r\n\r\n"
    for hosts in ("", "Host: localhost\r\nHost: localhost\r\n"):
        answer = parse(talk(running, f"GET /v1/hello HTTP/{version}\r\n{hosts}{secret}".encode()))
        assert answer[0] in (400, 403)


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1", "file://"]
)
def test_a_foreign_origin_is_refused(running: Running, origin: str) -> None:
    assert ask(running, Origin=origin)[0] == 403
    assert ask(running, "OPTIONS", Origin=origin)[0] == 403


def test_its_own_origin_is_not(running: Running) -> None:
    host = f"127.0.0.1:{running.endpoint.port}"
    assert ask(running, Host=host, Origin=f"http://{host}")[0] == 200


def test_no_answer_lets_a_web_page_read_it(running: Running) -> None:
    assert not [name for name in ask(running)[1] if name.startswith("access-control")]


def test_only_the_loopback_and_a_socket_in_the_private_folder_are_listened_to(running: Running) -> None:
    loopback, local = (listener for server in running.server.servers for listener in server.sockets)
    assert loopback.getsockname() == ("127.0.0.1", running.endpoint.port)
    folder = running.root / "engine"
    assert local.family == socket.AF_UNIX
    assert local.getsockname() == str(folder / running.endpoint.socket)
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / running.endpoint.socket).stat().st_mode & 0o077 == 0


def prove(connection: socket.socket, nonce: str) -> dict[str, Any]:
    """The handshake on an open connection."""
    connection.sendall(f"GET /v1/prove?nonce={nonce} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    values: dict[str, Any] = json.loads(one_answer(connection)[2])
    return values


def one_answer(connection: socket.socket) -> Answer:
    """One whole answer from a connection that stays open: head and body may come apart."""
    received = b""
    while True:
        received += connection.recv(65536)
        if b"\r\n\r\n" in received:
            answer = parse(received)
            if len(answer[2]) >= int(answer[1].get("content-length", "0")):
                return answer


def test_the_handshake_proves_the_secret_on_both_sides_without_sending_it(running: Running) -> None:
    secret, nonce = running.endpoint.secret, handshake.new_nonce()
    with socket.create_connection(("127.0.0.1", running.endpoint.port), 10) as connection:
        answer = prove(connection, nonce)
        assert answer["proof"] == handshake.proof(secret, "engine", nonce, answer["nonce"])
        shown = handshake.proof(secret, "client", nonce, answer["nonce"])
        assert secret not in json.dumps(answer)
        assert shown not in json.dumps(answer), "who does not know the secret learns nothing to show"
        head = f"GET /v1/hello HTTP/1.1\r\nHost: localhost\r\nAuthorization: S2Edit {shown}\r\n\r\n"
        connection.sendall(head.encode())
        assert one_answer(connection)[0] == 200
    for elsewhere in (shown, answer["proof"], "", "x"):  # on another connection, or the engine's own
        assert ask(running, Authorization=f"S2Edit {elsewhere}")[0] == 401


@pytest.mark.parametrize("query", ["", "?nonce=", "?nonce=x", f"?nonce={'A' * 32}", f"?nonce={'a' * 33}"])
def test_a_handshake_without_a_nonce_is_refused(running: Running, query: str) -> None:
    assert ask(running, path=f"/v1/prove{query}", Authorization=None)[0] == 400
    assert ask(running, path=f"/v1/prove?nonce={ID}", Authorization=None, Host="evil.example")[0] == 403
    assert ask(running, path=f"/v1/prove?nonce={ID}", Authorization=None, Origin="http://evil")[0] == 403


def test_strangers_starve_nobody(running: Running) -> None:
    """210 connections that say nothing, and as many that begin to: clients get in by either way."""
    started = time.monotonic()
    strangers = [socket.create_connection(("127.0.0.1", running.endpoint.port), 10) for _ in range(210)]
    for stranger in strangers[::2]:
        with contextlib.suppress(OSError):
            stranger.sendall(b"GET /v1/hello HTTP/1.1\r\nHost: loc")
    for root in (running.root, None):  # over the socket, and over the loopback among the strangers
        with RemoteClient(running.endpoint, root) as client:
            assert client.call(queries.GetStatus()).version
            client.subscribe(lambda _: None)
            assert client.call(queries.ListJobs()).jobs == ()
    assert len(running.server.server_state.connections) <= access_guard.MAX_UNPROVEN + 4
    assert time.monotonic() - started < 5
    for stranger in strangers:
        stranger.close()


def test_what_strangers_do_fills_no_log(running: Running) -> None:
    for _ in range(40):
        ask(running, Authorization=None)
        talk(running, b"no http\r\n\r\n")
    text = (running.root / "engine" / "engine.log").read_text("utf-8")
    assert 1 <= text.count("A request was refused") <= 5
    assert text.count("Invalid HTTP") <= 5


def test_what_is_not_there_is_told_in_the_same_form(running: Running) -> None:
    for method, path, status in (
        ("GET", "/", 404),
        ("GET", "/v1/nothing", 404),
        ("GET", "/v1/../etc/passwd", 404),
        ("POST", "/v1/call/Nothing", 404),
        ("POST", "/v1/call/LearnToken", 404),
        ("GET", "/v1/call/ListJobs", 405),
        ("DELETE", "/v1/jobs", 405),
        ("GET", f"/v1/jobs/{ID}", 404),
        ("GET", f"/v1/jobs/{ID}/result", 404),
        ("POST", f"/v1/jobs/{ID}/cancel", 404),
        ("GET", "/v1/blobs/..%2f..%2fetc%2fpasswd", 404),
        ("PUT", "/v1/blobs/short", 404),
        ("GET", "/v1/blobs/" + "0" * 64, 404),
        ("BREW", "/v1/hello", 405),
    ):
        answer = ask(running, method, path)
        assert answer[0] == status, path
        error_of(answer)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/call/ListTokens", b""),
        ("/v1/call/ListTokens", b"[]"),
        ("/v1/call/ListTokens", b"{"),
        ("/v1/call/ListTokens", b"\xff"),
        ("/v1/call/ListTokens", b"[" * 100_000),
        ("/v1/call/ListTokens", b'{"person": 1}'),
        ("/v1/jobs", b"{}"),
        ("/v1/jobs", b'{"kind": "MakeMask", "request": {}, "id": "x"}'),
        ("/v1/jobs", b'{"kind": "ListTokens", "request": {}, "id": "%s"}' % ID.encode()),
        ("/v1/jobs", b'{"kind": "MakeMask", "request": {}, "id": "%s"}' % ID.encode()),
        ("/v1/jobs", b'{"kind": "MakeMask", "request": [], "id": "%s"}' % ID.encode()),
        ("/v1/jobs", b'{"kind": "MakeMask", "request": {}, "id": "%s", "priority": 0.5}' % ID.encode()),
        ("/v1/shutdown", b'{"if_idle": "yes"}'),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_what_cannot_be_understood_is_refused(running: Running, path: str, body: bytes) -> None:
    answer = ask(running, "POST", path, body)
    assert answer[0] == 400
    error_of(answer)
    assert ask(running)[0] == 200


def test_an_unknown_client_cannot_leave_jobs_behind(running: Running) -> None:
    order = wire.Order("MakeMask", wire.plain(api.MakeMask(b"photo")), ID)
    for client in (None, "", "x", "A" * 32, "a" * 33):
        answer = ask(running, "POST", "/v1/jobs", wire.dump(wire.plain(order)), X_S2Edit_Client=client)
        assert answer[0] == 400
        assert ask(running, path="/v1/events", X_S2Edit_Client=client)[0] == 400
    assert not running.service.engine.queue.infos()


def test_pictures_that_were_not_sent_are_asked_for(running: Running) -> None:
    encoded, blobs = wire.encode(api.MakeMask(bytes(100_000)))
    order = wire.Order("MakeMask", encoded, ID)
    answer = ask(running, "POST", "/v1/jobs", wire.dump(wire.plain(order)))
    assert answer[0] == 409
    assert error_of(answer)["missing"] == list(blobs)


def test_a_damaged_picture_is_not_kept(running: Running) -> None:
    name = wire.hash_of(b"right")
    answer = ask(running, "PUT", f"/v1/blobs/{name}", b"wrong")
    assert answer[0] == 400
    error_of(answer)
    assert ask(running, "HEAD", f"/v1/blobs/{name}")[0] == 404
    assert ask(running, "PUT", f"/v1/blobs/{name}", b"right")[0] == 204
    assert ask(running, path=f"/v1/blobs/{name}")[2] == b"right"


@pytest.mark.parametrize("path", ["/v1/call/ListTokens", "/v1/jobs", "/v1/shutdown"])
def test_an_announced_body_that_is_too_large_is_refused_unread(running: Running, path: str) -> None:
    for length in (str(access_guard.MAX_JSON + 1), "9" * 30):
        answer = ask(running, "POST", path, Content_Length=length)
        assert answer[0] in (400, 413)
        error_of(answer)
    assert ask(running, "PUT", "/v1/blobs/" + "0" * 64, Content_Length=str((1 << 30) + 1))[0] == 413


def test_an_endless_body_is_cut_off(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_guard, "MAX_JSON", 100_000)
    monkeypatch.setattr(access_guard.body_of, "__defaults__", (100_000,))
    head = (
        f"POST /v1/call/ListTokens HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {running.endpoint.secret}\r\n"
        "Transfer-Encoding: chunked\r\n\r\n"
    )
    chunk = b"%x\r\n" % 60_000 + b" " * 60_000 + b"\r\n"
    answer = parse(talk(running, head.encode() + chunk * 50))
    assert answer[0] == 413
    error_of(answer)
    assert ask(running)[0] == 200


def test_a_large_body_without_the_secret_is_not_read(running: Running) -> None:
    head = "PUT /v1/blobs/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000000\r\n\r\n"
    started = time.monotonic()
    answer = parse(talk(running, head.encode() + bytes(3_000_000)))
    assert answer[0] == 401
    assert time.monotonic() - started < 5
    assert running.service.blobs.size < 1000


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00" * 100,
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\r\n\r\n\r\n",
        b"GET  / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nBroken Header\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"y" * 200_000,
    ],
    ids=lambda data: repr(data[:50]),
)
def test_what_is_no_http_is_refused_and_the_connection_closed(running: Running, garbage: bytes) -> None:
    received = talk(running, garbage, timeout=3.0, wait=len(garbage) > 6)
    if received:
        status, _, body = parse(received)
        assert status in (400, 401, 403)
        assert json.loads(body)["sentence"]
    assert ask(running)[0] == 200


def test_requests_in_one_piece_are_answered_in_order(running: Running) -> None:
    head = f"Host: localhost\r\nAuthorization: Bearer {running.endpoint.secret}\r\n"
    data = (
        f"GET /v1/hello HTTP/1.1\r\n{head}\r\n"
        f"POST /v1/call/ListJobs HTTP/1.1\r\n{head}Content-Length: 2\r\n\r\n{{}}"
        f"GET /v1/nothing HTTP/1.1\r\n{head}\r\n"
        f"GET /v1/hello HTTP/1.1\r\nHost: localhost\r\n\r\n"  # this one without the secret
        f"GET /v1/hello HTTP/1.1\r\n{head}Connection: close\r\n\r\n"
    )
    received = talk(running, data.encode())
    statuses = [int(part[:3]) for part in received.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200, 200, 404, 401]  # nothing comes after a refusal


def test_a_head_that_does_not_end_is_given_up(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_guard, "HEAD_SECONDS", 0.2)
    for start in (b"", b"GET /v1/hello HTTP/1.1\r\nHost: loc"):
        with socket.create_connection(("127.0.0.1", running.endpoint.port), 10) as connection:
            connection.sendall(start)
            assert connection.recv(100) == b""


def test_a_second_head_that_does_not_end_is_given_up_too(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_guard, "HEAD_SECONDS", 0.2)
    with socket.create_connection(("127.0.0.1", running.endpoint.port), 10) as connection:
        request = f"GET /v1/hello HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {running.endpoint.secret}\r\n\r\n"
        connection.sendall(request.encode())
        received = connection.recv(65536)
        while not received.endswith(b"}"):
            received += connection.recv(65536)
        connection.sendall(b"GET /v1/he")
        assert connection.recv(100) == b""


def test_a_body_that_does_not_come_is_given_up(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_guard, "GAP_SECONDS", 0.1)
    assert ask(running, "POST", "/v1/call/ListJobs", b"{", Content_Length="2")[0] == 408
    monkeypatch.setattr(access_guard, "BODY_SECONDS", 0.0)
    assert ask(running, "POST", "/v1/call/ListJobs", b"{", Content_Length="2")[0] == 408


def test_too_many_connections_are_refused_and_it_recovers(
    data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "MAX_CONNECTIONS", 10)
    monkeypatch.setattr(process, "MAX_UNPROVEN", 0)
    running = start_engine(data_home, monkeypatch)
    shown = f"Authorization: Bearer {running.endpoint.secret}"
    head = f"GET /v1/hello HTTP/1.1\r\nHost: localhost\r\n{shown}\r\n\r\n"
    try:
        connections = [socket.create_connection(("127.0.0.1", running.endpoint.port), 10) for _ in range(12)]
        for connection in connections:  # they show the secret and stay
            connection.sendall(head.encode())
            connection.recv(65536)
        end = time.monotonic() + 5
        while ask(running)[0] != 503:
            assert time.monotonic() < end
        with (
            RemoteClient(running.endpoint, running.root) as client,
            pytest.raises(EngineError, match="too many"),
        ):
            client.hello()
        for connection in connections:
            connection.close()
        while ask(running)[0] != 200:
            assert time.monotonic() < end
    finally:
        running.end()


def test_no_secret_prompt_or_name_reaches_the_log(
    data_home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    running = start_engine(data_home, monkeypatch, logging.DEBUG)
    words = ["sunflowers", "annabel", "portrait-7", "<annabel/secret-token>"]
    try:
        with running.client() as client:
            use_everything(client, running)
        ask(running, path=f"/v1/hello?secret={running.endpoint.secret}", Authorization=None)
        ask(running, Authorization=f"Bearer {running.endpoint.secret} x")
        talk(running, f"BROKEN {running.endpoint.secret}\r\n\r\n".encode())
    finally:
        running.end()
    text = (data_home / "engine" / "engine.log").read_text("utf-8")
    caplog.clear()  # one error was wanted
    assert "Unforeseen: KeyError." in text
    assert "fake_studio.py" in text
    for word in [*words, running.endpoint.secret, running.endpoint.secret[:12]]:
        assert word not in text


def use_everything(client: RemoteClient, running: Running) -> None:
    edit = api.ApplyEdit(
        b"photo", ("annabel/secret-token",), "sunflowers", settings=api.EditSettings(steps=2)
    )
    client.run(edit, title="portrait-7")
    client.run(api.LearnToken(b"photo", "annabel", "secret-token", settings=api.LearnSettings(1, 1)))
    running.studio.raises = KeyError("annabel/secret-token")
    job = client.submit(edit)
    with pytest.raises(Exception, match="inside S2Edit"):
        job.wait(10)
    client.call(queries.ReadLog())


def test_the_files_of_the_engine_are_the_users_alone(running: Running) -> None:
    folder = running.root / "engine"
    assert folder.stat().st_mode & 0o077 == 0
    files = [path for path in folder.iterdir() if path.is_file()]
    assert {path.name for path in files} >= {"engine.json", "engine.lock", "engine.log", "program.json"}
    assert [path.name for path in files if path.stat().st_mode & 0o077] == []
